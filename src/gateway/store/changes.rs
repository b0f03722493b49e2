//! Writing groups: every change is compared with what is stored, and only a difference is written
//! and published. So the echo of our own change, or a repeated event, is silent.
//!
//! A group that the account has left stays, with what was last known of it: `my_role` turns `none`,
//! the account itself leaves the list of members, the others stay listed.

use super::compare::{Stored, load, same_info};
use super::groups::ListCache;
use super::members::{
    StoredMember, change_roles, delete_member, load_members, my_role, put_members, remove_members,
};
use super::{StoreError, Write};
use crate::api::{
    EpochMillis, EventKind, GroupParticipantPayload, GroupUpdatePayload, MemberRole, SessionRole,
    Setting,
};
use crate::gateway::clock;
use crate::gateway::domain::{GroupJid, MemberJid, OrganizationId, SessionId};
use crate::gateway::whatsapp::{GroupChange, GroupEvent, GroupSnapshot, Member};
use rusqlite::{Connection, OptionalExtension, params};
use std::sync::Arc;

/// Whose groups are written.
#[derive(Clone)]
pub struct Scope {
    pub organization: OrganizationId,
    pub session: SessionId,
    /// The account's own LID, where known: the name of whoever is `me` in an event.
    pub me: Option<MemberJid>,
    /// Dropped when a write changes something.
    pub cache: Arc<ListCache>,
    /// Nobody is told what changes.
    pub silent: bool,
}

// `updated_at` moves forward with every change: WhatsApp's times are whole seconds, ours are not, and
// a reader must be able to tell the newer of two answers.

/// Who did it and when, as far as it is known.
struct Origin<'a> {
    by: Option<&'a MemberJid>,
    at: EpochMillis,
}

/// Stores a group as WhatsApp tells it now.
///
/// # Errors
/// The database refuses.
pub fn store_snapshot(
    w: &mut Write<'_>,
    scope: &Scope,
    group: &GroupSnapshot,
    by: Option<&MemberJid>,
) -> Result<(), StoreError> {
    let at = clock::now();
    upsert(w, scope, group, &Origin { by, at })
}

/// Stores what one event tells. A group that is not stored is passed over: the next sync brings it.
///
/// # Errors
/// The database refuses.
pub fn apply(w: &mut Write<'_>, scope: &Scope, event: &GroupEvent) -> Result<(), StoreError> {
    let origin = Origin {
        by: event.by.as_ref(),
        at: event.at,
    };
    if let GroupChange::Entered(snapshot) | GroupChange::Seen(snapshot) = &event.change {
        return upsert(w, scope, snapshot, &origin);
    }
    let Some(stored) = load(w.conn, scope, &event.group)? else {
        tracing::debug!(session = %scope.session, "an event of a group that is not stored");
        return Ok(());
    };
    match &event.change {
        GroupChange::Entered(_) | GroupChange::Seen(_) => Ok(()),
        GroupChange::Setting(setting) => set(w, scope, &event.group, &stored, setting, &origin),
        GroupChange::InviteReset(code) => {
            let mut payload = update_payload(&event.group, &origin);
            payload.new_invite_link = code.as_ref().map(crate::gateway::domain::InviteCode::link);
            if code.is_none() {
                payload.reason = Some("invite_reset".to_owned());
            }
            publish(w, scope, EventKind::GroupUpdate, &payload)
        }
        GroupChange::Joined(members) => {
            let known = load_members(w.conn, stored.number)?;
            let new = || {
                let is_new = |member: &&Member| !known.contains_key(member.lid.as_str());
                members.iter().filter(is_new)
            };
            put_members(w.conn, stored.number, new(), origin.at)?;
            let joined = new().map(|member| member.lid.to_string()).collect();
            after_members(w, scope, &stored)?;
            participants(w, scope, &event.group, &origin, Movement::Join, joined)
        }
        GroupChange::Left(lids) => {
            let left = remove_members(w.conn, stored.number, lids)?;
            after_members(w, scope, &stored)?;
            participants(w, scope, &event.group, &origin, Movement::Leave, left)
        }
        GroupChange::Promoted(lids) => {
            let done = change_roles(w.conn, stored.number, lids, &MemberRole::Admin)?;
            after_members(w, scope, &stored)?;
            participants(w, scope, &event.group, &origin, Movement::Promote, done)
        }
        GroupChange::Demoted(lids) => {
            let done = change_roles(w.conn, stored.number, lids, &MemberRole::Member)?;
            after_members(w, scope, &stored)?;
            participants(w, scope, &event.group, &origin, Movement::Demote, done)
        }
        GroupChange::Exited => exit(w, scope, &event.group, &stored, &origin),
    }
}

/// Marks a group as left.
///
/// # Errors
/// The database refuses.
pub fn store_exit(w: &mut Write<'_>, scope: &Scope, group: &GroupJid) -> Result<(), StoreError> {
    let Some(stored) = load(w.conn, scope, group)? else {
        return Ok(());
    };
    let at = clock::now();
    exit(w, scope, group, &stored, &Origin { by: None, at })
}

