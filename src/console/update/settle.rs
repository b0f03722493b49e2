//! What must hold after every message, and the effects that are handed out then.

use super::{card, clock, form, groups, pairing, reset, sessions, unconfirmed};
use crate::console::effect::Effect;
use crate::console::state::State;

/// Brings back what must hold, and takes the effects of the update.
pub(super) fn settle(state: &mut State) -> Vec<Effect> {
    hold(state);
    std::mem::take(&mut state.runs.wishes)
}

/// Brings back what must always hold.
pub(super) fn hold(state: &mut State) {
    sessions::keep_in_sight(state);
    groups::keep_in_sight(state);
    form::settle(state);
    card::settle(state);
    unconfirmed::settle(state);
    reset::settle(state);
    pairing::settle(state);
    clock::wish(state);
}
