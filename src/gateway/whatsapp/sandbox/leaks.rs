//! A leaked invite link: now and then strangers join a group by it, one after the other, until the link is reset, its
//! approval is switched on (then they ask), or nobody is left who wants to come.

use super::picks::{newcomer, online};
use super::rng::Rng;
use super::rules::{GROUP_MAX, Rank, Rules};
use super::world::World;
use crate::api::GroupKind;
use crate::gateway::domain::InviteCode;

/// Milliseconds between two strangers.
pub(super) const PAUSES: std::ops::RangeInclusive<u64> = 1_500..=2_500;
/// Pauses without a leak before the next one: some five to fifteen minutes.
const QUIET: std::ops::RangeInclusive<u64> = 150..=450;
/// Strangers per leak.
const STRANGERS: std::ops::RangeInclusive<u64> = 30..=60;

/// The leaks of a world.
pub(super) struct Leaks {
    rng: Rng,
    /// Pauses until the next leak.
    quiet: u64,
    leak: Option<Leak>,
}

struct Leak {
    code: InviteCode,
    strangers: u64,
}

impl Leaks {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Rng::of(seed, "leaks", 0);
        Self {
            quiet: rng.between(*QUIET.start(), *QUIET.end()),
            leak: None,
            rng,
        }
    }

    /// One pause has passed.
    pub(super) fn step(&mut self, world: &World) {
        if self.leak.is_none() {
            self.quiet = self.quiet.saturating_sub(1);
            if self.quiet > 0 {
                return;
            }
            self.leak = self.begin(world);
        }
        let goes_on = match &mut self.leak {
            Some(leak) => leak.step(world, &mut self.rng),
            None => false,
        };
        if !goes_on {
            self.leak = None;
            self.quiet = self.rng.between(*QUIET.start(), *QUIET.end());
        }
    }

    /// Leaks the link of a group that one of the accounts administers.
    fn begin(&mut self, world: &World) -> Option<Leak> {
        let online = online(world);
        let witness = self.rng.pick(&online)?.person;
        let rng = &mut self.rng;
        world.act(|rules| {
            let candidates: Vec<usize> = rules
                .groups_of(witness)
                .filter(|index| {
                    let group = &rules.groups[*index];
                    let seat = group.seat(witness);
                    let is_admin = seat.is_some_and(|seat| seat.rank != Rank::Member);
                    let is_own = matches!(group.kind, GroupKind::Group | GroupKind::Subgroup);
                    let has_room = group.seats.len() + 100 < GROUP_MAX;
                    is_admin && is_own && has_room && !group.pinned && !group.approval
                })
                .collect();
            let index = rng.pick(&candidates).copied()?;
            Some(Leak {
                code: rules.groups[index].code.clone(),
                strangers: rng.between(*STRANGERS.start(), *STRANGERS.end()),
            })
        })
    }
}

impl Leak {
    /// One stranger uses the link; whether others follow.
    fn step(&mut self, world: &World, rng: &mut Rng) -> bool {
        self.strangers = self.strangers.saturating_sub(1);
        let came = world.act(|rules: &mut Rules| {
            let index = rules.find_code(&self.code)?;
            let person = newcomer(rules, index, rng)?;
            rules.join(person, &self.code).ok()
        });
        came.is_some() && self.strangers > 0
    }
}
