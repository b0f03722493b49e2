//! Rows of the audit log and of the events log.

use super::audit_row::{COLUMNS, entry};
use super::connection::Sqlite;
use super::last_id::last_id;
use crate::api::AuditEntry;
use crate::gateway::domain::OrganizationId;
use crate::gateway::hub::Published;
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::{AuditFilter, Logged};
use crate::gateway::store::tables::{ReadLogs, WriteLogs};
use rusqlite::params;
use serde_json::Value;
use ulid::Ulid;

impl ReadLogs for Sqlite {
    fn audit(
        &self,
        organizations: &[OrganizationId],
        filter: &AuditFilter,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        // Each filter has an index of its own, so the text of the query follows the filters given.
        let mut sql = format!("SELECT {COLUMNS} FROM audit WHERE organization = ?1 AND id < ?2");
        sql.push_str(match filter.session {
            Some(_) => " AND session = ?3",
            None => " AND ?3 IS NULL",
        });
        sql.push_str(match filter.group {
            Some(_) => " AND group_jid = ?4",
            None => " AND ?4 IS NULL",
        });
        sql.push_str(" ORDER BY id DESC LIMIT ?5");
        // One character above every ULID.
        let before = filter
            .before
            .map_or_else(|| "~".to_owned(), |id| id.to_string());
        let mut query = self.conn.prepare_cached(&sql)?;
        let mut data = Vec::new();
        for organization in organizations {
            let rows = query.query_map(
                params![
                    organization.as_str(),
                    before,
                    filter.session,
                    filter.group,
                    filter.limit
                ],
                entry,
            )?;
            for row in rows {
                data.push(row?);
            }
        }
        data.sort_by(|one, other| other.id.cmp(&one.id));
        data.truncate(usize::try_from(filter.limit).unwrap_or(usize::MAX));
        Ok(data)
    }

    fn events(
        &self,
        organizations: &[OrganizationId],
        since: Ulid,
        limit: u32,
    ) -> Result<Vec<Logged>, StoreError> {
        let mut query = self.conn.prepare_cached(
            "SELECT id, session, kind, body FROM events
             WHERE organization = ? AND id > ? ORDER BY id LIMIT ?",
        )?;
        let mut events = Vec::new();
        for organization in organizations {
            let rows = query.query_map(
                params![organization.as_str(), since.to_string(), limit],
                |row| {
                    let id: String = row.get(0)?;
                    let text: String = row.get(3)?;
                    Ok(Logged {
                        id: Ulid::from_string(&id).unwrap_or_default(),
                        session: row.get(1)?,
                        kind: row.get(2)?,
                        text: text.into(),
                    })
                },
            )?;
            for event in rows {
                events.push(event?);
            }
        }
        events.sort_by_key(|event| event.id);
        events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(events)
    }

    fn last_id(&self) -> Result<Ulid, StoreError> {
        last_id(&self.conn)
    }
}

impl WriteLogs for Sqlite {
    fn insert_audit(
        &mut self,
        organization: &OrganizationId,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        self.conn
            .prepare_cached(
                "INSERT INTO audit (organization, id, at, actor, action, session, group_jid, old, new, outcome, hash)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                organization.as_str(),
                entry.id,
                entry.at,
                entry.actor,
                word(&entry.action)?,
                entry.session_id,
                entry.group_jid,
                text(&entry.old),
                text(&entry.new),
                word(&entry.outcome)?,
                entry.hash.as_deref().unwrap_or_default(),
            ])?;
        Ok(())
    }

    fn remove_audit(
        &mut self,
        organization: &OrganizationId,
        last: Ulid,
    ) -> Result<u64, StoreError> {
        let removed = self
            .conn
            .prepare_cached("DELETE FROM audit WHERE organization = ? AND id <= ?")?
            .execute(params![organization.as_str(), last.to_string()])?;
        Ok(removed as u64)
    }

    fn insert_event(&mut self, event: &Published) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO events (organization, id, session, kind, body) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![
                event.organization.as_str(),
                event.id.to_string(),
                &*event.session,
                event.kind.as_str(),
                &*event.text,
            ])?;
        Ok(())
    }

    fn sweep_events(&mut self, organization: &OrganizationId, keep: u32) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "DELETE FROM events WHERE organization = ?1 AND id <= (
                 SELECT id FROM events WHERE organization = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute(params![organization.as_str(), keep])?;
        Ok(())
    }
}

/// The word of a unit-like enum on the wire.
fn word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    Ok(match serde_json::to_value(value)? {
        Value::String(word) => word,
        other => other.to_string(),
    })
}
