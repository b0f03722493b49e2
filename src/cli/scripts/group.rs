//! `groupdesk group set|create|join|leave`

mod create;
mod join;
mod leave;

use self::{create::Create, join::Join, leave::Leave};
use super::context::CommandContext;
use super::find::Found;
use super::invite::Which;
use super::outcome::{Outcome, ended};
use crate::api::{Audience, Group as Stored, PartialUpdate, Setting, SettingField, SettingsPatch};
use crate::api::{check_description, check_subject};
use crate::cli::output::{
    AnswerFormat, CallKind, Column, CommandError, Exit, Table, json_text, note, print,
    print_change, table_text,
};
use crate::client::ClientError;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk group set \"Weekend Volunteers\" --subject \"Sunday Volunteers\"
  groupdesk group set 120363041234567890@g.us --announce on --locked on --json
  groupdesk group set volunteers --description \"\"     clears the description

Only what is named is changed. GROUP is an id, a name, or a part of a name that no other group has.";

/// Arguments of `groupdesk group`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Group {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Change subject, description, or what members may do
    #[command(after_help = EXAMPLES)]
    Set(Set),

    /// Create a group
    #[command(after_help = create::EXAMPLES)]
    Create(Create),

    /// Join a group by its invite link
    #[command(after_help = join::EXAMPLES)]
    Join(Join),

    /// Leave a group
    #[command(after_help = leave::EXAMPLES)]
    Leave(Leave),
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Set {
    #[command(flatten)]
    pub which: Which,

    /// The new subject, 1 to 100 characters
    #[arg(long, value_name = "TEXT", value_parser = check_subject)]
    pub subject: Option<String>,

    #[command(flatten)]
    pub settings: Settings,

    #[command(flatten)]
    pub format: AnswerFormat,
}

impl Set {
    fn patch(&self) -> SettingsPatch {
        SettingsPatch {
            subject: self.subject.clone(),
            ..self.settings.patch()
        }
    }

    fn check(&self) -> Result<(), CommandError> {
        if self.patch() != SettingsPatch::default() {
            return Ok(());
        }
        Err(CommandError::new(
            Exit::Usage,
            "say what to change: --subject, --description, --announce, --locked, --invite-by, \
             --join-approval, --add-by or --disappearing",
        ))
    }
}

/// Settings of a group.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Settings {
    /// The new description, up to 2048 characters; "" clears it
    #[arg(long, value_name = "TEXT", value_parser = check_description)]
    pub description: Option<String>,

    /// Whether only admins can post
    #[arg(long, value_name = "SWITCH")]
    pub announce: Option<Switch>,

    /// Whether only admins can edit the group's info
    #[arg(long, value_name = "SWITCH")]
    pub locked: Option<Switch>,

    /// Who has the invite link
    #[arg(long, value_name = "WHO")]
    pub invite_by: Option<Who>,

    /// Whether an admin has to approve who joins by the link
    #[arg(long, value_name = "SWITCH")]
    pub join_approval: Option<Switch>,

    /// Who can add members
    #[arg(long, value_name = "WHO")]
    pub add_by: Option<Who>,

    /// When messages disappear
    #[arg(long, value_name = "WHEN")]
    pub disappearing: Option<Disappearing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Who {
    Admins,
    Members,
}

impl Who {
    fn audience(self) -> Audience {
        match self {
            Self::Admins => Audience::Admins,
            Self::Members => Audience::Members,
        }
    }
}

/// WhatsApp's own choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Disappearing {
    Never,
    #[value(name = "24h")]
    Day,
    #[value(name = "7d")]
    Week,
    #[value(name = "90d")]
    Quarter,
}

impl Disappearing {
    fn seconds(self) -> u32 {
        match self {
            Self::Never => 0,
            Self::Day => 86_400,
            Self::Week => 604_800,
            Self::Quarter => 7_776_000,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct FieldOutcome {
    field: SettingField,
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    group_jid: &'a str,
    fields: &'a [FieldOutcome],
}

impl Group {
    pub(super) fn wants_json(&self) -> bool {
        match &self.action {
            Action::Set(set) => set.format.json,
            Action::Create(create) => create.format.json,
            Action::Join(join) => join.format.json,
            Action::Leave(leave) => leave.format.json,
        }
    }

    /// Fails early for what needs no gateway to be refused.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        match &self.action {
            Action::Set(set) => set.check(),
            Action::Create(_) => Ok(()),
            Action::Join(join) => join.check(),
            Action::Leave(leave) => leave.check(),
        }
    }
}

impl Settings {
    fn patch(&self) -> SettingsPatch {
        let on = |switch: Option<Switch>| switch.map(|switch| switch == Switch::On);
        SettingsPatch {
            subject: None,
            description: self.description.clone(),
            announce: on(self.announce),
            locked: on(self.locked),
            invite_by: self.invite_by.map(Who::audience),
            join_approval: on(self.join_approval),
            add_by: self.add_by.map(Who::audience),
            ephemeral_seconds: self.disappearing.map(Disappearing::seconds),
        }
    }
}

impl CommandContext<'_> {
    pub(super) async fn change_group(&self, group: &Group) -> Result<(), CommandError> {
        match &group.action {
            Action::Set(set) => self.set_settings(set).await,
            Action::Create(create) => self.create_group(create).await,
            Action::Join(join) => self.join_group(join).await,
            Action::Leave(leave) => self.leave_group(leave).await,
        }
    }

