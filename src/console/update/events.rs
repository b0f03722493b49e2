//! Applies the events of the realtime stream. The client has dropped those that were seen before.

use super::{connection, flood, gateway, groups, inbox, invite, members, pairing, sessions};
use crate::api::{
    AuthCodePayload, Envelope, EpochMillis, EventKind, GroupParticipantPayload, GroupUpdatePayload,
    Session, SessionRole, SessionStatusPayload, Setting, SettingsPatch,
};
use crate::client::realtime::RealtimeEvent;
use crate::console::account::person;
use crate::console::effect::Call;
use crate::console::ids::GroupKey;
use crate::console::state::{Entry, State};
use crate::text::clean_line;
use serde::de::DeserializeOwned;

/// Longest delay of the echo of our own reset, in milliseconds.
const ECHO: i64 = 10_000;
/// Most unlisted sessions and groups whose events are remembered: a gateway that invents them must not
/// fill the memory.
const INVENTED_MAX: usize = 10_000;

pub(super) fn realtime(state: &mut State, news: RealtimeEvent) {
    match news {
        RealtimeEvent::Event(envelope) => return event(state, &envelope),
        RealtimeEvent::Unreadable { session, group } => {
            return gateway::unreadable(state, session.as_deref(), group.as_deref());
        }
        RealtimeEvent::Connected => {
            connection::stream_opened(state);
            gateway::catch_up(state);
            inbox::read_again(state);
        }
        RealtimeEvent::Lost { reason, .. } | RealtimeEvent::Unavailable { reason } => {
            if connection::stream_broke(state, &reason) {
                // The gateway itself may be gone, and then no displayed link is confirmed.
                sessions::ask(state);
            }
        }
    }
    connection::plan_polls(state);
}

fn event(state: &mut State, event: &Envelope) {
    let read = match event.event {
        EventKind::SessionStatus => with(event, |payload| session_status(state, event, payload)),
        EventKind::AuthCode => with(event, |payload| linked(state, event, &payload)),
        EventKind::AuthQr => with(event, |payload| {
            if !is_older_than_session(state, event) {
                pairing::rotated(state, &event.session, payload);
            }
        }),
        EventKind::GroupUpdate => with(event, |payload| group_update(state, event, &payload)),
        EventKind::GroupParticipant => with(event, |payload| participants(state, event, &payload)),
        EventKind::GroupRequest => with(event, |payload| {
            inbox::event(state, &event.session, payload);
        }),
        EventKind::Other(_) => Ok(()),
    };
    if read.is_err() {
        gateway::unreadable(state, Some(&event.session), None);
    }
}

/// Passes the payload to its handler, if it can be parsed.
fn with<T: DeserializeOwned>(
    event: &Envelope,
    take: impl FnOnce(T),
) -> Result<(), serde_json::Error> {
    serde_json::from_value(event.payload.clone()).map(take)
}

/// A phone was linked: its number and groups are new.
fn linked(state: &mut State, event: &Envelope, payload: &AuthCodePayload) {
    state.requests.read_again(Call::Sessions);
    if !is_older_than_session(state, event) {
        pairing::linked(state, &event.session, payload);
    }
}

/// When it happened; never in the future of our own clock.
fn at(state: &State, event: &Envelope) -> EpochMillis {
    if event.timestamp > 0 {
        event.timestamp.min(state.now)
    } else {
        state.now
    }
}

/// Whether an event is older than its row, by the gateway's own times: a gateway may replay old events
/// after a reconnect. One without a time cannot be compared.
fn is_older(event: EpochMillis, row: EpochMillis) -> bool {
    row > 0 && event < row
}

fn is_older_than_session(state: &State, event: &Envelope) -> bool {
    let row = state.sessions.get(&event.session);
    row.is_some_and(|row| is_older(event.timestamp, row.updated_at))
}

