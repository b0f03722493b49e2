//! A test write, to find out whether the database is writable.

use crate::gateway::store::StoreError;
use rusqlite::Connection;

/// More than any change of one group takes, so that a probe that fits leaves no doubt about the change.
const ROOM: i32 = 64 * 1024;

/// Takes new room in the database, fills it, and gives the room of the probe before back.
pub(super) fn write(conn: &Connection) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO probe (room) VALUES (zeroblob(?))")?
        .execute([ROOM])?;
    conn.prepare_cached("DELETE FROM probe WHERE id < ?")?
        .execute([conn.last_insert_rowid()])?;
    Ok(())
}
