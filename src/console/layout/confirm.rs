//! Questions before actions that cannot be undone: the consequences.

use super::dialog::{Button, WordsParts, content_width, dialog};
use super::screen::Screen;
use super::wrap::wrap;
use crate::api::SessionStatus;
use crate::batch::about;
use crate::console::account::is_linked;
use crate::console::effect::SessionAction;
use crate::console::state::{ButtonId, ConfirmDialog, Leaving, Question, State};
use crate::console::words;
use std::time::Duration;

const DIALOG_WIDTH: u16 = 60;
/// The buttons of every question, from left to right.
pub(crate) const CONFIRM_BUTTONS: [ButtonId; 2] = [ButtonId::Confirm, ButtonId::Cancel];

#[must_use]
pub(crate) fn confirm_parts(state: &State, screen: &Screen, confirm: &ConfirmDialog) -> WordsParts {
    let width = content_width(screen, DIALOG_WIDTH);
    let (title, words, yes) = match &confirm.question {
        Question::Leave { then, losses } => {
            let (title, yes) = match then {
                Leaving::Quit => ("Quit", "Quit anyway"),
                Leaving::Gateway => ("Leave this gateway", "Leave anyway"),
                Leaving::Dialog => ("Leave", "Leave anyway"),
            };
            let lines: Vec<String> = losses.iter().map(|loss| format!("· {loss}")).collect();
            (
                title,
                format!("This would be lost:\n\n{}", lines.join("\n")),
                yes,
            )
        }
        Question::Settle {
            approve,
            people,
            takes,
        } => settling(*approve, *people, *takes),
        Question::Remove { session, label } => {
            let dark = went_dark(state, session, None);
            (
                "Remove",
                format!(
                    "“{label}”\n\n{dark} It is unlinked from its phone, and its stored groups are removed. This cannot be undone."
                ),
                "Remove",
            )
        }
        Question::Act {
            session,
            label,
            action,
        } => {
            let title = match action {
                SessionAction::Logout => "Log out",
                SessionAction::Stop => "Stop",
                SessionAction::Restart => "Restart",
                SessionAction::Start => "Start",
            };
            let consequence = consequence(state, session, *action);
            (title, format!("“{label}”\n\n{consequence}"), title)
        }
    };
    let text = wrap(&words, width, 10);
    let height = u16::try_from(text.len()).unwrap_or(10) + 1;
    let buttons = [
        Button::new(CONFIRM_BUTTONS[0], yes),
        Button::new(CONFIRM_BUTTONS[1], "Cancel"),
    ];
    WordsParts {
        dialog: dialog(screen, width, height, buttons.into(), Some(confirm.focus)),
        title: title.to_owned(),
        text,
        first: 0,
    }
}

fn settling(approve: bool, people: usize, takes: Duration) -> (&'static str, String, &'static str) {
    let people = words::count(people, "person", "people");
    let takes = match takes.as_secs() {
        0 => String::new(),
        _ => format!(", within about {}", about(takes)),
    };
    if approve {
        let words = format!("{people} come into their groups, one after the other{takes}.");
        ("Let in", words, "Let them in")
    } else {
        let words = format!(
            "{people} are rejected, one after the other{takes}. WhatsApp does not tell them why; they can ask again."
        );
        ("Reject", words, "Reject them")
    }
}

/// The consequence of an action on a session for all its users.
fn consequence(state: &State, session: &str, action: SessionAction) -> String {
    let linked = state.sessions.get(session).is_some_and(is_linked);
    let dark = |until| went_dark(state, session, Some(until));
    match action {
        SessionAction::Logout => format!(
            "{} The phone must be linked again before the account can be used.",
            dark("its phone is linked again")
        ),
        SessionAction::Stop if linked => {
            format!("{} It stays linked.", dark("somebody starts it again"))
        }
        SessionAction::Stop => dark("somebody starts it again"),
        SessionAction::Restart => dark("it is connected again"),
        SessionAction::Start => "It connects to WhatsApp.".to_owned(),
    }
}

/// How many groups become unreachable, and until when.
fn went_dark(state: &State, session: &str, until: Option<&str>) -> String {
    let row = state.sessions.get(session);
    let idle = row.is_some_and(|row| {
        !matches!(
            row.status,
            SessionStatus::Working | SessionStatus::Starting | SessionStatus::Other(_)
        )
    });
    if idle {
        return "It is not connected now, so no group goes dark.".to_owned();
    }
    let groups = match row.and_then(|row| state.group_count(row)) {
        Some(count) if count > 0 => words::count(count, "group goes dark", "groups go dark"),
        _ => "Its groups go dark".to_owned(),
    };
    match until {
        Some(until) => format!("{groups}, for everybody on this gateway, until {until}."),
        None => format!("{groups}, for everybody on this gateway."),
    }
}
