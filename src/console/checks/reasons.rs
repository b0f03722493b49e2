//! Why something is not known, without a capital and a full stop.

use super::facts::Facts;
use crate::api::Session;
use crate::console::failure::{CallFailure, FailureKind};
use crate::text::clean_line;

/// Why a call did not answer the question.
pub(super) fn why(failure: &CallFailure) -> String {
    match &failure.kind {
        FailureKind::Offline => "the account is not connected to WhatsApp".to_owned(),
        FailureKind::NoSuchSession | FailureKind::NotInEngine => {
            "the gateway's engine does not have this account".to_owned()
        }
        FailureKind::NotAdmin => "WhatsApp answers it to admins only".to_owned(),
        FailureKind::NotInGroup => "the account is not in the group".to_owned(),
        FailureKind::RateLimited { wait } | FailureKind::TooManyConnects { wait } => match wait {
            Some(seconds) => format!("rate limited; retry in {seconds} s"),
            None => "rate limited; retry in a minute".to_owned(),
        },
        FailureKind::MissingCapability { capability } if capability.is_empty() => {
            "the key may not ask for it".to_owned()
        }
        FailureKind::MissingCapability { capability } => {
            format!("the key lacks the capability {}", clean_line(capability))
        }
        FailureKind::GatewayAway => "the gateway does not answer".to_owned(),
        FailureKind::DeadInvite => "the link is dead".to_owned(),
        FailureKind::PerhapsNotAdmin | FailureKind::PerhapsOffline => {
            "the gateway failed without a reason".to_owned()
        }
        FailureKind::Other => match clean_line(&failure.message).trim() {
            "" => "the gateway refused without a reason".to_owned(),
            message => message.trim_end_matches('.').to_owned(),
        },
    }
}

/// Why WhatsApp was not asked.
pub(super) fn not_asked(facts: &Facts<'_>) -> &'static str {
    let is_off = |session: &Session| session.status.is_disconnected();
    if facts.away {
        "the gateway does not answer"
    } else if facts.session.is_some_and(is_off) {
        "the account is not connected to WhatsApp"
    } else {
        "it was not looked up"
    }
}
