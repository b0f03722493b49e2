//! The ways on from a desk without accounts.

use super::paint::{put, put_all, put_centred};
use crate::console::layout::FirstRun;
use crate::console::state::State;
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, first_run: &FirstRun, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    put_centred(buffer, first_run.title, "No accounts yet", theme.title);
    for way in &first_run.ways {
        let (key, words) = if way.enabled {
            (theme.key, theme.text)
        } else {
            (theme.disabled, theme.disabled)
        };
        let rest = put(buffer, way.area, &way.key, key);
        put_all(buffer, rest, [("  ", theme.text), (way.words, words)]);
    }
}
