//! Rows of groups and their members.

use super::columns::{joined_via, member_role, session_role};
use super::connection::Sqlite;
use super::people::{name_of_member, phone};
use crate::api::{
    Audience, EpochMillis, Group, GroupKind, GroupMember, JoinedVia, MemberRole, Setting,
};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, PhoneNumber, SessionId};
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::{StoredGroup, StoredMember, my_role};
use crate::gateway::store::tables::{ReadGroups, WriteGroups};
use crate::gateway::whatsapp::{GroupSnapshot, Member};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use std::collections::HashMap;
use ulid::Ulid;

const COLUMNS: &str = "g.id, g.jid, g.subject, g.description, g.owner, g.participant_count,
     g.announce, g.locked, g.created_at_wa, g.first_seen_at, g.updated_at, g.my_role, g.kind,
     g.community, (SELECT c.subject FROM groups c WHERE c.session = g.session AND c.jid = g.community),
     g.invite_by, g.join_approval, g.add_by, g.ephemeral_seconds,
     iif(g.requests_listed_at IS NULL, NULL,
         (SELECT count(*) FROM requests r WHERE r.group_number = g.number))";

/// Every read goes through the session's row, so that the organization is always checked.
const FROM: &str = "FROM groups g JOIN sessions s ON s.id = g.session
     WHERE s.organization = ?1 AND g.session = ?2";

/// A word of an enum.
fn word<T: for<'a> From<&'a str>>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    let word: Option<String> = row.get(column)?;
    Ok(word.as_deref().map(T::from))
}

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    let role: String = row.get(11)?;
    let kind: Option<GroupKind> = word(row, 12)?;
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
        community_jid: row.get(13)?,
        community_subject: row.get(14)?,
        invite_by: word(row, 15)?,
        join_approval: row.get(16)?,
        add_by: word(row, 17)?,
        ephemeral_seconds: row.get(18)?,
        pending_requests: row.get(19)?,
        restricted: kind.as_ref().and_then(GroupKind::restricted),
        kind,
    })
}

fn put_members(
    conn: &Connection,
    group: i64,
    members: &mut dyn Iterator<Item = &Member>,
    at: EpochMillis,
) -> Result<(), StoreError> {
    let mut put = conn.prepare_cached(
        "INSERT INTO members (group_number, lid, role, is_me, phone, joined_via, first_seen_at,
             last_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
         ON CONFLICT DO UPDATE SET role = ?3, is_me = ?4, phone = coalesce(?5, phone),
             joined_via = coalesce(?6, joined_via), last_seen_at = ?7",
    )?;
    for member in members {
        put.execute(params![
            group,
            member.lid.as_str(),
            member.role.as_str(),
            member.is_me,
            member.phone.map(PhoneNumber::to_i64),
            member.joined_via.map(JoinedVia::as_str),
            at,
        ])?;
    }
    Ok(())
}

