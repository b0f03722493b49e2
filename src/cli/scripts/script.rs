//! The list of script commands.

use super::{audit, group, groups, invite, keys, requests, sessions, shell};
use clap::Subcommand;

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Script {
    /// List the sessions
    #[command(after_help = sessions::EXAMPLES)]
    Sessions(sessions::Sessions),

    /// List the groups of all sessions, or find some of them
    #[command(after_help = groups::EXAMPLES)]
    Groups(groups::Groups),

    /// Change a group
    #[command(after_help = group::EXAMPLES)]
    Group(group::Group),

    /// Read, reset, draw or check a group's invite link
    #[command(after_help = invite::EXAMPLES)]
    Invite(invite::Invite),

    /// List who asks to join a group, let people in or reject them
    #[command(after_help = requests::EXAMPLES)]
    Requests(requests::Requests),

    /// Write out the audit log, the newest entries first
    #[command(after_help = audit::EXAMPLES)]
    Audit(audit::Audit),

    /// Make, list, rotate and revoke api-keys
    #[command(after_help = keys::EXAMPLES)]
    Keys(keys::Keys),

    /// Write a shell's completions to standard output
    #[command(after_help = shell::COMPLETIONS_EXAMPLES)]
    Completions(shell::Completions),

    /// Write the manual's pages into a directory
    #[command(after_help = shell::MAN_EXAMPLES)]
    Man(shell::Man),
}

impl Script {
    /// Whether errors are written as JSON.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Sessions(sessions) => sessions.format.json,
            Self::Groups(groups) => groups.format.json,
            Self::Group(group) => group.wants_json(),
            Self::Invite(invite) => invite.wants_json(),
            Self::Requests(requests) => requests.wants_json(),
            Self::Audit(audit) => audit.format.json,
            Self::Keys(keys) => keys.wants_json(),
            Self::Completions(_) | Self::Man(_) => false,
        }
    }

    /// Whether the command queries WhatsApp, so that sessions must connect.
    pub(super) fn is_live(&self) -> bool {
        match self {
            Self::Group(_) | Self::Invite(_) => true,
            Self::Requests(requests) => requests.is_live(),
            _ => false,
        }
    }
}
