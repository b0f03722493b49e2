//! The console: on the user's own data, on the gateway of a profile, or on a simulated world.

use super::args::{Cli, Demo};
use super::engine::Prepared;
use super::gateways::Gateways;
use super::settings::configuration;
use super::signals::shutdown_signal;
use super::target::{GatewayInfo, Target};
use super::{log, output};
use crate::client::Client;
use crate::config::{Config, file_path};
use crate::console::io::clipboard::{Clipboard, Surroundings};
use crate::console::io::perform::Performer;
use crate::console::io::runtime;
use crate::console::io::terminal::RealScreen;
use crate::console::keymap::Keymap;
use crate::console::locale::{self, Charset};
use crate::console::state;
use crate::console::theme::{Background, BackgroundChoice, ColorDepth, TerminalEnvironment, Theme};
use crate::text::clean_line;
use anyhow::Context;
use std::io::IsTerminal;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The console on the user's own data, or on the gateway of a profile.
pub(super) async fn own(cli: &Cli) -> anyhow::Result<()> {
    let ending = shutdown_signal()?;
    let (config, keymap) = configuration(cli)?;
    need_a_terminal()?;
    let _log = log::to_file(&config.log_file, config.log_level, config.log_format)?;
    let target = Target::open(&config, &ending.requested).await?;
    let (client, typed) = (target.client.clone(), target.typed.clone());
    let shutdown = ending.requested.clone();
    let (gateways, profiles, here) =
        Gateways::new(&client, &target.place, &config, file(cli), typed, true);
    let gateways = Arc::new(gateways);
    let connector = Arc::clone(&gateways);
    let place = &target.place;
    let outcome = desk(
        &config,
        keymap,
        client,
        place,
        (connector, profiles, here),
        shutdown,
    )
    .await;
    let closing = async {
        gateways.close().await;
        target.close().await;
    };
    ending.finish(closing).await.and(outcome)
}

/// The console on the sandbox.
pub(super) async fn on_demo(cli: &Cli, demo: &Demo) -> anyhow::Result<()> {
    let ending = shutdown_signal()?;
    let (mut config, keymap) = configuration(cli)?;
    if config.copy.is_empty() {
        config.copy = demo_texts();
    }
    need_a_terminal()?;
    let prepared = Prepared::demo(&config, &demo.sandbox, cli.common.data_dir.as_deref())?;
    let (engine, client) = prepared.embed().await?;
    let _log = log::to_file(&engine.log_file(), config.log_level, config.log_format)?;
    let place = GatewayInfo::own("demo", "a simulated world in this process");
    let shutdown = ending.requested.clone();
    let (gateways, profiles, here) =
        Gateways::new(&client, &place, &config, file(cli), None, false);
    let gateways = (Arc::new(gateways), profiles, here);
    let outcome = desk(&config, keymap, client, &place, gateways, shutdown).await;
    ending.finish(engine.stop()).await.and(outcome)
}

/// Texts in three languages, so that the demo shows what `[[copy]]` is for.
fn demo_texts() -> Vec<state::CopyText> {
    [
        ("English", "Join “{name}” on WhatsApp: {link}"),
        ("Français", "Rejoignez « {name} » sur WhatsApp : {link}"),
        ("Bahasa Indonesia", "Gabung ke “{name}” di WhatsApp: {link}"),
    ]
    .into_iter()
    .filter_map(|(name, text)| state::CopyText::parse(name, text).ok())
    .collect()
}

async fn desk(
    config: &Config,
    keymap: Keymap,
    client: Client,
    place: &GatewayInfo,
    (gateways, profiles, here): (Arc<Gateways>, Vec<state::Profile>, usize),
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let environment = TerminalEnvironment::read(variable);
    let theme = theme(config, &environment);
    let options = state::Options {
        gateway_name: place.name.clone(),
        session_ids: place.session_ids.clone(),
        profiles,
        here,
        mouse: config.mouse,
        counter: state::CounterOptions {
            text: clean_line(&config.counter_text).trim().to_owned(),
            dark_after: i64::try_from(config.counter_dark_after).unwrap_or(0) * 1_000,
        },
        copy: state::copy_texts(config.copy.clone()),
        theme,
        keymap,
        zone: jiff::tz::TimeZone::system(),
    };
    let clipboard = Clipboard::new(config.clipboard, Surroundings::of(variable));
    let (performer, inbox) = Performer::new(client, clipboard, pictures(), gateways);
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

/// The configuration file, for new profiles.
fn file(cli: &Cli) -> Option<std::path::PathBuf> {
    let environment: Vec<_> = std::env::vars_os().collect();
    file_path(&cli.overrides(), &environment)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The theme for this terminal, from its environment.
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
    Theme::of(
        config.theme,
        config.colors.depth(environment),
        background,
        config.own_colors,
    )
    .with_charset(charset)
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
        return Err(output::CommandError::new(
            output::Exit::Usage,
            format!(
                "{term}, and the desk draws a whole screen; set TERM to the terminal's type, such as xterm-256color, or use the commands for scripts, such as `groupdesk groups`"
            ),
        )
        .into());
    }
    Ok(())
}

/// The directory for saved QR codes: the pictures folder, or the current directory.
fn pictures() -> std::path::PathBuf {
    directories::UserDirs::new()
        .and_then(|dirs| dirs.picture_dir().map(ToOwned::to_owned))
        .or_else(|| std::env::current_dir().ok())
        .unwrap_or_default()
}
