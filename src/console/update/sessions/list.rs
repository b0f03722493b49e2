//! The list of sessions as the gateway reports it, and the consequences for groups and card.

use super::super::rows::Keep;
use super::super::{groups, invite};
use crate::api::{EpochMillis, Session, SessionStatus};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::RequestId;
use crate::console::state::{Invite, LinkHidden, SessionScope, State};
use std::collections::BTreeSet;

/// Most sessions that are shown.
const SESSIONS_MAX: usize = 10_000;

/// Reads the sessions: the list, or each configured one if the list is refused.
pub(crate) fn ask(state: &mut State) {
    state.requests.due.sessions = None;
    if state.requests.sessions_by_id {
        for id in state.options.session_ids.clone() {
            state.requests.read(Call::Session(id));
        }
    } else {
        state.requests.read(Call::Sessions);
    }
}

/// Reads a session that has changed.
pub(crate) fn read_row_again(state: &mut State, session: &str) {
    state.requests.read_again(if state.requests.sessions_by_id {
        Call::Session(session.to_owned())
    } else {
        Call::Sessions
    });
}

/// From now on the configured sessions are read one by one.
pub(crate) fn read_one_by_one(state: &mut State) {
    state.requests.sessions_by_id = true;
    state.sessions.failure = None;
    let rows = state.options.session_ids.iter().map(|id| Session {
        id: id.clone(),
        status: SessionStatus::Other("unknown".to_owned()),
        ..Session::default()
    });
    let rows = rows.collect();
    let newest = RequestId(state.requests.newest());
    replace_list(state, newest, rows);
    ask(state);
    groups::ensure(state);
}

/// One of the configured sessions cannot be read: its row shows the failure, the others are read.
pub(crate) fn session_refused(state: &mut State, session: &str, failure: CallFailure) {
    if !state.requests.sessions_by_id {
        state.sessions.failure = Some(failure);
        return;
    }
    let may_not = matches!(failure.kind, FailureKind::MissingCapability { .. });
    let word = match failure.code.as_str() {
        // The session itself may be connected.
        _ if may_not => "unknown".to_owned(),
        "" => "not readable".to_owned(),
        code => code.replace('_', " "),
    };
    let now = state.now;
    set_status(state, session, SessionStatus::Other(word), now);
}

/// Replaces the list by the answer to this request.
pub(crate) fn replace_list(state: &mut State, id: RequestId, rows: Vec<Session>) {
    let scope = state.sessions.scope();
    let old = std::mem::take(&mut state.sessions.rows);
    let mut present = BTreeSet::new();
    let rows = rows
        .into_iter()
        .filter(|row| present.insert(row.id.clone()))
        .take(SESSIONS_MAX);
    let (mut back, mut left) = (Vec::new(), Vec::new());
    let mut connections_changed = false;
    let mut fresh = Vec::new();
    for mut row in rows {
        let before = old.iter().find(|before| before.id == row.id);
        correct(state, id, before, &mut row);
        let was = before.map(|before| before.status.is_connected());
        if was == Some(false) && row.status.is_connected() {
            back.push(row.id.clone());
        }
        if was == Some(true) && !row.status.is_connected() {
            left.push(row.id.clone());
        }
        connections_changed |= was != Some(row.status.is_connected());
        if before.is_none_or(|before| before.status != row.status) {
            let since = match before {
                Some(_) => state.now,
                None => first_since(&row).unwrap_or(state.now),
            };
            state.sessions.since.insert(row.id.clone(), since);
        }
        fresh.push(row);
    }
    state.sessions.rows = fresh;
    state.sessions.loaded = true;

    let sessions = &mut state.sessions;
    let is_here = |id: &String| present.contains(id);
    sessions.since.retain(|id, _| is_here(id));
    sessions.acting.retain(|id, _| is_here(id));
    sessions.cursor = match &scope {
        SessionScope::AllSessions => 0,
        SessionScope::Session(selected) => {
            let row = sessions.rows.iter().position(|row| row.id == *selected);
            row.map_or(0, |row| row + 1)
        }
    };
    let scope_changed = sessions.scope() != scope;

    let groups = &mut state.groups;
    groups.loaded.retain(is_here);
    groups.loading.retain(|id, _| is_here(id));
    groups.failures.retain(|id, _| is_here(id));
    let gone = old.iter().any(|before| !is_here(&before.id));
    if gone {
        groups.retain(|entry| present.contains(&entry.key.session));
        state
            .requests
            .group_events
            .retain(|key, _| present.contains(&key.session));
        state
            .requests
            .status_events
            .retain(|id, _| present.contains(id));
    }
    if gone || scope_changed || (connections_changed && state.groups.invitable_only) {
        state.rebuild_rows(if scope_changed {
            Keep::Selected
        } else {
            Keep::Pinned
        });
    }
    for session in left {
        recheck_link(state, &session);
    }
    groups::sessions_changed(state);
    for session in back {
        reconnected(state, session);
    }
}

