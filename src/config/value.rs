//! Values of settings: reading and checking them by their kind.

use super::table::Kind;
use crate::console::theme::{allowed_colors, parse_color};
use ratatui::style::Color;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::DeValue;

/// A checked value of one of the kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Texts(Vec<String>),
    Flag(bool),
    Path(PathBuf),
    Number(u64),
    Color(Color),
}

/// A value of the file, whose paths are relative to `base`. The error is what is allowed.
pub(super) fn from_toml(
    kind: Kind,
    value: &Spanned<DeValue<'_>>,
    base: &Path,
) -> Result<Value, String> {
    match (kind, value.get_ref()) {
        (Kind::Text, DeValue::String(text)) => Ok(Value::Text(text.to_string())),
        (Kind::Path, DeValue::String(text)) if !text.is_empty() => {
            Ok(Value::Path(base.join(home(text))))
        }
        (Kind::OneOf(names), DeValue::String(text)) => one_of(&names(), text),
        // A bare 256 can only mean the name.
        (Kind::OneOf(names), DeValue::Integer(number)) => one_of(&names(), number.as_str()),
        (Kind::Color, DeValue::String(text)) => color(text),
        (Kind::Color, DeValue::Integer(number)) if number.radix() == 10 => color(number.as_str()),
        (Kind::Flag, DeValue::Boolean(flag)) => Ok(Value::Flag(*flag)),
        (Kind::Number(least, most), DeValue::Integer(number)) if number.radix() == 10 => {
            whole(least, most, number.as_str())
        }
        (Kind::Texts, DeValue::Array(values)) => values
            .iter()
            .map(|value| value.get_ref().as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map(Value::Texts)
            .ok_or_else(|| allowed(kind)),
        _ => Err(allowed(kind)),
    }
}

/// The value of an environment variable. The error is what is allowed.
pub(super) fn from_text(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Path if !text.is_empty() => Ok(Value::Path(home(text))),
        Kind::Path => Err(allowed(kind)),
        Kind::OneOf(names) => one_of(&names(), text),
        Kind::Color => color(text),
        Kind::Number(least, most) => whole(least, most, text),
        Kind::Flag => match text {
            "true" | "1" => Ok(Value::Flag(true)),
            "false" | "0" => Ok(Value::Flag(false)),
            _ => Err("true or false".to_owned()),
        },
        Kind::Texts => Ok(Value::Texts(
            text.split(',')
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect(),
        )),
    }
}

fn one_of(names: &[&str], text: &str) -> Result<Value, String> {
    if names.contains(&text) {
        Ok(Value::Text(text.to_owned()))
    } else {
        Err(format!("one of {}", names.join(", ")))
    }
}

fn color(text: &str) -> Result<Value, String> {
    parse_color(text)
        .map(Value::Color)
        .ok_or_else(|| allowed(Kind::Color))
}

fn whole(least: u64, most: u64, text: &str) -> Result<Value, String> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .map(Value::Number)
        .ok_or_else(|| allowed(Kind::Number(least, most)))
}

/// The allowed values, as the end of a sentence.
fn allowed(kind: Kind) -> String {
    match kind {
        Kind::Text => "a text in quotes".to_owned(),
        Kind::Texts => "a list of texts, such as [\"a\", \"b\"]".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Path => "a path in quotes".to_owned(),
        Kind::Number(least, most) => format!("a whole number from {least} to {most}"),
        Kind::OneOf(names) => format!("one of {}", names().join(", ")),
        Kind::Color => allowed_colors(),
    }
}

/// A path in which `~/` is the home directory.
fn home(text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), directories::BaseDirs::new()) {
        (Some(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => PathBuf::from(text),
    }
}
