//! Enums as text columns.

use crate::api::{JoinedVia, MemberRole, SessionRole};
use rusqlite::Row;

pub(super) fn member_role(word: &str) -> MemberRole {
    match word {
        "member" => MemberRole::Member,
        "admin" => MemberRole::Admin,
        "superadmin" => MemberRole::Superadmin,
        other => MemberRole::Other(other.to_owned()),
    }
}

pub(super) fn session_role(word: &str) -> SessionRole {
    match word {
        "member" => SessionRole::Member,
        "admin" => SessionRole::Admin,
        "superadmin" => SessionRole::Superadmin,
        "none" => SessionRole::None,
        other => SessionRole::Other(other.to_owned()),
    }
}

pub(super) fn joined_via(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<JoinedVia>> {
    let word: Option<String> = row.get(column)?;
    Ok(word.as_deref().and_then(JoinedVia::from_word))
}
