//! The list of failures.

use super::paint::{below, dialog, put, scrollbar};
use crate::console::layout::{Screen, failures_parts};
use crate::console::state::State;
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, scroll: usize, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = failures_parts(state, screen, scroll);
    dialog(buffer, theme, &parts.dialog, &parts.title);
    let mut text = parts.dialog.content;
    text.height = text.height.saturating_sub(1);
    let lines = parts.text.iter().enumerate().skip(parts.first);
    for (row, (at, line)) in (0..text.height).zip(lines) {
        // The first line of each entry has the time and the action.
        let is_title = at == 0 || parts.text[at - 1].is_empty();
        let style = if is_title { theme.title } else { theme.text };
        put(buffer, below(text, row), line, style);
    }
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        text,
        parts.first,
        parts.text.len(),
    );
}
