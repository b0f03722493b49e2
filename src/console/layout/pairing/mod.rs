//! "Add an account" where it stands: what each step says, its field, code and buttons.

mod told;

use self::told::{beside_code, held_up, next_code, title, told};
use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::panes::{Screen, screen};
use super::wrap::wrap;
use crate::console::qr::{self, Blocks, Level};
use crate::console::state::{
    ButtonId, PairField, PairFocus, PairStep, Pairing, State, Trouble, Way,
};
use ratatui::layout::{Rect, Size};
use std::borrow::Cow;

const WIDTH: u16 = 66;
/// Columns of the words beside a code.
const BESIDE: u16 = 28;
/// Lines of the words above a code.
const ABOVE: u16 = 2;
/// Characters of a pairing QR code's text: what room to expect before the first one is there.
const USUAL_LENGTH: usize = 245;
/// Cells of the eight characters with one column per dot.
const LETTERS: Size = Size::new(51, 5);

/// The overlay where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct PairParts {
    pub dialog: Dialog,
    pub title: String,
    /// Words above the field or the letters, or beside the code. Already broken.
    pub head: Vec<String>,
    pub head_area: Rect,
    /// The text field with its label: one line.
    pub field: Option<(PairField, Rect)>,
    pub code: Option<CodeSpot>,
    /// The eight characters, and how many columns each of their dots takes.
    pub letters: Option<(Rect, u16)>,
    pub foot: Vec<String>,
    pub foot_area: Rect,
}

/// Where the QR code is drawn, in the middle of the area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeSpot {
    pub area: Rect,
    pub blocks: Blocks,
}

/// How a QR code fits.
enum Place {
    Fits {
        room: Size,
        blocks: Blocks,
        /// Whether the words stand beside the code; above it otherwise.
        beside: bool,
    },
    Missing {
        columns: u16,
        rows: u16,
    },
    TooLong,
}

/// The largest drawing that fits. Only measured: encoding a code takes a hundred times longer.
fn place(screen: &Screen, text: &str, least_blocks: Blocks) -> Place {
    let width = content_width(screen, u16::MAX);
    let height = content_height(screen);
    let rooms = [
        (Size::new(width.saturating_sub(BESIDE + 2), height), true),
        (Size::new(width, height.saturating_sub(ABOVE)), false),
    ];
    for blocks in [Blocks::Full, least_blocks] {
        for (room, beside) in rooms {
            if qr::fitting_size(text, room, blocks).is_some() {
                return Place::Fits {
                    room,
                    blocks,
                    beside,
                };
            }
        }
    }
    let Ok(least) = qr::required_size(text, Level::Low, least_blocks) else {
        return Place::TooLong;
    };
    let lacks = rooms.map(|(room, _)| {
        (
            least.width.saturating_sub(room.width),
            least.height.saturating_sub(room.height),
        )
    });
    // What needs the smaller change of the window; a row is about as high as two columns are wide.
    let cost = |(columns, rows): &(u16, u16)| u32::from(*columns) + 2 * u32::from(*rows);
    let (columns, rows) = lacks.into_iter().min_by_key(cost).unwrap_or_default();
    Place::Missing { columns, rows }
}

/// The text of the code, or one that takes as much room as the first one will.
fn qr_text(pairing: &Pairing) -> Cow<'_, str> {
    match &pairing.qr {
        Some(shown) => Cow::Borrowed(shown.code.reveal()),
        None => Cow::Owned("x".repeat(USUAL_LENGTH)),
    }
}

fn qr_place(state: &State, screen: &Screen, pairing: &Pairing) -> Place {
    let least = state.options.theme.least_blocks();
    place(screen, &qr_text(pairing), least)
}

fn way(state: &State, screen: &Screen, pairing: &Pairing) -> Way {
    match (pairing.way, qr_place(state, screen, pairing)) {
        (Way::Qr, Place::Fits { .. }) => Way::Qr,
        _ => Way::Code,
    }
}

