//! "Why can't people join?"

use super::field;
use super::paint::{after, below, dialog, put, put_lines, scrollbar};
use crate::console::checks::Outcome;
use crate::console::layout::{CHECK_NAMES, Screen, check_parts};
use crate::console::state::{CheckDialog, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Columns of the field's name.
const FIELD_NAME: u16 = 14;
const FIELD_HINT: &str = "paste the link that people use";

/// Draws the panel; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    check: &CheckDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = check_parts(state, screen, check);
    let title = format!("Why can't people join? · {}", check.name);
    dialog(buffer, theme, &parts.dialog, &title);
    put_lines(buffer, parts.head_area, &parts.head, theme.title);
    let lines = parts.lines.iter().skip(parts.first);
    for (at, line) in (0..parts.lines_area.height).zip(lines) {
        let area = below(parts.lines_area, at);
        let (mark, style) = match line.outcome {
            Outcome::Ok => ("✔", theme.text),
            Outcome::Problem => ("✘", theme.bad),
            Outcome::Unknown => ("?", theme.dim),
            Outcome::Checking => ("◌", theme.dim),
        };
        if let Some(name) = line.name {
            put(buffer, area, mark, style);
            put(buffer, after(area, 2), name, theme.dim);
        }
        let style = if line.is_todo { theme.text } else { style };
        put(buffer, after(area, CHECK_NAMES), &line.words, style);
    }
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        parts.lines_area,
        parts.first,
        parts.lines.len(),
    );
    let focused = check.takes_text();
    let (mark, style) = if focused {
        ("▸ ", theme.accent)
    } else {
        ("  ", theme.dim)
    };
    put(buffer, parts.field, &format!("{mark}Check link"), style);
    let place = after(parts.field, FIELD_NAME);
    let cursor = field::single(&check.link, place, theme.input, buffer);
    if check.typed().is_empty() && !focused {
        put(buffer, place, FIELD_HINT, theme.dim);
    }
    focused.then_some(cursor)
}
