//! The line of the marks.

use super::paint::{after, clear, columns, put};
use crate::console::layout::{Screen, marks_bar};
use crate::console::state::State;
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, buffer: &mut Buffer) {
    let Some(bar) = marks_bar(state, screen) else {
        return;
    };
    let theme = &state.options.theme;
    clear(buffer, screen.marks);
    put(buffer, bar.area, &bar.words, theme.accent);
    for hint in bar.hints {
        put(buffer, hint.area, &hint.key, theme.key);
        let word = after(hint.area, columns(&hint.key) + 1);
        put(buffer, word, &hint.word, theme.dim);
    }
}
