//! The newest id in the logs of a database.

use crate::gateway::store::StoreError;
use rusqlite::{Connection, OptionalExtension};
use ulid::Ulid;

pub(super) fn last_id(conn: &Connection) -> Result<Ulid, StoreError> {
    let mut last = Ulid::nil();
    // One look per organization: the tables are ordered by organization, then id.
    for table in ["events", "audit"] {
        let sql = format!(
            "SELECT max((SELECT id FROM {table} WHERE organization = o.id ORDER BY id DESC LIMIT 1))
             FROM organizations o"
        );
        let id: Option<String> = conn
            .query_row(&sql, [], |row| row.get(0))
            .optional()?
            .flatten();
        if let Some(id) = id.and_then(|id| Ulid::from_string(&id).ok()) {
            last = last.max(id);
        }
    }
    Ok(last)
}
