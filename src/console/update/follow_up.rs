//! What remains to be done after a dialog has handled a key or a button, because it leads out of the dialog.

use crate::console::keymap::Action;
use crate::console::state::Question;

#[must_use]
pub(super) enum FollowUp {
    Nothing,
    /// An action that means the same in every dialog: help, what has failed, quit.
    Perform(Action),
    /// The key means nothing here, which is reported.
    UnknownKey,
    /// A question was confirmed.
    Confirmed(Question),
}
