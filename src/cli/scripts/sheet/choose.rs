//! The groups of a sheet, each once, and those that cannot have a link.

use super::arguments::Make;
use crate::api::{Audience, SessionRole};
use crate::cli::output::{CommandError, Exit};
use crate::cli::scripts::context::CommandContext;
use crate::cli::scripts::find::{Found, group_name, session_name};
use crate::names::sort_key;
use crate::text::clean_line;
use std::collections::BTreeMap;

/// Groups whose link is to be read.
pub(super) struct Chosen {
    pub groups: Vec<Found>,
    pub left_out: Vec<LeftOut>,
}

/// A group without a link, and why.
pub(super) struct LeftOut {
    pub found: Found,
    pub error: CommandError,
}

impl LeftOut {
    pub(super) fn line(&self) -> String {
        let name = clean_line(group_name(&self.found.group)).into_owned();
        format!("{name}  {}", self.error.message)
    }
}

impl CommandContext<'_> {
    /// The groups that are named, or match, or all, without those of which it is known that they have no link for us.
    pub(super) async fn choose_groups(&self, make: &Make) -> Result<Chosen, CommandError> {
        let mut found = self.selected(&make.selection).await?;
        if make.selection.which.is_a_search() {
            found.sort_by_cached_key(|one| {
                let jid = one.group.group_jid.clone();
                (sort_key(&clean_line(group_name(&one.group))), jid)
            });
        }
        self.without_hopeless(found).await
    }

    /// Connects the sessions that are needed, and sorts out what is known to be refused.
    async fn without_hopeless(&self, found: Vec<Found>) -> Result<Chosen, CommandError> {
        let mut connected: BTreeMap<String, Result<(), CommandError>> = BTreeMap::new();
        let (mut groups, mut left_out) = (Vec::new(), Vec::new());
        for found in found {
            let obstacle = if let Some(error) = obstacle(&found) {
                Some(error)
            } else {
                let id = &found.session.id;
                if !connected.contains_key(id) {
                    connected.insert(id.clone(), self.connected(&found.session).await);
                }
                match &connected[id] {
                    Ok(()) if !self.own && found.session.status.is_disconnected() => {
                        Some(offline(&found))
                    }
                    Ok(()) => None,
                    Err(error) if error.exit == Exit::NotConnected => Some(error.clone()),
                    Err(error) => return Err(error.clone()),
                }
            };
            match obstacle {
                Some(error) => left_out.push(LeftOut { found, error }),
                None => groups.push(found),
            }
        }
        Ok(Chosen { groups, left_out })
    }
}

/// Why WhatsApp need not be asked. Where it is not known who has the link, it is.
pub(super) fn obstacle(found: &Found) -> Option<CommandError> {
    let refused = |words: &str| Some(CommandError::new(Exit::NotAdmin, words));
    match found.group.my_role {
        Some(SessionRole::None) => refused("the account is not in the group"),
        Some(SessionRole::Member) if found.group.invite_by == Some(Audience::Admins) => {
            refused("only admins have the link, and the account is none")
        }
        _ => None,
    }
}

fn offline(found: &Found) -> CommandError {
    let name = session_name(&found.session);
    CommandError::new(
        Exit::NotConnected,
        format!("{name} is not connected to WhatsApp"),
    )
}
