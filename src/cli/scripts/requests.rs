//! `groupdesk requests list|approve|reject`

use super::ask;
use super::context::{CommandContext, left_out};
use super::find::{Found, group_name, session_name};
use super::invite::Which;
use crate::api::{Group, MembershipRequest, PendingRequest, Session};
use crate::cli::output::{
    AnswerFormat, CallKind, Column, CommandError, Csv, Exit, ListFormat, Table, json_text, note,
    print, print_change, print_document, print_table, table_text, time,
};
use crate::client::ClientError;
use crate::console::{phone, words};
use crate::names::caseless;
use crate::text::clean_line;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::collections::HashMap;
use std::time::Duration;

/// Between two calls to WhatsApp.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk requests list                   everyone who asks to join a group
  groupdesk requests approve \"Allotment\" \"Zoë Örsted\" +447700900123
  groupdesk requests reject 120363041234567890@g.us --all --yes --json

GROUP is an id, a name, or a part of a name that no other group has. PERSON is an id, a number or a name.";

/// Arguments of `groupdesk requests`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Requests {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// List who asks to join, those who have waited longest first
    List(List),

    /// Let people in who ask to join a group
    Approve(Settle),

    /// Reject requests to join a group
    Reject(Settle),
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct List {
    /// Only requests that this session sees: its id, its label or its number
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,

    #[command(flatten)]
    pub format: ListFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Settle {
    #[command(flatten)]
    pub which: Which,

    /// The people: their ids, numbers or names
    #[arg(value_name = "PERSON", required_unless_present = "all")]
    pub people: Vec<String>,

    /// Everyone who asks to join the group
    #[arg(long, conflicts_with = "people")]
    pub all: bool,

    /// Do not ask before --all
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

/// The outcome for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Applied,
    Refused,
    /// The answer was lost, and the person still asks.
    NotApplied,
    NotTried,
    Unknown,
}

impl Outcome {
    fn words(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Refused => "refused",
            Self::NotApplied => "not applied",
            Self::NotTried => "not tried",
            Self::Unknown => "unknown",
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settled<'a> {
    jid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    group_jid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    people: Vec<Settled<'a>>,
}

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

/// A request with the names of its session and group.
struct Named {
    request: PendingRequest,
    session: Option<Session>,
    group: Option<Group>,
}

impl Requests {
    pub(super) fn wants_json(&self) -> bool {
        match &self.action {
            Action::List(list) => list.format.json,
            Action::Approve(settle) | Action::Reject(settle) => settle.format.json,
        }
    }

    /// Whether the command changes something at WhatsApp.
    pub(super) fn is_live(&self) -> bool {
        !matches!(self.action, Action::List(_))
    }

    /// Fails early if a confirmation is needed but not possible.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        match &self.action {
            Action::Approve(settle) | Action::Reject(settle)
                if settle.all && !settle.yes && !ask::is_possible() =>
            {
                Err(CommandError::new(
                    Exit::NotConfirmed,
                    "--all settles every request of the group, and there is no terminal to ask on: say --yes",
                ))
            }
            _ => Ok(()),
        }
    }
}

