//! The cursor of the sessions pane, which is the scope of the groups.

use super::super::cursor::{self, Step};
use super::super::groups;
use super::super::rows::Keep;
use crate::console::layout;
use crate::console::state::State;

/// Moves the cursor, and with it the scope.
pub(crate) fn step(state: &mut State, step: Step) {
    let rows = state.sessions.rows.len() + 1;
    let page = layout::session_rows(state);
    select(state, step.apply(state.sessions.cursor, rows, page));
}

pub(crate) fn select(state: &mut State, row: usize) {
    let row = row.min(state.sessions.rows.len());
    if row != state.sessions.cursor {
        state.sessions.cursor = row;
        state.rebuild_rows(Keep::Selected);
        groups::ensure(state);
    }
    snap(state);
}

fn snap(state: &mut State) {
    let page = layout::session_rows(state).max(1);
    let sessions = &mut state.sessions;
    let lowest = (sessions.cursor + 1).saturating_sub(page);
    sessions.offset = sessions.offset.min(sessions.cursor).max(lowest);
}

/// The wheel moves the view, not the cursor.
pub(crate) fn wheel(state: &mut State, by: isize) {
    let (lines, page) = (state.sessions.rows.len() + 1, layout::session_rows(state));
    state.sessions.offset = cursor::wheel(state.sessions.offset, by, lines, page);
}

pub(crate) fn keep_in_sight(state: &mut State) {
    let (last, page) = (
        state.sessions.rows.len(),
        layout::session_rows(state).max(1),
    );
    state.sessions.cursor = state.sessions.cursor.min(last);
    state.sessions.offset = cursor::filled(state.sessions.offset, last + 1, page);
    let shown = Some((state.sessions.cursor, state.size));
    if state.requests.shown_session != shown {
        state.requests.shown_session = shown;
        snap(state);
    }
}
