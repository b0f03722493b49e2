//! From a group's card to the same group of another account that is an admin there.

use super::rows::Keep;
use super::{card, groups, sessions};
use crate::console::ids::GroupKey;
use crate::console::state::{SessionScope, State};

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
    groups::end_filter(state);
    if state.sessions.scope() != SessionScope::AllSessions {
        let rows = &state.sessions.rows;
        let row = rows.iter().position(|row| row.id == key.session);
        sessions::select(state, row.map_or(0, |at| at + 1));
    }
    if row_of(state, &key).is_none() {
        // The filter may have matched the former account's number.
        state.groups.filter.clear();
        state.rebuild_rows(Keep::Selected);
    }
    if let Some(row) = row_of(state, &key) {
        state.groups.cursor = row;
        card::open(state);
        let name = state.session_name(&key.session);
        state.note(format!("Now through {name}."));
    }
}

/// The row of a group, if it is shown.
fn row_of(state: &State, key: &GroupKey) -> Option<usize> {
    let position = state.groups.positions.get(key)?;
    state.groups.rows.iter().position(|row| row == position)
}
