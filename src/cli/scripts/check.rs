//! `groupdesk invite check`

use super::context::CommandContext;
use super::find::{Found, session_name};
use crate::api::{Group, Session, SessionRole, code_in};
use crate::cli::output::{
    CallKind, Column, CommandError, Exit, ListFormat, Table, csv_text, json_text, print, table_text,
};
use crate::client::ClientError;
use crate::console::checks::{
    Answer, Facts, Given, Outcome, Report, asks_for_requests, checks, given_alone,
};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::phone;
use clap::Args;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt::Write as _;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk invite check \"Weekend Volunteers\" --session Support
  groupdesk invite check https://chat.whatsapp.com/AbCdEf1234567890XyZ12
  groupdesk invite check volunteers --csv

Ends with 0 when nothing was found, with 16 when a problem was.";

/// Arguments of `groupdesk invite check`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Check {
    /// The group: its id, its name, or a part of its name that no other group has; or an invite link
    #[arg(value_name = "GROUP|LINK")]
    pub target: String,

    /// Through this session: its id, its label or its number
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,

    #[command(flatten)]
    pub format: ListFormat,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_jid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    /// Whether a problem was found.
    problem: bool,
    summary: String,
    checks: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    check: &'static str,
    result: &'static str,
    code: &'static str,
    seen: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<&'a str>,
}

impl Check {
    /// Reports a text that is no invite link, before any account connects for it.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        if is_address(&self.target) && code_in(&self.target).is_none() {
            let zone = TimeZone::UTC;
            let report = given_alone(&self.given(Answer::NotAsked), &facts(None, &zone));
            return self.answer(&report, None);
        }
        Ok(())
    }

    fn given(&self, preview: Answer<crate::api::InvitePreview>) -> Given {
        Given {
            text: self.target.clone(),
            preview,
        }
    }

    /// Writes the report. A problem is an error, after the answer.
    fn answer(&self, report: &Report, found: Option<&Found>) -> Result<(), CommandError> {
        let text = if self.format.json {
            json_text(&document(report, found))?
        } else if self.format.csv {
            csv(report, self.format)
        } else {
            table(report)
        };
        print(&text)?;
        match report.cause() {
            Some(cause) => Err(CommandError::new(
                Exit::ProblemFound,
                format!("{}: {}", cause.likelihood().to_lowercase(), cause.seen),
            )
            .with("check", cause.check.word())
            .with("problem", cause.code)),
            None => Ok(()),
        }
    }
}

/// Whether an argument is meant as a link, not as a group's name.
fn is_address(target: &str) -> bool {
    let target = target.trim().to_ascii_lowercase();
    target.contains("://")
        || target.starts_with("chat.whatsapp.com/")
        || target.starts_with("web.whatsapp.com/")
}

/// Nothing known yet.
fn facts<'a>(session: Option<&'a Session>, zone: &'a TimeZone) -> Facts<'a> {
    Facts {
        away: false,
        session,
        group: None,
        link: Answer::NotAsked,
        requests: Answer::NotAsked,
        given: None,
        other_admin: None,
        now: jiff::Timestamp::now().as_millisecond(),
        zone,
    }
}

fn failed<T>(error: ClientError, call: &Call) -> Answer<T> {
    Answer::Failed(CallFailure::from(error).of_call(call))
}

fn is_admin(group: &Group) -> bool {
    group.my_role.as_ref().is_some_and(SessionRole::is_admin)
}

