//! A group's four settings: what a PATCH may hold, and how values are validated.
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
#[serde(rename_all = "lowercase")]
pub enum SettingField {
    Subject,
    Description,
    /// Only admins can post.
    Announce,
    /// Only admins can edit the group's info.
    Locked,
}

impl SettingField {
    pub const ALL: [Self; 4] = [
        Self::Subject,
        Self::Description,
        Self::Announce,
        Self::Locked,
    ];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Description => "description",
            Self::Announce => "announce",
            Self::Locked => "locked",
        }
    }
}

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
}

impl Setting {
    #[must_use]
    pub fn field(&self) -> SettingField {
        match self {
            Self::Subject(_) => SettingField::Subject,
            Self::Description(_) => SettingField::Description,
            Self::Announce(_) => SettingField::Announce,
            Self::Locked(_) => SettingField::Locked,
        }
    }
}

/// Body of `PATCH /sessions/{s}/groups/{gid}`: the fields to change, the others absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
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
            return Err(whole(
                "nothing to change: send at least one of subject, description, announce, locked",
            ));
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
                _ => Err(
                    "unknown field; allowed are subject, description, announce, locked".to_owned(),
                ),
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
