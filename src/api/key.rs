//! Api-keys (an extension). A key's secret is shown once, when it is made.

use super::{Capability, EpochMillis, LABEL_MAX, lenient, pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest overlap of a rotated key's two secrets, in seconds: a week.
pub const OVERLAP_MAX: u32 = 7 * 24 * 60 * 60;

// `C` is a capability: one that we know where we answer, a `CapabilityWord` where we read.
/// A stored api-key, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    rename_all = "camelCase",
    bound(deserialize = "C: serde::de::DeserializeOwned")
)]
#[schemars(rename = "ApiKey")]
pub struct ApiKey<C = Capability> {
    #[serde(deserialize_with = "lenient::id")]
    pub id: String,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::or_default"
    )]
    pub label: Option<String>,
    #[serde(default, deserialize_with = "lenient::readable")]
    pub capabilities: Vec<C>,
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub disabled: bool,
    #[serde(default, deserialize_with = "lenient::time")]
    pub created_at: EpochMillis,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub expires_at: Option<EpochMillis>,
    /// When it was last used; up to a minute old after a crash of the gateway.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_time"
    )]
    pub last_used_at: Option<EpochMillis>,
}

/// Body of `POST /keys`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateKey {
    /// A name for people. An empty one counts as absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = pattern::one_line(0, LABEL_MAX)))]
    pub label: Option<String>,
    /// Its capabilities: a subset of its creator's.
    #[schemars(length(min = 1))]
    pub capabilities: Vec<Capability>,
    /// A time in the future. Without it the key does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<EpochMillis>,
}

/// Body of `PATCH /keys/{id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateKey {
    /// A disabled key is refused like one that does not exist.
    pub disabled: bool,
}

/// Body of `POST /keys/{id}:rotate`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateKey {
    /// How long the old secret stays valid, up to a week; without it the old secret is invalid at
    /// once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = OVERLAP_MAX))]
    pub overlap_seconds: Option<u32>,
}

/// Answer of `POST /keys` and `POST /keys/{id}:rotate`: the only time that the secret is returned.
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(bound(deserialize = "C: serde::de::DeserializeOwned"))]
#[schemars(rename = "CreatedKey")]
pub struct CreatedKey<C = Capability> {
    /// `wa_...`
    pub secret: String,
    #[serde(flatten)]
    pub key: ApiKey<C>,
}

impl<C: std::fmt::Debug> std::fmt::Debug for CreatedKey<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedKey")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
