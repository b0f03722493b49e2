//! The passkey step: copying the line for the browser, pasting its answer, and comparing the code.

use super::super::copy::copy_text;
use super::super::sessions;
use super::overlay::{fix_focus, top};
use super::passkey::check;
use crate::api::PasskeyAnswer;
use crate::console::effect::{Call, SessionAction};
use crate::console::ids::RequestId;
use crate::console::state::{
    ButtonId, CopiedText, FieldOrButton, Pairing, PairingError, PairingStep, Passkey, PasskeyStage,
    PasskeyTrouble, State,
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A paste that the terminal does not mark arrives in several parts, at most so many milliseconds apart.
const PASTE_GAP: i64 = 1_000;

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

/// The step of the top layer, and its session.
fn open(state: &mut State) -> Option<(String, &mut Passkey)> {
    let pairing: &mut Pairing = top(state).filter(|pairing| pairing.step == PairingStep::Link)?;
    Some((pairing.session.clone()?, pairing.passkey.as_mut()?))
}
