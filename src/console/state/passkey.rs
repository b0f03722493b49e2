//! The passkey step of linking a phone: what WhatsApp asks, the pasted answer, and how far the step is.

use super::secret::PairingSecret;
use crate::api::{EpochMillis, PASSKEY_MAX, PasskeyAssertion, PasskeyRequest};
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use crate::text::is_hidden;

/// How far the step is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PasskeyStage {
    /// What WhatsApp asks is being read.
    #[default]
    Reading,
    /// The answer is to be pasted.
    Asked,
    Sending(RequestId),
    /// WhatsApp has the answer, and its code is awaited.
    Sent,
    /// The code is to be compared with the one on the phone.
    Compare(PairingSecret),
    Confirming(RequestId, PairingSecret),
    /// Confirmed: WhatsApp links the phone.
    Linking,
}

/// What keeps the step from going on.
#[derive(Debug, Clone, PartialEq)]
pub enum PasskeyTrouble {
    /// The answer cannot be sent, as a sentence.
    Fault(String),
    /// The step could not be read.
    Unread(CallFailure),
    /// The answer was refused or not delivered.
    NotTaken(CallFailure),
    /// The confirmation was refused or not delivered.
    NotConfirmed(CallFailure),
    /// WhatsApp refused the answer after it had been sent; the session's reason has its words.
    AskedAgain,
}

/// The step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Passkey {
    pub stage: PasskeyStage,
    pub request: Option<PasskeyRequest>,
    pub answer: PastedAnswer,
    /// When text was last pasted.
    pub(crate) pasted_at: Option<EpochMillis>,
    pub trouble: Option<PasskeyTrouble>,
    /// The newest request when the last change was answered: answers to it and to older ones show the step before.
    pub(crate) changed: u64,
    /// The gateway reported that the session is not at this step: the session itself shows what follows.
    pub(crate) over: bool,
}

impl Passkey {
    /// The code to compare.
    #[must_use]
    pub(crate) fn code(&self) -> Option<&str> {
        match &self.stage {
            PasskeyStage::Compare(code) | PasskeyStage::Confirming(_, code) => Some(code.reveal()),
            _ => None,
        }
    }

    /// The pasted answer, if it answers the request.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence without any of its text.
    pub(crate) fn read_answer(&self) -> Result<PasskeyAssertion, String> {
        let assertion = PasskeyAssertion::parse(&self.answer.0);
        let checked = assertion.and_then(|assertion| {
            let request = self.request.as_ref();
            request.map_or(Ok(()), |request| assertion.check_answers(request))?;
            Ok(assertion)
        });
        checked.map_err(|fault| {
            let is_verb = ["is ", "has ", "must ", "answers "]
                .iter()
                .any(|verb| fault.starts_with(verb));
            if self.answer.is_empty() {
                "Paste the text that the browser printed.".to_owned()
            } else if is_verb {
                format!("The pasted text {fault}.")
            } else {
                format!("The pasted text is no complete answer: {fault}.")
            }
        })
    }
}

/// The answer as it was pasted. It links an account, so it is neither drawn nor logged, and its field has no undo.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PastedAnswer(String);

impl PastedAnswer {
    /// Appends text, up to one byte more than an answer may have, so that a longer one is recognized as such.
    ///
    /// Line breaks and invisible characters are left out: JSON needs none, and text that was copied from a terminal
    /// is broken at its edge, in the middle of a value.
    pub(crate) fn push(&mut self, text: &str) {
        for character in text.chars().filter(|character| !is_hidden(*character)) {
            if self.0.len() > PASSKEY_MAX {
                return;
            }
            self.0.push(character);
        }
    }

    /// Deletes the last character.
    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    pub(crate) fn clear(&mut self) {
        self.0 = String::new();
    }

    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Its length in characters.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.0.chars().count()
    }
}

impl std::fmt::Debug for PastedAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_answer_is_cleaned_bounded_and_hidden() {
        let mut answer = PastedAnswer::default();
        answer.push("{\r\n\t\"id\":\u{1b}[2J\u{202e}\"a\nb\"}\n");
        assert_eq!(answer.0, "{\"id\":[2J\"ab\"}");
        assert_eq!(format!("{answer:?}"), "Secret(..)");
        answer.clear();
        for _ in 0..40 {
            answer.push(&"é".repeat(1_000));
        }
        assert!(answer.0.len() > PASSKEY_MAX && answer.0.len() <= PASSKEY_MAX + 2);
        let passkey = Passkey {
            answer,
            ..Passkey::default()
        };
        let fault = passkey.read_answer().unwrap_err();
        assert_eq!(fault, "The pasted text has more than 32768 bytes.");
    }

    #[test]
    fn a_wrong_answer_is_explained_without_its_text() {
        for (pasted, fault) in [
            ("  ", "Paste the text that the browser printed."),
            (
                "NotAllowedError",
                "The pasted text is not the JSON that the browser printed, or only a part of it.",
            ),
            (
                "{\"id\":\"AAAA\"}",
                "The pasted text is no complete answer: response is missing, or no object.",
            ),
        ] {
            let mut passkey = Passkey::default();
            passkey.answer.push(pasted);
            assert_eq!(passkey.read_answer().unwrap_err(), fault);
        }
    }
}
