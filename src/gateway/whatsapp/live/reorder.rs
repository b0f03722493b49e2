//! Detecting reordered notifications.
//!
//! WhatsApp sends notifications in order, but the library handles each in a task of its own, so two
//! that arrive close together may be delivered in the wrong order; their timestamps have a
//! resolution of one second. When two such changes contradict each other, the group is queried
//! again. No fix upstream is known; a library that keeps the order of a group replaces this file.

use crate::api::{EpochMillis, Setting};
use crate::gateway::domain::GroupJid;
use crate::gateway::whatsapp::{GroupChange, GroupEvent};
use std::collections::VecDeque;
use std::mem::discriminant;

/// Number of changes that are kept: more than arrive in two seconds.
const KEPT: usize = 64;

/// The most recent changes of an account's groups.
#[derive(Default)]
pub(super) struct Recent(VecDeque<(GroupJid, GroupChange, EpochMillis)>);

impl Recent {
    /// Records a change. Returns whether it may be older than a contradicting one.
    pub(super) fn is_reordered(&mut self, event: &GroupEvent) -> bool {
        let is_reordered = self.0.iter().any(|(group, change, at)| {
            *group == event.group && *at >= event.at && contradict(change, &event.change)
        });
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        let change = (event.group.clone(), event.change.clone(), event.at);
        self.0.push_back(change);
        is_reordered
    }
}

/// Whether the order of two changes of a group matters.
fn contradict(one: &GroupChange, other: &GroupChange) -> bool {
    use GroupChange::{Demoted, Exited, Joined, Left, Promoted};
    match (one, other) {
        (GroupChange::Setting(one), GroupChange::Setting(other)) => {
            same_field(one, other) && one != other
        }
        (Joined(_), Left(_)) | (Left(_), Joined(_)) => true,
        (Promoted(_), Demoted(_)) | (Demoted(_), Promoted(_)) => true,
        // A person has to join before a promotion.
        (Promoted(_), Joined(_)) => true,
        (Exited, _) | (_, Exited) => discriminant(one) != discriminant(other),
        _ => false,
    }
}

fn same_field(one: &Setting, other: &Setting) -> bool {
    one.field() == other.field()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::domain::MemberJid;

    fn group(number: u64) -> GroupJid {
        GroupJid::parse(&format!("1203630412345678{number:02}@g.us")).unwrap()
    }

    fn event(number: u64, at: EpochMillis, change: GroupChange) -> GroupEvent {
        GroupEvent {
            group: group(number),
            by: None,
            at,
            change,
        }
    }

    fn subject(text: &str) -> GroupChange {
        GroupChange::Setting(Setting::Subject(text.to_owned()))
    }

    fn one_member() -> Vec<MemberJid> {
        vec![MemberJid::parse("900@lid").unwrap()]
    }

    #[test]
    fn contradicting_changes_within_a_second_are_reordered() {
        let mut recent = Recent::default();
        assert!(!recent.is_reordered(&event(1, 5_000, subject("a"))));
        assert!(recent.is_reordered(&event(1, 5_000, subject("b"))));
        // The same again, another group, another field, a later second.
        let mut recent = Recent::default();
        assert!(!recent.is_reordered(&event(1, 5_000, subject("a"))));
        assert!(!recent.is_reordered(&event(1, 5_000, subject("a"))));
        assert!(!recent.is_reordered(&event(2, 5_000, subject("b"))));
        let locked = GroupChange::Setting(Setting::Locked(true));
        assert!(!recent.is_reordered(&event(1, 5_000, locked)));
        assert!(!recent.is_reordered(&event(1, 6_000, subject("b"))));
        // One that is late.
        assert!(recent.is_reordered(&event(1, 5_000, subject("a"))));
    }

    #[test]
    fn opposite_member_changes_within_a_second_are_reordered() {
        let pairs = [
            (
                GroupChange::Left(one_member()),
                GroupChange::Joined(Vec::new()),
            ),
            (
                GroupChange::Demoted(one_member()),
                GroupChange::Promoted(one_member()),
            ),
            (GroupChange::Exited, subject("a")),
        ];
        for (one, other) in pairs {
            let mut recent = Recent::default();
            assert!(!recent.is_reordered(&event(1, 5_000, one)));
            assert!(recent.is_reordered(&event(1, 5_000, other)));
        }
        let mut recent = Recent::default();
        for _ in 0..2 {
            assert!(!recent.is_reordered(&event(1, 5_000, GroupChange::Left(one_member()))));
        }
    }

    #[test]
    fn only_so_much_is_remembered() {
        let mut recent = Recent::default();
        for number in 0..90 {
            recent.is_reordered(&event(number, 5_000, subject("a")));
        }
        assert_eq!(recent.0.len(), KEPT);
    }
}
