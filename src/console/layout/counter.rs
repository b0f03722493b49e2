//! The areas of counter mode: the dialog that locks, and the locked screen.

use super::dialog::{Button, Dialog, content_width, dialog};
use super::screen::{Screen, row};
use super::wrap::wrap;
use crate::console::qr::{self, Blocks, Code, Fit};
use crate::console::state::{
    ButtonId, Counter, CounterPhase, FieldOrButton, PIN_LENGTH, Pin, State,
};
use ratatui::layout::{Rect, Size};

const WIDTH: u16 = 66;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CounterParts {
    pub dialog: Dialog,
    pub field: Rect,
    /// Words below the field, already broken.
    pub text: Vec<String>,
    pub words: Rect,
}

#[must_use]
pub(crate) fn counter_buttons(pin: &Pin) -> Vec<Button> {
    let can_lock = pin.is_empty() || PIN_LENGTH.contains(&pin.len());
    vec![
        Button::new(ButtonId::Lock, "Lock").enabled(can_lock),
        Button::new(ButtonId::Cancel, "Cancel"),
    ]
}

/// The dialog of a counter that is not locked yet.
#[must_use]
pub(crate) fn counter_parts(
    state: &State,
    screen: &Screen,
    counter: &Counter,
) -> Option<CounterParts> {
    let CounterPhase::Choosing { pin, focus } = &counter.phase else {
        return None;
    };
    let width = content_width(screen, WIDTH);
    let out = if pin.is_empty() {
        "Without a PIN, Esc three times within two seconds unlocks."
    } else {
        "The PIN unlocks. It is stored nowhere: remember it."
    };
    let dark = match state.options.counter.dark_after / 1_000 {
        0 => String::new(),
        seconds => format!(
            " The screen goes dark after {} without a key.",
            duration(seconds)
        ),
    };
    let words = format!(
        "The screen shows only this group's code, for a visitor. Keys and mouse are locked, Ctrl-c and Ctrl-z included. {out}{dark} A tmux prefix and the terminal's own shortcuts do not reach groupdesk: they still work."
    );
    let text = wrap(&words, width, 8);
    let height = u16::try_from(text.len()).unwrap_or(8) + 3;
    let focus = match focus {
        FieldOrButton::Button(button) => Some(*button),
        FieldOrButton::Field => None,
    };
    let dialog = dialog(screen, width, height, counter_buttons(pin), focus);
    let content = dialog.content;
    Some(CounterParts {
        field: row(content, 0),
        words: Rect {
            y: content.y.saturating_add(2),
            height: content.height.saturating_sub(2),
            ..content
        },
        text,
        dialog,
    })
}

fn duration(seconds: i64) -> String {
    match (seconds / 60, seconds % 60) {
        (minutes, 0) if minutes > 0 => format!("{minutes} min"),
        _ => format!("{seconds} s"),
    }
}

/// The areas of the locked screen.
pub(crate) struct CounterScreen {
    pub name: Rect,
    pub code: Rect,
    /// The configured line; empty where it has no room.
    pub text: Rect,
    /// The last row, for staff.
    pub staff: Rect,
    pub drawing: CounterDrawing,
}

/// The middle of the locked screen.
pub(crate) enum CounterDrawing {
    Code {
        code: Code,
        blocks: Blocks,
    },
    /// This many more columns and rows are needed.
    TooSmall {
        columns: u16,
        rows: u16,
    },
    TooLong,
    /// No live link is known.
    NoLink,
}

/// The link of the counter's group, if it may be shown.
fn link<'a>(state: &'a State, counter: &Counter) -> Option<&'a str> {
    let card = state.card.as_ref().filter(|card| card.key == counter.key)?;
    card.link()
}

#[must_use]
pub(crate) fn counter_screen(state: &State, counter: &Counter) -> CounterScreen {
    let (columns, rows) = state.size;
    let area = Rect::new(0, 0, columns, rows);
    let staff = row(area, rows.saturating_sub(1));
    let body = Rect {
        height: rows.saturating_sub(1),
        ..area
    };
    let wished = u16::from(!state.options.counter.text.is_empty());
    let room = |text: u16| Size::new(columns, body.height.saturating_sub(1 + text));
    let (drawing, text) = match link(state, counter) {
        None => (CounterDrawing::NoLink, wished),
        Some(link) => match largest(state, link, room(wished)) {
            CounterDrawing::TooSmall { .. } => (largest(state, link, room(0)), 0),
            drawing => (drawing, wished),
        },
    };
    let size = match &drawing {
        CounterDrawing::Code { code, blocks } => qr::size(code, *blocks),
        _ => Size::new(columns, room(text).height.min(7)),
    };
    // Empty lines around the code if there is space.
    let spare = room(text).height.saturating_sub(size.height);
    let gap = spare.min(2) / 2;
    let name = row(body, (spare - gap * 2) / 2);
    let code = Rect {
        x: columns.saturating_sub(size.width) / 2,
        y: name.y + 1 + gap,
        width: size.width,
        height: size.height,
    };
    CounterScreen {
        name,
        text: Rect {
            y: code.bottom() + gap,
            height: text,
            ..area
        }
        .intersection(body),
        code,
        staff,
        drawing,
    }
}

/// The code with the largest modules. Whole blocks, where they were chosen, are kept if they fit.
fn largest(state: &State, link: &str, room: Size) -> CounterDrawing {
    let least = state.options.theme.least_blocks();
    let whole = state
        .whole_blocks
        .then(|| qr::largest(link, room, Blocks::Full));
    let found = whole.flatten().or_else(|| qr::largest(link, room, least));
    match (found, qr::fit(link, room, least)) {
        (Some((code, blocks)), _) => CounterDrawing::Code { code, blocks },
        (None, Fit::Missing { columns, rows }) => CounterDrawing::TooSmall { columns, rows },
        (None, _) => CounterDrawing::TooLong,
    }
}