impl CommandContext<'_> {
    pub(super) async fn check_invite(&self, check: &Check) -> Result<(), CommandError> {
        phone::load();
        if is_address(&check.target) {
            return self.check_link(check).await;
        }
        let found = self.find(&check.target, check.session.as_deref()).await?;
        self.check_group(check, found, None).await
    }

    async fn check_link(&self, check: &Check) -> Result<(), CommandError> {
        let code = code_in(&check.target).unwrap_or_default();
        let sessions = self.sessions(check.session.as_deref()).await?;
        let through = self.first_connected(&sessions).await?;
        let call = Call::Preview {
            session: through.id.clone(),
            code: code.to_owned(),
        };
        let preview = match self.client.preview(&through.id, code).await {
            Ok(preview) => preview,
            Err(error) => {
                let failure = CallFailure::from(error.clone()).of_call(&call);
                if failure.kind == FailureKind::DeadInvite {
                    let given = check.given(Answer::Failed(failure));
                    let zone = TimeZone::system();
                    return check.answer(&given_alone(&given, &facts(None, &zone)), None);
                }
                if failure.is_not_offered() {
                    return Err(CommandError::new(
                        Exit::NotOffered,
                        "this gateway does not report where a link leads; check a group by its name",
                    ));
                }
                return Err(CommandError::of_call(error, CallKind::Live));
            }
        };
        let mut ours = self.by_jid(&sessions, &preview.group_jid).await?;
        // The account that can do most there.
        ours.sort_by_key(|one| {
            let off = one.session.status.is_disconnected();
            let gone = one.group.my_role == Some(SessionRole::None);
            (gone, off, !is_admin(&one.group))
        });
        let given = check.given(Answer::Known(preview));
        if let Some(found) = ours.into_iter().next() {
            return self.check_group(check, found, Some(given)).await;
        }
        let zone = TimeZone::system();
        check.answer(&given_alone(&given, &facts(None, &zone)), None)
    }

    /// The first session that can ask WhatsApp.
    pub(super) async fn first_connected<'s>(
        &self,
        sessions: &'s [Session],
    ) -> Result<&'s Session, CommandError> {
        let mut last = None;
        for session in sessions {
            if self.own {
                match self.connected(session).await {
                    Ok(()) => return Ok(session),
                    Err(error) => last = Some(error),
                }
            } else if !session.status.is_disconnected() {
                return Ok(session);
            }
        }
        Err(last.unwrap_or_else(|| {
            CommandError::new(
                Exit::NotConnected,
                "no session is connected to WhatsApp, so nothing can say where the link leads",
            )
        }))
    }

    async fn check_group(
        &self,
        check: &Check,
        mut found: Found,
        given: Option<Given>,
    ) -> Result<(), CommandError> {
        if self.own {
            // That it does not connect is one of the findings.
            match self.connected(&found.session).await {
                Err(error) if error.exit != Exit::NotConnected => return Err(error),
                _ => {}
            }
            let stored = |error| CommandError::of_call(error, CallKind::Stored);
            let id = found.session.id.clone();
            found.session = self.client.get_session(&id).await.map_err(stored)?;
        }
        let zone = TimeZone::system();
        let key = GroupKey {
            session: found.session.id.clone(),
            jid: found.group.group_jid.clone(),
        };
        let report = checks(&Facts {
            group: Some(&found.group),
            link: self.ask_link(&found.session, &key).await,
            requests: self.ask_requests(&found, key).await,
            given,
            other_admin: self.other_admin(&found).await,
            ..facts(Some(&found.session), &zone)
        });
        check.answer(&report, Some(&found))
    }

    async fn ask_link(&self, session: &Session, key: &GroupKey) -> Answer<String> {
        if session.status.is_disconnected() {
            return Answer::NotAsked;
        }
        match self.client.invite(&key.session, &key.jid).await {
            Ok(link) => Answer::Known(link.invite),
            Err(error) => failed(error, &Call::Invite(key.clone())),
        }
    }

    async fn ask_requests(&self, found: &Found, key: GroupKey) -> Answer<usize> {
        if !asks_for_requests(&found.session, &found.group) {
            return Answer::NotAsked;
        }
        match self
            .client
            .membership_requests(&key.session, &key.jid)
            .await
        {
            Ok(list) => Answer::Known(list.data.len()),
            Err(error) => failed(error, &Call::Requests(key)),
        }
    }

    /// The name of another connected account that is an admin of the group, where this one is not.
    async fn other_admin(&self, found: &Found) -> Option<String> {
        if is_admin(&found.group) || found.group.my_role.is_none() {
            return None;
        }
        // Advice only, so a failure is not reported.
        let sessions = self.client.list_sessions().await.ok()?.rows;
        let others: Vec<Session> = (sessions.into_iter())
            .filter(|one| one.id != found.session.id && one.status.is_connected())
            .collect();
        let seen = self.by_jid(&others, &found.group.group_jid).await.ok()?;
        let admin = seen.iter().find(|one| is_admin(&one.group))?;
        Some(session_name(&admin.session))
    }
}

fn document<'a>(report: &'a Report, found: Option<&'a Found>) -> Document<'a> {
    Document {
        session_id: found.map(|found| found.session.id.as_str()),
        session_label: found.and_then(|found| found.session.label.as_deref()),
        group_jid: found.map(|found| found.group.group_jid.as_str()),
        subject: found.and_then(|found| found.group.subject.as_deref()),
        problem: report.cause().is_some(),
        summary: report.head(),
        checks: rows(report).collect(),
    }
}

fn rows(report: &Report) -> impl Iterator<Item = Row<'_>> {
    report.findings.iter().map(|finding| Row {
        check: finding.check.word(),
        result: finding.outcome.word(),
        code: finding.code,
        seen: &finding.seen,
        todo: finding.todo.as_deref(),
    })
}

fn csv(report: &Report, format: ListFormat) -> String {
    let cells = rows(report).map(|row| {
        [
            row.check,
            row.result,
            row.code,
            row.seen,
            row.todo.unwrap_or_default(),
        ]
    });
    csv_text(format, ["check", "result", "code", "seen", "todo"], cells)
}

/// The table, what to do about each problem, and the conclusion where it is no error.
fn table(report: &Report) -> String {
    let mut table = Table::new(&[
        Column::text("CHECK"),
        Column::text("RESULT"),
        Column::text("SEEN"),
    ]);
    for row in rows(report) {
        table.row([row.check, row.result, row.seen]);
    }
    let mut text = table_text(&table);
    let problems = report.findings.iter();
    for finding in problems.filter(|one| one.outcome == Outcome::Problem) {
        if let Some(todo) = &finding.todo {
            let _ = writeln!(text, "→ {}: {todo}", finding.check.word());
        }
    }
    if report.cause().is_none() {
        let _ = writeln!(text, "{}", report.head());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_from_names() {
        for (target, is_link) in [
            ("https://chat.whatsapp.com/AbCdEf1234567890XyZ12", true),
            ("CHAT.whatsapp.com/AbCdEf1234567890XyZ12", true),
            ("whatsapp://chat?code=AbCdEf1234567890XyZ12", true),
            ("https://evil.test/login", true),
            // A bare code could be a name.
            ("AbCdEf1234567890XyZ12", false),
            ("Allotment", false),
            ("120363041234567890@g.us", false),
        ] {
            assert_eq!(is_address(target), is_link, "{target}");
        }
    }
}
