//! `groupdesk group join`

use crate::api::{InvitePreview, JoinedGroup, Session, code_in};
use crate::cli::output::{
    AnswerFormat, CallKind, CommandError, Exit, json_text, note, print_change,
};
use crate::cli::scripts::ask;
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::session_name;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::words::preview;
use clap::Args;
use serde::Serialize;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk group join https://chat.whatsapp.com/AbCdEf1234567890XyZ12 --session Support
  groupdesk group join AbCdEf1234567890XyZ12 --session Support --yes --json

Shows first where the link leads. Where an admin has to approve, the account waits for that.";

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Join {
    /// The invite link, or its code
    #[arg(value_name = "LINK")]
    pub link: String,

    /// With this account: a session's id, its label or its number; needed where there are several
    #[arg(long, value_name = "SESSION")]
    pub session: Option<String>,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    group_jid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    pending: bool,
}

impl Join {
    /// Fails early for a text that is no link, and if a confirmation is needed but not possible.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        if code_in(&self.link).is_none() {
            return Err(CommandError::new(
                Exit::Usage,
                "this is no invite link of WhatsApp's; one is https://chat.whatsapp.com/<code>",
            ));
        }
        if !self.yes && !ask::is_possible() {
            return Err(CommandError::new(
                Exit::NotConfirmed,
                "there is no terminal to ask on: say --yes",
            ));
        }
        Ok(())
    }
}

impl CommandContext<'_> {
    pub(super) async fn join_group(&self, join: &Join) -> Result<(), CommandError> {
        join.check()?;
        let code = code_in(&join.link).unwrap_or_default();
        let session = self.only_session(join.session.as_deref()).await?;
        self.connected(&session).await?;
        let leads_to = self.where_it_leads(&session, code).await?;
        let shown = leads_to.as_ref().map_or_else(
            || "a group that this gateway does not describe".to_owned(),
            preview,
        );
        if !join.yes {
            let who = session_name(&session);
            ask::confirm(&format!("{shown}. Join with {who}?")).await?;
        } else if self.notes {
            note(&shown);
        }
        let joined = match self.client.join(&session.id, code).await {
            Ok(joined) => joined,
            Err(error) if error.is_unconfirmed() => {
                let why = error.to_string();
                self.joined_all_the_same(&session, leads_to.as_ref(), &why)
                    .await?
            }
            Err(error) => return Err(CommandError::of_call(error, CallKind::Live)),
        };
        let subject = leads_to.as_ref().and_then(|group| group.subject.as_deref());
        let text = if join.format.json {
            json_text(&Document {
                session_id: &session.id,
                session_label: session.label.as_deref(),
                group_jid: &joined.group_jid,
                subject,
                pending: joined.pending,
            })?
        } else if joined.pending {
            format!(
                "asked to join {}; an admin of the group has to approve\n",
                joined.group_jid
            )
        } else {
            format!("joined {}\n", joined.group_jid)
        };
        let done = if joined.pending {
            "the request to join was made"
        } else {
            "the account joined the group"
        };
        print_change(&text, done, "nothing needs to be done again")
    }

    /// `None` where the gateway cannot say it.
    async fn where_it_leads(
        &self,
        session: &Session,
        code: &str,
    ) -> Result<Option<InvitePreview>, CommandError> {
        let call = Call::Preview {
            session: session.id.clone(),
            code: code.to_owned(),
        };
        let error = match self.client.preview(&session.id, code).await {
            Ok(preview) => return Ok(Some(preview)),
            Err(error) => error,
        };
        let failure = CallFailure::from(error.clone()).of_call(&call);
        if failure.kind == FailureKind::DeadInvite {
            return Err(CommandError::new(
                Exit::NotFound,
                "this link leads nowhere: it was reset, or never was one",
            ));
        }
        if failure.is_not_offered() {
            return Ok(None);
        }
        Err(CommandError::of_call(error, CallKind::Live))
    }

    /// After a lost answer the groups are read; nothing is sent again.
    async fn joined_all_the_same(
        &self,
        session: &Session,
        leads_to: Option<&InvitePreview>,
        why: &str,
    ) -> Result<JoinedGroup, CommandError> {
        let there = match leads_to {
            Some(group) => {
                let sessions = [session.clone()];
                self.by_jid(&sessions, &group.group_jid)
                    .await
                    .unwrap_or_default()
            }
            None => Vec::new(),
        };
        let there = there
            .into_iter()
            .find(|found| !matches!(found.group.my_role, Some(crate::api::SessionRole::None)));
        match there {
            Some(found) => {
                if self.notes {
                    note(&format!("{why}; but the account is in the group now"));
                }
                Ok(JoinedGroup {
                    group_jid: found.group.group_jid,
                    pending: false,
                })
            }
            None => Err(CommandError::new(
                Exit::Unknown,
                format!(
                    "whether the account joined is not known: {why}; it may also wait for an admin"
                ),
            )),
        }
    }
}
