//! How answers and events of the gateway affect a pairing.

use super::super::rows::Keep;
use super::super::sessions;
use super::overlay::{close, find, fix_focus, gone, of, peek};
use super::passkey::awaits_passkey;
use super::progress::{awaits_phone, begin, is_end, plan, select, show, succeed};
use crate::api::{AuthCodePayload, AuthQrPayload, PairingCode, QrCode, Session};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::RequestId;
use crate::console::state::{
    ButtonId, FieldOrButton, LostCreation, Pairing, PairingError, PairingSecret, PairingStep, State,
};
use crate::text::clean_line;

/// Milliseconds to wait for the first code where the gateway gives no reason for its absence.
const CODE_PATIENCE: i64 = 90_000;
/// The same when it reports that the session does not exist, although it lists it.
const LOST_PATIENCE: i64 = 15_000;

/// The request to add the session was answered; `newest` was the newest request then.
pub(crate) fn created(
    state: &mut State,
    (id, newest): (RequestId, u64),
    label: Option<&str>,
    answer: Result<Session, CallFailure>,
) {
    let waits = find(state).is_some_and(|pairing| pairing.step == PairingStep::Creating(id));
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
            // It may have been added: the list is read.
            if failure.unconfirmed && !state.requests.sessions_by_id {
                let label = label.map(str::to_owned);
                let lost = LostCreation::new(id, label, failure, newest);
                state.requests.unconfirmed.creation = Some(lost);
                state.requests.read_again(Call::Sessions);
                return;
            }
            sessions::ask(state);
            let now = state.now;
            match find(state).filter(|_| waits) {
                Some(pairing) => {
                    let fault = failure.fields.iter().find(|fault| fault.field == "label");
                    if let Some(fault) = fault {
                        pairing.fault = Some(fault.message.clone());
                        pairing.step = PairingStep::Label;
                        pairing.focus = FieldOrButton::Field;
                    } else {
                        pairing.step =
                            PairingStep::Failed(PairingError::Refused { failure, at: now });
                    }
                }
                None => state.tell("Adding the account", &failure, None),
            }
        }
    }
}

/// The list shows that a session was added, although the answer was lost.
pub(crate) fn adopt(state: &mut State, request: RequestId, session: &str) -> bool {
    let waits = find(state).filter(|pairing| pairing.step == PairingStep::Creating(request));
    let Some(pairing) = waits else {
        return false;
    };
    pairing.session = Some(session.to_owned());
    pairing.created = true;
    select(state, session);
    begin(state);
    true
}

/// The list does not show whether a session was added, or shows that none was.
pub(crate) fn not_created(state: &mut State, request: RequestId, failure: CallFailure) -> bool {
    let at = state.now;
    let waits = find(state).filter(|pairing| pairing.step == PairingStep::Creating(request));
    let Some(pairing) = waits else {
        return false;
    };
    pairing.step = PairingStep::Failed(PairingError::Refused { failure, at });
    fix_focus(state);
    true
}

/// Inserts a new session into the list. A list request in flight may be older, so it is cancelled.
fn insert(state: &mut State, session: Session) {
    let id = session.id.clone();
    if state.sessions.get(&id).is_none() {
        state.sessions.since.insert(id.clone(), state.now);
        state.sessions.rows.push(session);
    }
    state.requests.cancel(|call| *call == Call::Sessions);
    sessions::ask(state);
}

