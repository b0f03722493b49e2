//! Linking a phone with a pairing code instead of a QR code.

use super::refusal::{self, QueryKind};
use super::run::Phase;
use super::session::Session;
use crate::gateway::whatsapp::DriverError;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use whatsapp_rust::ErrorChainExt;
use whatsapp_rust::pair_code::{
    CompanionWebClientType, PairCodeOptions, PairCodeRejection, PairError,
};

/// Validity of a pairing code.
const CODE_LIFETIME: Duration = Duration::from_mins(3);
/// The pause to suggest when WhatsApp does not name one.
const THROTTLED: Duration = Duration::from_mins(5);

impl Session {
    pub(super) async fn pair_with_code(
        self: &Arc<Self>,
        phone: &str,
    ) -> Result<String, DriverError> {
        check_phone(phone)?;
        if self.connected().is_ok() {
            return Err(DriverError::AlreadyPaired);
        }
        let end = Instant::now() + self.live.options.limits.code;
        let run = self.connect().await;
        // Only codes on offer show that no phone is linked; before, it may be a login on its way.
        let settled = run.until(|phase| *phase != Phase::Connecting);
        if timeout_at(end, settled).await.is_err() {
            return Err(DriverError::Timeout);
        }
        match run.phase() {
            Phase::Pairing => {}
            Phase::Connected => return Err(DriverError::AlreadyPaired),
            Phase::Connecting | Phase::Ended => return Err(DriverError::ConnectionLost),
        }
        let client = run.client().ok_or(DriverError::ConnectionLost)?;
        // WhatsApp has one pairing code at a time; a new request replaces it.
        client.cancel_pair_code().await;
        let options = PairCodeOptions {
            phone_number: phone.to_owned(),
            // The id that follows from `DESKTOP` was refused for some accounts (Baileys#1167, #2769).
            platform_id: Some(CompanionWebClientType::Chrome),
            ..PairCodeOptions::default()
        };
        match timeout_at(end, client.pair_with_code(options)).await {
            Ok(Ok(code)) => {
                run.code_given(CODE_LIFETIME);
                Ok(code)
            }
            Ok(Err(error)) => Err(refused(&error)),
            Err(_) => Err(DriverError::Timeout),
        }
    }
}

fn check_phone(phone: &str) -> Result<(), DriverError> {
    let digits = (7..=15).contains(&phone.len()) && phone.bytes().all(|b| b.is_ascii_digit());
    if !digits || phone.starts_with('0') {
        return Err(DriverError::Refused(
            "a phone number has 7 to 15 digits, with the country's code first".to_owned(),
        ));
    }
    Ok(())
}

fn refused(error: &PairError) -> DriverError {
    let refused = |why: &str| DriverError::Refused(why.to_owned());
    match error.rejection() {
        Some(PairCodeRejection::RateOverlimit) => DriverError::RateLimited {
            retry_after: error.backoff().unwrap_or(THROTTLED),
        },
        // WhatsApp answers both a wrong number and too many codes with this.
        Some(PairCodeRejection::BadRequest) => match error.backoff() {
            Some(retry_after) => DriverError::RateLimited { retry_after },
            None => refused(
                "WhatsApp gives no code for this number: it is wrong, or codes were asked for too often. Check it and try again in some minutes, or scan the QR code",
            ),
        },
        Some(PairCodeRejection::Forbidden) => refused(
            "WhatsApp does not let this number link a device with a code: scan the QR code instead",
        ),
        Some(PairCodeRejection::FeatureNotAvailable) => {
            refused("WhatsApp does not offer codes for this number: scan the QR code instead")
        }
        _ if matches!(error, PairError::PairCode(_)) && error.server_rejection().is_none() => {
            refused(&super::reason::sanitized(&error.to_string()))
        }
        _ => refusal::of(error, QueryKind::Create),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whatsapp_rust::IqError;

    fn rejected(code: u16, text: &str, backoff: Option<u32>) -> DriverError {
        refused(&PairError::RequestFailed(IqError::ServerError {
            code,
            text: text.to_owned(),
            error_type: None,
            backoff,
        }))
    }

    #[test]
    fn numbers_need_their_country() {
        assert!(check_phone("628123456789").is_ok());
        for bad in [
            "",
            "12345",
            "08123456789",
            "+628123456789",
            "1234567890123456",
        ] {
            assert!(check_phone(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_refusal_has_a_way_on() {
        assert_eq!(
            rejected(429, "rate-overlimit", None),
            DriverError::RateLimited {
                retry_after: THROTTLED
            }
        );
        assert_eq!(
            rejected(400, "bad-request", Some(30)),
            DriverError::RateLimited {
                retry_after: Duration::from_secs(30)
            }
        );
        for (code, text) in [
            (400, "bad-request"),
            (403, "forbidden"),
            (452, "feature-not-available"),
        ] {
            match rejected(code, text, None) {
                DriverError::Refused(why) => assert!(why.contains("QR code"), "{why}"),
                other => panic!("{code}: {other:?}"),
            }
        }
        assert!(matches!(
            rejected(500, "internal-server-error", None),
            DriverError::Other {
                code: Some(500),
                ..
            }
        ));
        let lost = PairError::RequestFailed(IqError::NotConnected);
        assert_eq!(refused(&lost), DriverError::ConnectionLost);
    }
}
