//! The settings form.

use super::super::effect::RequestId;
use super::super::failure::Failure;
use super::GroupKey;
use super::overlay::ButtonId;
use crate::api::SettingField;
use ratatui_textarea::TextArea;

/// The four values, cleaned as the form can show them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    pub subject: String,
    pub description: String,
    pub announce: bool,
    pub locked: bool,
}

/// What became of a field in the last save.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldOutcome {
    Applied,
    Refused(Failure),
    NotAttempted,
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
    /// Some or all fields failed; what was typed is kept.
    Failed(Failure),
    /// "Leave without saving?" is asked. The button in focus is in `focus`.
    AskLeave,
}

/// The form. What was typed stays until it is saved or thrown away on purpose.
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
    /// Per field, after a save that did not go through whole.
    pub outcomes: Vec<(SettingField, FieldOutcome)>,
    /// Fields that somebody else changed while the form was open. `base` already holds the new
    /// values; what the user typed is kept.
    pub theirs: Vec<SettingField>,
    /// Present faults of what was typed, per field.
    pub faults: Vec<(SettingField, String)>,
}

impl EditForm {
    /// The values as typed.
    #[must_use]
    pub fn typed(&self) -> Settings {
        Settings {
            subject: self.subject.lines().join(" "),
            description: self.description.lines().join("\n"),
            announce: self.announce,
            locked: self.locked,
        }
    }
}
