//! A key with its word, and where it is drawn.

use super::target::Target;
use crate::console::keymap::Action;
use crate::console::state::State;
use crate::text;
use ratatui::layout::Rect;

/// A hint with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hint {
    pub key: String,
    pub word: String,
    pub target: Target,
    /// Whether it can work now; dimmed otherwise.
    pub enabled: bool,
    /// Key, a space and the word.
    pub area: Rect,
}

/// Columns between two hints.
const GAP: u16 = 2;

/// Columns of hints side by side.
#[must_use]
pub(super) fn row_width(hints: &[Hint]) -> u16 {
    let gaps = GAP * u16::try_from(hints.len().saturating_sub(1)).unwrap_or(0);
    hints.iter().map(|hint| hint.area.width).sum::<u16>() + gaps
}

/// Puts hints side by side, from this column on.
pub(super) fn place(hints: &mut [Hint], mut x: u16, row: Rect) {
    for hint in hints {
        hint.area = Rect {
            x,
            y: row.y,
            ..hint.area
        }
        .intersection(row);
        x = x.saturating_add(hint.area.width + GAP);
    }
}

/// The first key of an action, which a click performs.
pub(super) fn of_action(state: &State, action: Action, word: &str) -> Hint {
    let key = state.options.keymap.keys(action).first();
    let key = key.map(ToString::to_string).unwrap_or_default();
    hint(key, word, Target::Hint(action))
}

/// A key that a click does not press.
pub(super) fn plain(key: &str, word: &str) -> Hint {
    hint(key.to_owned(), word, Target::Nothing)
}

pub(super) fn hint(key: String, word: &str, target: Target) -> Hint {
    let width = text::width(&key) + 1 + text::width(word);
    Hint {
        area: Rect::new(0, 0, u16::try_from(width).unwrap_or(u16::MAX), 1),
        key,
        word: word.to_owned(),
        target,
        enabled: true,
    }
}
