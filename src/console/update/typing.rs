//! Keys in a text field: those of a shell's line, so that fields and filter are cleared by the same one.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::TextArea;

/// A key in a field of one line, other than Enter.
pub(super) fn in_line(area: &mut TextArea<'static>, event: &KeyEvent) {
    // What the field takes for a line break.
    let breaks = matches!(event.code, KeyCode::Char('m' | 'j'))
        && event.modifiers.contains(KeyModifiers::CONTROL);
    if !breaks {
        in_lines(area, event);
    }
}

/// A key in a field of several lines.
pub(super) fn in_lines(area: &mut TextArea<'static>, event: &KeyEvent) {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        // The field itself would undo. What goes comes back with Ctrl-Y.
        KeyCode::Char('u') if control => {
            area.delete_line_by_head();
        }
        // Ctrl-_, which terminals send as Ctrl-7, undoes in a shell's line.
        KeyCode::Char('z' | '_' | '7') if control => {
            area.undo();
        }
        _ => {
            area.input(*event);
        }
    }
}
