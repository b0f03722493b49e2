//! `groupdesk members list|add|remove|promote|demote`

mod add;
mod arguments;
mod change;
mod list;
mod report;
mod whom;

use super::context::CommandContext;
use crate::cli::output::CommandError;
use arguments::Action;
use change::Change;

pub(super) use arguments::EXAMPLES;
pub(super) use arguments::Members;
pub(super) use report::{Line, Row};
pub(super) use whom::{Target, home, numbers};

impl CommandContext<'_> {
    pub(super) async fn members(&self, members: &Members) -> Result<(), CommandError> {
        match &members.action {
            Action::List(list) => self.list_members(list).await,
            Action::Add(add) => self.add_members(add).await,
            Action::Remove(remove) => self.remove_members(remove).await,
            Action::Promote(rank) => self.rank_members(rank, Change::Promote).await,
            Action::Demote(rank) => self.rank_members(rank, Change::Demote).await,
        }
    }
}
