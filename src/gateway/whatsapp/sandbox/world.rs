//! The simulated world: its state and queries.

use super::asset::{Asset, Link};
use super::build::SessionSeed;
use super::clock::Clock;
use super::endpoint::Endpoint;
use super::rules::{PersonId, Rules};
use crate::api::EpochMillis;
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, PhoneNumber, SessionId};
use crate::gateway::lock::lock;
use crate::gateway::whatsapp::{Account, SeedSession};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The simulated world. Locks are taken in the order `rules`, `endpoints`.
#[derive(Debug)]
pub struct World {
    pub(super) seed: u64,
    pub(super) active: bool,
    pub(super) call_limit: Duration,
    pub(super) clock: Clock,
    pub(super) organizations: Vec<(OrganizationId, String)>,
    pub(super) sessions: Vec<SessionSeed>,
    pub(super) asset: Asset,
    pub(super) rules: Mutex<Rules>,
    pub(super) endpoints: Mutex<BTreeMap<SessionId, Endpoint>>,
    pub(super) stopped: CancellationToken,
}

impl World {
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

    /// People who are neither members of the group nor have asked to join, by LID.
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
            .filter(|person| group.seat(*person).is_none() && !group.is_asked_by(*person))
            .take(count)
            .map(|person| rules.people.lid(person).clone())
            .collect()
    }

    /// The number of somebody, unless it is hidden from the other members of a group.
    #[must_use]
    pub fn phone_of(&self, person: &MemberJid) -> Option<PhoneNumber> {
        let rules = self.rules();
        rules.people.phone(rules.people.find(person)?)
    }

    /// What somebody is called.
    #[must_use]
    pub fn name_of(&self, person: &MemberJid) -> Option<String> {
        let rules = self.rules();
        let person = rules.people.find(person)?;
        rules.people.name(person)
    }

    /// Requests to join a group, by LID, oldest first.
    #[must_use]
    pub fn requests(&self, group: &GroupJid) -> Vec<MemberJid> {
        self.rules().requests(group).unwrap_or_default()
    }

    /// The person that a session is linked to.
    #[must_use]
    pub fn person(&self, session: &SessionId) -> Option<PersonId> {
        self.endpoints().get(session)?.linked
    }

    /// Performs an action by the rules and delivers its notifications in order.
    pub fn act<T>(&self, action: impl FnOnce(&mut Rules) -> T) -> T {
        let mut rules = self.rules();
        let outcome = action(&mut rules);
        let notices = rules.take_notices();
        if !notices.is_empty() {
            let mut endpoints = self.endpoints();
            for notice in notices {
                endpoints
                    .values_mut()
                    .filter(|endpoint| endpoint.linked == Some(notice.to))
                    .for_each(|endpoint| endpoint.tell(&notice.event));
            }
        }
        outcome
    }

    /// Stops the activity of the world.
    pub fn stop(&self) {
        self.stopped.cancel();
    }

    // An injected panic may have poisoned a lock; the guarded state is never partial.
    pub(super) fn rules(&self) -> MutexGuard<'_, Rules> {
        lock(&self.rules)
    }

    pub(super) fn endpoints(&self) -> MutexGuard<'_, BTreeMap<SessionId, Endpoint>> {
        lock(&self.endpoints)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}