fn session_status(state: &mut State, event: &Envelope, payload: SessionStatusPayload) {
    let session = event.session.as_str();
    let is_known = state.sessions.get(session).is_some();
    if is_older_than_session(state, event) {
        // The row is newer unless the clocks differ, so it is read again.
        sessions::read_row_again(state, session);
        return;
    }
    let heard = (state.requests.newest(), payload.status.clone());
    if is_known || state.requests.status_events.len() < INVENTED_MAX {
        state
            .requests
            .status_events
            .insert(session.to_owned(), heard);
    }
    if !is_known {
        if state.requests.sessions_by_id {
            return;
        }
        state.requests.read_again(Call::Sessions);
        return;
    }
    let since = at(state, event);
    let explained = payload.reason.is_some();
    let row = state.sessions.rows.iter_mut().find(|row| row.id == session);
    let mut again = false;
    if let Some(row) = row {
        row.status_reason = payload.reason;
        (row.link_step, row.missed) = (payload.link_step, payload.missed);
        // A replayed event has an older time.
        row.updated_at = row.updated_at.max(event.timestamp.min(state.now));
        if payload.status.is_connected() {
            again = row.status.is_connected();
            if !again {
                row.last_connected_at = Some(since);
            }
        }
    }
    sessions::set_status(state, session, payload.status, since);
    if again {
        // No news about the connection, but the data of the session is stale.
        sessions::reconnected(state, session.to_owned());
        sessions::read_row_again(state, session);
    }
    pairing::status_heard(state, session, explained);
}

fn key_of(event: &Envelope, jid: &str) -> GroupKey {
    GroupKey {
        session: event.session.clone(),
        jid: jid.to_owned(),
    }
}

/// Records an event of a group. Returns whether the group is loaded and older than the event; otherwise the
/// group is read, if its session's groups are loaded.
fn heard(
    state: &mut State,
    event: &Envelope,
    key: &GroupKey,
    changed_at: Option<EpochMillis>,
) -> bool {
    let newest = state.requests.newest();
    let row = state.groups.get(key).map(|entry| entry.group.updated_at);
    // Where the gateway reports it, the row has the time of the change itself.
    let changed_at = event.timestamp.max(changed_at.unwrap_or_default());
    if row.is_some_and(|row| is_older(changed_at, row)) {
        groups::read_row_again(state, key);
        return false;
    }
    if row.is_some()
        || state.requests.group_events.len() < INVENTED_MAX + state.groups.entries.len()
    {
        state.requests.group_events.insert(key.clone(), newest);
    }
    if row.is_some() {
        return true;
    }
    groups::read_row_again(state, key);
    false
}

fn group_update(state: &mut State, event: &Envelope, payload: &GroupUpdatePayload) {
    let key = key_of(event, &payload.group_jid);
    let time = at(state, event);
    if payload.new_invite_link.is_some() || payload.reason.as_deref() == Some("invite_reset") {
        link_reset(state, event, &key, payload);
    }
    if !heard(state, event, &key, payload.timestamp) {
        return;
    }
    let now = state.now;
    groups::patch(state, &key, |entry| {
        for setting in settings_of(payload) {
            entry.apply_event(setting, time, now);
        }
        if payload.pending_requests.is_some() {
            entry.group.pending_requests = payload.pending_requests;
        }
        entry.group.updated_at = entry.group.updated_at.max(time);
    });
}

/// The settings that an event carries.
fn settings_of(payload: &GroupUpdatePayload) -> Vec<Setting> {
    let patch = SettingsPatch {
        subject: payload.subject.clone(),
        description: payload.description.clone(),
        announce: payload.is_announce,
        locked: payload.is_locked,
        invite_by: payload.invite_by.clone(),
        join_approval: payload.join_approval,
        add_by: payload.add_by.clone(),
        ephemeral_seconds: payload.ephemeral_seconds,
    };
    patch.into_settings()
}

