//! Accounts and people among whom the activity of a world picks.

use super::rng::Rng;
use super::rules::{PersonId, Rules};
use super::world::World;
use crate::gateway::domain::SessionId;

/// A connected account.
pub(super) struct Online {
    pub(super) session: SessionId,
    pub(super) person: PersonId,
    pub(super) flaky: bool,
}

pub(super) fn online(world: &World) -> Vec<Online> {
    let endpoints = world.endpoints();
    endpoints
        .iter()
        .filter(|(_, endpoint)| endpoint.is_connected())
        .filter_map(|(session, endpoint)| {
            Some(Online {
                session: session.clone(),
                person: endpoint.linked?,
                flaky: endpoint.flaky,
            })
        })
        .collect()
}

/// Somebody of the crowd who is not in the group and does not ask to be.
pub(super) fn newcomer(rules: &Rules, index: usize, rng: &mut Rng) -> Option<PersonId> {
    let group = &rules.groups[index];
    let people: Vec<PersonId> = rules.people.ids().collect();
    (0..20)
        .filter_map(|_| rng.pick(&people).copied())
        .find(|person| {
            group.seat(*person).is_none()
                && !group.is_asked_by(*person)
                && !rules.is_account(*person)
        })
}
