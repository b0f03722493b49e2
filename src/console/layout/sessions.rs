//! The sessions pane.

use super::first_run::{FirstRun, first_run};
use super::screen::{inside, screen};
use crate::console::state::State;
use ratatui::layout::Rect;

/// The areas of the sessions' rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SessionsParts {
    /// All rows together.
    pub rows: Rect,
    /// Lines of one row, including an empty one after it.
    pub height: u16,
    /// Lines of one row that hold text.
    pub lines: u16,
}

/// Columns from which a session needs one line only.
const ONE_LINE: u16 = 58;

#[must_use]
pub(crate) fn sessions_parts(state: &State, area: Rect) -> SessionsParts {
    let rows = inside(area);
    let count = state.sessions.rows.len() + 1;
    let lines = if rows.width >= ONE_LINE { 1 } else { 3 };
    let airy = lines > 1 && count * 4 <= usize::from(rows.height) + 1;
    SessionsParts {
        rows,
        height: if airy { 4 } else { lines },
        lines,
    }
}

impl SessionsParts {
    /// How many rows fit.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        // The empty line after the last row may be missing.
        usize::from((self.rows.height + self.height - self.lines) / self.height)
    }

    /// The lines of a visible row, counted from the first visible one.
    #[must_use]
    pub(crate) fn row(&self, position: usize) -> Rect {
        let top = u16::try_from(position)
            .unwrap_or(u16::MAX)
            .saturating_mul(self.height);
        let left = self.rows.height.saturating_sub(top);
        Rect {
            y: self.rows.y.saturating_add(top),
            height: self.lines.min(left),
            ..self.rows
        }
    }
}

/// The ways on from a desk without accounts, where the sessions fill the screen.
#[must_use]
pub(crate) fn first_run_of_sessions(state: &State, parts: &SessionsParts) -> Option<FirstRun> {
    let below = Rect {
        y: parts.rows.y + parts.height.min(parts.rows.height),
        height: parts.rows.height.saturating_sub(parts.height),
        ..parts.rows
    };
    (parts.lines == 1)
        .then(|| first_run(state, below))
        .flatten()
}

/// How many rows of sessions fit. At least 1.
#[must_use]
pub(crate) fn session_rows(state: &State) -> usize {
    screen(state)
        .and_then(|screen| screen.sessions.or(Some(screen.body)))
        .map_or(1, |area| sessions_parts(state, area).count().max(1))
}
