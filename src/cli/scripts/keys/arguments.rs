//! The arguments of `groupdesk keys`, and the syntax of durations.

use super::super::moment::moment;
use crate::api::{Capability, EpochMillis};
use crate::cli::output::{AnswerFormat, ListFormat};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const EXAMPLES: &str = "\
Examples:
  groupdesk keys create --capabilities read --label \"Nightly report\" --expires 90d
                                            the secret, alone on its line; it is told this once
  groupdesk keys create --capabilities read,send --out ~/.config/groupdesk/key
  groupdesk keys list                       who has one, and when it was last used
  groupdesk keys rotate \"Nightly report\" --overlap 1h --out key
  groupdesk keys revoke 01JD3Q8N9P0Q1R2S3T4V5W6X7Y

On this machine's own gateway, or on another one with --profile or --gateway and a token that may
`manage`.";

/// Arguments of `groupdesk keys`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Keys {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Create a key and write its secret, which is shown once
    Create(Create),

    /// List the keys, without their secrets
    List(List),

    /// Give a key a new secret, which is shown once
    Rotate(Rotate),

    /// Delete a key; what uses it stops at once
    Revoke(Revoke),
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Create {
    /// Its capabilities, separated by commas: read, send, manage, events
    #[arg(long, alias = "may", value_name = "LIST", required = true, value_delimiter = ',', value_parser = capability)]
    pub capabilities: Vec<Capability>,

    /// A name for people
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,

    /// Let it end after a time (90d, 12h), on a day (2027-01-01) or at a moment (2027-01-01T08:00:00Z)
    #[arg(long, value_name = "WHEN", value_parser = expiry)]
    pub expires: Option<Expiry>,

    /// Write the secret into this new file, which only you can read
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct List {
    #[command(flatten)]
    pub format: ListFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Rotate {
    /// The key: its id, or its label where no other key has it
    pub key: String,

    /// Let the old secret work for so much longer (1h, 7d at most); it is dead at once without
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub overlap: Option<Span>,

    /// Write the secret into this file, which only you can read; one that is there is replaced
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Revoke {
    /// The key: its id, or its label where no other key has it
    pub key: String,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,

    #[command(flatten)]
    pub format: AnswerFormat,
}

impl Keys {
    /// Whether errors are written as JSON.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        match &self.action {
            Action::Create(create) => create.format.json,
            Action::List(list) => list.format.json,
            Action::Rotate(rotate) => rotate.format.json,
            Action::Revoke(revoke) => revoke.format.json,
        }
    }
}

/// A duration in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(u32);

impl Span {
    pub(super) fn seconds(self) -> u32 {
        self.0
    }
}

/// When a key ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    In(Span),
    At(EpochMillis),
}

impl Expiry {
    /// The moment, counted from now.
    pub(super) fn at(self) -> EpochMillis {
        match self {
            Self::At(at) => at,
            Self::In(span) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                let now = now.ok().and_then(|now| now.as_millis().try_into().ok());
                EpochMillis::from(span.0) * 1000 + now.unwrap_or(0)
            }
        }
    }
}

/// `90d`, `12h`, `30m`, `45s`
fn span(text: &str) -> Result<Span, String> {
    let fault = || "must be a number with s, m, h or d behind it, such as 12h".to_owned();
    let unit = text.chars().last().ok_or_else(fault)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return Err(fault()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| fault())?;
    match number.checked_mul(seconds) {
        Some(0) => Err(fault()),
        Some(seconds) => Ok(Span(seconds)),
        None => Err("is too long".to_owned()),
    }
}

/// Parses a capability.
fn capability(word: &str) -> Result<Capability, String> {
    Capability::ALL
        .into_iter()
        .find(|capability| capability.as_str() == word)
        .ok_or_else(|| {
            let words = Capability::ALL.map(Capability::as_str);
            format!("must be some of {}", words.join(", "))
        })
}

fn expiry(text: &str) -> Result<Expiry, String> {
    if let Ok(span) = span(text) {
        return Ok(Expiry::In(span));
    }
    moment(text).map(Expiry::At).ok_or_else(|| {
        "must be a time from now such as 90d, a day such as 2027-01-01, or a moment such as 2027-01-01T08:00:00Z"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_times_are_accepted_in_common_formats() {
        for (text, seconds) in [
            ("45s", 45),
            ("30m", 1800),
            ("12h", 43_200),
            ("90d", 7_776_000),
        ] {
            assert_eq!(span(text), Ok(Span(seconds)));
            assert_eq!(expiry(text), Ok(Expiry::In(Span(seconds))));
        }
        assert_eq!(expiry("2027-01-01"), Ok(Expiry::At(1_798_761_600_000)));
        assert_eq!(
            expiry("2027-01-01T08:00:00+08:00"),
            Ok(Expiry::At(1_798_761_600_000))
        );
        for wrong in [
            "",
            "d",
            "0d",
            "-1d",
            "1",
            "1y",
            "1é",
            "é",
            "1.5h",
            "99999999d",
            "soon",
        ] {
            assert!(span(wrong).is_err(), "{wrong:?}");
            assert!(expiry(wrong).is_err(), "{wrong:?}");
        }
    }
}
