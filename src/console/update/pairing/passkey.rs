//! The passkey step as the gateway reports it.

use super::overlay::{fix_focus, of, peek};
use super::progress::{CODE_AGE, CODE_EVERY, CODE_EVERY_LIVE, begin};
use crate::api::{LinkStep, PasskeyStep, Session, SessionStatus};
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use crate::console::state::{
    ButtonId, Connection, FieldOrButton, PairingSecret, PairingStep, Passkey, PasskeyStage,
    PasskeyTrouble, State,
};

/// Longest code to compare that is shown, in characters. WhatsApp's have eight.
const CODE_MAX: usize = 16;

/// Whether the gateway reports that the session waits for the account's passkey.
fn is_asked(row: &Session) -> bool {
    row.status == SessionStatus::ScanQrCode && row.link_step == Some(LinkStep::Passkey)
}

/// Begins the step. Codes to scan or to type are of no use any more.
fn enter(state: &mut State, session: &str) {
    let Some(pairing) = of(state, session) else {
        return;
    };
    pairing.forget();
    pairing.fault = None;
    pairing.armed = true;
    pairing.passkey = Some(Passkey::default());
    state
        .requests
        .cancel(|call| matches!(call, Call::PairingQr(_)));
    state.requests.read_again(Call::Passkey(session.to_owned()));
    plan(state, session);
    fix_focus(state);
}

/// Whether a step of this session is open.
pub(crate) fn awaits_passkey(state: &State, session: &str) -> bool {
    peek(state).is_some_and(|pairing| {
        pairing.session.as_deref() == Some(session) && pairing.passkey.is_some()
    })
}

/// An event brought the session's status; `explained` says whether with a reason.
///
/// Events do not name the step, so it is read: only gateways that know it give a reason while a phone is awaited.
pub(crate) fn status_heard(state: &mut State, session: &str, explained: bool) {
    let waits_for_phone = state
        .sessions
        .get(session)
        .is_some_and(|row| row.status == SessionStatus::ScanQrCode);
    let Some(pairing) = of(state, session).filter(|pairing| pairing.is_waiting()) else {
        return;
    };
    if pairing.passkey.is_some() {
        state.requests.read_again(Call::Passkey(session.to_owned()));
    } else if waits_for_phone && explained {
        state.requests.read_again(Call::Session(session.to_owned()));
    }
}

/// Plans the next look at the step.
pub(super) fn plan(state: &mut State, session: &str) {
    let (now, live) = (state.now, state.connection == Connection::Live);
    let Some(pairing) = of(state, session) else {
        return;
    };
    let Some(passkey) = &pairing.passkey else {
        return;
    };
    let waits_for_whatsapp = matches!(passkey.stage, PasskeyStage::Sent | PasskeyStage::Linking);
    let every = match live {
        false => CODE_EVERY,
        true if waits_for_whatsapp || passkey.over => CODE_EVERY_LIVE,
        true => CODE_AGE,
    };
    pairing.due = Some(now + every);
}

/// Leaves the step when the gateway has reported that it is over, and the session shows what follows.
/// Returns whether the session is at this step.
pub(super) fn follow(state: &mut State, session: &str, row: &Session) -> bool {
    let asked = is_asked(row);
    let Some(pairing) = of(state, session).filter(|pairing| pairing.step == PairingStep::Link)
    else {
        return false;
    };
    let Some(passkey) = &mut pairing.passkey else {
        if asked {
            enter(state, session);
        }
        return asked;
    };
    if asked || !passkey.over {
        return true;
    }
    match row.status {
        SessionStatus::Starting => passkey.stage = PasskeyStage::Linking,
        SessionStatus::ScanQrCode => {
            begin(state);
            state.note("WhatsApp does not wait for the passkey any more: link with a new code.");
            return false;
        }
        _ => {}
    }
    true
}

/// The step was read by this request.
pub(crate) fn step(
    state: &mut State,
    id: RequestId,
    session: &str,
    answer: Result<PasskeyStep, CallFailure>,
) {
    let Some(pairing) = of(state, session) else {
        return;
    };
    let on_top = pairing.step == PairingStep::Link;
    let Some(passkey) = pairing
        .passkey
        .as_mut()
        .filter(|passkey| id.0 > passkey.changed)
    else {
        return;
    };
    match answer {
        Err(failure) if is_over(&failure) => return over(state, session),
        Err(failure) => passkey.trouble = Some(PasskeyTrouble::Unread(failure)),
        Ok(step) => {
            passkey.over = false;
            if matches!(passkey.trouble, Some(PasskeyTrouble::Unread(_))) {
                passkey.trouble = None;
            }
            let before = focus_of(passkey);
            take(passkey, step);
            let after = focus_of(passkey).filter(|after| on_top && before.as_ref() != Some(after));
            pairing.focus = after.unwrap_or(pairing.focus);
        }
    }
    plan(state, session);
    fix_focus(state);
}

