//! "Rename the account".

use super::field;
use super::paint::{after, below, columns, dialog, put, put_right};
use crate::console::layout::{Screen, rename_parts};
use crate::console::state::{NAME_MAX, RenameDialog, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Columns of the field's name.
const NAMES: u16 = 8;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    rename: &RenameDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = rename_parts(state, screen, rename);
    let title = format!("Rename · {}", state.session_name(&rename.session));
    dialog(buffer, theme, &parts.dialog, &title);
    let focused = rename.takes_text();
    let style = if focused { theme.accent } else { theme.dim };
    let mark = if focused { "▸ " } else { "  " };
    put(buffer, parts.field, &format!("{mark}Name"), style);
    let used = rename.typed().chars().count();
    let count = format!("{used} / {NAME_MAX}");
    let style = if used > NAME_MAX {
        theme.bad
    } else {
        theme.dim
    };
    put_right(buffer, parts.field, &count, style);
    let mut place = after(parts.field, NAMES);
    place.width = place.width.saturating_sub(columns(&count) + 1);
    let cursor = field::single(&rename.name, place, theme.input, buffer);
    for (at, line) in (0..parts.words.height).zip(&parts.text) {
        let style = if parts.text[0].starts_with('✘') {
            theme.bad
        } else {
            theme.dim
        };
        put(buffer, below(parts.words, at), line, style);
    }
    focused.then_some(cursor)
}
