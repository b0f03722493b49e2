//! From a group's card to the same group of another account that is an admin there.

use super::{card, groups};
use crate::console::state::State;

/// `c`: selects the other account's row of the group and opens its card.
pub(super) fn go(state: &mut State) {
    card::sync(state);
    let Some(key) = state.better_account().map(|entry| entry.key.clone()) else {
        let text = match state.card {
            Some(_) => "No other connected account is known to be an admin of this group.",
            None => "Select a group first.",
        };
        state.note(text);
        return;
    };
    if groups::go_to(state, &key) {
        card::open(state);
        let name = state.session_name(&key.session);
        state.note(format!("Now through {name}."));
    }
}