impl ReadGroups for Sqlite {
    fn groups(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        after: Option<&GroupJid>,
        limit: Option<u32>,
    ) -> Result<Vec<Group>, StoreError> {
        let mut query = self.conn.prepare_cached(&format!(
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

    fn group(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Result<Option<Group>, StoreError> {
        let mut query = self
            .conn
            .prepare_cached(&format!("SELECT {COLUMNS} {FROM} AND g.jid = ?3"))?;
        Ok(query
            .query_row(
                [organization.as_str(), session.as_str(), jid.as_str()],
                group,
            )
            .optional()?)
    }

    fn members(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Result<Option<Vec<GroupMember>>, StoreError> {
        let Some(group) = self.group(organization, session, jid)? else {
            return Ok(None);
        };
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT m.lid, m.role, m.first_seen_at, m.last_seen_at, m.phone, m.joined_via, {}
             FROM members m
             WHERE m.group_number = (SELECT g.number {FROM} AND g.jid = ?3) ORDER BY m.lid",
            name_of_member("?2"),
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
                    phone_number: phone(row, 4)?.map(|phone| phone.to_string()),
                    joined_via: joined_via(row, 5)?,
                    name: row.get(6)?,
                    first_seen_at: row.get(2)?,
                    last_seen_at: row.get(3)?,
                    lid,
                })
            },
        )?;
        Ok(Some(rows.collect::<Result<_, _>>()?))
    }

    fn stored_group(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        jid: &GroupJid,
    ) -> Result<Option<StoredGroup>, StoreError> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT g.number, g.subject, g.description, g.owner, g.announce, g.locked,
                 g.created_at_wa, g.my_role, g.kind, g.community, g.invite_by, g.join_approval,
                 g.add_by, g.ephemeral_seconds, g.participant_count, g.is_partial
                 {FROM} AND g.jid = ?3"
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
                    kind: word(row, 8)?,
                    community: row.get(9)?,
                    invite_by: word(row, 10)?,
                    join_approval: row.get(11)?,
                    add_by: word(row, 12)?,
                    ephemeral_seconds: row.get(13)?,
                    count: row.get(14)?,
                    is_partial: row.get(15)?,
                })
            },
        );
        Ok(row.optional()?)
    }

    fn joined(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
    ) -> Result<Vec<GroupJid>, StoreError> {
        let mut query = self
            .conn
            .prepare_cached(&format!("SELECT g.jid {FROM} AND g.my_role <> 'none'"))?;
        let rows = query.query_map([organization.as_str(), session.as_str()], |row| {
            row.get::<_, String>(0)
        })?;
        let mut joined = Vec::new();
        for jid in rows {
            joined.extend(GroupJid::parse(&jid?));
        }
        Ok(joined)
    }

    fn count_groups(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
    ) -> Result<u64, StoreError> {
        let mut query = self
            .conn
            .prepare_cached(&format!("SELECT count(*) {FROM}"))?;
        let count: i64 =
            query.query_row([organization.as_str(), session.as_str()], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    fn stored_members(&self, group: i64) -> Result<HashMap<String, StoredMember>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT lid, role, is_me, phone, joined_via FROM members WHERE group_number = ?",
        )?;
        let rows = query.query_map([group], |row| {
            let role: String = row.get(1)?;
            Ok((
                row.get(0)?,
                StoredMember {
                    role: member_role(&role),
                    is_me: row.get(2)?,
                    phone: phone(row, 3)?,
                    joined_via: joined_via(row, 4)?,
                },
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl WriteGroups for Sqlite {
    fn insert_group(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        id: Ulid,
        group: &GroupSnapshot,
        at: EpochMillis,
    ) -> Result<bool, StoreError> {
        let inserted = self.conn
            .prepare_cached(
                "INSERT INTO groups (id, session, jid, subject, description, owner, announce, locked,
                     participant_count, my_role, created_at_wa, first_seen_at, updated_at, kind,
                     community, invite_by, join_approval, add_by, ephemeral_seconds, is_partial)
                 SELECT ?3, s.id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14, ?15, ?16,
                     ?17, ?18, ?19, ?20 FROM sessions s
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
                i64::try_from(group.count()).unwrap_or(i64::MAX),
                my_role(&group.members).as_str(),
                group.created_at,
                at,
                group.kind.as_str(),
                group.community.as_ref().map(GroupJid::as_str),
                group.invite_by.as_ref().map(Audience::as_str),
                group.join_approval,
                group.add_by.as_ref().map(Audience::as_str),
                group.ephemeral_seconds,
                group.is_partial(),
            ])?;
        if inserted > 0 {
            put_members(
                &self.conn,
                self.conn.last_insert_rowid(),
                &mut group.members.iter(),
                at,
            )?;
        }
        Ok(inserted > 0)
    }

    fn update_group(
        &mut self,
        number: i64,
        group: &GroupSnapshot,
        at: EpochMillis,
    ) -> Result<(), StoreError> {
        self.conn.prepare_cached(
            "UPDATE groups SET subject = ?, description = ?, owner = ?, announce = ?, locked = ?,
                 created_at_wa = ?, kind = ?, community = ?, invite_by = ?, join_approval = ?,
                 add_by = ?, ephemeral_seconds = ?, is_partial = ?,
                 participant_count = CASE WHEN ? THEN ? ELSE participant_count END,
                 updated_at = max(updated_at + 1, ?) WHERE number = ?",
        )?
        .execute(params![
            group.subject,
            group.description,
            group.owner.as_ref().map(MemberJid::as_str),
            group.announce,
            group.locked,
            group.created_at,
            group.kind.as_str(),
            group.community.as_ref().map(GroupJid::as_str),
            group.invite_by.as_ref().map(Audience::as_str),
            group.join_approval,
            group.add_by.as_ref().map(Audience::as_str),
            group.ephemeral_seconds,
            group.is_partial(),
            group.is_partial(),
            i64::try_from(group.count()).unwrap_or(i64::MAX),
            at,
            number,
        ])?;
        Ok(())
    }

    fn set_setting(
        &mut self,
        number: i64,
        setting: &Setting,
        at: EpochMillis,
    ) -> Result<(), StoreError> {
        let (column, value): (&str, &dyn ToSql) = match setting {
            Setting::Subject(text) => ("subject", text),
            Setting::Description(text) => ("description", text),
            Setting::Announce(on) => ("announce", on),
            Setting::Locked(on) => ("locked", on),
            Setting::InviteBy(who) => ("invite_by", &who.as_str()),
            Setting::JoinApproval(on) => ("join_approval", on),
            Setting::AddBy(who) => ("add_by", &who.as_str()),
            Setting::EphemeralSeconds(seconds) => ("ephemeral_seconds", seconds),
        };
        self.conn.prepare_cached(&format!(
            "UPDATE groups SET {column} = ?, updated_at = max(updated_at + 1, ?) WHERE number = ?"
        ))?
        .execute(params![value, at, number])?;
        Ok(())
    }

    fn refresh_member_summary(&mut self, number: i64) -> Result<bool, StoreError> {
        let updated = self
            .conn
            .prepare_cached(
                "WITH fresh (count, role) AS (
                     SELECT count(*), coalesce(max(role) FILTER (WHERE is_me), 'none')
                     FROM members WHERE group_number = ?1)
                 UPDATE groups SET my_role = fresh.role,
                     participant_count = iif(is_partial, max(participant_count, fresh.count), fresh.count)
                 FROM fresh WHERE number = ?1
                     AND ((not is_partial AND participant_count <> fresh.count)
                         OR participant_count < fresh.count OR my_role <> fresh.role)",
            )?
            .execute([number])?;
        Ok(updated > 0)
    }

    fn put_members(
        &mut self,
        group: i64,
        members: &mut dyn Iterator<Item = &Member>,
        at: EpochMillis,
    ) -> Result<(), StoreError> {
        put_members(&self.conn, group, members, at)
    }

    fn delete_member(&mut self, group: i64, lid: &str) -> Result<bool, StoreError> {
        let gone = self
            .conn
            .prepare_cached("DELETE FROM members WHERE group_number = ? AND lid = ?")?
            .execute(params![group, lid])?;
        Ok(gone > 0)
    }

    fn set_role(&mut self, group: i64, lid: &str, role: &MemberRole) -> Result<bool, StoreError> {
        let updated = self
            .conn
            .prepare_cached(
                "UPDATE members SET role = ?1
                 WHERE group_number = ?2 AND lid = ?3 AND role <> ?1 AND role <> 'superadmin'",
            )?
            .execute(params![role.as_str(), group, lid])?;
        Ok(updated > 0)
    }
}
