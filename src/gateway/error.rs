//! The engine's error type, with its code, HTTP status and details.

use super::budget::Spent;
use super::domain::{Malformed, MemberJid};
use super::store::StoreError;
use super::whatsapp::DriverError;
use crate::api::{
    Capability, ErrorCode, ErrorObject, FieldError, PartialUpdate, Reason, SessionStatus,
    SettingField,
};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// `Retry-After` during an outage of the store.
const STORE_WAIT: Duration = Duration::from_secs(5);

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{}", summary(.0))]
    Validation(Vec<FieldError>),
    #[error("missing or invalid credentials")]
    Unauthorized,
    #[error("credentials lack capability {0}")]
    MissingCapability(Capability),
    /// The login has no active organization that could own a new resource.
    #[error("this login has no active organization; choose one and log in again")]
    NoOrganization,
    /// An invite link whose group is asked for leads nowhere.
    #[error("this invite link leads to no group: it was reset, or never existed")]
    DeadLink,
    /// Does not exist, or belongs to another organization: `session`, `group`, `qr code`, ...
    #[error("{0} not found")]
    NotFound(&'static str),
    #[error("{message}")]
    Conflict {
        message: String,
        reason: Option<Reason>,
    },
    /// A live call of a session that is not connected: its status, and the reason if known.
    #[error("{}", DriverError::NotConnected)]
    NotConnected {
        status: SessionStatus,
        reason: Option<String>,
    },
    /// A live call that was queued for too long. Nothing was sent.
    #[error("this session is busy with other calls; nothing was sent; retry in 1 s")]
    Busy,
    /// A live call that WhatsApp or the connection did not fulfil.
    #[error("{0}")]
    Driver(#[from] DriverError),
    /// A PATCH that failed after some fields were applied.
    #[error("{} was refused: {source}", .progress.failed)]
    Partial {
        progress: PartialUpdate,
        source: DriverError,
    },
    /// A change of several members that failed for some of them.
    #[error("{} of {} members were refused: {}", .failed.len(), .failed.len() + .applied.len(), first(.failed))]
    Members {
        applied: Vec<MemberJid>,
        /// Never empty.
        failed: Vec<(MemberJid, DriverError)>,
    },
    #[error("rate limited: {limit}; retry in {} s", wait_seconds(*.wait))]
    TooManyRequests { limit: Limit, wait: Duration },
    /// A call that would get the session's account restricted. Nothing was sent.
    #[error("{0}")]
    Budget(#[from] Spent),
    #[error("too many connections; retry in 1 s")]
    TooManyConnections,
    #[error("the gateway is shutting down")]
    Draining,
    /// The store is not writable, for example because the disk is full. Nothing was changed.
    #[error(
        "the gateway's store is not writable; nothing was changed; the gateway's log has the cause"
    )]
    StoreUnavailable(#[source] StoreError),
    /// WhatsApp made the change, or a part of it, and then the store failed.
    #[error(
        "the change was made, but the gateway could not store it; check the current state before repeating it"
    )]
    NotStored {
        /// The changes made: fields of a patch, members, or the name of the change.
        applied: Vec<String>,
        not_attempted: Vec<SettingField>,
        #[source]
        cause: StoreError,
    },
    /// The cause is logged and not sent to the caller.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

/// The limit of the gateway that was exceeded. WhatsApp's is [`DriverError::RateLimited`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    #[error("too many requests from this caller")]
    Caller,
    #[error("too many requests from this organization")]
    Organization,
    #[error("too many concurrent requests and streams of this caller")]
    UnderWay,
    #[error("too many bytes of request bodies in flight, of this caller or in total")]
    Bodies,
    #[error("too many bytes of unread answers, of this caller or in total")]
    Unread,
    #[error("too many WhatsApp calls of this session")]
    Session,
    #[error("too many connects of this session; WhatsApp bans accounts that reconnect often")]
    Connects,
    #[error("too many calls are queued for this session")]
    Waiting,
    #[error("too many unused tickets, of this caller, of this organization or in total")]
    Tickets,
}

impl Limit {
    pub const ALL: [Self; 9] = [
        Self::Caller,
        Self::Organization,
        Self::UnderWay,
        Self::Bodies,
        Self::Unread,
        Self::Session,
        Self::Connects,
        Self::Waiting,
        Self::Tickets,
    ];

