//! The buttons of dialogs.

/// The buttons of every overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ButtonId {
    /// The careful way out; focused first where something cannot be undone.
    Cancel,
    /// Do it.
    Confirm,
    /// Save the form's changes, or what is left of them.
    Save,
    Close,
    /// Copy the link, or the failure's text.
    Copy,
    KeepEditing,
    Discard,
    /// On with linking a phone.
    Next,
    /// The other way to link a phone.
    Swap,
    /// Leave it unlinked for now.
    Keep,
    /// Start the session.
    Start,
}
