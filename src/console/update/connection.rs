//! How the console receives changes: the realtime stream, whether the gateway answers, and polling instead.

use crate::api::EpochMillis;
use crate::console::failure::CallFailure;
use crate::console::state::{Connection, State, Stream};
use crate::text::clean_line;

const UNREADY: &str = "the gateway says that it is not ready";
/// Interval for polling the sessions without realtime, in milliseconds.
const SESSIONS_EVERY: i64 = 5_000;
/// The same with realtime, where the gateway reports the time of the last traffic: no event has it.
const HEARD_EVERY: i64 = 60_000;
/// Interval for asking whether the gateway is ready, while its stream is open, in milliseconds.
const READY_EVERY: i64 = 60_000;
/// The same once it has said that it is not.
const UNREADY_EVERY: i64 = 30_000;
/// Interval for polling the groups in scope without realtime, in milliseconds.
const GROUPS_EVERY: i64 = 30_000;
/// Longest pause between two attempts to reach the gateway.
const BACKOFF_MAX: i64 = 30_000;
/// Longest pause that a gateway may ask for.
const ASKED_MAX: i64 = 300_000;

/// The stream is open: events arrive from now on.
pub(super) fn stream_opened(state: &mut State) {
    state.requests.stream = Stream::Live;
    state.requests.not_ready = false;
    // An echo that has not arrived by now may have been missed.
    state.requests.expected_echo = None;
    update_connection(state);
}

/// The stream is lost. Returns whether it was open before.
pub(super) fn stream_broke(state: &mut State, reason: &str) -> bool {
    let broke = state.requests.stream == Stream::Live;
    state.requests.stream = Stream::Down(clean_line(reason).into_owned());
    update_connection(state);
    broke
}

/// The gateway reported whether it is ready. Returns whether that changed: a gateway that is not ready may keep
/// its stream open without events.
pub(super) fn readiness(state: &mut State, ready: bool) -> bool {
    let is_news = state.requests.stream == Stream::Live && state.requests.not_ready == ready;
    if is_news {
        state.requests.not_ready = !ready;
        update_connection(state);
    }
    is_news
}

/// The gateway has answered, with any answer. Returns whether it was unreachable before.
pub(super) fn answered(state: &mut State) -> bool {
    let was_away = state.requests.away.take().is_some();
    if was_away {
        update_connection(state);
    }
    was_away
}

/// The gateway did not answer.
pub(super) fn away(state: &mut State, failure: CallFailure) {
    let now = state.now;
    state.requests.away = Some(match state.requests.away.take() {
        Some((since, tries, _)) => (since, tries.saturating_add(1), failure),
        None => (now, 0, failure),
    });
    update_connection(state);
}

fn update_connection(state: &mut State) {
    state.connection = match (&state.requests.away, &state.requests.stream) {
        (Some((since, _, failure)), _) => Connection::Away {
            since: *since,
            failure: failure.clone(),
        },
        (None, Stream::Live) if state.requests.not_ready => Connection::Polling {
            reason: UNREADY.to_owned(),
        },
        (None, Stream::Live) => Connection::Live,
        (None, Stream::Down(reason)) => Connection::Polling {
            reason: reason.clone(),
        },
        (None, Stream::Silent) => Connection::Connecting,
    };
}

/// Schedules the next polls. Call after an answer and when the stream changes.
pub(super) fn plan_polls(state: &mut State) {
    let now = state.now;
    let wait = match (&state.requests.away, &state.sessions.failure) {
        (Some((_, tries, failure)), _) => {
            let doubled = (1_000 << (*tries).min(5)).min(BACKOFF_MAX);
            Some(scattered(doubled, now).max(asked(failure)))
        }
        (None, Some(failure)) => Some(SESSIONS_EVERY.max(asked(failure))),
        // The key may not read them, and only another key would change that.
        (None, None) if state.sessions_are_refused() => Some(HEARD_EVERY),
        (None, None) if state.connection != Connection::Live => Some(SESSIONS_EVERY),
        (None, None) => {
            let mut rows = state.sessions.rows.iter();
            rows.any(|session| session.last_traffic_at.is_some())
                .then_some(HEARD_EVERY)
        }
    };
    let due = &mut state.requests.due;
    due.sessions = wait.map(|wait| now + wait);
    let polls_groups = state.connection != Connection::Live && state.requests.away.is_none();
    due.groups = match (polls_groups, due.groups) {
        (false, _) => None,
        (true, Some(planned)) => Some(planned),
        (true, None) => Some(now + GROUPS_EVERY),
    };
    let is_streaming = state.requests.stream == Stream::Live && state.requests.away.is_none();
    if !is_streaming {
        due.ready = None;
    } else if due.ready.is_none() {
        let not_ready = state.requests.not_ready;
        due.ready = Some(
            now + if not_ready {
                UNREADY_EVERY
            } else {
                READY_EVERY
            },
        );
    }
}

/// The gateway's `Retry-After` up to the limit, in milliseconds.
fn asked(failure: &CallFailure) -> i64 {
    let seconds = failure.retry_after.unwrap_or_default();
    i64::try_from(seconds)
        .unwrap_or(ASKED_MAX)
        .saturating_mul(1_000)
        .min(ASKED_MAX)
}

/// Jitter: drops up to half of a pause, so that the desks of a restarted gateway do not all reconnect at once.
/// The seed is the millisecond at which each of them noticed.
fn scattered(pause: i64, now: EpochMillis) -> i64 {
    // A step of a linear congruential generator; its high bits are the ones that vary.
    let mixed = now.unsigned_abs().wrapping_mul(6_364_136_223_846_793_005) >> 54;
    pause - pause * mixed as i64 / 2_048
}
