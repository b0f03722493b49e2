//! What becomes of a pairing: the gateway's answers and events, and the time that passes.

use super::super::effect::{Call, RequestId};
use super::super::failure::{Failure, FailureKind};
use super::super::state::{
    ButtonId, Layer, Link, Linked, PairFocus, PairStep, Pairing, Pane, Secret, Shown, State,
    Trouble,
};
use super::pairing::{close, settle_focus};
use super::rows::Keep;
use super::sessions;
use crate::api::{
    AuthCodePayload, AuthQrPayload, EpochMillis, PairingCode, QrCode, Session, SessionStatus,
};
use crate::text::clean_line;

/// How often a code that is not there yet is asked for where no event tells of it.
pub(super) const CODE_EVERY: i64 = 2_000;
/// The same where an event should: in case it does not come.
const CODE_EVERY_LIVE: i64 = 5_000;
/// A code without a known end is looked at again after so long.
const CODE_AGE: i64 = 20_000;
/// How long a first code is waited for where the gateway gives no reason why none comes.
const CODE_PATIENCE: i64 = 90_000;
/// The same where it says that there is no such session, although it lists it.
const LOST_PATIENCE: i64 = 15_000;
/// How often the groups of a phone that was just linked are read.
pub(super) const GROUPS_EVERY: i64 = 1_500;

/// Waits longer than this stem from a clock that was set.
pub(super) const LONGEST: i64 = 60_000;

/// The overlay, wherever it lies.
pub(super) fn find(state: &mut State) -> Option<&mut Pairing> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Pair(pairing) => Some(&mut **pairing),
        _ => None,
    })
}

pub(super) fn peek(state: &State) -> Option<&Pairing> {
    state.layers.iter().find_map(|layer| match layer {
        Layer::Pair(pairing) => Some(&**pairing),
        _ => None,
    })
}

/// The overlay, if it is the top layer.
pub(super) fn top(state: &mut State) -> Option<&mut Pairing> {
    match state.layers.last_mut() {
        Some(Layer::Pair(pairing)) => Some(pairing),
        _ => None,
    }
}

/// The overlay, if it is about this session.
pub(super) fn of<'a>(state: &'a mut State, session: &str) -> Option<&'a mut Pairing> {
    find(state).filter(|pairing| pairing.session.as_deref() == Some(session))
}

/// Whether the status speaks of pairing under way.
pub(super) fn is_pairing(status: &SessionStatus) -> bool {
    matches!(status, SessionStatus::Starting | SessionStatus::ScanQrCode)
}

pub(super) fn is_end(status: &SessionStatus) -> bool {
    matches!(
        status,
        SessionStatus::Failed | SessionStatus::LoggedOut | SessionStatus::Stopped
    )
}

/// Begins, or begins anew, to wait for a phone. Asking for the code makes the gateway pair.
pub(super) fn begin(state: &mut State) {
    let now = state.now;
    let Some(pairing) = find(state) else {
        return;
    };
    pairing.forget();
    pairing.step = PairStep::Link;
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
    if state.runs.away.is_some() {
        sessions::ask(state);
    } else {
        state.read(Call::PairingQr(session));
    }
    settle_focus(state);
}

/// Goes on waiting after a question.
pub(super) fn look(state: &mut State) {
    let now = state.now;
    if let Some(pairing) = find(state) {
        pairing.due = Some(now);
    }
    super::pairing_time::clock(state);
}

/// The session was added, or not.
pub(super) fn created(
    state: &mut State,
    id: RequestId,
    label: Option<&str>,
    answer: Result<Session, Failure>,
) {
    let waits = find(state).is_some_and(|pairing| pairing.step == PairStep::Creating(id));
    match answer {
        Ok(session) => {
            let name = session.id.clone();
            insert(state, session);
            if waits {
                select(state, &name);
                if let Some(pairing) = find(state) {
                    pairing.session = Some(name);
                    pairing.created = true;
                }
                begin(state);
            } else {
                let name = state.account_name(&name);
                state.note(format!(
                    "{name} was added, not linked yet: Enter on it goes on"
                ));
            }
        }
        Err(failure) => {
            let call = Call::CreateSession {
                label: label.map(str::to_owned),
            };
            let after = state.runs.newest();
            let failure = state.failed(&call, failure);
            // It may be there all the same: the list tells.
            if failure.unclear && !state.runs.by_id {
                super::unclear_sessions::lost_creation(state, id, label, after, failure);
                return;
            }
            sessions::ask(state);
            let now = state.now;
            match find(state).filter(|_| waits) {
                Some(pairing) => {
                    let fault = failure.fields.iter().find(|fault| fault.field == "label");
                    if let Some(fault) = fault {
                        pairing.fault = Some(fault.message.clone());
                        pairing.step = PairStep::Label;
                        pairing.focus = PairFocus::Field;
                    } else {
                        pairing.step = PairStep::Trouble(Trouble::Refused { failure, at: now });
                    }
                }
                None => state.tell("Adding the account", &failure, None),
            }
        }
    }
}

