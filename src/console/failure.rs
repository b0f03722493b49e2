//! Why a call failed: known refusals with a sentence and a next step each, everything else with its
//! message and request id.

use crate::api::{
    ErrorCode, ErrorObject, FieldError, PartialMembers, PartialUpdate, PrivateInvite, Reason,
    Session, SessionStatus,
};
use crate::client::ClientError;
use crate::console::account::is_unlinked;
use crate::console::effect::Call;
use crate::text::{clean_block, clean_line};

/// The code of a refusal that means nothing because the gateway is not ready.
const NOT_READY: &str = "not_ready";

/// A failed call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallFailure {
    pub kind: FailureKind,
    /// The gateway's message, or what the transport said. Cleaned of control characters.
    pub message: String,
    /// The error code as the gateway sent it; empty when no answer came.
    pub code: String,
    pub request_id: Option<String>,
    /// Faults of single fields of a request body.
    pub fields: Vec<FieldError>,
    /// How far a settings change was applied.
    pub partial: Option<Box<PartialUpdate>>,
    /// For whom a change of several members was made, and for whom not.
    pub members: Option<Box<PartialMembers>>,
    /// What WhatsApp offers where it refuses to add a person.
    pub invite: Option<Box<PrivateInvite>>,
    /// The HTTP status, where something answered.
    pub status: Option<u16>,
    /// Seconds that the gateway asks to wait, whatever it refused for.
    pub retry_after: Option<u64>,
    /// A change may have been carried out all the same: its answer was lost, or the gateway failed
    /// without saying how far it came.
    pub unconfirmed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureKind {
    /// The session is not connected to WhatsApp, or lost the connection during the call.
    Offline,
    NotAdmin,
    /// The gateway gave no reason; many answer so when the account is not an admin, or when the session is
    /// not connected.
    PerhapsNotAdmin,
    /// The same, of an account that is an admin.
    PerhapsOffline,
    /// The gateway says that there is no such session.
    NoSuchSession,
    /// The same of a session that the gateway itself lists: the part of it that keeps accounts connected
    /// has lost this one.
    NotInEngine,
    NotInGroup,
    /// WhatsApp knows no such invite link: it was reset, or never was one.
    DeadInvite,
    RateLimited {
        /// Seconds to wait; `None` when the gateway did not say.
        wait: Option<u64>,
    },
    /// The gateway limits how often a session may connect, and this one has reached the limit.
    TooManyConnects {
        /// Seconds to wait; `None` when the gateway did not say.
        wait: Option<u64>,
    },
    MissingCapability {
        /// `read`, `send`, `manage` or `events`; empty when the gateway did not say.
        capability: String,
    },
    /// The gateway did not answer, or is shutting down.
    GatewayAway,
    Other,
}

/// The names that a sentence may use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FailureContext {
    /// The session's name, cleaned.
    pub session: Option<String>,
    /// Admins of the group whom one could ask, cleaned; a few are enough.
    pub admins: Vec<String>,
    /// Why the session is not connected, where that is known.
    pub state: Option<SessionState>,
}

/// Why a session is not connected: each needs another next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    Connecting,
    Unlinked,
    Stopped,
}

impl SessionState {
    #[must_use]
    pub fn of(session: &Session) -> Option<Self> {
        match session.status {
            _ if is_unlinked(session) => Some(Self::Unlinked),
            SessionStatus::Starting => Some(Self::Connecting),
            SessionStatus::Stopped | SessionStatus::Failed => Some(Self::Stopped),
            _ => None,
        }
    }
}

