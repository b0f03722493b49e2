//! The table of settings: section, name and type of each.

use super::choice::names;
use super::log::{LogFormat, LogLevel};
use crate::console::io::clipboard::ClipboardChoice;
use crate::console::theme::{BackgroundChoice, ColorChoice, ThemeName};

/// The type of a setting.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Texts,
    Flag,
    Path,
    /// A whole number from the first to the second.
    Number(u64, u64),
    OneOf(fn() -> Vec<&'static str>),
    Color,
}

/// `(section, key, kind)` of a setting.
pub(super) type Setting = (&'static str, &'static str, Kind);

/// How many people may join a group by link within five minutes.
const FLOOD_JOINS: Kind = Kind::Number(0, 1_000);

/// The sections that are read here.
pub(super) const OWN_SETTINGS: [Setting; 15] = [
    ("ui", "mouse", Kind::Flag),
    ("ui", "theme", Kind::OneOf(|| names(&ThemeName::NAMES))),
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
    ("ui", "counter_text", Kind::Text),
    ("ui", "counter_dark_after", Kind::Number(0, 86_400)),
    ("ui", "flood_joins", FLOOD_JOINS),
    ("data", "dir", Kind::Path),
    ("log", "level", Kind::OneOf(|| names(&LogLevel::NAMES))),
    ("log", "file", Kind::Path),
    ("log", "format", Kind::OneOf(|| names(&LogFormat::NAMES))),
    ("whatsapp", "url", Kind::Text),
    ("whatsapp", "version", Kind::Text),
    ("whatsapp", "appear_online", Kind::Flag),
];

/// Every setting outside `[keys]`.
pub(super) fn settings() -> impl Iterator<Item = &'static Setting> {
    OWN_SETTINGS
        .iter()
        .chain(&THEME)
        .chain(&SERVE)
        .chain(&LIMITS)
        .chain(&LOGIN)
}

/// Largest limit that can be set.
const MOST: u64 = 1_000_000;

/// `[theme]`: own colours.
const THEME: [Setting; 7] = [
    ("theme", "text", Kind::Color),
    ("theme", "background", Kind::Color),
    ("theme", "accent", Kind::Color),
    ("theme", "good", Kind::Color),
    ("theme", "warn", Kind::Color),
    ("theme", "bad", Kind::Color),
    ("theme", "dim", Kind::Color),
];

/// `[serve]`
const SERVE: [Setting; 6] = [
    ("serve", "listen", Kind::Text),
    ("serve", "tls_cert", Kind::Path),
    ("serve", "tls_key", Kind::Path),
    ("serve", "behind_proxy", Kind::Flag),
    ("serve", "linger_seconds", Kind::Number(0, 600)),
    ("serve", "drain_seconds", Kind::Number(0, 600)),
];

/// `[limits]`
const LIMITS: [Setting; 14] = [
    ("limits", "requests_per_minute", Kind::Number(0, MOST)),
    (
        "limits",
        "organization_requests_per_minute",
        Kind::Number(0, MOST),
    ),
    ("limits", "calls_per_minute", Kind::Number(0, MOST)),
    ("limits", "calls_per_hour", Kind::Number(0, MOST)),
    ("limits", "connects_per_minute", Kind::Number(0, MOST)),
    ("limits", "connects_per_hour", Kind::Number(0, MOST)),
    ("limits", "creates_per_hour", Kind::Number(0, MOST)),
    ("limits", "creates_per_day", Kind::Number(0, MOST)),
    ("limits", "joins_per_hour", Kind::Number(0, MOST)),
    ("limits", "joins_per_day", Kind::Number(0, MOST)),
    ("limits", "adds_per_hour", Kind::Number(0, MOST)),
    ("limits", "resets_per_hour", Kind::Number(0, MOST)),
    ("limits", "connections", Kind::Number(1, MOST)),
    ("limits", "connections_per_client", Kind::Number(0, MOST)),
];

/// `[login]`
const LOGIN: [Setting; 4] = [
    ("login", "issuer", Kind::Text),
    ("login", "audience", Kind::Text),
    ("login", "jwks_url", Kind::Text),
    ("login", "jwks_file", Kind::Path),
];

/// Every setting of a profile.
pub(super) const PROFILE: [(&str, Kind); 10] = [
    ("url", Kind::Text),
    ("token_env", Kind::Text),
    ("token_file", Kind::Path),
    ("token_command", Kind::Texts),
    ("token_prompt", Kind::Flag),
    ("sessions", Kind::Texts),
    ("ca_file", Kind::Path),
    ("proxy", Kind::Text),
    ("allow_insecure", Kind::Flag),
    ("flood_joins", FLOOD_JOINS),
];
