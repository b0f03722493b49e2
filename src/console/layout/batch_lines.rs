//! A line for each group of a batch: what will be done, or what became of it.

use crate::api::Setting;
use crate::batch::{Change, Outcome, Plan, RowPlan, RowState, Step, Target};
use crate::console::msg::OpenRow;
use crate::console::state::{BatchRow, State};
use crate::console::words;
use crate::text::clean_line;

/// A group's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchLine {
    pub tone: BatchTone,
    pub name: String,
    pub words: String,
}

/// What a line means; each has its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchTone {
    /// It will be sent, or is still to be sent.
    Todo,
    Sending,
    Applied,
    /// Refused, or it cannot be sent.
    Refused,
    NotAttempted,
    Unconfirmed,
}

impl BatchTone {
    #[must_use]
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Todo => "·",
            Self::Sending => "◌",
            Self::Applied => "✔",
            Self::Refused => "✘",
            Self::NotAttempted => "–",
            Self::Unconfirmed => "?",
        }
    }
}

/// The line of a row of the plan.
#[must_use]
pub(crate) fn planned_line(state: &State, plan: &Plan, row: usize) -> Option<BatchLine> {
    let row = plan.rows.get(row)?;
    let (tone, words) = match &row.plan {
        RowPlan::Skip(why) => (BatchTone::Refused, why.clone()),
        RowPlan::Send { step, old } => {
            (BatchTone::Todo, will_be(&plan.change, step, old.as_deref()))
        }
    };
    Some(BatchLine {
        tone,
        name: name(state, &row.target),
        words: clean_line(&words).into_owned(),
    })
}

/// What a step does to a group.
fn will_be(change: &Change, step: &Step, old: Option<&str>) -> String {
    match (change, step) {
        (Change::AppendDescription(added), _) => {
            let old = old.unwrap_or_default().trim_end();
            let end: Vec<char> = old.lines().last().unwrap_or_default().chars().collect();
            let cut = end.len().saturating_sub(16);
            let dots = if cut > 0 || old.contains('\n') {
                "…"
            } else {
                ""
            };
            let end: String = end[cut..].iter().collect();
            if old.is_empty() {
                format!("(no description) → {added}")
            } else {
                format!("{dots}{end} ↵ {added}")
            }
        }
        (_, Step::Reset) => "new link".to_owned(),
        (_, Step::Set(setting)) => match setting {
            Setting::Subject(new) => format!("→ {new}"),
            Setting::Description(_) => "another description".to_owned(),
            Setting::Announce(on) | Setting::Locked(on) | Setting::JoinApproval(on) => {
                (if *on { "off → on" } else { "on → off" }).to_owned()
            }
            Setting::InviteBy(who) | Setting::AddBy(who) => format!("→ {}", words::audience(who)),
            Setting::EphemeralSeconds(seconds) => format!("→ {}", words::ephemeral(*seconds)),
        },
    }
}

/// The line of a row of the batch that runs.
#[must_use]
pub(crate) fn run_line(state: &State, row: &BatchRow) -> BatchLine {
    let (tone, words) = match &row.state {
        RowState::Waiting => (BatchTone::Todo, String::new()),
        RowState::Sending => (BatchTone::Sending, "under way".to_owned()),
        RowState::Done(outcome) => of_outcome(outcome),
    };
    BatchLine {
        tone,
        name: name(state, &row.target),
        words,
    }
}

/// The line of a row of a batch that was not finished.
#[must_use]
pub(crate) fn open_line(state: &State, row: &OpenRow) -> BatchLine {
    let (tone, words) = match &row.outcome {
        Some(outcome) => of_outcome(outcome),
        None if row.in_doubt => (
            BatchTone::Unconfirmed,
            "it was under way: looked up, not sent again".to_owned(),
        ),
        None => (BatchTone::Todo, "still to do".to_owned()),
    };
    BatchLine {
        tone,
        name: name(state, &row.target),
        words,
    }
}

fn of_outcome(outcome: &Outcome) -> (BatchTone, String) {
    let tone = match outcome {
        Outcome::Applied => BatchTone::Applied,
        Outcome::Refused(_) => BatchTone::Refused,
        Outcome::NotAttempted(_) => BatchTone::NotAttempted,
        Outcome::Unconfirmed(_) => BatchTone::Unconfirmed,
    };
    let why = clean_line(outcome.why());
    let words = match outcome.why() {
        "" => outcome.word().to_owned(),
        _ => format!("{}: {why}", outcome.word()),
    };
    (tone, words)
}

/// The group's name, with its account where there are several.
fn name(state: &State, target: &Target) -> String {
    let name = crate::text::on_screen(&clean_line(&target.name)).into_owned();
    if state.sessions.rows.len() < 2 {
        return name;
    }
    format!("{name} · {}", state.session_name(&target.session))
}
