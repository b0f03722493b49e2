//! "Add an account": the areas of a step's texts, field, code and buttons.

use super::super::dialog::{
    Button, Dialog, content_height, content_width, dialog, width as buttons_width,
};
use super::super::screen::Screen;
use super::super::wrap::wrap;
use super::fit::{ABOVE, BESIDE, Room, pairing_buttons, pairing_field, qr_room, qr_text};
use super::passkey;
use super::words::{beside_code, head_and_foot, held_up, next_code, title};
use crate::console::qr::{self, Blocks};
use crate::console::state::{
    ButtonId, FieldOrButton, LinkMethod, Pairing, PairingField, PairingStep, State,
};
use ratatui::layout::{Rect, Size};

const WIDTH: u16 = 66;
/// Cells of the eight characters with one column per dot.
const LETTERS: Size = Size::new(51, 5);

/// The overlay's areas.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PairingParts {
    pub dialog: Dialog,
    pub title: String,
    /// Words above the field or the letters, or beside the code. Already broken.
    pub head: Vec<String>,
    pub head_area: Rect,
    /// The text field with its label: one line.
    pub field: Option<(PairingField, Rect)>,
    pub code: Option<CodeSpot>,
    /// The eight characters, and how many columns each of their dots takes.
    pub letters: Option<(Rect, u16)>,
    pub foot: Vec<String>,
    pub foot_area: Rect,
}

/// Where the QR code is drawn, in the middle of the area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CodeSpot {
    pub area: Rect,
    pub blocks: Blocks,
}

/// The part between the texts.
enum Middle {
    Nothing,
    Field(PairingField),
    Letters,
}

#[must_use]
pub(crate) fn pairing_parts(state: &State, screen: &Screen, pairing: &Pairing) -> PairingParts {
    let focus = match pairing.focus {
        FieldOrButton::Button(button) => Some(button),
        FieldOrButton::Field => None,
    };
    let buttons = pairing_buttons(state, pairing);
    let title = title(state, pairing);
    if pairing.step == PairingStep::Link
        && pairing.passkey.is_none()
        && pairing.method == LinkMethod::Qr
        && let Room::Fits {
            room,
            blocks,
            beside,
        } = qr_room(state, screen, pairing)
        && let Some(size) = qr::fitting_size(&qr_text(pairing), room, blocks)
    {
        let foot = (buttons, focus);
        let drawing = (size, blocks, beside);
        let mut parts = with_code(state, screen, pairing, foot, drawing);
        parts.title = title;
        return parts;
    }
    let widest = content_width(screen, u16::MAX);
    let middle = match (pairing_field(state, pairing), pairing.big_code()) {
        (Some(field), _) => Middle::Field(field),
        (None, Some(_)) if pairing.step == PairingStep::Link => Middle::Letters,
        _ => Middle::Nothing,
    };
    let dots = match middle {
        Middle::Letters if widest >= LETTERS.width * 2 => 2,
        _ => 1,
    };
    let width = content_width(screen, WIDTH.max(LETTERS.width * dots));
    let (head, foot) = match &pairing.passkey {
        Some(passkey) if pairing.step == PairingStep::Link => {
            passkey::head_and_foot(state, pairing, passkey)
        }
        _ => head_and_foot(state, screen, pairing),
    };
    let foot = wrap(&foot, width, 8);
    // The explanation gives way to the field and its message.
    let most = match pairing.passkey {
        Some(_) => usize::from(content_height(screen)).saturating_sub(foot.len() + 3),
        None => 8,
    };
    let head = wrap(&head, width, most.max(1));
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
    // A field's own message is right below it.
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
    PairingParts {
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

/// The dialog around a QR code of this size, without the message in its title.
fn with_code(
    state: &State,
    screen: &Screen,
    pairing: &Pairing,
    (buttons, focus): (Vec<Button>, Option<ButtonId>),
    (size, blocks, beside): (Size, Blocks, bool),
) -> PairingParts {
    let buttons_width = buttons_width(&buttons);
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
    PairingParts {
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
