//! `groupdesk members remove|promote|demote`: one call per person.

use super::arguments::{Rank, Remove, Whom};
use super::report::{Line, tell};
use super::whom::{self, Target};
use crate::api::GroupMember;
use crate::cli::output::{AnswerFormat, CallKind, CommandError, Exit, note};
use crate::cli::scripts::ask;
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::{Found, group_name, session_name};
use crate::cli::scripts::outcome::{Outcome, ended};
use crate::client::ClientError;
use crate::console::people;

/// People whom a question names.
const NAMED: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Remove,
    Promote,
    Demote,
}

impl Change {
    /// Whether the members show that it was done to this person.
    fn is_done(self, members: &[GroupMember], jid: &str) -> bool {
        let found = members.iter().find(|member| people::is_member(member, jid));
        match self {
            Self::Remove => found.is_none(),
            Self::Promote => found.is_some_and(|member| member.role.is_admin()),
            Self::Demote => found.is_some_and(|member| !member.role.is_admin()),
        }
    }
}

impl CommandContext<'_> {
    pub(super) async fn remove_members(&self, remove: &Remove) -> Result<(), CommandError> {
        let (found, targets) = self.meant(&remove.whom).await?;
        if !remove.yes {
            ask::confirm(&question(&found, &targets)).await?;
        }
        self.change_one_by_one(&found, targets, Change::Remove, remove.format)
            .await
    }

    pub(super) async fn rank_members(
        &self,
        rank: &Rank,
        change: Change,
    ) -> Result<(), CommandError> {
        let (found, targets) = self.meant(&rank.whom).await?;
        self.change_one_by_one(&found, targets, change, rank.format)
            .await
    }

    async fn meant(&self, whom: &Whom) -> Result<(Found, Vec<Target>), CommandError> {
        let which = &whom.which;
        let found = self.find(&which.group, which.session.as_deref()).await?;
        let members = self.members_of(&found).await?;
        let home = whom::home(&found.session);
        let targets = whom::members(&whom.people, &members, home)?;
        Ok((found, targets))
    }

    async fn change_one_by_one(
        &self,
        found: &Found,
        targets: Vec<Target>,
        change: Change,
        format: AnswerFormat,
    ) -> Result<(), CommandError> {
        self.connected(&found.session).await?;
        let mut lines: Vec<_> = targets
            .into_iter()
            .map(|target| Line::new(target, Outcome::NotTried))
            .collect();
        let mut failure = None;
        for line in &mut lines {
            let Err(error) = self.send(found, change, &line.target.jid).await else {
                line.outcome = Outcome::Applied;
                continue;
            };
            let ends = self.note_failure(found, change, line, error).await;
            if let Some((ended, of_all)) = ends {
                failure.get_or_insert(ended);
                if of_all {
                    break;
                }
            }
        }
        let outcomes: Vec<_> = lines.iter().map(|line| line.outcome).collect();
        let failure = failure.and_then(|failure| ended(&outcomes, failure));
        tell(found, &lines, failure, format)
    }

    async fn send(&self, found: &Found, change: Change, jid: &str) -> Result<(), ClientError> {
        let (session, group) = (&found.session.id, &found.group.group_jid);
        match change {
            Change::Remove => self.client.remove_member(session, group, jid).await,
            Change::Promote => self.client.promote_member(session, group, jid).await,
            Change::Demote => self.client.demote_member(session, group, jid).await,
        }
    }

    /// Notes the outcome of a call that failed. Returns the error, and whether the next person's call
    /// would fail as well; `None` when it was done all the same.
    async fn note_failure(
        &self,
        found: &Found,
        change: Change,
        line: &mut Line,
        error: ClientError,
    ) -> Option<(CommandError, bool)> {
        let lost = error.is_unconfirmed();
        let sent = !matches!(error, ClientError::Unreachable(_) | ClientError::NotReady);
        let failure = CommandError::of_call(error, CallKind::Live);
        if lost {
            line.outcome = Outcome::Unknown;
            let members = self.members_of(found).await;
            if members.is_ok_and(|members| change.is_done(&members, &line.target.jid)) {
                line.outcome = Outcome::Applied;
                if self.notes {
                    let who = line.target.words();
                    note(&format!("the answer for {who} was lost, but it was done"));
                }
                return None;
            }
            return Some((failure, true));
        }
        if sent {
            line.outcome = Outcome::Refused;
            line.message = Some(failure.message.clone());
        }
        let of_person = matches!(failure.exit, Exit::Failed | Exit::NotFound | Exit::Usage);
        Some((failure, !of_person))
    }
}

fn question(found: &Found, targets: &[Target]) -> String {
    let mut named: Vec<_> = targets.iter().take(NAMED).map(Target::words).collect();
    if targets.len() > NAMED {
        named.push(format!("{} more", targets.len() - NAMED));
    }
    format!(
        "Remove {} from \"{}\" ({}) through {}? They are out at once.",
        named.join(", "),
        group_name(&found.group),
        found.group.group_jid,
        session_name(&found.session),
    )
}
