//! Reading what other gateways send: `null` counts as absent.

use serde::{Deserialize, Deserializer};

/// Reads `null` as the type's default. Use together with `#[serde(default)]`, which covers absence.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
