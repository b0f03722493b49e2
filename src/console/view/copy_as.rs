//! The menu of "copy as".

use super::paint::{after, bar, below, dialog, put, put_lines, scrollbar};
use crate::console::layout::{Screen, copy_as_parts};
use crate::console::state::{CopyAs, State};
use crate::names::fit;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const TITLE: &str = "Copy as";
/// Rows that a digit chooses.
const DIGITS: usize = 9;

pub(crate) fn draw(state: &State, screen: &Screen, menu: &CopyAs, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = copy_as_parts(state, screen, menu);
    let room = usize::from(parts.dialog.content.width).saturating_sub(TITLE.len() + 3);
    let name = fit(&state.group_name(&menu.key), room).shown;
    dialog(buffer, theme, &parts.dialog, &format!("{TITLE} · {name}"));
    let rows = state.options.copy.iter().enumerate().skip(parts.first);
    for ((at, text), line) in rows.zip(0..parts.rows.height) {
        let area = Rect {
            height: 1,
            ..below(parts.rows, line)
        };
        let selected = at == menu.cursor;
        bar(buffer, state, area, selected, true);
        if at < DIGITS {
            put(buffer, after(area, 2), &(at + 1).to_string(), theme.key);
        }
        put(buffer, after(area, 5), &text.name, theme.text);
        if selected {
            buffer.set_style(after(area, 1).intersection(buffer.area), theme.selected);
        }
    }
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        parts.rows,
        parts.first,
        state.options.copy.len(),
    );
    put_lines(buffer, parts.preview, &parts.text, theme.dim);
}
