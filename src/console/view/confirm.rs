//! Confirmation of actions that cannot be undone.

use super::paint::{below, dialog, put};
use crate::console::layout::{Screen, confirm_parts};
use crate::console::state::{ConfirmDialog, State};
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, confirm: &ConfirmDialog, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = confirm_parts(state, screen, confirm);
    dialog(buffer, theme, &parts.dialog, &format!("{}?", parts.title));
    for (at, line) in (0..parts.dialog.content.height).zip(&parts.text) {
        let named = at == 0 && line.starts_with('“');
        let style = if named { theme.title } else { theme.text };
        put(buffer, below(parts.dialog.content, at), line, style);
    }
}
