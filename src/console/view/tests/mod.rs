//! Tests of the drawing: whole screens as text, styles that carry meaning, agreement with the mouse, and no
//! panic at any size or text.

mod budget;
mod counter;
mod fixture;
mod lists;
mod pairing;
mod scenes;
mod sizes;
mod snapshots;
mod styles;

use super::draw;
use crate::console::state::State;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The screen as drawn at a size, and the text cursor.
fn render(state: &mut State, columns: u16, rows: u16) -> (Buffer, Option<Position>) {
    state.size = (columns, rows);
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    let cursor = draw(state, &mut buffer);
    (buffer, cursor)
}

/// The buffer's characters, one line per row, with `▏` at the cursor.
fn text(buffer: &Buffer, cursor: Option<Position>) -> String {
    let mut out = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        let mut covered = 0;
        for x in buffer.area.left()..buffer.area.right() {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            let here = cursor == Some(Position::new(x, y));
            line.push_str(if here && symbol == " " { "▏" } else { symbol });
            covered = crate::text::width(symbol).saturating_sub(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
