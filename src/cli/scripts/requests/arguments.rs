//! The arguments of `groupdesk requests`.

use crate::cli::output::{AnswerFormat, CommandError, Exit, ListFormat};
use crate::cli::scripts::ask;
use crate::cli::scripts::invite::Which;
use clap::{Args, Subcommand};

pub(crate) const EXAMPLES: &str = "\
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

impl Requests {
    pub(crate) fn wants_json(&self) -> bool {
        match &self.action {
            Action::List(list) => list.format.json,
            Action::Approve(settle) | Action::Reject(settle) => settle.format.json,
        }
    }

    /// Whether the command changes something at WhatsApp.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.action, Action::List(_))
    }

    /// Fails early if a confirmation is needed but not possible.
    pub(crate) fn check(&self) -> Result<(), CommandError> {
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
