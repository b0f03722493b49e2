//! Arguments of `groupdesk batch`.

use crate::api::{Setting, check_description};
use crate::batch::Change;
use crate::cli::output::AnswerFormat;
use crate::cli::scripts::group::settings::{Disappearing, Switch, Who};
use crate::cli::scripts::selection::Selection;
use clap::{Args, Subcommand};

pub(crate) const EXAMPLES: &str = "\
Examples:
  groupdesk batch set --filter choir --announce on --dry-run
  groupdesk batch reset --file groups.txt --yes --json
  groupdesk batch append --all --session Support --text \"Be kind to each other.\"
  groupdesk batch replace --filter 2025 --find 2025 --with 2026
  groupdesk batch --resume                  go on with the batch that was interrupted

Each group is changed at most once. A change whose answer was lost is looked up, never sent again.";

/// Arguments of `groupdesk batch`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Batch {
    #[command(subcommand)]
    pub action: Option<Action>,

    #[command(flatten)]
    pub earlier: Earlier,

    #[command(flatten)]
    pub format: AnswerFormat,
}

/// What to do with a batch that was started earlier.
#[derive(Debug, Clone, PartialEq, Eq, Default, Args)]
#[group(multiple = false)]
pub struct Earlier {
    /// Go on with this batch, or with the only one that is unfinished
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "")]
    pub resume: Option<String>,

    /// List the batches that are unfinished
    #[arg(long)]
    pub unfinished: bool,

    /// Give up on the groups that this batch has not changed yet
    #[arg(long, value_name = "ID")]
    pub give_up: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Reset the invite links; the old ones die at once
    Reset(Reset),

    /// Change one setting
    Set(Set),

    /// Add a text to the end of the descriptions
    Append(Append),

    /// Find and replace a text in the names
    Replace(Replace),
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct How {
    /// Write what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Reset {
    #[command(flatten)]
    pub selection: Selection,

    #[command(flatten)]
    pub how: How,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Set {
    #[command(flatten)]
    pub selection: Selection,

    #[command(flatten)]
    pub setting: OneSetting,

    #[command(flatten)]
    pub how: How,
}

/// The setting; exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[group(required = true, multiple = false)]
pub struct OneSetting {
    /// Whether only admins can post
    #[arg(long, value_name = "SWITCH")]
    pub announce: Option<Switch>,

    /// Whether only admins can edit the group's info
    #[arg(long, value_name = "SWITCH")]
    pub locked: Option<Switch>,

    /// Who has the invite link
    #[arg(long, value_name = "WHO")]
    pub invite_by: Option<Who>,

    /// Whether an admin has to approve who joins by the link
    #[arg(long, value_name = "SWITCH")]
    pub join_approval: Option<Switch>,

    /// Who can add members
    #[arg(long, value_name = "WHO")]
    pub add_by: Option<Who>,

    /// When messages disappear
    #[arg(long, value_name = "WHEN")]
    pub disappearing: Option<Disappearing>,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Append {
    #[command(flatten)]
    pub selection: Selection,

    /// The text; it stands on a line of its own
    #[arg(long, value_name = "TEXT", value_parser = text)]
    pub text: String,

    #[command(flatten)]
    pub how: How,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Replace {
    #[command(flatten)]
    pub selection: Selection,

    /// The text to find; case counts
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub find: String,

    /// The text to put in its place; "" removes it
    #[arg(long, value_name = "TEXT")]
    pub with: String,

    #[command(flatten)]
    pub how: How,
}

fn text(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("must not be empty".to_owned()),
        text => check_description(text),
    }
}

impl Batch {
    pub(crate) fn wants_json(&self) -> bool {
        match &self.action {
            Some(action) => action.how().format.json,
            None => self.format.json,
        }
    }
}

impl Action {
    pub(super) fn how(&self) -> &How {
        match self {
            Self::Reset(reset) => &reset.how,
            Self::Set(set) => &set.how,
            Self::Append(append) => &append.how,
            Self::Replace(replace) => &replace.how,
        }
    }

    pub(super) fn selection(&self) -> &Selection {
        match self {
            Self::Reset(reset) => &reset.selection,
            Self::Set(set) => &set.selection,
            Self::Append(append) => &append.selection,
            Self::Replace(replace) => &replace.selection,
        }
    }

    /// What is done to each group. `None`: clap let a `set` without a setting pass.
    pub(super) fn change(&self) -> Option<Change> {
        match self {
            Self::Reset(_) => Some(Change::Reset),
            Self::Set(set) => set.setting.setting().map(Change::Set),
            Self::Append(append) => Some(Change::AppendDescription(append.text.clone())),
            Self::Replace(replace) => Some(Change::ReplaceInSubject {
                find: replace.find.clone(),
                with: replace.with.clone(),
            }),
        }
    }
}

impl OneSetting {
    fn setting(&self) -> Option<Setting> {
        let on = |switch: Switch| switch == Switch::On;
        (self.announce.map(|switch| Setting::Announce(on(switch))))
            .or(self.locked.map(|switch| Setting::Locked(on(switch))))
            .or(self.invite_by.map(|who| Setting::InviteBy(who.audience())))
            .or(self
                .join_approval
                .map(|switch| Setting::JoinApproval(on(switch))))
            .or(self.add_by.map(|who| Setting::AddBy(who.audience())))
            .or((self.disappearing).map(|when| Setting::EphemeralSeconds(when.seconds())))
    }
}
