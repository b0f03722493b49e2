//! `groupdesk groups`

use super::context::CommandContext;
use super::find::{Found, NO_ACCOUNTS, group_name, session_name};
use crate::api::Group;
use crate::cli::output::{
    Column, CommandError, ListFormat, Table, csv_text, note, print_list, time,
};
use crate::console::fuzzy::{Fields, Index};
use crate::console::words;
use crate::names::sort_key;
use crate::text::clean_line;
use clap::Args;
use serde::Serialize;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk groups                          every group of every session
  groupdesk groups --filter weekvol         found as at the desk: letters may be left out
  groupdesk groups --session Support --csv > groups.csv
  groupdesk groups --json | jq -r '.groups[] | select(.myRole == \"admin\") | .groupJid'";

/// Arguments of `groupdesk groups`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Groups {
    /// Only groups that match in name, description, id or the account's number, the best first
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,

    /// Only groups of this session: its id, its label or its number
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,

    #[command(flatten)]
    pub format: ListFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    groups: Vec<Row<'a>>,
}

/// A group as its session sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    #[serde(flatten)]
    group: &'a Group,
}

impl CommandContext<'_> {
    pub(super) async fn list_groups(&self, arguments: &Groups) -> Result<(), CommandError> {
        let mut found = Vec::new();
        let sessions = self.sessions(arguments.session.as_deref()).await?;
        if sessions.is_empty() {
            note(NO_ACCOUNTS);
        }
        for session in sessions {
            let groups = self.groups_of(&session).await?;
            found.extend(groups.into_iter().map(|group| Found {
                session: session.clone(),
                group,
            }));
        }
        if let Some(filter) = &arguments.filter {
            found = matching(&found, filter);
        }
        let document = || Document {
            groups: found.iter().map(row).collect(),
        };
        print_list(
            arguments.format,
            document,
            |format| csv(&found, format),
            || table(&found),
        )
    }
}

fn row(found: &Found) -> Row<'_> {
    Row {
        session_id: &found.session.id,
        session_label: found.session.label.as_deref(),
        group: &found.group,
    }
}

/// The matches of the console's filter, in its order.
pub(super) fn matching(found: &[Found], filter: &str) -> Vec<Found> {
    let mut found: Vec<&Found> = found.iter().collect();
    found.sort_by_cached_key(|one| {
        let ids = (one.session.id.clone(), one.group.group_jid.clone());
        (sort_key(&clean_line(group_name(&one.group))), ids)
    });
    let mut index = Index::new();
    index.rebuild(found.iter().map(|one| Fields {
        note: "",
        account: 0,
        name: one.group.subject.as_deref().unwrap_or_default(),
        description: one.group.description.as_deref().unwrap_or_default(),
        jid: &one.group.group_jid,
        number: one.session.phone_number.as_deref().unwrap_or_default(),
    }));
    let mut hits = Vec::new();
    index.search(filter, &mut hits);
    hits.iter()
        .filter_map(|hit| found.get(hit.row as usize).map(|one| (*one).clone()))
        .collect()
}

fn switch(on: Option<bool>, yes: &str, no: &str) -> String {
    on.map_or("", |on| if on { yes } else { no }).to_owned()
}

fn table(found: &[Found]) -> Table {
    let mut table = Table::new(&[
        Column::name("GROUP"),
        Column::number("MEMBERS"),
        Column::text("ROLE"),
        Column::text("POSTS"),
        Column::text("EDITS"),
        Column::name("SESSION"),
        Column::text("ID"),
    ]);
    for one in found {
        let group = &one.group;
        let members = group.participant_count;
        table.row([
            group_name(group).to_owned(),
            members.map_or_else(String::new, |members| members.to_string()),
            group
                .my_role
                .as_ref()
                .map_or_else(String::new, |role| words::role_word(Some(role))),
            switch(group.is_announce, "admins", "all"),
            switch(group.is_locked, "admins", "all"),
            session_name(&one.session),
            group.group_jid.clone(),
        ]);
    }
    table
}

fn csv(found: &[Found], format: ListFormat) -> String {
    let rows = found.iter().map(|one| {
        let group = &one.group;
        let members = group.participant_count;
        let role = group.my_role.as_ref();
        [
            one.session.id.clone(),
            one.session.label.clone().unwrap_or_default(),
            group.group_jid.clone(),
            group.subject.clone().unwrap_or_default(),
            group.description.clone().unwrap_or_default(),
            members.map_or_else(String::new, |members| members.to_string()),
            role.map_or_else(String::new, |role| role.as_str().to_owned()),
            switch(group.is_announce, "true", "false"),
            switch(group.is_locked, "true", "false"),
            group.owner_jid.clone().unwrap_or_default(),
            group.created_at_wa.map_or_else(String::new, time),
            time(group.updated_at),
        ]
    });
    let header = [
        "sessionId",
        "sessionLabel",
        "groupJid",
        "subject",
        "description",
        "participantCount",
        "myRole",
        "isAnnounce",
        "isLocked",
        "ownerJid",
        "createdAtWa",
        "updatedAt",
    ];
    csv_text(format, header, rows)
}
