//! The passkey step: the line for the browser, the pasted answer, and the code to compare.

use super::super::copy::copy_text;
use super::super::sessions;
use super::overlay::{fix_focus, of, peek, top};
use super::progress::{CODE_AGE, CODE_EVERY, CODE_EVERY_LIVE, begin};
use crate::api::{LinkStep, PasskeyAnswer, PasskeyStep, Session, SessionStatus};
use crate::console::effect::{Call, SessionAction};
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::RequestId;
use crate::console::state::{
    ButtonId, Connection, CopiedText, FieldOrButton, Pairing, PairingError, PairingSecret,
    PairingStep, Passkey, PasskeyStage, PasskeyTrouble, State,
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Longest code to compare that is shown, in characters. WhatsApp's have eight.
const CODE_MAX: usize = 16;
/// A paste that the terminal does not mark arrives in several parts, at most so many milliseconds apart.
const PASTE_GAP: i64 = 1_000;

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

/// The step was read.
pub(crate) fn step(state: &mut State, session: &str, answer: Result<PasskeyStep, CallFailure>) {
    let Some(pairing) = of(state, session) else {
        return;
    };
    let on_top = pairing.step == PairingStep::Link;
    let Some(passkey) = &mut pairing.passkey else {
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
fn focus_of(passkey: &Passkey) -> Option<FieldOrButton> {
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
fn is_over(failure: &CallFailure) -> bool {
    failure.code == "not_found" || failure.status == Some(410)
}

/// The session is not at this step: reading it shows what follows.
fn over(state: &mut State, session: &str) {
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

/// The answer or the confirmation was answered.
pub(crate) fn answered(
    state: &mut State,
    id: RequestId,
    session: &str,
    sent: &PasskeyAnswer,
    answer: Result<(), CallFailure>,
) {
    let waits = |passkey: &&mut Passkey| match &passkey.stage {
        PasskeyStage::Sending(of) | PasskeyStage::Confirming(of, _) => *of == id,
        _ => false,
    };
    let on_top = peek(state).is_some_and(|pairing| pairing.step == PairingStep::Link);
    let passkey = of(state, session).and_then(|pairing| pairing.passkey.as_mut());
    let Some(passkey) = passkey.filter(waits) else {
        if let Err(failure) = answer
            && !is_over(&failure)
        {
            let name = state.account_name(session);
            state.tell(&format!("{name}, the passkey step"), &failure, None);
        }
        return;
    };
    match (sent, answer) {
        (_, Err(failure)) if is_over(&failure) => return over(state, session),
        (PasskeyAnswer::Assertion(_), answer) => sent_assertion(passkey, answer),
        (PasskeyAnswer::Confirm(_), answer) => sent_confirmation(passkey, answer),
    }
    let focus = focus_of(passkey);
    if let (true, Some(focus), Some(pairing)) = (on_top, focus, of(state, session)) {
        pairing.focus = focus;
    }
    // What the gateway took, and what follows.
    state.requests.read_again(Call::Passkey(session.to_owned()));
    plan(state, session);
    fix_focus(state);
}

fn sent_assertion(passkey: &mut Passkey, answer: Result<(), CallFailure>) {
    let Err(failure) = answer else {
        passkey.answer.clear();
        passkey.stage = PasskeyStage::Sent;
        return;
    };
    passkey.stage = PasskeyStage::Asked;
    if failure.status == Some(409) {
        // An answer was given elsewhere: the step, which is read next, goes on with that one.
        passkey.answer.clear();
        return;
    }
    let fault = failure
        .fields
        .iter()
        .find(|fault| fault.field == "assertion");
    if let Some(fault) = fault {
        passkey.answer.clear();
        let fault = format!("The gateway refused the answer: {}.", fault.message);
        passkey.trouble = Some(PasskeyTrouble::Fault(fault));
        return;
    }
    // WhatsApp takes an answer once, so one that it refused is of no use.
    if !failure.unconfirmed && !is_undelivered(&failure) {
        passkey.answer.clear();
    }
    passkey.trouble = Some(PasskeyTrouble::NotTaken(failure));
}

/// Whether the gateway gave nothing to WhatsApp, so that the same answer can be sent again.
fn is_undelivered(failure: &CallFailure) -> bool {
    matches!(
        failure.kind,
        FailureKind::GatewayAway
            | FailureKind::RateLimited { .. }
            | FailureKind::MissingCapability { .. }
            | FailureKind::NotInEngine
    ) || matches!(failure.status, Some(401 | 503))
}

fn sent_confirmation(passkey: &mut Passkey, answer: Result<(), CallFailure>) {
    let PasskeyStage::Confirming(_, code) = &passkey.stage else {
        return;
    };
    match answer {
        Ok(()) => passkey.stage = PasskeyStage::Linking,
        // It was confirmed elsewhere, or there is no code any more, which the step shows.
        Err(failure) if failure.status == Some(409) => passkey.stage = PasskeyStage::Linking,
        Err(failure) => {
            passkey.stage = PasskeyStage::Compare(code.clone());
            passkey.trouble = Some(PasskeyTrouble::NotConfirmed(failure));
        }
    }
}

/// Sends the pasted answer, if it is one.
pub(super) fn send(state: &mut State) {
    let Some((session, passkey)) = open(state) else {
        return;
    };
    let assertion = match passkey.read_answer() {
        Ok(assertion) => assertion,
        Err(fault) => {
            passkey.trouble = Some(PasskeyTrouble::Fault(fault));
            if let Some(pairing) = top(state) {
                pairing.focus = FieldOrButton::Field;
            }
            return;
        }
    };
    let answer = PasskeyAnswer::Assertion(assertion);
    change(state, session, answer, |passkey, id| {
        passkey.stage = PasskeyStage::Sending(id);
    });
}

/// Says that the phone shows the same code.
pub(super) fn confirm(state: &mut State) {
    let Some((session, _)) = open(state) else {
        return;
    };
    change(
        state,
        session,
        PasskeyAnswer::Confirm(true),
        |passkey, id| {
            if let PasskeyStage::Compare(code) = &passkey.stage {
                passkey.stage = PasskeyStage::Confirming(id, code.clone());
            }
        },
    );
}

fn change(
    state: &mut State,
    session: String,
    answer: PasskeyAnswer,
    sent: impl FnOnce(&mut Passkey, RequestId),
) {
    let Some(id) = state
        .requests
        .change(Call::AnswerPasskey { session, answer })
    else {
        state.note("An answer is being sent already.");
        return;
    };
    if let Some((_, passkey)) = open(state) {
        passkey.trouble = None;
        sent(passkey, id);
    }
    fix_focus(state);
}

/// The phone shows another code: the pairing is ended, so that nothing is linked.
pub(super) fn refuse(state: &mut State) {
    let Some(pairing) = top(state) else {
        return;
    };
    let Some(session) = pairing.session.clone() else {
        return;
    };
    pairing.forget();
    pairing.step = PairingStep::Failed(PairingError::CodesDiffer);
    sessions::send(state, session, SessionAction::Stop);
    fix_focus(state);
}

/// Copies the line for the browser's console, or the request alone.
pub(super) fn copy(state: &mut State, button: ButtonId) {
    let Some((_, passkey)) = open(state) else {
        return;
    };
    let Some(request) = &passkey.request else {
        return;
    };
    let (text, what) = match button {
        ButtonId::CopyRequest => (request.to_json(), CopiedText::PasskeyRequest),
        _ => (request.browser_line(), CopiedText::PasskeyLine),
    };
    copy_text(state, text, what);
    // The answer is pasted next.
    if let Some(pairing) = top(state) {
        pairing.focus = FieldOrButton::Field;
    }
}

/// A key in the field, which is edited at its end only.
pub(super) fn field_key(state: &mut State, event: &KeyEvent) {
    let Some((_, passkey)) = open(state) else {
        return;
    };
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Char('u' | 'w') if control => passkey.answer.clear(),
        KeyCode::Char(_) if control || event.modifiers.contains(KeyModifiers::ALT) => return,
        KeyCode::Char(character) => passkey.answer.push(character.encode_utf8(&mut [0; 4])),
        KeyCode::Backspace => passkey.answer.pop(),
        _ => return,
    }
    passkey.trouble = None;
}

/// Pasted text goes into the field, wherever the focus is, and is checked at once. It replaces what was pasted before.
pub(super) fn paste(state: &mut State, text: &str) {
    let now = state.now;
    let Some((_, passkey)) = open(state) else {
        return;
    };
    if passkey.stage != PasskeyStage::Asked {
        return;
    }
    let continues = passkey
        .pasted_at
        .is_some_and(|at| (0..PASTE_GAP).contains(&(now - at)));
    if !continues {
        passkey.answer.clear();
    }
    passkey.pasted_at = Some(now);
    passkey.answer.push(text);
    check(passkey);
    if let Some(pairing) = top(state) {
        pairing.focus = FieldOrButton::Field;
    }
}

/// Reports what is wrong with the pasted answer.
fn check(passkey: &mut Passkey) {
    passkey.trouble = passkey.read_answer().err().map(PasskeyTrouble::Fault);
}

/// The step of the top layer, and its session.
fn open(state: &mut State) -> Option<(String, &mut Passkey)> {
    let pairing: &mut Pairing = top(state).filter(|pairing| pairing.step == PairingStep::Link)?;
    Some((pairing.session.clone()?, pairing.passkey.as_mut()?))
}

/// What is due: the step is read again, unless the gateway is away.
pub(super) fn look(state: &mut State, session: &str) {
    plan(state, session);
    if state.requests.away.is_none() {
        state.requests.read_again(Call::Passkey(session.to_owned()));
    }
}
