//! How the list was left: restored at the start, and written down once it has been left alone for a while.

use super::rows::Keep;
use super::{groups, notebook, sessions};
use crate::console::ids::GroupKey;
use crate::console::notebook::{ListPlace, NotebookChange};
use crate::console::state::{GroupColumn, Pane, Sort, State};

/// Milliseconds after the last change of the list.
const REST: i64 = 3_000;

/// The list as it is now.
fn now(state: &State) -> ListPlace {
    let groups = &state.groups;
    let hidden = GroupColumn::NAMES.into_iter();
    let hidden = hidden.filter(|(column, _)| groups.hidden_columns.contains(column));
    let selected = groups.selected().map(|entry| &entry.key);
    ListPlace {
        sort: groups.sort.word().to_owned(),
        reversed: groups.reversed,
        hidden_columns: hidden.map(|(_, name)| name.to_owned()).collect(),
        session: (state.sessions.selected()).map(|session| session.id.clone()),
        group: selected.map(|key| (key.session.clone(), key.jid.clone())),
    }
}

/// Restores the last place as far as its account and group are known by now, or plans to write this one down.
pub(super) fn sync(state: &mut State) {
    if let Some(place) = state.groups.restoring.take() {
        restore(state, place);
        return;
    }
    // Before the user has moved, the place is nobody's choice.
    let moved = state.focus != Pane::Sessions || state.sessions.cursor > 0;
    if !moved || state.groups.typing {
        return;
    }
    let place = Some(now(state));
    if state.groups.notebook.list == place {
        state.requests.due.place = None;
    } else {
        let due = state.now + REST;
        state.requests.due.place.get_or_insert(due);
    }
}

/// The list has been left alone.
pub(super) fn write(state: &mut State) {
    state.requests.due.place = None;
    let place = now(state);
    if state.groups.notebook.list.as_ref() != Some(&place) {
        notebook::change(state, NotebookChange::List(place));
    }
}

fn restore(state: &mut State, mut place: ListPlace) {
    let untouched = state.focus == Pane::Sessions && state.groups.cursor == 0;
    if !untouched {
        return;
    }
    if let Some(sort) = Sort::parse(&place.sort) {
        let columns = place.hidden_columns.iter();
        state.groups.hidden_columns = columns
            .filter_map(|name| GroupColumn::parse(name))
            .collect();
        state.groups.sort = sort;
        state.groups.reversed = place.reversed;
        state.groups.reorder();
        state.rebuild_rows(Keep::Selected);
        place.sort.clear();
    }
    if !state.sessions.loaded {
        state.groups.restoring = Some(place);
        return;
    }
    if let Some(session) = place.session.take() {
        let row = state.sessions.rows.iter().position(|row| row.id == session);
        if let Some(row) = row.filter(|_| state.sessions.cursor == 0) {
            sessions::select(state, row + 1);
        }
    }
    let Some((session, jid)) = place.group.clone() else {
        return;
    };
    let waits = state.sessions.get(&session).is_some()
        && !state.groups.loaded.contains(&session)
        && !state.groups.failures.contains_key(&session);
    if waits {
        state.groups.restoring = Some(place);
    } else {
        groups::select(state, &GroupKey { session, jid });
    }
}
