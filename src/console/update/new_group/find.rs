//! The dialog among the layers.

use crate::console::state::{Layer, NewGroupDialog, State};

pub(super) fn dialog(state: &mut State) -> Option<&mut NewGroupDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::NewGroup(dialog) => Some(dialog.as_mut()),
        _ => None,
    })
}
