//! Listings in pages, and the cached JSON of a session's groups.

use super::cursor;
use super::error::StoreError;
use super::rows::AuditFilter;
use super::tables::Read;
use crate::api::{AuditEntry, Group, List};
use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
use crate::gateway::lock::lock;
use axum::body::Bytes;
use std::sync::Mutex;

/// A session's groups after `after` by JID, at most `limit`; all of them without a limit.
///
/// # Errors
/// The database refuses.
pub(crate) fn list(
    rows: &dyn Read,
    organization: &OrganizationId,
    session: &SessionId,
    after: Option<&GroupJid>,
    limit: Option<u32>,
) -> Result<List<Group>, StoreError> {
    let data = rows.groups(organization, session, after, limit.map(cursor::one_more))?;
    Ok(cursor::page(data, limit.unwrap_or(u32::MAX), |group| {
        &group.group_jid
    }))
}

/// The organizations' audit log, newest first.
///
/// # Errors
/// The database refuses.
pub(crate) fn audit(
    rows: &dyn Read,
    organizations: &[OrganizationId],
    filter: AuditFilter,
) -> Result<List<AuditEntry>, StoreError> {
    let limit = filter.limit;
    let more = AuditFilter {
        limit: cursor::one_more(limit),
        ..filter
    };
    let data = rows.audit(organizations, &more)?;
    Ok(cursor::page(data, limit, |entry| &entry.id))
}

/// The cached JSON of a session's whole listing; a write invalidates it.
#[derive(Default)]
pub(crate) struct ListCache {
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    version: u64,
    /// Writes that are being committed: when they become visible is not known.
    writes_under_way: u32,
    json: Option<Bytes>,
}

impl ListCache {
    /// The cached listing, or the version to [put](Self::put) a fresh one under.
    ///
    /// # Errors
    /// The version, when nothing is cached.
    pub(crate) fn get(&self) -> Result<Bytes, u64> {
        let slot = lock(&self.slot);
        slot.json.clone().ok_or(slot.version)
    }

    /// Caches a listing, unless a write came in since `version` was returned: it may be older than
    /// that write.
    pub(crate) fn put(&self, version: u64, json: Bytes) {
        let mut slot = lock(&self.slot);
        if slot.version == version && slot.writes_under_way == 0 {
            slot.json = Some(json);
        }
    }

    /// A write is about to be committed: invalidates the cache, and keeps it empty until
    /// [`end_write`](Self::end_write), so that a reader of another row never finds an older
    /// listing.
    pub(super) fn begin_write(&self) {
        let mut slot = lock(&self.slot);
        slot.writes_under_way += 1;
        slot.json = None;
    }

    /// The write was committed or rolled back.
    pub(super) fn end_write(&self) {
        let mut slot = lock(&self.slot);
        slot.writes_under_way -= 1;
        slot.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_read_before_a_write_is_not_kept() {
        let cache = ListCache::default();
        let version = cache.get().unwrap_err();
        cache.begin_write();
        cache.end_write();
        cache.put(version, Bytes::from_static(b"old"));
        let version = cache.get().unwrap_err();
        cache.put(version, Bytes::from_static(b"new"));
        assert_eq!(cache.get().unwrap(), "new");
    }

    #[test]
    fn no_listing_is_cached_while_a_write_is_committed() {
        let cache = ListCache::default();
        let version = cache.get().unwrap_err();
        cache.put(version, Bytes::from_static(b"old"));
        // Two changes of one transaction.
        cache.begin_write();
        cache.begin_write();
        let version = cache.get().unwrap_err();
        cache.end_write();
        cache.put(version, Bytes::from_static(b"old"));
        let version = cache.get().unwrap_err();
        cache.put(version, Bytes::from_static(b"perhaps old"));
        assert!(cache.get().is_err());
        cache.end_write();
        let version = cache.get().unwrap_err();
        cache.put(version, Bytes::from_static(b"new"));
        assert_eq!(cache.get().unwrap(), "new");
    }
}
