//! The areas of "Opening hours".

use super::dialog::{Button, Dialog, content_width, dialog};
use super::screen::{Screen, row};
use super::wrap::wrap;
use crate::console::state::{ButtonId, HoursDialog, HoursFocus, HoursPhase, State};
use ratatui::layout::Rect;

const WIDTH: u16 = 76;
/// Most lines of the words below the fields.
const LINES: usize = 6;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HoursParts {
    pub dialog: Dialog,
    pub zone: Rect,
    pub rules: Rect,
    /// Words below the fields, already broken.
    pub text: Vec<String>,
    pub words: Rect,
}

#[must_use]
pub(crate) fn hours_buttons(hours: &HoursDialog) -> Vec<Button> {
    if !hours.is_editing() {
        return vec![Button::new(ButtonId::Close, "Close")];
    }
    vec![
        Button::new(ButtonId::Save, "Save").enabled(hours.can_save()),
        Button::new(ButtonId::Remove, "Remove").enabled(hours.can_remove()),
        Button::new(ButtonId::Cancel, "Cancel"),
    ]
}

#[must_use]
pub(crate) fn hours_parts(state: &State, screen: &Screen, hours: &HoursDialog) -> HoursParts {
    let width = content_width(screen, WIDTH);
    let words = match (&hours.phase, hours.typed()) {
        (HoursPhase::Reading(_), _) => "◌ Reading …".to_owned(),
        (HoursPhase::Saving(_), _) => "◌ Saving … Esc leaves; the save goes on.".to_owned(),
        (HoursPhase::Impossible, _) => {
            "✘ This gateway has no opening hours. Nothing was changed.".to_owned()
        }
        (HoursPhase::Failed(failure), _) => format!("✘ {}", state.sentence(failure, None)),
        (HoursPhase::Editing, Err(fault)) => format!("✘ {fault}"),
        (HoursPhase::Editing, Ok(_)) => {
            "Outside these hours only admins can post; the gateway opens and closes the group. Several rules: mon-fri 08:00-22:00; sat,sun 10:00-02:00"
                .to_owned()
        }
    };
    let group = state.groups.get(&hours.key).map(|entry| &entry.group);
    let role = group.and_then(|group| group.my_role.as_ref());
    let words = if hours.is_editing() && role.is_some_and(|role| !role.is_admin()) {
        format!(
            "! This account is no admin of the group: until it is one, nothing opens and closes. {words}"
        )
    } else {
        words
    };
    let text = wrap(&words, width, LINES);
    let height = u16::try_from(text.len()).unwrap_or(6) + 4;
    let focus = match hours.focus {
        HoursFocus::Button(button) => Some(button),
        HoursFocus::Zone | HoursFocus::Rules => None,
    };
    let dialog = dialog(screen, width, height, hours_buttons(hours), focus);
    let content = dialog.content;
    HoursParts {
        zone: row(content, 0),
        rules: row(content, 1),
        words: Rect {
            y: content.y.saturating_add(3),
            height: content.height.saturating_sub(3),
            ..content
        },
        text,
        dialog,
    }
}
