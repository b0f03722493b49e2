//! The sessions pane: the list, the cursor that is the scope, starting and stopping.

use super::super::effect::{Call, RequestId, SessionAction};
use super::super::failure::{Failure, FailureKind};
use super::super::layout;
use super::super::state::{Blank, Invite, Pane, Question, Scope, Sessions, State, is_linked};
use super::keys::{self, Step};
use super::rows::Keep;
use crate::api::{Capability, EpochMillis, Session, SessionStatus};
use std::collections::BTreeSet;

/// Sessions that are shown; nobody has so many.
const SESSIONS_MAX: usize = 10_000;

impl Sessions {
    /// The ids of the sessions whose groups are shown.
    pub(super) fn in_scope(&self) -> Vec<String> {
        match self.scope() {
            Scope::Session(id) => vec![id],
            Scope::AllSessions => self.rows.iter().map(|session| session.id.clone()).collect(),
        }
    }
}

/// Asks for the sessions: the list, or each configured one where the list is refused.
pub(super) fn ask(state: &mut State) {
    state.runs.due.sessions = None;
    if state.runs.by_id {
        for id in state.options.session_ids.clone() {
            state.read(Call::Session(id));
        }
    } else {
        state.read(Call::Sessions);
    }
}

/// Asks for what is said about a session, because it has changed.
pub(super) fn read_row_again(state: &mut State, session: &str) {
    state.read_again(if state.runs.by_id {
        Call::Session(session.to_owned())
    } else {
        Call::Sessions
    });
}

/// The list has come.
pub(super) fn listed(state: &mut State, id: RequestId, answer: Result<Vec<Session>, Failure>) {
    match answer {
        Ok(rows) => {
            state.sessions.failure = None;
            take_list(state, id, rows);
            super::unclear_sessions::sessions_read(state, id);
            super::unclear_sessions::list_read(state, id);
            super::realtime::gateway_answered(state);
            super::groups::ensure(state);
        }
        Err(failure) => {
            let failure = state.failed(&Call::Sessions, failure);
            super::unclear_sessions::list_unread(state, id, &failure);
            let refused = matches!(failure.kind, FailureKind::MissingCapability { .. });
            if refused && !state.options.session_ids.is_empty() {
                super::realtime::gateway_answered(state);
                go_by_id(state);
            } else if failure.kind == FailureKind::GatewayAway {
                super::realtime::gateway_away(state, failure);
            } else {
                super::realtime::gateway_answered(state);
                state.sessions.failure = Some(failure);
            }
        }
    }
    super::clock::plan_polls(state);
}

/// From now on the configured sessions are asked for one by one.
fn go_by_id(state: &mut State) {
    state.runs.by_id = true;
    state.sessions.failure = None;
    let rows = state.options.session_ids.iter().map(|id| Session {
        id: id.clone(),
        status: SessionStatus::Other("unknown".to_owned()),
        ..Session::default()
    });
    let rows = rows.collect();
    let newest = RequestId(state.runs.newest());
    take_list(state, newest, rows);
    ask(state);
    super::groups::ensure(state);
}

/// One session has come.
pub(super) fn read(
    state: &mut State,
    id: RequestId,
    session: &str,
    answer: Result<Session, Failure>,
) {
    match answer {
        Ok(found) => {
            if found.id == session {
                take_one(state, id, found);
                super::unclear_sessions::sessions_read(state, id);
            }
            state.sessions.failure = None;
            super::realtime::gateway_answered(state);
        }
        Err(failure) => {
            let failure = state.failed(&Call::Session(session.to_owned()), failure);
            if failure.kind == FailureKind::GatewayAway {
                super::realtime::gateway_away(state, failure);
            } else {
                super::realtime::gateway_answered(state);
                refused_one(state, session, failure);
            }
        }
    }
    super::clock::plan_polls(state);
}

/// One of the configured sessions cannot be read: its row says so, the others go on.
fn refused_one(state: &mut State, session: &str, failure: Failure) {
    if !state.runs.by_id {
        state.sessions.failure = Some(failure);
        return;
    }
    let may_not = matches!(failure.kind, FailureKind::MissingCapability { .. });
    let word = match failure.code.as_str() {
        // The session itself may well be connected.
        _ if may_not => "unknown".to_owned(),
        "" => "not readable".to_owned(),
        code => code.replace('_', " "),
    };
    let now = state.now;
    turn(state, session, SessionStatus::Other(word), now);
}

