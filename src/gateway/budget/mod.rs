//! How often a session may do what gets accounts restricted: budgets per kind of call.
//!
//! WhatsApp publishes no numbers. Accounts were restricted after some 45 new groups in a day
//! (open-wa#3021), 150 added people (Baileys#2334) and many joins by link (Baileys#2638); the
//! defaults in [`Limits`] stay well below.

mod kind;
mod spent;
mod window;

pub(crate) use kind::BudgetKind;
pub(crate) use spent::Spent;

use super::clock;
use super::limits::Limits;
use super::lock::lock;
use super::whatsapp::DriverError;
use crate::api::{AuditEntry, AuditOutcome, SessionBudget};
use spent::Why;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;
use window::{Moment, Window, millis};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// The first pause after a 429; each further one doubles it.
const FIRST_BACK_OFF: Duration = Duration::from_mins(15);
const LONGEST_BACK_OFF: Duration = DAY;
/// People in a row who could not be added because of their privacy settings.
const REFUSALS: u32 = 3;
/// The pause after them.
const AFTER_REFUSALS: Duration = HOUR;

/// The budgets of one session. Measured on the monotonic clock, which on some systems stands still
/// while the computer is suspended: a window is then longer, never shorter.
pub(super) struct Budget {
    /// What moments count from.
    begun: Instant,
    kinds: Mutex<[Calls; BudgetKind::ALL.len()]>,
}

