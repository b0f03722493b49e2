//! Rows of a group's members.

use super::StoreError;
use super::columns::{member_role, session_role};
use crate::api::{EpochMillis, MemberRole, SessionRole};
use crate::gateway::domain::MemberJid;
use crate::gateway::whatsapp::Member;
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// What is compared with WhatsApp's word.
#[derive(PartialEq)]
pub(super) struct StoredMember {
    pub role: MemberRole,
    pub is_me: bool,
}

impl From<&Member> for StoredMember {
    fn from(member: &Member) -> Self {
        Self {
            role: member.role.clone(),
            is_me: member.is_me,
        }
    }
}

pub(super) fn load_members(
    conn: &Connection,
    number: i64,
) -> Result<HashMap<String, StoredMember>, StoreError> {
    let mut query =
        conn.prepare_cached("SELECT lid, role, is_me FROM members WHERE group_number = ?")?;
    let rows = query.query_map([number], |row| {
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

pub(super) fn my_role(members: &[Member]) -> SessionRole {
    members
        .iter()
        .find(|member| member.is_me)
        .map_or(SessionRole::None, |me| session_role(me.role.as_str()))
}

pub(super) fn put_members<'a>(
    conn: &Connection,
    number: i64,
    members: impl IntoIterator<Item = &'a Member>,
    at: EpochMillis,
) -> Result<(), StoreError> {
    let mut put = conn.prepare_cached(
        "INSERT INTO members (group_number, lid, role, is_me, first_seen_at, last_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT DO UPDATE SET role = ?3, is_me = ?4, last_seen_at = ?5",
    )?;
    for member in members {
        put.execute(params![
            number,
            member.lid.as_str(),
            member.role.as_str(),
            member.is_me,
            at,
        ])?;
    }
    Ok(())
}

pub(super) fn delete_member(conn: &Connection, number: i64, lid: &str) -> Result<bool, StoreError> {
    let gone = conn
        .prepare_cached("DELETE FROM members WHERE group_number = ? AND lid = ?")?
        .execute(params![number, lid])?;
    Ok(gone > 0)
}

pub(super) fn remove_members(
    conn: &Connection,
    number: i64,
    lids: &[MemberJid],
) -> Result<Vec<String>, StoreError> {
    let mut gone = Vec::new();
    for lid in lids {
        if delete_member(conn, number, lid.as_str())? {
            gone.push(lid.to_string());
        }
    }
    Ok(gone)
}

/// Gives members a role; a superadmin keeps theirs. Says who really changed.
pub(super) fn change_roles(
    conn: &Connection,
    number: i64,
    lids: &[MemberJid],
    role: &MemberRole,
) -> Result<Vec<String>, StoreError> {
    let mut done = Vec::new();
    for lid in lids {
        let updated = conn
            .prepare_cached(
                "UPDATE members SET role = ?1
                 WHERE group_number = ?2 AND lid = ?3 AND role <> ?1 AND role <> 'superadmin'",
            )?
            .execute(params![role.as_str(), number, lid.as_str()])?;
        if updated > 0 {
            done.push(lid.to_string());
        }
    }
    Ok(done)
}
