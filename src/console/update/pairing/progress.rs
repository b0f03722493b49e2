//! The progress of a pairing: the wait for a phone, the codes, and the groups of the linked phone.

use super::super::{groups, sessions};
use super::overlay::{close, find, fix_focus, of};
use crate::api::{EpochMillis, SessionStatus};
use crate::console::effect::Call;
use crate::console::state::{
    Connection, Linked, Pairing, PairingQr, PairingSecret, PairingStep, Pane, State,
};
use crate::console::words;

/// Interval for requesting a code that is not ready, without realtime, in milliseconds.
pub(super) const CODE_EVERY: i64 = 2_000;
/// The same with realtime, in case the event does not come.
pub(super) const CODE_EVERY_LIVE: i64 = 5_000;
/// A code without a known expiry is read again after this long.
pub(super) const CODE_AGE: i64 = 20_000;
/// How often the groups of a phone that was just linked are read.
pub(super) const GROUPS_EVERY: i64 = 1_500;
/// The longest wait; a longer one results from a clock that was set.
pub(super) const LONGEST: i64 = 60_000;

/// Whether the status is one of pairing in progress.
pub(super) fn is_pairing(status: &SessionStatus) -> bool {
    matches!(status, SessionStatus::Starting | SessionStatus::ScanQrCode)
}

pub(super) fn is_end(status: &SessionStatus) -> bool {
    matches!(
        status,
        SessionStatus::Failed | SessionStatus::LoggedOut | SessionStatus::Stopped
    )
}

/// Whether a phone may still be linked.
pub(super) fn awaits_phone(pairing: &Pairing) -> bool {
    pairing.is_waiting() || matches!(pairing.step, PairingStep::Failed(_))
}

/// Starts or restarts the wait for a phone. Requesting the code makes the gateway pair.
pub(super) fn begin(state: &mut State) {
    let now = state.now;
    let Some(pairing) = find(state) else {
        return;
    };
    pairing.forget();
    pairing.step = PairingStep::Link;
    pairing.since = now;
    let Some(session) = pairing.session.clone() else {
        return;
    };
    let under_way = state
        .sessions
        .get(&session)
        .is_some_and(|row| is_pairing(&row.status));
    if let Some(pairing) = find(state) {
        pairing.armed = under_way;
    }
    if state.requests.away.is_some() {
        sessions::ask(state);
    } else {
        state.requests.read(Call::PairingQr(session));
    }
    fix_focus(state);
}

/// Shows a code, and plans the next look at it.
pub(super) fn show(
    state: &mut State,
    session: &str,
    code: String,
    expires_at: Option<EpochMillis>,
) {
    if let Some(pairing) = of(state, session) {
        pairing.qr = Some(PairingQr {
            code: PairingSecret::new(code),
            expires_at,
        });
    }
    plan(state, session);
}

/// Plans the next look at the code.
pub(super) fn plan(state: &mut State, session: &str) {
    let now = state.now;
    let live = state.connection == Connection::Live;
    let every = if live { CODE_EVERY_LIVE } else { CODE_EVERY };
    let Some(pairing) = of(state, session) else {
        return;
    };
    let wait = match pairing.qr.as_ref().map(|shown| shown.expires_at) {
        None => every,
        Some(None) if live => CODE_AGE,
        Some(None) => every,
        Some(Some(end)) => (end - now + 500).clamp(every, LONGEST),
    };
    pairing.due = Some(now + wait);
}

/// Selects a session in its pane.
pub(super) fn select(state: &mut State, session: &str) {
    let row = state.sessions.rows.iter().position(|row| row.id == session);
    if let Some(row) = row {
        sessions::select(state, row + 1);
    }
}

/// Focuses the groups, with the progress shown over them.
pub(super) fn succeed(state: &mut State, session: &str, number: Option<String>) {
    let now = state.now;
    let Some(pairing) = of(state, session) else {
        return;
    };
    pairing.forget();
    pairing.created = false;
    pairing.step = PairingStep::Linked(Linked {
        number,
        groups: 0,
        changed_at: now,
    });
    pairing.due = Some(now + GROUPS_EVERY);
    state
        .requests
        .cancel(|call| matches!(call, Call::PairingQr(_) | Call::Passkey(_)));
    groups::clear_filter(state);
    groups::end_filter(state);
    select(state, session);
    state.focus = Pane::Groups;
    state.requests.read_again(Call::Session(session.to_owned()));
}

/// Closes the overlay over the groups of the phone that was linked.
pub(super) fn finish(state: &mut State) {
    let Some(PairingStep::Linked(linked)) = find(state).map(|pairing| pairing.step.clone()) else {
        return;
    };
    close(state);
    let number = linked.number.as_deref().map(words::phone);
    let number = number.unwrap_or_else(|| "The phone".to_owned());
    state.good(match linked.groups {
        0 => format!("{number} is linked; its groups come in by themselves"),
        count => {
            let groups = words::count(count, "group", "groups");
            format!("{number} is linked: {groups}")
        }
    });
}
