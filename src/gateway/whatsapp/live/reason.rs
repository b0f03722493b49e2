//! Why a session ended, as a sentence for the operator with a remedy.

use super::version::{Triple, render};
use jiff::Timestamp;
use std::time::Duration;
use whatsapp_rust::types::events::{ConnectFailureReason, TempBanReason};

pub(super) const REPLACED: &str =
    "replaced by another device that took over this link; restart to take it back";
pub(super) const OUTDATED: &str = "this version is too old for WhatsApp: update groupdesk, or set a newer WhatsApp version in the config, then restart";
pub(super) const UNLINKED: &str = "unlinked from the phone; link it again with a new code";
pub(super) const LOGGED_OUT: &str = "logged out by an operator";
pub(super) const LOGGED_OUT_OFFLINE: &str = "logged out while not connected: the keys are gone, but the phone still lists this device; remove it there under Linked devices";
pub(super) const LOGGED_OUT_UNCONFIRMED: &str = "logged out, but WhatsApp did not confirm it: the keys are gone; if the phone still lists this device, remove it there under Linked devices";
pub(super) const CODE_REFUSED: &str = "WhatsApp refused the code to type; ask for a new one";
pub(super) const CODE_SPENT: &str =
    "WhatsApp does not take the code to type any more; ask for a new one";
pub(super) const PAIRING_EXPIRED: &str =
    "no phone was linked before the codes expired; start again for new ones";
pub(super) const PHONE_TOO_OLD: &str = "the phone that scanned the code runs a WhatsApp without linked devices: update WhatsApp there, then start again";
pub(super) const PASSKEY_EXPIRED: &str =
    "the passkey was not answered in the time that WhatsApp leaves; start again for a new code";
const HOSTED: &str = "this WhatsApp Business account is also used on the Business Platform, and its signature cannot be checked by this version of groupdesk; starting again does not help, link another account";
pub(super) const BROKEN: &str =
    "an internal fault ended this session; restart it (the log has the details)";
pub(super) const ENDED: &str = "the connection was closed for good without a reason; restart it";

/// WhatsApp refused the version in the config.
pub(super) fn outdated_setting(version: Triple) -> String {
    format!(
        "the setting whatsapp.version, {}, is too old for WhatsApp: remove it, or set a newer version, then restart",
        render(version)
    )
}

/// WhatsApp refused the version, and the lookup of a newer one failed.
pub(super) fn version_unknown(pause: Duration) -> String {
    format!(
        "this version is too old for WhatsApp, and the current one cannot be looked up at web.whatsapp.com; next try in {} min",
        pause.as_secs() / 60
    )
}

/// The phone and the library could not agree while linking.
///
/// An account that the Business Platform hosts fails with a signature mismatch in 0.7.0, which takes the signature's prefix from
/// the outer account type (fixed by whatsapp-rust#1440, with which this case can go). Every other cause may pass with a new code.
pub(super) fn link_refused(detail: &str) -> String {
    if detail.contains("signature-mismatch") {
        return HOSTED.to_owned();
    }
    format!(
        "linking the phone did not work ({}); start again for a new code",
        sanitized(detail)
    )
}

/// The passkey step came to nothing; it may be repeated.
pub(super) fn passkey_refused(detail: &str) -> String {
    format!(
        "WhatsApp did not accept the passkey's answer ({}); copy the line again, run it again, and give the new answer",
        sanitized(detail)
    )
}

/// The key file cannot be used.
pub(super) fn keys_unusable(detail: &str) -> String {
    format!(
        "the session's key file cannot be used ({}); see to the data directory, then restart",
        sanitized(detail)
    )
}

/// The key file cannot be written, which ends by itself once there is room.
pub(super) fn keys_unwritable(detail: &str) -> String {
    format!(
        "the session's key file cannot be written ({}); make room on the disk of the data directory. The session is started again by itself within ten minutes; the phone stays linked",
        sanitized(detail)
    )
}

/// The longest ban whose end is waited for.
const LONGEST_BAN: i64 = 366 * 24 * 3600;

/// When a ban of this length ends. `None` for one without an end, or with none that can be true.
pub(super) fn end_of_ban(seconds: i64, now: Timestamp) -> Option<Timestamp> {
    let believed = (1..=LONGEST_BAN).contains(&seconds);
    Timestamp::from_second(now.as_second() + seconds.clamp(1, LONGEST_BAN))
        .ok()
        .filter(|_| believed)
}

