//! The message on a terminal that is too small for the panes.

use super::paint::{below, put_lines};
use crate::console::layout::{MIN_SIZE, wrap};
use crate::console::state::State;
use ratatui::buffer::Buffer;

pub(crate) fn draw(state: &State, buffer: &mut Buffer) {
    let (columns, rows) = state.size;
    let missing = |have: u16, need: u16, unit: &str| {
        let missing = need.saturating_sub(have);
        let plural = if missing == 1 { "" } else { "s" };
        (missing > 0).then(|| format!("{missing} more {unit}{plural}"))
    };
    let parts: Vec<_> = [
        missing(columns, MIN_SIZE.0, "column"),
        missing(rows, MIN_SIZE.1, "row"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let words = format!(
        "groupdesk needs {}.\nThis window has {columns} × {rows}.\n{} quits.",
        parts.join(" and "),
        super::paint::key(state, crate::console::keymap::Action::Quit)
    );
    let area = buffer.area;
    let lines = wrap(&words, area.width, usize::from(area.height));
    let height = u16::try_from(lines.len()).unwrap_or(area.height);
    let area = below(area, area.height.saturating_sub(height) / 2);
    put_lines(buffer, area, &lines, state.options.theme.text);
}
