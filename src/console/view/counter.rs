//! Counter mode: the dialog that locks, and the locked screen.

use super::paint::{after, below, columns, dialog, put, put_block, put_centred};
use crate::console::failure::FailureKind;
use crate::console::layout::{CounterDrawing, Screen, counter_parts, counter_screen};
use crate::console::qr::QrWidget;
use crate::console::state::{
    Counter, CounterLock, CounterPhase, Invite, LinkHidden, PIN_LENGTH, State,
};
use crate::console::words::missing;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::widgets::Widget;

/// Columns of the field's name.
const NAMES: u16 = 8;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    counter: &Counter,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let CounterPhase::Choosing { pin, .. } = &counter.phase else {
        return None;
    };
    let parts = counter_parts(state, screen, counter)?;
    let title = format!("Counter · {}", state.group_name(&counter.key));
    dialog(buffer, theme, &parts.dialog, &title);
    let focused = counter.takes_text();
    let style = if focused { theme.accent } else { theme.dim };
    let mark = if focused { "▸ " } else { "  " };
    put(buffer, parts.field, &format!("{mark}PIN"), style);
    let dots = "•".repeat(pin.len());
    let place = after(parts.field, NAMES);
    put(buffer, place, &dots, theme.input);
    let hint = if pin.is_empty() || !PIN_LENGTH.contains(&pin.len()) {
        "4 to 8 digits, or none"
    } else {
        ""
    };
    super::paint::put_right(buffer, after(place, columns(&dots) + 2), hint, theme.dim);
    for (at, line) in (0..parts.words.height).zip(&parts.text) {
        put(buffer, below(parts.words, at), line, theme.dim);
    }
    let cursor = Position::new(place.x + columns(&dots), place.y);
    focused.then_some(cursor)
}

/// Whether the locked screen has gone dark.
pub(crate) fn is_dark(state: &State) -> bool {
    let dark_after = state.options.counter.dark_after;
    let locked = state.locked_counter();
    let dark_at = locked.and_then(|(_, lock)| lock.dark_at(dark_after));
    dark_at.is_some_and(|dark| state.now >= dark)
}

/// Draws the locked screen: nothing else is drawn with it.
pub(crate) fn draw_locked(
    state: &State,
    counter: &Counter,
    lock: &CounterLock,
    buffer: &mut Buffer,
) {
    if is_dark(state) {
        return;
    }
    let theme = &state.options.theme;
    let parts = counter_screen(state, counter);
    let entry = state.groups.get(&counter.key);
    let name = entry.map_or(&counter.name, |entry| &entry.name);
    put_centred(buffer, parts.name, name, theme.title);
    put_centred(buffer, parts.text, &state.options.counter.text, theme.text);
    let note = match &parts.drawing {
        CounterDrawing::Code { code, blocks } => {
            let widget = QrWidget {
                code,
                blocks: *blocks,
                ink: theme.ink(),
            };
            (&widget).render(parts.code, buffer);
            String::new()
        }
        CounterDrawing::TooSmall { columns, rows } => {
            format!("the code needs {}", missing(*columns, *rows))
        }
        CounterDrawing::TooLong => "the link is too long for a code".to_owned(),
        CounterDrawing::NoLink => reason(state, counter),
    };
    if !matches!(parts.drawing, CounterDrawing::Code { .. }) {
        put_block(buffer, parts.code, &[("One moment, please", theme.title)]);
    }
    let note = match lock.paused_until {
        Some(until) => format!("wait {} s", (until - state.now + 999) / 1_000),
        None if !lock.typed.is_empty() => "•".repeat(lock.typed.len()),
        None => note,
    };
    put_centred(buffer, parts.staff, &note, theme.dim);
}

/// Why there is no code, for staff. Visitors read it too, so it names no person and no number.
fn reason(state: &State, counter: &Counter) -> String {
    let card = state.card.as_ref().filter(|card| card.key == counter.key);
    let Some(card) = card else {
        return "the group is not in the list".to_owned();
    };
    match &card.invite {
        Invite::Hidden(hidden) => match hidden {
            LinkHidden::Reset => "the link was reset, the new one is being fetched".to_owned(),
            LinkHidden::SessionLeft(status) => {
                format!("the account is {}", state.options.theme.status(status).word)
            }
            LinkHidden::NotAdmin => "only admins have the link".to_owned(),
            LinkHidden::NotInGroup => "the account is not in the group".to_owned(),
            LinkHidden::GatewayAway => "the gateway is away".to_owned(),
            LinkHidden::Failed(failure) => match failure.kind {
                FailureKind::RateLimited { .. } => "rate limited, tried again later".to_owned(),
                _ => "the link could not be fetched, tried again later".to_owned(),
            },
        },
        Invite::NotAsked | Invite::Waiting(_) | Invite::Shown { .. } => {
            "the link is being fetched".to_owned()
        }
    }
}
