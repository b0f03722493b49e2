//! "Note": what is noted about a group, and its tags.

use super::button::ButtonId;
use super::form::text_area;
use crate::console::notebook::{Note, tags};
use ratatui_textarea::TextArea;

/// The dialog. It writes to the notebook on this computer alone.
pub struct NoteDialog {
    /// The group's JID and name.
    pub group: String,
    pub name: String,
    pub note: TextArea<'static>,
    pub tags: TextArea<'static>,
    pub focus: NoteFocus,
    /// What it was when the dialog opened.
    before: Note,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteFocus {
    Note,
    Tags,
    Button(ButtonId),
}

impl NoteDialog {
    #[must_use]
    pub(crate) fn new(group: String, name: String, before: Note) -> Self {
        Self {
            group,
            name,
            note: text_area(&before.note),
            tags: text_area(&before.tags.join(" ")),
            focus: NoteFocus::Note,
            before,
        }
    }

    /// The note as it would be kept.
    #[must_use]
    pub(crate) fn typed(&self) -> Note {
        Note {
            note: self.note.lines().join(" ").trim().to_owned(),
            tags: tags(&self.tags.lines().join(" ")),
        }
    }

    #[must_use]
    pub(crate) fn is_changed(&self) -> bool {
        self.typed() != self.before
    }

    /// The field that keys go into.
    pub(crate) fn field(&mut self) -> Option<&mut TextArea<'static>> {
        match self.focus {
            NoteFocus::Note => Some(&mut self.note),
            NoteFocus::Tags => Some(&mut self.tags),
            NoteFocus::Button(_) => None,
        }
    }

    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        !matches!(self.focus, NoteFocus::Button(_))
    }
}
