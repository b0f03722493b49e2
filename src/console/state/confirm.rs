//! Questions before actions that cannot be undone or affect other users.

use super::button::ButtonId;
use crate::console::effect::SessionAction;
use crate::console::keymap::Key;
use std::time::Duration;

/// A question before an action that cannot be undone or affects other users.
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
    /// Let people in who ask to join, or reject their requests.
    Settle {
        approve: bool,
        people: usize,
        /// How long it takes at least.
        takes: Duration,
    },
    /// Remove a session and all that is stored of it.
    Remove { session: String, label: String },
}

/// Where leaving leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    Quit,
    /// To another gateway.
    Gateway,
    /// Out of the dialog below.
    Dialog,
}
