//! Writing groups: every change is compared with the stored row, and only a difference is written
//! and published. So the echo of our own change, or a repeated event, publishes nothing.
//!
//! A group that the account has left is kept with its last known state: `my_role` becomes `none`,
//! the account is removed from the members, the other members stay listed.

use super::context::{Origin, SessionContext, publish, update_payload};
use super::rows::StoredGroup;
use super::{StoreError, Write, requests};
use crate::api::{
    EpochMillis, EventKind, GroupParticipantPayload, GroupUpdatePayload, JoinedVia, MemberRole,
    SessionRole, Setting,
};
use crate::gateway::clock;
use crate::gateway::domain::{GroupJid, MemberJid};
use crate::gateway::whatsapp::{GroupChange, GroupEvent, GroupSnapshot, Member, via_in};

/// Stores the current state of a group from WhatsApp.
///
/// # Errors
/// The database refuses.
pub(crate) fn store_snapshot(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupSnapshot,
    by: Option<&MemberJid>,
) -> Result<(), StoreError> {
    let at = clock::now();
    upsert(w, scope, group, &Origin { by, at })
}

/// Applies one event. An event of a group that is not stored is ignored: the next sync adds the
/// group.
///
/// # Errors
/// The database refuses.
pub(crate) fn apply(
    w: &mut Write<'_>,
    scope: &SessionContext,
    event: &GroupEvent,
) -> Result<(), StoreError> {
    let origin = Origin {
        by: event.by.as_ref(),
        at: event.at,
    };
    if let GroupChange::Seen(snapshot) = &event.change
        && !snapshot.members.iter().any(|member| member.is_me)
        && scope.stored_group(w.rows, &event.group)?.is_none()
    {
        // Members of a community may look at its groups without being in them.
        return Ok(());
    }
    if let GroupChange::Entered(snapshot) | GroupChange::Seen(snapshot) = &event.change {
        return upsert(w, scope, snapshot, &origin);
    }
    let Some(stored) = scope.stored_group(w.rows, &event.group)? else {
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
            let known = w.rows.stored_members(stored.number)?;
            let approval = stored.join_approval == Some(true);
            let is_new = |member: &&Member| !known.contains_key(member.lid.as_str());
            let new: Vec<Member> = members
                .iter()
                .filter(is_new)
                .map(|member| Member {
                    joined_via: member.joined_via.map(|via| via_in(via, approval)),
                    ..member.clone()
                })
                .collect();
            w.rows
                .put_members(stored.number, &mut new.iter(), origin.at)?;
            after_members(w, scope, &stored)?;
            requests::came_in(w, scope, &event.group, members.iter(), &origin)?;
            joins(w, scope, &event.group, &origin, new.iter())
        }
        GroupChange::Left(lids) => {
            let mut left = Vec::new();
            for lid in lids {
                if w.rows.delete_member(stored.number, lid.as_str())? {
                    left.push(lid.to_string());
                }
            }
            after_members(w, scope, &stored)?;
            participants(w, scope, &event.group, &origin, Movement::Leave, left)
        }
        GroupChange::Promoted(lids) => {
            let done = change_roles(w, &stored, lids, &MemberRole::Admin)?;
            after_members(w, scope, &stored)?;
            participants(w, scope, &event.group, &origin, Movement::Promote, done)
        }
        GroupChange::Demoted(lids) => {
            let done = change_roles(w, &stored, lids, &MemberRole::Member)?;
            after_members(w, scope, &stored)?;
            participants(w, scope, &event.group, &origin, Movement::Demote, done)
        }
        GroupChange::Asked(people) => requests::came(w, scope, &event.group, people, &origin),
        GroupChange::Settled(people, outcome) => {
            requests::settled(w, scope, &event.group, people, outcome, &origin)
        }
        GroupChange::Exited => exit(w, scope, &event.group, &stored, &origin),
    }
}

/// Marks a group as left.
///
/// # Errors
/// The database refuses.
pub(crate) fn store_exit(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupJid,
) -> Result<(), StoreError> {
    let Some(stored) = scope.stored_group(w.rows, group)? else {
        return Ok(());
    };
    let at = clock::now();
    exit(w, scope, group, &stored, &Origin { by: None, at })
}

