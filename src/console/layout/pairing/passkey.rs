//! The texts of the passkey step.

use super::words::{reason, refused, spaced};
use crate::api::SessionStatus;
use crate::console::failure::CallFailure;
use crate::console::state::{Pairing, Passkey, PasskeyStage, PasskeyTrouble, State};
use crate::console::words;

/// The texts above and below the field or the code.
pub(super) fn head_and_foot(
    state: &State,
    pairing: &Pairing,
    passkey: &Passkey,
) -> (String, String) {
    let trouble = trouble(state, pairing, passkey);
    match &passkey.stage {
        PasskeyStage::Reading => (
            "◌ WhatsApp asks for the account's passkey. Reading its request …".to_owned(),
            trouble,
        ),
        PasskeyStage::Asked => {
            let minutes = passkey
                .request
                .as_ref()
                .map_or(10, |request| request.patience().as_secs().div_ceil(60));
            let minutes = words::count(usize::try_from(minutes).unwrap_or(10), "minute", "minutes");
            (
                format!(
                    "WhatsApp links this account only with its passkey, which a browser has to use. It waits about {minutes}.\n\n1  Copy the line.\n2  In a browser that has the passkey, or can reach the phone that has it, open https://web.whatsapp.com. Press F12, choose Console, paste the line, press Enter.\n3  Confirm with the passkey.\n4  Copy what the browser printed, paste it here, press Enter."
                ),
                if trouble.is_empty() && !passkey.answer.is_empty() && passkey.read_answer().is_ok()
                {
                    "✔ This answers WhatsApp's request. Enter sends it.".to_owned()
                } else {
                    trouble
                },
            )
        }
        PasskeyStage::Sending(_) => ("◌ Sending the answer …".to_owned(), trouble),
        PasskeyStage::Sent => (
            "◌ WhatsApp has the answer. Waiting for its code …".to_owned(),
            trouble,
        ),
        PasskeyStage::Compare(code) => {
            let trouble = match trouble.as_str() {
                "" => String::new(),
                trouble => format!("\n\n{trouble}"),
            };
            (
                "WhatsApp accepted the passkey. Compare this code with the one on the phone to link. If the phone shows none, choose “They are the same”.".to_owned(),
                format!("{}{trouble}", spaced(code.reveal())),
            )
        }
        PasskeyStage::Confirming(_, code) => {
            ("◌ Confirming the code …".to_owned(), spaced(code.reveal()))
        }
        PasskeyStage::Linking => (
            "◌ Confirmed. WhatsApp links the account …".to_owned(),
            trouble,
        ),
    }
}

/// What keeps the step from going on, or nothing.
fn trouble(state: &State, pairing: &Pairing, passkey: &Passkey) -> String {
    if state.requests.away.is_some() {
        let kept = if passkey.answer.is_empty() {
            ""
        } else {
            " The answer is kept."
        };
        return format!("✘ The gateway does not answer. It is asked again by itself.{kept}");
    }
    let Some(trouble) = &passkey.trouble else {
        return String::new();
    };
    let sentence = |failure: &CallFailure| refused(state, failure);
    let words = match trouble {
        PasskeyTrouble::Fault(fault) => fault.clone(),
        PasskeyTrouble::Unread(failure) => {
            format!("WhatsApp's request could not be read: {}", sentence(failure))
        }
        PasskeyTrouble::NotTaken(failure) if failure.unconfirmed => {
            "Whether WhatsApp has the answer is not known. It is kept, and the gateway is asked.".to_owned()
        }
        PasskeyTrouble::NotTaken(failure) if passkey.answer.is_empty() => sentence(failure),
        PasskeyTrouble::NotTaken(failure) => format!(
            "Not sent: {} The answer is kept; Enter sends it again.",
            sentence(failure)
        ),
        PasskeyTrouble::NotConfirmed(failure) if failure.unconfirmed => {
            "Whether WhatsApp has the confirmation is not known. If the phone still waits, confirm again.".to_owned()
        }
        PasskeyTrouble::NotConfirmed(failure) => format!("Not confirmed: {}", sentence(failure)),
        PasskeyTrouble::AskedAgain => {
            reason(state, pairing, &SessionStatus::ScanQrCode).unwrap_or_else(|| {
                "WhatsApp wants another answer: copy the line again, and run it again.".to_owned()
            })
        }
    };
    format!("✘ {words}")
}