/// The focus at the beginning of a stage: what is to be done first, and never a confirmation, because Enter may have
/// been meant for the stage before.
pub(super) fn focus_of(passkey: &Passkey) -> Option<FieldOrButton> {
    match passkey.stage {
        PasskeyStage::Asked if passkey.answer.is_empty() => {
            Some(FieldOrButton::Button(ButtonId::Copy))
        }
        PasskeyStage::Asked => Some(FieldOrButton::Field),
        PasskeyStage::Compare(_) => Some(FieldOrButton::Button(ButtonId::Cancel)),
        _ => None,
    }
}

/// Applies the step as the gateway reports it.
fn take(passkey: &mut Passkey, step: PasskeyStep) {
    let code: String = step
        .code
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(CODE_MAX)
        .collect();
    let stage = passkey.stage.clone();
    match (&stage, step.request) {
        // The answer to the change says more, and is on its way.
        (PasskeyStage::Sending(_) | PasskeyStage::Confirming(..), _) => {}
        // The code stays readable until the phone is linked.
        (PasskeyStage::Linking, _) if !code.is_empty() => {}
        (_, _) if !code.is_empty() => {
            passkey.answer.clear();
            passkey.trouble = not_confirmed(passkey);
            passkey.stage = PasskeyStage::Compare(PairingSecret::new(code));
        }
        (stage, Some(request)) => {
            let went_back = !matches!(stage, PasskeyStage::Reading | PasskeyStage::Asked);
            let is_new = passkey.request.as_ref().is_some_and(|old| *old != request);
            passkey.request = Some(request);
            passkey.stage = PasskeyStage::Asked;
            let unknown = matches!(&passkey.trouble, Some(PasskeyTrouble::NotTaken(failure)) if failure.unconfirmed);
            if unknown {
                let fault = "The answer did not arrive. Press Enter to send it again.";
                passkey.trouble = Some(PasskeyTrouble::Fault(fault.to_owned()));
            } else if went_back && not_confirmed(passkey).is_none() {
                passkey.trouble = Some(PasskeyTrouble::AskedAgain);
            }
            if is_new && !passkey.answer.is_empty() {
                check(passkey);
            }
        }
        (PasskeyStage::Linking, None) => {}
        (_, None) => {
            passkey.answer.clear();
            passkey.trouble = None;
            passkey.stage = PasskeyStage::Sent;
        }
    }
}

/// The trouble, if it is about the confirmation.
fn not_confirmed(passkey: &Passkey) -> Option<PasskeyTrouble> {
    let about = |trouble: &&PasskeyTrouble| matches!(trouble, PasskeyTrouble::NotConfirmed(_));
    passkey.trouble.as_ref().filter(about).cloned()
}

/// Whether a failure says that the session is not at this step.
pub(super) fn is_over(failure: &CallFailure) -> bool {
    failure.code == "not_found" || failure.status == Some(410)
}

/// The session is not at this step: reading it shows what follows.
pub(super) fn over(state: &mut State, session: &str) {
    if let Some(passkey) = of(state, session).and_then(|pairing| pairing.passkey.as_mut()) {
        passkey.over = true;
        match passkey.stage {
            PasskeyStage::Sending(_) => passkey.stage = PasskeyStage::Reading,
            PasskeyStage::Confirming(..) => passkey.stage = PasskeyStage::Linking,
            _ => {}
        }
    }
    plan(state, session);
    state.requests.read_again(Call::Session(session.to_owned()));
}

/// Reports what is wrong with the pasted answer.
pub(super) fn check(passkey: &mut Passkey) {
    passkey.trouble = passkey.read_answer().err().map(PasskeyTrouble::Fault);
}

/// What is due: the step is read again, unless the gateway is away.
pub(super) fn look(state: &mut State, session: &str) {
    plan(state, session);
    if state.requests.away.is_none() {
        state.requests.read_again(Call::Passkey(session.to_owned()));
    }
}
