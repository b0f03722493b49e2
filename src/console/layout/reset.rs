//! "Reset the invite link": its texts, buttons, and the new link's code.

use super::dialog::{
    Button, Dialog, content_height, content_width, dialog, width as buttons_width,
};
use super::screen::Screen;
use super::wrap::wrap;
use crate::console::qr;
use crate::console::state::{ButtonId, ResetDialog, ResetPhase, State};
use crate::console::words;
use crate::names::fit;
use crate::text;
use ratatui::layout::{Rect, Size};

const DIALOG_WIDTH: u16 = 60;
/// Columns of the words beside the new link's code.
const DONE_WORDS: u16 = 34;

/// The reset dialog's areas.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ResetParts {
    pub dialog: Dialog,
    /// Lines of words, already broken.
    pub text: Vec<String>,
    pub words: Rect,
    /// The new link's code; empty if it does not fit.
    pub code: Rect,
    pub link: Rect,
}

#[must_use]
pub(crate) fn reset_parts(state: &State, screen: &Screen, reset: &ResetDialog) -> ResetParts {
    let ResetPhase::Done { link, differs } = &reset.phase else {
        let width = content_width(screen, DIALOG_WIDTH);
        let text = reset_text(state, reset, width);
        let height = u16::try_from(text.len())
            .unwrap_or(u16::MAX)
            .saturating_add(1);
        let dialog = dialog(
            screen,
            width,
            height,
            reset_buttons(&reset.phase),
            Some(reset.focus),
        );
        return ResetParts {
            words: dialog.content,
            code: Rect::ZERO,
            link: Rect::ZERO,
            dialog,
            text,
        };
    };
    let verdict = match differs {
        Some(true) => "✔ It differs from the old link.",
        Some(false) => "✘ It is the same as the old link. Reset it once more.",
        None => "The old link was not known, so the two could not be compared.",
    };
    let message = format!(
        "✔ The link was reset.\n{verdict}\n\nThe old link no longer works. Share this one from now on."
    );
    let link_width = u16::try_from(text::width(link)).unwrap_or(u16::MAX);
    let widest = content_width(screen, u16::MAX);
    let link_height = link_width.div_ceil(widest.max(1)).clamp(1, 3);
    let buttons = reset_buttons(&reset.phase);
    let buttons_width = buttons_width(&buttons);
    // The code is beside the text if it fits, else not shown: `Q` shows it on the full screen. If one line is
    // missing, the link moves into that of the buttons.
    let least = state.options.theme.least_blocks();
    let code_in = |height: u16| {
        let room = Size::new(widest.saturating_sub(DONE_WORDS + 2), height);
        qr::fitting_size(link, room, least)
    };
    let room = content_height(screen);
    let with_buttons = link_width.saturating_add(2).saturating_add(buttons_width);
    let in_foot = with_buttons <= widest;
    let (code, own_line) = match code_in(room.saturating_sub(link_height)) {
        Some(code) => (Some(code), true),
        None if in_foot => (code_in(room), false),
        None => (None, true),
    };
    let own_line = own_line || code.is_none();
    let words_width = if code.is_some() {
        DONE_WORDS
    } else {
        widest.min(DIALOG_WIDTH)
    };
    let text = wrap(&message, words_width, 9);
    let words_height = u16::try_from(text.len()).unwrap_or(9);
    let gap = u16::from(code.is_none());
    let link_rows = if own_line { link_height } else { 0 };
    let code = code.unwrap_or(Size::ZERO);
    let height = code.height.max(words_height + gap) + link_rows + gap;
    let beside = if code == Size::ZERO {
        0
    } else {
        code.width + 2
    };
    let foot_width = if own_line { 0 } else { with_buttons };
    let width = (words_width + beside)
        .max(link_width)
        .max(foot_width)
        .min(widest);
    let dialog = dialog(screen, width, height, buttons, Some(reset.focus));
    let content = dialog.content;
    ResetParts {
        words: Rect {
            width: words_width.min(content.width),
            ..content
        },
        code: Rect {
            x: content.right().saturating_sub(code.width),
            y: content.y,
            width: code.width,
            height: code.height,
        },
        link: Rect {
            y: content.bottom().saturating_sub(link_rows + gap),
            width: link_width.min(content.width),
            height: link_height,
            ..content
        },
        text,
        dialog,
    }
}

fn reset_text(state: &State, reset: &ResetDialog, width: u16) -> Vec<String> {
    let words = match &reset.phase {
        ResetPhase::Running(_) => "◌ Resetting the link …\n\nEsc leaves; the reset goes on.".to_owned(),
        ResetPhase::Checking => {
            "◌ The outcome is open. Looking up what the link is now …\n\nEsc leaves; the outcome is told.".to_owned()
        }
        ResetPhase::Failed(failure) if failure.unconfirmed => {
            format!("✘ The outcome is open.\n\n{}", state.sentence(failure, Some(&reset.key)))
        }
        ResetPhase::Failed(failure) => format!(
            "✘ The link was not reset.\n\n{}",
            state.sentence(failure, Some(&reset.key))
        ),
        ResetPhase::Asking | ResetPhase::Done { .. } => {
            let left = left(state, &reset.key.session).map_or_else(String::new, |left| format!("\n{left}"));
            format!("The old link stops working at once. Whoever has it can no longer join.\n\nThis cannot be undone.{left}")
        }
    };
    let account = fit(&state.session_name(&reset.key.session), 30).shown;
    let name = fit(&reset.name, usize::from(width).saturating_sub(2) * 2).shown;
    wrap(
        &format!("“{name}”\nthrough {account}\n\n{words}"),
        width,
        13,
    )
}

/// How many resets the session has left, once half of them are used.
fn left(state: &State, session: &str) -> Option<String> {
    let budget = state.sessions.get(session)?.budget.as_ref()?;
    let scarce = budget
        .reset
        .iter()
        .filter(|window| window.left <= window.limit / 2);
    let window = scarce.min_by_key(|window| window.left)?;
    let span = match window.window_seconds {
        3600 => "this hour".to_owned(),
        86_400 => "today".to_owned(),
        seconds => format!("in {seconds} s"),
    };
    let next = match window.resets_at {
        Some(at) if window.left == 0 => {
            format!(", the next at {}", words::clock(at, &state.options.zone))
        }
        _ => String::new(),
    };
    Some(format!(
        "{} of {} resets left {span}{next}.",
        window.left, window.limit
    ))
}

/// The buttons of a phase, from left to right.
#[must_use]
pub(crate) fn reset_buttons(phase: &ResetPhase) -> Vec<Button> {
    match phase {
        ResetPhase::Asking => vec![
            Button::new(ButtonId::Confirm, "Reset link"),
            Button::new(ButtonId::Cancel, "Cancel"),
        ],
        ResetPhase::Running(_) | ResetPhase::Checking => Vec::new(),
        ResetPhase::Done { .. } => vec![
            Button::new(ButtonId::Copy, "Copy link"),
            Button::new(ButtonId::Close, "Close"),
        ],
        ResetPhase::Failed(_) => vec![
            Button::new(ButtonId::Confirm, "Try again"),
            Button::new(ButtonId::Close, "Close"),
        ],
    }
}
