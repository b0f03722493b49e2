//! The settings form.

use super::button::ButtonId;
use crate::api::{SettingField, SettingsPatch};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use ratatui_textarea::{CursorMove, TextArea};

/// The four values, cleaned as the form can show them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    pub subject: String,
    pub description: String,
    pub announce: bool,
    pub locked: bool,
}

/// The outcome of a field in the last save.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldOutcome {
    Applied,
    Refused(CallFailure),
    NotAttempted,
    /// The answer was lost, and the gateway has another value.
    NotApplied,
    /// The answer was lost, and the gateway could not be asked.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFocus {
    Field(SettingField),
    Button(ButtonId),
}

#[derive(Debug, Clone, PartialEq)]
pub enum FormPhase {
    Editing,
    Saving(RequestId),
    /// The answer was lost: the current values are being read.
    Checking,
    /// Some or all fields failed; the typed text is kept.
    Failed(CallFailure),
    /// "Leave without saving?" is asked. The button in focus is in `focus`.
    AskLeave,
}

/// The form. Typed text stays until it is saved or discarded on purpose.
pub struct EditForm {
    pub key: GroupKey,
    /// The values as stored when the form was opened, or as last applied by it.
    pub base: Settings,
    pub subject: TextArea<'static>,
    pub description: TextArea<'static>,
    pub announce: bool,
    pub locked: bool,
    pub focus: FormFocus,
    pub phase: FormPhase,
    /// Per field, after a save that was not applied as a whole.
    pub outcomes: Vec<(SettingField, FieldOutcome)>,
    /// Fields that were changed elsewhere while the form was open. `base` already holds the new
    /// values; what the user typed is kept.
    pub changed_elsewhere: Vec<SettingField>,
    /// Current faults of the typed text, per field.
    pub faults: Vec<(SettingField, String)>,
}

impl EditForm {
    /// A form that shows the stored values.
    #[must_use]
    pub(crate) fn new(key: GroupKey, base: Settings) -> Self {
        Self {
            key,
            subject: text_area(&base.subject),
            description: text_area(&base.description),
            announce: base.announce,
            locked: base.locked,
            base,
            focus: FormFocus::Field(SettingField::Subject),
            phase: FormPhase::Editing,
            outcomes: Vec::new(),
            changed_elsewhere: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The values as typed.
    #[must_use]
    pub(crate) fn typed(&self) -> Settings {
        Settings {
            subject: self.subject.lines().join(" "),
            description: self.description.lines().join("\n"),
            announce: self.announce,
            locked: self.locked,
        }
    }

    /// The fields that differ from the stored values: what a save would send.
    #[must_use]
    pub(crate) fn changes(&self) -> Vec<SettingField> {
        let typed = self.typed();
        SettingField::ALL
            .into_iter()
            .filter(|field| typed.differs(&self.base, *field))
            .collect()
    }

    /// The body of a save: the changed fields and no others.
    #[must_use]
    pub(crate) fn patch(&self) -> SettingsPatch {
        let typed = self.typed();
        let mut patch = SettingsPatch::default();
        for field in self.changes() {
            match field {
                SettingField::Subject => patch.subject = Some(typed.subject.trim().to_owned()),
                SettingField::Description => patch.description = Some(typed.description.clone()),
                SettingField::Announce => patch.announce = Some(typed.announce),
                SettingField::Locked => patch.locked = Some(typed.locked),
            }
        }
        patch
    }

    /// Puts a stored value into its field.
    pub(crate) fn show(&mut self, values: &Settings, field: SettingField) {
        match field {
            SettingField::Subject => self.subject = text_area(&values.subject),
            SettingField::Description => self.description = text_area(&values.description),
            SettingField::Announce => self.announce = values.announce,
            SettingField::Locked => self.locked = values.locked,
        }
    }
}

impl Settings {
    /// Whether a field differs between the two: blanks around a subject are ignored.
    #[must_use]
    pub(crate) fn differs(&self, other: &Self, field: SettingField) -> bool {
        match field {
            SettingField::Subject => self.subject.trim() != other.subject.trim(),
            SettingField::Description => self.description != other.description,
            SettingField::Announce => self.announce != other.announce,
            SettingField::Locked => self.locked != other.locked,
        }
    }

    /// Takes one field over.
    pub(crate) fn take(&mut self, from: &Self, field: SettingField) {
        match field {
            SettingField::Subject => self.subject.clone_from(&from.subject),
            SettingField::Description => self.description.clone_from(&from.description),
            SettingField::Announce => self.announce = from.announce,
            SettingField::Locked => self.locked = from.locked,
        }
    }
}

/// A text field with the cursor at its end.
pub(super) fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}
