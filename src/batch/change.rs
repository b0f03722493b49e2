//! What a batch does to each group, and what is sent for one of them.

use crate::api::{Audience, Setting, SettingsPatch};
use serde_json::{Value, json};

/// What a batch does to each of its groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Resets the invite link.
    Reset,
    /// Sets a setting to one value for all groups.
    Set(Setting),
    /// Adds a text to the end of the description, on a line of its own.
    AppendDescription(String),
    /// Replaces every occurrence of a text in the subject. Case counts.
    ReplaceInSubject { find: String, with: String },
}

impl Change {
    /// The change in words, as in "reset the invite link".
    #[must_use]
    pub fn words(&self) -> String {
        let on_off = |on: bool| if on { "on" } else { "off" };
        let who = |audience: &Audience| match audience {
            Audience::Admins => "only admins".to_owned(),
            Audience::Members => "all members".to_owned(),
            Audience::Other(word) => word.clone(),
        };
        match self {
            Self::Reset => "reset the invite link".to_owned(),
            Self::Set(Setting::Subject(subject)) => format!("name the group “{subject}”"),
            Self::Set(Setting::Description(_)) => "replace the description".to_owned(),
            Self::Set(Setting::Announce(on)) => {
                format!("turn “only admins can post” {}", on_off(*on))
            }
            Self::Set(Setting::Locked(on)) => {
                format!("turn “only admins can edit the info” {}", on_off(*on))
            }
            Self::Set(Setting::JoinApproval(on)) => {
                format!("turn “admins approve who joins” {}", on_off(*on))
            }
            Self::Set(Setting::InviteBy(audience)) => {
                format!("let {} invite by link", who(audience))
            }
            Self::Set(Setting::AddBy(audience)) => format!("let {} add members", who(audience)),
            Self::Set(Setting::EphemeralSeconds(0)) => "turn disappearing messages off".to_owned(),
            Self::Set(Setting::EphemeralSeconds(seconds)) => {
                format!("let messages disappear after {} days", seconds / 86_400)
            }
            Self::AppendDescription(_) => "add to the end of the description".to_owned(),
            Self::ReplaceInSubject { find, with } => {
                format!("replace “{find}” by “{with}” in the name")
            }
        }
    }
}

/// What is sent for one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Reset,
    Set(Setting),
}

impl Step {
    /// The patch of a setting.
    #[must_use]
    pub fn patch(setting: &Setting) -> SettingsPatch {
        let mut patch = SettingsPatch::default();
        match setting.clone() {
            Setting::Subject(subject) => patch.subject = Some(subject),
            Setting::Description(text) => patch.description = Some(text),
            Setting::Announce(on) => patch.announce = Some(on),
            Setting::Locked(on) => patch.locked = Some(on),
            Setting::InviteBy(who) => patch.invite_by = Some(who),
            Setting::JoinApproval(on) => patch.join_approval = Some(on),
            Setting::AddBy(who) => patch.add_by = Some(who),
            Setting::EphemeralSeconds(seconds) => patch.ephemeral_seconds = Some(seconds),
        }
        patch
    }

    /// The step as the journal writes it: `"reset"`, or an object with one setting as a PATCH has it.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Reset => json!("reset"),
            Self::Set(setting) => json!(Self::patch(setting)),
        }
    }

    /// Reads [`to_json`](Self::to_json).
    ///
    /// # Errors
    /// It is no step, or its value is one that cannot be sent.
    pub(super) fn from_json(value: &Value) -> Result<Self, String> {
        if value == "reset" {
            return Ok(Self::Reset);
        }
        let patch = SettingsPatch::parse(value).map_err(|faults| {
            faults
                .iter()
                .map(|fault| fault.message.clone())
                .collect::<Vec<_>>()
                .join(", ")
        })?;
        match <[Setting; 1]>::try_from(patch.into_settings()) {
            Ok([setting]) => Ok(Self::Set(setting)),
            Err(several) => Err(format!("a step with {} settings", several.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::SettingField;

    #[test]
    fn a_step_survives_the_journal() {
        let settings = [
            Setting::Subject("Choir “one”".to_owned()),
            Setting::Description("a\nb".to_owned()),
            Setting::Announce(true),
            Setting::Locked(false),
            Setting::InviteBy(Audience::Members),
            Setting::JoinApproval(true),
            Setting::AddBy(Audience::Admins),
            Setting::EphemeralSeconds(86_400),
        ];
        assert_eq!(settings.len(), SettingField::ALL.len());
        for step in settings.into_iter().map(Step::Set).chain([Step::Reset]) {
            assert_eq!(Step::from_json(&step.to_json()), Ok(step));
        }
    }

    #[test]
    fn what_is_no_step_is_refused() {
        for value in [
            json!({}),
            json!("set"),
            json!({"announce": true, "locked": true}),
            json!({"announce": "x"}),
        ] {
            assert!(Step::from_json(&value).is_err(), "{value}");
        }
    }
}