/// Whether the key may read none of the configured sessions.
pub(super) fn are_refused(state: &State) -> bool {
    state.runs.by_id
        && state.lacks(Capability::Manage)
        && state.sessions.unknown() == state.sessions.rows.len()
}

fn take_list(state: &mut State, id: RequestId, rows: Vec<Session>) {
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
        Scope::AllSessions => 0,
        Scope::Session(selected) => {
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
            .runs
            .group_heard
            .retain(|key, _| present.contains(&key.session));
        state.runs.status_heard.retain(|id, _| present.contains(id));
    }
    if gone || scope_changed || (connections_changed && state.groups.invitable_only) {
        state.rebuild_rows(if scope_changed {
            Keep::Selected
        } else {
            Keep::Pinned
        });
    }
    for session in left {
        doubt_link(state, &session);
    }
    super::groups::sessions_changed(state);
    for session in back {
        came_back(state, session);
    }
}

/// Puts a status right that was heard of since this request was sent.
fn correct(state: &State, id: RequestId, before: Option<&Session>, session: &mut Session) {
    let heard = state.runs.status_heard.get(&session.id);
    let Some((_, status)) = heard.filter(|(newest, _)| *newest >= id.0) else {
        return;
    };
    if session.status != *status {
        session.status = status.clone();
        session.status_reason = before.and_then(|before| before.status_reason.clone());
    }
}

/// Since when a session that is seen for the first time may have been as it is.
fn first_since(session: &Session) -> Option<EpochMillis> {
    match session.status {
        SessionStatus::Working => session.last_connected_at,
        _ => Some(session.updated_at),
    }
    .filter(|time| *time > 0)
}

fn take_one(state: &mut State, id: RequestId, mut session: Session) {
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
    // The status goes through `turn`, which knows what follows from it.
    session.status = state.sessions.rows[row].status.clone();
    state.sessions.rows[row] = session;
    super::groups::sessions_changed(state);
    turn(state, &name, status, since.unwrap_or(state.now));
}

/// A session's status is now this.
pub(super) fn turn(state: &mut State, session: &str, status: SessionStatus, since: EpochMillis) {
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
        came_back(state, session.to_owned());
    }
    if was && !is {
        doubt_link(state, session);
    }
}

/// The card's link may be dead once its session has left `working`, whatever it is now.
fn doubt_link(state: &mut State, session: &str) {
    let key = state.card.as_ref().map(|card| card.key.clone());
    if let Some(key) = key.filter(|key| key.session == session) {
        super::invite::doubt(state, &key);
    }
}

/// A session is connected again: its groups may have changed meanwhile.
pub(super) fn came_back(state: &mut State, session: String) {
    let card = state
        .card
        .as_mut()
        .filter(|card| card.key.session == session);
    if let Some(card) = card
        && let Invite::Blank(Blank::Failed(failure)) = &card.invite
        && failure.may_be_offline()
    {
        card.invite = Invite::NotAsked;
    }
    if state.groups.loaded.contains(&session) {
        state.read_again(Call::Groups { session });
    } else {
        state.groups.failures.remove(&session);
        super::groups::ensure(state);
    }
}

/// Moves the cursor, and with it the scope.
pub(super) fn step(state: &mut State, step: Step) {
    let rows = state.sessions.rows.len() + 1;
    let page = layout::session_rows(state);
    select(state, step.apply(state.sessions.cursor, rows, page));
}

pub(super) fn select(state: &mut State, row: usize) {
    let row = row.min(state.sessions.rows.len());
    if row != state.sessions.cursor {
        state.sessions.cursor = row;
        state.rebuild_rows(Keep::Selected);
        super::groups::ensure(state);
    }
    snap(state);
}

fn snap(state: &mut State) {
    let page = layout::session_rows(state).max(1);
    let sessions = &mut state.sessions;
    let lowest = (sessions.cursor + 1).saturating_sub(page);
    sessions.offset = sessions.offset.min(sessions.cursor).max(lowest);
}

/// The wheel moves the view, not the cursor.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (lines, page) = (state.sessions.rows.len() + 1, layout::session_rows(state));
    state.sessions.offset = keys::wheel(state.sessions.offset, by, lines, page);
}

