//! The footer: the keys of the top layer.

use super::paint::{after, clear, columns, put};
use crate::console::layout::{Screen, hints};
use crate::console::state::State;
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    clear(buffer, screen.footer);
    for hint in hints(state, screen) {
        let (key, word) = if hint.enabled {
            (theme.key, theme.dim)
        } else {
            (theme.disabled, theme.disabled)
        };
        put(buffer, hint.area, &hint.key, key);
        put(
            buffer,
            after(hint.area, columns(&hint.key) + 1),
            &hint.word,
            word,
        );
    }
}
