//! `groupdesk requests approve|reject`: one call per person, at the pace of the session.

use super::arguments::Settle;
use super::whom::meant;
use super::{is_missing, not_offered, number};
use crate::api::MembershipRequest;
use crate::batch::{about, query_gap};
use crate::cli::output::{
    AnswerFormat, CallKind, Column, CommandError, Exit, Table, json_text, note, print,
    print_change, table_text,
};
use crate::cli::scripts::ask;
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::{Found, group_name, session_name};
use crate::cli::scripts::named_group::NamedGroup;
use crate::cli::scripts::outcome::{Outcome, ended};
use crate::console::words;
use serde::Serialize;
use std::time::Duration;
use tokio::time::Instant;

/// Changes that take less are not announced.
const ANNOUNCED: Duration = Duration::from_secs(5);

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
struct Answer<'a> {
    #[serde(flatten)]
    group: NamedGroup<'a>,
    people: Vec<Settled<'a>>,
}

impl CommandContext<'_> {
    pub(super) async fn settle_requests(
        &self,
        settle: &Settle,
        approve: bool,
    ) -> Result<(), CommandError> {
        // From the first change on the command ends by itself.
        let (found, people) = tokio::select! {
            whom = self.whom(settle, approve) => whom?,
            () = self.stop.cancelled() => {
                return Err(CommandError::interrupted("nothing was sent"));
            }
        };
        let begun = Instant::now();
        let (outcomes, failure) = self.settle_each(&found, &people, approve).await;
        let took = begun.elapsed();
        let answer = text(&found, &people, &outcomes, settle.format)?;
        let done = summary(&outcomes, approve, took);
        match failure {
            None => print_change(
                &answer,
                &done,
                "`groupdesk requests list` shows who still waits",
            )?,
            Some(_) => print(&answer)?,
        }
        if self.notes && people.len() > 1 {
            note(&done);
        }
        failure.map_or(Ok(()), Err)
    }

    /// The group and the people that are meant, after asking where that is due.
    async fn whom(
        &self,
        settle: &Settle,
        approve: bool,
    ) -> Result<(Found, Vec<MembershipRequest>), CommandError> {
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
        Ok((found, people))
    }

    async fn waiting(&self, found: &Found) -> Result<Vec<MembershipRequest>, CommandError> {
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let read = || self.client.membership_requests(session, group);
        match self.patiently(read).await {
            Ok(list) => Ok(list.data),
            Err(error) if is_missing(&error) => Err(not_offered()),
            Err(error) => Err(CommandError::of_call(error, CallKind::Live)),
        }
    }

    /// One person after the other. What the others would meet too ends the rest, but a pause that the gateway asks for
    /// is kept.
    async fn settle_each(
        &self,
        found: &Found,
        people: &[MembershipRequest],
        approve: bool,
    ) -> (Vec<Outcome>, Option<CommandError>) {
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let mut outcomes = vec![Outcome::NotTried; people.len()];
        let mut failure: Option<CommandError> = None;
        let gap = query_gap(Some(&found.session));
        self.announce(people.len(), gap);
        for (at, person) in people.iter().enumerate() {
            let goes_on = at == 0 || self.pause(gap).await;
            if !goes_on {
                return (outcomes, Some(interrupted()));
            }
            let sent = if approve {
                let call = || self.client.approve_request(session, group, &person.jid);
                self.patiently(call).await
            } else {
                let call = || self.client.reject_request(session, group, &person.jid);
                self.patiently(call).await
            };
            let Err(error) = sent else {
                outcomes[at] = Outcome::Applied;
                continue;
            };
            if error.status() == Some(429) && self.stop.is_cancelled() {
                return (outcomes, Some(interrupted()));
            }
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
            // A look-up that was answered shows that the gateway is there.
            let ends = match outcomes[at] {
                Outcome::NotApplied => false,
                Outcome::Unknown => true,
                _ => matches!(
                    error.exit,
                    Exit::GatewayAway
                        | Exit::RateLimited
                        | Exit::NotAllowed
                        | Exit::NotConnected
                        | Exit::NotOffered
                ),
            };
            failure.get_or_insert(error);
            if ends {
                break;
            }
        }
        let failure = failure.and_then(|failure| ended(&outcomes, failure));
        (outcomes, failure)
    }

    fn announce(&self, people: usize, gap: Duration) {
        let times = u32::try_from(people.saturating_sub(1)).unwrap_or(u32::MAX);
        let expected = gap.saturating_mul(times);
        if self.notes && expected >= ANNOUNCED {
            note(&format!(
                "{people} people, one after the other at the pace that the account may ask: about {}",
                about(expected)
            ));
        }
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

fn interrupted() -> CommandError {
    CommandError::interrupted("who was not tried still waits")
}

/// As in "19 let in, 1 not, within 21 s".
fn summary(outcomes: &[Outcome], approve: bool, took: Duration) -> String {
    let applied = (outcomes.iter())
        .filter(|one| **one == Outcome::Applied)
        .count();
    let verb = if approve { "let in" } else { "rejected" };
    let others = match outcomes.len() - applied {
        0 => String::new(),
        others => format!(", {} not,", words::thousands(others)),
    };
    let done = words::thousands(applied);
    format!("{done} {verb}{others} within {}", about(took))
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
            group: found.into(),
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