/// The list shows that a session was added although nobody said so.
pub(super) fn adopt(state: &mut State, request: RequestId, session: &str) -> bool {
    let waits = find(state).filter(|pairing| pairing.step == PairStep::Creating(request));
    let Some(pairing) = waits else {
        return false;
    };
    pairing.session = Some(session.to_owned());
    pairing.created = true;
    select(state, session);
    begin(state);
    true
}

/// The list does not tell whether a session was added, or tells that none was.
pub(super) fn not_created(state: &mut State, request: RequestId, failure: Failure) -> bool {
    let at = state.now;
    let waits = find(state).filter(|pairing| pairing.step == PairStep::Creating(request));
    let Some(pairing) = waits else {
        return false;
    };
    pairing.step = PairStep::Trouble(Trouble::Refused { failure, at });
    settle_focus(state);
    true
}

/// Puts a new session into the list and selects it. A list that is on its way may not know it.
fn insert(state: &mut State, session: Session) {
    let id = session.id.clone();
    if state.sessions.get(&id).is_none() {
        state.sessions.since.insert(id.clone(), state.now);
        state.sessions.rows.push(session);
    }
    state.runs.cancel(|call| *call == Call::Sessions);
    sessions::ask(state);
}

fn select(state: &mut State, session: &str) {
    let row = state.sessions.rows.iter().position(|row| row.id == session);
    if let Some(row) = row {
        sessions::select(state, row + 1);
    }
}

/// The session was removed, or not.
pub(super) fn removed(state: &mut State, session: &str, answer: Result<(), Failure>) {
    let name = state.account_name(session);
    let waits = of(state, session).is_some_and(|it| matches!(it.step, PairStep::Removing(_)));
    match answer {
        Err(failure) if failure.code != "not_found" => {
            let failure = state.failed(&Call::DeleteSession(session.to_owned()), failure);
            if failure.unclear {
                state.read_again(Call::Sessions);
            }
            if let Some(pairing) = of(state, session).filter(|_| waits) {
                pairing.step = PairStep::AskLeave(Some(failure));
                pairing.focus = PairFocus::Button(ButtonId::Keep);
            } else {
                state.tell(&format!("{name}, removing"), &failure, None);
                if failure.unclear {
                    sessions::ask(state);
                }
            }
        }
        _ => {
            if waits {
                close(state);
            }
            state.sessions.rows.retain(|row| row.id != session);
            state.groups.retain(|entry| entry.key.session != session);
            state.groups.loaded.remove(session);
            state.groups.failures.remove(session);
            state.sessions.cursor = 0;
            state.rebuild_rows(Keep::Selected);
            state.runs.cancel(|call| *call == Call::Sessions);
            sessions::ask(state);
            state.good(format!("{name} was removed"));
        }
    }
}

/// The QR code has come, or none is ready.
pub(super) fn qr(state: &mut State, session: &str, answer: Result<QrCode, Failure>) {
    let Some(pairing) = of(state, session).filter(|pairing| pairing.is_waiting()) else {
        return;
    };
    let armed = pairing.armed;
    match answer {
        Ok(QrCode { code, expires_at }) => show(state, session, code, expires_at),
        Err(failure) if failure.code == "not_found" => no_code_yet(state, session, &failure),
        Err(failure) => refuse(state, &Call::PairingQr(session.to_owned()), failure),
    }
    if !armed {
        // From the next status on it is this attempt that ends, not an earlier one.
        state.read_again(Call::Session(session.to_owned()));
    }
}

/// No code is ready: it is waited for, but not for ever.
fn no_code_yet(state: &mut State, session: &str, failure: &Failure) {
    let now = state.now;
    // The gateway says itself what holds it up.
    let explained = (state.sessions.get(session))
        .and_then(|row| row.status_reason.as_deref())
        .is_some_and(|reason| !reason.trim().is_empty());
    let patience = match failure.kind {
        FailureKind::NoSuchSession => LOST_PATIENCE,
        _ => CODE_PATIENCE,
    };
    let Some(pairing) = of(state, session) else {
        return;
    };
    let waited = now - pairing.since;
    let in_vain = pairing.step == PairStep::Link && pairing.qr.is_none() && waited >= patience;
    if in_vain && !explained {
        pairing.forget();
        pairing.step = PairStep::Trouble(Trouble::NoCode);
        settle_focus(state);
    } else {
        plan(state, session);
    }
}

/// The gateway tells the next code.
pub(super) fn rotated(state: &mut State, session: &str, payload: AuthQrPayload) {
    let no_code = PairStep::Trouble(Trouble::NoCode);
    let waits = |pairing: &&mut Pairing| pairing.is_waiting() || pairing.step == no_code;
    if let Some(pairing) = of(state, session).filter(waits) {
        if pairing.step == no_code {
            pairing.step = PairStep::Link;
        }
        pairing.armed = true;
        show(state, session, payload.code, payload.expires_at);
    }
}

fn show(state: &mut State, session: &str, code: String, expires_at: Option<EpochMillis>) {
    if let Some(pairing) = of(state, session) {
        pairing.qr = Some(Shown {
            code: Secret::new(code),
            expires_at,
        });
    }
    plan(state, session);
}

