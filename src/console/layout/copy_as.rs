//! "Copy as": the areas of the rows and of the preview.

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, screen};
use super::wrap::wrap;
use crate::console::state::{ButtonId, CopyAs, Layer, State};
use ratatui::layout::Rect;

const WIDTH: u16 = 68;
/// Lines of the preview below the rows, without the empty one above it.
const PREVIEW: u16 = 4;
/// Stands for a link that is still being read.
const NO_LINK: &str = "‹link›";

/// The menu's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyAsParts {
    pub dialog: Dialog,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
    /// The selected text as it would be copied, already broken.
    pub text: Vec<String>,
    pub preview: Rect,
}

#[must_use]
pub(crate) fn copy_as_parts(state: &State, screen: &Screen, menu: &CopyAs) -> CopyAsParts {
    let count = u16::try_from(state.options.copy.len()).unwrap_or(u16::MAX);
    let most = content_height(screen).saturating_sub(PREVIEW + 2).max(1);
    let height = count.clamp(1, most);
    let buttons = vec![
        Button::new(ButtonId::Copy, "Copy"),
        Button::new(ButtonId::Cancel, "Cancel"),
    ];
    let dialog = dialog(
        screen,
        content_width(screen, WIDTH),
        height.saturating_add(PREVIEW + 2),
        buttons,
        Some(ButtonId::Copy),
    );
    let content = dialog.content;
    let rows = Rect {
        height: height.min(content.height),
        ..content
    };
    let preview = Rect {
        y: rows.bottom().saturating_add(1).min(content.bottom()),
        height: content.height.saturating_sub(rows.height + 2).min(PREVIEW),
        ..content
    };
    let seen = usize::from(rows.height).max(1);
    CopyAsParts {
        first: (menu.cursor + 1).saturating_sub(seen),
        text: wrap(
            &filled(state, menu),
            preview.width,
            usize::from(preview.height),
        ),
        dialog,
        rows,
        preview,
    }
}

fn filled(state: &State, menu: &CopyAs) -> String {
    let card = state.card.as_ref().filter(|card| card.key == menu.key);
    let link = card.and_then(|card| card.link()).unwrap_or(NO_LINK);
    let Some(text) = state.options.copy.get(menu.cursor) else {
        return String::new();
    };
    let (name, session) = (state.group_name(&menu.key), &menu.key.session);
    text.fill(&name, link, &state.session_name(session))
}

/// How many rows fit. At least 1.
#[must_use]
pub(crate) fn copy_as_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::CopyAs(menu))) => {
            usize::from(copy_as_parts(state, &screen, menu).rows.height).max(1)
        }
        _ => 1,
    }
}