    async fn set_settings(&self, set: &Set) -> Result<(), CommandError> {
        let found = self.reach(&set.which).await?;
        let patch = set.patch();
        let (session, jid) = (&found.session.id, &found.group.group_jid);
        let wanted = patch.clone().into_settings();
        let (fields, failure) = match self.client.update_settings(session, jid, &patch).await {
            Ok(_) => (all(&wanted, Outcome::Applied), None),
            Err(error) => self.failed(&found, &wanted, error).await,
        };
        let answer = text(&found, &fields, set.format)?;
        let Some(failure) = failure else {
            return print_change(
                &answer,
                &format!("the settings were changed: {}", in_words(&fields)),
                "nothing needs to be done again",
            );
        };
        print(&answer)?;
        Err(failure)
    }

    /// The outcome of each setting, and the error to exit with. Nothing is sent again: if the
    /// gateway did not answer, the group is read.
    async fn failed(
        &self,
        found: &Found,
        wanted: &[Setting],
        error: ClientError,
    ) -> (Vec<FieldOutcome>, Option<CommandError>) {
        let lost = error.is_unconfirmed();
        let partial = match &error {
            ClientError::Api { error, .. } => error.partial_update(),
            _ => None,
        };
        let sent = !matches!(error, ClientError::Unreachable(_));
        let failure = CommandError::of_call(error, CallKind::Live);
        if let Some(partial) = partial {
            let failed = if lost {
                Outcome::Unknown
            } else {
                Outcome::Refused
            };
            let mut fields = by_report(wanted, &partial, failed);
            self.look(found, wanted, &mut fields).await;
            let failure = self.ended(&fields, failure);
            return (fields, failure);
        }
        if !lost {
            let outcome = if sent && wanted.len() == 1 {
                Outcome::Refused
            } else {
                Outcome::NotTried
            };
            return (all(wanted, outcome), Some(failure));
        }
        let mut fields = all(wanted, Outcome::Unknown);
        self.look(found, wanted, &mut fields).await;
        let failure = self.ended(&fields, failure);
        (fields, failure)
    }

    /// The error of a change that the gateway refused.
    fn ended(&self, fields: &[FieldOutcome], failure: CommandError) -> Option<CommandError> {
        let outcomes: Vec<_> = fields.iter().map(|field| field.outcome).collect();
        let failure = ended(&outcomes, failure);
        if failure.is_none() && self.notes {
            note("the answer to the change was lost, but the group is as it should be now");
        }
        failure
    }

    /// Settings of which nothing is known, but which are now as they should be, were applied.
    async fn look(&self, found: &Found, wanted: &[Setting], fields: &mut [FieldOutcome]) {
        let (session, jid) = (&found.session.id, &found.group.group_jid);
        if fields.iter().all(|field| field.outcome != Outcome::Unknown) {
            return;
        }
        let Ok(now) = self.client.get_group(session, jid).await else {
            return;
        };
        for (setting, field) in wanted.iter().zip(fields) {
            if field.outcome == Outcome::Unknown && is_so(&now, setting) {
                field.outcome = Outcome::Applied;
            }
        }
    }
}

fn all(wanted: &[Setting], outcome: Outcome) -> Vec<FieldOutcome> {
    wanted
        .iter()
        .map(|setting| FieldOutcome {
            field: setting.field(),
            outcome,
        })
        .collect()
}

/// The gateway's report; `failed` is the outcome of the setting that failed.
fn by_report(wanted: &[Setting], partial: &PartialUpdate, failed: Outcome) -> Vec<FieldOutcome> {
    let outcome = |field| {
        if partial.applied.contains(&field) {
            Outcome::Applied
        } else if partial.failed == field {
            failed
        } else if partial.not_attempted.contains(&field) {
            Outcome::NotTried
        } else {
            Outcome::Unknown
        }
    };
    let fields = wanted.iter().map(Setting::field);
    fields
        .map(|field| FieldOutcome {
            field,
            outcome: outcome(field),
        })
        .collect()
}

fn is_so(group: &Stored, setting: &Setting) -> bool {
    match setting {
        Setting::Subject(subject) => group.subject.as_ref() == Some(subject),
        Setting::Description(text) => group.description.as_deref().unwrap_or_default() == text,
        Setting::Announce(on) => group.is_announce == Some(*on),
        Setting::Locked(on) => group.is_locked == Some(*on),
        Setting::InviteBy(who) => group.invite_by.as_ref() == Some(who),
        Setting::JoinApproval(on) => group.join_approval == Some(*on),
        Setting::AddBy(who) => group.add_by.as_ref() == Some(who),
        Setting::EphemeralSeconds(seconds) => group.ephemeral_seconds == Some(*seconds),
    }
}

fn text(
    found: &Found,
    fields: &[FieldOutcome],
    format: AnswerFormat,
) -> Result<String, CommandError> {
    if format.json {
        return json_text(&Document {
            session_id: &found.session.id,
            session_label: found.session.label.as_deref(),
            group_jid: &found.group.group_jid,
            fields,
        });
    }
    let mut table = Table::new(&[Column::text("SETTING"), Column::text("OUTCOME")]);
    for field in fields {
        table.row([field.field.as_str(), field.outcome.words()]);
    }
    Ok(table_text(&table))
}

/// The outcome of the fields, for an answer that cannot be written.
fn in_words(fields: &[FieldOutcome]) -> String {
    let words: Vec<_> = fields
        .iter()
        .map(|field| format!("{} {}", field.field.as_str(), field.outcome.words()))
        .collect();
    words.join(", ")
}