/// The way to link that is on the screen: the chosen one, or the code to type where the QR code has
/// no room.
#[must_use]
pub fn pair_way(state: &State, pairing: &Pairing) -> Way {
    screen(state).map_or(pairing.way, |screen| way(state, &screen, pairing))
}

/// The text field of the step, if it has one.
#[must_use]
pub fn pair_field(state: &State, pairing: &Pairing) -> Option<PairField> {
    match pairing.step {
        PairStep::Label => Some(PairField::Label),
        PairStep::Link
            if pairing.code.is_none()
                && pairing.asking.is_none()
                && pair_way(state, pairing) == Way::Code =>
        {
            Some(PairField::Phone)
        }
        _ => None,
    }
}

/// The buttons of the step, from left to right.
#[must_use]
pub fn pair_buttons(state: &State, pairing: &Pairing) -> Vec<Button> {
    let button = |id, label: &str| Button::new(id, label);
    let cancel = || button(ButtonId::Cancel, "Cancel");
    match &pairing.step {
        PairStep::Label => vec![button(ButtonId::Next, "Continue"), cancel()],
        PairStep::Creating(_) | PairStep::Removing(_) => Vec::new(),
        PairStep::Link => {
            if pair_way(state, pairing) == Way::Qr {
                return vec![button(ButtonId::Swap, "Use a code instead"), cancel()];
            }
            let mut buttons = match (&pairing.code, pairing.asking) {
                (_, Some(_)) => Vec::new(),
                (None, None) => vec![button(ButtonId::Next, "Get a code")],
                (Some(_), None) => vec![
                    button(ButtonId::Next, "New code"),
                    button(ButtonId::KeepEditing, "Other number"),
                ],
            };
            let fits = screen(state).is_some_and(|screen| {
                matches!(qr_place(state, &screen, pairing), Place::Fits { .. })
            });
            if fits {
                buttons.push(button(ButtonId::Swap, "Show the QR code"));
            }
            buttons.push(cancel());
            buttons
        }
        PairStep::Linked(_) => vec![button(ButtonId::Close, "To its groups")],
        PairStep::Trouble(trouble) => {
            let again = match trouble {
                Trouble::Paired | Trouble::Gone | Trouble::Away => None,
                Trouble::NoCode | Trouble::Refused { .. } | Trouble::Ended { .. } => {
                    Some(match trouble.wait(state.now) {
                        0 => button(ButtonId::Next, "Try again"),
                        wait => {
                            button(ButtonId::Next, &format!("Try again in {wait} s")).enabled(false)
                        }
                    })
                }
            };
            let start = matches!(trouble, Trouble::NoCode | Trouble::Paired)
                .then(|| button(ButtonId::Start, "Start it"));
            let close = button(ButtonId::Close, "Close");
            again.into_iter().chain(start).chain([close]).collect()
        }
        PairStep::AskLeave(_) => vec![
            button(ButtonId::Next, "Go on linking"),
            button(ButtonId::Discard, "Remove"),
            button(ButtonId::Keep, "Keep for later"),
        ],
    }
}

/// What stands between the words.
enum Middle {
    Nothing,
    Field(PairField),
    Letters,
}

