//! Marks in the list of groups.

use super::cursor::Step;
use super::groups;
use crate::console::state::{Pane, State};

/// Names in a message.
const NAMED: usize = 3;

/// Space: marks the selected group or takes its mark away, and goes to the next one.
pub(super) fn toggle(state: &mut State) {
    let row = state.groups.cursor;
    toggle_row(state, row);
    groups::step(state, Step::Down);
}

/// Marks the group of a row, or takes its mark away.
pub(super) fn toggle_row(state: &mut State, row: usize) {
    let groups = &mut state.groups;
    if let Some(position) = groups.rows.get(row).copied() {
        let marked = groups.marks.contains(position);
        groups.marks.set(position, !marked);
    }
}

/// `V`: begins a range at the selected group.
pub(super) fn start_range(state: &mut State) {
    state.focus = Pane::Groups;
    let selected = state.groups.selected().map(|entry| entry.key.clone());
    state.groups.marks.range_from = selected;
}

/// Marks the groups of the range and ends it; whether there was one.
pub(super) fn end_range(state: &mut State) -> bool {
    let range = state.groups.range();
    let groups = &mut state.groups;
    if groups.marks.range_from.take().is_none() {
        return false;
    }
    let rows = range.and_then(|range| groups.rows.get(range));
    for position in rows.unwrap_or_default() {
        groups.marks.set(*position, true);
    }
    true
}

/// Marks every group that the list shows.
pub(super) fn mark_shown(state: &mut State) {
    let groups = &mut state.groups;
    for position in &groups.rows {
        groups.marks.set(*position, true);
    }
}

/// Marks the shown groups that are not marked, and takes the marks of the others away. Hidden groups stay as
/// they are.
pub(super) fn invert_shown(state: &mut State) {
    let groups = &mut state.groups;
    for position in &groups.rows {
        let marked = groups.marks.contains(*position);
        groups.marks.set(*position, !marked);
    }
}

/// Takes all marks away; whether there were any.
pub(super) fn clear(state: &mut State) -> bool {
    let any = state.groups.marks.len() > 0;
    state.groups.marks.clear();
    any
}

/// Reports marked groups that have left the list. A range without its first group ends.
pub(super) fn sync(state: &mut State) {
    if state.groups.marks.range_from.is_some() && state.groups.range().is_none() {
        state.groups.marks.range_from = None;
    }
    let gone = std::mem::take(&mut state.groups.marks.gone);
    if gone.is_empty() {
        return;
    }
    let mut names = gone.iter().take(NAMED).cloned().collect::<Vec<_>>();
    if gone.len() > NAMED {
        names.push(format!("and {} more", gone.len() - NAMED));
    }
    let names = names.join(", ");
    let what = if gone.len() == 1 { "group" } else { "groups" };
    state.note(format!(
        "{} marked {what} left the list and the marks: {names}",
        gone.len()
    ));
}
