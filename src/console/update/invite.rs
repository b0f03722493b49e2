//! The invite link of the card: reading, showing and hiding it.

use super::copy::copy_filled;
use crate::api::{EpochMillis, link_code};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::layout::link_in_sight;
use crate::console::state::{Card, Connection, Invite, LinkHidden, State};

/// Milliseconds after which a shown link is checked without realtime.
const TRUSTED_FOR: i64 = 30_000;
/// The same with a healthy stream, which may be open without delivering events.
const TRUSTED_LIVE: i64 = 300_000;
/// Longest time, in milliseconds, for which rate limited checks are put off.
const PUT_OFF_MAX: i64 = 300_000;
/// Milliseconds that a check may take before the link is hidden.
const CHECK_PATIENCE: i64 = 10_000;

/// Hides the link while it may be dead, and marks it as requestable once the reason is gone.
pub(super) fn sync(state: &mut State) {
    let Some(key) = state.card.as_ref().map(|card| card.key.clone()) else {
        return;
    };
    let link_obstacle = state.link_obstacle(&key);
    let Some(card) = &mut state.card else {
        return;
    };
    match link_obstacle {
        Some(hidden) => {
            if card.invite != Invite::Hidden(hidden.clone()) {
                card.invite = Invite::Hidden(hidden);
                card.copy_when_shown = None;
                drop_request(state, &key);
                state
                    .requests
                    .expected_echo
                    .take_if(|(group, _)| *group == key);
            }
        }
        None => {
            if matches!(
                card.invite,
                Invite::Hidden(
                    LinkHidden::SessionLeft(_)
                        | LinkHidden::NotAdmin
                        | LinkHidden::NotInGroup
                        | LinkHidden::GatewayAway
                )
            ) {
                card.invite = Invite::NotAsked;
            }
        }
    }
}

fn drop_request(state: &mut State, key: &GroupKey) {
    state
        .requests
        .cancel(|call| matches!(call, Call::Invite(group) if group == key));
}

/// Reads the card's link now, unless it is shown.
pub(super) fn ask_unless_shown(state: &mut State) {
    let card = state.card.as_ref();
    if card.is_some_and(|card| card.link().is_none()) {
        ask(state);
    }
}

/// Reads the card's link now. A shown one stays during the check.
pub(super) fn ask(state: &mut State) {
    let Some(key) = state.card.as_ref().map(|card| card.key.clone()) else {
        return;
    };
    if state.link_obstacle(&key).is_some() {
        return;
    }
    let id = match state.requests.running_reset(&key) {
        Some(id) => id,
        None => state.requests.read(Call::Invite(key)),
    };
    state.requests.due.dwell = None;
    if let Some(card) = &mut state.card {
        card.left = false;
        if !matches!(card.invite, Invite::Shown { .. }) {
            card.invite = Invite::Waiting(id);
        }
    }
}

/// Checks whether the shown link of a group is still valid.
pub(super) fn check(state: &mut State, key: &GroupKey) {
    if card_of(state, key).is_some_and(|card| card.link().is_some()) {
        ask(state);
    }
}

/// Reads a group's link even when its card is not open.
pub(super) fn look_up(state: &mut State, key: &GroupKey) {
    let call = Call::Invite(key.clone());
    if state.requests.is_running(&call) {
        return;
    }
    if card_of(state, key).is_some() {
        ask(state);
    } else {
        state.requests.read(call);
    }
}

/// Shows a link that was just read, if nothing contradicts it.
pub(super) fn show(state: &mut State, key: &GroupKey, link: &str) {
    if state.link_obstacle(key).is_some() {
        return;
    }
    let now = state.now;
    if let Some(list) = &mut state.link_list {
        list.correct(key, link);
    }
    state.requests.due.link_check = None;
    if let Some(code) = link_code(link) {
        state.groups.links.live(key, code, now);
    }
    let Some(card) = card_of(state, key) else {
        return;
    };
    card.invite = Invite::Shown {
        link: link.to_owned(),
        fetched_at: now,
    };
    if let Some(text) = card.copy_when_shown.take() {
        copy_filled(state, key, link, text);
    }
}

