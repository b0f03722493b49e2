//! `groupdesk audit [head|verify|trim]`

mod chain;
mod entry;
mod heads;
mod pages;
mod removal;
mod trim;
mod verify;

use self::pages::{PAGE, PAGES_MAX, endless, failure};
use super::ask;
use super::context::{CommandContext, left_out};
use crate::api::AuditEntry;
use crate::cli::output::{
    Column, CommandError, Exit, ListFormat, Table, csv_text, print_list, time,
};
use crate::client::AuditFilter;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk audit --limit 20                what was changed last, by whom
  groupdesk audit --csv > audit.csv         all of it, for a spreadsheet
  groupdesk audit --group \"Weekend Volunteers\" --json
  groupdesk audit head >> heads.txt         the newest entry and its hash, to be kept elsewhere
  groupdesk audit verify --head heads.txt   whether anything was changed, removed or added since
  groupdesk audit trim --before 2026-01-01  removes what was written before";

/// What the actor begins with when an api-key acted.
const KEY_ACTOR: &str = "key:";

/// Arguments of `groupdesk audit`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Audit {
    #[command(subcommand)]
    pub action: Option<Action>,

    /// Only entries about this group
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,

    /// Only entries about this session: its id, its label or its number
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,

    /// No more than the newest N entries
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,

    #[command(flatten)]
    pub format: ListFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Write the newest entry's id and hash, to be kept elsewhere
    Head(heads::Head),

    /// Check the hash chain of the whole log
    Verify(verify::Verify),

    /// Remove old entries
    Trim(trim::Trim),
}

impl Audit {
    /// Checks that clap cannot express.
    ///
    /// # Errors
    /// A confirmation is needed but not possible.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        match &self.action {
            Some(Action::Trim(trim)) if !trim.yes && !ask::is_possible() => Err(CommandError::new(
                Exit::NotConfirmed,
                "removed entries cannot be brought back, and a confirmation is not possible here: add --yes",
            )),
            _ => Ok(()),
        }
    }

    /// Whether errors are written as JSON.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        match &self.action {
            Some(Action::Head(head)) => head.format.json,
            Some(Action::Verify(verify)) => verify.format.json,
            Some(Action::Trim(trim)) => trim.format.json,
            None => self.format.json,
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    entries: &'a [Row<'a>],
}

/// An entry with the names that are known now; they may have been others when it was written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    #[serde(flatten)]
    entry: &'a AuditEntry,
    /// The label of the api-key that acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor_label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

/// Names by ids.
#[derive(Default)]
struct Names {
    keys: HashMap<String, String>,
    sessions: HashMap<String, String>,
    groups: HashMap<String, String>,
}

impl Names {
    fn row<'a>(&'a self, entry: &'a AuditEntry) -> Row<'a> {
        let of = |names: &'a HashMap<String, String>, id: Option<&str>| {
            id.and_then(|id| names.get(id)).map(String::as_str)
        };
        Row {
            entry,
            actor_label: of(&self.keys, entry.actor.strip_prefix(KEY_ACTOR)),
            session_label: of(&self.sessions, entry.session_id.as_deref()),
            subject: of(&self.groups, entry.group_jid.as_deref()),
        }
    }
}

