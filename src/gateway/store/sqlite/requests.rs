//! Rows of requests to join.

use super::connection::Sqlite;
use super::people::{name_of_member, phone};
use crate::api::{EpochMillis, PendingRequest};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, PhoneNumber, SessionId};
use crate::gateway::store::StoreError;
use crate::gateway::store::tables::{ReadRequests, WriteRequests};
use crate::gateway::whatsapp::MembershipRequest;
use rusqlite::{OptionalExtension, Row, params};
use std::collections::BTreeMap;

/// `None` for a JID that this version cannot read.
fn request(row: &Row<'_>) -> rusqlite::Result<Option<MembershipRequest>> {
    let jid: String = row.get(0)?;
    let person = MemberJid::parse(&jid).ok();
    let (phone, at) = (phone(row, 1)?, row.get(2)?);
    Ok(person.map(|person| MembershipRequest { person, phone, at }))
}

impl ReadRequests for Sqlite {
    fn requests(
        &self,
        organizations: &[OrganizationId],
        limit: usize,
    ) -> Result<Vec<PendingRequest>, StoreError> {
        let mut query = self.conn.prepare_cached(&format!(
            "SELECT g.session, g.jid, m.lid, m.phone, m.asked_at, {}
             FROM sessions s JOIN groups g ON g.session = s.id
             JOIN (SELECT group_number, jid AS lid, phone, asked_at FROM requests) m
                 ON m.group_number = g.number
             WHERE s.organization = ?1 AND g.my_role IN ('admin', 'superadmin')
             ORDER BY m.asked_at IS NULL, m.asked_at, g.session, g.jid, m.lid LIMIT ?2",
            name_of_member("s.id")
        ))?;
        let mut found = Vec::new();
        for organization in organizations {
            let left = i64::try_from(limit - found.len()).unwrap_or(i64::MAX);
            let rows = query.query_map(params![organization.as_str(), left], |row| {
                Ok(PendingRequest {
                    session_id: row.get(0)?,
                    group_jid: row.get(1)?,
                    jid: row.get(2)?,
                    phone_number: phone(row, 3)?.map(|phone| phone.to_string()),
                    requested_at: row.get(4)?,
                    name: row.get(5)?,
                })
            })?;
            for row in rows {
                found.push(row?);
            }
        }
        Ok(found)
    }

    fn stored_requests(
        &self,
        group: i64,
    ) -> Result<BTreeMap<String, MembershipRequest>, StoreError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT jid, phone, asked_at FROM requests WHERE group_number = ?")?;
        let rows = query.query_map([group], request)?;
        let mut stored = BTreeMap::new();
        for row in rows {
            stored.extend(row?.map(|request| (request.person.to_string(), request)));
        }
        Ok(stored)
    }

    fn unlisted_requests(
        &self,
        organization: &OrganizationId,
        session: &SessionId,
        since: EpochMillis,
    ) -> Result<Vec<GroupJid>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT g.jid FROM groups g JOIN sessions s ON s.id = g.session
             WHERE s.organization = ?1 AND g.session = ?2 AND g.join_approval
                 AND g.my_role IN ('admin', 'superadmin')
                 AND (g.requests_listed_at IS NULL OR g.requests_listed_at < ?3)
             ORDER BY g.requests_listed_at, g.jid",
        )?;
        let row = params![organization.as_str(), session.as_str(), since];
        let rows = query.query_map(row, |row| row.get::<_, String>(0))?;
        let mut unlisted = Vec::new();
        for jid in rows {
            unlisted.extend(GroupJid::parse(&jid?));
        }
        Ok(unlisted)
    }
}

impl WriteRequests for Sqlite {
    fn put_request(&mut self, group: i64, request: &MembershipRequest) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO requests (group_number, jid, phone, asked_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET phone = coalesce(?3, phone),
                     asked_at = coalesce(?4, asked_at)",
            )?
            .execute(params![
                group,
                request.person.as_str(),
                request.phone.map(PhoneNumber::to_i64),
                request.at,
            ])?;
        Ok(())
    }

    fn delete_request(
        &mut self,
        group: i64,
        person: &MemberJid,
    ) -> Result<Option<MembershipRequest>, StoreError> {
        let mut delete = self.conn.prepare_cached(
            "DELETE FROM requests
             WHERE group_number = ?1 AND (jid = ?2 OR phone || '@s.whatsapp.net' = ?2)
             RETURNING jid, phone, asked_at",
        )?;
        let row = delete.query_row(params![group, person.as_str()], request);
        Ok(row.optional()?.flatten())
    }

    fn set_requests_listed(
        &mut self,
        group: i64,
        at: Option<EpochMillis>,
    ) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE groups SET requests_listed_at = ?1 WHERE number = ?2")?
            .execute(params![at, group])?;
        Ok(())
    }

    fn touch_group(&mut self, group: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached("UPDATE groups SET updated_at = updated_at + 1 WHERE number = ?")?
            .execute([group])?;
        Ok(())
    }
}