/// Stores the groups of a sandbox world in an empty session, without publishing.
///
/// # Errors
/// The database refuses.
pub(crate) fn seed(
    w: &mut Write<'_>,
    scope: &SessionContext,
    groups: &[GroupSnapshot],
) -> Result<(), StoreError> {
    let at = clock::now();
    for group in groups {
        insert(w, scope, group, at)?;
    }
    w.groups_changed(&scope.cache);
    Ok(())
}

fn upsert(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupSnapshot,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let Some(stored) = scope.stored_group(w.rows, &group.jid)? else {
        if !insert(w, scope, group, origin.at)? {
            return Ok(());
        }
        w.groups_changed(&scope.cache);
        let payload = GroupUpdatePayload {
            subject: Some(group.subject.clone()),
            description: Some(group.description.clone()),
            is_announce: Some(group.announce),
            is_locked: Some(group.locked),
            invite_by: group.invite_by.clone(),
            join_approval: Some(group.join_approval),
            add_by: group.add_by.clone(),
            ephemeral_seconds: Some(group.ephemeral_seconds),
            ..update_payload(&group.jid, origin)
        };
        publish(w, scope, EventKind::GroupUpdate, &payload)?;
        let me = group.members.iter().filter(|member| member.is_me);
        return joins(w, scope, &group.jid, origin, me);
    };
    if !stored.is(group) {
        w.rows.update_group(stored.number, group, origin.at)?;
        w.groups_changed(&scope.cache);
        let payload = GroupUpdatePayload {
            subject: changed(&stored.subject, &group.subject),
            description: changed(&stored.description, &group.description),
            is_announce: changed(&stored.announce, &group.announce),
            is_locked: changed(&stored.locked, &group.locked),
            invite_by: news(stored.invite_by.as_ref(), group.invite_by.as_ref()),
            join_approval: news(stored.join_approval.as_ref(), Some(&group.join_approval)),
            add_by: news(stored.add_by.as_ref(), group.add_by.as_ref()),
            ephemeral_seconds: news(
                stored.ephemeral_seconds.as_ref(),
                Some(&group.ephemeral_seconds),
            ),
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

/// The new value of what may be unknown, when it is known and another one.
fn news<T: PartialEq + Clone>(old: Option<&T>, new: Option<&T>) -> Option<T> {
    new.filter(|new| old != Some(*new)).cloned()
}

/// Inserts a group; `false` when its session is gone.
fn insert(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupSnapshot,
    at: EpochMillis,
) -> Result<bool, StoreError> {
    let id = w.next_id();
    w.rows
        .insert_group(&scope.organization, &scope.session, id, group, at)
}

fn replace_members(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupSnapshot,
    stored: &StoredGroup,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let mut known = w.rows.stored_members(stored.number)?;
    let (mut joined, mut promoted, mut demoted) = (Vec::new(), Vec::new(), Vec::new());
    let mut fresh = Vec::new();
    for member in &group.members {
        let was = known.remove(member.lid.as_str());
        if was.as_ref().is_some_and(|was| was.is(member)) {
            continue;
        }
        fresh.push(member);
        match was {
            None => joined.push(member),
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
    if group.is_partial() {
        left.clear();
    }
    w.rows
        .put_members(stored.number, &mut fresh.iter().copied(), origin.at)?;
    for lid in &left {
        w.rows.delete_member(stored.number, lid)?;
    }
    // A list that was partial was counted by WhatsApp's own number.
    if !fresh.is_empty() || !left.is_empty() || stored.is_partial {
        after_members(w, scope, stored)?;
    }
    let jid = &group.jid;
    requests::came_in(w, scope, jid, joined.iter().copied(), origin)?;
    joins(w, scope, jid, origin, joined.into_iter())?;
    participants(w, scope, jid, origin, Movement::Leave, left)?;
    participants(w, scope, jid, origin, Movement::Promote, promoted)?;
    participants(w, scope, jid, origin, Movement::Demote, demoted)
}

fn set(
    w: &mut Write<'_>,
    scope: &SessionContext,
    jid: &GroupJid,
    stored: &StoredGroup,
    setting: &Setting,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let mut payload = update_payload(jid, origin);
    match setting {
        Setting::Subject(subject) if *subject != stored.subject => {
            payload.subject = Some(subject.clone());
        }
        Setting::Description(description) if *description != stored.description => {
            payload.description = Some(description.clone());
        }
        Setting::Announce(on) if *on != stored.announce => payload.is_announce = Some(*on),
        Setting::Locked(on) if *on != stored.locked => payload.is_locked = Some(*on),
        Setting::InviteBy(who) if stored.invite_by.as_ref() != Some(who) => {
            payload.invite_by = Some(who.clone());
        }
        Setting::JoinApproval(on) if stored.join_approval != Some(*on) => {
            payload.join_approval = Some(*on);
        }
        Setting::AddBy(who) if stored.add_by.as_ref() != Some(who) => {
            payload.add_by = Some(who.clone());
        }
        Setting::EphemeralSeconds(seconds) if stored.ephemeral_seconds != Some(*seconds) => {
            payload.ephemeral_seconds = Some(*seconds);
        }
        _ => return Ok(()),
    }
    w.rows.set_setting(stored.number, setting, origin.at)?;
    w.groups_changed(&scope.cache);
    publish(w, scope, EventKind::GroupUpdate, &payload)
}

fn exit(
    w: &mut Write<'_>,
    scope: &SessionContext,
    jid: &GroupJid,
    stored: &StoredGroup,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    if stored.my_role == SessionRole::None {
        return Ok(());
    }
    let members = w.rows.stored_members(stored.number)?;
    let mut mine = members.into_iter().filter(|(_, member)| member.is_me);
    let me = mine
        .next()
        .map(|(lid, _)| lid)
        .or_else(|| scope.me.as_ref().map(ToString::to_string));
    if let Some(me) = &me {
        w.rows.delete_member(stored.number, me)?;
    }
    after_members(w, scope, stored)?;
    let me = me.into_iter().collect();
    participants(w, scope, jid, origin, Movement::Leave, me)
}

/// Updates the member count and own role in a group's row.
fn after_members(
    w: &mut Write<'_>,
    scope: &SessionContext,
    stored: &StoredGroup,
) -> Result<(), StoreError> {
    if w.rows.refresh_member_summary(stored.number)? {
        w.groups_changed(&scope.cache);
    }
    Ok(())
}

/// Sets the role of members; returns those that changed.
fn change_roles(
    w: &mut Write<'_>,
    stored: &StoredGroup,
    lids: &[MemberJid],
    role: &MemberRole,
) -> Result<Vec<String>, StoreError> {
    let mut done = Vec::new();
    for lid in lids {
        if w.rows.set_role(stored.number, lid.as_str(), role)? {
            done.push(lid.to_string());
        }
    }
    Ok(done)
}

#[derive(Clone, Copy)]
enum Movement {
    Join(Option<JoinedVia>),
    Leave,
    Promote,
    Demote,
}

/// Publishes new members, those who came in the same way together.
fn joins<'a>(
    w: &mut Write<'_>,
    scope: &SessionContext,
    jid: &GroupJid,
    origin: &Origin<'_>,
    members: impl Iterator<Item = &'a Member>,
) -> Result<(), StoreError> {
    let mut ways: Vec<(Option<JoinedVia>, Vec<String>)> = Vec::new();
    for member in members {
        let lid = member.lid.to_string();
        match ways.iter_mut().find(|(via, _)| *via == member.joined_via) {
            Some((_, lids)) => lids.push(lid),
            None => ways.push((member.joined_via, vec![lid])),
        }
    }
    for (via, lids) in ways {
        participants(w, scope, jid, origin, Movement::Join(via), lids)?;
    }
    Ok(())
}

fn participants(
    w: &mut Write<'_>,
    scope: &SessionContext,
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
        Movement::Join(via) => {
            payload.via = via;
            &mut payload.join
        }
        Movement::Leave => &mut payload.leave,
        Movement::Promote => &mut payload.promote,
        Movement::Demote => &mut payload.demote,
    };
    *list = Some(lids);
    publish(w, scope, EventKind::GroupParticipant, &payload)
}
