//! What must hold after every message, and the effects that are handed out then.

use super::{card, clock, form, groups, pairing, reset, sessions, unconfirmed};
use crate::console::effect::Effect;
use crate::console::state::State;

/// Brings back what must hold, and takes the effects of the update.
pub(super) fn take_effects(state: &mut State) -> Vec<Effect> {
    restore(state);
    std::mem::take(&mut state.requests.effects)
}

/// Brings back what must always hold.
pub(super) fn restore(state: &mut State) {
    sessions::keep_in_sight(state);
    groups::keep_in_sight(state);
    form::sync(state);
    card::sync(state);
    unconfirmed::sync(state);
    reset::sync(state);
    pairing::sync(state);
    clock::request_wake(state);
}