impl CallFailure {
    /// Whether the gateway does not know the session, and so says nothing about its groups.
    #[must_use]
    pub(crate) fn is_unknown_session(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::NoSuchSession | FailureKind::NotInEngine
        )
    }

    /// From an answer of the gateway. `retry_after` is the header's number of seconds.
    ///
    /// The finer `reason` of our own gateway decides first; a gateway without it has only the code.
    #[must_use]
    pub fn from_api(
        status: u16,
        error: &ErrorObject,
        request_id: Option<String>,
        retry_after: Option<u64>,
    ) -> Self {
        Self {
            kind: kind_of(status, error, retry_after),
            message: clean_block(&error.message),
            code: clean_line(error.code.as_str()).into_owned(),
            request_id: request_id.map(|id| clean_line(&id).into_owned()),
            fields: error
                .field_errors()
                .into_iter()
                .map(|fault| FieldError {
                    field: clean_line(&fault.field).into_owned(),
                    message: clean_line(&fault.message).into_owned(),
                })
                .collect(),
            partial: error.partial_update().map(Box::new),
            members: error.partial_members().map(Box::new),
            invite: error.private_invite().map(Box::new),
            status: Some(status),
            retry_after,
            unconfirmed: false,
        }
    }

    /// No answer came: refused, timed out, or not the gateway's language.
    #[must_use]
    pub fn no_answer(message: &str) -> Self {
        Self {
            kind: FailureKind::GatewayAway,
            message: clean_block(message),
            code: String::new(),
            request_id: None,
            fields: Vec::new(),
            partial: None,
            members: None,
            invite: None,
            status: None,
            retry_after: None,
            unconfirmed: false,
        }
    }

    /// A sentence of our own about a change whose answer was lost.
    #[must_use]
    pub fn lost_answer(sentence: &str, unconfirmed: bool) -> Self {
        Self {
            kind: FailureKind::Other,
            unconfirmed,
            ..Self::no_answer(sentence)
        }
    }

    /// The same failure, knowing what was asked: without a finer reason a 403 means "not an admin"
    /// only where WhatsApp was asked to do something.
    #[must_use]
    pub fn of_call(mut self, call: &Call) -> Self {
        // A read changes nothing.
        self.unconfirmed &= call.changes();
        let unnamed = |capability: &str| capability.is_empty();
        let lacks = match &self.kind {
            FailureKind::NotAdmin => !call.is_live(),
            FailureKind::MissingCapability { capability } => unnamed(capability),
            _ => false,
        };
        if lacks {
            self.kind = FailureKind::MissingCapability {
                capability: Self::lacking(call),
            };
        }
        self
    }

    /// Which capability a refusal without details is about.
    fn lacking(call: &Call) -> String {
        match call {
            // Which one it needs differs between gateways.
            Call::Session(_) => String::new(),
            call => call.capability().as_str().to_owned(),
        }
    }

    /// Whether it may be that the session was not connected.
    #[must_use]
    pub fn may_be_offline(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Offline
                | FailureKind::PerhapsNotAdmin
                | FailureKind::PerhapsOffline
                | FailureKind::NotInEngine
                | FailureKind::NoSuchSession
        )
    }

    /// What happened and what to do next.
    #[must_use]
    pub fn sentence(&self, context: &FailureContext) -> String {
        if self.unconfirmed && self.kind != FailureKind::Other {
            return "The answer was lost, so it may have been done all the same. Look before you try again.".to_owned();
        }
        if self.kind != FailureKind::Other && self.code != NOT_READY {
            return self.kind.sentence(context);
        }
        let message = self.message.trim();
        let message = if message.is_empty() {
            "The gateway refused without saying why"
        } else {
            message
        };
        let mut sentence = match &self.request_id {
            Some(id) => format!("{message} (request {id})"),
            None => message.to_owned(),
        };
        if self.code == ErrorCode::Unauthorized.as_str() {
            sentence.push_str(
                ". Check the token where the profile has it from; `groupdesk doctor` looks closer.",
            );
        }
        sentence
    }

    /// The sentence and everything that the gateway sent, for a report to its operator.
    #[must_use]
    pub fn in_full(&self, context: &FailureContext) -> String {
        let mut lines = vec![self.sentence(context)];
        let known = self.kind != FailureKind::Other && self.code != NOT_READY;
        if known && !self.message.trim().is_empty() {
            lines.push(format!("The gateway said: {}", self.message.trim()));
        }
        for fault in &self.fields {
            lines.push(format!("{}: {}", fault.field, fault.message));
        }
        if let Some(partial) = &self.partial {
            let names = |fields: &[crate::api::SettingField]| {
                let names: Vec<_> = fields.iter().map(|field| field.as_str()).collect();
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            };
            lines.push(format!(
                "Applied: {}; failed: {}; not attempted: {}",
                names(&partial.applied),
                partial.failed,
                names(&partial.not_attempted)
            ));
        }
        if !self.code.is_empty() {
            lines.push(format!("Code: {}", self.code));
        }
        if let Some(id) = self.request_id.as_ref().filter(|_| known) {
            lines.push(format!("Request: {id}"));
        }
        lines.join("\n")
    }
}

