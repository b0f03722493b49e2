//! The body of every non-2xx answer.

use super::Capability;
use super::field_error::FieldError;
use super::invite::PrivateInvite;
use super::lenient;
use super::settings::SettingField;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// The error codes of the contract, each with one HTTP status.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    ValidationError,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    RateLimited,
    Internal,
    NotImplemented,
    GatewayUnavailable,
    /// A code that the contract does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

impl ErrorCode {
    /// The HTTP status that goes with the code. [`ErrorCode::Other`] is never sent by us.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::ValidationError => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::RateLimited => 429,
            Self::Internal | Self::Other(_) => 500,
            Self::NotImplemented => 501,
            Self::GatewayUnavailable => 503,
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::ValidationError => "validation_error",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal",
            Self::NotImplemented => "not_implemented",
            Self::GatewayUnavailable => "gateway_unavailable",
            Self::Other(code) => code,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The reason of an error, more specific than its code: `details.reason`. An extension.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    NotConnected,
    NotAdmin,
    NotInGroup,
    /// WhatsApp knows no such group.
    NoSuchGroup,
    RateLimited,
    /// The session has done this as often as it may without a risk for its account, or WhatsApp
    /// wants no more of it for now; nothing was sent. `details.limit` names the kind of call.
    Budget,
    ConnectionLost,
    Timeout,
    /// An invite code that is malformed, expired or was reset.
    DeadInvite,
    /// The group refuses this change by another rule, for example because its community owns the
    /// setting.
    Refused,
    /// The session already has a paired phone.
    AlreadyPaired,
    /// The request conflicts with the current state, for example adding an existing member.
    Conflict,
    /// The engine is shutting down.
    Draining,
    /// The gateway's store is not writable; nothing was changed.
    StoreUnavailable,
    /// The changes in `details.applied` were made, but the gateway could not store them.
    NotStored,
    /// Too many connections.
    TooManyConnections,
    /// The call was queued for too long behind other calls of the session; nothing was sent.
    Busy,
    /// The login has no active organization that could own a new resource.
    NoOrganization,
    /// A reason that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

/// The public gateway's message for an unknown session, which has no reason of its own.
pub const UNKNOWN_SESSION: &str = "session not found";

/// `{"error": {...}}`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorBody {
    pub error: ErrorObject,
}

/// An error: a code for programs, a message for people, details for both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorObject {
    #[serde(deserialize_with = "lenient::word")]
    pub code: ErrorCode,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub message: String,
    #[serde(
        default,
        skip_serializing_if = "Map::is_empty",
        deserialize_with = "lenient::object_or_nothing"
    )]
    pub details: Map<String, Value>,
}

impl ErrorObject {
    /// `details.reason`, if the gateway sends one.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.detail("reason")
    }

    /// The capability that a 403 requires: `details.capability`, or the one in the message of the
    /// public gateway.
    #[must_use]
    pub fn capability(&self) -> Option<String> {
        self.detail("capability").or_else(|| {
            let (_, word) = self.message.split_once("missing required capability: ")?;
            Capability::ALL
                .iter()
                .map(|known| known.as_str())
                .find(|known| *known == word.trim())
                .map(str::to_owned)
        })
    }

    /// Whether a 404 is about the session, not about the group.
    #[must_use]
    pub fn is_unknown_session(&self) -> bool {
        self.code == ErrorCode::NotFound
            && self.message.to_ascii_lowercase().contains(UNKNOWN_SESSION)
    }

    /// `details.limit` of a 429 of the gateway's own limits.
    #[must_use]
    pub fn limit(&self) -> Option<String> {
        self.detail("limit")
    }

    /// `details.errors` of a `validation_error`; empty if there are none. Some gateways send
    /// sentences instead of fields.
    #[must_use]
    pub fn field_errors(&self) -> Vec<FieldError> {
        let Some(Value::Array(errors)) = self.details.get("errors") else {
            return Vec::new();
        };
        let errors = errors.iter().filter_map(|error| match error {
            Value::String(message) => Some(FieldError {
                field: String::new(),
                message: message.clone(),
            }),
            error => serde_json::from_value(error.clone()).ok(),
        });
        errors.collect()
    }

    /// The progress of a PATCH that failed.
    #[must_use]
    pub fn partial_update(&self) -> Option<PartialUpdate> {
        serde_json::from_value(Value::Object(self.details.clone())).ok()
    }

    /// The outcome of a change of several members that failed for some of them.
    #[must_use]
    pub fn partial_members(&self) -> Option<PartialMembers> {
        serde_json::from_value(Value::Object(self.details.clone())).ok()
    }

    /// `details.invite`: the private invite that WhatsApp offers where it refuses to add a person.
    #[must_use]
    pub fn private_invite(&self) -> Option<PrivateInvite> {
        self.detail("invite")
    }

    fn detail<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.details.get(name)?.clone()).ok()
    }
}

/// `details` of a PATCH that failed after some fields: what was applied, what failed, what was not
/// attempted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartialUpdate {
    #[serde(deserialize_with = "lenient::readable")]
    pub applied: Vec<SettingField>,
    pub failed: SettingField,
    #[serde(default, deserialize_with = "lenient::readable")]
    pub not_attempted: Vec<SettingField>,
}

/// `details` of a change of several members that failed for some of them (an extension).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartialMembers {
    /// The JIDs for which it was done.
    #[serde(deserialize_with = "lenient::readable")]
    pub applied: Vec<String>,
    #[serde(deserialize_with = "lenient::readable")]
    pub failed: Vec<RefusedMember>,
}

/// A person for whom a change of members failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedMember {
    pub jid: String,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub message: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub invite: Option<PrivateInvite>,
}
