//! Runs the command that was typed.

use super::args::{Cli, Command};
use super::signals::shutdown_signal;
use super::{desk, doctor, scripts, serve};
use crate::client;
use anyhow::Context;

/// Runs the command to its end.
///
/// # Errors
/// A sentence for the user.
pub fn run(cli: &Cli) -> anyhow::Result<()> {
    client::install_tls();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    // The console draws on this thread, by which `terminal` distinguishes its panics from those of
    // tasks.
    let outcome = runtime.block_on(async {
        match &cli.command {
            None => desk::own(cli).await,
            Some(Command::Demo(demo)) if demo.headless => serve::serve(cli, &demo.serve()).await,
            Some(Command::Demo(demo)) => desk::on_demo(cli, demo).await,
            Some(Command::Serve(flags)) => serve::serve(cli, flags).await,
            Some(Command::Doctor(flags)) => {
                doctor::run(cli, flags, &shutdown_signal()?.requested).await
            }
            Some(Command::Script(script)) => scripts::run(script, cli).await,
        }
    });
    if outcome.is_err() {
        // Remaining tasks were aborted, or never got anywhere.
        runtime.shutdown_background();
    }
    outcome
}