/// The request to remove the session was answered.
pub(crate) fn removed(state: &mut State, session: &str, answer: Result<(), CallFailure>) {
    let name = state.account_name(session);
    let waits = of(state, session).is_some_and(|it| matches!(it.step, PairingStep::Removing(_)));
    match answer {
        Err(failure) if failure.code != "not_found" => {
            if failure.unconfirmed {
                state.requests.read_again(Call::Sessions);
            }
            if let Some(pairing) = of(state, session).filter(|_| waits) {
                pairing.step = PairingStep::AskLeave(Some(failure));
                pairing.focus = FieldOrButton::Button(ButtonId::Keep);
            } else {
                state.tell(&format!("{name}, removing"), &failure, None);
                if failure.unconfirmed {
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
            state.requests.cancel(|call| *call == Call::Sessions);
            sessions::ask(state);
            state.good(format!("{name} was removed"));
        }
    }
}

/// The QR code was read, or none is ready.
pub(crate) fn qr(state: &mut State, session: &str, answer: Result<QrCode, CallFailure>) {
    let Some(pairing) = of(state, session).filter(|pairing| pairing.awaits_qr()) else {
        return;
    };
    let armed = pairing.armed;
    match answer {
        Ok(QrCode { code, expires_at }) => show(state, session, code, expires_at),
        Err(failure) if failure.code == "not_found" => no_code_yet(state, session, &failure),
        Err(failure) => refuse(state, session, failure),
    }
    if !armed {
        // From the next status on it is this attempt that ends, not an earlier one.
        state.requests.read_again(Call::Session(session.to_owned()));
    }
}

/// No code is ready: the wait for it is limited.
fn no_code_yet(state: &mut State, session: &str, failure: &CallFailure) {
    let now = state.now;
    // The gateway reports the reason itself.
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
    let in_vain = pairing.step == PairingStep::Link && pairing.qr.is_none() && waited >= patience;
    if in_vain && !explained {
        pairing.forget();
        pairing.step = PairingStep::Failed(PairingError::NoCode);
        fix_focus(state);
    } else {
        plan(state, session);
    }
}

/// An event brought the next code.
pub(crate) fn rotated(state: &mut State, session: &str, payload: AuthQrPayload) {
    let no_code = PairingStep::Failed(PairingError::NoCode);
    if awaits_passkey(state, session) {
        // A code means that WhatsApp does not wait for the passkey any more.
        return state.requests.read_again(Call::Passkey(session.to_owned()));
    }
    let waits = |pairing: &&mut Pairing| pairing.is_waiting() || pairing.step == no_code;
    if let Some(pairing) = of(state, session).filter(waits) {
        if pairing.step == no_code {
            pairing.step = PairingStep::Link;
        }
        pairing.armed = true;
        show(state, session, payload.code, payload.expires_at);
    }
}

/// A session was read, which shows whether it is still pairing and whether it exists.
pub(crate) fn session_read(state: &mut State, session: &str, is_gone: bool) {
    if is_gone && of(state, session).is_some_and(|pairing| pairing.is_waiting()) {
        gone(state, session);
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
        state.requests.read(Call::PairingQr(session.to_owned()));
    }
}

/// The pairing code was created.
pub(crate) fn code(
    state: &mut State,
    id: RequestId,
    session: &str,
    answer: Result<PairingCode, CallFailure>,
) {
    let now = state.now;
    let Some(pairing) = of(state, session).filter(|pairing| pairing.asking == Some(id)) else {
        return;
    };
    pairing.asking = None;
    match answer {
        Ok(PairingCode { code }) => {
            pairing.armed = true;
            pairing.focus = FieldOrButton::Button(ButtonId::Next);
            pairing.code = Some((PairingSecret::new(clean_line(&code).into_owned()), now));
        }
        Err(failure) if failure.fields.iter().any(|fault| fault.field == "phone") => {
            let fault = failure.fields.iter().find(|fault| fault.field == "phone");
            pairing.fault = fault.map(|fault| fault.message.clone());
            pairing.focus = FieldOrButton::Field;
        }
        Err(failure) => refuse(state, session, failure),
    }
    fix_focus(state);
}

/// A call about the session was refused.
fn refuse(state: &mut State, session: &str, failure: CallFailure) {
    let at = state.now;
    let paired = failure.code == "conflict" && failure.kind == FailureKind::Other;
    let is_listed = state.sessions.get(session).is_some();
    let error = match failure.code.as_str() {
        _ if paired => PairingError::Paired,
        // Unless the list, which is read again, does not have it any more.
        "not_found" if is_listed => PairingError::NoCode,
        "not_found" => PairingError::Gone,
        _ => PairingError::Refused { failure, at },
    };
    let listed_only = error == PairingError::NoCode;
    if let Some(pairing) = of(state, session).filter(|it| it.step == PairingStep::Link) {
        pairing.forget();
        pairing.step = PairingStep::Failed(error);
    }
    if listed_only {
        sessions::ask(state);
    }
    if paired {
        state.requests.read_again(Call::Session(session.to_owned()));
        state.requests.read_again(Call::Sessions);
    }
}

/// A phone was linked.
pub(crate) fn linked(state: &mut State, session: &str, payload: &AuthCodePayload) {
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

/// Whether this session waits for a QR code.
pub(crate) fn awaits_qr(state: &State, session: &str) -> bool {
    let pairing = peek(state);
    pairing.is_some_and(|it| it.session.as_deref() == Some(session) && it.awaits_qr())
}

/// Whether the pairing waits for this request's code.
pub(crate) fn awaits_code(state: &State, session: &str, id: RequestId) -> bool {
    let pairing = peek(state);
    pairing.is_some_and(|it| it.session.as_deref() == Some(session) && it.asking == Some(id))
}
