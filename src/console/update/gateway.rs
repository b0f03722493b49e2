//! What is read again when the stream opens, the gateway answers again, or an event cannot be read.

use super::{connection, groups, invite, members, sessions};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::state::State;

/// Interval between reads because of unreadable events, in milliseconds.
const REREAD_EVERY: i64 = 30_000;

/// Reads what may have changed while no events came: missed ones are not repeated.
pub(super) fn catch_up(state: &mut State) {
    sessions::ask(state);
    groups::refresh_known(state);
    if let Some(card) = &state.card {
        let key = card.key.clone();
        let is_shown = card.link().is_some();
        members::changed(state, &key);
        if is_shown {
            invite::ask(state);
        }
    }
}

/// The gateway reported whether it is ready.
pub(super) fn ready(state: &mut State, answer: Option<bool>) {
    // Without an answer, other calls find out the reason.
    if let Some(ready) = answer
        && connection::readiness(state, ready)
    {
        if ready {
            catch_up(state);
        } else {
            sessions::ask(state);
        }
    }
    connection::plan_polls(state);
}

/// An event could not be read: the link that it may concern is checked, and what it may concern is read
/// again. Without a session or group in it, that is everything.
pub(super) fn unreadable(state: &mut State, session: Option<&str>, group: Option<&str>) {
    let now = state.now;
    let is_meant = |key: &GroupKey| {
        session.is_none_or(|session| key.session == session)
            && group.is_none_or(|group| key.jid == group)
    };
    let card = state.card.as_ref().map(|card| card.key.clone());
    let may_doubt = state.requests.next_recheck.is_none_or(|after| now >= after);
    if let Some(key) = card.filter(|key| is_meant(key) && may_doubt) {
        state.requests.next_recheck = Some(now + REREAD_EVERY);
        invite::recheck(state, &key);
        members::changed(state, &key);
    }
    if let Some(after) = state.requests.next_reread.filter(|after| now < *after) {
        // One read for all events until then.
        state.requests.due.unreadable = Some(after);
        return;
    }
    state.requests.due.unreadable = None;
    state.requests.next_reread = Some(now + REREAD_EVERY);
    match (session, group) {
        (Some(session), Some(group)) => {
            let key = GroupKey {
                session: session.to_owned(),
                jid: group.to_owned(),
            };
            groups::read_row_again(state, &key);
        }
        (Some(session), None) if state.sessions.get(session).is_some() => {
            sessions::read_row_again(state, session);
            let session = session.to_owned();
            state.requests.read_again(Call::Groups { session });
        }
        _ => {
            sessions::ask(state);
            groups::refresh_known(state);
        }
    }
}

/// The gateway has answered, with any answer.
pub(super) fn answered(state: &mut State) {
    if !connection::answered(state) {
        return;
    }
    let gone = |failure: &CallFailure| failure.kind == FailureKind::GatewayAway;
    state.groups.failures.retain(|_, failure| !gone(failure));
    groups::refresh_known(state);
    if let Some(card) = &state.card {
        let key = card.key.clone();
        state.requests.read_again(Call::Group(key));
    }
    // Now the outcome of changes whose answer was lost can be looked up.
    for lost in state.requests.unconfirmed.resets.values_mut() {
        lost.resting = false;
    }
    let saves: Vec<_> = state.requests.unconfirmed.updates.keys().cloned().collect();
    for key in saves {
        state.requests.read_again(Call::Group(key));
    }
    state.good("The gateway answers again");
}
