//! The realtime stream and the gateway's presence: how the console hears of changes.

use super::super::effect::Call;
use super::super::failure::{Failure, FailureKind};
use super::super::msg::Realtime;
use super::super::state::{GroupKey, Link, State};
use super::runs::Stream;
use super::{card, clock, groups, invite, sessions};
use crate::text::clean_line;

const UNREADY: &str = "the gateway says that it is not ready";
/// How often events that cannot be read make what they may be about be read again.
const REREAD_EVERY: i64 = 30_000;

pub(super) fn realtime(state: &mut State, news: Realtime) {
    match news {
        Realtime::Connected => {
            state.runs.stream = Stream::Live;
            state.runs.unready = false;
            // An echo that has not come by now may have been missed.
            state.runs.own_reset = None;
            settle_link(state);
            catch_up(state);
        }
        Realtime::Unreadable { session, group } => {
            unreadable(state, session.as_deref(), group.as_deref());
            return;
        }
        Realtime::Event(event) => {
            super::events::event(state, &event);
            return;
        }
        Realtime::Lost { reason, .. } | Realtime::Unavailable { reason } => {
            let broke = state.runs.stream == Stream::Live;
            state.runs.stream = Stream::Down(clean_line(&reason).into_owned());
            settle_link(state);
            if broke {
                // Perhaps the gateway itself is gone, and with it every link on the screen.
                sessions::ask(state);
            }
        }
    }
    clock::plan_polls(state);
}

/// Reads what may have changed while no events came: they are not told again.
fn catch_up(state: &mut State) {
    sessions::ask(state);
    groups::refresh_known(state);
    if let Some(card) = &state.card {
        let key = card.key.clone();
        let is_shown = card.link().is_some();
        card::members_changed(state, &key);
        if is_shown {
            invite::ask(state);
        }
    }
}

/// The gateway has said whether it is ready. One that is not may keep its stream open and bring
/// nothing.
pub(super) fn ready(state: &mut State, answer: Option<bool>) {
    // Where there is no answer other calls find out why.
    if let Some(ready) = answer
        && state.runs.stream == Stream::Live
        && state.runs.unready == ready
    {
        state.runs.unready = !ready;
        settle_link(state);
        if ready {
            catch_up(state);
        } else {
            sessions::ask(state);
        }
    }
    clock::plan_polls(state);
}

/// Something came that could not be read: what it may have been about is doubted and read again.
/// Where that is not known, that is everything.
pub(super) fn unreadable(state: &mut State, session: Option<&str>, group: Option<&str>) {
    let now = state.now;
    let is_meant = |key: &GroupKey| {
        session.is_none_or(|session| key.session == session)
            && group.is_none_or(|group| key.jid == group)
    };
    let card = state.card.as_ref().map(|card| card.key.clone());
    let may_doubt = state.runs.doubt_after.is_none_or(|after| now >= after);
    if let Some(key) = card.filter(|key| is_meant(key) && may_doubt) {
        state.runs.doubt_after = Some(now + REREAD_EVERY);
        invite::doubt(state, &key);
        card::members_changed(state, &key);
    }
    if let Some(after) = state.runs.reread_after.filter(|after| now < *after) {
        // One reading for all that come meanwhile.
        state.runs.due.unreadable = Some(after);
        return;
    }
    state.runs.due.unreadable = None;
    state.runs.reread_after = Some(now + REREAD_EVERY);
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
            state.read_again(Call::Groups { session });
        }
        _ => {
            sessions::ask(state);
            groups::refresh_known(state);
        }
    }
}

/// The gateway has answered, whatever it said.
pub(super) fn gateway_answered(state: &mut State) {
    if state.runs.away.take().is_none() {
        return;
    }
    settle_link(state);
    let gone = |failure: &Failure| failure.kind == FailureKind::GatewayAway;
    state.groups.failures.retain(|_, failure| !gone(failure));
    groups::refresh_known(state);
    if let Some(card) = &state.card {
        let key = card.key.clone();
        state.read_again(Call::Group(key));
    }
    super::unclear::gateway_answered(state);
    state.good("The gateway answers again");
}

/// The gateway did not answer.
pub(super) fn gateway_away(state: &mut State, failure: Failure) {
    let now = state.now;
    state.runs.away = Some(match state.runs.away.take() {
        Some((since, tries, _)) => (since, tries.saturating_add(1), failure),
        None => (now, 0, failure),
    });
    settle_link(state);
}

fn settle_link(state: &mut State) {
    state.link = match (&state.runs.away, &state.runs.stream) {
        (Some((since, _, failure)), _) => Link::Away {
            since: *since,
            failure: failure.clone(),
        },
        (None, Stream::Live) if state.runs.unready => Link::Polling {
            reason: UNREADY.to_owned(),
        },
        (None, Stream::Live) => Link::Live,
        (None, Stream::Down(reason)) => Link::Polling {
            reason: reason.clone(),
        },
        (None, Stream::Silent) => Link::Connecting,
    };
}
