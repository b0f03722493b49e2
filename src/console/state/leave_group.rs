//! "Leave the group".

use super::button::ButtonId;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Key;

/// The dialog.
pub struct LeaveGroupDialog {
    pub key: GroupKey,
    /// The group's name when it was opened, cleaned.
    pub name: String,
    /// Whether the account is the only admin among several members; `None` while that is not known.
    pub only_admin: Option<bool>,
    pub focus: ButtonId,
    pub phase: LeavePhase,
    /// The key that opened it, until another one is pressed: held down, it must not answer.
    pub held: Option<Key>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum LeavePhase {
    Asking,
    Running(RequestId),
    /// The answer was lost: the group, read by a later request than this one, shows the outcome.
    Checking(u64),
    /// A sentence.
    Failed(String),
}
