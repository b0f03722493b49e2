//! Linking a session to a phone: QR codes that rotate, pairing codes, and whoever scans or types
//! them.

use super::World;
use super::build::add_arrivals;
use super::connection::{failed, pause};
use super::line::{Line, PairingCode, Phase};
use super::rules::PersonId;
use crate::gateway::domain::SessionId;
use crate::gateway::whatsapp::{DriverError, DriverEvent};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long each QR code is valid: the first longer than the others, as WhatsApp has it.
const QR_LIFETIMES: [Duration; 6] = [
    Duration::from_secs(60),
    Duration::from_secs(20),
    Duration::from_secs(20),
    Duration::from_secs(20),
    Duration::from_secs(20),
    Duration::from_secs(20),
];
/// How long a pairing code is valid.
const CODE_LIFETIME: Duration = Duration::from_secs(180);
const EXPIRED: &str = "pairing expired: nobody scanned the code in time; start it again";

impl World {
    /// Begins to show QR codes.
    pub(super) fn begin_pairing(self: &Arc<Self>, session: &SessionId, line: &mut Line) {
        let token = line.begin(Phase::Pairing(super::line::Pairing::default()));
        let world = Arc::downgrade(self);
        let who = session.clone();
        if line.faults.pairing_expires {
            self.show_qr(session, line, QR_LIFETIMES[0]);
            Self::expire_pairing(line);
            return;
        }
        if self.alive {
            self.somebody_links(session, line, &token);
        }
        self.show_qr(session, line, QR_LIFETIMES[0]);
        tokio::spawn(async move {
            let mut lifetimes = QR_LIFETIMES.into_iter();
            let mut shown = lifetimes.next();
            while let Some(lifetime) = shown {
                if !pause(&token, lifetime).await {
                    return;
                }
                shown = lifetimes.next();
                let Some(world) = world.upgrade() else { return };
                let mut lines = world.lines();
                let Some(line) = lines.get_mut(&who).filter(|_| !token.is_cancelled()) else {
                    return;
                };
                if let Some(lifetime) = shown {
                    world.show_qr(&who, line, lifetime);
                }
            }
            // A pairing code that was asked for late is still good.
            let Some(rest) = world.upgrade().map(|world| world.code_remains(&who)) else {
                return;
            };
            if pause(&token, rest).await
                && let Some(world) = world.upgrade()
                && let Some(line) = world.lines().get_mut(&who)
                && !token.is_cancelled()
            {
                Self::expire_pairing(line);
            }
        });
    }

    fn code_remains(&self, session: &SessionId) -> Duration {
        let now = self.now();
        let lines = self.lines();
        match lines.get(session).map(|line| &line.phase) {
            Some(Phase::Pairing(pairing)) => pairing.code.as_ref().map_or(Duration::ZERO, |code| {
                Duration::from_millis(u64::try_from(code.expires_at - now).unwrap_or(0))
            }),
            _ => Duration::ZERO,
        }
    }

    pub(super) fn expire_pairing(line: &mut Line) {
        line.hang_up();
        line.faults.pairing_expires = false;
        line.emit(failed(EXPIRED));
    }

    fn show_qr(&self, session: &SessionId, line: &mut Line, lifetime: Duration) {
        let draw = line.draw();
        let mut dice = self.dice_for(session, "qr", draw);
        // A reference and three keys, as long as the real ones.
        let mut key = || format!("{}=", dice.base64(43));
        let (noise, identity, secret) = (key(), key(), key());
        let reference = dice.base64(108);
        let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or_default();
        line.emit(DriverEvent::QrCode {
            code: format!("2@{reference},{noise},{identity},{secret}"),
            expires_at: self.now() + lifetime,
        });
    }

