//! What a schedule has to do now: the latest transition that is due, once, with a few attempts.

use super::hours::{Hours, Position};
use crate::api::EpochMillis;

const MINUTE: EpochMillis = 60_000;
/// The pauses after refusals; after the attempt that follows the last one, the transition is given up.
const PAUSES: [EpochMillis; 3] = [MINUTE, 5 * MINUTE, 30 * MINUTE];
/// A clock that was set back by more than this counts as another time, and what holds then is
/// applied; less than this repeats nothing.
const STEP: EpochMillis = 5 * MINUTE;

/// A group's schedule at work.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    hours: Hours,
    /// The transition that was applied or given up last; `None` after the schedule was set.
    handled: Option<EpochMillis>,
    /// The transition that was refused last, and how often.
    refused: Option<(EpochMillis, usize)>,
    /// Attempts in a row that say nothing about the group.
    postponed: u32,
    /// No attempt before.
    not_before: EpochMillis,
    /// The last answer of `hours`, which is asked every few seconds.
    position: Option<Position>,
}

/// A transition that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    /// When it was to happen.
    pub at: EpochMillis,
    /// Whether only admins may post from then on.
    pub announce: bool,
}

impl Plan {
    pub(crate) fn new(hours: Hours, handled: Option<EpochMillis>) -> Self {
        Self {
            hours,
            handled,
            refused: None,
            postponed: 0,
            not_before: 0,
            position: None,
        }
    }

    pub(crate) fn position(&mut self, now: EpochMillis) -> Position {
        if let Some(position) = self.position.filter(|position| position.holds(now)) {
            return position;
        }
        let position = self.hours.at(now);
        self.position = Some(position);
        position
    }

    pub(crate) fn handled(&self) -> Option<EpochMillis> {
        self.handled
    }

    /// The transition to apply now. Of several that were missed, this is the last.
    pub(crate) fn due(&mut self, now: EpochMillis) -> Option<Due> {
        let is_waiting = self.not_before > now && self.not_before - now <= PAUSES[2];
        if is_waiting {
            return None;
        }
        let Position { is_open, since, .. } = self.position(now);
        let at = match (self.handled, since) {
            (None, since) => since.unwrap_or(now),
            (Some(handled), Some(since)) if since > handled || handled - now > STEP => since,
            _ => return None,
        };
        Some(Due {
            at,
            announce: !is_open,
        })
    }

    /// The transition was applied.
    pub(crate) fn done(&mut self, due: Due) {
        self.handled = Some(due.at);
        self.refused = None;
        self.postponed = 0;
        self.not_before = 0;
    }

    /// An attempt was refused. Returns whether the transition is given up.
    pub(crate) fn refused(&mut self, due: Due, now: EpochMillis) -> bool {
        self.postponed = 0;
        let before = self.refused.filter(|(at, _)| *at == due.at);
        let refusals = before.map_or(0, |(_, refusals)| refusals);
        let Some(pause) = PAUSES.get(refusals) else {
            self.done(due);
            return true;
        };
        self.refused = Some((due.at, refusals + 1));
        self.not_before = now.saturating_add(*pause);
        false
    }

    /// An attempt says nothing about the group, so it does not count.
    pub(crate) fn postpone(&mut self) {
        self.postponed = self.postponed.saturating_add(1);
    }

