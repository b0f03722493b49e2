//! What every write of WhatsApp's changes needs: whose they are, who made them, and publishing them.

use super::listing::ListCache;
use super::rows::StoredGroup;
use super::{Read, StoreError, Write};
use crate::api::{EpochMillis, EventKind, GroupUpdatePayload};
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, SessionId};
use std::sync::Arc;

/// Whose groups are written.
#[derive(Clone)]
pub(crate) struct SessionContext {
    pub organization: OrganizationId,
    pub session: SessionId,
    /// The account's own LID, if known: the member that is `me` in events.
    pub me: Option<MemberJid>,
    /// Dropped when a write changes something.
    pub cache: Arc<ListCache>,
    /// Publish nothing.
    pub silent: bool,
}

impl SessionContext {
    pub(super) fn stored_group(
        &self,
        rows: &dyn Read,
        jid: &GroupJid,
    ) -> Result<Option<StoredGroup>, StoreError> {
        rows.stored_group(&self.organization, &self.session, jid)
    }

    /// The number of groups of the session.
    ///
    /// # Errors
    /// The database refuses.
    pub(crate) fn count(&self, rows: &dyn Read) -> Result<u64, StoreError> {
        rows.count_groups(&self.organization, &self.session)
    }
}

/// Who made the change and when, if known.
pub(super) struct Origin<'a> {
    pub by: Option<&'a MemberJid>,
    pub at: EpochMillis,
}

pub(super) fn update_payload(jid: &GroupJid, origin: &Origin<'_>) -> GroupUpdatePayload {
    GroupUpdatePayload {
        group_jid: jid.to_string(),
        sender: origin.by.map(ToString::to_string),
        timestamp: Some(origin.at),
        ..GroupUpdatePayload::default()
    }
}

pub(super) fn publish(
    w: &mut Write<'_>,
    scope: &SessionContext,
    kind: EventKind,
    payload: &impl serde::Serialize,
) -> Result<(), StoreError> {
    if scope.silent {
        return Ok(());
    }
    w.publish(&scope.organization, &scope.session, kind, payload)
}