impl From<ClientError> for CallFailure {
    fn from(error: ClientError) -> Self {
        let unconfirmed = error.is_unconfirmed();
        let failure = match error {
            ClientError::Api {
                status,
                error,
                request_id,
                retry_after,
            } => {
                // A part of a second is waited for as a whole one.
                let wait = retry_after.map(|wait| wait.as_millis().div_ceil(1_000));
                let wait = wait.and_then(|seconds| u64::try_from(seconds).ok());
                Self::from_api(status, &error, request_id, wait)
            }
            ClientError::NotReady => Self {
                code: NOT_READY.to_owned(),
                ..Self::no_answer(
                    "The gateway is not ready: it says so itself (/readyz is 503), for example while its database is away. Until then it knows neither tokens nor sessions; it is asked again by itself.",
                )
            },
            ClientError::NotALink => Self {
                kind: FailureKind::Other,
                ..Self::no_answer(
                    "The gateway sent something that is not a link to a WhatsApp group.",
                )
            },
            error => Self {
                // A proxy between us and the gateway may answer in its stead that it is unavailable.
                kind: match error.status() {
                    None | Some(502..=504) => FailureKind::GatewayAway,
                    Some(_) => FailureKind::Other,
                },
                status: error.status(),
                ..Self::no_answer(&error.to_string())
            },
        };
        Self {
            unconfirmed,
            ..failure
        }
    }
}

