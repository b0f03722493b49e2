//! Runs a command on the gateway that is configured.

use super::context::CommandContext;
use super::script::Script;
use crate::cli::args::Cli;
use crate::cli::log;
use crate::cli::output::CommandError;
use crate::cli::settings::settings;
use crate::cli::signals::shutdown_signal;
use crate::cli::state_files;
use crate::cli::target::Target;
use crate::console::state::copy_texts;
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
        Script::Sheet(sheet) => sheet.check()?,
        Script::Keys(keys) => keys.check()?,
        Script::Batch(batch) => batch.check()?,
        Script::Members(members) => members.check()?,
        Script::Group(group) => group.check()?,
        Script::Audit(audit) => audit.check()?,
        Script::Schedule(schedule) => schedule.check()?,
        Script::Requests(requests) => requests.check()?,
        _ => {}
    }
    let ending = shutdown_signal()?;
    let shutdown = ending.requested.clone();
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
    let copy_texts = copy_texts(config.copy.clone());
    let desk = CommandContext {
        client: &target.client,
        session_ids: &target.place.session_ids,
        own: target.is_own(),
        notes: !script.wants_json(),
        batches: state_files::batches(&config.state_dir, &(&target.place).into()),
        stop: shutdown.clone(),
        copy_texts: &copy_texts,
    };
    let cut_off = if script.stops_by_itself() {
        &ending.forced
    } else {
        &ending.requested
    };
    let outcome = tokio::select! {
        outcome = answer(&desk, script) => outcome,
        () = cut_off.cancelled() => Err(CommandError::interrupted(script.when_interrupted())),
    };
    target.close().await;
    Ok(outcome?)
}

async fn answer(desk: &CommandContext<'_>, script: &Script) -> Result<(), CommandError> {
    match script {
        Script::Sessions(sessions) => desk.list_sessions(sessions).await,
        Script::Groups(groups) => desk.list_groups(groups).await,
        Script::Group(group) => desk.change_group(group).await,
        Script::Members(members) => desk.members(members).await,
        Script::Invite(invite) => desk.invite(invite).await,
        Script::Sheet(sheet) => desk.sheet(sheet).await,
        Script::Schedule(schedule) => desk.schedule(schedule).await,
        Script::Requests(requests) => desk.requests(requests).await,
        Script::Audit(audit) => desk.audit(audit).await,
        Script::Keys(keys) => desk.keys(keys).await,
        Script::Batch(batch) => desk.batch(batch).await,
        Script::Completions(_) | Script::Man(_) => Ok(()),
    }
}
