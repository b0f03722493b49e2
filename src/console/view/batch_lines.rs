//! A line for each group of a batch.

use super::paint::{after, below, put};
use crate::console::layout::{BatchLine, BatchTone};
use crate::console::state::State;
use crate::names::fit;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws lines from the top of an area.
pub(super) fn draw(
    state: &State,
    area: Rect,
    lines: impl Iterator<Item = BatchLine>,
    buffer: &mut Buffer,
) {
    let theme = &state.options.theme;
    for (at, line) in (0..area.height).zip(lines) {
        let area = Rect {
            height: 1,
            ..below(area, at)
        };
        let style = match line.tone {
            BatchTone::Todo => theme.text,
            BatchTone::Sending => theme.accent,
            BatchTone::Applied => theme.good,
            BatchTone::Refused => theme.bad,
            BatchTone::NotAttempted => theme.dim,
            BatchTone::Unconfirmed => theme.warn,
        };
        put(buffer, area, line.tone.mark(), style);
        let rest = after(area, 2);
        let name = Rect {
            width: rest.width / 2,
            ..rest
        };
        let shown = fit(&line.name, usize::from(name.width)).shown;
        put(buffer, name, &shown, theme.text);
        put(buffer, after(rest, name.width + 1), &line.words, style);
    }
}
