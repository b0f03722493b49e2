//! Entries of an audit log as JSON objects.

use serde::Serialize;
use serde_json::{Map, Value};

/// An entry by its id and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct WrittenDown {
    pub(super) id: String,
    pub(super) hash: String,
}

/// An entry's id and hash, empty where it has none.
pub(super) fn head_of(entry: &Map<String, Value>) -> WrittenDown {
    WrittenDown {
        id: text(entry, "id").unwrap_or_default(),
        hash: text(entry, "hash").unwrap_or_default(),
    }
}

/// The text of a member.
pub(super) fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    Some(object.get(name)?.as_str()?.to_owned())
}
