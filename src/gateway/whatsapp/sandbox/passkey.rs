//! Phones of accounts with a passkey: linking one takes another step.

use super::connection::{failed, pause};
use super::endpoint::{Pairing, PairingCode, Passkey, Phase};
use super::world::World;
use crate::api::{PasskeyAssertion, PasskeyRequest};
use crate::gateway::domain::SessionId;
use crate::gateway::whatsapp::driver::NO_PASSKEY;
use crate::gateway::whatsapp::{DriverError, DriverEvent};
use std::sync::Arc;

/// A phone whose number ends so belongs to an account with a passkey.
const PASSKEY_NUMBERS: &str = "0077";
/// What every account of the world asks. As WhatsApp's, but for the challenge, which is always the same here, so that
/// an answer can be written by hand.
const REQUEST: &str = r#"{"challenge":"Z3JvdXBkZXNrLXNhbmRib3g","timeout":600000,"rpId":"whatsapp.com","allowCredentials":[],"userVerification":"required"}"#;
const EXPIRED: &str =
    "pairing expired: the passkey was not answered in time; start the session again";

/// Whether a pairing code was typed on the phone of an account with a passkey.
pub(super) fn has_passkey(code: &PairingCode) -> bool {
    code.phone.ends_with(PASSKEY_NUMBERS)
}

impl World {
    /// Gives the account of the phone that links a session next a passkey.
    pub fn require_passkey(&self, session: &SessionId) {
        let mut endpoints = self.endpoints();
        super::endpoint::endpoint_mut(&mut endpoints, session).needs_passkey = true;
    }

    /// The code that the phone shows, for comparing.
    #[must_use]
    pub fn passkey_code(&self, session: &SessionId) -> Option<String> {
        self.accepted(session).map(|(_, code)| code)
    }

    /// The assertion that WhatsApp accepted.
    #[must_use]
    pub fn passkey_assertion(&self, session: &SessionId) -> Option<PasskeyAssertion> {
        self.accepted(session).map(|(assertion, _)| assertion)
    }

    fn accepted(&self, session: &SessionId) -> Option<(PasskeyAssertion, String)> {
        match &self.endpoints().get(session)?.phase {
            Phase::Pairing(pairing) => pairing.passkey.as_ref()?.answer.clone(),
            _ => None,
        }
    }

    /// A phone scanned or typed the code; its account's passkey is wanted next. Codes are not shown any more.
    pub(super) fn ask_passkey(
        self: &Arc<Self>,
        session: &SessionId,
        by: Option<PairingCode>,
    ) -> bool {
        let Ok(request) = PasskeyRequest::parse(REQUEST) else {
            return false;
        };
        let patience = request.patience();
        let token = {
            let mut endpoints = self.endpoints();
            let Some(endpoint) = endpoints.get_mut(session) else {
                return false;
            };
            let token = endpoint.begin(Phase::Pairing(Pairing {
                code: None,
                passkey: Some(Box::new(Passkey { by, answer: None })),
            }));
            endpoint.emit(DriverEvent::PasskeyAsked(request));
            token
        };
        let (world, session) = (Arc::downgrade(self), session.clone());
        tokio::spawn(async move {
            if pause(&token, patience).await
                && let Some(world) = world.upgrade()
                && let Some(endpoint) = world.endpoints().get_mut(&session)
                && !token.is_cancelled()
            {
                endpoint.hang_up();
                endpoint.emit(failed(EXPIRED));
            }
        });
        true
    }

    pub(super) fn answer_passkey(
        &self,
        session: &SessionId,
        assertion: &PasskeyAssertion,
    ) -> Result<(), DriverError> {
        let refused = |why: &str| DriverError::Refused(why.to_owned());
        let mut endpoints = self.endpoints();
        let endpoint = endpoints
            .get_mut(session)
            .ok_or(DriverError::NotConnected)?;
        if !matches!(&endpoint.phase, Phase::Pairing(Pairing { passkey: Some(asked), .. }) if asked.answer.is_none())
        {
            return Err(refused(NO_PASSKEY));
        }
        PasskeyRequest::parse(REQUEST)
            .and_then(|request| assertion.check_answers(&request))
            .map_err(|why| DriverError::Refused(format!("the answer {why}")))?;
        let code = endpoint.rng(self.seed, "passkey").pairing_code();
        if let Phase::Pairing(Pairing {
            passkey: Some(asked),
            ..
        }) = &mut endpoint.phase
        {
            asked.answer = Some((assertion.clone(), code.clone()));
        }
        endpoint.emit(DriverEvent::PasskeyCode(code));
        Ok(())
    }

    pub(super) fn confirm_passkey(
        self: &Arc<Self>,
        session: &SessionId,
    ) -> Result<(), DriverError> {
        let by = {
            let mut endpoints = self.endpoints();
            let endpoint = endpoints
                .get_mut(session)
                .ok_or(DriverError::NotConnected)?;
            match &endpoint.phase {
                Phase::Pairing(Pairing {
                    passkey: Some(asked),
                    ..
                }) if asked.answer.is_some() => asked.by.clone(),
                _ => return Err(DriverError::Refused(NO_PASSKEY.to_owned())),
            }
        };
        self.finish_link(session, by);
        Ok(())
    }
}