    /// In a living world somebody comes along with a phone after a while.
    fn somebody_links(
        self: &Arc<Self>,
        session: &SessionId,
        line: &mut Line,
        token: &CancellationToken,
    ) {
        let draw = line.draw();
        let wait = self.dice_for(session, "scan", draw).between(8_000, 12_000);
        let typed = match &line.phase {
            Phase::Pairing(pairing) => pairing.code.as_ref().map(|code| code.code.clone()),
            _ => None,
        };
        let (world, session, token) = (Arc::downgrade(self), session.clone(), token.clone());
        tokio::spawn(async move {
            if pause(&token, Duration::from_millis(wait)).await
                && let Some(world) = world.upgrade()
            {
                match world.waiting_code(&session) {
                    // Whoever asked for a code does not scan, and only the last code is typed.
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
        match &self.lines().get(session)?.phase {
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
        let mut lines = self.lines();
        let line = lines.get_mut(session).ok_or(DriverError::NotConnected)?;
        if line.linked.is_some() {
            return Err(DriverError::AlreadyPaired);
        }
        if line.faults.pairing_expires {
            Self::expire_pairing(line);
            return Err(DriverError::Refused(EXPIRED.to_owned()));
        }
        if !(7..=15).contains(&phone.len()) || !phone.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DriverError::Refused(
                "a phone number has 7 to 15 digits, with the country's code first".to_owned(),
            ));
        }
        if !matches!(line.phase, Phase::Pairing(_)) {
            self.begin_pairing(session, line);
        }
        let draw = line.draw();
        let code = self.dice_for(session, "pairing", draw).pairing_code();
        if let Phase::Pairing(pairing) = &mut line.phase {
            let lifetime = i64::try_from(CODE_LIFETIME.as_millis()).unwrap_or_default();
            pairing.code = Some(PairingCode {
                phone: phone.to_owned(),
                code: code.clone(),
                expires_at: now + lifetime,
            });
        }
        if self.alive {
            let token = line.current.clone();
            self.somebody_links(session, line, &token);
        }
        Ok(code)
    }

    /// Somebody scans the QR code that a session shows. False when it shows none. Needs a tokio
    /// runtime.
    pub fn scan(self: &Arc<Self>, session: &SessionId) -> bool {
        self.link(session, None)
    }

    /// Somebody types a pairing code on the phone that it was asked for. False when it is not the one
    /// that was given out last, or too old. Needs a tokio runtime.
    pub fn enter_code(self: &Arc<Self>, session: &SessionId, typed: &str) -> bool {
        let now = self.now();
        let lines = self.lines();
        let code = match lines.get(session).map(|line| &line.phase) {
            Some(Phase::Pairing(pairing)) => pairing.code.clone(),
            _ => None,
        };
        drop(lines);
        match code {
            Some(code) if code.code == typed && code.expires_at > now => {
                self.link(session, Some(code))
            }
            _ => false,
        }
    }

    fn link(self: &Arc<Self>, session: &SessionId, by: Option<PairingCode>) -> bool {
        let owner = {
            let lines = self.lines();
            let Some(line) = lines.get(session) else {
                return false;
            };
            if !matches!(line.phase, Phase::Pairing(_)) {
                return false;
            }
            line.owner
        };
        let person = match (by, owner) {
            (Some(code), _) => self.person_with(&code.phone),
            (None, Some(owner)) => Some(owner),
            (None, None) => self.newcomer(),
        };
        let Some(person) = person else { return false };
        let identity = self.rules().identity(person);
        let mut lines = self.lines();
        let Some(line) = lines.get_mut(session) else {
            return false;
        };
        if !matches!(line.phase, Phase::Pairing(_)) {
            return false;
        }
        line.linked = Some(person);
        line.owner = Some(person);
        line.emit(DriverEvent::Paired(identity));
        self.dial(session, line, Duration::ZERO);
        true
    }

    /// Somebody whom nobody knew, with a phone and groups.
    fn newcomer(&self) -> Option<PersonId> {
        let number = self.rules().people.len();
        self.person_with(&format!("62812009{:05}", number % 100_000))
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