pub(super) fn keep_in_sight(state: &mut State) {
    let (last, page) = (
        state.sessions.rows.len(),
        layout::session_rows(state).max(1),
    );
    state.sessions.cursor = state.sessions.cursor.min(last);
    state.sessions.offset = keys::filled(state.sessions.offset, last + 1, page);
    let shown = Some((state.sessions.cursor, state.size));
    if state.runs.shown_session != shown {
        state.runs.shown_session = shown;
        snap(state);
    }
}

pub(super) fn open(state: &mut State) {
    if super::pairing::open_selected(state) {
        return;
    }
    state.focus = Pane::Groups;
}

/// Starts a session, or asks whether to stop, restart or log it out.
pub(super) fn act(state: &mut State, action: SessionAction) {
    if state.refuses(Capability::Manage) {
        return;
    }
    let Some(session) = state.sessions.selected() else {
        state.note("Select one session first: this row stands for all of them.");
        return;
    };
    let session = session.id.clone();
    if is_acting(state, &session) {
        return;
    }
    if action == SessionAction::Start && super::pairing::open_selected(state) {
        return;
    }
    if action == SessionAction::Start {
        return send(state, session, action);
    }
    // Everybody on the gateway feels these.
    let label = state.session_name(&session);
    super::confirm::ask(
        state,
        Question::Act {
            session,
            label,
            action,
        },
    );
}

/// Asks whether to remove the selected account.
pub(super) fn ask_remove(state: &mut State) {
    if state.refuses(Capability::Manage) {
        return;
    }
    let Some(session) = state.sessions.selected() else {
        state.note("Select one session first: this row stands for all of them.");
        return;
    };
    let session = session.id.clone();
    if is_acting(state, &session) {
        return;
    }
    let label = state.session_name(&session);
    super::confirm::ask(state, Question::Remove { session, label });
}

/// Whether something is being done to the session already; says so.
fn is_acting(state: &mut State, session: &str) -> bool {
    let Some((action, _)) = state.sessions.acting.get(session).copied() else {
        return false;
    };
    let name = state.session_name(session);
    state.note(format!("{name}: already {}", action.doing()));
    true
}

/// Sends the action, unless one is under way.
pub(super) fn send(state: &mut State, session: String, action: SessionAction) {
    if is_acting(state, &session) {
        return;
    }
    let call = Call::Act {
        session: session.clone(),
        action,
    };
    if let Some(id) = state.change(call) {
        state.sessions.acting.insert(session, (action, id));
    }
}

/// Ends a pairing that nobody waits for any more.
pub(super) fn put_back(state: &mut State, session: String, action: SessionAction) {
    send(state, session.clone(), action);
    if state
        .sessions
        .acting
        .get(&session)
        .is_some_and(|(sent, _)| *sent == action)
    {
        state.runs.put_back.insert(session);
    }
}

/// An action was answered.
pub(super) fn acted(
    state: &mut State,
    id: RequestId,
    session: &str,
    action: SessionAction,
    answer: Result<Session, Failure>,
) {
    state.sessions.acting.remove(session);
    let puts_back = state.runs.put_back.remove(session);
    let name = state.session_name(session);
    match answer {
        Ok(row) => {
            if row.id == session {
                take_one(state, id, row);
            }
            match action {
                SessionAction::Logout if puts_back => {
                    state.note(format!("{name} is not linked: logged out, as before"));
                }
                _ if puts_back => {
                    state.note(format!("{name} is not linked: stopped, as before"));
                }
                SessionAction::Start => state.good(format!("{name} is being connected")),
                SessionAction::Restart => state.good(format!("{name} is being connected anew")),
                SessionAction::Stop if state.sessions.get(session).is_some_and(is_linked) => {
                    state.good(format!("{name} is stopped; it stays linked"));
                }
                SessionAction::Stop => state.good(format!("{name} is stopped")),
                SessionAction::Logout => {
                    state.good(format!(
                        "{name} is logged out; link its phone again to use it"
                    ));
                }
            }
        }
        Err(failure) => {
            let call = Call::Act {
                session: session.to_owned(),
                action,
            };
            let after = state.runs.newest();
            let failure = state.failed(&call, failure);
            if failure.unclear {
                super::unclear_sessions::lost_action(state, session, action, after, failure);
            } else if puts_back {
                let why = state.sentence(&failure, None);
                state.bad_again(format!(
                    "{name} could not be put back as it was, so it still waits for a phone: {why}"
                ));
            } else {
                state.tell(&format!("{name}, {}", action.doing()), &failure, None);
            }
        }
    }
}