/// The link could not be read.
pub(super) fn refused(state: &mut State, key: &GroupKey, failure: &CallFailure) {
    // Then `unconfirmed` reports the failure as the outcome of a reset.
    let reported = state.requests.unconfirmed.needs(&Call::Invite(key.clone()));
    let vouched = state.connection == Connection::Live;
    let (now, trusted) = (state.now, trusted_for(state));
    let stale_role = matches!(
        failure.kind,
        FailureKind::NotAdmin | FailureKind::NotInGroup
    );
    let Some(card) = card_of(state, key) else {
        return;
    };
    let wished = card.copy_when_shown.take().is_some();
    let limited = matches!(failure.kind, FailureKind::RateLimited { .. });
    let was_shown = matches!(card.invite, Invite::Shown { .. });
    let age = match card.invite {
        Invite::Shown { fetched_at, .. } => Some(now - fetched_at),
        _ => None,
    };
    let keeps = vouched && limited && age.is_some_and(|age| age < trusted + PUT_OFF_MAX);
    // A postponed check was not requested by the user, so its failure is not reported.
    let is_check = keeps && age.is_some_and(|age| age >= trusted);
    if keeps {
        let asked = failure.retry_after.unwrap_or_default();
        let wait =
            i64::try_from(asked).map_or(PUT_OFF_MAX, |seconds| seconds.saturating_mul(1_000));
        state.requests.due.link_check = Some(now + wait.clamp(TRUSTED_FOR, PUT_OFF_MAX));
    } else {
        card.invite = Invite::Hidden(LinkHidden::Failed(failure.clone()));
    }
    if stale_role {
        state.requests.read_again(Call::Group(key.clone()));
    }
    // Otherwise the card itself shows the reason.
    if !reported && !is_check && (wished || was_shown || !link_in_sight(state)) {
        state.tell("No link", failure, Some(key));
    }
}

fn card_of<'a>(state: &'a mut State, key: &GroupKey) -> Option<&'a mut Card> {
    state.card.as_mut().filter(|card| card.key == *key)
}

/// The link was reset: a link that is shown or being read is dead. `new` is the new one, if the event has it.
pub(super) fn reset_elsewhere(
    state: &mut State,
    key: &GroupKey,
    at: EpochMillis,
    by: Option<String>,
    new: Option<String>,
) {
    drop_request(state, key);
    if let Some(list) = &mut state.link_list {
        list.read_again(key);
    }
    if state.requests.is_being_reset(key) {
        state.requests.reset_events.insert(key.clone(), new);
        return;
    }
    state.groups.links.dead(key, at);
    if let Some(card) = card_of(state, key) {
        card.reset_seen = Some((at, by));
        card.invite = Invite::Hidden(LinkHidden::Reset);
        state.requests.due.dwell = None;
    }
}

/// The link may be dead: it is hidden until it was read again.
pub(super) fn recheck(state: &mut State, key: &GroupKey) {
    let reset = state.requests.is_being_reset(key);
    drop_request(state, key);
    if let Some(list) = &mut state.link_list {
        list.read_again(key);
    }
    match card_of(state, key) {
        Some(card) if !reset && !matches!(card.invite, Invite::Hidden(_)) => {
            card.invite = Invite::NotAsked;
        }
        _ => {}
    }
}

/// Milliseconds after which a shown link is checked.
fn trusted_for(state: &State) -> i64 {
    match state.connection {
        Connection::Live => TRUSTED_LIVE,
        _ => TRUSTED_FOR,
    }
}

/// When the shown link is to be checked.
fn due_at(state: &State) -> Option<EpochMillis> {
    let Invite::Shown { fetched_at, .. } = state.card.as_ref()?.invite else {
        return None;
    };
    let due = fetched_at + trusted_for(state);
    // After a refused check only a healthy stream confirms the link.
    let put_off = state.requests.due.link_check;
    let put_off = put_off.filter(|_| state.connection == Connection::Live);
    Some(due.max(put_off.unwrap_or(due)))
}

/// Reads a visible link again when it is due, even while the stream is healthy, and drops one that is not
/// visible. Call whenever the time has advanced.
pub(super) fn check_age(state: &mut State) {
    let due = due_at(state);
    let in_sight = link_in_sight(state);
    let now = state.now;
    let Some(card) = &mut state.card else {
        return;
    };
    let Invite::Shown { fetched_at, .. } = card.invite else {
        return;
    };
    // After the clock was set back the age is unknown.
    let was_set_back = now < fetched_at;
    if !was_set_back && due.is_some_and(|due| now < due) {
        return;
    }
    if !in_sight {
        card.invite = Invite::NotAsked;
        return;
    }
    if due.is_some_and(|due| now >= due + CHECK_PATIENCE) {
        card.invite = Invite::NotAsked;
    }
    ask(state);
}

/// When [`check_age`] has something to do.
pub(super) fn next_check(state: &State) -> Option<EpochMillis> {
    let due = due_at(state)?;
    Some(if due > state.now {
        due
    } else {
        due + CHECK_PATIENCE
    })
}
