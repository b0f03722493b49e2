//! Commands that answer and end, for scripts and for people in a hurry, on any gateway.
//!
//! Each has its arguments beside it. `docs/scripts.md` says what they write and how they end.

mod ask;
mod audit;
mod connect;
mod find;
mod group;
mod groups;
mod invite;
mod keys;
mod sessions;
mod shell;

use super::output::{Failure, note};
use super::target::Target;
use super::{Cli, asked_to_end, log};
use crate::client::Client;
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

    /// Read, reset or draw a group's invite link
    #[command(after_help = invite::EXAMPLES)]
    Invite(invite::Invite),

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
    /// Whether a failure is told as JSON.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Sessions(sessions) => sessions.format.json,
            Self::Groups(groups) => groups.format.json,
            Self::Group(group) => group.wants_json(),
            Self::Invite(invite) => invite.wants_json(),
            Self::Audit(audit) => audit.format.json,
            Self::Keys(keys) => keys.wants_json(),
            Self::Completions(_) | Self::Man(_) => false,
        }
    }

    /// Whether WhatsApp is asked, so that sessions must connect.
    fn is_live(&self) -> bool {
        matches!(self, Self::Group(_) | Self::Invite(_))
    }
}

/// What a command works with.
struct Desk<'a> {
    client: &'a Client,
    /// Ids to use where the gateway does not list its sessions.
    session_ids: &'a [String],
    /// The engine runs in this process, so its sessions only begin to connect.
    own: bool,
    /// Whether lines for people may stand beside the answer.
    notes: bool,
}

/// Says how many rows of a listing could not be read. The answer on stdout has the others.
fn left_out(rows: usize, one: &str, many: &str) {
    match rows {
        0 => {}
        1 => note(&format!("1 {one} could not be read and is left out")),
        _ => note(&format!("{rows} {many} could not be read and are left out")),
    }
}

/// Runs the command to its end.
///
/// # Errors
/// A [`Failure`], or what kept the gateway from being reached.
pub async fn run(script: &Script, cli: &Cli) -> anyhow::Result<()> {
    match script {
        Script::Completions(completions) => return Ok(completions.write()?),
        Script::Man(man) => return Ok(man.write()?),
        Script::Invite(invite) => invite.check()?,
        Script::Keys(keys) => keys.check()?,
        _ => {}
    }
    let shutdown = asked_to_end()?.asked;
    let config = super::settings(cli)?;
    let _log = match config.profile {
        Some(_) => None,
        None => Some(log::to_file(
            &config.log_file,
            config.log_level,
            config.log_format,
        )?),
    };
    let target = if script.is_live() {
        Target::open(&config, &shutdown).await?
    } else {
        Target::open_stored(&config, &shutdown).await?
    };
    let desk = Desk {
        client: &target.client,
        session_ids: &target.place.session_ids,
        own: target.is_own(),
        notes: !script.wants_json(),
    };
    let outcome = tokio::select! {
        outcome = desk.run(script) => outcome,
        () = shutdown.cancelled() => Err(Failure::interrupted(
            "a change that was under way may have been made",
        )),
    };
    target.close().await;
    Ok(outcome?)
}

impl Desk<'_> {
    async fn run(&self, script: &Script) -> Result<(), Failure> {
        match script {
            Script::Sessions(sessions) => self.list_sessions(sessions).await,
            Script::Groups(groups) => self.list_groups(groups).await,
            Script::Group(group) => self.change_group(group).await,
            Script::Invite(invite) => self.invite(invite).await,
            Script::Audit(audit) => self.audit(audit).await,
            Script::Keys(keys) => self.keys(keys).await,
            Script::Completions(_) | Script::Man(_) => Ok(()),
        }
    }
}
