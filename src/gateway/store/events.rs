//! The events log: what a listener gets that names the last event it saw.

use super::{StoreError, Write};
use crate::api::{self, EventKind};
use crate::gateway::clock;
use crate::gateway::domain::{OrganizationId, SessionId};
use crate::gateway::realtime::Published;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use std::sync::Arc;
use ulid::Ulid;

/// Events kept per organization; a listener that was away for longer refetches.
pub const KEPT: u32 = 10_000;
/// Old rows are dropped once in so many events: an id's low bits choose when.
const SWEEP_EVERY: u128 = 256;

impl Write<'_> {
    /// Logs an event and publishes it once the transaction is committed.
    ///
    /// # Errors
    /// The database refuses.
    pub fn publish(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        kind: EventKind,
        payload: &impl Serialize,
    ) -> Result<(), StoreError> {
        let event = self.envelope(organization, session, kind, payload)?;
        self.conn
            .prepare_cached(
                "INSERT INTO events (organization, id, session, kind, body) VALUES (?, ?, ?, ?, ?)",
            )?
            .execute(params![
                organization.as_str(),
                event.id.to_string(),
                session.as_str(),
                event.kind.as_str(),
                &*event.text,
            ])?;
        if u128::from(event.id).is_multiple_of(SWEEP_EVERY) {
            sweep(self.conn, organization, KEPT)?;
        }
        self.published.push(event);
        Ok(())
    }

    /// Publishes an event that is never written down: it holds a secret, such as a pairing code.
    ///
    /// # Errors
    /// The payload cannot be encoded.
    pub fn publish_live(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        kind: EventKind,
        payload: &impl Serialize,
    ) -> Result<(), StoreError> {
        let event = self.envelope(organization, session, kind, payload)?;
        self.published.push(event);
        Ok(())
    }

    fn envelope(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        kind: EventKind,
        payload: &impl Serialize,
    ) -> Result<Published, StoreError> {
        let id = self.next_id();
        let text = serde_json::to_string(&api::Envelope {
            schema: "v1".to_owned(),
            id: format!("evt_{id}"),
            event: kind.clone(),
            session: session.to_string(),
            organization: organization.to_string(),
            timestamp: clock::now(),
            payload: serde_json::to_value(payload)?,
        })?;
        Ok(Published {
            id,
            organization: organization.clone(),
            session: session.as_str().into(),
            kind,
            text: text.into(),
        })
    }
}

/// An event read back from the log.
pub struct Logged {
    pub id: Ulid,
    pub session: String,
    pub kind: String,
    pub text: Arc<str>,
}

/// The organizations' events after `since`, oldest first, at most `limit`.
///
/// # Errors
/// The database refuses.
pub fn after(
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

/// The largest id ever given out, in whichever table.
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

fn sweep(conn: &Connection, organization: &OrganizationId, keep: u32) -> Result<(), StoreError> {
    conn.prepare_cached(
        "DELETE FROM events WHERE organization = ?1 AND id <= (
             SELECT id FROM events WHERE organization = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )?
    .execute(params![organization.as_str(), keep])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::store::tests::{organization, session, store};

    #[tokio::test]
    async fn ids_grow_and_each_organization_reads_its_own() {
        let place = store();
        let ids = place
            .store
            .write(|w| {
                for name in ["acme", "other", "acme"] {
                    w.publish(
                        &organization(name),
                        &session(1),
                        EventKind::SessionStatus,
                        &serde_json::json!({}),
                    )?;
                }
                Ok(w.published.iter().map(|event| event.id).collect::<Vec<_>>())
            })
            .await
            .unwrap();
        assert!(ids.is_sorted());
        let read = async |names: &'static [&'static str], since, limit| {
            let organizations: Vec<_> = names.iter().map(|name| organization(name)).collect();
            let events = place
                .store
                .read(move |conn| after(conn, &organizations, since, limit))
                .await
                .unwrap();
            events.iter().map(|event| event.id).collect::<Vec<_>>()
        };
        assert_eq!(read(&["acme"], Ulid::nil(), 10).await, [ids[0], ids[2]]);
        assert_eq!(read(&["acme"], ids[0], 10).await, ids[2..]);
        assert_eq!(read(&["other"], ids[0], 10).await, ids[1..2]);
        assert_eq!(read(&[], Ulid::nil(), 10).await, []);
        assert_eq!(read(&["acme", "other"], Ulid::nil(), 10).await, ids);
        assert_eq!(read(&["other", "acme"], Ulid::nil(), 2).await, ids[..2]);
    }

    #[tokio::test]
    async fn old_events_are_dropped() {
        let place = store();
        let left = place
            .store
            .write(|w| {
                let acme = organization("acme");
                for _ in 0..20 {
                    w.publish(
                        &acme,
                        &session(1),
                        EventKind::SessionStatus,
                        &serde_json::json!({}),
                    )?;
                }
                let last = w.published.last().map(|event| event.id);
                sweep(w.conn, &acme, 5)?;
                let rows = after(w.conn, &[acme], Ulid::nil(), 100)?;
                assert_eq!(rows.last().map(|row| row.id), last);
                Ok(rows.len())
            })
            .await
            .unwrap();
        assert_eq!(left, 5);
    }
}
