//! The commands, and how the rooms are wired together.

mod args;
mod doctor;
mod engine;
mod log;
pub mod output;
mod places;
mod prompt;
mod scripts;
mod serve;
mod signals;
mod target;
mod token;

pub use args::{Cli, Command, Common, Demo, Sandbox, Serve};
pub use doctor::Doctor;

use crate::client::{self, Client, Secret};
use crate::config::{self, Config, ConfigError, KeySetting};
use crate::console::io::clipboard::{Clipboard, Surroundings};
use crate::console::io::perform::Performer;
use crate::console::io::runtime;
use crate::console::io::terminal::RealScreen;
use crate::console::keymap::{Conflict, Keymap};
use crate::console::locale::{self, Charset};
use crate::console::theme::{Background, BackgroundChoice, ColorDepth, TerminalEnvironment, Theme};
use crate::console::{keymap, state};
use anyhow::Context;
use engine::Prepared;
use places::Gateways;
use signals::Ending;
use std::io::IsTerminal;
use std::sync::Arc;
use target::{Place, Target};
use tokio_util::sync::CancellationToken;

/// Runs the command to its end.
///
/// # Errors
/// What to tell the user; already a sentence.
pub fn run(cli: &Cli) -> anyhow::Result<()> {
    client::install_tls();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot start")?;
    // The console draws on this thread: `terminal` tells its panics from those of tasks by it.
    let outcome = runtime.block_on(async {
        match &cli.command {
            None => own(cli).await,
            Some(Command::Demo(demo)) if demo.headless => serve::serve(cli, &demo.serve()).await,
            Some(Command::Demo(demo)) => on_demo(cli, demo).await,
            Some(Command::Serve(flags)) => serve::serve(cli, flags).await,
            Some(Command::Doctor(flags)) => doctor::run(cli, flags, &asked_to_end()?.asked).await,
            Some(Command::Script(script)) => scripts::run(script, cli).await,
        }
    });
    if outcome.is_err() {
        // What still runs was cut off on purpose, or never got anywhere.
        runtime.shutdown_background();
    }
    outcome
}

/// The desk on the user's own data, or on the gateway of a profile.
async fn own(cli: &Cli) -> anyhow::Result<()> {
    let ending = asked_to_end()?;
    let (config, keymap) = configuration(cli)?;
    need_a_terminal()?;
    let _log = log::to_file(&config.log_file, config.log_level, config.log_format)?;
    let target = Target::open(&config, &ending.asked).await?;
    let (client, typed) = (target.client.clone(), target.typed.clone());
    let shutdown = ending.asked.clone();
    let outcome = desk(&config, keymap, client, &target.place, typed, shutdown).await;
    ending.finish(target.close()).await.and(outcome)
}

/// The desk on a simulated world.
async fn on_demo(cli: &Cli, demo: &Demo) -> anyhow::Result<()> {
    let ending = asked_to_end()?;
    let (config, keymap) = configuration(cli)?;
    need_a_terminal()?;
    let prepared = Prepared::sandbox(&config, &demo.sandbox, cli.common.data_dir.as_deref())?;
    let (engine, client) = prepared.embed().await?;
    let _log = log::to_file(&engine.log_file(), config.log_level, config.log_format)?;
    let place = Place::own("demo", "a simulated world in this process");
    let shutdown = ending.asked.clone();
    let outcome = desk(&config, keymap, client, &place, None, shutdown).await;
    ending.finish(engine.stop()).await.and(outcome)
}

fn asked_to_end() -> anyhow::Result<Ending> {
    Ending::listen().context("signals cannot be listened to")
}

