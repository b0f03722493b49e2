//! The refusal of a call that was not sent.

use super::BudgetKind;
use crate::api::EpochMillis;
use crate::gateway::clock;
use jiff::Timestamp;
use std::fmt;
use std::time::Duration;

/// A call that would get the account restricted, and was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    pub kind: BudgetKind,
    pub(super) why: Why,
    /// Until it is allowed.
    pub wait: Duration,
    /// When it is allowed.
    pub(super) at: EpochMillis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// So many were made in this span.
    Window { most: u32, span: Duration },
    /// WhatsApp answered 429 to the last one.
    BackOff,
    /// So many people in a row could not be added.
    Refusals(u32),
}

impl Spent {
    pub(super) fn new(kind: BudgetKind, why: Why, wait: Duration) -> Self {
        let at = clock::now().saturating_add(super::window::millis(wait));
        Self {
            kind,
            why,
            wait,
            at,
        }
    }

    /// An example for the API's document.
    #[must_use]
    pub(crate) fn example(kind: BudgetKind, most: u32) -> Self {
        Self {
            kind,
            why: Why::Window {
                most,
                span: Duration::from_hours(1),
            },
            wait: Duration::from_mins(12),
            at: 1_750_000_720_000,
        }
    }
}

impl std::error::Error for Spent {}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (things, done) = self.kind.words();
        match self.why {
            Why::Window { most, span } => {
                write!(f, "{most} {things} {} may be {done}", per(span))?;
            }
            Why::BackOff => write!(
                f,
                "WhatsApp wants no more {things} {done} for now (code 429)"
            )?,
            Why::Refusals(times) => write!(
                f,
                "{times} people in a row could not be added because of their privacy settings, and WhatsApp \
                 restricts accounts that go on"
            )?,
        }
        write!(
            f,
            " by this session; nothing was sent; the next at {} UTC",
            render(self.at)
        )
    }
}

fn per(span: Duration) -> String {
    match span.as_secs() {
        60 => "a minute".to_owned(),
        3600 => "an hour".to_owned(),
        86_400 => "a day".to_owned(),
        seconds => format!("in {seconds} s"),
    }
}

/// The date is left out where it cannot be mistaken.
fn render(at: EpochMillis) -> String {
    let Ok(time) = Timestamp::from_millisecond(at) else {
        return "an unknown time".to_owned();
    };
    let near = at - clock::now() < 12 * 3_600_000 && at >= clock::now();
    let format = if near { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    time.strftime(format).to_string()
}
