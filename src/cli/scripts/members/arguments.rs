//! The arguments of `groupdesk members`.

use crate::cli::output::{AnswerFormat, CommandError, Exit, ListFormat};
use crate::cli::scripts::ask;
use crate::cli::scripts::invite::Which;
use clap::{Args, Subcommand};

pub(crate) const EXAMPLES: &str = "\
Examples:
  groupdesk members list \"Weekend Volunteers\"
  groupdesk members add volunteers \"+44 7700 900123\" \"Budi 0812 3456 7890\"
  groupdesk members remove volunteers 447700900123 --yes --json
  groupdesk members promote volunteers \"Ann Lee\"

Numbers are accepted in any notation; one without a country code is taken as one of the account's
own country. PERSON is a number, a JID, or the name of one member.";

/// Arguments of `groupdesk members`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Members {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// List the members
    List(List),

    /// Add people by their numbers
    Add(Add),

    /// Remove members
    Remove(Remove),

    /// Make members admins
    Promote(Rank),

    /// Make admins members again
    Demote(Rank),
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct List {
    #[command(flatten)]
    pub which: Which,

    #[command(flatten)]
    pub format: ListFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Add {
    #[command(flatten)]
    pub which: Which,

    /// The people: numbers in any notation, also several in one text
    #[arg(value_name = "NUMBER", required = true)]
    pub numbers: Vec<String>,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Remove {
    #[command(flatten)]
    pub whom: Whom,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Rank {
    #[command(flatten)]
    pub whom: Whom,

    #[command(flatten)]
    pub format: AnswerFormat,
}

/// Which members of which group.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Whom {
    #[command(flatten)]
    pub which: Which,

    /// The members: a number in any notation, a JID, or a name that no other member has
    #[arg(value_name = "PERSON", required = true)]
    pub people: Vec<String>,
}

impl Members {
    pub(crate) fn wants_json(&self) -> bool {
        match &self.action {
            Action::List(list) => list.format.json,
            Action::Add(add) => add.format.json,
            Action::Remove(remove) => remove.format.json,
            Action::Promote(rank) | Action::Demote(rank) => rank.format.json,
        }
    }

    /// Whether WhatsApp is asked.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.action, Action::List(_))
    }

    /// Fails early if a confirmation is needed but not possible.
    pub(crate) fn check(&self) -> Result<(), CommandError> {
        match &self.action {
            Action::Remove(remove) if !remove.yes && !ask::is_possible() => Err(CommandError::new(
                Exit::NotConfirmed,
                "people are removed at once, and there is no terminal to ask on: say --yes",
            )),
            _ => Ok(()),
        }
    }
}
