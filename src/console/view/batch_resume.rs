//! A batch that was not finished.

use super::batch_lines;
use super::paint::{dialog, put_lines, scrollbar};
use crate::console::layout::{Screen, batch_resume_parts, open_line};
use crate::console::state::{BatchResume, State};
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, resume: &BatchResume, buffer: &mut Buffer) {
    let Some(open) = state.unfinished.first() else {
        return;
    };
    let theme = &state.options.theme;
    let parts = batch_resume_parts(state, screen, open, resume);
    dialog(buffer, theme, &parts.dialog, &parts.title);
    put_lines(buffer, parts.head_area, &parts.head, theme.title);
    let rows = open.rows.iter().skip(parts.first);
    let lines = rows.map(|row| open_line(state, row));
    batch_lines::draw(state, parts.rows, lines, buffer);
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        parts.rows,
        parts.first,
        open.rows.len(),
    );
}
