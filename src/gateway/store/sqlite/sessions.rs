//! Rows of sessions, and of the organizations that own them.

use super::connection::Sqlite;
use crate::api::{EpochMillis, Session, SessionStatus};
use crate::gateway::domain::{OrganizationId, SessionId};
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::StoredSession;
use crate::gateway::store::tables::{ReadSessions, WriteSessions};
use rusqlite::{Connection, params};

pub(super) fn put_organization(
    conn: &Connection,
    organization: &OrganizationId,
    now: EpochMillis,
) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT OR IGNORE INTO organizations (id, created_at) VALUES (?, ?)")?
        .execute(params![organization.as_str(), now])?;
    Ok(())
}

impl ReadSessions for Sqlite {
    fn organizations(&self) -> Result<Vec<OrganizationId>, StoreError> {
        let mut query = self
            .conn
            .prepare_cached("SELECT id FROM organizations ORDER BY id")?;
        let ids = query.query_map([], |row| row.get::<_, String>(0))?;
        let mut organizations = Vec::new();
        for id in ids {
            organizations.extend(OrganizationId::parse(&id?));
        }
        Ok(organizations)
    }

    fn sessions(&self) -> Result<Vec<StoredSession>, StoreError> {
        let mut query = self.conn.prepare(
            "SELECT id, organization, label, should_run, status, status_reason, phone_number, wa_jid,
                 wa_lid, auto_read, presence_typing, rate_per_min, rate_per_hour, created_by_user_id,
                 last_connected_at, created_at, updated_at,
                 (SELECT count(*) FROM groups WHERE groups.session = sessions.id), not_before
             FROM sessions ORDER BY id",
        )?;
        let rows = query.query_map([], |row| {
            let session = Session {
                id: row.get(0)?,
                organization_id: row.get(1)?,
                label: row.get(2)?,
                status: SessionStatus::from(row.get::<_, String>(4)?.as_str()),
                status_reason: row.get(5)?,
                phone_number: row.get(6)?,
                wa_jid: row.get(7)?,
                wa_lid: row.get(8)?,
                auto_read: row.get(9)?,
                presence_typing: row.get(10)?,
                rate_per_min: row.get(11)?,
                rate_per_hour: row.get(12)?,
                created_by_user_id: row.get(13)?,
                last_connected_at: row.get(14)?,
                created_at: row.get(15)?,
                updated_at: row.get(16)?,
                ..Session::default()
            };
            let (should_run, not_before) = (row.get(3)?, row.get(18)?);
            Ok((session, should_run, row.get::<_, i64>(17)?, not_before))
        })?;
        let mut sessions = Vec::new();
        for row in rows {
            let (session, should_run, group_count, not_before) = row?;
            let (Ok(id), Ok(organization)) = (
                SessionId::parse(&session.id),
                OrganizationId::parse(&session.organization_id),
            ) else {
                tracing::warn!(session = session.id, "skipped a malformed session row");
                continue;
            };
            sessions.push(StoredSession {
                id,
                organization,
                should_run,
                not_before,
                session,
                group_count: group_count.unsigned_abs(),
            });
        }
        Ok(sessions)
    }
}

impl WriteSessions for Sqlite {
    fn put_organization(
        &mut self,
        organization: &OrganizationId,
        now: EpochMillis,
    ) -> Result<(), StoreError> {
        put_organization(&self.conn, organization, now)
    }

    fn insert_session(
        &mut self,
        organization: &OrganizationId,
        session: &Session,
        should_run: bool,
    ) -> Result<bool, StoreError> {
        let inserted = self.conn
            .prepare_cached(
                "INSERT OR IGNORE INTO sessions (id, organization, label, should_run, status, status_reason,
                     phone_number, wa_jid, wa_lid, auto_read, presence_typing, rate_per_min,
                     rate_per_hour, created_by_user_id, last_connected_at, created_at, updated_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                session.id,
                organization.as_str(),
                session.label,
                should_run,
                session.status.as_str(),
                session.status_reason,
                session.phone_number,
                session.wa_jid,
                session.wa_lid,
                session.auto_read,
                session.presence_typing,
                session.rate_per_min,
                session.rate_per_hour,
                session.created_by_user_id,
                session.last_connected_at,
                session.created_at,
                session.updated_at,
            ])?;
        Ok(inserted > 0)
    }

    fn update_session(
        &mut self,
        organization: &OrganizationId,
        session: &Session,
        should_run: bool,
        not_before: Option<EpochMillis>,
    ) -> Result<(), StoreError> {
        self.conn.prepare_cached(
            "UPDATE sessions SET should_run = ?, not_before = ?, status = ?, status_reason = ?, phone_number = ?,
                     wa_jid = ?, wa_lid = ?, last_connected_at = ?, updated_at = ?
                 WHERE id = ? AND organization = ?",
        )?
        .execute(params![
            should_run,
            not_before,
            session.status.as_str(),
            session.status_reason,
            session.phone_number,
            session.wa_jid,
            session.wa_lid,
            session.last_connected_at,
            session.updated_at,
            session.id,
            organization.as_str(),
        ])?;
        Ok(())
    }

    fn rename_session(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        label: Option<&str>,
        at: EpochMillis,
    ) -> Result<(), StoreError> {
        self.conn.execute(
            "UPDATE sessions SET label = ?, updated_at = ? WHERE id = ? AND organization = ?",
            params![label, at, session.as_str(), organization.as_str()],
        )?;
        Ok(())
    }

    fn delete_session(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
    ) -> Result<(), StoreError> {
        self.conn.execute(
            "DELETE FROM sessions WHERE id = ? AND organization = ?",
            [session.as_str(), organization.as_str()],
        )?;
        Ok(())
    }
}
