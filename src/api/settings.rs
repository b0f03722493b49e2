//! A group's settings: what a PATCH may hold, and how values are validated.
//!
//! The gateway and the console's form both validate with this file, so they cannot disagree.

use super::field_error::FieldError;
use super::pattern;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Longest subject, in Unicode scalar values after trimming (WhatsApp's own limit).
pub const SUBJECT_MAX: usize = 100;
/// Longest description, in Unicode scalar values (WhatsApp's own limit).
pub const DESCRIPTION_MAX: usize = 2048;

/// The settings, in the order in which a PATCH applies them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum SettingField {
    Subject,
    Description,
    /// Only admins can post.
    Announce,
    /// Only admins can edit the group's info.
    Locked,
    /// Extension: who has the invite link.
    InviteBy,
    /// Extension: an admin has to approve who joins by the link.
    JoinApproval,
    /// Extension: who can add members.
    AddBy,
    /// Extension: after how many seconds messages disappear.
    EphemeralSeconds,
}

impl SettingField {
    pub const ALL: [Self; 8] = [
        Self::Subject,
        Self::Description,
        Self::Announce,
        Self::Locked,
        Self::InviteBy,
        Self::JoinApproval,
        Self::AddBy,
        Self::EphemeralSeconds,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Description => "description",
            Self::Announce => "announce",
            Self::Locked => "locked",
            Self::InviteBy => "inviteBy",
            Self::JoinApproval => "joinApproval",
            Self::AddBy => "addBy",
            Self::EphemeralSeconds => "ephemeralSeconds",
        }
    }

    /// Whether this is an extension of the contract: it is sent only to a gateway whose groups carry
    /// it.
    #[must_use]
    pub fn is_extension(self) -> bool {
        self > Self::Locked
    }
}

/// Extension: which members may do something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Only admins.
    Admins,
    /// All members.
    Members,
    /// A value that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

impl Audience {
    /// The value on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Admins => "admins",
            Self::Members => "members",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Audience {
    fn from(word: &str) -> Self {
        match word {
            "admins" => Self::Admins,
            "members" => Self::Members,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// The times after which messages can disappear, in seconds; 0 for never (WhatsApp's own choices).
pub const EPHEMERAL_SECONDS: [u32; 4] = [0, 86_400, 604_800, 7_776_000];

impl fmt::Display for SettingField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One WhatsApp operation of a PATCH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    Subject(String),
    /// Empty clears the description.
    Description(String),
    Announce(bool),
    Locked(bool),
    InviteBy(Audience),
    JoinApproval(bool),
    AddBy(Audience),
    /// One of [`EPHEMERAL_SECONDS`].
    EphemeralSeconds(u32),
}

impl Setting {
    #[must_use]
    pub fn field(&self) -> SettingField {
        match self {
            Self::Subject(_) => SettingField::Subject,
            Self::Description(_) => SettingField::Description,
            Self::Announce(_) => SettingField::Announce,
            Self::Locked(_) => SettingField::Locked,
            Self::InviteBy(_) => SettingField::InviteBy,
            Self::JoinApproval(_) => SettingField::JoinApproval,
            Self::AddBy(_) => SettingField::AddBy,
            Self::EphemeralSeconds(_) => SettingField::EphemeralSeconds,
        }
    }

    /// The value as JSON.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Subject(text) | Self::Description(text) => text.as_str().into(),
            Self::Announce(on) | Self::Locked(on) | Self::JoinApproval(on) => (*on).into(),
            Self::InviteBy(who) | Self::AddBy(who) => who.as_str().into(),
            Self::EphemeralSeconds(seconds) => (*seconds).into(),
        }
    }
}

/// Body of `PATCH /sessions/{s}/groups/{gid}`: the fields to change, the others absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
pub struct SettingsPatch {
    /// 1 to 100 characters after trimming, on one line, at least one of them visible.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(
        regex(pattern = pattern::one_line(1, SUBJECT_MAX)),
        extend("allOf" = [{ "pattern": pattern::VISIBLE }])
    )]
    pub subject: Option<String>,
    /// An empty text clears it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = DESCRIPTION_MAX))]
    pub description: Option<String>,
    /// Only admins can post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub announce: Option<bool>,
    /// Only admins can edit the group's info.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// Extension: who has the invite link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invite_by: Option<Audience>,
    /// Extension: an admin has to approve who joins by the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join_approval: Option<bool>,
    /// Extension: who can add members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_by: Option<Audience>,
    /// Extension: after how many seconds messages disappear. 0: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = EPHEMERAL_SECONDS))]
    pub ephemeral_seconds: Option<u32>,
}

