//! The areas of the dialog about a batch that was not finished.

use super::batch_before::sentence;
use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, screen};
use super::wrap::wrap;
use crate::batch::Tally;
use crate::console::msg::OpenBatch;
use crate::console::state::{BatchResume, ButtonId, Layer, State, tally_words};
use crate::console::words;
use crate::text::clean_line;
use ratatui::layout::Rect;

const WIDTH: u16 = 92;
/// From left to right.
pub(crate) const BATCH_RESUME_BUTTONS: [ButtonId; 3] =
    [ButtonId::Next, ButtonId::Discard, ButtonId::Cancel];

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchResumeParts {
    pub dialog: Dialog,
    pub title: String,
    pub head: Vec<String>,
    pub head_area: Rect,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
}

#[must_use]
pub(crate) fn batch_resume_parts(
    state: &State,
    screen: &Screen,
    open: &OpenBatch,
    resume: &BatchResume,
) -> BatchResumeParts {
    let width = content_width(screen, WIDTH);
    let head = wrap(&head(state, open), width, 4);
    let labels = ["Go on", "Give up", "Later"];
    let buttons = BATCH_RESUME_BUTTONS.into_iter().zip(labels);
    let buttons = buttons.map(|(id, label)| {
        let away = state.requests.away.is_some() || state.batch_is_running();
        Button::new(id, label).enabled(id != ButtonId::Next || !away)
    });
    let head_height = u16::try_from(head.len()).unwrap_or(4);
    let fixed = head_height + 2;
    let count = u16::try_from(open.rows.len()).unwrap_or(u16::MAX);
    let height = count
        .max(3)
        .saturating_add(fixed)
        .min(content_height(screen));
    let dialog = dialog(screen, width, height, buttons.collect(), Some(resume.focus));
    let content = dialog.content;
    let rows = Rect {
        y: content.y.saturating_add(head_height + 1),
        height: content.height.saturating_sub(fixed),
        ..content
    };
    let last = open.rows.len().saturating_sub(usize::from(rows.height));
    BatchResumeParts {
        title: format!("Not finished: {}", clean_line(&open.change)),
        head_area: Rect {
            height: head_height.min(content.height),
            ..content
        },
        head,
        first: resume.scroll.min(last),
        rows,
        dialog,
    }
}

fn head(state: &State, open: &OpenBatch) -> String {
    let outcomes = open.rows.iter().map(|row| row.outcome.as_ref());
    let tally = Tally::of(outcomes);
    let is_open = |row: &&crate::console::msg::OpenRow| row.outcome.is_none();
    let in_doubt = open
        .rows
        .iter()
        .filter(is_open)
        .filter(|row| row.in_doubt)
        .count();
    let doubt = match in_doubt {
        0 => String::new(),
        1 => " 1 was under way when it ended: it is looked up and never sent again.".to_owned(),
        count => format!(
            " {count} were under way when it ended: they are looked up and never sent again."
        ),
    };
    let zone = &state.options.zone;
    format!(
        "{}, begun on {}. {} of {} groups: {}. Still to do: {}.{doubt}",
        sentence(&clean_line(&open.change)),
        words::date(open.started_at, zone),
        words::thousands(tally.done()),
        words::thousands(open.rows.len()),
        tally_words(&tally),
        words::thousands(tally.left - in_doubt),
    )
}

/// How many rows fit, and how many there are.
#[must_use]
pub(crate) fn batch_resume_page(state: &State) -> (usize, usize) {
    match (screen(state), state.layers.last(), state.unfinished.first()) {
        (Some(screen), Some(Layer::BatchResume(resume)), Some(open)) => {
            let parts = batch_resume_parts(state, &screen, open, resume);
            (usize::from(parts.rows.height).max(1), open.rows.len())
        }
        _ => (1, 0),
    }
}
