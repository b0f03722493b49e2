//! The smaller dialogs, the help and the full-screen code.

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::panes::{Screen, row};
use super::wrap::wrap;
use crate::api::SessionStatus;
use crate::console::effect::SessionAction;
use crate::console::qr::{self, Blocks, Code, Fit};
use crate::console::state::{
    ButtonId, ConfirmDialog, Invite, Leaving, Question, ResetDialog, ResetPhase, State, is_linked,
};
use crate::console::words;
use crate::names::fit;
use crate::text;
use ratatui::layout::{Rect, Size};

const DIALOG_WIDTH: u16 = 60;
const FAILURE_WIDTH: u16 = 76;
/// Columns of the words beside the new link's code.
const DONE_WORDS: u16 = 34;

/// The reset dialog where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ResetParts {
    pub dialog: Dialog,
    /// Lines of words, already broken.
    pub text: Vec<String>,
    pub words: Rect,
    /// The new link's code; empty where it has no room.
    pub code: Rect,
    pub link: Rect,
}

#[must_use]
pub fn reset_parts(state: &State, screen: &Screen, reset: &ResetDialog) -> ResetParts {
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
    let told = format!(
        "✔ The link was reset.\n{verdict}\n\nThe old link no longer works. Share this one from now on."
    );
    let link_width = u16::try_from(text::width(link)).unwrap_or(u16::MAX);
    let widest = content_width(screen, u16::MAX);
    let link_height = link_width.div_ceil(widest.max(1)).clamp(1, 3);
    let buttons = reset_buttons(&reset.phase);
    let buttons_width = super::dialog::width(&buttons);
    // The code stands beside the words where it fits so, else nowhere: `Q` shows it in full. Where
    // one line is missing, the link moves into that of the buttons.
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
    let text = wrap(&told, words_width, 9);
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
        ResetPhase::Failed(failure) if failure.unclear => {
            format!("✘ The outcome is open.\n\n{}", state.sentence(failure, Some(&reset.key)))
        }
        ResetPhase::Failed(failure) => format!(
            "✘ The link was not reset.\n\n{}",
            state.sentence(failure, Some(&reset.key))
        ),
        ResetPhase::Asking | ResetPhase::Done { .. } => {
            "The old link stops working at once. Whoever has it can no longer join.\n\nThis cannot be undone."
                .to_owned()
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

fn reset_buttons(phase: &ResetPhase) -> Vec<Button> {
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

/// A dialog of words and buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsParts {
    pub dialog: Dialog,
    pub title: String,
    /// All lines; those from `first` on are seen.
    pub text: Vec<String>,
    pub first: usize,
}

#[must_use]
pub fn confirm_parts(state: &State, screen: &Screen, confirm: &ConfirmDialog) -> WordsParts {
    let width = content_width(screen, DIALOG_WIDTH);
    let (title, words, yes) = match &confirm.question {
        Question::Leave { then, losses } => {
            let (title, yes) = match then {
                Leaving::Quit => ("Quit", "Quit anyway"),
                Leaving::Gateway => ("Leave this gateway", "Leave anyway"),
            };
            let lines: Vec<String> = losses.iter().map(|loss| format!("· {loss}")).collect();
            (
                title,
                format!("This would be lost:\n\n{}", lines.join("\n")),
                yes,
            )
        }
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
    let buttons = vec![
        Button::new(ButtonId::Confirm, yes),
        Button::new(ButtonId::Cancel, "Cancel"),
    ];
    WordsParts {
        dialog: dialog(screen, width, height, buttons, Some(confirm.focus)),
        title: title.to_owned(),
        text,
        first: 0,
    }
}

/// What an action on a session does to everybody who uses it.
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

/// How many groups nobody can reach any more, and until when.
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

/// The list of what has failed.
#[must_use]
pub fn failure_parts(state: &State, screen: &Screen, scroll: usize) -> WordsParts {
    let width = content_width(screen, FAILURE_WIDTH);
    let text = wrap(&state.failures_in_full(), width, usize::MAX - 1);
    let height = u16::try_from(text.len() + 1)
        .unwrap_or(u16::MAX)
        .min(content_height(screen));
    let buttons = vec![
        Button::new(ButtonId::Copy, "Copy"),
        Button::new(ButtonId::Close, "Close"),
    ];
    let dialog = dialog(screen, width, height, buttons, Some(ButtonId::Close));
    let seen = usize::from(dialog.content.height.saturating_sub(1));
    WordsParts {
        first: scroll.min(text.len().saturating_sub(seen)),
        title: match state.failures.len() {
            1 => "What has failed".to_owned(),
            count => format!("What has failed · {count}, newest first"),
        },
        text,
        dialog,
    }
}

/// The full-screen code where it stands.
pub struct QrParts {
    /// Everything but the footer.
    pub area: Rect,
    pub name: Rect,
    pub code: Rect,
    pub link: Rect,
    pub drawing: QrDrawing,
}

/// What is drawn in the middle.
pub enum QrDrawing {
    Code {
        code: Code,
        blocks: Blocks,
        /// Whole blocks were wished for, but have no room: this many columns and rows are missing.
        whole_missing: Option<(u16, u16)>,
    },
    /// No code fits: this many columns and rows are missing.
    Missing {
        columns: u16,
        rows: u16,
    },
    TooLong,
    /// There is no link that could be shown.
    Blank,
}

#[must_use]
pub fn qr_parts(state: &State) -> QrParts {
    let (columns, rows) = state.size;
    let area = Rect::new(0, 0, columns, rows.saturating_sub(1));
    let link = match state.card.as_ref().map(|card| &card.invite) {
        Some(Invite::Shown { link, .. }) => Some(link.as_str()),
        _ => None,
    };
    let link_width = u16::try_from(link.map_or(0, text::width)).unwrap_or(u16::MAX);
    let link_height = link_width.div_ceil(columns.max(1)).clamp(1, 3);
    let room = Size::new(columns, area.height.saturating_sub(1 + link_height));
    let drawing = match link {
        None => QrDrawing::Blank,
        Some(link) => qr_drawing(
            link,
            room,
            state.whole_blocks,
            state.options.theme.least_blocks(),
        ),
    };
    let size = match &drawing {
        QrDrawing::Code { code, blocks, .. } => qr::size(code, *blocks),
        _ => Size::new(room.width, room.height.min(7)),
    };
    // Air around name and link where there is any.
    let spare = room.height.saturating_sub(size.height);
    let gap = spare.min(2) / 2;
    let top = (spare - gap * 2) / 2;
    let name = row(area, top);
    let code = Rect {
        x: area.x + (columns.saturating_sub(size.width)) / 2,
        y: name.y + 1 + gap,
        width: size.width,
        height: size.height,
    };
    QrParts {
        area,
        name,
        link: Rect {
            y: code.bottom() + gap,
            height: link_height,
            ..area
        },
        code,
        drawing,
    }
}

/// Whole blocks make the larger code, so they are taken wherever there is room, not only on wish.
fn qr_drawing(link: &str, room: Size, whole_wished: bool, least: Blocks) -> QrDrawing {
    let whole_missing = match qr::fit(link, room, Blocks::Full) {
        Fit::Fits(code) => {
            return QrDrawing::Code {
                code,
                blocks: Blocks::Full,
                whole_missing: None,
            };
        }
        Fit::Missing { columns, rows } => Some((columns, rows)),
        Fit::TooLong => return QrDrawing::TooLong,
    };
    match qr::fit(link, room, least) {
        Fit::Fits(code) => QrDrawing::Code {
            code,
            blocks: least,
            whole_missing: whole_missing.filter(|_| whole_wished),
        },
        Fit::Missing { columns, rows } => QrDrawing::Missing { columns, rows },
        Fit::TooLong => QrDrawing::TooLong,
    }
}
