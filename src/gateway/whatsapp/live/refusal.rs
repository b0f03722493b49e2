//! Mapping WhatsApp's error codes to driver errors.
//!
//! The codes are those of WhatsApp's own clients for `w:g2` queries. The same code has different
//! meanings for different queries, so each is interpreted together with the kind of query.

use super::description::NotDescribed;
use super::reason::sanitized;
use crate::gateway::whatsapp::error::{FROZEN_DESCRIPTION, PRIVATE};
use crate::gateway::whatsapp::{DriverError, MemberChange};
use std::error::Error;
use std::time::Duration;
use whatsapp_rust::features::{GroupError, MexError};
use whatsapp_rust::{ErrorChainExt, IqError};

/// The wait after a 429 without one.
const BACKOFF: Duration = Duration::from_mins(1);

const NOT_ACCEPTED: &str = "WhatsApp does not accept this value";

/// The kind of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryKind {
    /// Anything about, or a change of, a group that the account should be in.
    Group,
    /// Joining by an invite code.
    Join,
    /// Creating a group.
    Create,
}

/// A call that failed as a whole.
pub(super) fn of(error: &(dyn Error + 'static), kind: QueryKind) -> DriverError {
    for cause in ErrorChainExt::sources(error) {
        if let Some(NotDescribed::Frozen) = cause.downcast_ref() {
            return DriverError::Refused(FROZEN_DESCRIPTION.to_owned());
        }
        match cause.downcast_ref::<GroupError>() {
            Some(GroupError::DescriptionConflict) => {
                return DriverError::Conflict(
                    "the description was changed concurrently".to_owned(),
                );
            }
            // GraphQL says in words that the state did not become active, or gives an extension's code.
            Some(GroupError::Mex(MexError::PayloadParsing(why))) => {
                tracing::info!(why, "a GraphQL mutation was refused");
                return DriverError::Refused(NOT_ACCEPTED.to_owned());
            }
            Some(GroupError::Mex(MexError::ExtensionError { code, message })) => {
                tracing::info!(
                    code,
                    message = sanitized(message),
                    "a GraphQL mutation was refused"
                );
                return match u16::try_from(*code) {
                    Ok(code) => rejected(code, message, None, kind),
                    Err(_) => DriverError::Refused(NOT_ACCEPTED.to_owned()),
                };
            }
            Some(GroupError::InvalidRequest(why)) if kind == QueryKind::Join => {
                tracing::debug!(why, "an invite code was refused locally");
                return DriverError::DeadInvite;
            }
            // The one thing that the library asks of participants: a number behind each LID.
            Some(GroupError::InvalidRequest(why)) if kind == QueryKind::Create => {
                tracing::debug!(why, "a new group was refused locally");
                return DriverError::Refused(
                    "WhatsApp requires phone numbers for the members of a new group, and one is given as a LID only".to_owned(),
                );
            }
            Some(GroupError::InvalidRequest(why)) => {
                return DriverError::Refused(sanitized(why));
            }
            _ => {}
        }
    }
    if let Some(rejection) = error.server_rejection() {
        let backoff = rejection
            .backoff
            .map(|seconds| Duration::from_secs(seconds.into()));
        return rejected(rejection.code, rejection.text, backoff, kind);
    }
    if error.is_timeout() {
        return DriverError::Timeout;
    }
    let socket = ErrorChainExt::sources(error).any(|cause| {
        matches!(
            cause.downcast_ref(),
            Some(IqError::Socket(_) | IqError::ClientState(_) | IqError::EncryptSend(_))
        )
    });
    if socket || error.is_transport_unavailable() {
        return DriverError::ConnectionLost;
    }
    DriverError::Other {
        code: None,
        message: format!(
            "WhatsApp's answer made no sense ({})",
            sanitized(&error.to_string())
        ),
    }
}

fn rejected(code: u16, text: &str, backoff: Option<Duration>, kind: QueryKind) -> DriverError {
    let refused = |why: &str| DriverError::Refused(why.to_owned());
    match (code, kind) {
        (429, _) => DriverError::RateLimited {
            retry_after: backoff.unwrap_or(BACKOFF),
        },
        (401, QueryKind::Group) => DriverError::NotAdmin,
        (403, QueryKind::Group) => DriverError::NotInGroup,
        (404 | 410, QueryKind::Group) => DriverError::NoSuchGroup,
        (409, QueryKind::Group | QueryKind::Create) => {
            DriverError::Conflict("the group was changed concurrently".to_owned())
        }
        (400 | 404 | 406 | 410, QueryKind::Join) => DriverError::DeadInvite,
        (401 | 403 | 405, QueryKind::Join) => refused(
            "an admin has taken this account out of the group, so the link does not let it in again",
        ),
        (412 | 419, _) => refused("the group is full"),
        (416, _) => refused("WhatsApp has suspended this group"),
        (423, _) => refused("this group is locked at the moment"),
        (436, _) => refused("WhatsApp has switched this group's invite links off for now"),
        (406, _) => refused(NOT_ACCEPTED),
        // A group of a community whose settings follow from the community.
        (400 | 405, QueryKind::Group) => refused("WhatsApp does not allow this in this group"),
        (400, QueryKind::Create) => {
            refused("WhatsApp does not accept this group: check its subject and its participants")
        }
        _ => other(code, text),
    }
}

/// Why one member was not changed; `None` when what was wanted is so already.
pub(super) fn of_member(change: MemberChange, code: &str) -> Option<DriverError> {
    use MemberChange::{Add, Approve, Demote, Promote, Reject, Remove};
    let refused = |why: &str| Some(DriverError::Refused(why.to_owned()));
    let number = code.parse::<u16>().ok();
    match (change, number) {
        (_, Some(429)) => Some(DriverError::RateLimited {
            retry_after: BACKOFF,
        }),
        (Remove, Some(404)) => None,
        (Add, Some(401)) => refused("this person has blocked the account"),
        (Add, Some(403)) => refused(PRIVATE),
        (Add, Some(404)) => refused("this number is not on WhatsApp"),
        (Add, Some(408)) => {
            refused("this person left the group not long ago: send the invite link")
        }
        (Add, Some(409)) => Some(DriverError::Conflict(
            "already a member of this group".to_owned(),
        )),
        (Add | Approve, Some(412 | 419 | 500)) => refused("the group is full"),
        (Remove, Some(405 | 406)) => refused("the creator of the group cannot be removed"),
        (Demote, Some(405 | 406)) => refused("the creator of the group cannot be demoted"),
        (Promote | Demote, Some(404)) => refused("not a member of this group"),
        (Approve | Reject, Some(404 | 409)) => {
            refused("there is no request of this person to join")
        }
        (_, Some(401 | 403)) => Some(DriverError::NotAdmin),
        (_, Some(number)) => Some(other(number, "")),
        (_, None) => Some(DriverError::Other {
            code: None,
            message: format!("WhatsApp refused this member ({})", sanitized(code)),
        }),
    }
}

fn other(code: u16, text: &str) -> DriverError {
    let message = if text.is_empty() {
        format!("WhatsApp refused with code {code}")
    } else {
        format!("WhatsApp refused with code {code} ({})", sanitized(text))
    };
    DriverError::Other {
        code: Some(code),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: u16, backoff: Option<u32>) -> GroupError {
        GroupError::Iq(IqError::ServerError {
            code,
            text: "text".to_owned(),
            error_type: None,
            backoff,
        })
    }

    #[test]
    fn a_refused_graphql_mutation_is_a_refusal() {
        let of = |error| of(&GroupError::Mex(error), QueryKind::Group);
        let inactive = MexError::PayloadParsing("state: None".to_owned());
        assert!(matches!(of(inactive), DriverError::Refused(_)));
        let extension = |code| MexError::ExtensionError {
            code,
            message: "no".to_owned(),
        };
        assert_eq!(of(extension(401)), DriverError::NotAdmin);
        assert!(matches!(of(extension(-1)), DriverError::Refused(_)));
    }

    #[test]
    fn codes_mean_what_was_asked() {
        use QueryKind::{Create, Group, Join};
        for (code, asked, expected) in [
            (401, Group, DriverError::NotAdmin),
            (403, Group, DriverError::NotInGroup),
            (404, Group, DriverError::NoSuchGroup),
            (410, Group, DriverError::NoSuchGroup),
            (404, Join, DriverError::DeadInvite),
            (406, Join, DriverError::DeadInvite),
            (410, Join, DriverError::DeadInvite),
            (
                429,
                Create,
                DriverError::RateLimited {
                    retry_after: BACKOFF,
                },
            ),
        ] {
            assert_eq!(of(&error(code, None), asked), expected, "{code} {asked:?}");
        }
        assert!(matches!(
            of(&error(409, None), Group),
            DriverError::Conflict(_)
        ));
        assert!(matches!(
            of(&error(419, None), Join),
            DriverError::Refused(_)
        ));
        assert!(matches!(
            of(&error(405, None), Join),
            DriverError::Refused(_)
        ));
    }

    #[test]
    fn a_backoff_is_kept() {
        assert_eq!(
            of(&error(429, Some(7)), QueryKind::Group),
            DriverError::RateLimited {
                retry_after: Duration::from_secs(7)
            }
        );
    }

    #[test]
    fn unknown_errors_keep_their_code() {
        assert_eq!(
            of(&error(500, None), QueryKind::Group),
            DriverError::Other {
                code: Some(500),
                message: "WhatsApp refused with code 500 (text)".to_owned()
            }
        );
    }

    #[test]
    fn timeout_and_lost_connection_are_distinguished() {
        let timeout = GroupError::Iq(IqError::Timeout);
        assert_eq!(of(&timeout, QueryKind::Group), DriverError::Timeout);
        for error in [IqError::NotConnected, IqError::InternalChannelClosed] {
            let error = GroupError::Iq(error);
            assert_eq!(of(&error, QueryKind::Group), DriverError::ConnectionLost);
        }
        let conflict = GroupError::DescriptionConflict;
        assert!(matches!(
            of(&conflict, QueryKind::Group),
            DriverError::Conflict(_)
        ));
    }

    #[test]
    fn removing_nobody_succeeds() {
        assert_eq!(of_member(MemberChange::Remove, "404"), None);
        for (change, code) in [
            (MemberChange::Add, "403"),
            (MemberChange::Add, "409"),
            (MemberChange::Promote, "404"),
            (MemberChange::Demote, "406"),
            (MemberChange::Reject, "404"),
        ] {
            assert!(
                matches!(
                    of_member(change, code),
                    Some(DriverError::Refused(_) | DriverError::Conflict(_))
                ),
                "{change:?} {code}"
            );
        }
        assert_eq!(
            of_member(MemberChange::Add, "999"),
            Some(DriverError::Other {
                code: Some(999),
                message: "WhatsApp refused with code 999".to_owned()
            })
        );
    }
}
