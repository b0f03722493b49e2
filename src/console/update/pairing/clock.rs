//! Pairing over time, and the consequences of the session's status.

use super::overlay::{find, fix_focus, gone, of, peek};
use super::passkey;
use super::progress::{
    CODE_EVERY, GROUPS_EVERY, LONGEST, awaits_phone, begin, finish, is_end, is_pairing, succeed,
};
use crate::api::{EpochMillis, Session};
use crate::console::account::number;
use crate::console::effect::Call;
use crate::console::state::{Connection, PairingError, PairingStep, State};
use crate::text::clean_line;

/// Without a further group for this long, all have arrived.
const GROUPS_REST: i64 = 3_000;

/// The next due time.
pub(crate) fn due(state: &State) -> Option<EpochMillis> {
    let pairing = peek(state)?;
    let follows = matches!(pairing.step, PairingStep::Link | PairingStep::Linked(_));
    pairing.due.filter(|_| follows)
}

/// Whether the screen counts seconds.
pub(crate) fn counts(state: &State) -> bool {
    peek(state).is_some_and(|pairing| match &pairing.step {
        PairingStep::Link => pairing.passkey.is_none(),
        PairingStep::Linked(_) => true,
        PairingStep::Failed(error) => error.wait(state.now) > 0,
        _ => false,
    })
}

/// Does what is due.
pub(crate) fn clock(state: &mut State) {
    let now = state.now;
    let connected = peek(state)
        .and_then(|pairing| pairing.session.as_deref())
        .is_some_and(|session| state.is_connected(session));
    let Some(pairing) = find(state) else {
        return;
    };
    let Some(due) = pairing.due else {
        return;
    };
    if due > now + LONGEST {
        pairing.due = Some(now + CODE_EVERY);
        return;
    }
    if due > now {
        return;
    }
    let Some(session) = pairing.session.clone() else {
        return;
    };
    match &pairing.step {
        PairingStep::Link if pairing.passkey.is_some() => {
            passkey::look(state, &session);
        }
        PairingStep::Link => {
            // Requesting a code restarts an ended pairing, which only the user may do, so the status is read
            // first.
            pairing.wants_qr = true;
            pairing.due = Some(now + LONGEST);
            state.requests.read_again(Call::Session(session));
        }
        PairingStep::Linked(linked) if connected => {
            if linked.groups > 0 && now - linked.changed_at >= GROUPS_REST {
                finish(state);
            } else {
                pairing.due = Some(now + GROUPS_EVERY);
                state.requests.read(Call::Groups { session });
            }
        }
        PairingStep::Linked(_) => {
            pairing.due = Some(now + GROUPS_EVERY);
            if state.connection != Connection::Live {
                state.requests.read(Call::Session(session));
            }
        }
        _ => pairing.due = None,
    }
}

/// Applies the session's status to the overlay.
pub(crate) fn sync(state: &mut State) {
    let Some(pairing) = peek(state) else {
        return;
    };
    let Some(session) = pairing.session.clone() else {
        return fix_focus(state);
    };
    let follows = awaits_phone(pairing) || matches!(pairing.step, PairingStep::Linked(_));
    if follows {
        match state.sessions.get(&session).cloned() {
            None => gone(state, &session),
            Some(row) => follow(state, &session, &row),
        }
    }
    fix_focus(state);
}

fn follow(state: &mut State, session: &str, row: &Session) {
    let groups = count_groups(state, session);
    let (now, away) = (state.now, state.requests.away.is_some());
    let number = number(row);
    let Some(pairing) = of(state, session) else {
        return;
    };
    if awaits_phone(pairing) && row.status.is_connected() {
        return succeed(state, session, number);
    }
    let on_passkey = passkey::follow(state, session, row);
    let Some(pairing) = of(state, session) else {
        return;
    };
    pairing.armed |= is_pairing(&row.status);
    let end = PairingError::Ended {
        status: row.status.clone(),
        reason: row
            .status_reason
            .as_deref()
            .map(|reason| clean_line(reason).trim().to_owned())
            .filter(|reason| !reason.is_empty()),
    };
    match &mut pairing.step {
        PairingStep::Link if pairing.armed && is_end(&row.status) => {
            pairing.forget();
            pairing.step = PairingStep::Failed(end);
        }
        // What was pasted for the passkey is kept.
        PairingStep::Link if away && !on_passkey => {
            pairing.forget();
            pairing.step = PairingStep::Failed(PairingError::Away);
        }
        PairingStep::Failed(PairingError::Away) if !away => begin(state),
        PairingStep::Linked(_) if is_end(&row.status) => {
            pairing.forget();
            pairing.step = PairingStep::Failed(end);
        }
        PairingStep::Linked(linked) => {
            if number.is_some() {
                linked.number = number;
            }
            if linked.groups != groups {
                linked.groups = groups;
                linked.changed_at = now;
            }
        }
        _ => {}
    }
}

fn count_groups(state: &State, session: &str) -> usize {
    let entries = state.groups.entries.iter();
    entries.filter(|entry| entry.key.session == session).count()
}
