//! Rows of groups, and the members as the API lists them.

use super::columns::{member_role, session_role};
use super::members;
use crate::api::{EpochMillis, Group, GroupMember, Setting};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, SessionId};
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::{StoredGroup, my_role};
use crate::gateway::whatsapp::GroupSnapshot;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use ulid::Ulid;

const COLUMNS: &str = "g.id, g.jid, g.subject, g.description, g.owner, g.participant_count,
     g.announce, g.locked, g.created_at_wa, g.first_seen_at, g.updated_at, g.my_role";

/// Every read goes through the session's row, so that the organization is always checked.
const FROM: &str = "FROM groups g JOIN sessions s ON s.id = g.session
     WHERE s.organization = ?1 AND g.session = ?2";

pub(super) fn list(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
    after: Option<&GroupJid>,
    limit: Option<u32>,
) -> Result<Vec<Group>, StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} {FROM} AND g.jid > ?3 ORDER BY g.jid LIMIT ?4"
    ))?;
    let rows = query.query_map(
        params![
            organization.as_str(),
            session.as_str(),
            after.map_or("", GroupJid::as_str),
            // A negative limit means no limit.
            limit.map_or(-1, i64::from),
        ],
        group,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn get(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
    jid: &GroupJid,
) -> Result<Option<Group>, StoreError> {
    let mut query = conn.prepare_cached(&format!("SELECT {COLUMNS} {FROM} AND g.jid = ?3"))?;
    Ok(query
        .query_row(
            [organization.as_str(), session.as_str(), jid.as_str()],
            group,
        )
        .optional()?)
}

pub(super) fn members(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
    jid: &GroupJid,
) -> Result<Option<Vec<GroupMember>>, StoreError> {
    let Some(group) = get(conn, organization, session, jid)? else {
        return Ok(None);
    };
    let mut query = conn.prepare_cached(&format!(
        "SELECT m.lid, m.role, m.first_seen_at, m.last_seen_at FROM members m
         WHERE m.group_number = (SELECT g.number {FROM} AND g.jid = ?3) ORDER BY m.lid"
    ))?;
    let rows = query.query_map(
        [organization.as_str(), session.as_str(), jid.as_str()],
        |row| {
            let lid: String = row.get(0)?;
            let role: String = row.get(1)?;
            let user = lid.split('@').next().unwrap_or_default();
            Ok(GroupMember {
                // A member belongs to one group, so the pair is a stable id.
                id: format!("{}-{user}", group.id),
                session_id: session.to_string(),
                group_jid: jid.to_string(),
                role: member_role(&role),
                tag: None,
                first_seen_at: row.get(2)?,
                last_seen_at: row.get(3)?,
                lid,
            })
        },
    )?;
    Ok(Some(rows.collect::<Result<_, _>>()?))
}

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    let role: String = row.get(11)?;
    Ok(Group {
        id: row.get(0)?,
        group_jid: row.get(1)?,
        subject: Some(row.get(2)?),
        description: Some(row.get(3)?),
        owner_jid: row.get(4)?,
        participant_count: Some(row.get(5)?),
        is_announce: Some(row.get(6)?),
        is_locked: Some(row.get(7)?),
        created_at_wa: row.get(8)?,
        first_seen_at: row.get(9)?,
        updated_at: row.get(10)?,
        my_role: Some(session_role(&role)),
    })
}

pub(super) fn stored(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
    jid: &GroupJid,
) -> Result<Option<StoredGroup>, StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT g.number, g.subject, g.description, g.owner, g.announce, g.locked,
             g.created_at_wa, g.my_role {FROM} AND g.jid = ?3"
    ))?;
    let row = query.query_row(
        [organization.as_str(), session.as_str(), jid.as_str()],
        |row| {
            let role: String = row.get(7)?;
            Ok(StoredGroup {
                number: row.get(0)?,
                subject: row.get(1)?,
                description: row.get(2)?,
                owner: row.get(3)?,
                announce: row.get(4)?,
                locked: row.get(5)?,
                created_at: row.get(6)?,
                my_role: session_role(&role),
            })
        },
    );
    Ok(row.optional()?)
}

