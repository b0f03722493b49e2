//! Sending one row, and looking up what became of it.

use super::change::Step;
use super::journal::{InDoubt, JournalRow, sha256};
use super::outcome::Outcome;
use super::plan::{is_current, is_so};
use crate::api::{Group, Reason, Setting, link_code};
use crate::client::{Client, ClientError, LIMITED_PAUSE, Retry};
use crate::text::clean_line;
use std::time::Duration;

/// What is known before a row is sent.
pub(super) enum Before {
    /// Send it. A reset has the invite code that it replaces.
    Send(Option<String>),
    Done(Outcome),
    /// Nothing was sent; try again.
    Again(Again),
}

/// Why a call did not leave, or was turned away before anything was done.
pub(super) enum Again {
    /// The gateway or WhatsApp wants a pause.
    After(Duration, String),
    /// The gateway is away, or refuses the key: no row can be sent now.
    Away(String),
    /// The gateway does not know the session, or this key does not see it: no row of it can be sent now.
    UnknownSession(String),
}

/// The outcome of a row that was sent.
pub(super) enum Sent {
    Done(Outcome),
    /// The answer was lost: look it up.
    Lost(String),
    /// It was turned away before anything was done.
    Again(Again),
}

/// Reads what the row would change: the group for a text, the link for a reset.
pub(super) async fn before(client: &Client, row: &JournalRow, step: &Step) -> Before {
    let (session, group) = (&row.target.session, &row.target.group);
    match step {
        Step::Reset => match client.invite(session, group).await {
            Ok(link) => match link_code(&link.invite) {
                Some(code) => Before::Send(Some(code.to_owned())),
                None => Before::Done(Outcome::NotAttempted("its link cannot be read".to_owned())),
            },
            Err(error) => unread(&error),
        },
        Step::Set(setting) => match client.get_group(session, group).await {
            Ok(stored) => unchanged(row, setting, &stored),
            Err(error) => unread(&error),
        },
    }
}

/// A read has failed. Nothing was sent, so only a refusal of this group ends its row: whatever else it is may pass.
fn unread(error: &ClientError) -> Before {
    if let Some(again) = turned_away(error) {
        return Before::Again(again);
    }
    if error.is_passing() {
        return Before::Again(Again::Away(words(error)));
    }
    Before::Done(Outcome::NotAttempted(words(error)))
}

/// Whether the group is still as the plan showed it.
fn unchanged(row: &JournalRow, setting: &Setting, stored: &Group) -> Before {
    if is_current(stored) && is_so(stored, setting) == Some(true) {
        return Before::Done(Outcome::NotAttempted("it is so already".to_owned()));
    }
    let text = match setting {
        Setting::Subject(_) => stored.subject.as_deref(),
        Setting::Description(_) => stored.description.as_deref(),
        _ => return Before::Send(None),
    };
    if row.old_text.as_ref() == Some(&sha256(text.unwrap_or_default())) {
        return Before::Send(None);
    }
    let what = match setting {
        Setting::Subject(_) => "the name was changed by somebody else meanwhile",
        _ => "the description was changed by somebody else meanwhile",
    };
    Before::Done(Outcome::NotAttempted(what.to_owned()))
}

/// Sends a row, once.
pub(super) async fn send(
    client: &Client,
    row: &JournalRow,
    step: &Step,
    old_code: Option<&str>,
) -> Sent {
    let (session, group) = (&row.target.session, &row.target.group);
    let sent = match step {
        Step::Reset => client.reset_invite(session, group).await.map(|link| {
            // A gateway that gives the old link again has reset nothing.
            link_code(&link.invite) != old_code
        }),
        Step::Set(setting) => {
            let patch = Step::patch(setting);
            client
                .update_settings(session, group, &patch)
                .await
                .map(|_| true)
        }
    };
    match sent {
        Ok(true) => Sent::Done(Outcome::Applied),
        Ok(false) => Sent::Done(Outcome::Unconfirmed(
            "the gateway gave the old link again".to_owned(),
        )),
        Err(error) if error.is_unconfirmed() => Sent::Lost(words(&error)),
        Err(error) => match turned_away(&error) {
            Some(again) => Sent::Again(again),
            None => Sent::Done(Outcome::Refused(words(&error))),
        },
    }
}

/// Looks up what became of a row that may have been sent. `cause` says why that is not known.
///
/// Only a change that is seen counts as applied. The old state proves nothing: the call may still be on its way.
pub(super) async fn look_up(
    client: &Client,
    row: &JournalRow,
    step: &Step,
    doubt: &InDoubt,
    cause: &str,
) -> Outcome {
    let (session, group) = (&row.target.session, &row.target.group);
    let retry = Retry::default();
    let seen = match step {
        Step::Reset => {
            let read = retry
                .read(|_, _| (), || client.invite(session, group))
                .await;
            read.map(|link| {
                let now = link_code(&link.invite).map(sha256);
                now.is_some() && doubt.old_code.is_some() && now != doubt.old_code
            })
        }
        Step::Set(setting) => {
            let read = retry
                .read(|_, _| (), || client.get_group(session, group))
                .await;
            read.map(|stored| is_so(&stored, setting) == Some(true))
        }
    };
    match seen {
        Ok(true) => Outcome::Applied,
        Ok(false) => {
            let now = match step {
                Step::Reset => "the link is still the old one",
                Step::Set(_) => "the group does not show it",
            };
            Outcome::Unconfirmed(format!("{cause}; {now}"))
        }
        Err(error) => Outcome::Unconfirmed(format!(
            "{cause}; it could not be looked up: {}",
            words(&error)
        )),
    }
}

/// The errors after which the same call can be made again: nothing was done.
fn turned_away(error: &ClientError) -> Option<Again> {
    let said = words(error);
    if error.is_unknown_session() {
        return Some(Again::UnknownSession(said));
    }
    match error {
        ClientError::Unreachable(_) | ClientError::NotReady => Some(Again::Away(said)),
        ClientError::Api { status: 401, .. } => Some(Again::Away(said)),
        ClientError::Api {
            status: 429,
            retry_after,
            ..
        } => Some(Again::After(retry_after.unwrap_or(LIMITED_PAUSE), said)),
        ClientError::Api {
            error, retry_after, ..
        } => match error.reason() {
            Some(Reason::Budget | Reason::RateLimited | Reason::Busy) => {
                Some(Again::After(retry_after.unwrap_or(LIMITED_PAUSE), said))
            }
            Some(Reason::Draining | Reason::StoreUnavailable | Reason::TooManyConnections) => {
                Some(Again::Away(said))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Why, in few words.
fn words(error: &ClientError) -> String {
    let ClientError::Api { error: object, .. } = error else {
        return error.to_string();
    };
    match object.reason() {
        Some(Reason::NotAdmin) => "the account is not an admin".to_owned(),
        Some(Reason::NotInGroup) => "the account is not in the group".to_owned(),
        Some(Reason::NoSuchGroup) => "WhatsApp knows no such group".to_owned(),
        Some(Reason::NotConnected) => "the account is not connected".to_owned(),
        _ => clean_line(&error.to_string()).into_owned(),
    }
}
