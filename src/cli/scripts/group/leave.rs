//! `groupdesk group leave`

use crate::api::SessionRole;
use crate::cli::output::{
    AnswerFormat, CallKind, CommandError, Exit, json_text, note, print_change,
};
use crate::cli::scripts::ask;
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::{Found, group_name, session_name};
use crate::cli::scripts::invite::Which;
use crate::cli::scripts::named_group::NamedGroup;
use crate::console::account;
use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  groupdesk group leave \"Old Project\"
  groupdesk group leave 120363041234567890@g.us --session Support --yes --json

To come back, the account needs an admin or the invite link.";

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Leave {
    #[command(flatten)]
    pub which: Which,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

impl Leave {
    /// Fails early if a confirmation is needed but not possible.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        if self.yes || ask::is_possible() {
            return Ok(());
        }
        Err(CommandError::new(
            Exit::NotConfirmed,
            "the account leaves at once, and there is no terminal to ask on: say --yes",
        ))
    }
}

impl CommandContext<'_> {
    pub(super) async fn leave_group(&self, leave: &Leave) -> Result<(), CommandError> {
        let which = &leave.which;
        let found = self.find(&which.group, which.session.as_deref()).await?;
        let warning = self.last_admin(&found).await?;
        let who = session_name(&found.session);
        if !leave.yes {
            let warning = warning.map_or_else(String::new, |words| format!(" {words}"));
            ask::confirm(&format!(
                "Leave \"{}\" ({}) with {who}?{warning} Only an admin or the invite link brings the account back.",
                group_name(&found.group),
                found.group.group_jid,
            ))
            .await?;
        } else if let Some(warning) = warning.filter(|_| self.notes) {
            note(&warning);
        }
        self.connected(&found.session).await?;
        let (session, group) = (&found.session.id, &found.group.group_jid);
        match self.client.leave(session, group).await {
            Ok(()) => {}
            Err(error) if error.is_unconfirmed() => {
                let why = error.to_string();
                self.left_all_the_same(&found, &why).await?;
            }
            Err(error) => return Err(CommandError::of_call(error, CallKind::Live)),
        }
        let text = if leave.format.json {
            json_text(&NamedGroup::from(&found))?
        } else {
            format!("left {group}\n")
        };
        print_change(
            &text,
            "the account left the group",
            "nothing needs to be done again",
        )
    }

    /// The warning where no other admin remains.
    async fn last_admin(&self, found: &Found) -> Result<Option<String>, CommandError> {
        let role = found.group.my_role.as_ref();
        if role.is_some_and(|role| !role.is_admin()) {
            return Ok(None);
        }
        let members = self.members_of(found).await?;
        let is_own = |lid: &str, number: Option<&str>| {
            account::is_own(&found.session, lid)
                || number.is_some_and(|digits| {
                    account::number(&found.session).as_deref() == Some(digits)
                })
        };
        let mut admins = members.iter().filter(|member| member.role.is_admin());
        let only_own = admins.clone().count() == 1
            && admins.any(|member| is_own(&member.lid, member.phone_number.as_deref()));
        Ok((only_own && members.len() > 1).then(|| {
            format!(
                "It is the only admin: make another member admin first, with `groupdesk members promote {} PERSON --session {}`.",
                found.group.group_jid, found.session.id
            )
        }))
    }

    /// After a lost answer the group is read; nothing is sent again.
    async fn left_all_the_same(&self, found: &Found, why: &str) -> Result<(), CommandError> {
        let sessions = [found.session.clone()];
        let now = self.by_jid(&sessions, &found.group.group_jid).await;
        let is_out = now.is_ok_and(|groups| {
            groups
                .iter()
                .all(|one| one.group.my_role == Some(SessionRole::None))
        });
        if !is_out {
            return Err(CommandError::new(
                Exit::Unknown,
                format!(
                    "whether the account left is not known: {why}; look with `groupdesk groups`"
                ),
            ));
        }
        if self.notes {
            note(&format!("{why}; but the account is out of the group now"));
        }
        Ok(())
    }
}
