//! The outcome of a change, person by person.

use super::whom::Target;
use crate::api::PrivateInvite;
use crate::cli::output::{
    AnswerFormat, Column, CommandError, Table, json_text, print, print_change, table_text, time,
};
use crate::cli::scripts::find::Found;
use crate::cli::scripts::named_group::NamedGroup;
use crate::cli::scripts::outcome::Outcome;
use crate::console::words;
use serde::Serialize;

/// A person, and what became of them.
#[derive(Debug)]
pub(in crate::cli::scripts) struct Line {
    pub target: Target,
    pub outcome: Outcome,
    /// Why it was refused, in the gateway's words.
    pub message: Option<String>,
    pub invite: Option<PrivateInvite>,
}

impl Line {
    pub(in crate::cli::scripts) fn new(target: Target, outcome: Outcome) -> Self {
        Self {
            target,
            outcome,
            message: None,
            invite: None,
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    group: NamedGroup<'a>,
    members: Vec<Row<'a>>,
}

/// A person in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli::scripts) struct Row<'a> {
    jid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invite: Option<Invite<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invite<'a> {
    jid: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl<'a> Row<'a> {
    pub(in crate::cli::scripts) fn of(line: &'a Line) -> Self {
        Self {
            jid: &line.target.jid,
            name: line.target.name.as_deref(),
            phone_number: line.target.number.as_deref(),
            outcome: line.outcome,
            message: line.message.as_deref(),
            invite: line.invite.as_ref().map(|invite| Invite {
                jid: &invite.jid,
                code: &invite.code,
                expires_at: invite.expires_at,
                link: invite.link(),
            }),
        }
    }
}

/// Writes the answer; a failed change ends with its error.
pub(super) fn tell(
    found: &Found,
    lines: &[Line],
    failure: Option<CommandError>,
    format: AnswerFormat,
) -> Result<(), CommandError> {
    let text = if format.json {
        json_text(&Document {
            group: found.into(),
            members: lines.iter().map(Row::of).collect(),
        })?
    } else {
        table_text(&table(lines))
    };
    match failure {
        None => print_change(
            &text,
            "the members were changed",
            "nothing needs to be done again",
        ),
        Some(failure) => {
            print(&text)?;
            Err(failure)
        }
    }
}

/// The people with their outcomes. The private invites have a column where there are some.
fn table(lines: &[Line]) -> Table {
    crate::console::phone::load();
    let invites = lines.iter().any(|line| line.invite.is_some());
    let mut columns = vec![
        Column::name("MEMBER"),
        Column::text("NUMBER"),
        Column::text("OUTCOME"),
    ];
    if invites {
        columns.push(Column::text("PRIVATE INVITE"));
        columns.push(Column::text("VALID UNTIL"));
    }
    columns.push(Column::name("REASON"));
    let mut table = Table::new(&columns);
    for line in lines {
        let target = &line.target;
        let number = target.number.as_deref().map(words::phone);
        let mut cells = vec![
            target.name.clone().unwrap_or_else(|| match &target.number {
                Some(_) => String::new(),
                None => target.jid.clone(),
            }),
            number.unwrap_or_default(),
            line.outcome.words().to_owned(),
        ];
        if invites {
            let invite = line.invite.as_ref();
            cells.push(invite.and_then(PrivateInvite::link).unwrap_or_default());
            let until = invite.and_then(|invite| invite.expires_at);
            cells.push(until.map(time).unwrap_or_default());
        }
        cells.push(line.message.clone().unwrap_or_default());
        table.row(cells);
    }
    table
}
