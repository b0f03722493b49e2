//! `groupdesk group create`

use super::set::{FieldOutcome, all};
use super::settings::Settings;
use crate::api::{CreateGroup, Group, Session, check_subject};
use crate::cli::output::{
    AnswerFormat, CallKind, Column, CommandError, Exit, Table, json_text, note, print,
    print_change, table_text,
};
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::{Found, session_name};
use crate::cli::scripts::members::{Line, Row, Target, home, numbers};
use crate::cli::scripts::outcome::{Outcome, ended};
use crate::console::{account, people};
use clap::Args;
use serde::Serialize;
use std::collections::HashSet;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk group create \"Sunday Volunteers\"
  groupdesk group create \"Notices\" --session Support --announce on --member \"+44 7700 900123\"

The account becomes the group's creator. Settings are made one by one afterwards.";

/// Why a person may be missing from a new group.
const NOT_IN: &str = "not in the new group: this person's privacy settings may forbid it; send the invite link, \
                      or see what `members add` answers";

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Create {
    /// The subject, 1 to 100 characters
    #[arg(value_name = "NAME", value_parser = check_subject)]
    pub name: String,

    /// With this account: a session's id, its label or its number; needed where there are several
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,

    #[command(flatten)]
    pub settings: Settings,

    /// A person to add, by the number in any notation; may be repeated
    #[arg(long = "member", value_name = "NUMBER")]
    pub members: Vec<String>,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_jid: Option<&'a str>,
    subject: &'a str,
    created: Outcome,
    fields: &'a [FieldOutcome],
    members: Vec<Row<'a>>,
}

/// What became of each part.
struct Made {
    jid: Option<String>,
    created: Outcome,
    fields: Vec<FieldOutcome>,
    members: Vec<Line>,
}

