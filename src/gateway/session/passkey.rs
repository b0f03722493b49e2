//! The passkey step of a pairing: what WhatsApp asked, and how far the answer is.

use super::handle::SessionHandle;
use super::limits;
use super::stage::PasskeyStage;
use crate::api::{PasskeyAssertion, PasskeyStep};
use crate::gateway::error::Error;
use crate::gateway::lock::lock;

/// `statusReason` while the assertion is wanted.
pub(super) const ASKED: &str = "WhatsApp asks for the account's passkey before it links the phone: answer it with a browser on https://web.whatsapp.com";
/// `statusReason` while the code is to be compared.
pub(super) const COMPARE: &str = "WhatsApp accepted the passkey: compare the code with the one on the phone, if it shows one, then confirm it";
/// The error of a call without a step.
const NONE: Error = Error::NotFound("passkey step");

impl SessionHandle {
    pub(super) fn set_passkey(&self, stage: Option<PasskeyStage>) {
        *lock(&self.passkey) = stage;
    }

    /// Returns whether the step is open.
    pub(super) fn show_passkey_code(&self, code: String) -> bool {
        self.move_passkey(|stage| PasskeyStage::Compare(stage.request().clone(), code))
    }

    /// Asks for an assertion again. Returns whether the step is open.
    pub(super) fn reopen_passkey(&self) -> bool {
        self.move_passkey(|stage| PasskeyStage::Asked(stage.request().clone()))
    }

    fn move_passkey(&self, next: impl FnOnce(&PasskeyStage) -> PasskeyStage) -> bool {
        let mut open = lock(&self.passkey);
        if let Some(stage) = open.as_mut() {
            *stage = next(stage);
        }
        open.is_some()
    }

    /// What is to be done now.
    ///
    /// # Errors
    /// `NotFound` while no passkey is asked for.
    pub(crate) fn passkey(&self) -> Result<PasskeyStep, Error> {
        let (request, code) = match lock(&self.passkey).clone() {
            None => return Err(NONE),
            Some(PasskeyStage::Asked(request)) => (Some(request), None),
            Some(PasskeyStage::Sent(_)) => (None, None),
            Some(PasskeyStage::Compare(_, code) | PasskeyStage::Confirmed(_, code)) => {
                (None, Some(code))
            }
        };
        Ok(PasskeyStep { request, code })
    }

    /// Gives the assertion to WhatsApp.
    ///
    /// # Errors
    /// `NotFound` while none is asked for; `Conflict` when one was given; a fault of the field when it answers another
    /// request; the driver's errors, after which another one may be given.
    pub(crate) async fn answer_passkey(&self, assertion: &PasskeyAssertion) -> Result<(), Error> {
        let request = {
            let mut open = lock(&self.passkey);
            let request = match open.as_ref() {
                None => return Err(NONE),
                Some(PasskeyStage::Asked(request)) => request.clone(),
                Some(_) => return Err(conflict("an answer was given already")),
            };
            assertion
                .check_answers(&request)
                .map_err(|fault| Error::field("assertion", fault))?;
            // Before the call: the code may arrive before its answer.
            *open = Some(PasskeyStage::Sent(request.clone()));
            request
        };
        let call = self.driver.answer_passkey(assertion);
        let answer = self.guard(&self.connection(), limits::PASSKEY, call).await;
        if answer.is_err() {
            let mut open = lock(&self.passkey);
            if matches!(&*open, Some(PasskeyStage::Sent(sent)) if *sent == request) {
                *open = Some(PasskeyStage::Asked(request));
            }
        }
        Ok(answer?)
    }

    /// Tells WhatsApp that the phone shows the same code.
    ///
    /// # Errors
    /// `NotFound` while no passkey is asked for; `Conflict` while there is no code; the driver's errors, after which the
    /// step begins again.
    pub(crate) async fn confirm_passkey(&self) -> Result<(), Error> {
        let request = {
            let mut open = lock(&self.passkey);
            let (request, code) = match open.as_ref() {
                None => return Err(NONE),
                Some(PasskeyStage::Compare(request, code)) => (request.clone(), code.clone()),
                Some(PasskeyStage::Confirmed(..)) => {
                    return Err(conflict("the code was confirmed already"));
                }
                Some(_) => return Err(conflict("there is no code to confirm yet")),
            };
            *open = Some(PasskeyStage::Confirmed(request.clone(), code));
            request
        };
        let call = self.driver.confirm_passkey();
        let answer = self.guard(&self.connection(), limits::PASSKEY, call).await;
        if answer.is_err() {
            let mut open = lock(&self.passkey);
            if matches!(&*open, Some(PasskeyStage::Confirmed(of, _)) if *of == request) {
                *open = Some(PasskeyStage::Asked(request));
            }
        }
        Ok(answer?)
    }
}

fn conflict(message: &str) -> Error {
    Error::Conflict {
        message: message.to_owned(),
        reason: None,
    }
}
