//! Reading what other gateways send: `null` counts as absent.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Reads `null` as the type's default. Use together with `#[serde(default)]`, which covers absence.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads anything but an object as an empty one.
pub fn object_or_nothing<'de, D>(deserializer: D) -> Result<Map<String, Value>, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(match Value::deserialize(deserializer)? {
        Value::Object(map) => map,
        _ => Map::new(),
    })
}
