//! The realtime stream and the gateway's presence: how the console hears of changes.

use super::super::effect::Call;
use super::super::failure::{Failure, FailureKind};
use super::super::msg::Realtime;
use super::super::state::{Link, State};
use super::runs::Stream;
use super::{clock, groups, sessions};
use crate::text::clean_line;

pub(super) fn realtime(state: &mut State, news: Realtime) {
    match news {
        Realtime::Connected => {
            state.runs.stream = Stream::Live;
            settle_link(state);
            // What happened before is not told again.
            sessions::ask(state);
            groups::refresh_known(state);
            if let Some(card) = &state.card {
                let key = card.key.clone();
                super::card::members_changed(state, &key);
                if state
                    .card
                    .as_ref()
                    .is_some_and(|card| card.link().is_some())
                {
                    super::invite::ask(state);
                }
            }
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
        (None, Stream::Live) => Link::Live,
        (None, Stream::Down(reason)) => Link::Polling {
            reason: reason.clone(),
        },
        (None, Stream::Silent) => Link::Connecting,
    };
}
