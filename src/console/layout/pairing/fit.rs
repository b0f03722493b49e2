//! "Add an account": which method fits, and the field and buttons that follow from it.

use super::super::dialog::{Button, content_height, content_width};
use super::super::screen::{Screen, screen};
use crate::console::qr::{self, Blocks, Level};
use crate::console::state::{
    ButtonId, LinkMethod, Pairing, PairingError, PairingField, PairingStep, Passkey, PasskeyStage,
    State,
};
use ratatui::layout::Size;
use std::borrow::Cow;

/// Columns of the text beside a code.
pub(super) const BESIDE: u16 = 28;
/// Lines of the text above a code.
pub(super) const ABOVE: u16 = 2;
/// Characters of a pairing QR code's text: what room to expect before the first one is there.
const USUAL_LENGTH: usize = 245;

/// How a QR code fits.
pub(super) enum Room {
    Fits {
        room: Size,
        blocks: Blocks,
        /// Whether the text is beside the code; above it otherwise.
        beside: bool,
    },
    Missing {
        columns: u16,
        rows: u16,
    },
    TooLong,
}

/// The largest drawing that fits. Only measured: encoding a code takes a hundred times longer.
fn room_for(screen: &Screen, text: &str, least_blocks: Blocks) -> Room {
    let width = content_width(screen, u16::MAX);
    let height = content_height(screen);
    let rooms = [
        (Size::new(width.saturating_sub(BESIDE + 2), height), true),
        (Size::new(width, height.saturating_sub(ABOVE)), false),
    ];
    for blocks in [Blocks::Full, least_blocks] {
        for (room, beside) in rooms {
            if qr::fitting_size(text, room, blocks).is_some() {
                return Room::Fits {
                    room,
                    blocks,
                    beside,
                };
            }
        }
    }
    let Ok(least) = qr::required_size(text, Level::Low, least_blocks) else {
        return Room::TooLong;
    };
    let lacks = rooms.map(|(room, _)| {
        (
            least.width.saturating_sub(room.width),
            least.height.saturating_sub(room.height),
        )
    });
    // The smaller change of the window is suggested; a row is about as high as two columns are wide.
    let cost = |(columns, rows): &(u16, u16)| u32::from(*columns) + 2 * u32::from(*rows);
    let (columns, rows) = lacks.into_iter().min_by_key(cost).unwrap_or_default();
    Room::Missing { columns, rows }
}

/// The text of the code, or one of the size that the first one will have.
pub(super) fn qr_text(pairing: &Pairing) -> Cow<'_, str> {
    match &pairing.qr {
        Some(shown) => Cow::Borrowed(shown.code.reveal()),
        None => Cow::Owned("x".repeat(USUAL_LENGTH)),
    }
}

pub(super) fn qr_room(state: &State, screen: &Screen, pairing: &Pairing) -> Room {
    let least = state.options.theme.least_blocks();
    room_for(screen, &qr_text(pairing), least)
}

fn method(state: &State, screen: &Screen, pairing: &Pairing) -> LinkMethod {
    match (pairing.method, qr_room(state, screen, pairing)) {
        (LinkMethod::Qr, Room::Fits { .. }) => LinkMethod::Qr,
        _ => LinkMethod::Code,
    }
}

/// The method on the screen: the chosen one, or the pairing code if the QR code does not fit.
#[must_use]
pub(crate) fn pairing_method(state: &State, pairing: &Pairing) -> LinkMethod {
    screen(state).map_or(pairing.method, |screen| method(state, &screen, pairing))
}

/// The text field of the step, if it has one.
#[must_use]
pub(crate) fn pairing_field(state: &State, pairing: &Pairing) -> Option<PairingField> {
    match (&pairing.step, &pairing.passkey) {
        (PairingStep::Link, Some(passkey)) => {
            (passkey.stage == PasskeyStage::Asked).then_some(PairingField::Answer)
        }
        (PairingStep::Label, _) => Some(PairingField::Label),
        (PairingStep::Link, None)
            if pairing.code.is_none()
                && pairing.asking.is_none()
                && pairing_method(state, pairing) == LinkMethod::Code =>
        {
            Some(PairingField::Phone)
        }
        _ => None,
    }
}

/// The buttons of the step, from left to right.
#[must_use]
pub(crate) fn pairing_buttons(state: &State, pairing: &Pairing) -> Vec<Button> {
    let button = |id, label: &str| Button::new(id, label);
    let cancel = || button(ButtonId::Cancel, "Cancel");
    match &pairing.step {
        PairingStep::Label => vec![button(ButtonId::Next, "Continue"), cancel()],
        PairingStep::Creating(_) | PairingStep::Removing(_) => Vec::new(),
        PairingStep::Link => {
            if let Some(passkey) = &pairing.passkey {
                return passkey_buttons(passkey);
            }
            if pairing_method(state, pairing) == LinkMethod::Qr {
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
                matches!(qr_room(state, &screen, pairing), Room::Fits { .. })
            });
            if fits {
                buttons.push(button(ButtonId::Swap, "Show the QR code"));
            }
            buttons.push(cancel());
            buttons
        }
        PairingStep::Linked(_) => vec![button(ButtonId::Close, "To its groups")],
        PairingStep::Failed(error) => {
            let again = match error {
                PairingError::Paired | PairingError::Gone | PairingError::Away => None,
                PairingError::NoCode
                | PairingError::CodesDiffer
                | PairingError::Refused { .. }
                | PairingError::Ended { .. } => Some(match error.wait(state.now) {
                    0 => button(ButtonId::Next, "Try again"),
                    wait => {
                        button(ButtonId::Next, &format!("Try again in {wait} s")).enabled(false)
                    }
                }),
            };
            let start = matches!(error, PairingError::NoCode | PairingError::Paired)
                .then(|| button(ButtonId::Start, "Start it"));
            let close = button(ButtonId::Close, "Close");
            again.into_iter().chain(start).chain([close]).collect()
        }
        PairingStep::AskLeave(_) => vec![
            button(ButtonId::Next, "Go on linking"),
            button(ButtonId::Discard, "Remove"),
            button(ButtonId::Keep, "Keep for later"),
        ],
    }
}

fn passkey_buttons(passkey: &Passkey) -> Vec<Button> {
    let cancel = Button::new(ButtonId::Cancel, "Cancel");
    match passkey.stage {
        PasskeyStage::Asked => vec![
            Button::new(ButtonId::Copy, "Copy the line"),
            Button::new(ButtonId::CopyRequest, "Copy the request"),
            Button::new(ButtonId::Next, "Send"),
            cancel,
        ],
        PasskeyStage::Compare(_) => vec![
            Button::new(ButtonId::Confirm, "They are the same"),
            Button::new(ButtonId::Discard, "They differ"),
            cancel,
        ],
        _ => vec![cancel],
    }
}
