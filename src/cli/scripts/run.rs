//! Runs a command on the gateway that is configured.

use super::context::CommandContext;
use super::script::Script;
use crate::cli::args::Cli;
use crate::cli::log;
use crate::cli::output::CommandError;
use crate::cli::settings::settings;
use crate::cli::signals::shutdown_signal;
use crate::cli::target::Target;
use clap::CommandFactory as _;

/// Runs the command to its end.
///
/// # Errors
/// A [`CommandError`], or what kept the gateway from being reached.
pub(crate) async fn run(script: &Script, cli: &Cli) -> anyhow::Result<()> {
    match script {
        Script::Completions(completions) => return Ok(completions.write(&mut Cli::command())?),
        Script::Man(man) => return Ok(man.write(Cli::command())?),
        Script::Invite(invite) => invite.check()?,
        Script::Keys(keys) => keys.check()?,
        Script::Requests(requests) => requests.check()?,
        _ => {}
    }
    let shutdown = shutdown_signal()?.requested;
    let config = settings(cli)?;
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
    let desk = CommandContext {
        client: &target.client,
        session_ids: &target.place.session_ids,
        own: target.is_own(),
        notes: !script.wants_json(),
    };
    let outcome = tokio::select! {
        outcome = answer(&desk, script) => outcome,
        () = shutdown.cancelled() => Err(CommandError::interrupted(
            "a change that was under way may have been made",
        )),
    };
    target.close().await;
    Ok(outcome?)
}

async fn answer(desk: &CommandContext<'_>, script: &Script) -> Result<(), CommandError> {
    match script {
        Script::Sessions(sessions) => desk.list_sessions(sessions).await,
        Script::Groups(groups) => desk.list_groups(groups).await,
        Script::Group(group) => desk.change_group(group).await,
        Script::Invite(invite) => desk.invite(invite).await,
        Script::Requests(requests) => desk.requests(requests).await,
        Script::Audit(audit) => desk.audit(audit).await,
        Script::Keys(keys) => desk.keys(keys).await,
        Script::Completions(_) | Script::Man(_) => Ok(()),
    }
}
