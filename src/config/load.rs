//! Loading the configuration from the file, the environment and the flags.

use super::choice::choice;
use super::error::ConfigError;
use super::keys::{KeyCheck, KeySetting};
use super::layer::Layers;
use super::log::{LogFormat, LogLevel};
use super::overrides::Overrides;
use super::profile::{self, Profile};
use super::serve::{self, Serve};
use super::whatsapp::{self, WhatsApp};
use super::{limits, login};
use crate::console::io::clipboard::ClipboardChoice;
use crate::console::state::CopyText;
use crate::console::theme::{BackgroundChoice, ColorChoice, OwnColors, ThemeName};
use crate::gateway::Limits;
use crate::gateway::auth::Login;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Everything that can be configured, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    /// The gateway to connect to; `None` for the local one.
    pub profile: Option<Profile>,
    /// All that are configured, by name.
    pub profiles: Vec<Profile>,
    pub mouse: bool,
    /// The line below the code of counter mode.
    pub counter_text: String,
    /// Seconds without a key after which counter mode goes dark; 0 = never.
    pub counter_dark_after: u64,
    /// Joins by link within five minutes that are no flood yet, at the own gateway and in the demo; 0 turns the
    /// alarm off.
    pub flood_joins: usize,
    pub theme: ThemeName,
    pub own_colors: OwnColors,
    pub colors: ColorChoice,
    pub background: BackgroundChoice,
    pub clipboard: ClipboardChoice,
    /// Changed keys, in the order of their actions.
    pub keys: Vec<KeySetting>,
    /// The texts in which links are copied, beside the built-in ones.
    pub copy: Vec<CopyText>,
    pub data_dir: PathBuf,
    /// Where the desk keeps its notebooks: the platform's state directory, or the data directory if that is named.
    pub state_dir: PathBuf,
    pub log_level: LogLevel,
    pub log_file: PathBuf,
    pub log_format: LogFormat,
    pub whatsapp: WhatsApp,
    pub serve: Serve,
    pub limits: Limits,
    /// The accepted logins of a served gateway; none when `None`.
    pub login: Option<Login>,
    /// Ignored settings, as sentences for the user.
    pub warnings: Vec<String>,
}

/// Bytes of a configuration file.
pub(super) const FILE_MAX: u64 = 1 << 20;

/// Reads the configuration: the file (if there is one), `environment`, the flags.
///
/// # Errors
/// The first mistake, with its place.
pub(crate) fn load(
    overrides: &Overrides,
    environment: &[(OsString, OsString)],
    check_key: KeyCheck<'_>,
) -> Result<Config, ConfigError> {
    let mut layers = Layers::default();
    if let Some(file) = named_file(overrides, environment) {
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

/// The path of the configuration file, whether or not there is one; `None` without a home directory.
#[must_use]
pub(crate) fn file_path(
    overrides: &Overrides,
    environment: &[(OsString, OsString)],
) -> Option<PathBuf> {
    named_file(overrides, environment).or_else(default_file)
}

fn named_file(overrides: &Overrides, environment: &[(OsString, OsString)]) -> Option<PathBuf> {
    overrides.file.clone().or_else(|| {
        environment
            .iter()
            .find(|(name, path)| name == "GROUPDESK_CONFIG" && !path.is_empty())
            .map(|(_, path)| PathBuf::from(path))
    })
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
    let state_dir = match (layers.path("data.dir"), project_dirs()) {
        (None, Some(dirs)) => dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_owned(),
        _ => data_dir.clone(),
    };
    let profiles = profile::all(&layers)?;
    Ok(Config {
        profile: profile::chosen(&layers, &profiles)?,
        profiles,
        whatsapp: whatsapp::read(&layers)?,
        serve: serve::read(&layers)?,
        limits: limits::read(&layers),
        login: login::read(&layers)?,
        mouse: layers.flag("ui.mouse").unwrap_or(true),
        counter_text: layers
            .text("ui.counter_text")
            .unwrap_or_default()
            .to_owned(),
        counter_dark_after: layers.number("ui.counter_dark_after").unwrap_or(600),
        flood_joins: layers
            .number("ui.flood_joins")
            .map_or(20, |joins| usize::try_from(joins).unwrap_or(usize::MAX)),
        theme: choice(&ThemeName::NAMES, layers.text("ui.theme")),
        own_colors: OwnColors {
            text: layers.color("theme.text"),
            background: layers.color("theme.background"),
            accent: layers.color("theme.accent"),
            good: layers.color("theme.good"),
            warn: layers.color("theme.warn"),
            bad: layers.color("theme.bad"),
            dim: layers.color("theme.dim"),
        },
        colors: choice(&ColorChoice::NAMES, layers.text("ui.colors")),
        background: choice(&BackgroundChoice::NAMES, layers.text("ui.background")),
        clipboard: choice(&ClipboardChoice::NAMES, layers.text("ui.clipboard")),
        log_level: choice(&LogLevel::NAMES, layers.text("log.level")),
        log_file: layers
            .path("log.file")
            .unwrap_or_else(|| data_dir.join("groupdesk.log")),
        log_format: choice(&LogFormat::NAMES, layers.text("log.format")),
        data_dir,
        state_dir,
        keys: layers.keys,
        copy: layers.copy,
        warnings: layers.warnings,
    })
}

/// The text of a configuration file of at most [`FILE_MAX`] bytes.
pub(super) fn read_bounded(file: &Path) -> std::io::Result<String> {
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

/// The default path of the configuration file.
fn default_file() -> Option<PathBuf> {
    project_dirs().map(|dirs| dirs.config_dir().join("config.toml"))
}
