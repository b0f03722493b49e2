//! The list of what has failed.

use super::dialog::{Button, WordsParts, content_height, content_width, dialog};
use super::screen::{Screen, screen};
use super::wrap::wrap;
use crate::console::state::{ButtonId, Layer, State};

const FAILURE_WIDTH: u16 = 76;

#[must_use]
pub(crate) fn failures_parts(state: &State, screen: &Screen, scroll: usize) -> WordsParts {
    let width = content_width(screen, FAILURE_WIDTH);
    let text = wrap(&state.failures_in_full(), width, usize::MAX - 1);
    let height = u16::try_from(text.len() + 1)
        .unwrap_or(u16::MAX)
        .min(content_height(screen));
    let buttons = vec![
        Button::new(ButtonId::Copy, "Copy"),
        Button::new(ButtonId::Close, "Close"),
    ];
    let dialog = dialog(screen, width, height, buttons, Some(ButtonId::Close));
    let seen = usize::from(dialog.content.height.saturating_sub(1));
    WordsParts {
        first: scroll.min(text.len().saturating_sub(seen)),
        title: match state.failures.len() {
            1 => "What has failed".to_owned(),
            count => format!("What has failed · {count}, newest first"),
        },
        text,
        dialog,
    }
}

/// How many lines of the failures fit, and how many there are.
#[must_use]
pub(crate) fn failures_page(state: &State) -> (usize, usize) {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Failures { scroll })) => {
            let parts = failures_parts(state, &screen, *scroll);
            let seen = usize::from(parts.dialog.content.height.saturating_sub(1));
            (seen.max(1), parts.text.len())
        }
        _ => (1, 0),
    }
}
