//! `groupdesk group set|create|join|leave`

mod create;
mod join;
mod leave;
mod set;
pub(super) mod settings;

use super::context::CommandContext;
use crate::cli::output::CommandError;
use clap::{Args, Subcommand};
use create::Create;
use join::Join;
use leave::Leave;
use set::Set;

pub(super) use set::EXAMPLES;

/// Arguments of `groupdesk group`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Group {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Change subject, description, or what members may do
    #[command(after_help = EXAMPLES)]
    Set(Set),

    /// Create a group
    #[command(after_help = create::EXAMPLES)]
    Create(Create),

    /// Join a group by its invite link
    #[command(after_help = join::EXAMPLES)]
    Join(Join),

    /// Leave a group
    #[command(after_help = leave::EXAMPLES)]
    Leave(Leave),
}

impl Group {
    pub(super) fn wants_json(&self) -> bool {
        match &self.action {
            Action::Set(set) => set.format.json,
            Action::Create(create) => create.format.json,
            Action::Join(join) => join.format.json,
            Action::Leave(leave) => leave.format.json,
        }
    }

    /// Fails early for what needs no gateway to be refused.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        match &self.action {
            Action::Set(set) => set.check(),
            Action::Create(_) => Ok(()),
            Action::Join(join) => join.check(),
            Action::Leave(leave) => leave.check(),
        }
    }
}

impl CommandContext<'_> {
    pub(super) async fn change_group(&self, group: &Group) -> Result<(), CommandError> {
        match &group.action {
            Action::Set(set) => self.set_settings(set).await,
            Action::Create(create) => self.create_group(create).await,
            Action::Join(join) => self.join_group(join).await,
            Action::Leave(leave) => self.leave_group(leave).await,
        }
    }
}