/// Plans the next look at the code.
fn plan(state: &mut State, session: &str) {
    let now = state.now;
    let live = state.link == Link::Live;
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

/// A session was read: now it is known whether it still pairs, and whether it is there at all.
pub(super) fn session_told(state: &mut State, session: &str, is_gone: bool) {
    if is_gone && of(state, session).is_some_and(|pairing| pairing.is_waiting()) {
        super::pairing_time::gone(state, session);
        sessions::ask(state);
    }
    let ended = state
        .sessions
        .get(session)
        .is_some_and(|row| is_end(&row.status));
    let Some(pairing) = of(state, session).filter(|pairing| pairing.is_waiting()) else {
        return;
    };
    pairing.armed = true;
    if std::mem::take(&mut pairing.wants_qr) && !ended {
        state.read(Call::PairingQr(session.to_owned()));
    }
}

/// The code to type has come.
pub(super) fn code(
    state: &mut State,
    id: RequestId,
    session: &str,
    answer: Result<PairingCode, Failure>,
) {
    let now = state.now;
    let Some(pairing) = of(state, session).filter(|pairing| pairing.asking == Some(id)) else {
        return;
    };
    pairing.asking = None;
    match answer {
        Ok(PairingCode { code }) => {
            pairing.armed = true;
            pairing.focus = PairFocus::Button(ButtonId::Next);
            pairing.code = Some((Secret::new(clean_line(&code).into_owned()), now));
        }
        Err(failure) if failure.fields.iter().any(|fault| fault.field == "phone") => {
            let fault = failure.fields.iter().find(|fault| fault.field == "phone");
            pairing.fault = fault.map(|fault| fault.message.clone());
            pairing.focus = PairFocus::Field;
        }
        Err(failure) => {
            let call = Call::PairingCode {
                session: session.to_owned(),
                phone: String::new(),
            };
            refuse(state, &call, failure);
        }
    }
    settle_focus(state);
}

/// A call about the session was refused.
fn refuse(state: &mut State, call: &Call, failure: Failure) {
    let failure = state.failed(call, failure);
    let at = state.now;
    let Some(session) = call.session() else {
        return;
    };
    let paired = failure.code == "conflict" && failure.kind == FailureKind::Other;
    let is_listed = state.sessions.get(session).is_some();
    let trouble = match failure.code.as_str() {
        _ if paired => Trouble::Paired,
        // Unless the list, which is read anew, does not have it any more.
        "not_found" if is_listed => Trouble::NoCode,
        "not_found" => Trouble::Gone,
        _ => Trouble::Refused { failure, at },
    };
    let listed_only = trouble == Trouble::NoCode;
    if let Some(pairing) = of(state, session).filter(|it| it.step == PairStep::Link) {
        pairing.forget();
        pairing.step = PairStep::Trouble(trouble);
    }
    if listed_only {
        sessions::ask(state);
    }
    if paired {
        state.read_again(Call::Session(session.to_owned()));
        state.read_again(Call::Sessions);
    }
}

/// A phone was linked.
pub(super) fn linked(state: &mut State, session: &str, payload: &AuthCodePayload) {
    let number = payload.jid.as_deref().and_then(|jid| {
        let (user, server) = jid.split_once('@')?;
        let digits = user.split([':', '.']).next()?;
        let known = server == "s.whatsapp.net" || server == "c.us";
        known.then(|| digits.to_owned())
    });
    if of(state, session).is_some_and(|pairing| awaits_phone(pairing)) {
        succeed(state, session, number);
    }
}

pub(super) fn awaits_phone(pairing: &Pairing) -> bool {
    pairing.is_waiting() || matches!(pairing.step, PairStep::Trouble(_))
}

/// Straight to the groups, with the progress over them.
pub(super) fn succeed(state: &mut State, session: &str, number: Option<String>) {
    let now = state.now;
    let Some(pairing) = of(state, session) else {
        return;
    };
    pairing.forget();
    pairing.created = false;
    pairing.step = PairStep::Linked(Linked {
        number,
        groups: 0,
        changed_at: now,
    });
    pairing.due = Some(now + GROUPS_EVERY);
    state.runs.cancel(|call| matches!(call, Call::PairingQr(_)));
    super::groups::clear_filter(state);
    super::groups::end_filter(state);
    select(state, session);
    state.focus = Pane::Groups;
    state.read_again(Call::Session(session.to_owned()));
}

/// Closes the overlay over the groups of the phone that was linked.
pub(super) fn finish(state: &mut State) {
    let Some(PairStep::Linked(linked)) = find(state).map(|pairing| pairing.step.clone()) else {
        return;
    };
    close(state);
    let number = linked.number.as_deref().map(super::super::words::phone);
    let number = number.unwrap_or_else(|| "The phone".to_owned());
    state.good(match linked.groups {
        0 => format!("{number} is linked; its groups come in by themselves"),
        count => {
            let groups = super::super::words::count(count, "group", "groups");
            format!("{number} is linked: {groups}")
        }
    });
}
