//! Rows of opening hours.

use super::connection::Sqlite;
use crate::api::EpochMillis;
use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::StoredSchedule;
use crate::gateway::store::tables::{ReadSchedules, WriteSchedules};
use rusqlite::params;

impl ReadSchedules for Sqlite {
    fn schedules(&self) -> Result<Vec<StoredSchedule>, StoreError> {
        let mut query = self.conn.prepare(
            "SELECT s.organization, s.id, c.group_jid, c.zone, c.rules, c.handled_at, c.last
             FROM schedules c JOIN sessions s ON s.id = c.session ORDER BY c.session, c.group_jid",
        )?;
        let rows = query.query_map([], |row| {
            let names: [String; 5] = [
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ];
            let handled_at: Option<EpochMillis> = row.get(5)?;
            let last: Option<String> = row.get(6)?;
            Ok((names, handled_at, last))
        })?;
        let mut schedules = Vec::new();
        for row in rows {
            let ([organization, session, group, zone, rules], handled_at, last) = row?;
            let (Ok(organization), Ok(session), Ok(group)) = (
                OrganizationId::parse(&organization),
                SessionId::parse(&session),
                GroupJid::parse(&group),
            ) else {
                continue;
            };
            schedules.push(StoredSchedule {
                organization,
                session,
                group,
                zone,
                rules: serde_json::from_str(&rules)?,
                handled_at,
                last: last.map(|last| serde_json::from_str(&last)).transpose()?,
            });
        }
        Ok(schedules)
    }
}

impl WriteSchedules for Sqlite {
    fn put_schedule(&mut self, schedule: &StoredSchedule) -> Result<bool, StoreError> {
        let last = schedule.last.as_ref().map(serde_json::to_string);
        let written = self
            .conn
            .prepare_cached(
                "INSERT INTO schedules (session, group_jid, zone, rules, handled_at, last)
                 SELECT id, ?3, ?4, ?5, ?6, ?7 FROM sessions WHERE organization = ?1 AND id = ?2
                 ON CONFLICT DO UPDATE SET zone = excluded.zone, rules = excluded.rules,
                     handled_at = excluded.handled_at, last = excluded.last",
            )?
            .execute(params![
                schedule.organization.as_str(),
                schedule.session.as_str(),
                schedule.group.as_str(),
                schedule.zone,
                serde_json::to_string(&schedule.rules)?,
                schedule.handled_at,
                last.transpose()?,
            ])?;
        Ok(written > 0)
    }

    fn delete_schedule(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        group: &GroupJid,
    ) -> Result<bool, StoreError> {
        let deleted = self
            .conn
            .prepare_cached(
                "DELETE FROM schedules WHERE group_jid = ?3
                 AND session = (SELECT id FROM sessions WHERE organization = ?1 AND id = ?2)",
            )?
            .execute(params![
                organization.as_str(),
                session.as_str(),
                group.as_str()
            ])?;
        Ok(deleted > 0)
    }
}
