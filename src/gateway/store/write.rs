//! A write job's view of its transaction: rows, ids, and what is published after the commit.

use super::error::StoreError;
use super::listing::ListCache;
use super::rows::{AuditFilter, AuditRow};
use super::tables::Rows;
use crate::api::{Envelope, EpochMillis, EventKind, audit_chain};
use crate::gateway::clock;
use crate::gateway::domain::{OrganizationId, SessionId};
use crate::gateway::hub::Published;
use serde::Serialize;
use std::sync::Arc;
use ulid::Ulid;

/// Events kept per organization; a listener that was away for longer refetches.
pub(super) const KEPT: u32 = 10_000;
/// Old events are deleted on average once in so many events, chosen by the low bits of the id.
const SWEEP_EVERY: u128 = 256;

/// A job's view, inside its savepoint.
pub(crate) struct Write<'a> {
    pub rows: &'a mut dyn Rows,
    pub(super) ids: &'a mut Ids,
    pub(super) published: Vec<Published>,
    pub(super) changed: Vec<Arc<ListCache>>,
    /// The newest id written to the events or audit log.
    pub(super) logged: Option<Ulid>,
}

impl Write<'_> {
    /// The next id: larger than every one before.
    pub(crate) fn next_id(&mut self) -> Ulid {
        self.ids.next()
    }

    /// Drops a session's cached listing once this is committed.
    pub(crate) fn groups_changed(&mut self, cache: &Arc<ListCache>) {
        self.changed.push(Arc::clone(cache));
    }

    /// Adds an entry to the audit log. Ids only grow, so the order of ids is the order of the hash
    /// chain, whatever the times are.
    ///
    /// # Errors
    /// The database refuses.
    pub(crate) fn record(&mut self, entry: &AuditRow) -> Result<(), StoreError> {
        self.record_at(clock::now(), entry)
    }

    /// [`record`](Self::record), of what happened at another time.
    ///
    /// # Errors
    /// The database refuses.
    pub(crate) fn record_at(
        &mut self,
        at: EpochMillis,
        entry: &AuditRow,
    ) -> Result<(), StoreError> {
        let id = self.next_id();
        // Readers of all organizations need the organization to exist.
        self.rows.put_organization(&entry.organization, at)?;
        let newest = AuditFilter {
            limit: 1,
            ..AuditFilter::default()
        };
        let owner = &entry.organization;
        let newest = self.rows.audit(std::slice::from_ref(owner), &newest)?.pop();
        let previous = newest.and_then(|newest| newest.hash);
        let previous = previous.as_deref().unwrap_or(audit_chain::FIRST);
        let entry = entry.chained(id, at, previous)?;
        self.rows.insert_audit(owner, &entry)?;
        self.logged = Some(id);
        Ok(())
    }

    /// Logs an event and publishes it once the transaction is committed.
    ///
    /// # Errors
    /// The database refuses.
    pub(crate) fn publish(
        &mut self,
        organization: &OrganizationId,
        session: &SessionId,
        kind: EventKind,
        payload: &impl Serialize,
    ) -> Result<(), StoreError> {
        let event = self.envelope(organization, session, kind, payload)?;
        self.rows.insert_event(&event)?;
        self.logged = Some(event.id);
        if u128::from(event.id).is_multiple_of(SWEEP_EVERY) {
            self.rows.sweep_events(organization, KEPT)?;
        }
        self.published.push(event);
        Ok(())
    }

    /// Publishes an event without logging it: it holds a secret, such as a pairing code, or it is
    /// replaced within seconds.
    ///
    /// # Errors
    /// The payload cannot be encoded.
    pub(crate) fn publish_live(
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
        let text = serde_json::to_string(&Envelope {
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

/// Ids that only grow, also when the clock steps back.
pub(super) struct Ids(pub Ulid);

impl Ids {
    fn next(&mut self) -> Ulid {
        let fresh = Ulid::generate();
        self.0 = if fresh > self.0 {
            fresh
        } else {
            self.0.increment().unwrap_or_else(|next| next)
        };
        self.0
    }
}