/// The calls of one kind.
#[derive(Default)]
struct Calls {
    windows: Vec<Window>,
    /// When each was made, oldest first; as far back as matters.
    made: VecDeque<Moment>,
    /// No call until then.
    blocked: Option<(Moment, Why)>,
    /// The length of the last pause after a 429; zero after a success.
    back_off: Duration,
    /// People in a row who could not be added.
    refusals: u32,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let windows = |kind| {
            let (an_hour, a_day) = match kind {
                BudgetKind::Create => (limits.creates_per_hour, limits.creates_per_day),
                BudgetKind::Join => (limits.joins_per_hour, limits.joins_per_day),
                BudgetKind::Add => (limits.adds_per_hour, 0),
                BudgetKind::Reset => (limits.resets_per_hour, 0),
            };
            [(HOUR, an_hour), (DAY, a_day)]
                .into_iter()
                .filter(|(_, most)| *most > 0)
                .map(|(span, most)| Window { span, most })
                .collect()
        };
        Self {
            begun: Instant::now(),
            kinds: Mutex::new(BudgetKind::ALL.map(|kind| Calls {
                windows: windows(kind),
                ..Calls::default()
            })),
        }
    }

    /// How far back calls matter; `None` without a budget.
    pub(super) fn reach(&self) -> Option<Duration> {
        lock(&self.kinds).iter().filter_map(Calls::longest).max()
    }

    /// Counts calls that an earlier process made, from the audit log, newest first. Returns whether
    /// older ones matter.
    pub(super) fn recall(&self, entries: &[AuditEntry]) -> bool {
        let (now, time) = (self.now(), clock::now());
        let reach = self.reach().map_or(0, millis);
        for entry in entries {
            let age = (time - entry.at).max(0);
            if age >= reach {
                return false;
            }
            let Some(kind) = BudgetKind::of(&entry.action).filter(|_| was_sent(&entry.outcome))
            else {
                continue;
            };
            let people = || entry.new.as_ref()?.get("participants")?.as_array();
            let calls = match kind {
                BudgetKind::Add => people().map_or(1, Vec::len),
                _ => 1,
            };
            let made = &mut lock(&self.kinds)[kind as usize].made;
            for _ in 0..calls {
                made.push_front(now - age);
            }
        }
        !entries.is_empty() && reach > 0
    }

    /// The most that may be done at once; `None` without a limit.
    pub(super) fn most(&self, kind: BudgetKind) -> Option<u32> {
        let kinds = lock(&self.kinds);
        kinds[kind as usize]
            .windows
            .iter()
            .map(|window| window.most)
            .min()
    }

    /// Counts calls that are made together.
    ///
    /// # Errors
    /// They must not be made now; nothing was counted.
    pub(super) fn take(&self, kind: BudgetKind, calls: usize) -> Result<(), Spent> {
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        let now = self.now();
        let mut kinds = lock(&self.kinds);
        let this = &mut kinds[kind as usize];
        let longest = this.longest().map_or(0, millis);
        while this.made.front().is_some_and(|at| now - at >= longest) {
            this.made.pop_front();
        }
        let windows = this.windows.iter().map(|window| {
            let Window { most, span } = *window;
            let wait = window.wait(&this.made, now, calls);
            (wait, Why::Window { most, span })
        });
        let blocked = this.blocked.map(|(until, why)| (left(until, now), why));
        let (wait, why) = windows
            .chain(blocked)
            .max_by_key(|(wait, _)| *wait)
            .unwrap_or((Duration::ZERO, Why::BackOff));
        if !wait.is_zero() {
            return Err(Spent::new(kind, why, wait));
        }
        if longest > 0 {
            this.made.extend(std::iter::repeat_n(now, calls as usize));
        }
        Ok(())
    }

    /// Notes WhatsApp's answer to a call.
    pub(super) fn answered(&self, kind: BudgetKind, error: Option<&DriverError>) {
        let now = self.now();
        let mut kinds = lock(&self.kinds);
        let this = &mut kinds[kind as usize];
        match error {
            None => this.back_off = Duration::ZERO,
            // Without a budget nothing is held back.
            Some(DriverError::RateLimited { retry_after })
                if matches!(kind, BudgetKind::Create | BudgetKind::Join)
                    && !this.windows.is_empty() =>
            {
                let pause = (this.back_off * 2).clamp(FIRST_BACK_OFF, LONGEST_BACK_OFF);
                this.back_off = pause;
                let until = now.saturating_add(millis(pause.max(*retry_after)));
                this.blocked = Some((until, Why::BackOff));
            }
            Some(_) => {}
        }
    }

    /// Notes the outcome for one person: added, or not because of their privacy settings. Returns
    /// whether adding is stopped.
    pub(super) fn added(&self, added: bool) -> bool {
        let now = self.now();
        let mut kinds = lock(&self.kinds);
        let this = &mut kinds[BudgetKind::Add as usize];
        if added || this.windows.is_empty() {
            this.refusals = 0;
            return false;
        }
        this.refusals += 1;
        if this.refusals < REFUSALS {
            return false;
        }
        let until = now + millis(AFTER_REFUSALS);
        this.blocked = Some((until, Why::Refusals(this.refusals)));
        this.refusals = 0;
        true
    }

    /// For the session's state. A kind without a limit has no windows.
    pub(super) fn view(&self) -> SessionBudget {
        let now = self.now();
        let kinds = lock(&self.kinds);
        let of = |kind: BudgetKind| {
            let this = &kinds[kind as usize];
            let blocked = this
                .blocked
                .map_or(Duration::ZERO, |(until, _)| left(until, now));
            let windows = this.windows.iter();
            windows
                .map(|window| window.view(&this.made, now, blocked))
                .collect::<Vec<_>>()
        };
        SessionBudget {
            create: of(BudgetKind::Create),
            join: of(BudgetKind::Join),
            add: of(BudgetKind::Add),
            reset: of(BudgetKind::Reset),
            read: Vec::new(),
        }
    }

    fn now(&self) -> Moment {
        millis(self.begun.elapsed())
    }
}

impl Calls {
    fn longest(&self) -> Option<Duration> {
        self.windows.iter().map(|window| window.span).max()
    }
}

fn left(until: Moment, now: Moment) -> Duration {
    Duration::from_millis(u64::try_from(until - now).unwrap_or(0))
}

/// Whether a recorded call reached WhatsApp. One that failed in an unknown way may have.
fn was_sent(outcome: &AuditOutcome) -> bool {
    match outcome {
        AuditOutcome::Ok => true,
        AuditOutcome::Failed(reason) => !matches!(
            reason.as_str(),
            "budget" | "busy" | "not_connected" | "validation_error" | "store_unavailable"
        ),
    }
}