    /// How many attempts in a row were [postponed](Self::postpone). Groups with fewer are next.
    pub(crate) fn postponed(&self) -> u32 {
        self.postponed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn at(text: &str) -> EpochMillis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    /// Open daily from 08:00 to 22:00 UTC.
    fn plan(handled: Option<&str>) -> Plan {
        let zone = jiff::tz::TimeZone::UTC;
        let hours = Hours::new(zone, &["daily 08:00-22:00".parse().unwrap()]);
        Plan::new(hours, handled.map(at))
    }

    // As `Plan::due` answers.
    #[allow(clippy::unnecessary_wraps)]
    fn due(at_text: &str, announce: bool) -> Option<Due> {
        Some(Due {
            at: at(at_text),
            announce,
        })
    }

    #[test]
    fn each_transition_is_due_once() {
        let mut plan = plan(None);
        let noon = at("2026-11-27T12:00:00Z");
        let first = plan.due(noon);
        assert_eq!(
            first,
            due("2026-11-27T08:00:00Z", false),
            "what holds when it is set"
        );
        plan.done(first.unwrap());
        assert_eq!(plan.due(noon), None);
        assert_eq!(plan.due(at("2026-11-27T21:59:59Z")), None);
        let close = plan.due(at("2026-11-27T22:00:00Z"));
        assert_eq!(close, due("2026-11-27T22:00:00Z", true));
        plan.done(close.unwrap());
        assert_eq!(plan.due(at("2026-11-28T07:59:59Z")), None);
    }

    #[test]
    fn only_the_last_of_missed_transitions_is_due() {
        let mut plan = plan(Some("2026-11-20T22:00:00Z"));
        let monday = at("2026-11-30T07:00:00Z");
        assert_eq!(plan.due(monday), due("2026-11-29T22:00:00Z", true));
        let later = at("2026-11-30T09:00:00Z");
        assert_eq!(plan.due(later), due("2026-11-30T08:00:00Z", false));
    }

    #[test]
    fn a_clock_that_steps_back_a_little_repeats_nothing() {
        let mut plan = plan(Some("2026-11-27T08:00:00Z"));
        let close = plan.due(at("2026-11-27T22:00:05Z")).unwrap();
        plan.done(close);
        assert_eq!(plan.due(at("2026-11-27T21:59:50Z")), None);
        assert_eq!(plan.due(at("2026-11-27T22:00:00Z")), None);
        // An hour back it is open again, and closes again.
        let back = at("2026-11-27T21:00:00Z");
        let again = plan.due(back);
        assert_eq!(again, due("2026-11-27T08:00:00Z", false));
        plan.done(again.unwrap());
        assert_eq!(plan.due(back), None);
        assert_eq!(
            plan.due(at("2026-11-27T22:00:00Z")),
            due("2026-11-27T22:00:00Z", true)
        );
    }

    #[test]
    fn a_clock_that_was_years_ahead_blocks_nothing() {
        let mut plan = plan(Some("2031-01-01T22:00:00Z"));
        let now = at("2026-11-27T12:00:00Z");
        assert_eq!(plan.due(now), due("2026-11-27T08:00:00Z", false));
        let mut waiting = self::plan(None);
        let ahead = at("2031-01-01T00:00:00Z");
        let refused = waiting.due(ahead).unwrap();
        waiting.refused(refused, ahead);
        assert!(waiting.due(now).is_some());
    }

    #[test]
    fn a_refusal_is_repeated_three_times_with_growing_pauses() {
        let mut plan = plan(Some("2026-11-27T08:00:00Z"));
        let mut now = at("2026-11-27T22:00:00Z");
        for pause in [1, 5, 30] {
            let due = plan.due(now).unwrap();
            assert!(!plan.refused(due, now));
            assert_eq!(plan.due(now + pause * MINUTE - 1), None);
            now += pause * MINUTE;
        }
        let due = plan.due(now).unwrap();
        assert!(plan.refused(due, now), "given up");
        assert_eq!(plan.due(at("2026-11-28T07:59:00Z")), None);
        assert!(plan.due(at("2026-11-28T08:00:00Z")).is_some());
    }

    #[test]
    fn a_postponed_transition_is_replaced_by_the_next() {
        let mut plan = plan(Some("2026-11-27T08:00:00Z"));
        for minute in 0..11 * 60 {
            let now = at("2026-11-27T22:00:00Z") + minute * MINUTE;
            if let Some(due) = plan.due(now) {
                assert_eq!(due.announce, minute < 10 * 60);
                plan.postpone();
            }
        }
        assert_eq!(plan.handled(), Some(at("2026-11-27T08:00:00Z")));
    }

    #[test]
    fn what_never_changes_is_applied_once() {
        let hours = Hours::new(
            jiff::tz::TimeZone::UTC,
            &["daily 00:00-24:00".parse().unwrap()],
        );
        let mut plan = Plan::new(hours, None);
        let now = at("2026-11-27T12:00:00Z");
        let first = plan.due(now).unwrap();
        assert!(!first.announce);
        plan.done(first);
        assert_eq!(plan.due(now + 400 * MINUTE), None);
    }
}
