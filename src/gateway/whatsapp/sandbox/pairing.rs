//! Linking a session to a phone: rotating QR codes, pairing codes, and the person who scans or
//! types them.

use super::build::add_arrivals;
use super::connection::{failed, pause};
use super::endpoint::{Endpoint, Pairing, PairingCode, Phase};
use super::passkey::has_passkey;
use super::rules::PersonId;
use super::world::World;
use crate::gateway::domain::SessionId;
use crate::gateway::whatsapp::{DriverError, DriverEvent};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Validity of the QR codes: the first one longer, as at WhatsApp.
const QR_LIFETIMES_S: [u64; 6] = [60, 20, 20, 20, 20, 20];
/// Validity of a pairing code.
const CODE_LIFETIME_S: i64 = 180;
const EXPIRED: &str = "pairing expired: the code was not scanned in time; start the session again";

impl World {
    /// Begins to show QR codes.
    pub(super) fn begin_pairing(self: &Arc<Self>, session: &SessionId, endpoint: &mut Endpoint) {
        let token = endpoint.begin(Phase::Pairing(Pairing::default()));
        let world = Arc::downgrade(self);
        let who = session.clone();
        if endpoint.faults.pairing_expires {
            self.show_qr(endpoint, Duration::from_secs(QR_LIFETIMES_S[0]));
            Self::expire_pairing(endpoint);
            return;
        }
        if self.active {
            self.phone_links(session, endpoint, &token);
        }
        self.show_qr(endpoint, Duration::from_secs(QR_LIFETIMES_S[0]));
        tokio::spawn(async move {
            let mut lifetimes = QR_LIFETIMES_S.into_iter().map(Duration::from_secs);
            let mut shown = lifetimes.next();
            while let Some(lifetime) = shown {
                if !pause(&token, lifetime).await {
                    return;
                }
                shown = lifetimes.next();
                let Some(world) = world.upgrade() else { return };
                let mut endpoints = world.endpoints();
                let Some(endpoint) = endpoints.get_mut(&who).filter(|_| !token.is_cancelled())
                else {
                    return;
                };
                if let Some(lifetime) = shown {
                    world.show_qr(endpoint, lifetime);
                }
            }
            // A pairing code that was requested late is still valid.
            while let Some(world) = world.upgrade() {
                let rest = world.code_remains(&who);
                if rest.is_zero() {
                    if let Some(endpoint) = world.endpoints().get_mut(&who)
                        && !token.is_cancelled()
                    {
                        Self::expire_pairing(endpoint);
                    }
                    return;
                }
                drop(world);
                if !pause(&token, rest).await {
                    return;
                }
            }
        });
    }

    /// Remaining validity of the latest pairing code.
    fn code_remains(&self, session: &SessionId) -> Duration {
        let now = self.now();
        let endpoints = self.endpoints();
        match endpoints.get(session).map(|endpoint| &endpoint.phase) {
            Some(Phase::Pairing(pairing)) => pairing.code.as_ref().map_or(Duration::ZERO, |code| {
                Duration::from_millis(u64::try_from(code.expires_at - now).unwrap_or(0))
            }),
            _ => Duration::ZERO,
        }
    }

    pub(super) fn expire_pairing(endpoint: &mut Endpoint) {
        endpoint.hang_up();
        endpoint.faults.pairing_expires = false;
        endpoint.emit(failed(EXPIRED));
    }

    fn show_qr(&self, endpoint: &mut Endpoint, lifetime: Duration) {
        let mut rng = endpoint.rng(self.seed, "qr");
        // A reference and three keys, as long as the real ones.
        let mut key = || format!("{}=", rng.base64(43));
        let (noise, identity, secret) = (key(), key(), key());
        let reference = rng.base64(108);
        let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or_default();
        endpoint.emit(DriverEvent::QrCode {
            code: format!("2@{reference},{noise},{identity},{secret}"),
            expires_at: self.now() + lifetime,
        });
    }

    /// In an active world a phone scans the code after a while.
    fn phone_links(
        self: &Arc<Self>,
        session: &SessionId,
        endpoint: &mut Endpoint,
        token: &CancellationToken,
    ) {
        let wait = endpoint.rng(self.seed, "scan").between(8_000, 12_000);
        let typed = match &endpoint.phase {
            Phase::Pairing(pairing) => pairing.code.as_ref().map(|code| code.code.clone()),
            _ => None,
        };
        let (world, session, token) = (Arc::downgrade(self), session.clone(), token.clone());
        tokio::spawn(async move {
            if pause(&token, Duration::from_millis(wait)).await
                && let Some(world) = world.upgrade()
                && !world.stopped.is_cancelled()
            {
                match world.waiting_code(&session) {
                    // After a pairing code was requested no QR code is scanned, and only the latest
                    // code is typed.
                    Some(code) if typed.as_ref() == Some(&code) => {
                        world.enter_code(&session, &code);
                    }
                    None if typed.is_none() => {
                        world.scan(&session);
                    }
                    _ => {}
                }
            }
        });
    }

