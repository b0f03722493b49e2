//! `groupdesk group set`

use super::settings::Settings;
use crate::api::{
    Group as Stored, PartialUpdate, Setting, SettingField, SettingsPatch, check_subject,
};
use crate::cli::output::{
    AnswerFormat, CallKind, Column, CommandError, Exit, Table, json_text, note, print,
    print_change, table_text,
};
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::Found;
use crate::cli::scripts::invite::Which;
use crate::cli::scripts::outcome::{Outcome, ended};
use crate::client::ClientError;
use clap::Args;
use serde::Serialize;

pub(crate) const EXAMPLES: &str = "\
Examples:
  groupdesk group set \"Weekend Volunteers\" --subject \"Sunday Volunteers\"
  groupdesk group set 120363041234567890@g.us --announce on --locked on --json
  groupdesk group set volunteers --description \"\"     clears the description

Only what is named is changed. GROUP is an id, a name, or a part of a name that no other group has.";

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

    pub(super) fn check(&self) -> Result<(), CommandError> {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct FieldOutcome {
    pub(super) field: SettingField,
    pub(super) outcome: Outcome,
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

impl CommandContext<'_> {
    pub(super) async fn set_settings(&self, set: &Set) -> Result<(), CommandError> {
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
    pub(super) async fn failed(
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

pub(super) fn all(wanted: &[Setting], outcome: Outcome) -> Vec<FieldOutcome> {
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
