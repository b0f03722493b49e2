//! The areas of "Note".

use super::dialog::{Button, Dialog, content_width, dialog};
use super::screen::{Screen, row};
use super::wrap::wrap;
use crate::console::state::{ButtonId, NoteDialog, NoteFocus, State};
use ratatui::layout::Rect;

const WIDTH: u16 = 72;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoteParts {
    pub dialog: Dialog,
    pub note: Rect,
    pub tags: Rect,
    /// Words below the fields, already broken.
    pub text: Vec<String>,
    pub words: Rect,
}

#[must_use]
pub(crate) fn note_buttons(note: &NoteDialog) -> Vec<Button> {
    let can_save = note.is_changed() && note.typed().fault().is_none();
    vec![
        Button::new(ButtonId::Save, "Save").enabled(can_save),
        Button::new(ButtonId::Cancel, "Cancel"),
    ]
}

#[must_use]
pub(crate) fn note_parts(_: &State, screen: &Screen, note: &NoteDialog) -> NoteParts {
    let width = content_width(screen, WIDTH);
    let words = match note.typed().fault() {
        Some(fault) => format!("✘ {fault}"),
        None => "Kept on this computer only, and found by the filter. Tags are words; the list shows them as #tag."
            .to_owned(),
    };
    let text = wrap(&words, width, 4);
    let height = u16::try_from(text.len()).unwrap_or(4) + 4;
    let focus = match note.focus {
        NoteFocus::Button(button) => Some(button),
        NoteFocus::Note | NoteFocus::Tags => None,
    };
    let dialog = dialog(screen, width, height, note_buttons(note), focus);
    let content = dialog.content;
    NoteParts {
        note: row(content, 0),
        tags: row(content, 1),
        words: Rect {
            y: content.y.saturating_add(3),
            height: content.height.saturating_sub(3),
            ..content
        },
        text,
        dialog,
    }
}