    /// The pairing code that was given out last and waits to be typed.
    fn waiting_code(&self, session: &SessionId) -> Option<String> {
        match &self.endpoints().get(session)?.phase {
            Phase::Pairing(pairing) => Some(pairing.code.as_ref()?.code.clone()),
            _ => None,
        }
    }

    /// Gives out a pairing code for a phone, beginning to pair if need be.
    pub(super) fn pair_with_code(
        self: &Arc<Self>,
        session: &SessionId,
        phone: &str,
    ) -> Result<String, DriverError> {
        let now = self.now();
        let mut endpoints = self.endpoints();
        let endpoint = endpoints
            .get_mut(session)
            .ok_or(DriverError::NotConnected)?;
        if endpoint.linked.is_some() {
            return Err(DriverError::AlreadyPaired);
        }
        if endpoint.faults.pairing_expires {
            Self::expire_pairing(endpoint);
            return Err(DriverError::Refused(EXPIRED.to_owned()));
        }
        if !(7..=15).contains(&phone.len()) || !phone.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DriverError::Refused(
                "a phone number has 7 to 15 digits, with the country's code first".to_owned(),
            ));
        }
        if !matches!(endpoint.phase, Phase::Pairing(_)) {
            self.begin_pairing(session, endpoint);
        }
        let code = endpoint.rng(self.seed, "pairing").pairing_code();
        if let Phase::Pairing(pairing) = &mut endpoint.phase {
            pairing.code = Some(PairingCode {
                phone: phone.to_owned(),
                code: code.clone(),
                expires_at: now + CODE_LIFETIME_S * 1_000,
            });
        }
        if self.active {
            let token = endpoint.current.clone();
            self.phone_links(session, endpoint, &token);
        }
        Ok(code)
    }

    /// Scans the QR code of a session. `false` when it shows none. Needs a tokio runtime.
    pub fn scan(self: &Arc<Self>, session: &SessionId) -> bool {
        self.link(session, None)
    }

    /// Types a pairing code on the phone it was requested for. `false` when it is not the latest
    /// code, or expired. Needs a tokio runtime.
    pub fn enter_code(self: &Arc<Self>, session: &SessionId, typed: &str) -> bool {
        let now = self.now();
        let endpoints = self.endpoints();
        let code = match endpoints.get(session).map(|endpoint| &endpoint.phase) {
            Some(Phase::Pairing(pairing)) => pairing.code.clone(),
            _ => None,
        };
        drop(endpoints);
        match code {
            Some(code) if code.code == typed && code.expires_at > now => {
                self.link(session, Some(code))
            }
            _ => false,
        }
    }

    fn link(self: &Arc<Self>, session: &SessionId, by: Option<PairingCode>) -> bool {
        let needs_passkey = {
            let endpoints = self.endpoints();
            match endpoints.get(session) {
                Some(Endpoint {
                    phase: Phase::Pairing(Pairing { passkey: None, .. }),
                    needs_passkey,
                    ..
                }) => *needs_passkey,
                _ => return false,
            }
        };
        if needs_passkey || by.as_ref().is_some_and(has_passkey) {
            return self.ask_passkey(session, by);
        }
        self.finish_link(session, by)
    }

    pub(super) fn finish_link(
        self: &Arc<Self>,
        session: &SessionId,
        by: Option<PairingCode>,
    ) -> bool {
        let owner = {
            let endpoints = self.endpoints();
            let Some(endpoint) = endpoints.get(session) else {
                return false;
            };
            if !matches!(endpoint.phase, Phase::Pairing(_)) {
                return false;
            }
            endpoint.owner
        };
        let person = match (by, owner) {
            (Some(code), _) => self.person_with(&code.phone),
            (None, Some(owner)) => Some(owner),
            (None, None) => self.newcomer(),
        };
        let Some(person) = person else { return false };
        let identity = self.rules().identity(person);
        let mut endpoints = self.endpoints();
        let Some(endpoint) = endpoints.get_mut(session) else {
            return false;
        };
        if !matches!(endpoint.phase, Phase::Pairing(_)) {
            return false;
        }
        endpoint.linked = Some(person);
        endpoint.owner = Some(person);
        endpoint.emit(DriverEvent::Paired(identity));
        self.dial(session, endpoint, Duration::ZERO);
        true
    }

    /// A new person with a phone and groups.
    fn newcomer(&self) -> Option<PersonId> {
        let number = self.rules().people.len();
        self.person_with(&format!("62801009{:05}", number % 100_000))
    }

    fn person_with(&self, phone: &str) -> Option<PersonId> {
        let mut rules = self.rules();
        let person = rules
            .people
            .add(self.seed, phone, None, Some("android".to_owned()))?;
        if !rules.is_account(person) {
            rules.open_account(person);
            add_arrivals(&self.asset.arrival, &mut rules, person);
        }
        Some(person)
    }
}
