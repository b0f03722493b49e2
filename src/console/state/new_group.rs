//! "New group": create one, or join one by its invite link.

use super::button::ButtonId;
use super::form::text_area;
use crate::api::{Audience, InvitePreview, SettingField, SettingsPatch, code_in};
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::people::{Country, Pasted};
use ratatui_textarea::TextArea;
use std::collections::BTreeSet;

/// What leaving the dialog loses.
pub(crate) const NEW_GROUP_TYPED: &str = "the group as typed";

/// The dialog. What was typed stays until the group is there or the dialog is left.
pub struct NewGroupDialog {
    pub way: NewGroupWay,
    /// The accounts that can be chosen, and the chosen one.
    pub accounts: Vec<String>,
    pub account: usize,
    pub name: TextArea<'static>,
    pub description: TextArea<'static>,
    pub choices: Vec<GroupChoice>,
    pub people: TextArea<'static>,
    pub(crate) pasted: Pasted,
    pub(crate) country: Option<Country>,
    pub link: TextArea<'static>,
    /// The code that was looked up, and what the gateway said.
    pub preview: Option<(String, Option<Result<InvitePreview, CallFailure>>)>,
    pub focus: NewGroupFocus,
    pub phase: NewGroupPhase,
    /// The account's groups before the creation.
    pub before: BTreeSet<String>,
    /// The group that was created.
    pub made: Option<GroupKey>,
    /// What did not work beside the group itself; sentences.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewGroupWay {
    Create,
    Join,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewGroupFocus {
    Way,
    Account,
    Name,
    Description,
    Choice(usize),
    People,
    Link,
    Button(ButtonId),
}

#[derive(Debug, Clone, PartialEq)]
pub enum NewGroupPhase {
    Editing,
    /// Why it was refused; everything can be edited.
    Failed(String),
    /// The creation or the join is in flight.
    Calling(RequestId),
    /// Its answer was lost: groups that were read by a later request than this one show the outcome.
    Checking(u64),
    /// The settings of the new group are in flight.
    Setting(RequestId),
    /// The members of the new group are read.
    Looking(RequestId),
    /// The outcome, as a sentence.
    Done(String),
}

/// A setting of the new group. The first option is WhatsApp's own for new groups and is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupChoice {
    pub field: SettingField,
    pub options: &'static [&'static str],
    pub at: usize,
}

/// Seconds of the options of disappearing messages.
const EPHEMERAL: [u32; 4] = [0, 86_400, 604_800, 7_776_000];

impl GroupChoice {
    /// The settings that the gateway offers.
    fn all(extended: bool) -> Vec<Self> {
        let choices: [(SettingField, &'static [&'static str]); 6] = [
            (SettingField::Announce, &["everybody", "only admins"]),
            (SettingField::Locked, &["everybody", "only admins"]),
            (SettingField::InviteBy, &["admins", "all members"]),
            (SettingField::JoinApproval, &["off", "an admin approves"]),
            (SettingField::AddBy, &["all members", "only admins"]),
            (
                SettingField::EphemeralSeconds,
                &["never", "after 24 hours", "after 7 days", "after 90 days"],
            ),
        ];
        let offered = choices
            .into_iter()
            .filter(|(field, _)| extended || !field.is_extension());
        offered
            .map(|(field, options)| Self {
                field,
                options,
                at: 0,
            })
            .collect()
    }

    fn apply(self, patch: &mut SettingsPatch) {
        if self.at == 0 {
            return;
        }
        match self.field {
            SettingField::Announce => patch.announce = Some(true),
            SettingField::Locked => patch.locked = Some(true),
            SettingField::InviteBy => patch.invite_by = Some(Audience::Members),
            SettingField::JoinApproval => patch.join_approval = Some(true),
            SettingField::AddBy => patch.add_by = Some(Audience::Admins),
            SettingField::EphemeralSeconds => {
                patch.ephemeral_seconds = EPHEMERAL.get(self.at).copied();
            }
            SettingField::Subject | SettingField::Description => {}
        }
    }
}

