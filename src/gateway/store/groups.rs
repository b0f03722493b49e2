//! Reading groups and members, and the cached listing of a whole session.

use super::columns::{cursor_after, member_role, read_cursor, session_role};
use super::{StoreError, lock};
use crate::api::{Group, GroupMember, List};
use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
use axum::body::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::sync::Mutex;

const COLUMNS: &str = "g.id, g.jid, g.subject, g.description, g.owner, g.participant_count,
     g.announce, g.locked, g.created_at_wa, g.first_seen_at, g.updated_at, g.my_role";

/// Every read goes through the session's row, so that the organization is always checked.
const FROM: &str = "FROM groups g JOIN sessions s ON s.id = g.session
     WHERE s.organization = ?1 AND g.session = ?2";

/// A session's groups after `after` by JID, at most `limit`; all of them without a limit.
///
/// # Errors
/// The database refuses.
pub fn list(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
    after: Option<&GroupJid>,
    limit: Option<u32>,
) -> Result<List<Group>, StoreError> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT {COLUMNS} {FROM} AND g.jid > ?3 ORDER BY g.jid LIMIT ?4"
    ))?;
    let rows = query.query_map(
        params![
            organization.as_str(),
            session.as_str(),
            after.map_or("", GroupJid::as_str),
            // A negative limit is none.
            limit.map_or(-1, |limit| i64::from(limit) + 1),
        ],
        group,
    )?;
    let mut data: Vec<Group> = rows.collect::<Result<_, _>>()?;
    let limit = limit.map_or(usize::MAX, |limit| limit as usize);
    let more = data.len() > limit;
    data.truncate(limit);
    let next_cursor = match data.last() {
        Some(last) if more => cursor_after(&last.group_jid),
        _ => String::new(),
    };
    Ok(List { data, next_cursor })
}

/// The group that a cursor names; `None` for a text that is no cursor of ours.
#[must_use]
pub fn cursor(text: &str) -> Option<GroupJid> {
    GroupJid::parse(&read_cursor(text)?).ok()
}

/// # Errors
/// The database refuses.
pub fn get(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
    jid: &GroupJid,
) -> Result<Option<Group>, StoreError> {
    let mut query = conn.prepare_cached(&format!("SELECT {COLUMNS} {FROM} AND g.jid = ?3"))?;
    Ok(query
        .query_row(
            [organization.as_str(), session.as_str(), jid.as_str()],
            group,
        )
        .optional()?)
}

/// A group's members by LID; `None` when the group is not stored.
///
/// # Errors
/// The database refuses.
pub fn members(
    conn: &Connection,
    organization: &OrganizationId,
    session: &SessionId,
    jid: &GroupJid,
) -> Result<Option<Vec<GroupMember>>, StoreError> {
    let Some(group) = get(conn, organization, session, jid)? else {
        return Ok(None);
    };
    let mut query = conn.prepare_cached(&format!(
        "SELECT m.lid, m.role, m.first_seen_at, m.last_seen_at FROM members m
         WHERE m.group_number = (SELECT g.number {FROM} AND g.jid = ?3) ORDER BY m.lid"
    ))?;
    let rows = query.query_map(
        [organization.as_str(), session.as_str(), jid.as_str()],
        |row| {
            let lid: String = row.get(0)?;
            let role: String = row.get(1)?;
            let user = lid.split('@').next().unwrap_or_default();
            Ok(GroupMember {
                // Nobody but the group has this member, so the two name it for good.
                id: format!("{}-{user}", group.id),
                session_id: session.to_string(),
                group_jid: jid.to_string(),
                role: member_role(&role),
                tag: None,
                first_seen_at: row.get(2)?,
                last_seen_at: row.get(3)?,
                lid,
            })
        },
    )?;
    Ok(Some(rows.collect::<Result<_, _>>()?))
}

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    let role: String = row.get(11)?;
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
    })
}

/// The JSON of a session's whole listing, shared by all who ask until a write drops it.
#[derive(Default)]
pub struct ListCache {
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    version: u64,
    /// Writes that are about to become visible, each at an instant that nobody here can tell.
    settling: u32,
    json: Option<Bytes>,
}

impl ListCache {
    /// The listing, or the version under which a freshly read one may be [put](Self::put).
    ///
    /// # Errors
    /// The version, when nothing is cached.
    pub fn get(&self) -> Result<Bytes, u64> {
        let slot = lock(&self.slot);
        slot.json.clone().ok_or(slot.version)
    }

    /// Keeps a listing, unless a write came in since `version` was given out: what was read may
    /// then be older than that write.
    pub fn put(&self, version: u64, json: Bytes) {
        let mut slot = lock(&self.slot);
        if slot.version == version && slot.settling == 0 {
            slot.json = Some(json);
        }
    }

    /// A write is about to be committed: the listing is dropped, and none is kept until
    /// [`settle`](Self::settle). Who reads another row meanwhile must not find an older listing.
    pub(super) fn unsettle(&self) {
        let mut slot = lock(&self.slot);
        slot.settling += 1;
        slot.json = None;
    }

    /// The write was committed, or was not.
    pub(super) fn settle(&self) {
        let mut slot = lock(&self.slot);
        slot.settling -= 1;
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
        cache.unsettle();
        cache.settle();
        cache.put(version, Bytes::from_static(b"old"));
        let version = cache.get().unwrap_err();
        cache.put(version, Bytes::from_static(b"new"));
        assert_eq!(cache.get().unwrap(), "new");
    }

    #[test]
    fn no_listing_is_told_while_a_write_becomes_visible() {
        let cache = ListCache::default();
        let version = cache.get().unwrap_err();
        cache.put(version, Bytes::from_static(b"old"));
        // Two changes of one transaction.
        cache.unsettle();
        cache.unsettle();
        let version = cache.get().unwrap_err();
        cache.settle();
        cache.put(version, Bytes::from_static(b"old"));
        let version = cache.get().unwrap_err();
        cache.put(version, Bytes::from_static(b"perhaps old"));
        assert!(cache.get().is_err());
        cache.settle();
        let version = cache.get().unwrap_err();
        cache.put(version, Bytes::from_static(b"new"));
        assert_eq!(cache.get().unwrap(), "new");
    }
}
