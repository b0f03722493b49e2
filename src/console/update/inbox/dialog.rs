//! The open inbox.

use crate::console::state::{InboxDialog, Layer, State};

/// The inbox, also below other layers.
pub(super) fn dialog(state: &mut State) -> Option<&mut InboxDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Inbox(dialog) => Some(dialog.as_mut()),
        _ => None,
    })
}