impl NewGroupDialog {
    /// `extended`: the gateway's groups carry the settings that are extensions.
    #[must_use]
    pub(crate) fn new(accounts: Vec<String>, account: usize, extended: bool) -> Self {
        Self {
            way: NewGroupWay::Create,
            accounts,
            account,
            name: text_area(""),
            description: text_area(""),
            choices: GroupChoice::all(extended),
            people: text_area(""),
            pasted: Pasted::default(),
            country: None,
            link: text_area(""),
            preview: None,
            focus: NewGroupFocus::Name,
            phase: NewGroupPhase::Editing,
            before: BTreeSet::new(),
            made: None,
            notes: Vec::new(),
        }
    }

    /// The chosen account's session.
    #[must_use]
    pub(crate) fn session(&self) -> &str {
        self.accounts.get(self.account).map_or("", String::as_str)
    }

    #[must_use]
    pub(crate) fn typed(field: &TextArea<'static>) -> String {
        field.lines().join(" ").trim().to_owned()
    }

    /// The settings to make after the creation.
    #[must_use]
    pub(crate) fn patch(&self) -> SettingsPatch {
        let mut patch = SettingsPatch::default();
        let description = Self::typed(&self.description);
        patch.description = (!description.is_empty()).then_some(description);
        for choice in &self.choices {
            choice.apply(&mut patch);
        }
        patch
    }

    /// Whether leaving loses something that was typed. A link is pasted again quickly.
    #[must_use]
    pub(crate) fn has_text(&self) -> bool {
        let fields = [&self.name, &self.description, &self.people];
        let is_typed =
            |field: &&TextArea<'_>| field.lines().iter().any(|line| !line.trim().is_empty());
        self.is_editing() && fields.iter().any(is_typed)
    }

    #[must_use]
    pub(crate) fn is_editing(&self) -> bool {
        matches!(
            self.phase,
            NewGroupPhase::Editing | NewGroupPhase::Failed(_)
        )
    }

    /// Whether a change is in flight.
    #[must_use]
    pub(crate) fn is_calling(&self) -> bool {
        matches!(
            self.phase,
            NewGroupPhase::Calling(_) | NewGroupPhase::Setting(_)
        )
    }

    /// The field that keys go into.
    pub(crate) fn field(&mut self) -> Option<&mut TextArea<'static>> {
        if !self.is_editing() {
            return None;
        }
        match self.focus {
            NewGroupFocus::Name => Some(&mut self.name),
            NewGroupFocus::Description => Some(&mut self.description),
            NewGroupFocus::People => Some(&mut self.people),
            NewGroupFocus::Link => Some(&mut self.link),
            _ => None,
        }
    }

    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        use NewGroupFocus::{Description, Link, Name, People};
        self.is_editing() && matches!(self.focus, Name | Description | People | Link)
    }

    /// The typed invite code.
    #[must_use]
    pub(crate) fn code(&self) -> Option<String> {
        code_in(&Self::typed(&self.link)).map(str::to_owned)
    }

    /// The call that looks up where the typed link leads.
    #[must_use]
    pub(crate) fn preview_call(&self) -> Option<Call> {
        Some(Call::Preview {
            session: self.session().to_owned(),
            code: self.code()?,
        })
    }

    /// Where the typed link leads, once that is known.
    #[must_use]
    pub(crate) fn leads_to(&self) -> Option<&Result<InvitePreview, CallFailure>> {
        let (code, answer) = self.preview.as_ref()?;
        answer
            .as_ref()
            .filter(|_| Some(code) == self.code().as_ref())
    }

    /// What stops in the order of the dialog, without the buttons.
    #[must_use]
    pub(crate) fn stops(&self) -> Vec<NewGroupFocus> {
        if !self.is_editing() {
            return Vec::new();
        }
        let mut stops = vec![NewGroupFocus::Way];
        if self.accounts.len() > 1 {
            stops.push(NewGroupFocus::Account);
        }
        match self.way {
            NewGroupWay::Create => {
                stops.extend([NewGroupFocus::Name, NewGroupFocus::Description]);
                stops.extend((0..self.choices.len()).map(NewGroupFocus::Choice));
                stops.push(NewGroupFocus::People);
            }
            NewGroupWay::Join => stops.push(NewGroupFocus::Link),
        }
        stops
    }
}
