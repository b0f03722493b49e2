//! "Leave the group": the consequences.

use super::dialog::{Button, WordsParts, content_width, dialog};
use super::screen::Screen;
use super::wrap::wrap;
use crate::console::state::{ButtonId, LeaveGroupDialog, LeavePhase, State};

const WIDTH: u16 = 66;
const LINES: usize = 10;

#[must_use]
pub(crate) fn leave_group_buttons(leave: &LeaveGroupDialog) -> Vec<Button> {
    match leave.phase {
        LeavePhase::Asking => {
            let mut buttons = vec![Button::new(ButtonId::Confirm, "Leave")];
            if leave.only_admin == Some(true) {
                buttons.push(Button::new(ButtonId::Promote, "Choose an admin first…"));
            }
            buttons.push(Button::new(ButtonId::Cancel, "Cancel"));
            buttons
        }
        LeavePhase::Running(_) | LeavePhase::Checking(_) | LeavePhase::Failed(_) => {
            vec![Button::new(ButtonId::Close, "Close")]
        }
    }
}

#[must_use]
pub(crate) fn leave_group_parts(
    state: &State,
    screen: &Screen,
    leave: &LeaveGroupDialog,
) -> WordsParts {
    let width = content_width(screen, WIDTH);
    let account = state.session_name(&leave.key.session);
    let words = match &leave.phase {
        LeavePhase::Asking => {
            let admin = match leave.only_admin {
                Some(true) => {
                    "\n\nThis account is the only admin: make another member admin first, otherwise it is not known who manages the group afterwards."
                }
                Some(false) => "",
                None => "\n\nWhether there is another admin is not known yet.",
            };
            format!(
                "“{}”\n\n{account} leaves the group at once, and the group sees it. Only an admin or the invite link brings it back.{admin}",
                leave.name
            )
        }
        LeavePhase::Running(_) => format!("“{}”\n\n◌ Leaving …", leave.name),
        LeavePhase::Checking(_) => {
            format!(
                "“{}”\n\n◌ The answer was lost. Reading the group …",
                leave.name
            )
        }
        LeavePhase::Failed(words) => format!("“{}”\n\n✘ {words}", leave.name),
    };
    let text = wrap(&words, width, LINES);
    let height = u16::try_from(text.len()).unwrap_or(10) + 1;
    let focus = match leave.phase {
        LeavePhase::Asking => leave.focus,
        _ => ButtonId::Close,
    };
    WordsParts {
        dialog: dialog(
            screen,
            width,
            height,
            leave_group_buttons(leave),
            Some(focus),
        ),
        title: "Leave the group".to_owned(),
        text,
        first: 0,
    }
}