/// Replaces a status that is older than an event which came since this request was sent.
fn correct(state: &State, id: RequestId, before: Option<&Session>, session: &mut Session) {
    let heard = state.requests.status_events.get(&session.id);
    let Some((_, status)) = heard.filter(|(newest, _)| *newest >= id.0) else {
        return;
    };
    if let Some(before) = before {
        (session.link_step, session.missed) = (before.link_step.clone(), before.missed);
    }
    if session.status != *status {
        session.status = status.clone();
        session.status_reason = before.and_then(|before| before.status_reason.clone());
    }
}

/// The time since which a session that is seen for the first time may have had its status.
fn first_since(session: &Session) -> Option<EpochMillis> {
    match session.status {
        SessionStatus::Working => session.last_connected_at,
        _ => Some(session.updated_at),
    }
    .filter(|time| *time > 0)
}

/// Updates one session by the answer to this request.
pub(crate) fn update_session(state: &mut State, id: RequestId, mut session: Session) {
    let Some(row) = state
        .sessions
        .rows
        .iter()
        .position(|row| row.id == session.id)
    else {
        return;
    };
    let before = state.sessions.rows.get(row);
    correct(state, id, before, &mut session);
    let (name, status) = (session.id.clone(), session.status.clone());
    let first = matches!(&state.sessions.rows[row].status, SessionStatus::Other(_));
    let since = if first { first_since(&session) } else { None };
    // `set_status` applies the consequences of the status.
    session.status = state.sessions.rows[row].status.clone();
    state.sessions.rows[row] = session;
    groups::sessions_changed(state);
    set_status(state, &name, status, since.unwrap_or(state.now));
}

/// Sets a session's status.
pub(crate) fn set_status(
    state: &mut State,
    session: &str,
    status: SessionStatus,
    since: EpochMillis,
) {
    let Some(row) = state.sessions.rows.iter_mut().find(|row| row.id == session) else {
        return;
    };
    if row.status == status {
        return;
    }
    let was = row.status.is_connected();
    let is = status.is_connected();
    row.status = status;
    state.sessions.since.insert(session.to_owned(), since);
    if was != is && state.groups.invitable_only {
        state.rebuild_rows(Keep::Pinned);
    }
    if is && !was {
        reconnected(state, session.to_owned());
    }
    if was && !is {
        recheck_link(state, session);
    }
}

/// The card's link may be dead once its session has left `working`, whatever it is now.
fn recheck_link(state: &mut State, session: &str) {
    let key = state.card.as_ref().map(|card| card.key.clone());
    if let Some(key) = key.filter(|key| key.session == session) {
        invite::recheck(state, &key);
    }
}

/// A session is connected again: its groups may have changed meanwhile.
pub(crate) fn reconnected(state: &mut State, session: String) {
    let card = state
        .card
        .as_mut()
        .filter(|card| card.key.session == session);
    if let Some(card) = card
        && let Invite::Hidden(LinkHidden::Failed(failure)) = &card.invite
        && failure.may_be_offline()
    {
        card.invite = Invite::NotAsked;
    }
    if state.groups.loaded.contains(&session) {
        state.requests.read_again(Call::Groups { session });
    } else {
        state.groups.failures.remove(&session);
        groups::ensure(state);
    }
}