fn link_reset(state: &mut State, event: &Envelope, key: &GroupKey, payload: &GroupUpdatePayload) {
    let shown = state
        .card
        .as_ref()
        .filter(|card| card.key == *key)
        .and_then(|card| card.link());
    let by_me = payload.sender.as_ref().is_some_and(|sender| {
        let session = state.sessions.get(&key.session);
        is_me(session, std::slice::from_ref(sender)) == Some(true)
    });
    let is_echo = match &payload.new_invite_link {
        Some(new) => shown == Some(new.as_str()),
        // Without the link only the author distinguishes our own reset from another one.
        None => by_me && is_first_echo(state, key),
    };
    if is_echo {
        if payload.new_invite_link.is_none() {
            // Each reset has one such echo; the next one is another reset.
            state
                .requests
                .expected_echo
                .take_if(|(group, _)| group == key);
            // This one may be as well, if our own echo was lost.
            invite::check(state, key);
        }
        return;
    }
    let by = payload
        .sender
        .as_deref()
        .map(|sender| clean_line(sender).into_owned());
    let time = at(state, event);
    let row = state.groups.get(key).map(|entry| entry.group.updated_at);
    let changed_at = event.timestamp.max(payload.timestamp.unwrap_or_default());
    let is_older = row.is_some_and(|row| is_older(changed_at, row));
    if !is_older {
        state.floods.settle(key);
    }
    if is_older && !state.requests.is_being_reset(key) {
        // Possibly a replayed event: the link is read again, but no reset is reported.
        invite::recheck(state, key);
    } else {
        invite::reset_elsewhere(state, key, time, by, payload.new_invite_link.clone());
    }
}

/// Whether the event may be the first echo of our own reset of this group.
fn is_first_echo(state: &mut State, key: &GroupKey) -> bool {
    if state.requests.is_being_reset(key) {
        let is_first = state.requests.echo_received.as_ref() != Some(key);
        state.requests.echo_received = Some(key.clone());
        return is_first;
    }
    let own = state.requests.expected_echo.as_ref();
    own.is_some_and(|(group, at)| group == key && (0..ECHO).contains(&(state.now - at)))
}

fn participants(state: &mut State, event: &Envelope, payload: &GroupParticipantPayload) {
    let key = key_of(event, &payload.group_jid);
    let is_news = heard(state, event, &key, payload.timestamp);
    if !is_news && state.groups.get(&key).is_none() {
        return;
    }
    let time = at(state, event);
    let count = |list: &Option<Vec<String>>| {
        list.as_ref()
            .map_or(0, |list| u32::try_from(list.len()).unwrap_or(u32::MAX))
    };
    let (joined, left) = (count(&payload.join), count(&payload.leave));
    let session = state.sessions.get(&key.session);
    let me = |list: &Option<Vec<String>>| match list {
        Some(list) => is_me(session, list),
        None => Some(false),
    };
    let role = [
        (me(&payload.leave), SessionRole::None),
        (me(&payload.demote), SessionRole::Member),
        (me(&payload.promote), SessionRole::Admin),
        (me(&payload.join), SessionRole::Member),
    ];
    let mine = role
        .iter()
        .find(|(me, _)| *me == Some(true))
        .map(|(_, role)| role.clone());
    let unsure = role.iter().any(|(me, _)| me.is_none());
    let loses = payload.leave.is_some() || payload.demote.is_some();
    let change = |entry: &mut Entry| {
        let group = &mut entry.group;
        group.participant_count = group
            .participant_count
            .map(|count| count.saturating_add(joined).saturating_sub(left));
        group.updated_at = group.updated_at.max(time);
        // A gateway without roles would never correct ours.
        if group.my_role.is_some() && mine.is_some() {
            group.my_role.clone_from(&mine);
        }
    };
    if is_news {
        groups::patch(state, &key, change);
    }
    let people = usize::try_from(joined).unwrap_or(usize::MAX);
    flood::joined(state, &key, time, people, payload.via);
    if mine.is_some() || unsure {
        if loses {
            invite::recheck(state, &key);
        }
        state.requests.read_again(Call::Group(key.clone()));
    }
    members::changed(state, &key);
}

/// Whether a session's own account is among these ids; `None` when its own id of that kind is not known.
fn is_me(session: Option<&Session>, ids: &[String]) -> Option<bool> {
    let session = session?;
    let own: Vec<_> = [session.wa_jid.as_deref(), session.wa_lid.as_deref()]
        .into_iter()
        .flatten()
        .map(person)
        .collect();
    let mut sure = true;
    for id in ids.iter().map(|id| person(id)) {
        if own.contains(&id) {
            return Some(true);
        }
        sure &= own.iter().any(|own| own.1 == id.1);
    }
    sure.then_some(false)
}
