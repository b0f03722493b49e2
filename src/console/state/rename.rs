//! "Rename the account".

use super::form::text_area;
use super::pairing::{FieldOrButton, NAME_MAX};
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use ratatui_textarea::TextArea;

/// The dialog. Typed text stays until it is saved or the dialog left.
pub struct RenameDialog {
    pub session: String,
    /// The name when it was opened, cleaned; empty for none.
    pub before: String,
    pub name: TextArea<'static>,
    pub focus: FieldOrButton,
    pub phase: RenamePhase,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RenamePhase {
    Editing,
    Saving(RequestId),
    /// The gateway has no such call.
    Impossible,
    Failed(CallFailure),
}

impl RenameDialog {
    #[must_use]
    pub(crate) fn new(session: String, before: String) -> Self {
        Self {
            session,
            name: text_area(&before),
            before,
            focus: FieldOrButton::Field,
            phase: RenamePhase::Editing,
        }
    }

    /// The name as it would be sent.
    #[must_use]
    pub(crate) fn typed(&self) -> String {
        self.name.lines().join(" ").trim().to_owned()
    }

    #[must_use]
    pub(crate) fn is_changed(&self) -> bool {
        self.typed() != self.before
    }

    /// Whether the name can be typed now.
    #[must_use]
    pub(crate) fn is_editing(&self) -> bool {
        matches!(self.phase, RenamePhase::Editing | RenamePhase::Failed(_))
    }

    /// The fault of the typed text.
    #[must_use]
    pub(crate) fn fault(&self) -> Option<String> {
        let used = self.typed().chars().count();
        (used > NAME_MAX).then(|| {
            let used = crate::console::words::thousands(used);
            format!("{used} of {NAME_MAX} characters: shorten it before saving.")
        })
    }

    /// Whether keys go into the name.
    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        self.is_editing() && self.focus.is_field()
    }
}
