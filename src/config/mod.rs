//! Layered configuration: file, then environment, then flags.
//!
//! Every setting has one row in `settings()`, which names it in the file and in the environment and
//! says what is allowed; so a mistake is answered with the place it was made at and what would be right.
//! `config.example.toml` explains all of them.

mod layer;
mod limits;
mod login;
mod profile;
mod serve;

pub use profile::{KEY_VARIABLE, OWN, Profile, TokenFrom};
pub use serve::{Serve, TlsFiles, parse_listen};

use crate::console::io::clipboard::ClipboardChoice;
use crate::console::theme::{BackgroundChoice, ColorChoice};
use crate::gateway::Limits;
use crate::gateway::auth::Login;
use layer::Layers;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Bytes of a configuration file.
const FILE_MAX: u64 = 1 << 20;

/// A mistake in the configuration: where, what, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// Everything that can be configured, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The gateway to work on; without one the desk runs its own.
    pub profile: Option<Profile>,
    /// All that are configured, by name.
    pub profiles: Vec<Profile>,
    pub mouse: bool,
    pub colors: ColorChoice,
    pub background: BackgroundChoice,
    pub clipboard: ClipboardChoice,
    /// Changed keys, in the order of their actions.
    pub keys: Vec<KeySetting>,
    pub data_dir: PathBuf,
    pub log_level: LogLevel,
    pub log_file: PathBuf,
    pub log_format: LogFormat,
    pub whatsapp: WhatsApp,
    pub serve: Serve,
    pub limits: Limits,
    /// Whose logins a served gateway accepts; nobody's when `None`.
    pub login: Option<Login>,
    /// What was left out of the configuration and why, as sentences for the user.
    pub warnings: Vec<String>,
}

/// How real accounts reach WhatsApp, where that differs from what everybody does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhatsApp {
    /// The WebSocket address of another server.
    pub url: Option<String>,
    /// The version of WhatsApp Web to introduce ourselves as.
    pub version: Option<(u32, u32, u32)>,
}

/// The keys of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetting {
    pub action: String,
    pub keys: Vec<String>,
    /// File and line.
    pub place: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// Every level with its name.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("error", Self::Error),
        ("warn", Self::Warn),
        ("info", Self::Info),
        ("debug", Self::Debug),
        ("trace", Self::Trace),
    ];

    /// The name, as a log filter takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    /// Every format with its name.
    pub const NAMES: [(&'static str, Self); 2] = [("pretty", Self::Pretty), ("json", Self::Json)];
}

/// What the command line says about the configuration; `None` is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--config`
    pub file: Option<PathBuf>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--gateway`
    pub gateway: Option<String>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--no-mouse`
    pub no_mouse: bool,
    /// `--colors`
    pub colors: Option<ColorChoice>,
    pub serve: ServeOverrides,
}