    /// `details.limit`
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Organization => "organization",
            Self::UnderWay => "under_way",
            Self::Bodies => "bodies",
            Self::Unread => "unread",
            Self::Session => "session",
            Self::Connects => "connects",
            Self::Waiting => "waiting",
            Self::Tickets => "tickets",
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Closed => Self::Draining,
            StoreError::NotCommitted(_) | StoreError::Unwritable(_) => {
                Self::StoreUnavailable(error)
            }
            error => Self::Internal(error.into()),
        }
    }
}

fn first(failed: &[(MemberJid, DriverError)]) -> String {
    failed
        .first()
        .map(|(_, error)| error.to_string())
        .unwrap_or_default()
}

fn summary(errors: &[FieldError]) -> String {
    errors
        .iter()
        .map(|error| match error.field.as_str() {
            "" => error.message.clone(),
            field => format!("{field}: {}", error.message),
        })
        .collect::<Vec<_>>()
        .join("; ")
}

impl Error {
    /// A validation error of one field; an empty name means the body as a whole.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Validation(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// A path or query value that is not what it should be.
    #[must_use]
    pub fn malformed(field: &str, fault: Malformed) -> Self {
        Self::field(field, fault.0)
    }

    /// The text for the log, with causes that the caller does not get.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::Internal(cause) => format!("{cause:#}"),
            Self::StoreUnavailable(cause) | Self::NotStored { cause, .. } => {
                format!("{self}: {cause}")
            }
            other => other.to_string(),
        }
    }

    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Validation(_) => ErrorCode::ValidationError,
            Self::Unauthorized => ErrorCode::Unauthorized,
            Self::MissingCapability(_) | Self::NoOrganization => ErrorCode::Forbidden,
            Self::NotFound(_) | Self::DeadLink => ErrorCode::NotFound,
            Self::Conflict { .. } => ErrorCode::Conflict,
            Self::Driver(source) | Self::Partial { source, .. } => driver_code(source),
            Self::Members { failed, .. } => failed
                .first()
                .map_or(ErrorCode::Internal, |(_, error)| driver_code(error)),
            Self::TooManyRequests { .. } | Self::Budget(_) => ErrorCode::RateLimited,
            Self::NotConnected { .. } => driver_code(&DriverError::NotConnected),
            Self::Busy | Self::Draining | Self::TooManyConnections | Self::StoreUnavailable(_) => {
                ErrorCode::GatewayUnavailable
            }
            Self::NotStored { .. } | Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// The `Retry-After` header.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooManyRequests { wait, .. } | Self::Budget(Spent { wait, .. }) => Some(*wait),
            Self::Driver(source) | Self::Partial { source, .. } => source.retry_after(),
            Self::Members { failed, .. } => failed.first()?.1.retry_after(),
            Self::Busy | Self::TooManyConnections => Some(Duration::from_secs(1)),
            Self::StoreUnavailable(_) => Some(STORE_WAIT),
            _ => None,
        }
    }

    /// The body's `error` member.
    #[must_use]
    pub fn to_object(&self) -> ErrorObject {
        ErrorObject {
            code: self.code(),
            message: self.to_string(),
            details: self.details(),
        }
    }

    fn details(&self) -> Map<String, Value> {
        let mut details = match self {
            Self::Validation(errors) => json!({ "errors": errors }),
            Self::MissingCapability(capability) => json!({ "capability": capability }),
            Self::NoOrganization => json!({ "reason": Reason::NoOrganization }),
            Self::Conflict {
                reason: Some(reason),
                ..
            } => json!({ "reason": reason }),
            Self::NotConnected { status, reason } => {
                let mut details = driver_details(&DriverError::NotConnected);
                details["status"] = json!(status);
                if let Some(reason) = reason {
                    details["statusReason"] = json!(reason);
                }
                details
            }
            Self::DeadLink => json!({ "reason": Reason::DeadInvite }),
            Self::Busy => json!({ "reason": Reason::Busy }),
            Self::Driver(source) => driver_details(source),
            Self::Partial { progress, source } => {
                let mut details = driver_details(source);
                if let (Some(details), Ok(Value::Object(progress))) =
                    (details.as_object_mut(), serde_json::to_value(progress))
                {
                    details.extend(progress);
                }
                details
            }
            Self::Members { applied, failed } => {
                let mut details = failed
                    .first()
                    .map_or_else(|| json!({}), |(_, error)| driver_details(error));
                details["applied"] = applied.iter().map(MemberJid::as_str).collect();
                details["failed"] = failed
                    .iter()
                    .map(|(jid, error)| {
                        let mut one = json!({ "jid": jid.as_str(), "message": error.to_string() });
                        if let Some(invite) = driver_details(error).get("invite") {
                            one["invite"] = invite.clone();
                        }
                        one
                    })
                    .collect();
                details
            }
            Self::TooManyRequests { limit, .. } => {
                json!({ "reason": Reason::RateLimited, "limit": limit.as_str() })
            }
            Self::Budget(spent) => {
                json!({ "reason": Reason::Budget, "limit": spent.kind.as_str() })
            }
            Self::TooManyConnections => json!({ "reason": Reason::TooManyConnections }),
            Self::Draining => json!({ "reason": Reason::Draining }),
            Self::StoreUnavailable(_) => json!({ "reason": Reason::StoreUnavailable }),
            Self::NotStored {
                applied,
                not_attempted,
                ..
            } => {
                let mut details = json!({ "reason": Reason::NotStored, "applied": applied });
                if !not_attempted.is_empty() {
                    details["notAttempted"] = json!(not_attempted);
                }
                details
            }
            _ => json!({}),
        };
        if let Some(wait) = self.retry_after() {
            details["retryAfterSeconds"] = json!(wait_seconds(wait));
        }
        match details {
            Value::Object(details) => details,
            _ => Map::new(),
        }
    }
}

