//! How the console hears of changes: the realtime stream, the gateway's presence, and the questions
//! that are asked again and again in their stead.

use crate::api::EpochMillis;
use crate::console::failure::Failure;
use crate::console::state::{Link, State, Stream};
use crate::text::clean_line;

const UNREADY: &str = "the gateway says that it is not ready";
/// How often the sessions are asked for without realtime.
const SESSIONS_EVERY: i64 = 5_000;
/// The same with realtime, where a gateway tells when WhatsApp was last heard: no event does.
const HEARD_EVERY: i64 = 60_000;
/// How often the gateway is asked whether it is ready, while its stream is open.
const READY_EVERY: i64 = 60_000;
/// The same once it has said that it is not.
const UNREADY_EVERY: i64 = 30_000;
/// How often the groups in scope are asked for without realtime.
const GROUPS_EVERY: i64 = 30_000;
/// Longest pause between two attempts to reach the gateway.
const BACKOFF_MAX: i64 = 30_000;
/// Longest pause that a gateway may ask for.
const ASKED_MAX: i64 = 300_000;

/// Events arrive from now on.
pub(super) fn stream_opened(state: &mut State) {
    state.runs.stream = Stream::Live;
    state.runs.unready = false;
    // An echo that has not come by now may have been missed.
    state.runs.own_reset = None;
    settle_link(state);
}

/// No events arrive any more. Whether they did before.
pub(super) fn stream_broke(state: &mut State, reason: &str) -> bool {
    let broke = state.runs.stream == Stream::Live;
    state.runs.stream = Stream::Down(clean_line(reason).into_owned());
    settle_link(state);
    broke
}

/// The gateway has said whether it is ready. Whether that is news: one that is not may keep its stream
/// open and bring nothing.
pub(super) fn readiness(state: &mut State, ready: bool) -> bool {
    let is_news = state.runs.stream == Stream::Live && state.runs.unready == ready;
    if is_news {
        state.runs.unready = !ready;
        settle_link(state);
    }
    is_news
}

/// The gateway has answered, whatever it said. Whether it was away before.
pub(super) fn answered(state: &mut State) -> bool {
    let was_away = state.runs.away.take().is_some();
    if was_away {
        settle_link(state);
    }
    was_away
}

/// The gateway did not answer.
pub(super) fn away(state: &mut State, failure: Failure) {
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

/// Plans the next questions that realtime would make needless. To be called when an answer came or
/// the stream changed.
pub(super) fn plan_polls(state: &mut State) {
    let now = state.now;
    let wait = match (&state.runs.away, &state.sessions.failure) {
        (Some((_, tries, failure)), _) => {
            let doubled = (1_000 << (*tries).min(5)).min(BACKOFF_MAX);
            Some(scattered(doubled, now).max(asked(failure)))
        }
        (None, Some(failure)) => Some(SESSIONS_EVERY.max(asked(failure))),
        // The key may not read them: that changes only with another key.
        (None, None) if state.sessions_are_refused() => Some(HEARD_EVERY),
        (None, None) if state.link != Link::Live => Some(SESSIONS_EVERY),
        (None, None) => {
            let mut rows = state.sessions.rows.iter();
            rows.any(|session| session.last_traffic_at.is_some())
                .then_some(HEARD_EVERY)
        }
    };
    let due = &mut state.runs.due;
    due.sessions = wait.map(|wait| now + wait);
    let polls_groups = state.link != Link::Live && state.runs.away.is_none();
    due.groups = match (polls_groups, due.groups) {
        (false, _) => None,
        (true, Some(planned)) => Some(planned),
        (true, None) => Some(now + GROUPS_EVERY),
    };
    let is_streaming = state.runs.stream == Stream::Live && state.runs.away.is_none();
    if !is_streaming {
        due.ready = None;
    } else if due.ready.is_none() {
        let unready = state.runs.unready;
        due.ready = Some(now + if unready { UNREADY_EVERY } else { READY_EVERY });
    }
}

/// The pause that the gateway asked for, within reason, in milliseconds.
fn asked(failure: &Failure) -> i64 {
    let seconds = failure.retry_after.unwrap_or_default();
    i64::try_from(seconds)
        .unwrap_or(ASKED_MAX)
        .saturating_mul(1_000)
        .min(ASKED_MAX)
}

/// Leaves out up to a half of a pause, so that the desks of a gateway that restarts do not all come
/// back at once. Chance is the millisecond in which each of them noticed.
fn scattered(pause: i64, now: EpochMillis) -> i64 {
    // A step of a linear congruential generator; its high bits are the ones that vary.
    let mixed = now.unsigned_abs().wrapping_mul(6_364_136_223_846_793_005) >> 54;
    pause - pause * mixed as i64 / 2_048
}
