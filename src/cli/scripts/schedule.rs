//! `groupdesk schedule set|show|clear|list`

use super::context::CommandContext;
use super::find::Found;
use super::invite::Which;
use super::named_group::NamedGroup;
use crate::api::{
    AuditOutcome, GroupSchedule, PutSchedule, ScheduleRule, ScheduledGroup, check_rules, parse_days,
};
use crate::cli::output::{
    AnswerFormat, CallKind, Column, CommandError, Exit, Table, json_text, print, print_change,
    print_document, print_table, time,
};
use crate::client::ClientError;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::fmt::Write as _;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk schedule set \"Support\" --zone Europe/Berlin --open 08:00 --close 22:00 --days mon-fri
  groupdesk schedule set \"Support\" --zone Asia/Jakarta --rule \"mon-fri 08:00-22:00\" --rule \"sat,sun 10:00-02:00\"
  groupdesk schedule show \"Support\"
  groupdesk schedule list --json
  groupdesk schedule clear \"Support\"

Outside its opening hours only admins can post in a group. The gateway opens and closes it, so it must run at
these times.";

/// Arguments of `groupdesk schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Schedule {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Set the opening hours of a group; they replace those that it has
    Set(Set),

    /// Write out the opening hours of a group
    Show(One),

    /// Remove the opening hours of a group, which stays as it is
    Clear(One),

    /// List the groups that have opening hours
    List(List),
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Set {
    #[command(flatten)]
    pub which: Which,

    /// The time zone of the times, by its IANA name
    #[arg(long, value_name = "ZONE")]
    pub zone: String,

    /// When it opens, HH:MM
    #[arg(
        long,
        value_name = "TIME",
        requires = "close",
        required_unless_present = "rule"
    )]
    pub open: Option<String>,

    /// When it closes, HH:MM up to 24:00; earlier than --open means on the next day
    #[arg(long, value_name = "TIME", requires = "open")]
    pub close: Option<String>,

    /// The days on which it opens: mon-fri, sat,sun, daily; every day without
    #[arg(long, value_name = "DAYS", requires = "open", value_parser = days)]
    pub days: Option<Days>,

    /// Days and times in one, such as "mon-fri 08:00-22:00"; may be repeated
    #[arg(long, value_name = "RULE", conflicts_with_all = ["open", "close", "days"])]
    pub rule: Vec<ScheduleRule>,

    #[command(flatten)]
    pub format: AnswerFormat,
}

/// Days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Days(Vec<crate::api::Weekday>);

fn days(text: &str) -> Result<Days, String> {
    parse_days(text).map(Days)
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct One {
    #[command(flatten)]
    pub which: Which,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct List {
    #[command(flatten)]
    pub format: AnswerFormat,
}

impl Schedule {
    /// Whether errors are written as JSON.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        match &self.action {
            Action::Set(set) => set.format.json,
            Action::Show(one) | Action::Clear(one) => one.format.json,
            Action::List(list) => list.format.json,
        }
    }

    /// Checks that clap cannot express.
    ///
    /// # Errors
    /// The rules are not opening hours.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        let Action::Set(set) = &self.action else {
            return Ok(());
        };
        let faults = check_rules(&set.rules()).err().unwrap_or_default();
        match faults.first() {
            None => Ok(()),
            Some(fault) => Err(CommandError::new(
                Exit::Usage,
                format!("{} {}", fault.field, fault.message),
            )),
        }
    }
}

impl Set {
    fn rules(&self) -> Vec<ScheduleRule> {
        match (&self.open, &self.close) {
            (Some(open), Some(close)) => vec![ScheduleRule {
                days: match &self.days {
                    Some(Days(days)) => days.clone(),
                    None => crate::api::Weekday::ALL.to_vec(),
                },
                open: open.clone(),
                close: close.clone(),
            }],
            _ => self.rule.clone(),
        }
    }
}

/// A group with its opening hours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(flatten)]
    group: NamedGroup<'a>,
    #[serde(flatten)]
    schedule: &'a GroupSchedule,
}

impl<'a> Document<'a> {
    fn new(found: &'a Found, schedule: &'a GroupSchedule) -> Self {
        Self {
            group: found.into(),
            schedule,
        }
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    schedules: &'a [ScheduledGroup],
}

impl CommandContext<'_> {
    pub(super) async fn schedule(&self, schedule: &Schedule) -> Result<(), CommandError> {
        match &schedule.action {
            Action::Set(set) => self.set_schedule(set).await,
            Action::Show(one) => self.show_schedule(one).await,
            Action::Clear(one) => self.clear_schedule(one).await,
            Action::List(list) => self.list_schedules(list.format).await,
        }
    }

