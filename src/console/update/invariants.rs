//! The invariants of the state, restored after every message.

use super::{
    batch_progress, batch_resume, card, clock, flood, form, groups, marks, pairing, place, reset,
    sessions, unconfirmed,
};
use crate::console::effect::Effect;
use crate::console::state::State;

/// Restores the invariants and takes the effects of the update.
pub(super) fn take_effects(state: &mut State) -> Vec<Effect> {
    restore(state);
    std::mem::take(&mut state.requests.effects)
}

/// Restores what must hold between panes, card, dialogs and requests.
pub(super) fn restore(state: &mut State) {
    place::sync(state);
    sessions::keep_in_sight(state);
    groups::keep_in_sight(state);
    marks::sync(state);
    form::sync(state);
    card::sync(state);
    flood::sync(state);
    batch_progress::sync(state);
    batch_resume::sync(state);
    unconfirmed::sync(state);
    reset::sync(state);
    pairing::sync(state);
    clock::request_wake(state);
}
