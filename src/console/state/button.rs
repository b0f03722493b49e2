//! The buttons of dialogs.

/// The buttons of every overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ButtonId {
    /// The safe answer; focused first if something cannot be undone.
    Cancel,
    /// Do it.
    Confirm,
    /// Save the form's changes, or the remaining ones.
    Save,
    Close,
    /// Remove what is set.
    Remove,
    /// Copy the link, the failure's text, or the line that answers a passkey request.
    Copy,
    /// Copy the passkey request alone.
    CopyRequest,
    /// Open the form.
    Edit,
    KeepEditing,
    Discard,
    /// Continue linking a phone.
    Next,
    /// The other way to link a phone.
    Swap,
    /// Leave it unlinked for now.
    Keep,
    /// Lock the screen for a visitor.
    Lock,
    /// Check a gateway and go there.
    Connect,
    /// Start the session.
    Start,
    /// Type or paste people to add.
    AddPeople,
    RemovePeople,
    /// Reset the invite link.
    Reset,
    /// Let admins approve who joins.
    Approval,
    Promote,
    Demote,
    /// Mark all rows that are shown, or take all marks away.
    MarkAll,
}