async fn desk(
    config: &Config,
    keymap: Keymap,
    client: Client,
    place: &Place,
    typed: Option<Secret>,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let environment = TerminalEnvironment::read(variable);
    let theme = theme(config, &environment);
    let (gateways, profiles, here) = Gateways::new(&client, place, &config.profiles, typed);
    let options = state::Options {
        gateway_name: place.name.clone(),
        session_ids: place.session_ids.clone(),
        profiles,
        here,
        mouse: config.mouse,
        theme,
        keymap,
        zone: jiff::tz::TimeZone::system(),
    };
    let clipboard = Clipboard::new(config.clipboard, Surroundings::of(variable));
    let (performer, inbox) = Performer::new(client, clipboard, pictures(), Arc::new(gateways));
    let take = || -> std::io::Result<RealScreen> {
        let mut screen = RealScreen::take(config.mouse, theme.charset)?;
        if config.background == BackgroundChoice::Auto && theme.depth != ColorDepth::None {
            screen.ask_background()?;
        }
        Ok(screen)
    };
    let mut screen = take().context("the terminal cannot be used")?;
    runtime::run(&mut screen, options, performer, inbox, shutdown).await
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// How things look on this terminal, as far as its environment tells.
fn theme(config: &Config, environment: &TerminalEnvironment) -> Theme {
    let background = match config.background {
        BackgroundChoice::Fixed(background) => background,
        BackgroundChoice::Auto => Background::from_colorfgbg(environment.colorfgbg.as_deref()),
    };
    let encoding = locale::encoding_variable(variable);
    let charset = Charset::of_locale(encoding.as_ref().map(|(_, locale)| locale.as_str()));
    if let Some((variable, locale)) = encoding.filter(|_| charset == Charset::Ascii) {
        tracing::warn!(variable, locale, "the locale is not UTF-8: drawing ASCII");
    }
    Theme::on(config.colors.depth(environment), background).with_charset(charset)
}

/// Reads the configuration; what was left out of it is told on standard error.
fn settings(cli: &Cli) -> anyhow::Result<Config> {
    let environment: Vec<_> = std::env::vars_os().collect();
    let config = config::load(&cli.overrides(), &environment, &keymap::check_binding)?;
    for warning in &config.warnings {
        output::note(&format!("warning: {warning}"));
    }
    Ok(config)
}

/// Reads the configuration and the keys; wrong keys are told with their file and line.
fn configuration(cli: &Cli) -> anyhow::Result<(Config, Keymap)> {
    let config = settings(cli)?;
    let mut keymap = Keymap::default();
    for setting in &config.keys {
        keymap
            .rebind(&setting.action, &setting.keys)
            .map_err(anyhow::Error::msg)?;
    }
    keymap
        .check()
        .map_err(|conflict| at_fault(&config, &conflict))?;
    Ok((config, keymap))
}

/// A setting that gave the key one of its two meanings.
fn at_fault(config: &Config, conflict: &Conflict) -> ConfigError {
    let set = |setting: &&KeySetting| {
        setting.action == conflict.first || setting.action == conflict.second
    };
    match config.keys.iter().rfind(set) {
        Some(KeySetting { action, place, .. }) => {
            ConfigError(format!("{place}: `keys.{action}`: {conflict}"))
        }
        None => ConfigError(format!("[keys]: {conflict}")),
    }
}

fn need_a_terminal() -> anyhow::Result<()> {
    anyhow::ensure!(
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        "the desk needs a terminal; without one there is `groupdesk serve`"
    );
    let environment = TerminalEnvironment::read(variable);
    if !environment.can_move_cursor() {
        let term = match environment.term.as_deref() {
            Some(term @ "dumb") => {
                format!("TERM={term} says that this terminal has no cursor to move")
            }
            _ => "TERM does not say which terminal this is".to_owned(),
        };
        return Err(output::Failure::new(
            output::Exit::Usage,
            format!(
                "{term}, and the desk draws a whole screen; set TERM to the terminal's type, such as xterm-256color, or use the commands for scripts, such as `groupdesk groups`"
            ),
        )
        .into());
    }
    Ok(())
}

/// Where QR codes are saved: the pictures' folder, or where one is.
fn pictures() -> std::path::PathBuf {
    directories::UserDirs::new()
        .and_then(|dirs| dirs.picture_dir().map(ToOwned::to_owned))
        .or_else(|| std::env::current_dir().ok())
        .unwrap_or_default()
}

/// A fresh 256-bit api-key.
fn fresh_key() -> Secret {
    use std::fmt::Write as _;
    let bytes: [u8; 32] = rand::random();
    let mut key = String::from("wa_");
    for byte in bytes {
        let _ = write!(key, "{byte:02x}");
    }
    Secret::new(key)
}
