//! The areas of the batch that runs.

use super::batch_before::sentence;
use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, row, screen};
use crate::batch::Ended;
use crate::console::state::{
    BatchPhase, BatchProgress, BatchRun, ButtonId, Layer, State, tally_words,
};
use crate::console::words;
use crate::text::clean_line;
use ratatui::layout::Rect;

const WIDTH: u16 = 92;
/// Columns of the bar.
const BAR: usize = 18;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchProgressParts {
    pub dialog: Dialog,
    pub title: String,
    /// The bar with the counts, and what it does now.
    pub head: [String; 2],
    pub head_area: Rect,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
}

/// The buttons, from left to right.
#[must_use]
pub(crate) fn batch_progress_buttons(run: &BatchRun) -> Vec<ButtonId> {
    let mut buttons = match run.phase {
        BatchPhase::Running => vec![ButtonId::Keep, ButtonId::Discard],
        BatchPhase::Pausing | BatchPhase::Paused => vec![ButtonId::Next, ButtonId::Discard],
        _ if run.can_be_resumed() => vec![ButtonId::Next],
        _ => Vec::new(),
    };
    buttons.extend([ButtonId::Copy, ButtonId::Close]);
    buttons
}

#[must_use]
pub(crate) fn batch_progress_parts(
    screen: &Screen,
    run: &BatchRun,
    progress: &BatchProgress,
    now: crate::api::EpochMillis,
) -> BatchProgressParts {
    let width = content_width(screen, WIDTH);
    let buttons = batch_progress_buttons(run).into_iter().map(|id| {
        let label = match id {
            ButtonId::Keep => "Pause",
            ButtonId::Discard => "Stop",
            ButtonId::Next => "Go on",
            ButtonId::Copy => "Copy results",
            _ => "Close",
        };
        Button::new(id, label)
    });
    let count = u16::try_from(run.rows.len()).unwrap_or(u16::MAX);
    // Bar, words, gap, rows, gap.
    let height = count.max(3).saturating_add(4).min(content_height(screen));
    let dialog = dialog(
        screen,
        width,
        height,
        buttons.collect(),
        Some(progress.focus),
    );
    let content = dialog.content;
    let rows = Rect {
        y: content.y.saturating_add(3),
        height: content.height.saturating_sub(4),
        ..content
    };
    let seen = usize::from(rows.height);
    let last = run.rows.len().saturating_sub(seen);
    let followed = (run.current + 2).saturating_sub(seen);
    BatchProgressParts {
        title: format!(
            "{} · {}",
            sentence(&clean_line(&run.change)),
            words::count(run.rows.len(), "group", "groups")
        ),
        head: [bar(run), doing(run, now)],
        head_area: Rect {
            height: 2.min(content.height),
            ..row(content, 0)
        },
        first: progress.scroll.unwrap_or(followed).min(last),
        rows,
        dialog,
    }
}

/// The bar and the counts.
fn bar(run: &BatchRun) -> String {
    let (done, all) = (run.tally.done(), run.rows.len());
    let filled = (done * BAR).checked_div(all).unwrap_or(BAR).min(BAR);
    format!(
        "{}{} {}",
        "█".repeat(filled),
        "░".repeat(BAR - filled),
        batch_count(run)
    )
}

/// How far it is: "8 of 12: 6 applied, 2 refused".
#[must_use]
pub(crate) fn batch_count(run: &BatchRun) -> String {
    format!(
        "{} of {}: {}",
        words::thousands(run.tally.done()),
        words::thousands(run.rows.len()),
        tally_words(&run.tally)
    )
}

/// What the batch does now.
#[must_use]
pub(crate) fn doing(run: &BatchRun, now: crate::api::EpochMillis) -> String {
    // Until when the budgets of the accounts make it last.
    let by_budget = run.expected.map_or(0, |at| (at - now) / 1_000);
    let by_budget = u64::try_from(by_budget).unwrap_or(0);
    let about = |seconds| crate::batch::about(std::time::Duration::from_secs(seconds));
    match &run.phase {
        BatchPhase::Starting => "It begins …".to_owned(),
        BatchPhase::Pausing => "It pauses after the group under way.".to_owned(),
        BatchPhase::Paused => "Paused; nothing is sent.".to_owned(),
        BatchPhase::Stopping => "It stops after the group under way.".to_owned(),
        BatchPhase::Failed(why) => format!("Not begun: {}", clean_line(why)),
        BatchPhase::Ended(Ended::Finished) => "Finished.".to_owned(),
        BatchPhase::Ended(Ended::Stopped) => {
            "Stopped. The other groups were not attempted.".to_owned()
        }
        BatchPhase::Ended(Ended::Interrupted(why)) => {
            format!(
                "Interrupted: {}. It can go on later.",
                clean_line(why).trim_end_matches('.')
            )
        }
        BatchPhase::Running => match (&run.waiting, run.pace(now)) {
            (Some((until, why)), _) if *until > now => {
                let left = words::seconds(now, *until);
                format!("Waits {left}: {}", clean_line(why))
            }
            (_, Some(seconds)) => {
                let left = u64::try_from(seconds).unwrap_or(0) * run.tally.left as u64;
                let left = about(left.max(by_budget));
                format!("Paced: 1 in {seconds} s · about {left} left")
            }
            _ if by_budget > 0 => {
                let left = about(by_budget);
                format!("Paced, as WhatsApp tolerates it · about {left} left")
            }
            _ => "Paced, as WhatsApp tolerates it.".to_owned(),
        },
    }
}

/// How many rows fit, how many there are, and the first visible one.
#[must_use]
pub(crate) fn batch_progress_page(state: &State) -> (usize, usize, usize) {
    match (screen(state), state.layers.last(), &state.batch) {
        (Some(screen), Some(Layer::BatchProgress(progress)), Some(run)) => {
            let parts = batch_progress_parts(&screen, run, progress, state.now);
            let page = usize::from(parts.rows.height).max(1);
            (page, run.rows.len(), parts.first)
        }
        _ => (1, 0, 0),
    }
}