#[must_use]
pub fn pair_parts(state: &State, screen: &Screen, pairing: &Pairing) -> PairParts {
    let focus = match pairing.focus {
        PairFocus::Button(button) => Some(button),
        PairFocus::Field => None,
    };
    let buttons = pair_buttons(state, pairing);
    let title = title(state, pairing);
    if pairing.step == PairStep::Link
        && pairing.way == Way::Qr
        && let Place::Fits {
            room,
            blocks,
            beside,
        } = qr_place(state, screen, pairing)
        && let Some(size) = qr::fitting_size(&qr_text(pairing), room, blocks)
    {
        let foot = (buttons, focus);
        let drawing = (size, blocks, beside);
        let mut parts = with_code(state, screen, pairing, foot, drawing);
        parts.title = title;
        return parts;
    }
    let widest = content_width(screen, u16::MAX);
    let middle = match (pair_field(state, pairing), &pairing.code) {
        (Some(field), _) => Middle::Field(field),
        (None, Some(_)) if pairing.step == PairStep::Link => Middle::Letters,
        _ => Middle::Nothing,
    };
    let dots = match middle {
        Middle::Letters if widest >= LETTERS.width * 2 => 2,
        _ => 1,
    };
    let width = content_width(screen, WIDTH.max(LETTERS.width * dots));
    let (head, foot) = told(state, screen, pairing);
    let (head, foot) = (wrap(&head, width, 8), wrap(&foot, width, 8));
    let rows = |lines: &[String]| match lines {
        [only] if only.is_empty() => 0,
        lines => u16::try_from(lines.len()).unwrap_or(8),
    };
    let (above, below) = (rows(&head), rows(&foot));
    let between = match middle {
        Middle::Nothing => 0,
        Middle::Field(_) => 1,
        Middle::Letters => LETTERS.height,
    };
    let gap = |rows: u16| u16::from(rows > 0);
    // A field's own words stand right below it.
    let close = matches!(middle, Middle::Field(_));
    let lower_gap = if close { 0 } else { gap(between) * gap(below) };
    let upper_gap = gap(above) * gap(between + below);
    let height = above + upper_gap + between + lower_gap + below + 1;
    let dialog = dialog(screen, width, height, buttons, focus);
    let content = dialog.content;
    let part = |top: u16, height: u16| {
        Rect {
            y: content.y.saturating_add(top),
            height,
            ..content
        }
        .intersection(content)
    };
    let middle_area = part(above + upper_gap, between);
    PairParts {
        title,
        head,
        head_area: part(0, above),
        field: match middle {
            Middle::Field(field) => Some((field, middle_area)),
            _ => None,
        },
        code: None,
        letters: matches!(middle, Middle::Letters).then_some((middle_area, dots)),
        foot,
        foot_area: part(above + upper_gap + between + lower_gap, below),
        dialog,
    }
}

/// The dialog around a QR code of this size, without what it says in its title.
fn with_code(
    state: &State,
    screen: &Screen,
    pairing: &Pairing,
    (buttons, focus): (Vec<Button>, Option<ButtonId>),
    (size, blocks, beside): (Size, Blocks, bool),
) -> PairParts {
    let buttons_width = super::dialog::width(&buttons);
    let (width, height) = if beside {
        (size.width + BESIDE + 2, size.height)
    } else {
        (size.width, size.height + ABOVE)
    };
    let width = width.max(buttons_width);
    let dialog = dialog(screen, width, height, buttons, focus);
    let content = dialog.content;
    let head = if beside {
        wrap(
            &beside_code(state, pairing),
            BESIDE,
            usize::from(size.height),
        )
    } else {
        let scan = "On the phone: WhatsApp → Linked devices → Link a device";
        let below = held_up(state, pairing).unwrap_or_else(|| next_code(state, pairing));
        vec![scan.to_owned(), below]
    };
    let code_area = if beside {
        Rect {
            x: content.x + BESIDE + 2,
            width: content.width.saturating_sub(BESIDE + 2),
            ..content
        }
    } else {
        Rect {
            y: content.y + ABOVE,
            height: content.height.saturating_sub(ABOVE),
            ..content
        }
    };
    let shown = pairing.qr.is_some();
    PairParts {
        title: String::new(),
        head,
        head_area: if beside {
            Rect {
                width: BESIDE.min(content.width),
                ..content
            }
        } else {
            Rect {
                height: ABOVE.min(content.height),
                ..content
            }
        },
        field: None,
        code: shown.then_some(CodeSpot {
            area: code_area,
            blocks,
        }),
        letters: None,
        foot: Vec::new(),
        foot_area: Rect::ZERO,
        dialog,
    }
}