/// A ban, with its end in UTC if known.
pub(super) fn banned(why: &TempBanReason, until: Option<Timestamp>) -> String {
    let cause = match why {
        TempBanReason::SentToTooManyPeople => "too many messages to people who do not know it",
        TempBanReason::BlockedByUsers => "too many people blocked it",
        TempBanReason::CreatedTooManyGroups => "too many groups with people who do not know it",
        TempBanReason::SentTooManySameMessage => "the same message sent too often",
        TempBanReason::BroadcastList => "too many messages to a broadcast list",
        TempBanReason::Unknown(_) => "its terms were not kept",
    };
    match until {
        Some(until) => format!(
            "WhatsApp has banned this account until {} ({cause}); it is started again by itself soon after that. Starting it earlier may make the ban longer",
            until.strftime("%Y-%m-%d %H:%M UTC")
        ),
        None => format!(
            "WhatsApp has banned this account ({cause}); open WhatsApp on the phone to see until when, and start it again then. Trying earlier may make the ban longer"
        ),
    }
}

/// The server refused the login and unlinked the device.
pub(super) fn unlinked(reason: ConnectFailureReason) -> String {
    match reason {
        ConnectFailureReason::AccountLocked => {
            "WhatsApp has locked this account: open WhatsApp on the phone to see why, then link it again".to_owned()
        }
        _ => UNLINKED.to_owned(),
    }
}

/// The server refused the login.
pub(super) fn login_refused(reason: ConnectFailureReason) -> String {
    match reason {
        ConnectFailureReason::TempBanned => {
            "WhatsApp has banned this account for a while; open WhatsApp on the phone to see until when".to_owned()
        }
        ConnectFailureReason::BadUserAgent | ConnectFailureReason::ClientOutdated => {
            OUTDATED.to_owned()
        }
        ConnectFailureReason::NotFound | ConnectFailureReason::ClientUnknown => {
            "WhatsApp does not know this device any more; log out, then link the phone again"
                .to_owned()
        }
        other => format!(
            "WhatsApp refused the login (code {}); restart in a while, and if it stays so log out and link the phone again",
            other.code()
        ),
    }
}

/// Whether a refused login should be retried only by an operator.
pub(super) fn is_for_a_person(reason: ConnectFailureReason) -> bool {
    matches!(
        reason,
        ConnectFailureReason::TempBanned
            | ConnectFailureReason::BadUserAgent
            | ConnectFailureReason::ClientOutdated
            | ConnectFailureReason::NotFound
            | ConnectFailureReason::ClientUnknown
    )
}

/// Text from outside, fit to be part of a sentence.
pub(super) fn sanitized(text: &str) -> String {
    let clean = crate::text::clean_line(text);
    clean.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_says_until_when_and_why() {
        let now: Timestamp = "2026-11-20T22:30:00Z".parse().unwrap();
        let until = end_of_ban(3 * 3600, now);
        assert_eq!(until, Some("2026-11-21T01:30:00Z".parse().unwrap()));
        assert_eq!(
            banned(&TempBanReason::CreatedTooManyGroups, until),
            "WhatsApp has banned this account until 2026-11-21 01:30 UTC (too many groups with people who do not know it); it is started again by itself soon after that. Starting it earlier may make the ban longer"
        );
        for implausible in [i64::MIN, -1, 0, LONGEST_BAN + 1, i64::MAX] {
            assert_eq!(end_of_ban(implausible, now), None, "{implausible}");
        }
        assert!(banned(&TempBanReason::Unknown(199), None).contains("to see until when"));
    }

    #[test]
    fn refused_logins_keep_their_code_and_say_what_to_do() {
        assert_eq!(
            login_refused(ConnectFailureReason::from(429)),
            "WhatsApp refused the login (code 429); restart in a while, and if it stays so log out and link the phone again"
        );
        assert_eq!(login_refused(ConnectFailureReason::from(405)), OUTDATED);
        assert!(login_refused(ConnectFailureReason::from(415)).contains("log out"));
    }

    #[test]
    fn an_account_lock_is_not_an_unlinking() {
        assert_eq!(unlinked(ConnectFailureReason::from(401)), UNLINKED);
        assert!(unlinked(ConnectFailureReason::from(403)).contains("locked"));
    }

    #[test]
    fn foreign_text_cannot_break_out_of_its_sentence() {
        let reason = link_refused("bad\n\u{1b}[31mred");
        assert!(!reason.contains('\n') && !reason.contains('\u{1b}'));
    }
}
