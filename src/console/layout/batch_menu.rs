//! The batch menu: its entries and areas.

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, screen};
use crate::console::state::{BatchEntry, BatchMenu, ButtonId, Layer, State};
use crate::console::words;
use ratatui::layout::Rect;

const WIDTH: u16 = 68;

/// An entry, and why it cannot be chosen now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchItem {
    pub entry: BatchEntry,
    pub words: String,
    pub why_not: Option<String>,
}

/// The menu's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchMenuParts {
    pub dialog: Dialog,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
}

/// The entries in order.
#[must_use]
pub(crate) fn batch_items(state: &State) -> Vec<BatchItem> {
    let groups = &state.groups;
    let (marked, _) = groups.marked();
    let nothing = |count: usize, words: &str| (count == 0).then(|| words.to_owned());
    let none_marked = nothing(marked, "nothing is marked");
    let none_shown = nothing(groups.len(), "no group is shown");
    let running = state.link_list.is_some();
    let no_copy = || {
        let running = running.then(|| "a list is being read already".to_owned());
        none_marked.clone().or(running)
    };
    let item = |entry, words: String, why_not| BatchItem {
        entry,
        words,
        why_not,
    };
    let shown = words::count(groups.len(), "group", "groups");
    let all = if groups.is_filtered() || groups.invitable_only {
        format!("Mark all that match: {shown}")
    } else {
        format!("Mark all: {shown}")
    };
    let mut items = vec![
        item(BatchEntry::MarkShown, all, none_shown.clone()),
        item(
            BatchEntry::InvertShown,
            "Invert the marks of what is shown".to_owned(),
            none_shown,
        ),
        item(
            BatchEntry::ClearMarks,
            "Clear all marks".to_owned(),
            none_marked.clone(),
        ),
        item(
            BatchEntry::CopyLines,
            "Copy the list: name, link".to_owned(),
            no_copy(),
        ),
        item(
            BatchEntry::CopyCsv,
            "Copy the list as CSV: name, link, account".to_owned(),
            no_copy(),
        ),
    ];
    items.extend(state.options.copy.iter().enumerate().map(|(at, text)| {
        let words = format!("Copy the list as “{}”", text.name);
        item(BatchEntry::CopyText(at), words, no_copy())
    }));
    items
}

#[must_use]
pub(crate) fn batch_menu_parts(state: &State, screen: &Screen, menu: &BatchMenu) -> BatchMenuParts {
    let count = u16::try_from(batch_items(state).len()).unwrap_or(u16::MAX);
    let height = count.clamp(1, content_height(screen).saturating_sub(1).max(1));
    let buttons = vec![
        Button::new(ButtonId::Confirm, "Go on"),
        Button::new(ButtonId::Close, "Close"),
    ];
    let dialog = dialog(
        screen,
        content_width(screen, WIDTH),
        height + 1,
        buttons,
        Some(ButtonId::Confirm),
    );
    let rows = Rect {
        height: height.min(dialog.content.height),
        ..dialog.content
    };
    BatchMenuParts {
        first: (menu.cursor + 1).saturating_sub(usize::from(rows.height).max(1)),
        dialog,
        rows,
    }
}

/// How many rows fit. At least 1.
#[must_use]
pub(crate) fn batch_menu_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::BatchMenu(menu))) => {
            usize::from(batch_menu_parts(state, &screen, menu).rows.height).max(1)
        }
        _ => 1,
    }
}
