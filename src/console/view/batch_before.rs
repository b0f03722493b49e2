//! What a batch will do.

use super::paint::{after, dialog, put, put_lines, scrollbar};
use super::{batch_lines, field};
use crate::console::layout::{BATCH_FIELD_NAME, Screen, batch_before_parts, planned_line};
use crate::console::state::{BatchBefore, BatchFocus, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    before: &BatchBefore,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = batch_before_parts(state, screen, before);
    dialog(buffer, theme, &parts.dialog, &parts.title);
    put_lines(buffer, parts.head_area, &parts.head, theme.title);
    let mut cursor = None;
    for (at, (label, area)) in parts.fields.iter().enumerate() {
        let focused = before.focus == BatchFocus::Field(at);
        let (mark, style) = if focused {
            ("▸ ", theme.accent)
        } else {
            ("  ", theme.dim)
        };
        put(buffer, *area, &format!("{mark}{label}"), style);
        let place = after(*area, BATCH_FIELD_NAME);
        if let Some(text) = before.fields.get(at) {
            let position = field::single(text, place, theme.input, buffer);
            cursor = cursor.or(focused.then_some(position));
        }
    }
    if let Some(plan) = &before.plan {
        let rows = plan.order.iter().skip(parts.first);
        let lines = rows.filter_map(|row| planned_line(state, &plan.plan, *row));
        batch_lines::draw(state, parts.rows, lines, buffer);
        scrollbar(
            buffer,
            theme,
            parts.dialog.area,
            parts.rows,
            parts.first,
            plan.order.len(),
        );
    }
    cursor
}
