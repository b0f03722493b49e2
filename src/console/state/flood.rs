//! Floods: many people who join a group by its link within minutes, as after a link was posted in public.

use super::button::ButtonId;
use crate::api::EpochMillis;
use crate::console::ids::GroupKey;
use std::collections::{HashMap, VecDeque};

/// Milliseconds in which joins are counted together.
const FLOOD_WINDOW: i64 = 5 * 60_000;

/// Most events that are kept of a group. Each is at least one person, so no limit may be larger.
const KEPT: usize = 1_000;

/// Groups with joins beyond which those without recent ones are forgotten.
const GROUPS: usize = 1_000;

/// The joins of the last minutes, and the alarms that nobody has dealt with.
#[derive(Default)]
pub(crate) struct Floods {
    joins: HashMap<GroupKey, VecDeque<Joins>>,
    /// Newest first.
    pub alarms: Vec<FloodAlarm>,
}

/// People who joined at once.
struct Joins {
    at: EpochMillis,
    people: usize,
    by_link: bool,
}

/// More people joined a group than the limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FloodAlarm {
    pub key: GroupKey,
    /// People who joined from `from` to `until`.
    pub people: usize,
    pub from: EpochMillis,
    pub until: EpochMillis,
    /// The gateway says that all of them came by the link; otherwise it does not say how they came.
    pub by_link: bool,
}

/// What can be done about a flood.
pub struct FloodDialog {
    pub key: GroupKey,
    pub focus: ButtonId,
}

impl Floods {
    /// Counts people who joined. Returns whether this raised an alarm: more than `limit` joined within
    /// [`FLOOD_WINDOW`], and no alarm of this flood stands.
    pub(crate) fn joined(
        &mut self,
        key: &GroupKey,
        (people, at): (usize, EpochMillis),
        by_link: bool,
        limit: usize,
    ) -> bool {
        self.forget(at);
        let recent = self.joins.entry(key.clone()).or_default();
        let place = recent.partition_point(|joins| joins.at <= at);
        let joins = Joins {
            at,
            people,
            by_link,
        };
        recent.insert(place, joins);
        let newest = recent.back().map_or(at, |joins| joins.at);
        while recent.len() > KEPT || recent[0].at <= newest - FLOOD_WINDOW {
            recent.pop_front();
        }
        let alarm = self.alarms.iter_mut().find(|alarm| alarm.key == *key);
        if let Some(alarm) = alarm
            && (at - alarm.until).abs() < FLOOD_WINDOW
        {
            alarm.people = alarm.people.saturating_add(people);
            alarm.from = alarm.from.min(at);
            alarm.until = alarm.until.max(at);
            alarm.by_link &= by_link;
            return false;
        }
        let total = (recent.iter()).fold(0, |sum: usize, joins| sum.saturating_add(joins.people));
        if total <= limit {
            return false;
        }
        let alarm = FloodAlarm {
            key: key.clone(),
            people: total,
            from: recent.front().map_or(at, |joins| joins.at),
            until: newest,
            by_link: recent.iter().all(|joins| joins.by_link),
        };
        self.settle(key);
        // Several accounts may see the same group.
        self.alarms.retain(|other| other.key.jid != key.jid);
        self.alarms.insert(0, alarm);
        true
    }

    /// Ends the alarm of a group, and counts its joins anew.
    pub(crate) fn settle(&mut self, key: &GroupKey) {
        self.joins.remove(key);
        self.alarms.retain(|alarm| alarm.key.jid != key.jid);
    }

    /// Drops groups without recent joins, once there are many.
    fn forget(&mut self, now: EpochMillis) {
        if self.joins.len() >= GROUPS {
            self.joins.retain(|_, recent| {
                recent
                    .back()
                    .is_some_and(|last| last.at > now - FLOOD_WINDOW)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn key(session: &str, jid: &str) -> GroupKey {
        GroupKey {
            session: session.to_owned(),
            jid: jid.to_owned(),
        }
    }

    #[test]
    fn more_than_the_limit_within_the_window_is_a_flood() {
        let (mut floods, group) = (Floods::default(), key("a", "1"));
        for at in 0..3 {
            assert!(!floods.joined(&group, (1, at * MINUTE), true, 3));
        }
        // The first one was five minutes ago: it no longer counts.
        assert!(!floods.joined(&group, (1, 5 * MINUTE), true, 3));
        assert!(floods.joined(&group, (1, 5 * MINUTE + 1), true, 3));
        let alarm = &floods.alarms[0];
        assert_eq!((alarm.people, alarm.from), (4, MINUTE));
        assert_eq!(alarm.until, 5 * MINUTE + 1);
        assert!(alarm.by_link);
    }

    #[test]
    fn a_flood_that_goes_on_is_one_alarm_and_a_later_one_another() {
        let (mut floods, group) = (Floods::default(), key("a", "1"));
        assert!(floods.joined(&group, (5, 0), true, 3));
        for minute in 1..=10 {
            assert!(!floods.joined(&group, (5, minute * MINUTE), true, 3));
        }
        assert_eq!(floods.alarms[0].people, 55);
        // A quiet hour later: one person is none, and four are a flood of their own.
        assert!(!floods.joined(&group, (1, 70 * MINUTE), false, 3));
        assert_eq!(floods.alarms[0].people, 55);
        assert!(floods.joined(&group, (3, 71 * MINUTE), true, 3));
        assert_eq!(floods.alarms.len(), 1);
        assert_eq!(floods.alarms[0].people, 4);
        assert!(!floods.alarms[0].by_link);
    }

    #[test]
    fn events_may_come_in_any_order() {
        let (mut floods, group) = (Floods::default(), key("a", "1"));
        for at in [4, 1, 3, 2] {
            assert!(!floods.joined(&group, (1, at * MINUTE), true, 4));
        }
        // Longer ago than five minutes before the newest: not in the same window.
        assert!(!floods.joined(&group, (9, -2 * MINUTE), true, 4));
        assert!(floods.joined(&group, (1, 0), true, 4));
        assert_eq!(floods.alarms[0].from, 0);
    }

    #[test]
    fn a_group_of_two_accounts_has_one_alarm() {
        let mut floods = Floods::default();
        assert!(floods.joined(&key("a", "1"), (9, 0), true, 3));
        assert!(floods.joined(&key("b", "1"), (9, 0), true, 3));
        assert!(floods.joined(&key("b", "2"), (9, 0), true, 3));
        assert_eq!(floods.alarms.len(), 2);
        floods.settle(&key("a", "1"));
        assert_eq!(floods.alarms.len(), 1);
        assert_eq!(floods.alarms[0].key, key("b", "2"));
    }

    #[test]
    fn what_is_kept_has_a_limit() {
        let mut floods = Floods::default();
        for at in 0..5_000 {
            floods.joined(&key("a", "1"), (usize::MAX, at), true, KEPT);
            floods.joined(&key("a", &at.to_string()), (1, at * MINUTE), true, KEPT);
        }
        assert!(floods.joins.values().all(|recent| recent.len() <= KEPT));
        assert!(floods.joins.len() <= GROUPS);
    }
}
