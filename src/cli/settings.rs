//! Reading the configuration for a command.

use super::args::Cli;
use super::output;
use crate::config::{self, Config, ConfigError, KeySetting};
use crate::console::keymap::{self, Conflict, Keymap};

/// Reads the configuration; ignored settings are noted on standard error.
pub(super) fn settings(cli: &Cli) -> anyhow::Result<Config> {
    let environment: Vec<_> = std::env::vars_os().collect();
    let config = config::load(&cli.overrides(), &environment, &keymap::check_binding)?;
    for warning in &config.warnings {
        output::note(&format!("warning: {warning}"));
    }
    Ok(config)
}

/// Reads the configuration and the keys; errors name the file and line.
pub(super) fn configuration(cli: &Cli) -> anyhow::Result<(Config, Keymap)> {
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

/// The setting that caused a key conflict.
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
