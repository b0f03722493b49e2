//! Moving cursors, views and the focus of buttons.

use crate::console::keymap::Action;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A move of a cursor or a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
}

impl Step {
    pub(super) fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::Up => Self::Up,
            Action::Down => Self::Down,
            Action::PageUp => Self::PageUp,
            Action::PageDown => Self::PageDown,
            Action::Top => Self::Top,
            Action::Bottom => Self::Bottom,
            _ => return None,
        })
    }

    /// The row after the move, of `rows` rows of which `page` fit on the screen.
    pub(super) fn apply(self, row: usize, rows: usize, page: usize) -> usize {
        let last = rows.saturating_sub(1);
        // One row of the old page stays in sight.
        let page = page.saturating_sub(1).max(1);
        match self {
            Self::Up => row.saturating_sub(1),
            Self::Down => row + 1,
            Self::PageUp => row.saturating_sub(page),
            Self::PageDown => row + page,
            Self::Top => 0,
            Self::Bottom => last,
        }
        .min(last)
    }

    /// The first visible line after the move, of `lines` lines of which `page` fit.
    pub(super) fn scroll(self, first: usize, lines: usize, page: usize) -> usize {
        self.apply(first, lines.saturating_sub(page) + 1, page)
    }
}

/// The first visible line after a turn of the wheel.
pub(super) fn wheel(first: usize, by: isize, lines: usize, page: usize) -> usize {
    let last = lines.saturating_sub(page);
    first.saturating_add_signed(by).min(last)
}

/// The first visible line of a list that may have shrunk, or whose window may have grown: no empty lines
/// below the last one while others are hidden above the first.
pub(super) fn filled(first: usize, lines: usize, page: usize) -> usize {
    first.min(lines.saturating_sub(page))
}

/// Moves within a layer that scrolls.
pub(super) fn scroll_step(action: Option<Action>) -> Option<Step> {
    action.and_then(Step::of)
}

/// The next of a layer's buttons, going round.
pub(super) fn next_button<T: Copy + PartialEq>(buttons: &[T], focus: T, back: bool) -> T {
    let count = buttons.len();
    let here = buttons.iter().position(|button| *button == focus);
    let next = match here {
        Some(here) if back => here + count - 1,
        Some(here) => here + 1,
        None => 0,
    };
    buttons.get(next % count.max(1)).copied().unwrap_or(focus)
}

/// Whether the key goes from button to button, and whether backwards.
pub(super) fn button_move(event: &KeyEvent) -> Option<bool> {
    match event.code {
        KeyCode::Right | KeyCode::Down => Some(false),
        KeyCode::Tab => Some(event.modifiers.contains(KeyModifiers::SHIFT)),
        KeyCode::Left | KeyCode::Up | KeyCode::BackTab => Some(true),
        _ => None,
    }
}
