//! Time: what is due, and when to be woken next.

use super::super::effect::{Call, Effect};
use super::super::failure::Failure;
use super::super::state::{Link, State};
use super::rows::Keep;
use super::runs::Stream;
use super::{card, groups, invite, pairing_time, realtime, sessions};
use crate::api::{EpochMillis, SessionStatus};

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
/// While something is under way, what is shown of it changes every second.
const TICK_BUSY: i64 = 1_000;
/// Ages are shown in minutes.
const TICK_IDLE: i64 = 60_000;
/// Longer than this without any message: the machine slept, and realtime may have died in its sleep.
const ASLEEP: i64 = 3 * TICK_IDLE;
/// Longest pause between two attempts to reach the gateway.
const BACKOFF_MAX: i64 = 30_000;
/// Longest pause that a gateway may ask for.
const ASKED_MAX: i64 = 300_000;

/// It is now that late.
pub(super) fn clock(state: &mut State, now: EpochMillis) {
    let passed = now.saturating_sub(state.now);
    state.now = now;
    if state.runs.woken.is_some_and(|woken| woken <= now) {
        state.runs.woken = None;
    }
    if passed < 0 {
        // The clock was set, so what was to happen in so many seconds still is.
        shift(state, passed);
    } else if passed > ASLEEP {
        slept(state);
    }
    state.toasts.retain(|toast| toast.until > now);
    let due = |time: Option<EpochMillis>| time.is_some_and(|time| time <= now);
    if due(state.runs.due.rank) {
        state.rebuild_rows(Keep::Pinned);
    }
    if due(state.runs.due.sessions) {
        sessions::ask(state);
    }
    if due(state.runs.due.groups) {
        state.runs.due.groups = None;
        groups::refresh(state);
        plan_polls(state);
    }
    if due(state.runs.due.dwell) {
        card::rested(state);
    }
    if due(state.runs.due.ready) {
        state.runs.due.ready = None;
        state.read(Call::Ready);
    }
    if due(state.runs.due.unreadable) {
        realtime::unreadable(state, None, None);
    }
    invite::check_age(state);
    pairing_time::clock(state);
}

fn shift(state: &mut State, by: i64) {
    let due = &mut state.runs.due;
    for time in [
        &mut due.dwell,
        &mut due.sessions,
        &mut due.groups,
        &mut due.rank,
        &mut due.ready,
        &mut due.unreadable,
        &mut due.link_check,
    ] {
        *time = time.map(|time| time.saturating_add(by));
    }
    for time in [&mut state.runs.reread_after, &mut state.runs.doubt_after] {
        *time = time.map(|time| time.saturating_add(by));
    }
    state.runs.paste_until = None;
    for toast in &mut state.toasts {
        toast.until = toast.until.saturating_add(by);
    }
    state.runs.woken = None;
}

fn slept(state: &mut State) {
    if let Some(key) = state.card.as_ref().map(|card| card.key.clone()) {
        invite::doubt(state, &key);
    }
    sessions::ask(state);
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
        (None, None) if sessions::are_refused(state) => Some(HEARD_EVERY),
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

/// Asks to be woken when the next thing is due.
pub(super) fn wish(state: &mut State) {
    let due = &state.runs.due;
    let starting = state
        .sessions
        .rows
        .iter()
        .any(|session| session.status == SessionStatus::Starting);
    let busy =
        starting || state.waiting() > 0 || state.runs.away.is_some() || pairing_time::counts(state);
    let tick = if busy { TICK_BUSY } else { TICK_IDLE };
    let now = state.now;
    let next_tick = now - now.rem_euclid(tick) + tick;
    let wishes = [
        due.dwell,
        due.sessions,
        due.groups,
        due.rank,
        due.ready,
        due.unreadable,
        state.toasts.iter().map(|toast| toast.until).min(),
        invite::next_check(state),
        pairing_time::due(state),
        Some(next_tick),
    ];
    let Some(next) = wishes.into_iter().flatten().min() else {
        return;
    };
    // What is overdue was looked at just now; nothing is gained by asking for a time that has gone.
    let next = next.max(now + 1);
    // An earlier wake that is on its way will ask again, so wishes do not pile up while keys are held.
    if state.runs.woken.is_none_or(|woken| next < woken) {
        state.runs.woken = Some(next);
        state.runs.wishes.push(Effect::Wake(next));
    }
}
