//! The footer: the keys of the top layer.

use super::paint::{after, clear, columns, put};
use crate::console::layout::{Hint, Screen, hints};
use crate::console::state::State;
use crate::console::theme::Theme;
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    clear(buffer, screen.footer);
    for hint in hints(state, screen) {
        put_hint(buffer, theme, &hint);
    }
}

/// A key with its word.
pub(super) fn put_hint(buffer: &mut Buffer, theme: &Theme, hint: &Hint) {
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
