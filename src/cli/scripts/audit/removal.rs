//! Entries of an audit log that say that older ones were removed.

use super::entry::{WrittenDown, text};
use crate::api::EpochMillis;
use crate::api::audit_chain::TRIM_AGE;
use serde_json::{Map, Value};
use std::time::Duration;
use ulid::Ulid;

/// How far the gateway's clock may be ahead of this one.
const CLOCKS_DIFFER: Duration = Duration::from_hours(1);

/// What an entry of a removal says.
#[derive(Debug)]
pub(super) struct Removal {
    /// The entry's own id.
    id: String,
    /// The last entry that was removed.
    pub(super) last: WrittenDown,
}

impl Removal {
    /// `None` for an entry that is no removal.
    pub(super) fn of(entry: &Map<String, Value>) -> Option<Self> {
        let is_removal = text(entry, "action")? == "audit.trim" && text(entry, "outcome")? == "ok";
        let new = entry.get("new").filter(|_| is_removal)?.as_object()?;
        Some(Self {
            id: text(entry, "id")?,
            last: WrittenDown {
                id: text(new, "lastId")?,
                hash: text(new, "lastHash")?,
            },
        })
    }

    /// Whether the gateway can have made it, when `oldest` is the oldest entry that is left: it removes
    /// what is older than [`TRIM_AGE`], from the oldest entry on. Anybody who can write into the
    /// database can make up another one.
    pub(super) fn is_possible(&self, oldest: &str, now: EpochMillis) -> bool {
        let (Some(last), Some(made)) = (written_at(&self.last.id), written_at(&self.id)) else {
            return false;
        };
        let now = Duration::from_millis(now.try_into().unwrap_or(0));
        let made = made.min(now.saturating_add(CLOCKS_DIFFER));
        self.last.id.as_str() < oldest && last.saturating_add(TRIM_AGE) <= made
    }
}

/// When an entry with this id was written, since the epoch.
fn written_at(id: &str) -> Option<Duration> {
    let ulid = Ulid::from_string(id).ok()?;
    (ulid.to_string() == id).then(|| Duration::from_millis(ulid.timestamp_ms()))
}