impl SettingsPatch {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The operations, in the order in which they are applied.
    #[must_use]
    pub fn into_settings(self) -> Vec<Setting> {
        [
            self.subject.map(Setting::Subject),
            self.description.map(Setting::Description),
            self.announce.map(Setting::Announce),
            self.locked.map(Setting::Locked),
            self.invite_by.map(Setting::InviteBy),
            self.join_approval.map(Setting::JoinApproval),
            self.add_by.map(Setting::AddBy),
            self.ephemeral_seconds.map(Setting::EphemeralSeconds),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Parses and validates a PATCH body. The subject is trimmed.
    ///
    /// # Errors
    /// Every fault of the body at once: unknown fields by name, `null`, wrong types, values out of
    /// range, or nothing to change.
    pub fn parse(body: &Value) -> Result<Self, Vec<FieldError>> {
        let whole = |message: &str| {
            vec![FieldError {
                field: String::new(),
                message: message.to_owned(),
            }]
        };
        let Some(fields) = body.as_object() else {
            return Err(whole("the body must be a JSON object"));
        };
        if fields.is_empty() {
            return Err(whole(&format!(
                "nothing to change: send at least one of {}",
                names()
            )));
        }
        let mut patch = Self::default();
        let mut errors = Vec::new();
        for (name, value) in fields {
            let outcome = match name.as_str() {
                "subject" => text(value)
                    .and_then(check_subject)
                    .map(|subject| patch.subject = Some(subject)),
                "description" => text(value)
                    .and_then(check_description)
                    .map(|description| patch.description = Some(description)),
                "announce" => flag(value).map(|announce| patch.announce = Some(announce)),
                "locked" => flag(value).map(|locked| patch.locked = Some(locked)),
                "inviteBy" => audience(value).map(|who| patch.invite_by = Some(who)),
                "joinApproval" => flag(value).map(|on| patch.join_approval = Some(on)),
                "addBy" => audience(value).map(|who| patch.add_by = Some(who)),
                "ephemeralSeconds" => {
                    ephemeral(value).map(|seconds| patch.ephemeral_seconds = Some(seconds))
                }
                _ => Err(format!("unknown field; allowed are {}", names())),
            };
            if let Err(message) = outcome {
                errors.push(FieldError {
                    field: name.clone(),
                    message,
                });
            }
        }
        if errors.is_empty() {
            Ok(patch)
        } else {
            Err(errors)
        }
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .ok_or_else(|| format!("must be a string, not {}", kind(value)))
}

fn flag(value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| format!("must be true or false, not {}", kind(value)))
}

fn audience(value: &Value) -> Result<Audience, String> {
    match text(value)?.into() {
        Audience::Other(_) => Err("must be \"admins\" or \"members\"".to_owned()),
        known => Ok(known),
    }
}

fn ephemeral(value: &Value) -> Result<u32, String> {
    let seconds = value
        .as_u64()
        .and_then(|seconds| u32::try_from(seconds).ok());
    let allowed = seconds.filter(|seconds| EPHEMERAL_SECONDS.contains(seconds));
    allowed.ok_or_else(|| "must be 0, 86400, 604800 or 7776000 (seconds)".to_owned())
}

/// The names of all fields, for an error.
fn names() -> String {
    SettingField::ALL.map(SettingField::as_str).join(", ")
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Validates a subject: trimmed, 1 to [`SUBJECT_MAX`] characters, no control characters and line
/// breaks, at least one visible character.
///
/// # Errors
/// Says what is wrong and what would be right.
pub fn check_subject(subject: &str) -> Result<String, String> {
    let subject = subject.trim();
    match subject.chars().count() {
        0 => {
            return Err(format!("must not be empty: 1 to {SUBJECT_MAX} characters"));
        }
        1..=SUBJECT_MAX => {}
        count => {
            return Err(format!(
                "is {count} characters long; at most {SUBJECT_MAX} are allowed"
            ));
        }
    }
    pattern::check_one_line(subject)?;
    if subject.chars().all(pattern::is_invisible) {
        return Err("must have at least one visible character".to_owned());
    }
    Ok(subject.to_owned())
}

/// Validates a description: at most [`DESCRIPTION_MAX`] characters; empty clears it.
///
/// # Errors
/// Says what is wrong and what would be right.
pub fn check_description(description: &str) -> Result<String, String> {
    match description.chars().count() {
        0..=DESCRIPTION_MAX => Ok(description.to_owned()),
        count => Err(format!(
            "is {count} characters long; at most {DESCRIPTION_MAX} are allowed"
        )),
    }
}
