//! The areas of "Rename the account".

use super::dialog::{Button, Dialog, content_width, dialog};
use super::screen::{Screen, row};
use super::wrap::wrap;
use crate::console::state::{ButtonId, FieldOrButton, RenameDialog, RenamePhase, State};
use ratatui::layout::Rect;

const WIDTH: u16 = 66;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RenameParts {
    pub dialog: Dialog,
    pub field: Rect,
    /// Words below the field, already broken.
    pub text: Vec<String>,
    pub words: Rect,
}

#[must_use]
pub(crate) fn rename_buttons(rename: &RenameDialog) -> Vec<Button> {
    if rename.is_editing() {
        let can_save = rename.is_changed() && rename.fault().is_none();
        vec![
            Button::new(ButtonId::Save, "Save").enabled(can_save),
            Button::new(ButtonId::Cancel, "Cancel"),
        ]
    } else {
        vec![Button::new(ButtonId::Close, "Close")]
    }
}

#[must_use]
pub(crate) fn rename_parts(state: &State, screen: &Screen, rename: &RenameDialog) -> RenameParts {
    let width = content_width(screen, WIDTH);
    let words = match (&rename.phase, rename.fault()) {
        (_, Some(fault)) => format!("✘ {fault}"),
        (RenamePhase::Editing, None) => {
            "Everybody on this gateway sees this name. An empty one takes the name away.".to_owned()
        }
        (RenamePhase::Saving(_), None) => "◌ Saving … Esc leaves; the save goes on.".to_owned(),
        (RenamePhase::Impossible, None) => {
            "✘ This gateway cannot rename accounts. Nothing was changed.".to_owned()
        }
        (RenamePhase::Failed(failure), None) => format!("✘ {}", state.sentence(failure, None)),
    };
    let text = wrap(&words, width, 6);
    let height = u16::try_from(text.len()).unwrap_or(6) + 3;
    let focus = match rename.focus {
        FieldOrButton::Button(button) => Some(button),
        FieldOrButton::Field => None,
    };
    let dialog = dialog(screen, width, height, rename_buttons(rename), focus);
    let content = dialog.content;
    RenameParts {
        field: row(content, 0),
        words: Rect {
            y: content.y.saturating_add(2),
            height: content.height.saturating_sub(2),
            ..content
        },
        text,
        dialog,
    }
}