    async fn set_schedule(&self, set: &Set) -> Result<(), CommandError> {
        let found = self
            .find(&set.which.group, set.which.session.as_deref())
            .await?;
        let wanted = PutSchedule {
            zone: set.zone.clone(),
            rules: set.rules(),
        };
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let stored = self.client.set_schedule(session, group, &wanted).await;
        let stored = stored.map_err(failure)?;
        let answer = if set.format.json {
            json_text(&Document::new(&found, &stored))?
        } else {
            text(&stored)
        };
        print_change(
            &answer,
            "the opening hours are set",
            "groupdesk schedule show tells them",
        )
    }

    async fn show_schedule(&self, one: &One) -> Result<(), CommandError> {
        let found = self
            .find(&one.which.group, one.which.session.as_deref())
            .await?;
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let stored = self
            .client
            .schedule(session, group)
            .await
            .map_err(failure)?;
        if one.format.json {
            return print_document(&Document::new(&found, &stored));
        }
        print(&text(&stored))
    }

    async fn clear_schedule(&self, one: &One) -> Result<(), CommandError> {
        let found = self
            .find(&one.which.group, one.which.session.as_deref())
            .await?;
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let cleared = self.client.clear_schedule(session, group).await;
        cleared.map_err(failure)?;
        let none = GroupSchedule::default();
        let answer = if one.format.json {
            json_text(&Document::new(&found, &none))?
        } else {
            text(&none)
        };
        print_change(
            &answer,
            "the opening hours are removed",
            "nothing needs to be done again",
        )
    }

    async fn list_schedules(&self, format: AnswerFormat) -> Result<(), CommandError> {
        let listed = self.client.list_schedules().await.map_err(failure)?;
        super::context::left_out(listed.unreadable, "schedule", "schedules");
        if format.json {
            return print_document(&Listed {
                schedules: &listed.rows,
            });
        }
        let mut table = Table::new(&[
            Column::text("GROUP"),
            Column::text("SESSION"),
            Column::text("NOW"),
            Column::text("NEXT CHANGE"),
            Column::name("OPEN"),
            Column::name("ZONE"),
            Column::name("LAST"),
        ]);
        for row in &listed.rows {
            let schedule = &row.schedule;
            table.row([
                row.group_jid.clone(),
                row.session_id.clone(),
                now(schedule).to_owned(),
                schedule.next_change_at.map(time).unwrap_or_default(),
                rules(schedule),
                schedule.zone.clone().unwrap_or_default(),
                last(schedule).unwrap_or_default(),
            ]);
        }
        print_table(&table)
    }
}

fn now(schedule: &GroupSchedule) -> &'static str {
    match schedule.is_open {
        Some(true) => "open",
        Some(false) => "closed",
        None => "",
    }
}

fn rules(schedule: &GroupSchedule) -> String {
    let rules = schedule.rules.iter().map(ToString::to_string);
    rules.collect::<Vec<_>>().join("; ")
}

const UNKNOWN_ZONE: &str = "not kept: the gateway does not know this time zone";

/// What came of the last change, where that was not a success; or why there is none.
fn last(schedule: &GroupSchedule) -> Option<String> {
    if schedule.zone_unknown {
        return Some(UNKNOWN_ZONE.to_owned());
    }
    let last = schedule.last_outcome.as_ref()?;
    let wanted = if last.announce { "closing" } else { "opening" };
    match &last.outcome {
        AuditOutcome::Ok => None,
        AuditOutcome::Failed(word) => Some(format!("{wanted} failed at {}: {word}", time(last.at))),
    }
}

fn text(schedule: &GroupSchedule) -> String {
    let Some(zone) = &schedule.zone else {
        return "no opening hours\n".to_owned();
    };
    let mut text = format!("open {} {zone}", rules(schedule));
    if let Some(at) = schedule.next_change_at {
        let what = if schedule.is_open == Some(true) {
            "closes"
        } else {
            "opens"
        };
        let _ = write!(text, "\nnow {}, {what} at {}", now(schedule), time(at));
    }
    if let Some(last) = last(schedule) {
        let _ = write!(text, "\n{last}");
    }
    let text = crate::text::clean_block(&text);
    format!("{text}\n")
}

/// The session and the group are known, so a 404 means that the gateway has no such path.
fn failure(error: ClientError) -> CommandError {
    match error.status() {
        Some(404 | 405 | 501) => {
            CommandError::new(Exit::NotOffered, "this gateway has no opening hours")
        }
        _ => CommandError::of_call(error, CallKind::Stored),
    }
}
