//! How the simulated world's refusals look over the wire: the inverse of what a driver makes of them.

use super::stanza::error;
use groupdesk::gateway::whatsapp::{DriverError, MemberChange};
use whatsapp_rust::wacore_binary::Node;

/// What a query is answered with.
pub enum Answer {
    Stanza(Node),
    /// Nothing at all.
    Silence,
    /// The connection ends instead.
    HangUp,
}

/// Why a query is not fulfilled.
pub struct Refused(DriverError);

impl From<DriverError> for Refused {
    fn from(error: DriverError) -> Self {
        Self(error)
    }
}

impl Refused {
    fn with_code(code: u16, text: &str) -> Self {
        Self(DriverError::Other {
            code: Some(code),
            message: text.to_owned(),
        })
    }

    pub fn malformed() -> Self {
        Self::with_code(400, "bad-request")
    }

    pub fn unknown() -> Self {
        Self::with_code(501, "feature-not-implemented")
    }

    pub fn dead_invite() -> Self {
        Self(DriverError::DeadInvite)
    }

    pub fn conflict() -> Self {
        Self(DriverError::Conflict("conflict".to_owned()))
    }

    /// To a change, WhatsApp says the same to plain members and to strangers.
    pub fn of_a_change(self) -> Self {
        match self.0 {
            DriverError::NotAdmin => Self(DriverError::NotInGroup),
            _ => self,
        }
    }

    pub fn answer(&self, query: &Node) -> Answer {
        let text = match &self.0 {
            DriverError::Timeout => return Answer::Silence,
            DriverError::ConnectionLost | DriverError::NotConnected => return Answer::HangUp,
            DriverError::NotAdmin => "not-authorized",
            DriverError::NotInGroup => "forbidden",
            DriverError::NoSuchGroup => "item-not-found",
            DriverError::DeadInvite => "gone",
            DriverError::Refused(_) | DriverError::PrivateInvite { .. } => "not-acceptable",
            DriverError::Conflict(_) | DriverError::AlreadyPaired => "conflict",
            DriverError::RateLimited { .. } | DriverError::Paced { .. } => "rate-overlimit",
            DriverError::Other { message, .. } => message,
        };
        let backoff = match &self.0 {
            DriverError::RateLimited { retry_after } => Some(retry_after.as_secs()),
            _ => None,
        };
        Answer::Stanza(error(query, code_of(&self.0), text, backoff))
    }
}

/// WhatsApp's number for what keeps one member from being changed.
pub fn code_for_member(change: MemberChange, error: &DriverError) -> u16 {
    let DriverError::Refused(why) = error else {
        return code_of(error);
    };
    match change {
        MemberChange::Add | MemberChange::Approve if why.contains("at most") => 419,
        MemberChange::Remove => 405,
        MemberChange::Demote if why.contains("creator") => 405,
        _ => 404,
    }
}

/// WhatsApp's number for a refusal.
fn code_of(error: &DriverError) -> u16 {
    match error {
        DriverError::NotAdmin => 401,
        DriverError::NotInGroup => 403,
        DriverError::NoSuchGroup => 404,
        DriverError::Refused(_) => 406,
        DriverError::PrivateInvite { .. } => 403,
        DriverError::Conflict(_) | DriverError::AlreadyPaired => 409,
        DriverError::DeadInvite => 410,
        DriverError::RateLimited { .. } | DriverError::Paced { .. } => 429,
        DriverError::Other { code, .. } => code.unwrap_or(500),
        DriverError::NotConnected | DriverError::ConnectionLost | DriverError::Timeout => 503,
    }
}
