//! The texts of each step of "Add an account".

use super::super::screen::Screen;
use super::fit::{Room, qr_room};
use crate::api::SessionStatus;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::state::{LinkMethod, Pairing, PairingError, PairingStep, State};
use crate::console::words;

/// Approximate validity of a pairing code.
const CODE_SECONDS: i64 = 180;

pub(super) fn title(state: &State, pairing: &Pairing) -> String {
    let session = pairing.session.as_deref();
    let named = |title: &str| match session.and_then(|session| state.account_label(session)) {
        Some(label) => format!("{title} · {label}"),
        None => title.to_owned(),
    };
    match &pairing.step {
        PairingStep::Label | PairingStep::Creating(_) => "Add an account".to_owned(),
        PairingStep::AskLeave(_) => named("Not linked yet"),
        PairingStep::Linked(_) => named("Linked"),
        PairingStep::Failed(_) if pairing.session.is_none() => {
            "The account was not added".to_owned()
        }
        PairingStep::Link if pairing.passkey.is_some() => named("Passkey"),
        _ => named("Link a phone"),
    }
}

pub(super) fn beside_code(state: &State, pairing: &Pairing) -> String {
    let held_up = held_up(state, pairing).map(|reason| format!("\n\n{reason}"));
    format!(
        "Scan this code with the phone to link:\n\n1  Open WhatsApp\n2  Settings (or ⋮), Linked devices\n3  Link a device\n4  Point it at the code\n\n{}{}",
        next_code(state, pairing),
        held_up.unwrap_or_default()
    )
}

/// The remaining validity of the code, or how long the wait for it has lasted.
pub(super) fn next_code(state: &State, pairing: &Pairing) -> String {
    let Some(shown) = &pairing.qr else {
        let waited = words::seconds(pairing.since, state.now);
        return format!("◌ Waiting for the code, {waited}");
    };
    match shown.expires_at.map(|at| at.saturating_sub(state.now)) {
        Some(left @ 1..) => format!("Next code in {} s", left.saturating_add(999) / 1_000),
        Some(_) => "◌ The next code is on its way".to_owned(),
        None => "It is replaced by itself.".to_owned(),
    }
}

/// The texts above and below the middle part.
pub(super) fn head_and_foot(state: &State, screen: &Screen, pairing: &Pairing) -> (String, String) {
    let only = |words: String| (words, String::new());
    match &pairing.step {
        PairingStep::Label => (
            "A name for the account, to know it by. It may stay empty. Have its phone at hand: it is linked next.\n\nBy default groupdesk's gateway keeps the phone ringing."
                .to_owned(),
            fault(pairing),
        ),
        PairingStep::Creating(_) => only("◌ Adding the account …\n\nEsc leaves; it is added all the same.".to_owned()),
        PairingStep::Removing(_) => only("◌ Removing the account …\n\nEsc leaves; it is removed all the same.".to_owned()),
        PairingStep::Link => code_way(state, screen, pairing),
        PairingStep::Linked(linked) => {
            let number = linked.number.as_deref().map(words::phone);
            let number = number.unwrap_or_else(|| "The phone".to_owned());
            let connected = pairing
                .session
                .as_deref()
                .is_some_and(|session| state.is_connected(session));
            let groups = match (linked.groups, connected) {
                (0, false) => "◌ Connecting …".to_owned(),
                (0, true) => "◌ Its groups come in: none so far".to_owned(),
                (count, _) => format!("◌ Its groups come in: {} so far", words::count(count, "group", "groups")),
            };
            only(format!("✔ {number} is linked.\n\n{groups}"))
        }
        PairingStep::Failed(error) => only(format!("✘ {}", error_sentence(state, pairing, error))),
        PairingStep::AskLeave(failure) => {
            let failed = failure.as_ref().map(|failure| {
                let what = if failure.unconfirmed {
                    "Whether it was removed is not known"
                } else {
                    "Not removed"
                };
                format!("✘ {what}: {}\n\n", refused(state, failure))
            });
            only(format!(
                "{}The account was added, but no phone is linked to it.\n\nKept, it stays among the sessions: Enter on it links a phone later. Removed, nothing is left of it.",
                failed.unwrap_or_default()
            ))
        }
    }
}

fn fault(pairing: &Pairing) -> String {
    pairing
        .fault
        .as_ref()
        .map_or_else(String::new, |fault| format!("✘ {fault}"))
}

