//! `groupdesk batch`: one change for many groups.

mod answer;
mod arguments;

pub(super) use arguments::EXAMPLES;
pub(super) use arguments::{Action, Batch};

use super::ask;
use super::context::CommandContext;
use super::find::Found;
use crate::api::Session;
use crate::batch::{self, Candidate, Control, Ended, Journal, Outcome, Report, RowState};
use crate::cli::output::{CommandError, Exit, note, print, print_change, time};
use std::collections::BTreeSet;
use tokio::sync::watch;

impl Batch {
    /// Fails early if a confirmation is needed but not possible.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        let how = self.action.as_ref().map(Action::how);
        if how.is_some_and(|how| !how.yes && !how.dry_run) && !ask::is_possible() {
            return Err(CommandError::new(
                Exit::NotConfirmed,
                "a batch changes many groups, and there is no terminal to ask on: say --yes, or --dry-run to see what it would do",
            ));
        }
        Ok(())
    }
}

impl CommandContext<'_> {
    pub(super) async fn batch(&self, arguments: &Batch) -> Result<(), CommandError> {
        let json = arguments.wants_json();
        if let Some(action) = &arguments.action {
            return self.new_batch(action, json).await;
        }
        let earlier = &arguments.earlier;
        if let Some(id) = &earlier.give_up {
            let mut journal = self.journal(id)?;
            journal.drop_rest().map_err(|error| unwritten(&error))?;
            return print(&answer::of_journal(&journal, json)?);
        }
        if let Some(id) = &earlier.resume {
            let journal = if id.is_empty() {
                self.only_unfinished()?
            } else {
                self.journal(id)?
            };
            if self.own {
                self.connect_for(&journal).await?;
            }
            return self.run_batch(journal, json).await;
        }
        print(&answer::of_list(&Journal::unfinished(&self.batches), json)?)
    }

    async fn new_batch(&self, action: &Action, json: bool) -> Result<(), CommandError> {
        let Some(change) = action.change() else {
            return Err(CommandError::new(Exit::Usage, "name one setting"));
        };
        let mut found = self.selected(action.selection()).await?;
        let sessions = self.connect_all(&mut found).await?;
        let rows = found.iter().map(|one| Candidate {
            session: &one.session,
            group: &one.group,
        });
        let plan = batch::plan(&change, rows);
        let how = action.how();
        if how.dry_run {
            return print(&answer::of_plan(&plan, &sessions, json)?);
        }
        if plan.sent() == 0 {
            print(&answer::of_plan(&plan, &sessions, json)?)?;
            return Err(CommandError::new(
                Exit::Failed,
                "nothing can be done for any of these groups",
            ));
        }
        if !how.yes {
            let table = answer::of_plan(&plan, &sessions, false)?;
            for line in table.lines() {
                note(line);
            }
            ask::confirm(&format!(
                "{} groups: {}. Do it?",
                plan.sent(),
                change.words()
            ))
            .await?;
        }
        let journal = Journal::create(
            &self.batches,
            &plan,
            jiff::Timestamp::now().as_millisecond(),
        )
        .map_err(|error| unwritten(&error))?;
        self.run_batch(journal, json).await
    }

    /// Waits for the sessions of an engine in this process, and reads all of them again.
    async fn connect_all(&self, found: &mut [Found]) -> Result<Vec<Session>, CommandError> {
        let mut sessions: Vec<Session> = Vec::new();
        for one in found {
            let known = sessions
                .iter()
                .position(|session| session.id == one.session.id);
            let at = if let Some(at) = known {
                at
            } else {
                sessions.push(self.may_connect(&one.session).await);
                sessions.len() - 1
            };
            one.session.clone_from(&sessions[at]);
        }
        Ok(sessions)
    }

    /// Waits for the sessions of the rows that are left.
    async fn connect_for(&self, journal: &Journal) -> Result<(), CommandError> {
        let sessions: BTreeSet<_> = (journal.rows.iter())
            .filter(|row| row.outcome.is_none())
            .map(|row| &row.target.session)
            .collect();
        for session in self.sessions(None).await? {
            if sessions.contains(&session.id) {
                self.may_connect(&session).await;
            }
        }
        Ok(())
    }

    /// The session as it is after it had time to connect. Groups of one that does not are not attempted.
    async fn may_connect(&self, session: &Session) -> Session {
        if let Err(error) = self.connected(session).await {
            note(&error.message);
        }
        let now = self.client.get_session(&session.id).await;
        now.unwrap_or_else(|_| session.clone())
    }

    fn journal(&self, id: &str) -> Result<Journal, CommandError> {
        Journal::open(&self.batches, id).map_err(|fault| {
            let exit = if fault.starts_with("there is no batch") {
                Exit::NotFound
            } else if fault.starts_with("another groupdesk") {
                Exit::InUse
            } else {
                Exit::Usage
            };
            CommandError::new(exit, fault)
        })
    }

    fn only_unfinished(&self) -> Result<Journal, CommandError> {
        let list = Journal::unfinished(&self.batches);
        match list.as_slice() {
            [] => {
                let newest = Journal::newest(&self.batches).map_or_else(String::new, |id| {
                    format!("; the newest one has ended: `groupdesk batch --resume {id}` shows its outcomes")
                });
                Err(CommandError::new(
                    Exit::NotFound,
                    format!("no batch of this gateway is unfinished{newest}"),
                ))
            }
            [only] => self.journal(&only.id),
            several => Err(CommandError::new(
                Exit::Ambiguous,
                format!(
                    "{} batches are unfinished; name one: --resume ID",
                    several.len()
                ),
            )
            .listing(several.iter().map(|one| {
                let at = time(one.started_at);
                format!("{}  {at}  {}, {} left", one.id, one.change, one.tally.left)
            }))),
        }
    }

    async fn run_batch(&self, journal: Journal, json: bool) -> Result<(), CommandError> {
        let id = journal.id.clone();
        let names: Vec<_> = (journal.rows.iter())
            .map(|row| row.target.name.clone())
            .collect();
        let mut done = journal.summary().tally.done();
        if self.notes {
            note(&format!(
                "batch {id}: {}, {} groups",
                journal.change,
                names.len()
            ));
        }
        let (sender, control) = watch::channel(Control::Run);
        let stop = self.stop.clone();
        let stopping = tokio::spawn(async move {
            stop.cancelled().await;
            let _ = sender.send(Control::Stop);
        });
        let report = |report| {
            let line = match report {
                Report::Row {
                    index,
                    state: RowState::Done(outcome),
                } => {
                    done += 1;
                    let name = names.get(index).map_or("", String::as_str);
                    format!("{done} of {}: {name}: {}", names.len(), in_words(&outcome))
                }
                Report::Waiting { until, why } => format!("waiting until {}: {why}", time(until)),
                _ => return,
            };
            if self.notes {
                note(&line);
            }
        };
        let ended = batch::run(self.client, journal, control, report).await;
        stopping.abort();
        let journal = self.journal(&id)?;
        let answer = answer::of_journal(&journal, json)?;
        let numbers = answer::in_numbers(journal.summary().tally);
        let remedy = format!("`groupdesk batch --resume {id}` shows the outcomes again");
        print_change(&answer, &numbers, &remedy)?;
        let resume = format!("{numbers}; `groupdesk batch --resume {id}` goes on");
        match ended {
            Ended::Finished => answer::failure(&journal).map_or(Ok(()), Err),
            Ended::Stopped => Err(CommandError::interrupted(&resume).with("batch", id)),
            Ended::Interrupted(why) => Err(CommandError::new(
                Exit::GatewayAway,
                format!("{why}; {resume}"),
            )
            .with("batch", id)),
        }
    }
}

fn in_words(outcome: &Outcome) -> String {
    match outcome.why() {
        "" => outcome.word().to_owned(),
        why => format!("{}: {why}", outcome.word()),
    }
}

fn unwritten(error: &std::io::Error) -> CommandError {
    CommandError::new(
        Exit::Failed,
        format!("the journal cannot be written: {error}"),
    )
}
