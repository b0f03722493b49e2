//! The help: every key, the keys of dialogs and fields, and every sign.

use super::dialog::{DIALOG_FRAME, centred};
use super::screen::{Screen, inside, row, screen};
use crate::console::keymap::{BINDINGS, Binding, FIXED, Fixed, Keymap, SIGNS, Sign};
use crate::console::state::{HelpDialog, Layer, State};
use ratatui::layout::Rect;

/// Columns of one column of the help.
const COLUMN: u16 = 84;

/// One line of the help.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HelpLine {
    Section(&'static str),
    Key(&'static Binding),
    Fixed(&'static Fixed),
    Sign(&'static Sign),
}

/// The help's areas.
pub(crate) struct HelpParts {
    pub area: Rect,
    pub search: Rect,
    pub rows: Rect,
    pub columns: usize,
    /// The rows that match the search, under the names of their sections.
    pub found: Vec<HelpLine>,
    /// First visible line.
    pub first: usize,
}

impl HelpParts {
    /// Lines that all found rows take.
    #[must_use]
    pub(crate) fn lines(&self) -> usize {
        self.found.len().div_ceil(self.columns)
    }

    /// How many keys and signs were found.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        let is_row = |line: &&HelpLine| !matches!(line, HelpLine::Section(_));
        self.found.iter().filter(is_row).count()
    }

    /// How many there are.
    #[must_use]
    pub(crate) fn total() -> usize {
        BINDINGS.len() + FIXED.len() + SIGNS.len()
    }
}

#[must_use]
pub(crate) fn help_parts(state: &State, screen: &Screen, help: &HelpDialog) -> HelpParts {
    let found = lines(&state.options.keymap, &help.search);
    let columns = if screen.body.width >= 2 * COLUMN + DIALOG_FRAME + 2 {
        2
    } else {
        1
    };
    // The height is that of the whole help, so that the box does not change while the user types.
    let all = HelpParts::total() + 3;
    let height = u16::try_from(all.div_ceil(columns)).unwrap_or(u16::MAX) + 4;
    let width = COLUMN * u16::try_from(columns).unwrap_or(1) + DIALOG_FRAME;
    let area = centred(screen.body, width, height);
    let inner = inside(area);
    let content = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        ..inner
    };
    let rows = Rect {
        y: content.y + 2.min(content.height),
        height: content.height.saturating_sub(2),
        ..content
    };
    let lines = found.len().div_ceil(columns);
    HelpParts {
        area,
        search: row(content, 0),
        first: help
            .scroll
            .min(lines.saturating_sub(usize::from(rows.height))),
        rows,
        columns,
        found,
    }
}

/// The lines in which every word of the search occurs: in keys, words or other words for them.
fn lines(keymap: &Keymap, search: &str) -> Vec<HelpLine> {
    let search = search.to_lowercase();
    let matches = |text: String| {
        let text = text.to_lowercase();
        search.split_whitespace().all(|word| text.contains(word))
    };
    let keys = BINDINGS.iter().filter(|binding| {
        let keys: Vec<_> = keymap
            .keys(binding.action)
            .iter()
            .map(ToString::to_string)
            .collect();
        let name = binding.name.replace('_', " ");
        let (help, also) = (binding.help, binding.also);
        matches(format!("{name} {help} {also} {}", keys.join(" ")))
    });
    let fixed = FIXED.iter().filter(|key| {
        matches(format!(
            "{} {} {} {}",
            key.keys, key.help, key.also, key.place
        ))
    });
    let signs = SIGNS.iter().filter(|sign| {
        let (help, place) = (sign.help, sign.place);
        matches(format!("{} {help} {} {place} sign", sign.symbol, sign.also))
    });
    let mut found = Vec::new();
    section(&mut found, "Keys", keys.map(HelpLine::Key));
    section(
        &mut found,
        "In dialogs and text fields",
        fixed.map(HelpLine::Fixed),
    );
    section(&mut found, "Signs", signs.map(HelpLine::Sign));
    found
}

fn section(found: &mut Vec<HelpLine>, name: &'static str, lines: impl Iterator<Item = HelpLine>) {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        found.push(HelpLine::Section(name));
        found.extend(lines);
    }
}

/// How many lines of the help fit, and how many there are.
#[must_use]
pub(crate) fn help_page(state: &State) -> (usize, usize) {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Help(help))) => {
            let parts = help_parts(state, &screen, help);
            (usize::from(parts.rows.height).max(1), parts.lines())
        }
        _ => (1, 0),
    }
}
