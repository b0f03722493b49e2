//! Timers: what is due, and the next wake.

use super::rows::Keep;
use super::{
    card, connection, counter, find, gateway, groups, inbox, invite, pairing, place, sessions,
};
use crate::api::{EpochMillis, SessionStatus};
use crate::console::effect::{Call, Effect};
use crate::console::state::State;

/// Requests in flight show their duration, which changes every second.
const TICK_BUSY: i64 = 1_000;
/// Ages are shown in minutes.
const TICK_IDLE: i64 = 60_000;
/// A longer gap between messages means that the machine was suspended, and the stream may have died.
const ASLEEP: i64 = 3 * TICK_IDLE;

/// Sets the time and does what is due.
pub(super) fn advance(state: &mut State, now: EpochMillis) {
    let passed = now.saturating_sub(state.now);
    state.now = now;
    if state
        .requests
        .wake_requested
        .is_some_and(|wake_requested| wake_requested <= now)
    {
        state.requests.wake_requested = None;
    }
    if passed < 0 {
        // The clock was set: intervals are kept.
        shift(state, passed);
    } else if passed > ASLEEP {
        slept(state);
    }
    state.toasts.retain(|toast| toast.until > now);
    let due = |time: Option<EpochMillis>| time.is_some_and(|time| time <= now);
    if due(state.requests.due.rank) {
        state.rebuild_rows(Keep::Pinned);
        card::sync(state);
    }
    if due(state.requests.due.place) {
        place::write(state);
    }
    if due(state.requests.due.people) {
        find::ask(state);
    }
    if due(state.requests.due.sessions) {
        sessions::ask(state);
    }
    if due(state.requests.due.groups) {
        state.requests.due.groups = None;
        groups::refresh(state);
        connection::plan_polls(state);
    }
    if due(state.requests.due.dwell) {
        card::rested(state);
    }
    if due(state.requests.due.ready) {
        state.requests.due.ready = None;
        state.requests.read(Call::Ready);
    }
    if due(state.requests.due.inbox) {
        inbox::due(state);
    }
    if due(state.requests.due.unreadable) {
        gateway::unreadable(state, None, None);
    }
    invite::check_age(state);
    pairing::clock(state);
    counter::clock(state);
}

fn shift(state: &mut State, by: i64) {
    let due = &mut state.requests.due;
    for time in [
        &mut due.dwell,
        &mut due.sessions,
        &mut due.groups,
        &mut due.rank,
        &mut due.people,
        &mut due.place,
        &mut due.ready,
        &mut due.unreadable,
        &mut due.inbox,
        &mut due.link_check,
    ] {
        *time = time.map(|time| time.saturating_add(by));
    }
    for time in [
        &mut state.requests.next_reread,
        &mut state.requests.next_recheck,
    ] {
        *time = time.map(|time| time.saturating_add(by));
    }
    if let Some(offer) = &mut state.undo.offer {
        offer.until = offer.until.saturating_add(by);
    }
    let list = state.link_list.as_mut();
    if let Some(reading) = list.and_then(|list| list.reading.as_mut()) {
        reading.paused = reading.paused.map(|until| until.saturating_add(by));
    }
    counter::shift(state, by);
    state.requests.paste_until = None;
    for toast in &mut state.toasts {
        toast.until = toast.until.saturating_add(by);
    }
    state.requests.wake_requested = None;
}

fn slept(state: &mut State) {
    if let Some(key) = state.card.as_ref().map(|card| card.key.clone()) {
        invite::recheck(state, &key);
    }
    sessions::ask(state);
}

/// Requests a wake for the next due time.
pub(super) fn request_wake(state: &mut State) {
    let due = &state.requests.due;
    let starting = state
        .sessions
        .rows
        .iter()
        .any(|session| session.status == SessionStatus::Starting);
    let busy = starting
        || state.waiting() > 0
        || state.requests.away.is_some()
        || state.batch_is_running()
        || state.link_list.is_some()
        || pairing::counts(state)
        || counter::counts(state);
    let tick = if busy { TICK_BUSY } else { TICK_IDLE };
    let now = state.now;
    let next_tick = now - now.rem_euclid(tick) + tick;
    let effects = [
        due.dwell,
        due.sessions,
        due.groups,
        due.rank,
        due.people,
        due.place,
        due.ready,
        due.unreadable,
        due.inbox,
        state.toasts.iter().map(|toast| toast.until).min(),
        invite::next_check(state),
        pairing::due(state),
        counter::due(state),
        Some(next_tick),
    ];
    let Some(next) = effects.into_iter().flatten().min() else {
        return;
    };
    // Overdue timers were handled just now; a wake in the past would be useless.
    let next = next.max(now + 1);
    // An earlier wake in flight will request the next one, so wakes do not pile up while keys are held.
    if state
        .requests
        .wake_requested
        .is_none_or(|wake_requested| next < wake_requested)
    {
        state.requests.wake_requested = Some(next);
        state.requests.effects.push(Effect::Wake(next));
    }
}