impl FailureKind {
    /// The sentence of a known refusal; [`FailureKind::Other`] has none of its own.
    #[must_use]
    pub fn sentence(&self, context: &FailureContext) -> String {
        match self {
            Self::Offline => {
                let who = context.session.as_deref().unwrap_or("The session");
                match context.state {
                    Some(SessionState::Connecting) => format!(
                        "{who} is not connected to WhatsApp yet: it is connecting. Wait until it is connected, then try again."
                    ),
                    Some(SessionState::Unlinked) => format!(
                        "{who} is not connected to WhatsApp: it is not linked to a phone. Link one under Sessions, then try again."
                    ),
                    Some(SessionState::Stopped) | None => format!(
                        "{who} is not connected to WhatsApp. Start it under Sessions, then try again."
                    ),
                }
            }
            Self::NotAdmin => {
                let whom = match context.admins.as_slice() {
                    [] => "one of the group's admins".to_owned(),
                    [only] => only.clone(),
                    [first @ .., last] => format!("{} or {last}", first.join(", ")),
                };
                format!("This account is not an admin of the group. Ask {whom} to make it one.")
            }
            Self::PerhapsNotAdmin => {
                let who = context.session.as_deref().unwrap_or("the session");
                format!(
                    "The gateway failed without saying why. Perhaps this account is not an admin of the group, or {who} is not connected to WhatsApp. Press ! for its words."
                )
            }
            Self::PerhapsOffline => {
                let who = context.session.as_deref().unwrap_or("the session");
                format!(
                    "The gateway failed without saying why. Perhaps {who} is not connected to WhatsApp. Press ! for its words."
                )
            }
            Self::NoSuchSession => {
                let who = context.session.as_deref().unwrap_or("this session");
                format!("The gateway does not know {who}. Refresh the sessions.")
            }
            Self::NotInEngine => {
                let who = context.session.as_deref().unwrap_or("The session");
                format!(
                    "{who} is known to the gateway, but its engine does not have it, so it can do nothing now. Start it, or ask whoever runs the gateway."
                )
            }
            Self::NotInGroup => {
                "This account is not in the group. Have somebody invite it, or choose another session.".to_owned()
            }
            Self::DeadInvite => {
                "This invite link is dead: it was reset, or never was one.".to_owned()
            }
            Self::RateLimited { wait } => match wait {
                Some(seconds) => format!("Rate limited by WhatsApp; retry in {seconds} s."),
                None => "Rate limited by WhatsApp; retry in a minute.".to_owned(),
            },
            Self::TooManyConnects { wait } => {
                let who = context.session.as_deref().unwrap_or("The session");
                let pause = wait.map_or("a minute".to_owned(), |seconds| format!("{seconds} s"));
                format!(
                    "{who} has reached its limit of starts: WhatsApp bans accounts that connect too often. Wait {pause}, then try again."
                )
            }
            Self::MissingCapability { capability } if capability.is_empty() => {
                "Your key may not do this. Ask whoever runs the gateway for one that may.".to_owned()
            }
            Self::MissingCapability { capability } => format!(
                "Your key lacks the capability `{}`. Ask whoever runs the gateway for one that has it.",
                clean_line(capability)
            ),
            Self::GatewayAway => {
                "The gateway does not answer. The desk keeps looking for it; check that it runs.".to_owned()
            }
            Self::Other => "The gateway refused. Press ! for its words.".to_owned(),
        }
    }
}

fn kind_of(status: u16, error: &ErrorObject, retry_after: Option<u64>) -> FailureKind {
    let limited = FailureKind::RateLimited { wait: retry_after };
    match error.reason() {
        Some(Reason::NotConnected | Reason::ConnectionLost | Reason::Timeout) => {
            return FailureKind::Offline;
        }
        Some(Reason::NotAdmin) => return FailureKind::NotAdmin,
        Some(Reason::NotInGroup) => return FailureKind::NotInGroup,
        Some(Reason::DeadInvite) => return FailureKind::DeadInvite,
        Some(Reason::RateLimited) if error.limit().as_deref() == Some("connects") => {
            return FailureKind::TooManyConnects { wait: retry_after };
        }
        Some(Reason::RateLimited) => return limited,
        Some(Reason::Draining | Reason::TooManyConnections) => return FailureKind::GatewayAway,
        // The gateway's own words say more than a kind could.
        Some(
            Reason::NoSuchGroup
            | Reason::Busy
            | Reason::Budget
            | Reason::StoreUnavailable
            | Reason::NotStored
            | Reason::Refused
            | Reason::AlreadyPaired
            | Reason::Conflict
            | Reason::NoOrganization,
        ) => return FailureKind::Other,
        Some(Reason::Other(_)) | None => {}
    }
    let capability = error.capability();
    match (&error.code, status) {
        (ErrorCode::RateLimited, _) | (_, 429) => limited,
        (ErrorCode::Forbidden, _) | (_, 403) => match capability {
            Some(capability) => FailureKind::MissingCapability { capability },
            None => FailureKind::NotAdmin,
        },
        (ErrorCode::NotImplemented, _) | (_, 501) => FailureKind::Offline,
        (ErrorCode::NotFound, 404) if error.is_unknown_session() => FailureKind::NoSuchSession,
        (ErrorCode::GatewayUnavailable, _) | (_, 502..=504) => FailureKind::GatewayAway,
        _ => FailureKind::Other,
    }
}
