//! A failure's full text.

use super::paint::{dialog, put_lines, scrollbar};
use crate::console::failure::Failure;
use crate::console::layout::{Screen, failure_parts};
use crate::console::state::State;
use ratatui::buffer::Buffer;

pub fn draw(state: &State, screen: &Screen, failure: &Failure, scroll: usize, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = failure_parts(screen, failure, scroll);
    dialog(buffer, theme, &parts.dialog, &parts.title);
    let mut text = parts.dialog.content;
    text.height = text.height.saturating_sub(1);
    put_lines(buffer, text, &parts.text[parts.first..], theme.text);
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        text,
        parts.first,
        parts.text.len(),
    );
}
