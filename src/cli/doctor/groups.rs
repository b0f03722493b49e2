//! Whether the groups can be read: the lists of the known sessions, and one group as the console
//! opens it.

use super::report::{Check, Report};
use crate::client::{Client, ClientError};
use crate::text::clean_line;

const TELL: &str = "tell the gateway's operator; --json prints this report";

/// The rows read, and the number of unreadable ones.
#[derive(Default)]
struct Read {
    groups: usize,
    unreadable_groups: usize,
    unreadable_members: usize,
    /// A session and a group of it.
    sample: Option<(String, String)>,
}

pub(super) async fn check(
    client: &Client,
    sessions: &[String],
    report: &mut Report,
) -> std::io::Result<()> {
    let check = if sessions.is_empty() {
        Check::skip("groups", "no session is known whose groups could be read")
    } else {
        examine(client, sessions).await
    };
    report.add(check).map(|_| ())
}

async fn examine(client: &Client, sessions: &[String]) -> Check {
    let mut read = Read::default();
    for session in sessions {
        match client.list_groups(session).await {
            Ok(groups) => {
                read.groups += groups.rows.len();
                read.unreadable_groups += groups.unreadable;
                if let (None, Some(first)) = (&read.sample, groups.rows.into_iter().next()) {
                    read.sample = Some((session.clone(), first.group_jid));
                }
            }
            Err(error) => {
                return Check::fail(
                    "groups",
                    "groups_not_read",
                    format!(
                        "the groups of session {} cannot be read: {error}",
                        clean_line(session)
                    ),
                    advice(&error),
                );
            }
        }
    }
    if let Some((session, group)) = read.sample.clone()
        && let Err(error) = open(client, &session, &group, &mut read).await
    {
        return Check::fail(
            "groups",
            "group_not_read",
            format!(
                "group {} is listed, but cannot be read by itself: {error}",
                clean_line(&group)
            ),
            TELL,
        );
    }
    judge(&read, sessions.len())
}

/// Reads a group and its members, as its card does.
async fn open(
    client: &Client,
    session: &str,
    group: &str,
    read: &mut Read,
) -> Result<(), ClientError> {
    client.get_group(session, group).await?;
    read.unreadable_members = client.members(session, group).await?.unreadable;
    Ok(())
}

fn judge(read: &Read, sessions: usize) -> Check {
    let seen = format!(
        "{} of {} can be read",
        counted(read.groups, "group"),
        counted(sessions, "session")
    );
    let left_out: Vec<_> = [
        (read.unreadable_groups, "group"),
        (read.unreadable_members, "member"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| counted(count, what))
    .collect();
    let left_out = left_out.join(" and ");
    if left_out.is_empty() {
        return Check::ok("groups", seen);
    }
    let seen = format!("{seen}; {left_out} cannot be read");
    if read.groups == 0 && read.unreadable_groups > 0 {
        return Check::fail("groups", "no_group_readable", seen, TELL);
    }
    Check::warn(
        "groups",
        "rows_left_out",
        format!("{seen} and left out everywhere"),
        TELL,
    )
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

fn advice(error: &ClientError) -> &'static str {
    if error.is_unknown_session() || error.status() == Some(404) {
        "check the ids in the profile's `sessions`: the gateway knows no such session"
    } else {
        "try again in a minute, then tell its operator"
    }
}
