//! The list of script commands.

use super::{
    audit, batch, group, groups, invite, keys, members, requests, schedule, sessions, sheet, shell,
};
use clap::Subcommand;

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Script {
    /// List the sessions
    #[command(after_help = sessions::EXAMPLES)]
    Sessions(sessions::Sessions),

    /// List the groups of all sessions, or find some of them
    #[command(after_help = groups::EXAMPLES)]
    Groups(groups::Groups),

    /// Create, join, change or leave a group
    #[command(after_help = group::EXAMPLES)]
    Group(group::Group),

    /// Change many groups in the same way
    #[command(after_help = batch::EXAMPLES)]
    Batch(batch::Batch),
    /// List, add, remove, promote and demote the members of a group
    #[command(after_help = members::EXAMPLES)]
    Members(members::Members),

    /// Read, reset, draw or check a group's invite link
    #[command(after_help = invite::EXAMPLES)]
    Invite(invite::Invite),

    /// List who asks to join a group, let people in or reject them
    #[command(after_help = requests::EXAMPLES)]
    Requests(requests::Requests),

    /// Make a print sheet of groups with their QR codes, or check one that was made earlier
    #[command(after_help = sheet::EXAMPLES)]
    Sheet(sheet::Sheet),

    /// Set, show or remove a group's opening hours
    #[command(after_help = schedule::EXAMPLES)]
    Schedule(schedule::Schedule),

    /// Write out the audit log, the newest entries first, or check its hash chain
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
            Self::Members(members) => members.wants_json(),
            Self::Invite(invite) => invite.wants_json(),
            Self::Batch(batch) => batch.wants_json(),
            Self::Sheet(sheet) => sheet.wants_json(),
            Self::Schedule(schedule) => schedule.wants_json(),
            Self::Audit(audit) => audit.wants_json(),
            Self::Requests(requests) => requests.wants_json(),
            Self::Keys(keys) => keys.wants_json(),
            Self::Completions(_) | Self::Man(_) => false,
        }
    }

    /// Whether the command queries WhatsApp, so that sessions must connect.
    pub(super) fn is_live(&self) -> bool {
        match self {
            Self::Group(_) | Self::Invite(_) | Self::Batch(_) | Self::Sheet(_) => true,
            Self::Members(members) => members.is_live(),
            Self::Requests(requests) => requests.is_live(),
            _ => false,
        }
    }

    /// Whether the command ends what is in flight before it stops; only a second signal cuts it off.
    pub(super) fn stops_by_itself(&self) -> bool {
        match self {
            Self::Batch(_) => true,
            Self::Requests(requests) => requests.is_live(),
            _ => false,
        }
    }

    /// What a signal means for what the command was doing.
    pub(super) fn when_interrupted(&self) -> &'static str {
        match self {
            Self::Sheet(_) => "no sheet was written",
            _ => "a change that was under way may have been made",
        }
    }
}
