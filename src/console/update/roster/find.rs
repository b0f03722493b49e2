//! The dialog among the layers.

use crate::console::state::{Layer, RosterDialog, State};

pub(super) fn dialog(state: &mut State) -> Option<&mut RosterDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Roster(dialog) => Some(dialog.as_mut()),
        _ => None,
    })
}
