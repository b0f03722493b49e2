//! "Note".

use super::field;
use super::paint::{after, below, dialog, put};
use crate::console::layout::{Screen, note_parts};
use crate::console::state::{NoteDialog, NoteFocus, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Columns of the fields' names.
const NAMES: u16 = 8;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    note: &NoteDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = note_parts(state, screen, note);
    dialog(
        buffer,
        theme,
        &parts.dialog,
        &format!("Note · {}", note.name),
    );
    let mut cursor = None;
    let fields = [
        (parts.note, "Note", &note.note, NoteFocus::Note),
        (parts.tags, "Tags", &note.tags, NoteFocus::Tags),
    ];
    for (area, name, text, focus) in fields {
        let focused = note.focus == focus;
        let style = if focused { theme.accent } else { theme.dim };
        let mark = if focused { "▸ " } else { "  " };
        put(buffer, area, &format!("{mark}{name}"), style);
        let place = field::single(text, after(area, NAMES), theme.input, buffer);
        if focused {
            cursor = Some(place);
        }
    }
    let fault = parts.text.first().is_some_and(|line| line.starts_with('✘'));
    let style = if fault { theme.bad } else { theme.dim };
    for (at, line) in (0..parts.words.height).zip(&parts.text) {
        put(buffer, below(parts.words, at), line, style);
    }
    cursor
}
