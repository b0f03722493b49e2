//! Pacing: how often a batch may ask WhatsApp through a session, and how long it will take.

use super::change::Step;
use super::plan::{Plan, RowPlan};
use crate::api::{BudgetWindow, EpochMillis, Session};
use crate::budget::{UNREPORTED_STEP, grows_at};
use std::collections::HashMap;
use std::time::Duration;

/// The part of a window of queries that is left to the people at the desk: one in 4.
const RESERVED: u32 = 4;

/// Queries to WhatsApp of a step: a reset reads the link before it.
fn queries(step: &Step) -> u32 {
    match step {
        Step::Reset => 2,
        Step::Set(_) => 1,
    }
}

/// The least time between a row of this step and the next one of the session.
pub(super) fn gap(session: Option<&Session>, step: &Step) -> Duration {
    query_gap(session) * queries(step)
}

/// The least time between two queries to WhatsApp that nobody waits for one by one: what the session's gateway reports as
/// its budget of queries or its rate, spread evenly.
#[must_use]
pub fn query_gap(session: Option<&Session>) -> Duration {
    let budget = session.and_then(|session| session.budget.as_ref());
    let windows = budget.map_or(&[][..], |budget| &budget.read);
    let shortest = (windows.iter())
        .filter(|window| window.limit > 0)
        .min_by_key(|window| window.window_seconds)
        .map(|window| length(window) / window.limit);
    let rate = session.map_or(0, |session| session.rate_per_min);
    let rated = (rate > 0).then(|| Duration::from_mins(1) / rate);
    let unknown = if budget.is_some() {
        // The gateway has budgets, and none for queries.
        Duration::ZERO
    } else {
        UNREPORTED_STEP
    };
    shortest.max(rated).unwrap_or(unknown)
}

/// The length of a window. No limit is counted for longer than a month.
fn length(window: &BudgetWindow) -> Duration {
    Duration::from_secs(window.window_seconds.min(31 * 86_400))
}

/// What a window allows a batch now, and in each full window.
struct Share<'a> {
    window: &'a BudgetWindow,
    /// Calls of one row.
    cost: u32,
    reserved: u32,
    /// As in "20 invite links an hour may be reset".
    what: &'static str,
}

impl Share<'_> {
    fn left(&self) -> u32 {
        self.window.left.saturating_sub(self.reserved)
    }

    fn full(&self) -> u32 {
        self.window.limit.saturating_sub(self.reserved).max(1)
    }
}

fn shares<'a>(session: Option<&'a Session>, step: &Step) -> Vec<Share<'a>> {
    let Some(budget) = session.and_then(|session| session.budget.as_ref()) else {
        return Vec::new();
    };
    let resets: &[BudgetWindow] = match step {
        Step::Reset => &budget.reset,
        Step::Set(_) => &[],
    };
    let reset = |window| Share {
        window,
        cost: 1,
        reserved: 0,
        what: "links may be reset",
    };
    let read = |window: &'a BudgetWindow| Share {
        window,
        cost: queries(step),
        reserved: window.limit / RESERVED,
        what: "queries may be made",
    };
    (resets.iter().map(reset))
        .chain(budget.read.iter().map(read))
        .collect()
}

/// Until when a row of this step must wait, with the reason as a sentence; `None` when it need not.
pub(super) fn wait(
    session: &Session,
    step: &Step,
    now: EpochMillis,
) -> Option<(EpochMillis, String)> {
    let name = session.label.as_deref().unwrap_or("the account");
    shares(Some(session), step)
        .into_iter()
        .filter(|share| share.left() < share.cost)
        .map(|share| {
            let until = grows_at(share.window, now);
            let within = period(share.window.window_seconds);
            let why = format!("{name}: {} {} {within}", share.window.limit, share.what);
            (until, why)
        })
        .max_by_key(|(until, _)| *until)
}

fn period(seconds: u64) -> String {
    match seconds {
        60 => "a minute".to_owned(),
        3_600 => "an hour".to_owned(),
        86_400 => "a day".to_owned(),
        _ => format!("in {}", about(Duration::from_secs(seconds))),
    }
}

/// How long a plan will take: at its sessions' pace, all sessions side by side. An upper estimate; other calls of
/// the sessions make it longer.
#[must_use]
pub fn estimate<'a>(plan: &Plan, sessions: impl Fn(&str) -> Option<&'a Session>) -> Duration {
    let mut rows: HashMap<&str, (u32, &Step)> = HashMap::new();
    for row in &plan.rows {
        if let RowPlan::Send { step, .. } = &row.plan {
            rows.entry(&row.target.session).or_insert((0, step)).0 += 1;
        }
    }
    let of_session = |(id, (count, step)): (&&str, &(u32, &Step))| take(sessions(id), step, *count);
    rows.iter().map(of_session).max().unwrap_or_default()
}

