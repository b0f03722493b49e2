//! Layered configuration: file, then environment, then flags.
//!
//! Every setting has one row in `SETTINGS`, which names it in the file and in the environment and
//! says what is allowed; so a mistake is answered with the place it was made at and what would be right.
//! `config.example.toml` explains all of them.

mod layer;

use crate::client::{self, Secret};
use crate::console::clipboard::ClipboardChoice;
use crate::console::theme::ColorChoice;
use layer::Layers;
use std::path::{Path, PathBuf};

/// A mistake in the configuration: where, what, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// Everything that can be configured, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Somebody else's gateway; without one the console runs its own.
    pub gateway: Option<RemoteGateway>,
    pub mouse: bool,
    pub colors: ColorChoice,
    pub clipboard: ClipboardChoice,
    /// Changed keys, in the order of their actions.
    pub keys: Vec<KeySetting>,
    pub data_dir: PathBuf,
    pub log_level: LogLevel,
    pub log_file: PathBuf,
    pub whatsapp: WhatsApp,
}

/// How real accounts reach WhatsApp, where that differs from what everybody does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WhatsApp {
    /// The WebSocket address of another server.
    pub url: Option<String>,
    /// The version of WhatsApp Web to introduce ourselves as.
    pub version: Option<(u32, u32, u32)>,
}

/// Where and how to reach a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteGateway {
    pub url: String,
    pub key: Secret,
    /// Session ids to show when the key may not list them.
    pub sessions: Vec<String>,
    pub allow_insecure: bool,
}

/// The keys of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySetting {
    pub action: String,
    pub keys: Vec<String>,
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

/// What the command line says about the configuration; `None` is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--config`
    pub file: Option<PathBuf>,
    /// `--gateway`
    pub gateway: Option<String>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--no-mouse`
    pub no_mouse: bool,
    /// `--colors`
    pub colors: Option<ColorChoice>,
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
    OneOf(fn() -> Vec<&'static str>),
}

/// `(section, key, kind)` of every setting outside `[keys]`.
const SETTINGS: [(&str, &str, Kind); 12] = [
    ("gateway", "url", Kind::Text),
    ("gateway", "key_file", Kind::Path),
    ("gateway", "sessions", Kind::Texts),
    ("gateway", "allow_insecure", Kind::Flag),
    ("ui", "mouse", Kind::Flag),
    ("ui", "colors", Kind::OneOf(|| names(&ColorChoice::NAMES))),
    (
        "ui",
        "clipboard",
        Kind::OneOf(|| names(&ClipboardChoice::NAMES)),
    ),
    ("data", "dir", Kind::Path),
    ("log", "level", Kind::OneOf(|| names(&LogLevel::NAMES))),
    ("log", "file", Kind::Path),
    ("whatsapp", "url", Kind::Text),
    ("whatsapp", "version", Kind::Text),
];

fn names<T>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    choices.iter().map(|(name, _)| *name).collect()
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
    environment: &[(String, String)],
    check_key: KeyCheck<'_>,
) -> Result<Config, ConfigError> {
    let mut layers = Layers::default();
    let named = overrides.file.clone().or_else(|| {
        environment
            .iter()
            .find(|(name, _)| name == "GROUPDESK_CONFIG")
            .map(|(_, path)| PathBuf::from(path))
    });
    if let Some(file) = named.clone().or_else(default_file) {
        match read_bounded(&file) {
            Ok(text) => layers.file(&file, &text, check_key)?,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&file, &error)),
        }
    }
    layers.environment(environment)?;
    layers.flags(overrides);
    finish(layers, environment)
}

fn finish(layers: Layers, environment: &[(String, String)]) -> Result<Config, ConfigError> {
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
    Ok(Config {
        gateway: gateway(&layers, environment)?,
        whatsapp: whatsapp(&layers)?,
        mouse: layers.flag("ui.mouse").unwrap_or(true),
        colors: choice(&ColorChoice::NAMES, layers.text("ui.colors")),
        clipboard: choice(&ClipboardChoice::NAMES, layers.text("ui.clipboard")),
        log_level: choice(&LogLevel::NAMES, layers.text("log.level")),
        log_file: layers
            .path("log.file")
            .unwrap_or_else(|| data_dir.join("groupdesk.log")),
        data_dir,
        keys: layers.keys,
    })
}

fn gateway(
    layers: &Layers,
    environment: &[(String, String)],
) -> Result<Option<RemoteGateway>, ConfigError> {
    let Some(url) = layers.text("gateway.url").filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    let allow_insecure = layers.flag("gateway.allow_insecure").unwrap_or(false);
    client::check_address(url, allow_insecure)
        .map_err(|error| layers.fault("gateway.url", &error.0))?;
    let from_environment = environment
        .iter()
        .find(|(name, key)| name == "GROUPDESK_KEY" && !key.is_empty())
        .map(|(_, key)| key.trim().to_owned());
    let key = match (from_environment, layers.path("gateway.key_file")) {
        (Some(key), _) => key,
        (None, Some(file)) => {
            read_key(&file).map_err(|fault| layers.fault("gateway.key_file", &fault))?
        }
        (None, None) => {
            return Err(layers.fault(
                "gateway.url",
                "this gateway needs an api-key: set gateway.key_file, or GROUPDESK_KEY",
            ));
        }
    };
    Ok(Some(RemoteGateway {
        url: url.to_owned(),
        key: Secret::new(key),
        sessions: layers.texts("gateway.sessions"),
        allow_insecure,
    }))
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

/// Reads an api-key from a file that nobody else can read.
fn read_key(file: &Path) -> Result<String, String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(format!(
                "others can read {0}: run chmod 600 {0}",
                file.display()
            ));
        }
    }
    let text =
        read_bounded(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    match text.trim() {
        "" => Err(format!("{} is empty", file.display())),
        key if key.chars().any(char::is_whitespace) => Err(format!(
            "{} must hold one key and nothing else",
            file.display()
        )),
        key => Ok(key.to_owned()),
    }
}

/// A file of at most 1 MiB.
fn read_bounded(file: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(file)?
        .take(1 << 20)
        .read_to_string(&mut text)?;
    Ok(text)
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
