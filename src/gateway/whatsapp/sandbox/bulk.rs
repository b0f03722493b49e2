//! Many uniform accounts, for benchmarks.

use super::build::random_people;
use super::endpoint::{Endpoint, endpoint_mut};
use super::rng::Rng;
use super::rules::{GROUP_MAX, GroupRecord, PersonId, Rank, Seat};
use super::world::World;
use crate::gateway::domain::{OrganizationId, SessionId};
use crate::gateway::whatsapp::Account;
use crate::gateway::whatsapp::SeedSession;
use std::sync::Arc;

/// The moment from which the ids of these sessions count; after those of the asset.
const FIRST_ULID_MS: u64 = 1_775_000_000_000;

/// The size of a world for benchmarks.
#[derive(Debug, Clone, Copy)]
pub struct BulkAccounts {
    pub sessions: usize,
    /// Groups of each session, not shared with other sessions.
    pub groups: usize,
    /// Members of each group, the account included; fewer if the world has fewer people.
    pub members: usize,
}

impl World {
    /// Adds linked sessions that should run, and returns them. The same world makes the same ones.
    pub fn add_bulk_accounts(
        &self,
        organization: &OrganizationId,
        crowd: BulkAccounts,
    ) -> Vec<SeedSession> {
        (0..crowd.sessions)
            .filter_map(|which| self.add_bulk_account(organization, which as u64, crowd))
            .collect()
    }

    fn add_bulk_account(
        &self,
        organization: &OrganizationId,
        which: u64,
        crowd: BulkAccounts,
    ) -> Option<SeedSession> {
        let mut rules = self.rules();
        let phone = format!("62801010{which:06}");
        let person = rules.people.add(self.seed, &phone, None, None)?;
        rules.open_account(person);
        let people: Vec<PersonId> = rules
            .people
            .ids()
            .filter(|someone| !rules.is_account(*someone))
            .collect();
        let mut rng = Rng::of(self.seed, "crowded", which);
        rules.reserve(crowd.groups);
        for number in 1..=crowd.groups {
            let others = crowd.members.min(GROUP_MAX).saturating_sub(1);
            let others = random_people(&people, &mut rng)
                .take(others)
                .map(|person| Seat {
                    person,
                    rank: Rank::Member,
                });
            let me = Seat {
                person,
                rank: Rank::Superadmin,
            };
            let ids = rules.new_group_ids();
            let created_at = rules.clock.epoch() - number as i64 * 60_000;
            rules.insert(GroupRecord {
                description: "Who helps when, and where to meet.".to_owned(),
                owner: Some(person),
                seats: Arc::new([me].into_iter().chain(others).collect()),
                pinned: true,
                ..GroupRecord::new(
                    ids,
                    format!("Volunteers {number} of desk {which}"),
                    created_at,
                )
            });
        }
        let identity = rules.identity(person);
        drop(rules);
        let random = u128::from(rng.next());
        let ulid = ulid::Ulid::from_parts(FIRST_ULID_MS + which, random).to_string();
        let session = SessionId::parse(&ulid).ok()?;
        let mut endpoints = self.endpoints();
        let endpoint = endpoint_mut(&mut endpoints, &session);
        *endpoint = Endpoint {
            linked: Some(person),
            owner: Some(person),
            number: endpoint.number,
            ..Endpoint::default()
        };
        Some(SeedSession {
            account: Account {
                session,
                organization: organization.clone(),
            },
            label: Some(format!("Desk {which}")),
            identity: Some(identity),
            start: true,
            groups: Vec::new(),
        })
    }
}
