//! Short messages in the corner above the footer.

use super::paint::{clear, columns, frame, put};
use crate::console::layout::{Screen, inside, row, wrap};
use crate::console::state::{State, ToastKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Most toasts at once; the newest stay.
const MOST: usize = 3;
const WIDTH: u16 = 56;

pub fn draw(state: &State, screen: &Screen, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    // Inside the panes' borders.
    let mut bottom = screen.footer.y.saturating_sub(1);
    for toast in state.toasts.iter().rev().take(MOST) {
        let (symbol, style) = match toast.kind {
            ToastKind::Good => ("✔", theme.toast_good),
            ToastKind::Note => ("·", theme.toast_info),
            ToastKind::Bad => ("✘", theme.toast_bad),
        };
        let words = crate::text::clean_line(&toast.text);
        let widest = WIDTH.min(screen.body.width.saturating_sub(8));
        let lines = wrap(&words, widest, 3);
        let width = lines.iter().map(|line| columns(line)).max().unwrap_or(0) + 6;
        let height = u16::try_from(lines.len()).unwrap_or(3) + 2;
        let Some(top) = bottom
            .checked_sub(height)
            .filter(|top| *top > screen.header.y)
        else {
            return;
        };
        let area = Rect {
            x: screen.body.right().saturating_sub(width + 2),
            y: top,
            width,
            height,
        };
        clear(buffer, area);
        frame(buffer, area, theme.border_focused, "", theme.text);
        let inner = inside(area);
        let mut line = super::paint::after(inner, 1);
        put(buffer, line, symbol, style);
        line = super::paint::after(line, 2);
        for (at, words) in (0..).zip(&lines) {
            put(buffer, row(line, at), words, theme.text);
        }
        bottom = top;
    }
}