/// The number's form, or what to do with the code.
fn code_way(state: &State, screen: &Screen, pairing: &Pairing) -> (String, String) {
    if pairing.asking.is_some() {
        return ("◌ Asking WhatsApp for a code …".to_owned(), String::new());
    }
    if let Some((code, at)) = &pairing.code {
        let age = state.now.saturating_sub(*at).max(0) / 1_000;
        let age_words = if let Some(reason) = refused_code(state, pairing) {
            format!("✘ {reason}")
        } else if age >= CODE_SECONDS {
            "✘ It is more than three minutes old and has run out, most likely: get a new one."
                .to_owned()
        } else {
            format!("It is good for about three minutes; it is {age} s old.")
        };
        let head = "On the phone: WhatsApp → Linked devices → Link a device → Link with phone number instead. Type:";
        return (
            head.to_owned(),
            format!("{}\n\n{age_words}", spaced(code.reveal())),
        );
    }
    // While no code arrives, its size does not matter.
    let lack = held_up(state, pairing).or_else(|| match (pairing.method, qr_room(state, screen, pairing)) {
        (LinkMethod::Qr, Room::Missing { columns, rows }) => Some(format!(
            "The QR code has no room: it needs {}. Enlarge the window or make its letters smaller, or link with a code to type.",
            words::missing(columns, rows)
        )),
        (LinkMethod::Qr, Room::TooLong) => {
            Some("The code is too long for a QR code. Link with a code to type.".to_owned())
        }
        _ => None,
    });
    let lack = lack.map_or_else(String::new, |lack| format!("{lack}\n\n"));
    let head = format!(
        "{lack}WhatsApp gives out a code that is typed on the phone. For which number? With its country code, such as +62 812-3456-7890."
    );
    (head, fault(pairing))
}

/// Why the displayed code is invalid, if the gateway reports it.
fn refused_code(state: &State, pairing: &Pairing) -> Option<String> {
    reason(state, pairing, &SessionStatus::ScanQrCode)
}

/// Why no code arrives, if the gateway reports it.
pub(super) fn held_up(state: &State, pairing: &Pairing) -> Option<String> {
    let reason =
        reason(state, pairing, &SessionStatus::Starting).filter(|_| pairing.qr.is_none())?;
    Some(format!(
        "✘ {reason}. Look whether the gateway reaches the internet; the code comes as soon as WhatsApp answers."
    ))
}

/// The reason that the session has in this status.
pub(super) fn reason(state: &State, pairing: &Pairing, status: &SessionStatus) -> Option<String> {
    let session = state.sessions.get(pairing.session.as_deref()?)?;
    let reason = crate::text::clean_line(session.status_reason.as_deref()?);
    (session.status == *status && !reason.trim().is_empty()).then(|| reason.trim().to_owned())
}

/// `ABCD-1234`, as it is typed and read aloud.
pub(super) fn spaced(code: &str) -> String {
    let code: Vec<char> = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let groups: Vec<String> = code.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

fn error_sentence(state: &State, pairing: &Pairing, error: &PairingError) -> String {
    match error {
        PairingError::Refused { failure, .. } => {
            let mut words = refused(state, failure);
            let is_open = failure.unconfirmed && failure.status.is_some();
            if (failure.kind == FailureKind::GatewayAway || is_open) && pairing.session.is_none() {
                words.push_str(
                    "\n\nPerhaps it was added all the same: look among the sessions before you try again.",
                );
            }
            words
        }
        PairingError::Ended { status, reason } => {
            let reason = reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            match status {
                SessionStatus::Stopped => format!("The session was stopped{reason}. Try again to go on."),
                _ => format!("No phone was linked in time, or WhatsApp gave up{reason}. Try again for a new code."),
            }
        }
        PairingError::Paired => {
            let session = pairing.session.as_deref();
            let status = session.and_then(|session| state.sessions.get(session));
            if status.is_some_and(|row| row.status == SessionStatus::LoggedOut) {
                "The gateway lists the account as unlinked, but it still holds the link of a phone and gives no code. Start it to see whether that link works; if not, remove the account and add it anew.".to_owned()
            } else {
                "A phone is linked to this account already. Start it with its key under Sessions, or log it out first.".to_owned()
            }
        }
        PairingError::NoCode => {
            "The gateway lists the account, but gives no code for it: its engine may not have it. Try again, start it, or remove it and add it anew.".to_owned()
        }
        PairingError::CodesDiffer => {
            "The codes differ, so linking was ended, and the session is being stopped. Try again for a new code, with the phone at hand.".to_owned()
        }
        PairingError::Away => {
            "The gateway does not answer. It is asked again by itself, and linking goes on when it does.".to_owned()
        }
        PairingError::Gone => "The account was removed meanwhile. Add it anew.".to_owned(),
    }
}

/// The meaning of refusals here: before a phone is linked there is no connection to blame.
pub(super) fn refused(state: &State, failure: &CallFailure) -> String {
    match &failure.kind {
        FailureKind::Offline => {
            "WhatsApp could not be reached. Wait a moment, then try again.".to_owned()
        }
        FailureKind::GatewayAway => {
            "The gateway does not answer. Check that it runs, then try again.".to_owned()
        }
        _ => state.sentence(failure, None),
    }
}