impl CommandContext<'_> {
    pub(super) async fn create_group(&self, create: &Create) -> Result<(), CommandError> {
        let session = self.only_session(create.session.as_deref()).await?;
        let targets = if create.members.is_empty() {
            Vec::new()
        } else {
            numbers(&create.members, home(&session), |doubt| {
                if self.notes {
                    note(&doubt);
                }
            })?
        };
        self.connected(&session).await?;
        let body = CreateGroup {
            name: create.name.clone(),
            participants: targets.iter().map(|target| target.jid.clone()).collect(),
        };
        let wanted = create.settings.patch().into_settings();
        let mut made = Made {
            jid: None,
            created: Outcome::Refused,
            fields: all(&wanted, Outcome::NotTried),
            members: lines(targets, Outcome::NotTried),
        };
        // The groups before: a new one of this name is looked for when the answer is lost.
        let before = self.groups_of(&session).await?;
        let failure = match self.client.create_group(&session.id, &body).await {
            Ok(info) => {
                made.jid = Some(info.group_jid);
                None
            }
            Err(error) => {
                let lost = error.is_unconfirmed();
                let failure = CommandError::of_call(error, CallKind::Live);
                if !lost {
                    Some(failure)
                } else if let Some(jid) = self.new_group(&session, &create.name, &before).await {
                    if self.notes {
                        note("the answer was lost, but the group is there now");
                    }
                    made.jid = Some(jid);
                    None
                } else {
                    made.created = Outcome::Unknown;
                    Some(CommandError {
                        exit: Exit::Unknown,
                        message: format!(
                            "whether the group was created is not known: {}; look with `groupdesk groups` before you create it again",
                            failure.message
                        ),
                        ..failure
                    })
                }
            }
        };
        let Some(jid) = made.jid.clone() else {
            return tell(create, &session, &made, failure);
        };
        made.created = Outcome::Applied;
        let failure = self.finish(create, &session, &jid, &mut made).await;
        tell(create, &session, &made, failure)
    }

    /// Reads who is in the new group, and makes the settings. Returns the error of what failed.
    async fn finish(
        &self,
        create: &Create,
        session: &Session,
        jid: &str,
        made: &mut Made,
    ) -> Option<CommandError> {
        let found = Found {
            session: session.clone(),
            group: Group {
                group_jid: jid.to_owned(),
                subject: Some(create.name.clone()),
                ..Group::default()
            },
        };
        let mut failure = None;
        let patch = create.settings.patch();
        let wanted = patch.clone().into_settings();
        if !wanted.is_empty() {
            match self.client.update_settings(&session.id, jid, &patch).await {
                Ok(_) => made.fields = all(&wanted, Outcome::Applied),
                Err(error) => (made.fields, failure) = self.failed(&found, &wanted, error).await,
            }
        }
        if !made.members.is_empty() {
            self.look_who_is_in(&found, &mut made.members).await;
        }
        let mut outcomes = vec![made.created];
        outcomes.extend(made.fields.iter().map(|field| field.outcome));
        outcomes.extend(made.members.iter().map(|line| line.outcome));
        let failure = failure.unwrap_or_else(|| {
            CommandError::new(
                Exit::PartlyApplied,
                "the group was created, but not all people are in it",
            )
        });
        ended(&outcomes, failure)
    }

    async fn look_who_is_in(&self, found: &Found, lines: &mut [Line]) {
        let Ok(members) = self.members_of(found).await else {
            return set(lines, Outcome::Unknown);
        };
        // A gateway that has not read the new group yet says nothing about its members.
        if members.is_empty() {
            return set(lines, Outcome::Unknown);
        }
        let is_in = |line: &Line| {
            let jid = &line.target.jid;
            members.iter().any(|member| people::is_member(member, jid))
        };
        let missing = lines.iter().filter(|line| !is_in(line)).count();
        // Members whose number WhatsApp hides cannot be told apart.
        let hidden = members.iter().filter(|member| {
            member.phone_number.is_none() && !account::is_own(&found.session, &member.lid)
        });
        let others = match hidden.count() {
            0 => Outcome::Refused,
            hidden if hidden >= missing => Outcome::Applied,
            _ => Outcome::Unknown,
        };
        for line in lines {
            line.outcome = if is_in(line) {
                Outcome::Applied
            } else {
                others
            };
            if line.outcome == Outcome::Refused {
                line.message = Some(NOT_IN.to_owned());
            }
        }
    }

    /// The group of this name that was not there before, if there is one.
    async fn new_group(&self, session: &Session, name: &str, before: &[Group]) -> Option<String> {
        let before: HashSet<_> = before.iter().map(|group| &group.group_jid).collect();
        let now = self.groups_of(session).await.ok()?;
        let mut new = now.into_iter().filter(|group| {
            group.subject.as_deref() == Some(name) && !before.contains(&group.group_jid)
        });
        match (new.next(), new.next()) {
            (Some(only), None) => Some(only.group_jid),
            _ => None,
        }
    }

    /// The session that is named, or the only one.
    pub(super) async fn only_session(&self, wanted: Option<&str>) -> Result<Session, CommandError> {
        let mut sessions = self.sessions(wanted).await?;
        match sessions.len() {
            0 => Err(CommandError::new(
                Exit::NotFound,
                crate::cli::scripts::find::NO_ACCOUNTS,
            )),
            1 => Ok(sessions.remove(0)),
            _ => Err(CommandError::new(
                Exit::Ambiguous,
                "there are several accounts; choose one with --session",
            )
            .listing(
                sessions
                    .iter()
                    .map(|session| format!("{}  {}", session.id, session_name(session))),
            )),
        }
    }
}

fn lines(targets: Vec<Target>, outcome: Outcome) -> Vec<Line> {
    let targets = targets.into_iter();
    targets.map(|target| Line::new(target, outcome)).collect()
}

fn set(lines: &mut [Line], outcome: Outcome) {
    for line in lines {
        line.outcome = outcome;
    }
}

fn tell(
    create: &Create,
    session: &Session,
    made: &Made,
    failure: Option<CommandError>,
) -> Result<(), CommandError> {
    let text = if create.format.json {
        json_text(&Document {
            session_id: &session.id,
            session_label: session.label.as_deref(),
            group_jid: made.jid.as_deref(),
            subject: &create.name,
            created: made.created,
            fields: &made.fields,
            members: made.members.iter().map(Row::of).collect(),
        })?
    } else {
        table_text(&table(create, made))
    };
    match failure {
        None => print_change(
            &text,
            "the group was created",
            "`groupdesk groups` shows it; do not create it again",
        ),
        Some(failure) => {
            print(&text)?;
            Err(failure)
        }
    }
}

fn table(create: &Create, made: &Made) -> Table {
    let mut table = Table::new(&[
        Column::name("STEP"),
        Column::text("OUTCOME"),
        Column::name("DETAIL"),
    ]);
    table.row([
        format!("create {}", create.name),
        made.created.words().to_owned(),
        made.jid.clone().unwrap_or_default(),
    ]);
    for field in &made.fields {
        table.row([field.field.as_str(), field.outcome.words(), ""]);
    }
    for line in &made.members {
        table.row([
            format!("add {}", line.target.words()),
            line.outcome.words().to_owned(),
            line.message.clone().unwrap_or_default(),
        ]);
    }
    table
}