/// Puts the groups of a simulated world into an empty session, without a word to anybody.
///
/// # Errors
/// The database refuses.
pub fn seed(w: &mut Write<'_>, scope: &Scope, groups: &[GroupSnapshot]) -> Result<(), StoreError> {
    let at = clock::now();
    for group in groups {
        insert(w, scope, group, at)?;
    }
    w.groups_changed(&scope.cache);
    Ok(())
}

/// How many groups a session has.
///
/// # Errors
/// The database refuses.
pub fn count(conn: &Connection, scope: &Scope) -> Result<u64, StoreError> {
    let count: i64 = conn
        .prepare_cached(
            "SELECT count(*) FROM groups g JOIN sessions s ON s.id = g.session
             WHERE s.organization = ? AND g.session = ?",
        )?
        .query_row(
            [scope.organization.as_str(), scope.session.as_str()],
            |row| row.get(0),
        )?;
    Ok(count.unsigned_abs())
}

fn upsert(
    w: &mut Write<'_>,
    scope: &Scope,
    group: &GroupSnapshot,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let Some(stored) = load(w.conn, scope, &group.jid)? else {
        if !insert(w, scope, group, origin.at)? {
            return Ok(());
        }
        w.groups_changed(&scope.cache);
        let payload = GroupUpdatePayload {
            subject: Some(group.subject.clone()),
            description: Some(group.description.clone()),
            is_announce: Some(group.announce),
            is_locked: Some(group.locked),
            ..update_payload(&group.jid, origin)
        };
        publish(w, scope, EventKind::GroupUpdate, &payload)?;
        let me = group.members.iter().filter(|member| member.is_me);
        let me = me.map(|member| member.lid.to_string()).collect();
        return participants(w, scope, &group.jid, origin, Movement::Join, me);
    };
    if !same_info(&stored, group) {
        w.conn
            .prepare_cached(
                "UPDATE groups SET subject = ?, description = ?, owner = ?, announce = ?,
                     locked = ?, created_at_wa = ?, updated_at = max(updated_at + 1, ?) WHERE number = ?",
            )?
            .execute(params![
                group.subject,
                group.description,
                group.owner.as_ref().map(MemberJid::as_str),
                group.announce,
                group.locked,
                group.created_at,
                origin.at,
                stored.number,
            ])?;
        w.groups_changed(&scope.cache);
        let payload = GroupUpdatePayload {
            subject: changed(&stored.subject, &group.subject),
            description: changed(&stored.description, &group.description),
            is_announce: changed(&stored.announce, &group.announce),
            is_locked: changed(&stored.locked, &group.locked),
            ..update_payload(&group.jid, origin)
        };
        if payload != update_payload(&group.jid, origin) {
            publish(w, scope, EventKind::GroupUpdate, &payload)?;
        }
    }
    replace_members(w, scope, group, &stored, origin)
}

/// The new value, when it is another one.
fn changed<T: PartialEq + Clone>(old: &T, new: &T) -> Option<T> {
    (old != new).then(|| new.clone())
}

/// Inserts a group; `false` when its session is gone.
fn insert(
    w: &mut Write<'_>,
    scope: &Scope,
    group: &GroupSnapshot,
    at: EpochMillis,
) -> Result<bool, StoreError> {
    let id = w.next_id();
    let inserted = w
        .conn
        .prepare_cached(
            "INSERT INTO groups (id, session, jid, subject, description, owner, announce, locked,
                 participant_count, my_role, created_at_wa, first_seen_at, updated_at)
             SELECT ?3, s.id, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13 FROM sessions s
             WHERE s.organization = ?1 AND s.id = ?2",
        )?
        .execute(params![
            scope.organization.as_str(),
            scope.session.as_str(),
            id.to_string(),
            group.jid.as_str(),
            group.subject,
            group.description,
            group.owner.as_ref().map(MemberJid::as_str),
            group.announce,
            group.locked,
            i64::try_from(group.members.len()).unwrap_or(i64::MAX),
            my_role(&group.members).as_str(),
            group.created_at,
            at,
        ])?;
    if inserted == 0 {
        // The session was deleted meanwhile.
        return Ok(false);
    }
    let number = w.conn.last_insert_rowid();
    put_members(w.conn, number, &group.members, at)?;
    Ok(true)
}

