//! "Reset the invite link".

use super::button::ButtonId;
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};

/// "Reset the invite link of ...?"
#[derive(Debug)]
pub struct ResetDialog {
    pub key: GroupKey,
    /// Its name when the dialog was opened, cleaned.
    pub name: String,
    /// The link that the reset revokes, if known.
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
    Failed(CallFailure),
}
