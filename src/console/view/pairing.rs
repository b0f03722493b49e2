//! "Add an account": the name, the QR code or the big letters, and the outcome.

use super::paint::{after, below, columns, dialog, put, put_right};
use super::{field, letters};
use crate::console::layout::{PairingParts, Screen, pairing_parts};
use crate::console::qr::{self, Fit, QrWidget};
use crate::console::state::{NAME_MAX, Pairing, PairingField, PairingStep, State};
use crate::console::words::thousands;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Style;
use ratatui::widgets::Widget;

/// Columns of a field's name.
const NAMES: u16 = 10;
/// Columns of the character count after the name.
const COUNT: u16 = 10;

/// Draws the overlay; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    pairing: &Pairing,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = pairing_parts(state, screen, pairing);
    dialog(buffer, theme, &parts.dialog, &parts.title);
    lines(state, &parts.head, parts.head_area, buffer);
    lines(state, &parts.foot, parts.foot_area, buffer);
    if let (Some(spot), Some(shown)) = (parts.code, &pairing.qr) {
        let room = Size::new(spot.area.width, spot.area.height);
        if let Fit::Fits(code) = qr::fit(shown.code.reveal(), room, spot.blocks) {
            let widget = QrWidget {
                code: &code,
                blocks: spot.blocks,
                ink: theme.ink(),
            };
            (&widget).render(spot.area, buffer);
        }
    }
    if let (Some((area, dots)), Some(code)) = (parts.letters, pairing.big_code()) {
        letters::draw(code, dots, area, theme.accent, buffer);
    }
    text_field(state, pairing, &parts, buffer)
}

/// Lines whose first character selects their style.
fn lines(state: &State, lines: &[String], area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let mut style = theme.text;
    for (at, line) in (0..area.height).zip(lines) {
        style = match line.chars().next() {
            Some('✔') => theme.good,
            Some('✘') => theme.bad,
            Some('◌') => theme.dim,
            // Wrapped lines keep the style, up to an empty line.
            Some(_) => style,
            None => theme.text,
        };
        put(buffer, below(area, at), line, style);
    }
}

fn text_field(
    state: &State,
    pairing: &Pairing,
    parts: &PairingParts,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let (which, area) = parts.field?;
    let focused = pairing.focus.is_field() && !matches!(pairing.step, PairingStep::Creating(_));
    let name = match which {
        PairingField::Label => "Name",
        PairingField::Phone => "Number",
        PairingField::Answer => "Answer",
    };
    let style = if focused { theme.accent } else { theme.dim };
    let mark = if focused { "▸ " } else { "  " };
    put(buffer, area, &format!("{mark}{name}"), style);
    let mut place = after(area, NAMES);
    if which == PairingField::Label {
        let used = pairing.typed_label().chars().count();
        let style = if used > NAME_MAX {
            theme.bad
        } else {
            theme.dim
        };
        let count = format!("{used} / {NAME_MAX}");
        put_right(buffer, area, &count, style);
        place.width = place.width.saturating_sub(COUNT.max(columns(&count) + 1));
    }
    let cursor = match which {
        PairingField::Label => field::single(&pairing.label, place, theme.input, buffer),
        PairingField::Phone => field::single(&pairing.phone, place, theme.input, buffer),
        PairingField::Answer => answer(pairing, place, theme.input, buffer),
    };
    focused.then_some(cursor)
}

/// The pasted answer is a secret: its length stands for it.
fn answer(pairing: &Pairing, place: Rect, style: Style, buffer: &mut Buffer) -> Position {
    let length = pairing
        .passkey
        .as_ref()
        .map_or(0, |passkey| passkey.answer.len());
    let words = match length {
        0 => String::new(),
        1 => "•••• 1 character, not shown".to_owned(),
        length => format!("•••• {} characters, not shown", thousands(length)),
    };
    let blank = " ".repeat(usize::from(place.width));
    put(buffer, place, &blank, style);
    let behind = put(buffer, place, &words, style);
    Position::new(behind.x.min(place.right().saturating_sub(1)), behind.y)
}