pub(super) fn joined(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
) -> Result<Vec<GroupJid>, StoreError> {
    let mut query = conn.prepare_cached(&format!("SELECT g.jid {FROM} AND g.my_role <> 'none'"))?;
    let rows = query.query_map([organization.as_str(), session.as_str()], |row| {
        row.get::<_, String>(0)
    })?;
    let mut joined = Vec::new();
    for jid in rows {
        joined.extend(GroupJid::parse(&jid?));
    }
    Ok(joined)
}

pub(super) fn count(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
) -> Result<u64, StoreError> {
    let mut query = conn.prepare_cached(&format!("SELECT count(*) {FROM}"))?;
    let count: i64 =
        query.query_row([organization.as_str(), session.as_str()], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

pub(super) fn insert(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
    id: Ulid,
    group: &GroupSnapshot,
    at: EpochMillis,
) -> Result<bool, StoreError> {
    let inserted = conn
        .prepare_cached(
            "INSERT INTO groups (id, session, jid, subject, description, owner, announce, locked,
                 participant_count, my_role, created_at_wa, first_seen_at, updated_at)
             SELECT ?3, s.id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13 FROM sessions s
             WHERE s.organization = ?1 AND s.id = ?2",
        )?
        .execute(params![
            organization.as_str(),
            session.as_str(),
            id.to_string(),
            group.jid.as_str(),
            group.subject,
            group.description,
            group.owner.as_ref().map(MemberJid::as_str),
            group.announce,
            group.locked,
            i64::try_from(group.members.len()).unwrap_or(i64::MAX),
            my_role(&group.members).as_str(),
            group.created_at,
            at,
        ])?;
    if inserted > 0 {
        members::put(
            conn,
            conn.last_insert_rowid(),
            &mut group.members.iter(),
            at,
        )?;
    }
    Ok(inserted > 0)
}

pub(super) fn update(
    conn: &Connection,
    number: i64,
    group: &GroupSnapshot,
    at: EpochMillis,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "UPDATE groups SET subject = ?, description = ?, owner = ?, announce = ?, locked = ?,
             created_at_wa = ?, updated_at = max(updated_at + 1, ?) WHERE number = ?",
    )?
    .execute(params![
        group.subject,
        group.description,
        group.owner.as_ref().map(MemberJid::as_str),
        group.announce,
        group.locked,
        group.created_at,
        at,
        number,
    ])?;
    Ok(())
}

pub(super) fn set(
    conn: &Connection,
    number: i64,
    setting: &Setting,
    at: EpochMillis,
) -> Result<(), StoreError> {
    let (column, value): (&str, &dyn ToSql) = match setting {
        Setting::Subject(text) => ("subject", text),
        Setting::Description(text) => ("description", text),
        Setting::Announce(on) => ("announce", on),
        Setting::Locked(on) => ("locked", on),
    };
    conn.prepare_cached(&format!(
        "UPDATE groups SET {column} = ?, updated_at = max(updated_at + 1, ?) WHERE number = ?"
    ))?
    .execute(params![value, at, number])?;
    Ok(())
}

pub(super) fn refresh_member_summary(conn: &Connection, number: i64) -> Result<bool, StoreError> {
    let updated = conn
        .prepare_cached(
            "WITH fresh (count, role) AS (
                 SELECT count(*), coalesce(max(role) FILTER (WHERE is_me), 'none')
                 FROM members WHERE group_number = ?1)
             UPDATE groups SET participant_count = fresh.count, my_role = fresh.role
             FROM fresh WHERE number = ?1
                 AND (participant_count <> fresh.count OR my_role <> fresh.role)",
        )?
        .execute([number])?;
    Ok(updated > 0)
}