fn replace_members(
    w: &mut Write<'_>,
    scope: &Scope,
    group: &GroupSnapshot,
    stored: &Stored,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let mut known = load_members(w.conn, stored.number)?;
    let (mut joined, mut promoted, mut demoted) = (Vec::new(), Vec::new(), Vec::new());
    let mut touched = false;
    for member in &group.members {
        let was = known.remove(member.lid.as_str());
        if was.as_ref() == Some(&StoredMember::from(member)) {
            continue;
        }
        touched = true;
        put_members(w.conn, stored.number, [member], origin.at)?;
        match was {
            None => joined.push(member.lid.to_string()),
            Some(was) if was.role.is_admin() && !member.role.is_admin() => {
                demoted.push(member.lid.to_string());
            }
            Some(was) if !was.role.is_admin() && member.role.is_admin() => {
                promoted.push(member.lid.to_string());
            }
            Some(_) => {}
        }
    }
    let mut left: Vec<String> = known.into_keys().collect();
    left.sort_unstable();
    for lid in &left {
        delete_member(w.conn, stored.number, lid)?;
    }
    if touched || !left.is_empty() {
        after_members(w, scope, stored)?;
    }
    let jid = &group.jid;
    participants(w, scope, jid, origin, Movement::Join, joined)?;
    participants(w, scope, jid, origin, Movement::Leave, left)?;
    participants(w, scope, jid, origin, Movement::Promote, promoted)?;
    participants(w, scope, jid, origin, Movement::Demote, demoted)
}

fn set(
    w: &mut Write<'_>,
    scope: &Scope,
    jid: &GroupJid,
    stored: &Stored,
    setting: &Setting,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let mut payload = update_payload(jid, origin);
    let (column, value): (&str, &dyn rusqlite::ToSql) = match setting {
        Setting::Subject(subject) if *subject != stored.subject => {
            payload.subject = Some(subject.clone());
            ("subject", subject)
        }
        Setting::Description(description) if *description != stored.description => {
            payload.description = Some(description.clone());
            ("description", description)
        }
        Setting::Announce(on) if *on != stored.announce => {
            payload.is_announce = Some(*on);
            ("announce", on)
        }
        Setting::Locked(on) if *on != stored.locked => {
            payload.is_locked = Some(*on);
            ("locked", on)
        }
        _ => return Ok(()),
    };
    w.conn
        .prepare_cached(&format!(
            "UPDATE groups SET {column} = ?, updated_at = max(updated_at + 1, ?) WHERE number = ?"
        ))?
        .execute(params![value, origin.at, stored.number])?;
    w.groups_changed(&scope.cache);
    publish(w, scope, EventKind::GroupUpdate, &payload)
}

fn exit(
    w: &mut Write<'_>,
    scope: &Scope,
    jid: &GroupJid,
    stored: &Stored,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    if stored.my_role == SessionRole::None {
        return Ok(());
    }
    let me: Option<String> = w
        .conn
        .prepare_cached("SELECT lid FROM members WHERE group_number = ? AND is_me")?
        .query_row([stored.number], |row| row.get(0))
        .optional()?
        .or_else(|| scope.me.as_ref().map(ToString::to_string));
    if let Some(me) = &me {
        delete_member(w.conn, stored.number, me)?;
    }
    after_members(w, scope, stored)?;
    let me = me.into_iter().collect();
    participants(w, scope, jid, origin, Movement::Leave, me)
}

/// Brings what a group's row says about its members up to date.
fn after_members(w: &mut Write<'_>, scope: &Scope, stored: &Stored) -> Result<(), StoreError> {
    let updated = w
        .conn
        .prepare_cached(
            "WITH fresh (count, role) AS (
                 SELECT count(*), coalesce(max(role) FILTER (WHERE is_me), 'none')
                 FROM members WHERE group_number = ?1)
             UPDATE groups SET participant_count = fresh.count, my_role = fresh.role
             FROM fresh WHERE number = ?1
                 AND (participant_count <> fresh.count OR my_role <> fresh.role)",
        )?
        .execute([stored.number])?;
    if updated > 0 {
        w.groups_changed(&scope.cache);
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Movement {
    Join,
    Leave,
    Promote,
    Demote,
}

fn participants(
    w: &mut Write<'_>,
    scope: &Scope,
    jid: &GroupJid,
    origin: &Origin<'_>,
    movement: Movement,
    lids: Vec<String>,
) -> Result<(), StoreError> {
    if lids.is_empty() {
        return Ok(());
    }
    let mut payload = GroupParticipantPayload {
        group_jid: jid.to_string(),
        sender: origin.by.map(ToString::to_string),
        timestamp: Some(origin.at),
        ..GroupParticipantPayload::default()
    };
    let list = match movement {
        Movement::Join => &mut payload.join,
        Movement::Leave => &mut payload.leave,
        Movement::Promote => &mut payload.promote,
        Movement::Demote => &mut payload.demote,
    };
    *list = Some(lids);
    publish(w, scope, EventKind::GroupParticipant, &payload)
}

fn update_payload(jid: &GroupJid, origin: &Origin<'_>) -> GroupUpdatePayload {
    GroupUpdatePayload {
        group_jid: jid.to_string(),
        sender: origin.by.map(ToString::to_string),
        timestamp: Some(origin.at),
        ..GroupUpdatePayload::default()
    }
}

fn publish(
    w: &mut Write<'_>,
    scope: &Scope,
    kind: EventKind,
    payload: &impl serde::Serialize,
) -> Result<(), StoreError> {
    if scope.silent {
        return Ok(());
    }
    w.publish(&scope.organization, &scope.session, kind, payload)
}