/// Whole seconds, rounded up, at least one.
#[must_use]
pub(crate) fn wait_seconds(wait: Duration) -> u64 {
    wait.as_millis()
        .div_ceil(1000)
        .max(1)
        .try_into()
        .unwrap_or(u64::MAX)
}

fn driver_code(error: &DriverError) -> ErrorCode {
    match error {
        DriverError::NotConnected => ErrorCode::NotImplemented,
        DriverError::NotAdmin
        | DriverError::NotInGroup
        | DriverError::Refused(_)
        | DriverError::PrivateInvite { .. } => ErrorCode::Forbidden,
        DriverError::NoSuchGroup => ErrorCode::NotFound,
        DriverError::DeadInvite => ErrorCode::ValidationError,
        DriverError::Conflict(_) | DriverError::AlreadyPaired => ErrorCode::Conflict,
        DriverError::RateLimited { .. } | DriverError::Paced { .. } => ErrorCode::RateLimited,
        DriverError::ConnectionLost | DriverError::Timeout => ErrorCode::GatewayUnavailable,
        DriverError::Other { .. } => ErrorCode::Internal,
    }
}

fn driver_details(error: &DriverError) -> Value {
    let reason = match error {
        DriverError::NotConnected => Reason::NotConnected,
        DriverError::NotAdmin => Reason::NotAdmin,
        DriverError::NotInGroup => Reason::NotInGroup,
        DriverError::NoSuchGroup => Reason::NoSuchGroup,
        DriverError::DeadInvite => {
            return json!({
                "reason": Reason::DeadInvite,
                "errors": [{ "field": "invite", "message": error.to_string() }],
            });
        }
        DriverError::Refused(_) => Reason::Refused,
        DriverError::PrivateInvite {
            person,
            code,
            expires_at,
        } => {
            return json!({
                "reason": Reason::Refused,
                "invite": {
                    "jid": person.as_str(),
                    "code": code.as_str(),
                    "expiresAt": expires_at,
                },
            });
        }
        DriverError::Conflict(_) => Reason::Conflict,
        DriverError::AlreadyPaired => Reason::AlreadyPaired,
        DriverError::RateLimited { .. } | DriverError::Paced { .. } => Reason::RateLimited,
        DriverError::ConnectionLost => Reason::ConnectionLost,
        DriverError::Timeout => Reason::Timeout,
        DriverError::Other { code, .. } => return json!({ "whatsappCode": code }),
    };
    json!({ "reason": reason })
}
