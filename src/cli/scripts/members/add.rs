//! `groupdesk members add`

use super::arguments::Add;
use super::report::{Line, tell};
use super::whom;
use crate::api::PartialMembers;
use crate::cli::output::{CallKind, CommandError, note};
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::Found;
use crate::cli::scripts::outcome::{Outcome, ended};
use crate::client::ClientError;
use crate::console::people;

impl CommandContext<'_> {
    pub(super) async fn add_members(&self, add: &Add) -> Result<(), CommandError> {
        let found = self
            .find(&add.which.group, add.which.session.as_deref())
            .await?;
        let targets = whom::numbers(&add.numbers, whom::home(&found.session), |doubt| {
            if self.notes {
                note(&doubt);
            }
        })?;
        self.connected(&found.session).await?;
        let jids: Vec<_> = targets.iter().map(|target| target.jid.clone()).collect();
        let (session, group) = (&found.session.id, &found.group.group_jid);
        let sent = self.client.add_members(session, group, &jids).await;
        let all = |outcome| {
            let targets = targets.iter().cloned();
            targets.map(|target| Line::new(target, outcome)).collect()
        };
        let (lines, failure) = match sent {
            Ok(()) => (all(Outcome::Applied), None),
            Err(error) => {
                self.not_all_added(&found, all(Outcome::NotTried), error)
                    .await
            }
        };
        tell(&found, &lines, failure, add.format)
    }

    /// The outcome for each person after an error. Nothing is sent again: if the gateway did not
    /// answer, the members are read.
    async fn not_all_added(
        &self,
        found: &Found,
        mut lines: Vec<Line>,
        error: ClientError,
    ) -> (Vec<Line>, Option<CommandError>) {
        let lost = error.is_unconfirmed();
        let (partial, invite, reasoned) = match &error {
            ClientError::Api { error, .. } => (
                error.partial_members(),
                error.private_invite(),
                error.reason().is_some(),
            ),
            _ => (None, None, true),
        };
        let sent = !matches!(error, ClientError::Unreachable(_) | ClientError::NotReady);
        let failure = CommandError::of_call(error, CallKind::Live);
        match (partial, &mut lines[..]) {
            (Some(partial), lines) => by_report(lines, &partial),
            (None, lines) if lost => set(lines, Outcome::Unknown),
            // Another gateway may have added some before it refused.
            (None, lines) if sent && !reasoned && lines.len() > 1 => set(lines, Outcome::Unknown),
            // The call was refused as a whole.
            (None, lines) if sent => {
                for line in &mut *lines {
                    line.outcome = Outcome::Refused;
                    line.message = Some(failure.message.clone());
                }
                if let [only] = lines {
                    only.invite = invite;
                }
            }
            (None, _) => {}
        }
        if lines.iter().any(|line| line.outcome == Outcome::Unknown) {
            self.look_for(found, &mut lines).await;
        }
        let outcomes: Vec<_> = lines.iter().map(|line| line.outcome).collect();
        let failure = ended(&outcomes, failure);
        if failure.is_none() && self.notes {
            note("the answer to the change was lost, but all people are in the group now");
        }
        (lines, failure)
    }

    /// Whoever is in the group now was added.
    async fn look_for(&self, found: &Found, lines: &mut [Line]) {
        let Ok(members) = self.members_of(found).await else {
            return;
        };
        for line in lines {
            let jid = &line.target.jid;
            let there = members.iter().any(|member| people::is_member(member, jid));
            if line.outcome == Outcome::Unknown && there {
                line.outcome = Outcome::Applied;
            }
        }
    }
}

fn set(lines: &mut [Line], outcome: Outcome) {
    for line in lines {
        line.outcome = outcome;
    }
}

/// The gateway's report.
fn by_report(lines: &mut [Line], partial: &PartialMembers) {
    for line in lines {
        let jid = &line.target.jid;
        line.outcome = if partial.applied.contains(jid) {
            Outcome::Applied
        } else if let Some(failed) = partial.failed.iter().find(|failed| failed.jid == *jid) {
            line.message = Some(failed.message.clone()).filter(|message| !message.is_empty());
            line.invite.clone_from(&failed.invite);
            Outcome::Refused
        } else {
            Outcome::Unknown
        };
    }
}
