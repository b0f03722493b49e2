//! What became of the passkey's answer and of the confirmation.

use super::overlay::{fix_focus, of, peek};
use super::passkey::{focus_of, is_over, over, plan};
use crate::api::PasskeyAnswer;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::RequestId;
use crate::console::state::{PairingStep, Passkey, PasskeyStage, PasskeyTrouble, State};

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
    let newest = state.requests.newest();
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
    passkey.changed = newest;
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
