//! The commands, and how the rooms are wired together.

mod args;
mod embedded;
mod headless;
mod log;
mod signals;

pub use args::{Cli, Command, Common, Demo};

use crate::client::{self, Client, Secret};
use crate::config::{self, Config};
use crate::console::clipboard::{Clipboard, Surroundings};
use crate::console::keymap::Keymap;
use crate::console::perform::Performer;
use crate::console::state;
use crate::console::terminal::RealScreen;
use crate::console::theme::{TerminalEnvironment, Theme};
use crate::console::{keymap, runtime};
use crate::text::clean_line;
use anyhow::Context;
use embedded::Embedded;
use std::io::IsTerminal;
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
    runtime.block_on(async {
        let shutdown = signals::until_asked_to_end().context("signals cannot be listened to")?;
        match &cli.command {
            None => own(cli, shutdown).await,
            Some(Command::Demo(demo)) if demo.headless => {
                headless::serve(&cli.common, demo, shutdown).await
            }
            Some(Command::Demo(demo)) => on_demo(cli, demo, shutdown).await,
        }
    })
}

/// The desk on the user's own data, or on a remote gateway.
async fn own(cli: &Cli, shutdown: CancellationToken) -> anyhow::Result<()> {
    let (config, keymap) = configuration(cli)?;
    need_a_terminal()?;
    let _log = log::start(&config.log_file, config.log_level)?;
    if let Some(gateway) = &config.gateway {
        let client = Client::new(&gateway.url, &gateway.key, gateway.allow_insecure)?;
        let place = Place {
            name: host_of(&gateway.url),
            session_ids: gateway.sessions.clone(),
        };
        return desk(&config, keymap, client, place, shutdown).await;
    }
    let embedded = Embedded::own(&config).await?;
    let client = embedded.client()?;
    let place = Place {
        name: String::new(),
        session_ids: Vec::new(),
    };
    let outcome = desk(&config, keymap, client, place, shutdown).await;
    embedded.stop().await;
    outcome
}

/// The desk on a simulated world.
async fn on_demo(cli: &Cli, demo: &Demo, shutdown: CancellationToken) -> anyhow::Result<()> {
    let (config, keymap) = configuration(cli)?;
    need_a_terminal()?;
    let world = embedded::world(demo)?;
    let embedded = Embedded::demo(world, demo, cli.common.data_dir.as_deref(), Vec::new()).await?;
    let _log = log::start(&embedded.log_file(), config.log_level)?;
    let client = embedded.client()?;
    let place = Place {
        name: "demo".to_owned(),
        session_ids: Vec::new(),
    };
    let outcome = desk(&config, keymap, client, place, shutdown).await;
    embedded.stop().await;
    outcome
}

/// Where the desk is.
struct Place {
    name: String,
    session_ids: Vec<String>,
}

async fn desk(
    config: &Config,
    keymap: Keymap,
    client: Client,
    place: Place,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let variable = |name: &str| std::env::var(name).ok();
    let depth = config.colors.depth(&TerminalEnvironment::read(variable));
    let options = state::Options {
        place_name: place.name,
        session_ids: place.session_ids,
        mouse: config.mouse,
        theme: Theme::new(depth),
        keymap,
        zone: jiff::tz::TimeZone::system(),
    };
    let clipboard = Clipboard::new(config.clipboard, Surroundings::of(variable));
    let (performer, inbox) = Performer::new(client, clipboard, pictures());
    let mut screen = RealScreen::take(config.mouse).context("the terminal cannot be used")?;
    runtime::run(&mut screen, options, performer, inbox, shutdown).await
}

/// Reads the configuration and the keys; wrong keys are told with their file and line.
fn configuration(cli: &Cli) -> anyhow::Result<(Config, Keymap)> {
    let environment: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let config = config::load(&cli.overrides(), &environment, &keymap::check_binding)?;
    let mut keymap = Keymap::default();
    for setting in &config.keys {
        keymap
            .rebind(&setting.action, &setting.keys)
            .map_err(anyhow::Error::msg)?;
    }
    keymap
        .check()
        .map_err(|fault| anyhow::anyhow!("the config's [keys]: {fault}"))?;
    Ok((config, keymap))
}

fn need_a_terminal() -> anyhow::Result<()> {
    anyhow::ensure!(
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        "the desk needs a terminal; for scripts there is `groupdesk demo --headless`"
    );
    Ok(())
}

/// Where QR codes are saved: the pictures' folder, or where one is.
fn pictures() -> std::path::PathBuf {
    directories::UserDirs::new()
        .and_then(|dirs| dirs.picture_dir().map(ToOwned::to_owned))
        .or_else(|| std::env::current_dir().ok())
        .unwrap_or_default()
}

/// The host and port of an address.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or(rest);
    // What stands before an `@` may be a password.
    clean_line(host.rsplit('@').next().unwrap_or(host)).into_owned()
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
