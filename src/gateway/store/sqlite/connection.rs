//! A connection to the database.

use super::lock::Lock;
use rusqlite::Connection;

/// A connection.
pub(super) struct Sqlite {
    pub(super) conn: Connection,
    /// Of the writer: held until the connection is closed, because two engines must never drive the
    /// same sessions.
    pub(super) lock: Option<Lock>,
    /// Whether commits fail as on a full disk, in this transaction and in the next.
    #[cfg(test)]
    pub(super) is_full: [bool; 2],
}