impl CommandContext<'_> {
    pub(super) async fn audit(&self, arguments: &Audit) -> Result<(), CommandError> {
        match &arguments.action {
            Some(Action::Head(head)) => self.audit_head(head).await,
            Some(Action::Verify(verify)) => self.verify_audit(verify).await,
            Some(Action::Trim(trim)) => self.trim_audit(trim).await,
            None => self.list_audit(arguments).await,
        }
    }

    async fn list_audit(&self, arguments: &Audit) -> Result<(), CommandError> {
        let session = match arguments.session.as_deref() {
            Some(wanted) => self
                .sessions(Some(wanted))
                .await?
                .pop()
                .map(|session| session.id),
            None => None,
        };
        let group = match arguments.group.as_deref() {
            Some(wanted) => Some(self.find_jid(wanted, session.as_deref()).await?),
            None => None,
        };
        let most = arguments.limit.map_or(usize::MAX, |limit| limit as usize);
        let entries = self.entries(session, group, most).await?;
        let names = self.names(&entries).await;
        let rows: Vec<Row<'_>> = entries.iter().map(|entry| names.row(entry)).collect();
        print_list(
            arguments.format,
            || Document { entries: &rows },
            |format| csv(&rows, format),
            || table(&rows),
        )
    }

    /// The names of what the entries are about, as far as the gateway gives them: without one there is the id.
    async fn names(&self, entries: &[AuditEntry]) -> Names {
        let mut names = Names::default();
        let of_key = |entry: &AuditEntry| entry.actor.starts_with(KEY_ACTOR);
        if entries.iter().any(of_key)
            && let Ok(keys) = self.client.list_keys().await
        {
            let keys = keys.rows.into_iter();
            names.keys = keys.filter_map(|key| Some((key.id, key.label?))).collect();
        }
        if entries.iter().all(|entry| entry.session_id.is_none()) {
            return names;
        }
        let Ok(sessions) = self.client.list_sessions().await else {
            return names;
        };
        let about: HashSet<&str> = (entries.iter())
            .filter(|entry| entry.group_jid.is_some())
            .filter_map(|entry| entry.session_id.as_deref())
            .collect();
        let wanted: HashSet<&str> = (entries.iter())
            .filter_map(|entry| entry.group_jid.as_deref())
            .collect();
        for session in sessions.rows {
            if about.contains(session.id.as_str())
                && let Ok(groups) = self.client.list_groups(&session.id).await
            {
                let groups = groups.rows.into_iter();
                names.groups.extend(
                    groups
                        .filter(|group| wanted.contains(group.group_jid.as_str()))
                        .filter_map(|group| Some((group.group_jid, group.subject?))),
                );
            }
            if let Some(label) = session.label {
                names.sessions.insert(session.id, label);
            }
        }
        names
    }

    async fn entries(
        &self,
        session: Option<String>,
        group: Option<String>,
        most: usize,
    ) -> Result<Vec<AuditEntry>, CommandError> {
        let mut filter = AuditFilter {
            session,
            group,
            ..AuditFilter::default()
        };
        let mut entries: Vec<AuditEntry> = Vec::new();
        let mut cursors = HashSet::new();
        while entries.len() < most {
            let page = (most - entries.len()).min(PAGE);
            filter.limit = u32::try_from(page).ok();
            let page = self.client.audit(&filter).await.map_err(failure)?;
            left_out(page.unreadable, "entry", "entries");
            entries.extend(page.rows);
            if page.next_cursor.is_empty() {
                break;
            }
            let is_new = cursors.insert(page.next_cursor.clone());
            if !is_new || cursors.len() >= PAGES_MAX {
                return Err(endless());
            }
            filter.cursor = Some(page.next_cursor);
        }
        entries.truncate(most);
        Ok(entries)
    }
}

/// A value before or after a change, on one line.
fn value(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn word(of: &impl Serialize) -> String {
    value(serde_json::to_value(of).ok().as_ref())
}

fn table(rows: &[Row<'_>]) -> Table {
    let mut table = Table::new(&[
        Column::text("TIME"),
        Column::name("WHO"),
        Column::text("ACTION"),
        Column::text("OUTCOME"),
        Column::text("GROUP"),
        Column::name("BEFORE"),
        Column::name("AFTER"),
        Column::name("KEY"),
        Column::name("ACCOUNT"),
        Column::name("SUBJECT"),
    ]);
    for row in rows {
        let entry = row.entry;
        table.row([
            time(entry.at),
            entry.actor.clone(),
            word(&entry.action),
            word(&entry.outcome),
            entry.group_jid.clone().unwrap_or_default(),
            value(entry.old.as_ref()),
            value(entry.new.as_ref()),
            row.actor_label.unwrap_or_default().to_owned(),
            row.session_label.unwrap_or_default().to_owned(),
            row.subject.unwrap_or_default().to_owned(),
        ]);
    }
    table
}

fn csv(rows: &[Row<'_>], format: ListFormat) -> String {
    let rows = rows.iter().map(|row| {
        let entry = row.entry;
        [
            entry.id.clone(),
            time(entry.at),
            entry.actor.clone(),
            word(&entry.action),
            word(&entry.outcome),
            entry.session_id.clone().unwrap_or_default(),
            entry.group_jid.clone().unwrap_or_default(),
            value(entry.old.as_ref()),
            value(entry.new.as_ref()),
            row.actor_label.unwrap_or_default().to_owned(),
            row.session_label.unwrap_or_default().to_owned(),
            row.subject.unwrap_or_default().to_owned(),
        ]
    });
    let header = [
        "id",
        "at",
        "actor",
        "action",
        "outcome",
        "sessionId",
        "groupJid",
        "old",
        "new",
        "actorLabel",
        "sessionLabel",
        "subject",
    ];
    csv_text(format, header, rows)
}
