//! Settings of a group as arguments.

use crate::api::{Audience, SettingsPatch, check_description};
use clap::{Args, ValueEnum};

/// Settings of a group.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Settings {
    /// The new description, up to 2048 characters; "" clears it
    #[arg(long, value_name = "TEXT", value_parser = check_description)]
    pub description: Option<String>,

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Who {
    Admins,
    Members,
}

impl Who {
    pub(in crate::cli::scripts) fn audience(self) -> Audience {
        match self {
            Self::Admins => Audience::Admins,
            Self::Members => Audience::Members,
        }
    }
}

/// WhatsApp's own choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Disappearing {
    Never,
    #[value(name = "24h")]
    Day,
    #[value(name = "7d")]
    Week,
    #[value(name = "90d")]
    Quarter,
}

impl Disappearing {
    pub(in crate::cli::scripts) fn seconds(self) -> u32 {
        match self {
            Self::Never => 0,
            Self::Day => 86_400,
            Self::Week => 604_800,
            Self::Quarter => 7_776_000,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

impl Settings {
    pub(super) fn patch(&self) -> SettingsPatch {
        let on = |switch: Option<Switch>| switch.map(|switch| switch == Switch::On);
        SettingsPatch {
            subject: None,
            description: self.description.clone(),
            announce: on(self.announce),
            locked: on(self.locked),
            invite_by: self.invite_by.map(Who::audience),
            join_approval: on(self.join_approval),
            add_by: self.add_by.map(Who::audience),
            ephemeral_seconds: self.disappearing.map(Disappearing::seconds),
        }
    }
}
