//! The settings form.

use super::button::ButtonId;
use crate::api::{Audience, EPHEMERAL_SECONDS, SettingField, SettingsPatch};
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::text::{clean_typed_block, clean_typed_line};
use ratatui_textarea::{CursorMove, TextArea};
use std::collections::BTreeMap;

/// The values, cleaned as the form can show them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    pub subject: String,
    pub description: String,
    pub announce: bool,
    pub locked: bool,
    /// `None` where the gateway does not have this setting, as in the next three.
    pub invite_by: Option<Audience>,
    pub join_approval: Option<bool>,
    pub add_by: Option<Audience>,
    /// 0: messages do not disappear.
    pub ephemeral_seconds: Option<u32>,
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
    /// The switches as set in the form; its texts are in the fields above.
    pub switches: Settings,
    /// The settings that WhatsApp does not let anybody change in this group, with the reason.
    pub restricted: BTreeMap<String, String>,
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
    pub(crate) fn new(key: GroupKey, base: Settings, restricted: BTreeMap<String, String>) -> Self {
        Self {
            key,
            subject: text_area(&base.subject),
            description: text_area(&base.description),
            switches: base.clone(),
            restricted,
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
            ..self.switches.clone()
        }
    }

    /// The fields of the form, from top to bottom: the contract's four, and those that the gateway
    /// has beside them.
    #[must_use]
    pub(crate) fn fields(&self) -> Vec<SettingField> {
        let all = SettingField::ALL.into_iter();
        all.filter(|field| self.switches.has(*field)).collect()
    }

    /// Why WhatsApp lets nobody change a field.
    #[must_use]
    pub(crate) fn restriction(&self, field: SettingField) -> Option<&str> {
        self.restricted.get(field.as_str()).map(String::as_str)
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
                SettingField::InviteBy => patch.invite_by.clone_from(&typed.invite_by),
                SettingField::JoinApproval => patch.join_approval = typed.join_approval,
                SettingField::AddBy => patch.add_by.clone_from(&typed.add_by),
                SettingField::EphemeralSeconds => {
                    patch.ephemeral_seconds = typed.ephemeral_seconds;
                }
            }
        }
        patch
    }

    /// Puts these values into their fields, as if they were typed. Fields that the gateway does not have, and those that
    /// WhatsApp lets nobody change, stay as they are.
    pub(crate) fn fill(&mut self, patch: &SettingsPatch) {
        let mut values = Settings::of_patch(patch);
        values.subject = clean_typed_line(&values.subject);
        values.description = clean_typed_block(&values.description);
        for setting in patch.clone().into_settings() {
            let field = setting.field();
            if self.switches.has(field) && self.restriction(field).is_none() {
                self.show(&values, field);
            }
        }
    }

    /// Puts a stored value into its field.
    pub(crate) fn show(&mut self, values: &Settings, field: SettingField) {
        match field {
            SettingField::Subject => self.subject = text_area(&values.subject),
            SettingField::Description => self.description = text_area(&values.description),
            switch => self.switches.take(values, switch),
        }
    }
}

impl Settings {
    /// The values of a patch; a field that it lacks has no meaning.
    #[must_use]
    pub(crate) fn of_patch(patch: &SettingsPatch) -> Self {
        Self {
            subject: patch.subject.clone().unwrap_or_default(),
            description: patch.description.clone().unwrap_or_default(),
            announce: patch.announce.unwrap_or_default(),
            locked: patch.locked.unwrap_or_default(),
            invite_by: patch.invite_by.clone(),
            join_approval: patch.join_approval,
            add_by: patch.add_by.clone(),
            ephemeral_seconds: patch.ephemeral_seconds,
        }
    }

    /// Whether the gateway has this setting.
    #[must_use]
    pub(crate) fn has(&self, field: SettingField) -> bool {
        match field {
            SettingField::Subject
            | SettingField::Description
            | SettingField::Announce
            | SettingField::Locked => true,
            SettingField::InviteBy => self.invite_by.is_some(),
            SettingField::JoinApproval => self.join_approval.is_some(),
            SettingField::AddBy => self.add_by.is_some(),
            SettingField::EphemeralSeconds => self.ephemeral_seconds.is_some(),
        }
    }

    /// Sets a switch to its next value. A text stays.
    pub(crate) fn advance(&mut self, field: SettingField) {
        match field {
            SettingField::Subject | SettingField::Description => {}
            SettingField::Announce => self.announce = !self.announce,
            SettingField::Locked => self.locked = !self.locked,
            SettingField::InviteBy => self.invite_by = self.invite_by.as_ref().map(other),
            SettingField::JoinApproval => self.join_approval = self.join_approval.map(|on| !on),
            SettingField::AddBy => self.add_by = self.add_by.as_ref().map(other),
            SettingField::EphemeralSeconds => {
                self.ephemeral_seconds = self.ephemeral_seconds.map(longer);
            }
        }
    }

    /// Whether a field differs between the two: blanks around a subject are ignored.
    #[must_use]
    pub(crate) fn differs(&self, other: &Self, field: SettingField) -> bool {
        match field {
            SettingField::Subject => self.subject.trim() != other.subject.trim(),
            SettingField::Description => self.description != other.description,
            SettingField::Announce => self.announce != other.announce,
            SettingField::Locked => self.locked != other.locked,
            SettingField::InviteBy => self.invite_by != other.invite_by,
            SettingField::JoinApproval => self.join_approval != other.join_approval,
            SettingField::AddBy => self.add_by != other.add_by,
            SettingField::EphemeralSeconds => self.ephemeral_seconds != other.ephemeral_seconds,
        }
    }

    /// Takes one field over.
    pub(crate) fn take(&mut self, from: &Self, field: SettingField) {
        match field {
            SettingField::Subject => self.subject.clone_from(&from.subject),
            SettingField::Description => self.description.clone_from(&from.description),
            SettingField::Announce => self.announce = from.announce,
            SettingField::Locked => self.locked = from.locked,
            SettingField::InviteBy => self.invite_by.clone_from(&from.invite_by),
            SettingField::JoinApproval => self.join_approval = from.join_approval,
            SettingField::AddBy => self.add_by.clone_from(&from.add_by),
            SettingField::EphemeralSeconds => self.ephemeral_seconds = from.ephemeral_seconds,
        }
    }
}

fn other(who: &Audience) -> Audience {
    match who {
        Audience::Admins => Audience::Members,
        _ => Audience::Admins,
    }
}

/// The next longer of WhatsApp's times, and never after the longest.
fn longer(seconds: u32) -> u32 {
    let mut times = EPHEMERAL_SECONDS.into_iter();
    times.find(|time| *time > seconds).unwrap_or(0)
}

/// A text field with the cursor at its end.
pub(super) fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
    area.move_cursor(CursorMove::Bottom);
    area.move_cursor(CursorMove::End);
    area
}
