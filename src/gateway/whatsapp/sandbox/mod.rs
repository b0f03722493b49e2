//! A simulated WhatsApp world: people, groups, links and phones in memory.
//!
//! [`World`] is the one place. Its [`Rules`] say what WhatsApp allows and know nothing of
//! connections; around them, a line per session adds pairing, connecting, latency, faults and
//! events, and a `Driver` is a handle to one line. The same seed makes the same world.
//!
//! A *still* world only moves when told to: by its sessions, by [`World::phone`] (other people) or by
//! [`World::misbehave`]. A *living* one also moves by itself.
//!
//! To put an engine on a world: [`World::load`], then `Backend::Sandbox` with it, and
//! [`World::seed_sessions`] as the engine's seed; keys are made for [`World::organizations`].

mod alive;
mod asset;
mod build;
mod calls;
mod clock;
mod connection;
mod crowded;
mod dice;
mod door;
mod driver;
mod faults;
mod line;
mod pairing;
mod phone;
mod rules;
#[cfg(test)]
mod tests;

pub use crowded::Crowd;
pub use door::Invited;
pub use driver::open;
pub use faults::{Call, Fault};
pub use phone::Phone;
pub use rules::{GROUP_MAX, PersonId, Rank, Refusal, Rules};

use crate::api::EpochMillis;
use crate::gateway::SeedSession;
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, SessionId};
use crate::gateway::whatsapp::{Account, DriverEvent};
use asset::{Asset, Link};
use build::{Built, SessionSeed};
use clock::Clock;
use line::Line;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a call waits for its answer, unless [`WorldOptions`] say otherwise.
pub const CALL_LIMIT: Duration = Duration::from_secs(20);

/// What kind of world to make.
#[derive(Debug, Clone, Copy)]
pub struct WorldOptions {
    /// The same seed makes the same ids, links, codes and changes. `None`: another world each time.
    pub seed: Option<u64>,
    /// When the world begins; ages of groups count back from here, and its clock goes on from here.
    pub now: EpochMillis,
    /// At least how many groups the first session has; the asset's own ones are always there.
    pub groups: Option<usize>,
    /// Whether the world moves by itself. Needs a tokio runtime.
    pub alive: bool,
    /// After how long an unanswered call gives up with a timeout.
    pub call_limit: Duration,
}

impl Default for WorldOptions {
    /// A still world that begins now.
    fn default() -> Self {
        Self {
            seed: None,
            now: jiff::Timestamp::now().as_millisecond(),
            groups: None,
            alive: false,
            call_limit: CALL_LIMIT,
        }
    }
}

/// Why a world cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the sandbox world cannot be read: {0}")]
    Asset(#[from] toml::de::Error),
    #[error("the sandbox world cannot be built: {0}")]
    Build(String),
    #[error("a living world needs a tokio runtime")]
    NoRuntime,
}

/// The simulated world. Locks are taken in the order `rules`, `lines`.
#[derive(Debug)]
pub struct World {
    seed: u64,
    alive: bool,
    call_limit: Duration,
    clock: Clock,
    organizations: Vec<(OrganizationId, String)>,
    sessions: Vec<SessionSeed>,
    asset: Asset,
    rules: Mutex<Rules>,
    lines: Mutex<BTreeMap<SessionId, Line>>,
    stopped: CancellationToken,
}

impl World {
    /// Makes a world.
    ///
    /// # Errors
    /// The embedded asset is wrong (a test keeps that from happening), or a living world is asked for
    /// outside of a runtime.
    pub fn load(options: WorldOptions) -> Result<Arc<Self>, LoadError> {
        let asset = Asset::read()?;
        let seed = options.seed.unwrap_or_else(rand::random);
        let clock = Clock::starting_at(options.now);
        let Built {
            rules,
            organizations,
            sessions,
        } = build::build(&asset, seed, clock.clone(), options.groups).map_err(LoadError::Build)?;
        let lines = sessions
            .iter()
            .zip(0..)
            .map(|(session, number)| (session.account.session.clone(), line_of(session, number)))
            .collect();
        let world = Arc::new(Self {
            seed,
            alive: options.alive,
            call_limit: options.call_limit,
            clock,
            organizations,
            sessions,
            asset,
            rules: Mutex::new(rules),
            lines: Mutex::new(lines),
            stopped: CancellationToken::new(),
        });
        if options.alive {
            let runtime =
                tokio::runtime::Handle::try_current().map_err(|_| LoadError::NoRuntime)?;
            alive::start(&world, &runtime);
        }
        Ok(world)
    }

