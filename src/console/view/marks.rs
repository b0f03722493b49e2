//! The lines of the flood alarm, of the marks and of the batch.

use super::paint::{after, clear, columns, put};
use crate::console::layout::{Screen, batch_bar, flood_bar, marks_bar};
use crate::console::state::State;
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let bars = [
        flood_bar(state, screen),
        marks_bar(state, screen),
        batch_bar(state, screen),
    ];
    clear(buffer, screen.marks);
    for bar in bars.into_iter().flatten() {
        let style = if bar.is_alarm {
            theme.warn
        } else {
            theme.accent
        };
        put(buffer, bar.area, &bar.words, style);
        for hint in bar.hints {
            put(buffer, hint.area, &hint.key, theme.key);
            let word = after(hint.area, columns(&hint.key) + 1);
            put(buffer, word, &hint.word, theme.dim);
        }
    }
}
