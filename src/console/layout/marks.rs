//! The line of the marks above the footer, and what Esc does next.

use super::footer::{Hint, of_action};
use super::screen::{Screen, row};
use crate::console::keymap::Action;
use crate::console::state::{Layer, Pane, State};
use crate::console::words;
use crate::text;
use ratatui::layout::Rect;

/// Columns between two hints.
const GAP: u16 = 2;

/// The line of the marks.
pub(crate) struct MarksBar {
    pub words: String,
    pub area: Rect,
    pub hints: Vec<Hint>,
}

/// How many lines the marks take above the footer. A dialog that shows a code keeps the whole screen.
#[must_use]
pub(crate) fn marks_lines(state: &State) -> u16 {
    let covered = matches!(
        state.layers.last(),
        Some(Layer::Pairing(_) | Layer::Reset(_) | Layer::Qr | Layer::Counter(_))
    );
    let marks = &state.groups.marks;
    let any = marks.len() > 0 || marks.range_from.is_some() || state.link_list.is_some();
    u16::from(any && !covered)
}

/// What Esc does next in the panes.
#[must_use]
pub(crate) fn escape_word(state: &State) -> Option<&'static str> {
    let groups = &state.groups;
    if groups.marks.range_from.is_some() {
        return Some("end range");
    }
    let marked = groups.marks.len() > 0;
    let card = state.card.as_ref();
    match state.focus {
        Pane::Group if card.is_some_and(|card| !card.find.text.is_empty()) => Some("clear filter"),
        Pane::Group => Some("back"),
        _ if state.link_list.is_some() => Some("stop the list"),
        Pane::Groups if !groups.filter.is_empty() => Some("clear filter"),
        _ if marked => Some("clear marks"),
        Pane::Groups => Some("back"),
        Pane::Sessions => None,
    }
}

/// The line's words and hints; of the hints those that fit.
#[must_use]
pub(crate) fn marks_bar(state: &State, screen: &Screen) -> Option<MarksBar> {
    let line = row(screen.marks, 0);
    if line.is_empty() {
        return None;
    }
    let groups = &state.groups;
    let (marked, hidden) = groups.marked();
    let mut said = format!("✓ {} marked", words::thousands(marked));
    if hidden > 0 {
        said.push_str(&format!(" ({} hidden)", words::thousands(hidden)));
    }
    let range = groups.range().map(|range| range.count());
    if let Some(rows) = range {
        said.push_str(&format!(" · range of {}", words::thousands(rows)));
    }
    if let Some(list) = &state.link_list {
        let (done, total) = (list.done.len(), list.total);
        let pause = list.due.map(|due| words::seconds(state.now, due));
        let pause = pause.map_or(String::new(), |pause| format!(", goes on in {pause}"));
        said = format!("◌ reading links: {done} of {total}{pause}");
    }
    let escape = match escape_word(state) {
        Some("clear marks") => Some("clear"),
        word => word.filter(|word| matches!(*word, "end range" | "stop the list")),
    };
    let mut wanted = Vec::new();
    if range.is_some() {
        wanted.push(of_action(state, Action::MarkRange, "end range"));
    } else if state.link_list.is_none() {
        wanted.push(of_action(state, Action::CopyLink, "copy list"));
    }
    wanted.push(of_action(state, Action::BatchMenu, "more …"));
    wanted.extend(escape.map(|word| of_action(state, Action::Back, word)));
    let said_width = u16::try_from(text::width(&said)).unwrap_or(u16::MAX);
    let area = Rect {
        x: line.x + 1,
        width: said_width.min(line.width.saturating_sub(2)),
        ..line
    };
    let room = line.width.saturating_sub(area.width + GAP + 3);
    let width = |hints: &[Hint]| hints.iter().map(|hint| hint.area.width + GAP).sum::<u16>();
    // The first ones are given up first: their keys stay in the menu and in the help.
    while width(&wanted) > room + GAP && !wanted.is_empty() {
        wanted.remove(0);
    }
    let mut x = area.right() + GAP + 1;
    for hint in &mut wanted {
        hint.area = Rect {
            x,
            y: line.y,
            ..hint.area
        };
        x += hint.area.width + GAP;
    }
    Some(MarksBar {
        words: said,
        area,
        hints: wanted,
    })
}
