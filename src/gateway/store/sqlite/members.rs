//! Rows of members, as they are compared and written.

use super::columns::member_role;
use crate::api::{EpochMillis, MemberRole};
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::StoredMember;
use crate::gateway::whatsapp::Member;
use rusqlite::{Connection, params};
use std::collections::HashMap;

pub(super) fn load(
    conn: &Connection,
    group: i64,
) -> Result<HashMap<String, StoredMember>, StoreError> {
    let mut query =
        conn.prepare_cached("SELECT lid, role, is_me FROM members WHERE group_number = ?")?;
    let rows = query.query_map([group], |row| {
        let role: String = row.get(1)?;
        Ok((
            row.get(0)?,
            StoredMember {
                role: member_role(&role),
                is_me: row.get(2)?,
            },
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn put(
    conn: &Connection,
    group: i64,
    members: &mut dyn Iterator<Item = &Member>,
    at: EpochMillis,
) -> Result<(), StoreError> {
    let mut put = conn.prepare_cached(
        "INSERT INTO members (group_number, lid, role, is_me, first_seen_at, last_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT DO UPDATE SET role = ?3, is_me = ?4, last_seen_at = ?5",
    )?;
    for member in members {
        put.execute(params![
            group,
            member.lid.as_str(),
            member.role.as_str(),
            member.is_me,
            at,
        ])?;
    }
    Ok(())
}

pub(super) fn delete(conn: &Connection, group: i64, lid: &str) -> Result<bool, StoreError> {
    let gone = conn
        .prepare_cached("DELETE FROM members WHERE group_number = ? AND lid = ?")?
        .execute(params![group, lid])?;
    Ok(gone > 0)
}

pub(super) fn set_role(
    conn: &Connection,
    group: i64,
    lid: &str,
    role: &MemberRole,
) -> Result<bool, StoreError> {
    let updated = conn
        .prepare_cached(
            "UPDATE members SET role = ?1
             WHERE group_number = ?2 AND lid = ?3 AND role <> ?1 AND role <> 'superadmin'",
        )?
        .execute(params![role.as_str(), group, lid])?;
    Ok(updated > 0)
}