/// What the flags of `groupdesk serve` say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServeOverrides {
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--tls-cert`
    pub tls_cert: Option<PathBuf>,
    /// `--tls-key`
    pub tls_key: Option<PathBuf>,
    /// `--behind-proxy`
    pub behind_proxy: bool,
    /// `--log-format`
    pub log_format: Option<LogFormat>,
}

/// Says what is wrong with the keys of an action, if anything.
pub type KeyCheck<'a> = &'a dyn Fn(&str, &[String]) -> Result<(), String>;

/// What a setting holds.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Texts,
    Flag,
    Path,
    /// A whole number from the first to the second.
    Number(u64, u64),
    OneOf(fn() -> Vec<&'static str>),
}

/// `(section, key, kind)` of a setting.
type Setting = (&'static str, &'static str, Kind);

/// The sections that are read here.
const OWN_SETTINGS: [Setting; 10] = [
    ("ui", "mouse", Kind::Flag),
    ("ui", "colors", Kind::OneOf(|| names(&ColorChoice::NAMES))),
    (
        "ui",
        "background",
        Kind::OneOf(|| names(&BackgroundChoice::NAMES)),
    ),
    (
        "ui",
        "clipboard",
        Kind::OneOf(|| names(&ClipboardChoice::NAMES)),
    ),
    ("data", "dir", Kind::Path),
    ("log", "level", Kind::OneOf(|| names(&LogLevel::NAMES))),
    ("log", "file", Kind::Path),
    ("log", "format", Kind::OneOf(|| names(&LogFormat::NAMES))),
    ("whatsapp", "url", Kind::Text),
    ("whatsapp", "version", Kind::Text),
];

/// Every setting outside `[keys]`.
fn settings() -> impl Iterator<Item = &'static Setting> {
    OWN_SETTINGS
        .iter()
        .chain(&serve::SETTINGS)
        .chain(&limits::SETTINGS)
        .chain(&login::SETTINGS)
}

fn names<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(name, _)| *name).collect()
}

/// The name of a choice.
fn name_of<T: Copy + PartialEq>(choices: &[(&'static str, T)], choice: T) -> String {
    let named = choices.iter().find(|(_, known)| *known == choice);
    named.map_or("", |(name, _)| name).to_owned()
}

fn choice<T: Copy + Default>(choices: &[(&'static str, T)], name: Option<&str>) -> T {
    choices
        .iter()
        .find(|(known, _)| Some(*known) == name)
        .map(|(_, choice)| *choice)
        .unwrap_or_default()
}

/// Reads the configuration: the file (if there is one), `environment`, the flags.
///
/// # Errors
/// The first mistake, with its place.
pub fn load(
    overrides: &Overrides,
    environment: &[(OsString, OsString)],
    check_key: KeyCheck<'_>,
) -> Result<Config, ConfigError> {
    let mut layers = Layers::default();
    let named = overrides.file.clone().or_else(|| {
        environment
            .iter()
            .find(|(name, path)| name == "GROUPDESK_CONFIG" && !path.is_empty())
            .map(|(_, path)| PathBuf::from(path))
    });
    if let Some(file) = named {
        let text = read_bounded(&file).map_err(|error| unreadable(&file, &error))?;
        layers.file(&file, &text, check_key)?;
    } else if let Some(file) = default_file() {
        match read_bounded(&file) {
            Ok(text) => layers.file(&file, &text, check_key)?,
            Err(error) if is_absent(&error) => {}
            // Whether there is one cannot be seen, for example in the home directory of another user.
            Err(error) if file.symlink_metadata().is_err() => {
                layers.warnings.push(format!(
                    "{}: the defaults are used",
                    unreadable(&file, &error).0
                ));
            }
            Err(error) => return Err(unreadable(&file, &error)),
        }
    }
    layers.environment(environment)?;
    layers.flags(overrides);
    finish(layers)
}

fn finish(layers: Layers) -> Result<Config, ConfigError> {
    let data_dir = match layers.path("data.dir") {
        Some(dir) => dir,
        None => project_dirs()
            .map(|dirs| dirs.data_dir().to_owned())
            .ok_or_else(|| {
                ConfigError(
                    "there is no home directory: say where data goes with --data-dir".into(),
                )
            })?,
    };
    let profiles = profile::all(&layers)?;
    Ok(Config {
        profile: profile::chosen(&layers, &profiles)?,
        profiles,
        whatsapp: whatsapp(&layers)?,
        serve: serve::read(&layers)?,
        limits: limits::read(&layers),
        login: login::read(&layers)?,
        mouse: layers.flag("ui.mouse").unwrap_or(true),
        colors: choice(&ColorChoice::NAMES, layers.text("ui.colors")),
        background: choice(&BackgroundChoice::NAMES, layers.text("ui.background")),
        clipboard: choice(&ClipboardChoice::NAMES, layers.text("ui.clipboard")),
        log_level: choice(&LogLevel::NAMES, layers.text("log.level")),
        log_file: layers
            .path("log.file")
            .unwrap_or_else(|| data_dir.join("groupdesk.log")),
        log_format: choice(&LogFormat::NAMES, layers.text("log.format")),
        data_dir,
        keys: layers.keys,
        warnings: layers.warnings,
    })
}

fn whatsapp(layers: &Layers) -> Result<WhatsApp, ConfigError> {
    let given = |setting| layers.text(setting).filter(|text| !text.is_empty());
    let url = given("whatsapp.url");
    if url.is_some_and(|url| {
        !["ws://", "wss://"]
            .iter()
            .any(|start| url.starts_with(start))
    }) {
        return Err(layers.fault(
            "whatsapp.url",
            "this must be a WebSocket address: wss://..., or ws://... for tests",
        ));
    }
    let version = given("whatsapp.version")
        .map(|text| {
            version(text).ok_or_else(|| {
                layers.fault(
                    "whatsapp.version",
                    "this must be three numbers with dots between them, such as 2.3000.1042742319",
                )
            })
        })
        .transpose()?;
    Ok(WhatsApp {
        url: url.map(str::to_owned),
        version,
    })
}

fn version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let version = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(version)
}

/// The text of a configuration file of at most [`FILE_MAX`] bytes.
fn read_bounded(file: &Path) -> std::io::Result<String> {
    use std::io::{Error, ErrorKind, Read as _};
    let mut bytes = Vec::new();
    std::fs::File::open(file)?
        .take(FILE_MAX + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_MAX {
        let text = format!("it is larger than {} KiB", FILE_MAX >> 10);
        return Err(Error::new(ErrorKind::FileTooLarge, text));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let start = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = start.split(|byte| *byte == b'\n').count();
        let text = format!("line {line} is not UTF-8 text");
        Error::new(ErrorKind::InvalidData, text)
    })?;
    Ok(text)
}

fn is_absent(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unreadable(file: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError(format!("cannot read {}: {error}", file.display()))
}

fn project_dirs() -> Option<directories::ProjectDirs> {
    directories::ProjectDirs::from("", "", "groupdesk")
}

/// Where the configuration file is looked for.
#[must_use]
pub fn default_file() -> Option<PathBuf> {
    project_dirs().map(|dirs| dirs.config_dir().join("config.toml"))
}

#[cfg(test)]
mod tests;