    /// A still world of this seed that begins now.
    ///
    /// # Errors
    /// As [`World::load`].
    pub fn still(seed: u64) -> Result<Arc<Self>, LoadError> {
        Self::load(WorldOptions {
            seed: Some(seed),
            ..WorldOptions::default()
        })
    }

    /// The seed that makes this world again.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> EpochMillis {
        self.clock.now()
    }

    /// The organizations and their names, in the asset's order.
    #[must_use]
    pub fn organizations(&self) -> Vec<(OrganizationId, String)> {
        self.organizations.clone()
    }

    /// The sessions that an engine on this world should have, in the asset's order.
    #[must_use]
    pub fn seed_sessions(&self) -> Vec<SeedSession> {
        let rules = self.rules();
        self.sessions
            .iter()
            .map(|session| {
                let mut groups = if session.stored {
                    rules.joined_groups(session.person)
                } else {
                    Vec::new()
                };
                groups.extend(session.removed_from.iter().filter_map(|group| {
                    let index = rules.find(group).ok()?;
                    Some(rules.snapshot(index, session.person))
                }));
                SeedSession {
                    account: session.account.clone(),
                    label: Some(session.label.clone()),
                    identity: (session.link != Link::Unpaired)
                        .then(|| rules.identity(session.person)),
                    start: session.start,
                    groups,
                }
            })
            .collect()
    }

    /// The account of a session by its label, such as `Support line`.
    #[must_use]
    pub fn session(&self, label: &str) -> Option<Account> {
        let mut sessions = self.sessions.iter();
        let found = sessions.find(|session| session.label == label)?;
        Some(found.account.clone())
    }

    /// The JID of the first group with this subject.
    #[must_use]
    pub fn group_named(&self, subject: &str) -> Option<GroupJid> {
        let rules = self.rules();
        let mut groups = rules.groups.iter();
        let found = groups.find(|group| group.subject == subject)?;
        Some(found.jid.clone())
    }

    /// People of the crowd who are neither in the group nor waiting to be let in, by LID.
    #[must_use]
    pub fn outsiders(&self, group: &GroupJid, count: usize) -> Vec<MemberJid> {
        let rules = self.rules();
        let Ok(index) = rules.find(group) else {
            return Vec::new();
        };
        let group = &rules.groups[index];
        rules
            .people
            .ids()
            .filter(|person| !rules.is_account(*person))
            .filter(|person| group.seat(*person).is_none() && !group.requests.contains(person))
            .take(count)
            .map(|person| rules.people.lid(person).clone())
            .collect()
    }

    /// Who asked to join a group, by LID, in the order of asking.
    #[must_use]
    pub fn requests(&self, group: &GroupJid) -> Vec<MemberJid> {
        self.rules().requests(group).unwrap_or_default()
    }

    /// Who acts when a session acts: the person whom it is linked to.
    #[must_use]
    pub fn person(&self, session: &SessionId) -> Option<PersonId> {
        self.lines().get(session)?.linked
    }

    /// Does something by the rules and tells everybody who must hear of it, in order.
    pub fn act<T>(&self, action: impl FnOnce(&mut Rules) -> T) -> T {
        let mut rules = self.rules();
        let outcome = action(&mut rules);
        let notices = rules.take_notices();
        if !notices.is_empty() {
            let lines = self.lines();
            for notice in notices {
                lines
                    .values()
                    .filter(|line| line.is_connected() && line.linked == Some(notice.to))
                    .for_each(|line| line.emit(DriverEvent::Group(notice.event.clone())));
            }
        }
        outcome
    }

    /// Ends everything that the world does by itself.
    pub fn stop(&self) {
        self.stopped.cancel();
    }

    /// What other people and the owners of the phones can do.
    #[must_use]
    pub fn phone(self: &Arc<Self>) -> Phone<'_> {
        Phone::of(self)
    }

    // A panic that a test asked for may have passed through a lock; what it guards is never half done.
    fn rules(&self) -> MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<SessionId, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

fn line_of(session: &SessionSeed, number: u64) -> Line {
    Line {
        linked: (session.link != Link::Unpaired).then_some(session.person),
        owner: Some(session.person),
        surprise: session.link,
        flaky: session.flaky,
        number,
        ..Line::default()
    }
}

/// The line of a session, a new one when the world does not know the session.
fn line_in<'a>(lines: &'a mut BTreeMap<SessionId, Line>, session: &SessionId) -> &'a mut Line {
    let number = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    lines.entry(session.clone()).or_insert_with(|| Line {
        number,
        ..Line::default()
    })
}
