//! Facts about a WhatsApp account, from the row of its session.

use crate::api::{Session, SessionStatus};
use crate::console::words;
use crate::text::clean_line;

/// The name by which people know a session: its label, its number, or its id. Cleaned.
#[must_use]
pub(crate) fn name(session: &Session) -> String {
    let label = clean_line(session.label.as_deref().unwrap_or_default());
    if !label.trim().is_empty() {
        return label.into_owned();
    }
    match number(session) {
        Some(number) => words::phone(&number),
        None => clean_line(&session.id).into_owned(),
    }
}

/// The digits of the account's number; some gateways report it only in the account's id.
#[must_use]
pub(crate) fn number(session: &Session) -> Option<String> {
    let phone_number = session.phone_number.as_deref();
    if let Some(phone_number) = phone_number.filter(|number| !number.trim().is_empty()) {
        return Some(phone_number.trim_start_matches('+').to_owned());
    }
    match person(session.wa_jid.as_deref()?) {
        (user, "s.whatsapp.net" | "c.us") => {
            let is_number = !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| user.to_owned())
        }
        _ => None,
    }
}

/// Whether a JID or LID is the session's own account.
#[must_use]
pub(crate) fn is_own(session: &Session, id: &str) -> bool {
    let own = [&session.wa_jid, &session.wa_lid];
    own.into_iter()
        .flatten()
        .any(|own| person(own) == person(id))
}

/// The user and server of an id, without the device.
pub(crate) fn person(id: &str) -> (&str, &str) {
    let (user, server) = id.split_once('@').unwrap_or((id, ""));
    (user.split([':', '.']).next().unwrap_or(user), server)
}

/// Whether a session has no phone, so that starting it means pairing. One that was ever connected
/// only counts once it was logged out.
#[must_use]
pub(crate) fn is_unlinked(session: &Session) -> bool {
    match session.status {
        SessionStatus::LoggedOut | SessionStatus::ScanQrCode => true,
        SessionStatus::Stopped | SessionStatus::Failed => {
            session.wa_jid.is_none()
                && session.phone_number.is_none()
                && session.last_connected_at.is_none()
        }
        _ => false,
    }
}

/// Whether a session is known to have a phone, which stopping it does not unlink.
#[must_use]
pub(crate) fn is_linked(session: &Session) -> bool {
    let has_phone = session.wa_jid.is_some() || session.phone_number.is_some();
    match session.status {
        SessionStatus::LoggedOut | SessionStatus::ScanQrCode => false,
        SessionStatus::Working => true,
        _ => has_phone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sessions_without_a_phone_are_unlinked() {
        let session = |status, jid: Option<&str>| Session {
            status,
            wa_jid: jid.map(str::to_owned),
            ..Session::default()
        };
        for (status, jid, unlinked) in [
            (SessionStatus::LoggedOut, Some("1@s.whatsapp.net"), true),
            (SessionStatus::ScanQrCode, None, true),
            (SessionStatus::Stopped, None, true),
            (SessionStatus::Stopped, Some("1@s.whatsapp.net"), false),
            (SessionStatus::Failed, None, true),
            (SessionStatus::Failed, Some("1@s.whatsapp.net"), false),
            (SessionStatus::Starting, None, false),
            (SessionStatus::Working, None, false),
            (SessionStatus::Other("odd".to_owned()), None, false),
        ] {
            assert_eq!(
                is_unlinked(&session(status.clone(), jid)),
                unlinked,
                "{status:?}"
            );
        }
    }
}
