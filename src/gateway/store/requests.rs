//! Writing requests to join: as with groups, only what is different is written and published.
//!
//! How many requests a group has is the number of its rows, once WhatsApp has listed them.

use super::context::{Origin, SessionContext, publish, update_payload};
use super::{StoreError, Write};
use crate::api::{EventKind, GroupRequestPayload, GroupUpdatePayload, RequestOutcome};
use crate::gateway::clock;
use crate::gateway::domain::{GroupJid, MemberJid};
use crate::gateway::whatsapp::{Member, MembershipRequest};

/// Most requests of one group that are stored; further ones are not.
const KEPT: usize = 2_000;
/// Most people of one list that are published one by one. Of more only their number is: listeners read
/// them.
const PUBLISHED: usize = 100;

/// Stores the requests of a group as WhatsApp has just listed them.
///
/// # Errors
/// The database refuses.
pub(crate) fn store_list(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupJid,
    listed: &[MembershipRequest],
) -> Result<(), StoreError> {
    let Some(stored) = scope.stored_group(w.rows, group)? else {
        return Ok(());
    };
    let at = clock::now();
    let origin = Origin { by: None, at };
    let before = pending(w, scope, group)?;
    let mut known = w.rows.stored_requests(stored.number)?;
    let mut fresh = Vec::new();
    for request in listed.iter().take(KEPT) {
        w.rows.put_request(stored.number, request)?;
        if known.remove(request.person.as_str()).is_none() {
            fresh.push(request);
        }
    }
    for gone in known.values() {
        w.rows.delete_request(stored.number, &gone.person)?;
    }
    w.rows.set_requests_listed(stored.number, Some(at))?;
    if !(fresh.is_empty() && known.is_empty() && before.is_some()) {
        w.rows.touch_group(stored.number)?;
        w.groups_changed(&scope.cache);
    }
    if fresh.len() + known.len() <= PUBLISHED {
        for request in fresh {
            tell(w, scope, group, request, None, &origin)?;
        }
        let members = w.rows.stored_members(stored.number)?;
        for gone in known.values() {
            let outcome = if members.contains_key(gone.person.as_str()) {
                RequestOutcome::Approved
            } else {
                RequestOutcome::Gone
            };
            tell(w, scope, group, gone, Some(outcome), &origin)?;
        }
    }
    tell_number(w, scope, group, before, &origin)
}

/// People ask to join.
pub(super) fn came(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupJid,
    people: &[MembershipRequest],
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let Some(stored) = scope.stored_group(w.rows, group)? else {
        return Ok(());
    };
    if people.is_empty() {
        // Somebody asks, and WhatsApp does not say who: the list is due.
        w.rows.set_requests_listed(stored.number, None)?;
        w.rows.touch_group(stored.number)?;
        w.groups_changed(&scope.cache);
        return Ok(());
    }
    let before = pending(w, scope, group)?;
    let mut known = w.rows.stored_requests(stored.number)?;
    let mut fresh = Vec::new();
    for request in people {
        if known.len() < KEPT && !known.contains_key(request.person.as_str()) {
            w.rows.put_request(stored.number, request)?;
            known.insert(request.person.to_string(), request.clone());
            fresh.push(request);
        }
    }
    if fresh.is_empty() {
        return Ok(());
    }
    for request in fresh {
        tell(w, scope, group, request, None, origin)?;
    }
    w.rows.touch_group(stored.number)?;
    w.groups_changed(&scope.cache);
    tell_number(w, scope, group, before, origin)
}

/// Requests were settled. People without a stored request are skipped.
pub(super) fn settled(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupJid,
    people: &[MemberJid],
    outcome: &RequestOutcome,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let Some(stored) = scope.stored_group(w.rows, group)? else {
        return Ok(());
    };
    let before = pending(w, scope, group)?;
    let mut gone = Vec::new();
    for person in people {
        gone.extend(w.rows.delete_request(stored.number, person)?);
    }
    if gone.is_empty() {
        return Ok(());
    }
    for request in &gone {
        tell(w, scope, group, request, Some(outcome.clone()), origin)?;
    }
    w.rows.touch_group(stored.number)?;
    w.groups_changed(&scope.cache);
    tell_number(w, scope, group, before, origin)
}

/// Members came in, some of whom may have asked to.
pub(super) fn came_in<'a>(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupJid,
    members: impl Iterator<Item = &'a Member>,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let mut people = Vec::new();
    for member in members {
        people.push(member.lid.clone());
        let number = member.phone.map(|phone| format!("{phone}@s.whatsapp.net"));
        people.extend(number.and_then(|jid| MemberJid::parse(&jid).ok()));
    }
    if people.is_empty() {
        return Ok(());
    }
    settled(w, scope, group, &people, &RequestOutcome::Approved, origin)
}

/// How many requests are known to be pending.
fn pending(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupJid,
) -> Result<Option<u32>, StoreError> {
    let stored = w.rows.group(&scope.organization, &scope.session, group)?;
    Ok(stored.and_then(|group| group.pending_requests))
}

fn tell_number(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupJid,
    before: Option<u32>,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let count = pending(w, scope, group)?;
    if count.is_none() || count == before {
        return Ok(());
    }
    let payload = GroupUpdatePayload {
        pending_requests: count,
        ..update_payload(group, origin)
    };
    publish(w, scope, EventKind::GroupUpdate, &payload)
}

fn tell(
    w: &mut Write<'_>,
    scope: &SessionContext,
    group: &GroupJid,
    request: &MembershipRequest,
    outcome: Option<RequestOutcome>,
    origin: &Origin<'_>,
) -> Result<(), StoreError> {
    let jid = request.person.as_str();
    let (organization, session) = (&scope.organization, &scope.session);
    let payload = GroupRequestPayload {
        group_jid: group.to_string(),
        jid: jid.to_owned(),
        name: w.rows.name(organization, session, jid, request.phone)?,
        phone_number: request.phone.map(|phone| phone.to_string()),
        requested_at: request.at,
        sender: outcome
            .is_some()
            .then(|| origin.by.map(ToString::to_string))
            .flatten(),
        outcome,
        timestamp: Some(origin.at),
    };
    publish(w, scope, EventKind::GroupRequest, &payload)
}
