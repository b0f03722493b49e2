//! Random activity: groups are renamed, members join and leave, invite links leak, sessions drop and reconnect.

use super::connection::pause;
use super::leaks::{self, Leaks};
use super::picks::{newcomer, online};
use super::rng::Rng;
use super::rules::{GROUP_MAX, PersonId, Rank, Rules};
use super::world::World;
use crate::api::{JoinedVia, RequestOutcome, SUBJECT_MAX, Setting};
use crate::gateway::whatsapp::MemberChange;
use std::sync::Arc;
use std::time::Duration;

/// Groups smaller than this lose no members.
const SMALL: usize = 5;

/// Groups with more requests get no further ones.
const WAITING: usize = 12;

/// Starts random activity, until the world is stopped or dropped.
pub(super) fn start(world: &Arc<World>, runtime: &tokio::runtime::Handle) {
    let mut rng = Rng::of(world.seed, "life", 0);
    every(world, runtime, 4_000..=12_000, move |world| {
        change_something(world, &mut rng);
    });
    let mut rng = Rng::of(world.seed, "requests", 0);
    every(world, runtime, 20_000..=60_000, move |world| {
        somebody_asks(world, &mut rng);
    });
    let mut rng = Rng::of(world.seed, "drops", 0);
    every(world, runtime, 45_000..=90_000, move |world| {
        a_session_drops(world, &mut rng);
    });
    let mut leaks = Leaks::new(world.seed);
    every(world, runtime, leaks::PAUSES, move |world| {
        leaks.step(world);
    });
}

/// Repeats an action, with random pauses in milliseconds.
fn every(
    world: &Arc<World>,
    runtime: &tokio::runtime::Handle,
    pauses: std::ops::RangeInclusive<u64>,
    mut deed: impl FnMut(&Arc<World>) + Send + 'static,
) {
    let mut rng = Rng::of(world.seed, "pauses", *pauses.start());
    let stopped = world.stopped.clone();
    let world = Arc::downgrade(world);
    runtime.spawn(async move {
        loop {
            let wait = rng.between(*pauses.start(), *pauses.end());
            if !pause(&stopped, Duration::from_millis(wait)).await {
                return;
            }
            match world.upgrade() {
                Some(world) => deed(&world),
                None => return,
            }
        }
    });
}

fn a_session_drops(world: &Arc<World>, rng: &mut Rng) {
    let online = online(world);
    let flaky = online.iter().find(|endpoint| endpoint.flaky);
    let victim = match (rng.index(2), flaky) {
        (0, Some(flaky)) => Some(flaky),
        _ => rng.pick(&online),
    };
    if let Some(victim) = victim {
        let back_after = Duration::from_millis(rng.between(3_000, 6_000));
        world.drop_connection(&victim.session, Some(back_after));
    }
}

fn change_something(world: &World, rng: &mut Rng) {
    let online = online(world);
    let Some(witness) = rng.pick(&online).map(|endpoint| endpoint.person) else {
        return;
    };
    world.act(|rules| {
        let candidates: Vec<usize> = rules
            .groups_of(witness)
            .filter(|index| !rules.groups[*index].pinned)
            .collect();
        let Some(index) = rng.pick(&candidates).copied() else {
            return;
        };
        match rng.index(20) {
            0..7 => rename(world, rules, index, rng),
            7..12 => member_joins(rules, index, rng),
            12..16 => member_leaves(rules, index, rng),
            16..19 => describe(world, rules, index, rng),
            _ => switch(rules, index),
        }
    });
}

/// An admin adds a suffix to the name, or takes away the one that an earlier rename added.
fn rename(world: &World, rules: &mut Rules, index: usize, rng: &mut Rng) {
    let suffixes = &world.asset.activity.suffixes;
    let subject = rules.groups[index].subject.clone();
    let plain = suffixes
        .iter()
        .find_map(|suffix| subject.strip_suffix(suffix.as_str()));
    let renamed = match plain {
        Some(plain) => plain.to_owned(),
        None => match rng.pick(suffixes) {
            Some(suffix) => format!("{subject}{suffix}"),
            None => return,
        },
    };
    if renamed.chars().count() <= SUBJECT_MAX {
        apply(rules, index, &Setting::Subject(renamed));
    }
}

fn describe(world: &World, rules: &mut Rules, index: usize, rng: &mut Rng) {
    if let Some(text) = rng.pick(&world.asset.activity.descriptions) {
        apply(rules, index, &Setting::Description(text.clone()));
    }
}

fn switch(rules: &mut Rules, index: usize) {
    let announce = !rules.groups[index].announce;
    apply(rules, index, &Setting::Announce(announce));
}

fn apply(rules: &mut Rules, index: usize, setting: &Setting) {
    // Without another admin in the group it stays as it is: our accounts do nothing by themselves.
    if let Some(by) = rules.other_admin(index) {
        // A value that the rules refuse is no event.
        let _ = rules.apply_setting(index, Some(by), setting);
    }
}

fn member_joins(rules: &mut Rules, index: usize, rng: &mut Rng) {
    let group = &rules.groups[index];
    if group.seats.len() >= GROUP_MAX || group.approval {
        return;
    }
    if let Some(person) = newcomer(rules, index, rng) {
        rules.bring_in(index, None, &[person], JoinedVia::Link);
    }
}

/// Somebody asks to join a group that asks its admins; now and then somebody takes a request back, or
/// another admin settles one.
fn somebody_asks(world: &World, rng: &mut Rng) {
    let online = online(world);
    let Some(witness) = rng.pick(&online).map(|endpoint| endpoint.person) else {
        return;
    };
    world.act(|rules| {
        let candidates: Vec<usize> = rules
            .groups_of(witness)
            .filter(|index| rules.groups[*index].approval && !rules.groups[*index].pinned)
            .collect();
        let Some(index) = rng.pick(&candidates).copied() else {
            return;
        };
        let group = &rules.groups[index];
        let waiting = rng.pick(&group.requests).map(|request| request.person);
        match (rng.index(8), waiting, rules.other_admin(index)) {
            (0, Some(person), _) => {
                let by = Some(person);
                rules.drop_requests(index, by, &[person], &RequestOutcome::Withdrawn);
            }
            (1, Some(person), Some(by)) => {
                rules.apply_members(index, Some(by), MemberChange::Reject, &[person]);
            }
            (2, Some(person), Some(by)) if group.seats.len() < GROUP_MAX => {
                rules.apply_members(index, Some(by), MemberChange::Approve, &[person]);
            }
            _ if group.requests.len() < WAITING => {
                if let Some(person) = newcomer(rules, index, rng) {
                    rules.ask(index, person);
                }
            }
            _ => {}
        }
    });
}

fn member_leaves(rules: &mut Rules, index: usize, rng: &mut Rng) {
    let group = &rules.groups[index];
    if group.seats.len() <= SMALL {
        return;
    }
    let plain: Vec<PersonId> = group
        .seats
        .iter()
        .filter(|seat| seat.rank == Rank::Member && !rules.is_account(seat.person))
        .map(|seat| seat.person)
        .collect();
    if let Some(person) = rng.pick(&plain).copied() {
        rules.apply_members(index, Some(person), MemberChange::Remove, &[person]);
    }
}
