//! The batch that runs.

use super::batch_lines;
use super::paint::{dialog, put_lines, scrollbar};
use crate::console::layout::{Screen, batch_progress_parts, run_line};
use crate::console::state::{BatchProgress, State};
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, progress: &BatchProgress, buffer: &mut Buffer) {
    let Some(run) = &state.batch else {
        return;
    };
    let theme = &state.options.theme;
    let parts = batch_progress_parts(screen, run, progress, state.now);
    dialog(buffer, theme, &parts.dialog, &parts.title);
    put_lines(buffer, parts.head_area, &parts.head, theme.title);
    let rows = run.rows.iter().skip(parts.first);
    let lines = rows.map(|row| run_line(state, row));
    batch_lines::draw(state, parts.rows, lines, buffer);
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        parts.rows,
        parts.first,
        run.rows.len(),
    );
}