/// How long so many rows of one session take.
pub(super) fn take(session: Option<&Session>, step: &Step, rows: u32) -> Duration {
    let paced = gap(session, step).saturating_mul(rows.saturating_sub(1));
    let windows = shares(session, step).into_iter().map(|share| {
        let beyond = rows.saturating_mul(share.cost).saturating_sub(share.left());
        length(share.window).saturating_mul(beyond.div_ceil(share.full()))
    });
    windows.chain([paced]).max().unwrap_or_default()
}

/// A time in words, rounded up: `40 s`, `3 min`, `2 h 10 min`.
#[must_use]
pub fn about(time: Duration) -> String {
    let seconds = time.as_millis().div_ceil(1_000);
    let minutes = seconds.div_ceil(60);
    match (seconds, minutes) {
        (0..=99, _) => format!("{seconds} s"),
        (_, 0..=99) => format!("{minutes} min"),
        _ if minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{SessionBudget, Setting};
    use crate::batch::Change;
    use crate::batch::plan::{PlannedRow, Target};

    fn window(window_seconds: u64, limit: u32, left: u32) -> BudgetWindow {
        BudgetWindow {
            window_seconds,
            limit,
            left,
            resets_at: Some(9_000),
        }
    }

    fn session(budget: Option<SessionBudget>) -> Session {
        Session {
            id: "01S".to_owned(),
            label: Some("Support".to_owned()),
            budget,
            ..Session::default()
        }
    }

    fn plan(rows: usize) -> Plan {
        let row = PlannedRow {
            target: Target {
                session: "01S".to_owned(),
                group: "1@g.us".to_owned(),
                name: "x".to_owned(),
            },
            plan: RowPlan::Send {
                step: Step::Reset,
                old: None,
            },
        };
        Plan {
            change: Change::Reset,
            rows: vec![row; rows],
        }
    }

    #[test]
    fn a_spent_budget_is_waited_for() {
        let spent = session(Some(SessionBudget {
            reset: vec![window(3_600, 20, 0)],
            ..SessionBudget::default()
        }));
        let (until, why) = wait(&spent, &Step::Reset, 1_000).unwrap();
        assert_eq!(
            (until, why.as_str()),
            (9_000, "Support: 20 links may be reset an hour")
        );
        // Changing settings is another budget.
        let set = Step::Set(Setting::Announce(true));
        assert_eq!(wait(&spent, &set, 1_000), None);
    }

    #[test]
    fn a_quarter_of_the_queries_is_left_to_the_desk() {
        let read = |left| {
            session(Some(SessionBudget {
                read: vec![window(60, 40, left)],
                ..SessionBudget::default()
            }))
        };
        let set = Step::Set(Setting::Announce(true));
        assert!(wait(&read(11), &set, 0).is_none());
        assert!(wait(&read(10), &set, 0).is_some());
        assert!(
            wait(&read(11), &Step::Reset, 0).is_some(),
            "a reset is two queries"
        );
        assert_eq!(gap(Some(&read(40)), &Step::Reset), Duration::from_secs(3));
    }

    #[test]
    fn the_pace_of_a_gateway_without_budgets_is_assumed() {
        assert_eq!(
            gap(Some(&session(None)), &Step::Reset),
            Duration::from_secs(3)
        );
        let rated = Session {
            rate_per_min: 20,
            ..session(None)
        };
        assert_eq!(gap(Some(&rated), &Step::Reset), Duration::from_secs(6));
        // Budgets without limits.
        let free = session(Some(SessionBudget::default()));
        assert_eq!(gap(Some(&free), &Step::Reset), Duration::ZERO);
    }

    #[test]
    fn the_estimate_counts_the_windows() {
        let paced = session(None);
        let of = |rows, session: &Session| estimate(&plan(rows), |_| Some(session)).as_secs();
        assert_eq!(of(11, &paced), 30);
        let limited = session(Some(SessionBudget {
            reset: vec![window(3_600, 20, 20)],
            ..SessionBudget::default()
        }));
        assert_eq!(
            [20, 21, 40, 41].map(|rows| of(rows, &limited)),
            [0, 3_600, 3_600, 7_200]
        );
        assert_eq!(of(0, &limited), 0);
    }

    #[test]
    fn odd_windows_are_no_reason_to_panic() {
        let odd = session(Some(SessionBudget {
            read: vec![window(u64::MAX, 1, 1), window(0, 0, 0)],
            reset: vec![window(u64::MAX, u32::MAX, 0)],
            ..SessionBudget::default()
        }));
        let month = Duration::from_hours(31 * 24);
        assert_eq!(gap(Some(&odd), &Step::Reset), Duration::ZERO.max(month * 2));
        assert!(estimate(&plan(5), |_| Some(&odd)) >= month);
        assert!(wait(&odd, &Step::Reset, 0).is_some());
    }

    #[test]
    fn times_in_words() {
        let words = [0, 40, 100, 3_600, 7_800].map(|s| about(Duration::from_secs(s)));
        assert_eq!(words, ["0 s", "40 s", "2 min", "60 min", "2 h 10 min"]);
    }
}
