//! The events log, from which listeners replay.

use crate::gateway::domain::OrganizationId;
use crate::gateway::hub::Published;
use crate::gateway::store::StoreError;
use crate::gateway::store::rows::Logged;
use rusqlite::{Connection, OptionalExtension, params};
use ulid::Ulid;

pub(super) fn insert(conn: &Connection, event: &Published) -> Result<(), StoreError> {
    conn.prepare_cached(
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

pub(super) fn after(
    conn: &Connection,
    organizations: &[OrganizationId],
    since: Ulid,
    limit: u32,
) -> Result<Vec<Logged>, StoreError> {
    let mut query = conn.prepare_cached(
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

pub(super) fn last_id(conn: &Connection) -> Result<Ulid, StoreError> {
    let mut last = Ulid::nil();
    // One look per organization: the tables are ordered by organization, then id.
    for table in ["events", "audit"] {
        let sql = format!(
            "SELECT max((SELECT id FROM {table} WHERE organization = o.id ORDER BY id DESC LIMIT 1))
             FROM organizations o"
        );
        let id: Option<String> = conn
            .query_row(&sql, [], |row| row.get(0))
            .optional()?
            .flatten();
        if let Some(id) = id.and_then(|id| Ulid::from_string(&id).ok()) {
            last = last.max(id);
        }
    }
    Ok(last)
}

pub(super) fn sweep(
    conn: &Connection,
    organization: &OrganizationId,
    keep: u32,
) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM events WHERE organization = ?1 AND id <= (
             SELECT id FROM events WHERE organization = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )?
    .execute(params![organization.as_str(), keep])?;
    Ok(())
}
