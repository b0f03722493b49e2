//! Sessions: WhatsApp accounts that the gateway keeps connected.

use super::{EpochMillis, SessionBudget, lenient, pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest label, in characters after trimming.
pub const LABEL_MAX: usize = 100;

/// The status of a session. Only `Working` is connected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Connecting or reconnecting.
    Starting,
    /// Waits for a phone to scan a QR code or to enter a pairing code.
    ScanQrCode,
    /// Connected.
    Working,
    /// Failed, for example because another device replaced this one.
    Failed,
    /// Stopped by an operator.
    #[default]
    Stopped,
    /// Unlinked from the phone; needs a new scan.
    LoggedOut,
    /// A status that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

impl SessionStatus {
    /// The status of a session whose gateway reports none.
    #[must_use]
    pub fn unknown() -> Self {
        Self::Other("unknown".to_owned())
    }

    #[must_use]
    pub fn is_connected(&self) -> bool {
        *self == Self::Working
    }

    /// Whether it is known not to be connected; `false` for an unknown status.
    #[must_use]
    pub fn is_disconnected(&self) -> bool {
        !matches!(self, Self::Working | Self::Other(_))
    }

    /// The value on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Starting => "starting",
            Self::ScanQrCode => "scan_qr_code",
            Self::Working => "working",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::LoggedOut => "logged_out",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for SessionStatus {
    fn from(word: &str) -> Self {
        match word {
            "starting" => Self::Starting,
            "scan_qr_code" => Self::ScanQrCode,
            "working" => Self::Working,
            "failed" => Self::Failed,
            "stopped" => Self::Stopped,
            "logged_out" => Self::LoggedOut,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A step of linking a phone, or of getting ready after it, that `status` does not name (an extension).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkStep {
    /// WhatsApp asks for the account's passkey (`/sessions/{session}/passkey`).
    Passkey,
    /// Reading what was missed (`missed`).
    CatchingUp,
    /// A step that this version does not know.
    #[serde(untagged)]
    #[schemars(skip)]
    Other(String),
}

/// How much of what was missed has arrived, in WhatsApp's stanzas: messages, receipts, notifications and
/// calls (an extension).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Missed {
    /// How many there are. Absent when that is not known.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub total: Option<u64>,
    /// How many have arrived, at most `total`.
    pub done: u64,
}

/// A WhatsApp session. `id` is a ULID.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub organization_id: String,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    pub gateway_id: String,
    #[serde(default = "SessionStatus::unknown", deserialize_with = "lenient::word")]
    pub status: SessionStatus,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub label: Option<String>,
    /// Digits of the E.164 number, without a plus sign.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub phone_number: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub wa_jid: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub wa_lid: Option<String>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_admin_session: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub auto_read: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub presence_typing: bool,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub rate_per_min: u32,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub rate_per_hour: u32,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub created_by_user_id: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub last_connected_at: Option<EpochMillis>,
    #[serde(default, deserialize_with = "lenient::time")]
    pub created_at: EpochMillis,
    #[serde(default, deserialize_with = "lenient::time")]
    pub updated_at: EpochMillis,
    /// Extension: the number of groups listed for the session.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub group_count: Option<u64>,
    /// Extension: how many groups of WhatsApp's last list could not be read. They stay as they were
    /// known, or are missing when they were not. Absent when there are none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub unreadable_groups: Option<u64>,
    /// Extension: why the session is `failed` or `logged_out`, as a sentence.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub status_reason: Option<String>,
    /// Extension: when data was last received from WhatsApp.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub last_traffic_at: Option<EpochMillis>,
    /// Extension: what the session does on its way to `working`. Absent most of the time.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub link_step: Option<LinkStep>,
    /// Extension: how much of what was missed has arrived, while `linkStep` is `catching_up`.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub missed: Option<Missed>,
    /// Extension: how much of what gets accounts restricted the session may still do. Absent where
    /// nothing is limited.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub budget: Option<SessionBudget>,
    /// Extension: until when WhatsApp has restricted the account: it cannot reach people who do not
    /// know it, for example by new groups. Absent while it is not known to be restricted.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub restricted_until: Option<EpochMillis>,
}

/// Body of `POST /sessions`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateSession {
    /// A name for people. An empty one counts as absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = pattern::one_line(0, LABEL_MAX)))]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Whether to start it at once.
    pub start: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_read: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub presence_typing: Option<bool>,
}

/// Body of `PATCH /sessions/{s}` (an extension).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateSession {
    /// A name for people. An empty one removes it.
    #[schemars(regex(pattern = pattern::one_line(0, LABEL_MAX)))]
    pub label: String,
}

/// Answer of `GET /sessions/{s}/me`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionMe {
    #[serde(deserialize_with = "lenient::id")]
    pub session_id: String,
    #[serde(default = "SessionStatus::unknown", deserialize_with = "lenient::word")]
    pub status: SessionStatus,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub connected: bool,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub phone_number: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub wa_jid: Option<String>,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_id"
    )]
    pub wa_lid: Option<String>,
}

/// Answer of `GET /sessions/{s}/qr`: the text to draw as a QR code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct QrCode {
    pub code: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub expires_at: Option<EpochMillis>,
}

impl fmt::Debug for QrCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QrCode")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Body of `POST /sessions/{s}/pairing-code`: digits of an E.164 number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairingCodeRequest {
    /// Country code and number, without plus sign or leading zero.
    #[schemars(regex(pattern = pattern::PHONE))]
    pub phone: String,
}

/// Answer of `POST /sessions/{s}/pairing-code`: eight characters to type on the phone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PairingCode {
    #[serde(deserialize_with = "lenient::id")]
    pub code: String,
}

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingCode").finish_non_exhaustive()
    }
}

/// A label of a session or an api-key: trimmed, absent when empty, at most [`LABEL_MAX`] characters on one
/// line without control characters.
///
/// # Errors
/// Says what is wrong and what would be right.
pub fn check_label(label: Option<&str>) -> Result<Option<String>, String> {
    let Some(label) = label.map(str::trim).filter(|label| !label.is_empty()) else {
        return Ok(None);
    };
    let count = label.chars().count();
    if count > LABEL_MAX {
        return Err(format!(
            "is {count} characters long; at most {LABEL_MAX} are allowed"
        ));
    }
    pattern::check_one_line(label)?;
    Ok(Some(label.to_owned()))
}
