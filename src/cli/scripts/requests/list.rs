//! `groupdesk requests list`

use super::arguments::List;
use super::{is_missing, not_offered, number};
use crate::api::{Group, PendingRequest, Session, SessionRole};
use crate::batch::query_gap;
use crate::cli::output::{
    CallKind, Column, CommandError, Exit, ListFormat, Table, csv_text, note, print_list, time,
};
use crate::cli::scripts::context::{CommandContext, left_out};
use crate::cli::scripts::find::{group_name, session_name};
use crate::client::ClientError;
use crate::text::clean_line;
use serde::Serialize;
use std::collections::HashMap;

#[derive(Serialize)]
struct Document<'a> {
    requests: Vec<Row<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    #[serde(flatten)]
    request: &'a PendingRequest,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

/// The list lacks what could not be read.
fn incomplete(why: &str) -> CommandError {
    CommandError::new(
        Exit::PartlyApplied,
        format!("the list is incomplete: {why}"),
    )
}

/// A request with the names of its session and group.
struct Named {
    request: PendingRequest,
    session: Option<Session>,
    group: Option<Group>,
}

impl CommandContext<'_> {
    pub(super) async fn list_requests(&self, list: &List) -> Result<(), CommandError> {
        let sessions = self.sessions(list.session.as_deref()).await?;
        let (requests, groups, unread) = match self.client.all_requests().await {
            Ok(all) => {
                left_out(all.unreadable, "request", "requests");
                (all.rows, HashMap::new(), 0)
            }
            Err(error) if has_no_list(&error) => self.group_by_group(&sessions).await?,
            Err(error) => return Err(CommandError::of_call(error, CallKind::Stored)),
        };
        let named = self.named(requests, &sessions, groups, list).await?;
        let document = || Document {
            requests: named.iter().map(row).collect(),
        };
        print_list(
            list.format,
            document,
            |format| csv(&named, format),
            || table(&named),
        )?;
        match unread {
            0 => Ok(()),
            1 => Err(incomplete("1 group was not read")),
            unread => Err(incomplete(&format!("{unread} groups were not read"))),
        }
    }

    /// The requests of the groups that ask their admins, one group after the other: for a gateway without a
    /// list of all. The last value is the number of groups that could not be read.
    async fn group_by_group(
        &self,
        sessions: &[Session],
    ) -> Result<(Vec<PendingRequest>, HashMap<String, Vec<Group>>, usize), CommandError> {
        let (mut found, mut groups, mut unread) = (Vec::new(), HashMap::new(), 0);
        let mut is_first = true;
        for session in sessions {
            let gap = query_gap(Some(session));
            let own = self.groups_of(session).await?;
            let asking = own.iter().filter(|group| {
                let waits = group.pending_requests.is_some_and(|count| count > 0);
                group.join_approval == Some(true) || waits
            });
            for group in asking.filter(|group| is_admin(group)) {
                if session.status.is_disconnected() {
                    let name = clean_line(group_name(group)).into_owned();
                    note(&format!("{name}: not read: the account is not connected"));
                    unread += 1;
                    continue;
                }
                if !std::mem::take(&mut is_first) {
                    tokio::time::sleep(gap).await;
                }
                let jid = &group.group_jid;
                let read = || self.client.membership_requests(&session.id, jid);
                match self.patiently(read).await {
                    Ok(list) => found.extend(
                        list.data
                            .into_iter()
                            .map(|request| PendingRequest::new(&session.id, jid, request)),
                    ),
                    Err(error) if is_missing(&error) => return Err(not_offered()),
                    Err(error) => {
                        let name = clean_line(group_name(group)).into_owned();
                        note(&format!("{name}: not read: {error}"));
                        unread += 1;
                    }
                }
            }
            groups.insert(session.id.clone(), own);
        }
        let knows = groups.values().flatten();
        if found.is_empty() && knows.clone().count() > 0 {
            let mut knows = knows;
            if knows.all(|group| group.join_approval.is_none()) {
                return Err(not_offered());
            }
        }
        Ok((found, groups, unread))
    }

    /// Adds the names of sessions and groups. Requests of other sessions than the selected one are left out.
    async fn named(
        &self,
        requests: Vec<PendingRequest>,
        sessions: &[Session],
        mut groups: HashMap<String, Vec<Group>>,
        list: &List,
    ) -> Result<Vec<Named>, CommandError> {
        let mut named = Vec::with_capacity(requests.len());
        for request in requests {
            let session = sessions.iter().find(|one| one.id == request.session_id);
            if session.is_none() && list.session.is_some() {
                continue;
            }
            if let Some(session) = session
                && !groups.contains_key(&session.id)
            {
                groups.insert(session.id.clone(), self.groups_of(session).await?);
            }
            let own = groups.get(&request.session_id);
            let group = own.and_then(|own| {
                let mut own = own.iter();
                own.find(|group| group.group_jid == request.group_jid)
            });
            named.push(Named {
                session: session.cloned(),
                group: group.cloned(),
                request,
            });
        }
        Ok(named)
    }
}

/// Whether the gateway has no list of all requests.
fn has_no_list(error: &ClientError) -> bool {
    matches!(error.status(), Some(404 | 405 | 501))
}

fn is_admin(group: &Group) -> bool {
    !matches!(group.my_role, Some(SessionRole::Member | SessionRole::None))
}

fn row(named: &Named) -> Row<'_> {
    Row {
        request: &named.request,
        session_label: named
            .session
            .as_ref()
            .and_then(|session| session.label.as_deref()),
        subject: named
            .group
            .as_ref()
            .and_then(|group| group.subject.as_deref()),
    }
}

fn table(named: &[Named]) -> Table {
    let mut table = Table::new(&[
        Column::name("NAME"),
        Column::text("NUMBER"),
        Column::name("GROUP"),
        Column::text("SINCE"),
        Column::name("SESSION"),
        Column::text("ID"),
    ]);
    for one in named {
        let request = &one.request;
        let group = one.group.as_ref().map(group_name);
        table.row([
            request.name.clone().unwrap_or_default(),
            number(request.phone_number.as_deref()),
            group.unwrap_or(&request.group_jid).to_owned(),
            request.requested_at.map_or_else(String::new, time),
            one.session
                .as_ref()
                .map_or_else(|| request.session_id.clone(), session_name),
            request.jid.clone(),
        ]);
    }
    table
}

fn csv(named: &[Named], format: ListFormat) -> String {
    let rows = named.iter().map(|one| {
        let row = row(one);
        let request = row.request;
        [
            request.session_id.clone(),
            row.session_label.unwrap_or_default().to_owned(),
            request.group_jid.clone(),
            row.subject.unwrap_or_default().to_owned(),
            request.jid.clone(),
            request.name.clone().unwrap_or_default(),
            request.phone_number.clone().unwrap_or_default(),
            request.requested_at.map_or_else(String::new, time),
        ]
    });
    let header = [
        "sessionId",
        "sessionLabel",
        "groupJid",
        "subject",
        "jid",
        "name",
        "phoneNumber",
        "requestedAt",
    ];
    csv_text(format, header, rows)
}
