//! The layers of the configuration, merged, each value with its source.

use super::choice::name_of;
use super::copy;
use super::error::ConfigError;
use super::keys::{KeyCheck, KeySetting};
use super::log::LogFormat;
use super::overrides::Overrides;
use super::profile_name::{KEY_VARIABLE, check_name};
use super::table::{Kind, PROFILE, settings};
use super::value::{Value, from_text, from_toml};
use crate::console::state::CopyText;
use crate::console::theme::ColorChoice;
use crate::text::clean_line;
use ratatui::style::Color;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Largest edit distance of a mistyped variable.
const LIKE: usize = 2;

#[derive(Debug, Default)]
pub(super) struct Layers {
    /// By `section.key`: the value and where it was set. A setting of a profile is
    /// `profiles.name.key`; `profiles.name` is the place of the profile itself.
    values: BTreeMap<String, (Value, String)>,
    /// The names of the profiles.
    pub(super) profiles: Vec<String>,
    pub(super) keys: Vec<KeySetting>,
    pub(super) copy: Vec<CopyText>,
    /// Ignored settings, as sentences.
    pub(super) warnings: Vec<String>,
}

impl Layers {
    pub(super) fn text(&self, setting: &str) -> Option<&str> {
        match self.values.get(setting) {
            Some((Value::Text(text), _)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn texts(&self, setting: &str) -> Vec<String> {
        match self.values.get(setting) {
            Some((Value::Texts(texts), _)) => texts.clone(),
            _ => Vec::new(),
        }
    }

    pub(super) fn flag(&self, setting: &str) -> Option<bool> {
        match self.values.get(setting) {
            Some((Value::Flag(flag), _)) => Some(*flag),
            _ => None,
        }
    }

    pub(super) fn path(&self, setting: &str) -> Option<PathBuf> {
        match self.values.get(setting) {
            Some((Value::Path(path), _)) => Some(path.clone()),
            _ => None,
        }
    }

    pub(super) fn has(&self, setting: &str) -> bool {
        self.values.contains_key(setting)
    }

    pub(super) fn number(&self, setting: &str) -> Option<u64> {
        match self.values.get(setting) {
            Some((Value::Number(number), _)) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn color(&self, setting: &str) -> Option<Color> {
        match self.values.get(setting) {
            Some((Value::Color(color), _)) => Some(*color),
            _ => None,
        }
    }

    /// A fault of a value, at the place where it was set.
    pub(super) fn fault(&self, setting: &str, fault: &str) -> ConfigError {
        match self.values.get(setting) {
            Some((_, place)) => ConfigError(format!("{place}: {fault}")),
            None => ConfigError(fault.to_owned()),
        }
    }

    /// Merges the file.
    pub(super) fn file(
        &mut self,
        file: &Path,
        text: &str,
        check_key: KeyCheck<'_>,
    ) -> Result<(), ConfigError> {
        let at = |offset: usize| {
            let line = text[..offset.min(text.len())].matches('\n').count() + 1;
            format!("{}:{line}", file.display())
        };
        let fault = |offset: usize, fault: String| {
            ConfigError(format!("{}: {}", at(offset), clean_line(&fault)))
        };
        let document = DeTable::parse(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            fault(offset, error.message().to_owned())
        })?;
        let base = file.parent().unwrap_or(Path::new(""));
        for (name, section) in document.get_ref() {
            let (start, name) = (name.span().start, name.get_ref().as_ref());
            if name == "profile" {
                let value = from_toml(Kind::Text, section, base)
                    .map_err(|allowed| fault(start, format!("`profile` must be {allowed}")))?;
                self.values.insert("profile".to_owned(), (value, at(start)));
                continue;
            }
            if name == "copy" {
                let texts = copy::read(start, section);
                self.copy = texts.map_err(|(at, wrong)| fault(at, wrong))?;
                continue;
            }
            if !matches!(name, "keys" | "profiles") && !settings().any(|(known, ..)| *known == name)
            {
                return Err(fault(
                    start,
                    format!("unknown section `{name}`; allowed are {}", sections()),
                ));
            }
            let Some(entries) = section.get_ref().as_table() else {
                return Err(fault(
                    start,
                    format!("`{name}` must be a section: [{name}]"),
                ));
            };
            for (key, value) in entries {
                let (start, key) = (key.span().start, key.get_ref().as_ref());
                if name == "profiles" {
                    self.profile(key, start, value, base, &at, &fault)?;
                    continue;
                }
                if name == "keys" {
                    let keys = key_strings(value).map_err(|wrong| {
                        fault(start, format!("`keys.{key}` must be a key or a list of keys, such as [\"R\"]{wrong}"))
                    })?;
                    check_key(key, &keys)
                        .map_err(|wrong| fault(start, format!("`keys.{key}`: {wrong}")))?;
                    self.keys.push(KeySetting {
                        action: key.to_owned(),
                        keys,
                        place: at(start),
                    });
                    continue;
                }
                let kind = find(name, key).ok_or_else(|| {
                    fault(
                        start,
                        format!(
                            "unknown key `{key}` in [{name}]; allowed are {}",
                            keys_of(name)
                        ),
                    )
                })?;
                let value = from_toml(kind, value, base)
                    .map_err(|allowed| fault(start, format!("`{name}.{key}` must be {allowed}")))?;
                self.values
                    .insert(format!("{name}.{key}"), (value, at(start)));
            }
        }
        Ok(())
    }

    /// Merges one `[profiles.NAME]`.
    fn profile(
        &mut self,
        name: &str,
        start: usize,
        value: &Spanned<DeValue<'_>>,
        base: &Path,
        at: &dyn Fn(usize) -> String,
        fault: &dyn Fn(usize, String) -> ConfigError,
    ) -> Result<(), ConfigError> {
        check_name(name).map_err(|wrong| fault(start, wrong))?;
        let Some(entries) = value.get_ref().as_table() else {
            return Err(fault(
                start,
                format!("`{name}` must be a section: [profiles.{name}]"),
            ));
        };
        for (key, value) in entries {
            let (start, key) = (key.span().start, key.get_ref().as_ref());
            let known = PROFILE.iter().find(|(known, _)| *known == key);
            let Some((_, kind)) = known else {
                let keys: Vec<_> = PROFILE.iter().map(|(key, _)| *key).collect();
                return Err(fault(
                    start,
                    format!(
                        "unknown key `{key}` in [profiles.{name}]; allowed are {}",
                        keys.join(", ")
                    ),
                ));
            };
            let setting = format!("profiles.{name}.{key}");
            let value = from_toml(*kind, value, base)
                .map_err(|allowed| fault(start, format!("`{setting}` must be {allowed}")))?;
            self.values.insert(setting, (value, at(start)));
        }
        let place = (Value::Text(name.to_owned()), at(start));
        self.values.insert(format!("profiles.{name}"), place);
        self.profiles.push(name.to_owned());
        Ok(())
    }

    /// Whether a profile reads its token from this variable.
    fn is_token(&self, variable: &str) -> bool {
        self.profiles
            .iter()
            .any(|name| self.text(&format!("profiles.{name}.token_env")) == Some(variable))
    }

    /// Merges the `GROUPDESK_*` variables. An empty one counts as unset. An unknown one is a
    /// warning: in Kubernetes, a Service named like the program sets `GROUPDESK_PORT` and others.
    pub(super) fn environment(
        &mut self,
        environment: &[(OsString, OsString)],
    ) -> Result<(), ConfigError> {
        let mut unknown = Vec::new();
        for (variable, value) in environment {
            let Some(variable) = variable.to_str() else {
                continue;
            };
            let Some(name) = variable.strip_prefix("GROUPDESK_") else {
                continue;
            };
            if name == "CONFIG" || variable == KEY_VARIABLE || self.is_token(variable) {
                continue;
            }
            let known =
                settings().find(|(section, key, _)| variable_name(section, key) == *variable);
            if known.is_none() && name != "PROFILE" {
                unknown.push(variable.to_owned());
                continue;
            }
            if value.is_empty() {
                continue;
            }
            let Some(text) = value.to_str() else {
                return Err(ConfigError(format!("{variable} holds no UTF-8 text")));
            };
            let (setting, value) = match known {
                None => ("profile".to_owned(), Value::Text(text.to_owned())),
                Some((section, key, kind)) => {
                    let value = from_text(*kind, text)
                        .map_err(|allowed| ConfigError(format!("{variable} must be {allowed}")))?;
                    (format!("{section}.{key}"), value)
                }
            };
            self.values.insert(setting, (value, variable.to_owned()));
        }
        self.warnings.extend(unknown_variables(unknown));
        Ok(())
    }

    /// Merges the flags.
    pub(super) fn flags(&mut self, overrides: &Overrides) {
        let serve = &overrides.serve;
        let colors = overrides
            .colors
            .map(|choice| name_of(&ColorChoice::NAMES, choice));
        let log_format = serve
            .log_format
            .map(|format| name_of(&LogFormat::NAMES, format));
        let values = [
            (
                "gateway",
                overrides.gateway.clone().map(Value::Text),
                "--gateway",
            ),
            (
                "profile",
                overrides.profile.clone().map(Value::Text),
                "--profile",
            ),
            (
                "data.dir",
                overrides.data_dir.clone().map(Value::Path),
                "--data-dir",
            ),
            (
                "ui.mouse",
                overrides.no_mouse.then_some(Value::Flag(false)),
                "--no-mouse",
            ),
            ("ui.colors", colors.map(Value::Text), "--colors"),
            (
                "serve.listen",
                serve.listen.map(|address| Value::Text(address.to_string())),
                "--listen",
            ),
            (
                "serve.tls_cert",
                serve.tls_cert.clone().map(Value::Path),
                "--tls-cert",
            ),
            (
                "serve.tls_key",
                serve.tls_key.clone().map(Value::Path),
                "--tls-key",
            ),
            (
                "serve.behind_proxy",
                serve.behind_proxy.then_some(Value::Flag(true)),
                "--behind-proxy",
            ),
            ("log.format", log_format.map(Value::Text), "--log-format"),
        ];
        for (setting, value, flag) in values {
            if let Some(value) = value {
                self.values
                    .insert(setting.to_owned(), (value, flag.to_owned()));
            }
        }
    }
}

fn find(section: &str, key: &str) -> Option<Kind> {
    settings()
        .find(|(known_section, known_key, _)| *known_section == section && *known_key == key)
        .map(|(_, _, kind)| *kind)
}

fn sections() -> String {
    let mut sections: Vec<&str> = settings().map(|(section, ..)| *section).collect();
    sections.dedup();
    sections.extend(["profiles", "copy", "keys"]);
    sections.join(", ")
}

fn keys_of(section: &str) -> String {
    let keys: Vec<&str> = settings()
        .filter(|(known, ..)| *known == section)
        .map(|(_, key, _)| *key)
        .collect();
    keys.join(", ")
}

/// The environment variable of a setting.
pub(super) fn variable_name(section: &str, key: &str) -> String {
    format!("GROUPDESK_{section}_{key}").to_uppercase()
}

/// A line for each variable that resembles a known one, and one line for the others.
fn unknown_variables(unknown: Vec<String>) -> Vec<String> {
    let known: Vec<String> = settings()
        .map(|(section, key, _)| variable_name(section, key))
        .chain(["GROUPDESK_CONFIG", "GROUPDESK_PROFILE", KEY_VARIABLE].map(str::to_owned))
        .collect();
    let mut lines = Vec::new();
    let mut strange = Vec::new();
    for variable in unknown {
        let shown = clean_line(&variable).into_owned();
        match likeliest(&variable, &known) {
            Some(meant) => lines.push(format!(
                "unknown variable {shown} is ignored; did you mean {meant}?"
            )),
            None => strange.push(shown),
        }
    }
    if !strange.is_empty() {
        strange.sort();
        lines.push(format!(
            "unknown variables are ignored: {}",
            strange.join(", ")
        ));
    }
    lines
}

/// The variable that was probably meant: nearly the same name, or the same ending.
fn likeliest<'a>(variable: &str, known: &'a [String]) -> Option<&'a str> {
    let words = variable.strip_prefix("GROUPDESK").unwrap_or(variable);
    let mut same_end = known.iter().filter(|known| known.ends_with(words));
    if let (Some(meant), None) = (same_end.next(), same_end.next()) {
        return Some(meant);
    }
    known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(variable, known), known))
        .filter(|(distance, _)| *distance <= LIKE)
        .min()
        .map(|(_, known)| known.as_str())
}

/// One key, or a list of keys.
fn key_strings(value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, &'static str> {
    match value.get_ref() {
        DeValue::String(key) => Ok(vec![key.to_string()]),
        DeValue::Array(keys) => keys
            .iter()
            .map(|key| key.get_ref().as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or(", in quotes"),
        _ => Err(""),
    }
}
