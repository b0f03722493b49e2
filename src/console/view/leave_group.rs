//! "Leave the group".

use super::paint::{below, dialog, put};
use crate::console::layout::{Screen, leave_group_parts};
use crate::console::state::{LeaveGroupDialog, State};
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, screen: &Screen, leave: &LeaveGroupDialog, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = leave_group_parts(state, screen, leave);
    dialog(buffer, theme, &parts.dialog, &format!("{}?", parts.title));
    for (at, line) in (0..parts.dialog.content.height).zip(&parts.text) {
        let style = if at == 0 { theme.title } else { theme.text };
        put(buffer, below(parts.dialog.content, at), line, style);
    }
}
