//! What lies over the screen: dialogs, help, full-screen code, toasts.

use super::super::effect::{RequestId, SessionAction};
use super::super::failure::Failure;
use super::super::keymap::Key;
use super::GroupKey;
use super::form::EditForm;
use super::pairing::Pairing;
use super::profiles::Switcher;
use super::rename::RenameDialog;
use crate::api::EpochMillis;

/// One layer over the screen.
// There are only ever a few of them, so their size does not matter.
#[allow(clippy::large_enum_variant)]
pub enum Layer {
    Help(HelpOverlay),
    Edit(Box<EditForm>),
    Reset(ResetDialog),
    /// "Add an account".
    Pair(Box<Pairing>),
    Confirm(ConfirmDialog),
    Rename(Box<RenameDialog>),
    Profiles(Switcher),
    /// The QR code of the card's link and the group's name, filling the screen.
    Qr,
    /// What has failed, newest first.
    Failures {
        scroll: usize,
    },
}

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

/// The searchable help.
#[derive(Debug, Default)]
pub struct HelpOverlay {
    pub search: String,
    pub scroll: usize,
}

/// "Reset the invite link of ...?"
#[derive(Debug)]
pub struct ResetDialog {
    pub key: GroupKey,
    /// Its name when the dialog was opened, cleaned.
    pub name: String,
    /// The link that will die, where it was known.
    pub old: Option<String>,
    pub focus: ButtonId,
    pub phase: ResetPhase,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ResetPhase {
    Asking,
    Running(RequestId),
    /// The answer was lost: the link is looked up.
    Checking,
    /// The new link. `differs` is whether it was checked to differ from the old one; `None` when
    /// the old one was not known.
    Done {
        link: String,
        differs: Option<bool>,
    },
    Failed(Failure),
}

/// A question about something that cannot be undone, or that others feel.
#[derive(Debug)]
pub struct ConfirmDialog {
    pub question: Question,
    pub focus: ButtonId,
    /// The key that opened it, until another one is pressed: held down, it must not answer.
    pub held: Option<Key>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// Stop, restart or log out a session; with its label or number.
    Act {
        session: String,
        label: String,
        action: SessionAction,
    },
    /// Leave although this would be lost.
    Leave { then: Leaving, losses: Vec<String> },
    /// Remove a session and all that is stored of it.
    Remove { session: String, label: String },
}

/// Where one goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    Quit,
    /// To another gateway.
    Gateway,
}

/// A short message in the corner.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    pub kind: ToastKind,
    pub text: String,
    pub until: EpochMillis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToastKind {
    Good,
    Note,
    Bad,
}
