//! The passkey step of linking a phone: WhatsApp's request, the assertion, and the code to compare.

use super::reason;
use super::run::Run;
use super::runtime::guarded;
use super::session::Session;
use crate::api::{PasskeyAssertion, PasskeyRequest};
use crate::gateway::whatsapp::DriverError;
use crate::gateway::whatsapp::driver::NO_PASSKEY;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use whatsapp_rust::Client;
use whatsapp_rust::passkey::{Assertion, PasskeyError};
use whatsapp_rust::types::events::{PairPasskeyConfirmation, PairPasskeyError, PairPasskeyRequest};

/// Time limit of an assertion or a confirmation. Shorter than the engine's.
const LIMIT: Duration = Duration::from_secs(25);

/// WhatsApp asks for the passkey. `pace` divides the time that it leaves.
pub(super) fn asked(run: &Arc<Run>, client: &Arc<Client>, asked: &PairPasskeyRequest, pace: u32) {
    let request = match PasskeyRequest::parse(&asked.request_options_json) {
        Ok(request) => request,
        Err(fault) => {
            return run.fail(reason::link_refused(&format!(
                "its passkey request {fault}"
            )));
        }
    };
    let patience = request.patience() / pace.max(1);
    run.passkey_asked(request, patience);
    // A code that was typed has done its part. 0.7 writes it off a minute later and then replaces the ADV secret, which
    // by that time may be the one of this step (`pair_code.rs`, `start_pair_success_timeout`). A time-out that
    // ends with the passkey step replaces this.
    let client = Arc::clone(client);
    let ending = async move { client.cancel_pair_code().await };
    tokio::spawn(guarded(Arc::downgrade(run), ending));
}

/// WhatsApp accepted the assertion. Confirming is left to a person even where the device has proven that it was linked
/// before (`skip_handoff_ux`): the phone may show no code then.
pub(super) fn to_compare(run: &Run, seen: &PairPasskeyConfirmation) {
    run.passkey_code(seen.code.replace('-', ""));
}

/// The step failed without a call of ours.
pub(super) fn failed(run: &Run, error: &PairPasskeyError) {
    if error.continuation {
        run.passkey_refused(reason::passkey_refused(&error.error));
    } else {
        // The request itself could not be read.
        run.fail(reason::link_refused(&error.error));
    }
}

impl Session {
    pub(super) async fn answer_passkey(
        &self,
        assertion: &PasskeyAssertion,
    ) -> Result<(), DriverError> {
        let (run, client) = self.asked_for_passkey()?;
        let answer = Assertion {
            assertion_json: assertion.to_json().into_bytes(),
            credential_id: assertion.credential_id(),
        };
        let sent = timeout(LIMIT, client.send_passkey_response(answer)).await;
        outcome(&run, &client, sent)
    }

    pub(super) async fn confirm_passkey(&self) -> Result<(), DriverError> {
        let (run, client) = self.asked_for_passkey()?;
        let sent = timeout(LIMIT, client.send_passkey_confirmation()).await;
        outcome(&run, &client, sent)
    }

    fn asked_for_passkey(&self) -> Result<(Arc<Run>, Arc<Client>), DriverError> {
        let run = self.run().filter(|run| run.is_passkey_open());
        run.and_then(|run| Some((Arc::clone(&run), run.client()?)))
            .ok_or_else(|| DriverError::Refused(NO_PASSKEY.to_owned()))
    }
}

/// The library reports every failure as text.
fn outcome<E>(
    run: &Run,
    client: &Client,
    sent: Result<Result<(), PasskeyError>, E>,
) -> Result<(), DriverError> {
    match sent {
        Ok(Ok(())) => Ok(()),
        Err(_elapsed) => Err(DriverError::Timeout),
        Ok(Err(_)) if !client.is_connected() || !run.lives() => Err(DriverError::ConnectionLost),
        Ok(Err(error)) => Err(DriverError::Refused(reason::passkey_refused(
            &error.to_string(),
        ))),
    }
}
