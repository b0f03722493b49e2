//! "Many people join".

use super::paint::{below, dialog, put};
use crate::console::layout::{Screen, flood_parts};
use crate::console::state::{FloodDialog, State};
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, flood: &FloodDialog, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = flood_parts(state, screen, flood);
    dialog(buffer, theme, &parts.dialog, &parts.title);
    for (at, line) in (0..parts.dialog.content.height).zip(&parts.text) {
        let style = if at == 0 { theme.title } else { theme.text };
        put(buffer, below(parts.dialog.content, at), line, style);
    }
}