impl CommandContext<'_> {
    pub(super) async fn requests(&self, requests: &Requests) -> Result<(), CommandError> {
        match &requests.action {
            Action::List(list) => self.list_requests(list).await,
            Action::Approve(settle) => self.settle_requests(settle, true).await,
            Action::Reject(settle) => self.settle_requests(settle, false).await,
        }
    }

    async fn list_requests(&self, list: &List) -> Result<(), CommandError> {
        let sessions = self.sessions(list.session.as_deref()).await?;
        let (requests, groups) = match self.client.all_requests().await {
            Ok(all) => {
                left_out(all.unreadable, "request", "requests");
                (all.rows, HashMap::new())
            }
            Err(error) if has_no_list(&error) => self.group_by_group(&sessions).await?,
            Err(error) => return Err(CommandError::of_call(error, CallKind::Stored)),
        };
        let named = self.named(requests, &sessions, groups, list).await?;
        if list.format.json {
            print_document(&Document {
                requests: named.iter().map(row).collect(),
            })
        } else if list.format.csv {
            print(&csv(&named, list.format)?)
        } else {
            print_table(&table(&named))
        }
    }

    /// The requests of the groups that ask their admins, one group after the other: for a gateway without a
    /// list of all.
    async fn group_by_group(
        &self,
        sessions: &[Session],
    ) -> Result<(Vec<PendingRequest>, HashMap<String, Vec<Group>>), CommandError> {
        let (mut found, mut groups) = (Vec::new(), HashMap::new());
        let mut is_first = true;
        for session in sessions {
            let own = self.groups_of(session).await?;
            let asking = own.iter().filter(|group| {
                let waits = group.pending_requests.is_some_and(|count| count > 0);
                group.join_approval == Some(true) || waits
            });
            for group in asking.filter(|group| is_admin(group)) {
                if session.status.is_disconnected() {
                    continue;
                }
                if !std::mem::take(&mut is_first) {
                    tokio::time::sleep(PAUSE).await;
                }
                let jid = &group.group_jid;
                match self.client.membership_requests(&session.id, jid).await {
                    Ok(list) => found.extend(
                        list.data
                            .into_iter()
                            .map(|request| pending(&session.id, jid, request)),
                    ),
                    Err(error) if is_missing(&error) => return Err(not_offered()),
                    Err(error) => {
                        let name = clean_line(group_name(group)).into_owned();
                        note(&format!("{name}: not read: {error}"));
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
        Ok((found, groups))
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

    async fn settle_requests(&self, settle: &Settle, approve: bool) -> Result<(), CommandError> {
        let found = self.reach(&settle.which).await?;
        let waiting = self.waiting(&found).await?;
        let people = if settle.all {
            waiting
        } else {
            meant(&waiting, &settle.people)?
        };
        if settle.all && !settle.yes && !people.is_empty() {
            let verb = if approve { "Let" } else { "Reject" };
            let what = match (people.len(), approve) {
                (1, true) => "1 person into".to_owned(),
                (count, true) => format!("{count} people into"),
                (1, false) => "1 request to join".to_owned(),
                (count, false) => format!("{count} requests to join"),
            };
            ask::confirm(&format!(
                "{verb} {what} \"{}\" through {}?",
                group_name(&found.group),
                session_name(&found.session)
            ))
            .await?;
        }
        let (outcomes, failure) = self.settle_each(&found, &people, approve).await;
        let answer = text(&found, &people, &outcomes, settle.format)?;
        let Some(failure) = failure else {
            return print_change(
                &answer,
                &format!("{} requests were settled", people.len()),
                "`groupdesk requests list` shows who still waits",
            );
        };
        print(&answer)?;
        Err(failure)
    }

    async fn waiting(&self, found: &Found) -> Result<Vec<MembershipRequest>, CommandError> {
        let (session, group) = (&found.session.id, &found.group.group_jid);
        match self.client.membership_requests(session, group).await {
            Ok(list) => Ok(list.data),
            Err(error) if is_missing(&error) => Err(not_offered()),
            Err(error) => Err(CommandError::of_call(error, CallKind::Live)),
        }
    }

    /// One person after the other. What the others would meet too ends the rest.
    async fn settle_each(
        &self,
        found: &Found,
        people: &[MembershipRequest],
        approve: bool,
    ) -> (Vec<Outcome>, Option<CommandError>) {
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let mut outcomes = vec![Outcome::NotTried; people.len()];
        let mut failure: Option<CommandError> = None;
        for (at, person) in people.iter().enumerate() {
            if at > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let sent = if approve {
                self.client
                    .approve_request(session, group, &person.jid)
                    .await
            } else {
                self.client
                    .reject_request(session, group, &person.jid)
                    .await
            };
            let Err(error) = sent else {
                outcomes[at] = Outcome::Applied;
                continue;
            };
            let is_lost = error.is_unconfirmed();
            let error = CommandError::of_call(error, CallKind::Live);
            outcomes[at] = if is_lost {
                self.after_lost_settling(found, person).await
            } else {
                Outcome::Refused
            };
            if outcomes[at] == Outcome::Applied {
                if self.notes {
                    note("an answer was lost, but the person does not ask any more");
                }
                continue;
            }
            let is_general = matches!(
                error.exit,
                Exit::GatewayAway
                    | Exit::RateLimited
                    | Exit::NotAllowed
                    | Exit::NotConnected
                    | Exit::NotOffered
            ) || outcomes[at] == Outcome::Unknown;
            failure.get_or_insert(error);
            if is_general {
                break;
            }
        }
        let failure = failure.map(|failure| ended(&outcomes, failure));
        (outcomes, failure)
    }

    /// A change is never sent twice: if its answer is lost, the requests are read.
    async fn after_lost_settling(&self, found: &Found, person: &MembershipRequest) -> Outcome {
        match self.waiting(found).await {
            Ok(waiting) if waiting.iter().any(|one| one.jid == person.jid) => Outcome::NotApplied,
            Ok(_) => Outcome::Applied,
            Err(_) => Outcome::Unknown,
        }
    }
}

/// The error of a command whose changes were not all made.
fn ended(outcomes: &[Outcome], failure: CommandError) -> CommandError {
    let some = |outcome| outcomes.contains(&outcome);
    let exit = if some(Outcome::Applied) {
        Exit::PartlyApplied
    } else if some(Outcome::Unknown) {
        Exit::Unknown
    } else {
        return failure;
    };
    let cause = failure.exit.word();
    CommandError { exit, ..failure }.with("cause", cause)
}

/// Whether the gateway has no list of all requests.
fn has_no_list(error: &ClientError) -> bool {
    matches!(error.status(), Some(404 | 405 | 501))
}

/// Whether the gateway does not report the requests of a group. 501 would mean "not connected".
fn is_missing(error: &ClientError) -> bool {
    matches!(error.status(), Some(404 | 405))
}

fn not_offered() -> CommandError {
    CommandError::new(
        Exit::NotOffered,
        "this gateway does not report requests to join",
    )
}

fn is_admin(group: &Group) -> bool {
    use crate::api::SessionRole;
    !matches!(group.my_role, Some(SessionRole::Member | SessionRole::None))
}

fn pending(session: &str, group: &str, request: MembershipRequest) -> PendingRequest {
    PendingRequest {
        session_id: session.to_owned(),
        group_jid: group.to_owned(),
        jid: request.jid,
        requested_at: request.requested_at,
        name: request.name,
        phone_number: request.phone_number,
    }
}

/// The people who are named, each once.
fn meant(
    waiting: &[MembershipRequest],
    named: &[String],
) -> Result<Vec<MembershipRequest>, CommandError> {
    let mut people: Vec<MembershipRequest> = Vec::new();
    for wanted in named {
        let one = person(waiting, wanted)?;
        if !people.iter().any(|known| known.jid == one.jid) {
            people.push(one.clone());
        }
    }
    Ok(people)
}

fn person<'a>(
    waiting: &'a [MembershipRequest],
    wanted: &str,
) -> Result<&'a MembershipRequest, CommandError> {
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let is_number = !digits.is_empty()
        && wanted
            .chars()
            .all(|character| character.is_ascii_digit() || "+-() ".contains(character));
    let plain = |name: &str| caseless(clean_line(name).trim());
    let low = plain(wanted);
    let tests: [&dyn Fn(&MembershipRequest) -> bool; 3] = [
        &|one| one.jid == wanted,
        &|one| is_number && one.phone_number.as_deref() == Some(digits.as_str()),
        &|one| !low.is_empty() && one.name.as_deref().map(plain).as_ref() == Some(&low),
    ];
    let shown = clean_line(wanted);
    for test in tests {
        let mut fitting = waiting.iter().filter(|one| test(one));
        match (fitting.next(), fitting.count()) {
            (None, _) => {}
            (Some(only), 0) => return Ok(only),
            (Some(_), more) => {
                let lines = waiting.iter().filter(|one| test(one)).map(line);
                return Err(CommandError::new(
                    Exit::Ambiguous,
                    format!(
                        "`{shown}` could be any of {} people; name one by the id",
                        more + 1
                    ),
                )
                .listing(lines));
            }
        }
    }
    Err(CommandError::new(
        Exit::NotFound,
        format!("nobody who asks to join has the id, the number or the name `{shown}`"),
    )
    .listing(waiting.iter().take(20).map(line)))
}

fn line(one: &MembershipRequest) -> String {
    let name = one.name.as_deref().unwrap_or("(no name)");
    format!("{}  {name}", one.jid)
}

fn number(digits: Option<&str>) -> String {
    phone::load();
    digits.map_or_else(String::new, |digits| words::phone(&clean_line(digits)))
}

fn text(
    found: &Found,
    people: &[MembershipRequest],
    outcomes: &[Outcome],
    format: AnswerFormat,
) -> Result<String, CommandError> {
    if format.json {
        let people = people.iter().zip(outcomes);
        return json_text(&Answer {
            session_id: &found.session.id,
            session_label: found.session.label.as_deref(),
            group_jid: &found.group.group_jid,
            subject: found.group.subject.as_deref(),
            people: people
                .map(|(person, outcome)| Settled {
                    jid: &person.jid,
                    name: person.name.as_deref(),
                    phone_number: person.phone_number.as_deref(),
                    outcome: *outcome,
                })
                .collect(),
        });
    }
    let mut table = Table::new(&[
        Column::name("NAME"),
        Column::text("NUMBER"),
        Column::text("OUTCOME"),
        Column::text("ID"),
    ]);
    for (person, outcome) in people.iter().zip(outcomes) {
        table.row([
            person.name.clone().unwrap_or_default(),
            number(person.phone_number.as_deref()),
            outcome.words().to_owned(),
            person.jid.clone(),
        ]);
    }
    Ok(table_text(&table))
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

fn csv(named: &[Named], format: ListFormat) -> Result<String, CommandError> {
    let mut csv = Csv::new(
        format,
        &[
            "sessionId",
            "sessionLabel",
            "groupJid",
            "subject",
            "jid",
            "name",
            "phoneNumber",
            "requestedAt",
        ],
    )?;
    for one in named {
        let row = row(one);
        let request = row.request;
        csv.row([
            request.session_id.clone(),
            row.session_label.unwrap_or_default().to_owned(),
            request.group_jid.clone(),
            row.subject.unwrap_or_default().to_owned(),
            request.jid.clone(),
            request.name.clone().unwrap_or_default(),
            request.phone_number.clone().unwrap_or_default(),
            request.requested_at.map_or_else(String::new, time),
        ])?;
    }
    Ok(csv.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> Vec<MembershipRequest> {
        let one = |jid: &str, name: &str, number: &str| MembershipRequest {
            jid: jid.to_owned(),
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            phone_number: Some(number.to_owned()).filter(|number| !number.is_empty()),
            requested_at: None,
        };
        vec![
            one("1@lid", "Zoë Örsted", "447700900123"),
            one("2@lid", "Ann", ""),
            one("3@lid", "ANN", "15555550123"),
        ]
    }

    #[test]
    fn people_are_named_by_id_number_or_name() {
        let waiting = waiting();
        for (wanted, jid) in [
            ("2@lid", "2@lid"),
            ("+44 7700 900-123", "1@lid"),
            ("zoë örsted", "1@lid"),
            ("15555550123", "3@lid"),
        ] {
            assert_eq!(person(&waiting, wanted).unwrap().jid, jid, "{wanted}");
        }
        assert_eq!(person(&waiting, "ann").unwrap_err().exit, Exit::Ambiguous);
        for nobody in ["Zoë", "447700900", "4@lid", "", "+"] {
            let error = person(&waiting, nobody).unwrap_err();
            assert_eq!(error.exit, Exit::NotFound, "{nobody}");
            assert_eq!(error.more.len(), 3);
        }
        let twice = ["1@lid".to_owned(), "Zoë Örsted".to_owned()];
        assert_eq!(meant(&waiting, &twice).unwrap().len(), 1);
    }

    #[test]
    fn the_exit_code_says_how_far_it_came() {
        use Outcome::{Applied, NotApplied, NotTried, Refused, Unknown};
        let exit =
            |outcomes: &[Outcome]| ended(outcomes, CommandError::new(Exit::NotAdmin, "no")).exit;
        assert_eq!(exit(&[Applied, Refused]), Exit::PartlyApplied);
        assert_eq!(exit(&[Applied, Unknown, NotTried]), Exit::PartlyApplied);
        assert_eq!(exit(&[Unknown, NotTried]), Exit::Unknown);
        assert_eq!(exit(&[Refused, NotTried]), Exit::NotAdmin);
        assert_eq!(exit(&[NotApplied]), Exit::NotAdmin);
    }
}
