//! Short messages in the corner above the footer. They keep off a QR code that is being scanned.

use super::paint::{after, clear, columns, frame, put, put_centred};
use crate::console::layout::{
    QrDrawing, Screen, card_parts, inside, pair_parts, qr_parts, row, wrap,
};
use crate::console::state::{Layer, State, Toast, ToastKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Most toasts at once; the newest stay.
const MOST: usize = 3;
const WIDTH: u16 = 56;
/// Rows that toasts take at most, more or less.
const HEIGHT: u16 = 9;

pub fn draw(state: &State, screen: &Screen, buffer: &mut Buffer) {
    if matches!(state.layers.last(), Some(Layer::Qr)) {
        if let Some(toast) = state.toasts.last() {
            over_link(state, toast, buffer);
        }
        return;
    }
    let theme = &state.options.theme;
    let room = room(state, screen);
    let mut bottom = room.bottom();
    for toast in state.toasts.iter().rev().take(MOST) {
        let (symbol, style) = look(state, toast);
        let words = crate::text::clean_line(&toast.text);
        let lines = wrap(&words, WIDTH.min(room.width.saturating_sub(6)), 4);
        let width = lines.iter().map(|line| columns(line)).max().unwrap_or(0) + 6;
        let height = u16::try_from(lines.len()).unwrap_or(4) + 2;
        let Some(top) = bottom.checked_sub(height).filter(|top| *top >= room.y) else {
            return;
        };
        let area = Rect {
            x: room.right().saturating_sub(width),
            y: top,
            width,
            height,
        };
        clear(buffer, area);
        frame(buffer, area, theme.border_focused, "", theme.text);
        let line = after(inside(area), 1);
        put(buffer, line, symbol, style);
        for (at, words) in (0..).zip(&lines) {
            put(buffer, row(after(line, 2), at), words, theme.text);
        }
        bottom = top;
    }
}

fn look(state: &State, toast: &Toast) -> (&'static str, Style) {
    let theme = &state.options.theme;
    match toast.kind {
        ToastKind::Good => ("✔", theme.toast_good),
        ToastKind::Note => ("·", theme.toast_info),
        ToastKind::Bad => ("✘", theme.toast_bad),
    }
}

/// Inside the panes' borders, and to the left of a code that reaches down to where toasts stand.
fn room(state: &State, screen: &Screen) -> Rect {
    let mut room = inside(screen.body);
    room.width = room.width.saturating_sub(1);
    let code = screen
        .card
        .filter(|_| state.layers.is_empty())
        .and_then(|area| card_parts(state, area))
        .map_or(Rect::ZERO, |parts| parts.code);
    if let Some(Layer::Pair(pairing)) = state.layers.last()
        && let Some(code) = pair_parts(state, screen, pairing).code
    {
        room.width = code.area.x.saturating_sub(room.x + 1);
    }
    let reaches_down = !code.is_empty() && code.bottom() + HEIGHT > room.bottom();
    if reaches_down && code.x > room.x + WIDTH / 2 {
        room.width = (code.x - 1).saturating_sub(room.x);
        room.height = code.bottom().saturating_sub(room.y);
    }
    room
}

/// On the full-screen code the link gives way, not the code.
fn over_link(state: &State, toast: &Toast, buffer: &mut Buffer) {
    let parts = qr_parts(state);
    let line = match parts.drawing {
        QrDrawing::Code { .. } | QrDrawing::Missing { .. } => parts.link,
        QrDrawing::TooLong | QrDrawing::Blank => row(parts.area, parts.area.height - 1),
    };
    let line = row(line, 0);
    clear(buffer, line);
    let (symbol, style) = look(state, toast);
    let words = crate::text::clean_line(&toast.text);
    put_centred(buffer, line, &format!("{symbol} {words}"), style);
}
