//! The groups pane: loading, cursor, filter, sort.

use super::cursor::{self, Step};
use super::rows::Keep;
use super::text_input::at_the_end;
use crate::api::Group;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::layout;
use crate::console::state::{Entry, Pane, SessionScope, Sort, State};
use crate::text::clean_line;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Maximum groups of a session that are read one by one; beyond that the list is read.
const SINGLY: usize = 8;
/// Sessions whose groups are loaded concurrently.
const LOADING_MAX: usize = 64;
/// Longer filters match nothing that has a name.
const FILTER_MAX: usize = 200;

/// Reads the groups of every session in scope that have not been read yet.
pub(super) fn ensure(state: &mut State) {
    if state.requests.away.is_some() {
        return;
    }
    // The filter finds groups of all accounts.
    let finding = state.groups.typing || state.groups.is_filtered();
    let wanted = if finding {
        state
            .sessions
            .rows
            .iter()
            .map(|session| session.id.clone())
            .collect()
    } else {
        state.sessions.in_scope()
    };
    for session in wanted {
        let groups = &state.groups;
        let known = groups.loaded.contains(&session)
            || groups.loading.contains_key(&session)
            || groups.failures.contains_key(&session);
        if state.groups.loading.len() >= LOADING_MAX {
            // An answer triggers the reads of the others.
            return;
        }
        if !known {
            load(state, session);
        }
    }
}

/// Reads the groups in scope, whether loaded or not.
pub(super) fn refresh(state: &mut State) {
    for session in state.sessions.in_scope() {
        let is_full = state.groups.loading.len() >= LOADING_MAX;
        if !is_full || state.groups.loaded.contains(&session) {
            load(state, session);
        }
    }
}

/// Reads all groups again that were ever read or refused.
pub(super) fn refresh_known(state: &mut State) {
    let groups = &state.groups;
    let known: Vec<_> = groups
        .loaded
        .iter()
        .chain(groups.failures.keys())
        .cloned()
        .collect();
    for session in known {
        load(state, session);
    }
    ensure(state);
}

/// Reads a changed group again, if it belongs to a session whose groups are loaded.
pub(super) fn read_row_again(state: &mut State, key: &GroupKey) {
    let session = &key.session;
    if !state.groups.loaded.contains(session) && !state.groups.loading.contains_key(session) {
        return;
    }
    let of_session = |call: &&Call| matches!(call, Call::Group(other) if other.session == *session);
    let asked = state.requests.calls().filter(of_session).count();
    state.requests.read_again(if asked < SINGLY {
        Call::Group(key.clone())
    } else {
        Call::Groups {
            session: session.clone(),
        }
    });
}

fn load(state: &mut State, session: String) {
    let id = state.requests.read(Call::Groups {
        session: session.clone(),
    });
    if !state.groups.loaded.contains(&session) {
        state.groups.loading.insert(session, id);
    }
}

/// A session's list was read.
pub(super) fn listed(
    state: &mut State,
    id: RequestId,
    session: &str,
    answer: Result<Vec<Group>, CallFailure>,
) {
    let was_full = state.groups.loading.len() >= LOADING_MAX;
    state.groups.loading.remove(session);
    if state.sessions.get(session).is_none() {
        return;
    }
    match answer {
        Ok(groups) => {
            state.groups.failures.remove(session);
            state.groups.loaded.insert(session.to_owned());
            let heard = &state.requests.group_events;
            let newer = |key: &GroupKey| heard.get(key).is_some_and(|newest| *newest >= id.0);
            if state.groups.merge(session, groups, state.now, newer) {
                state.rebuild_rows(Keep::Pinned);
            }
        }
        Err(failure) => {
            state.groups.failures.insert(session.to_owned(), failure);
        }
    }
    if was_full {
        ensure(state);
    }
}

/// One group was read. Returns whether the answer was applied.
pub(super) fn read(
    state: &mut State,
    id: RequestId,
    key: &GroupKey,
    answer: Result<Group, &CallFailure>,
) -> bool {
    if state.sessions.get(&key.session).is_none() {
        return false;
    }
    match answer {
        Ok(group) if group.group_jid == key.jid => {
            let heard = state.requests.group_events.get(key);
            if heard.is_some_and(|newest| *newest >= id.0) && state.groups.get(key).is_some() {
                state.requests.read(Call::Group(key.clone()));
                return false;
            }
            // A row without a role may be one of another session: such gateways answer for any. Only the
            // session's own list says what belongs to it.
            if group.my_role.is_none() && state.groups.get(key).is_none() {
                let session = key.session.clone();
                state.requests.read_again(Call::Groups { session });
                return false;
            }
            let pick = state.pick();
            let entry = Entry::new(&key.session, group);
            state.groups.put(&pick, entry, state.now);
            changed(state);
            return true;
        }
        Ok(_) => {}
        Err(failure) => {
            // The list skipped this group because it was being read by itself. After the failure a new list must
            // include it.
            let unknown = state.groups.get(key).is_none();
            if unknown && failure.kind != FailureKind::GatewayAway {
                let session = key.session.clone();
                state.requests.read_again(Call::Groups { session });
            }
        }
    }
    false
}

/// Changes what is stored about a group, when it is loaded.
pub(super) fn patch(state: &mut State, key: &GroupKey, change: impl FnOnce(&mut Entry)) {
    let pick = state.pick();
    if state.groups.change(&pick, key, change).is_some() {
        changed(state);
    }
}

/// After a change of one entry the filter ranks again, with a delay, because changes come in bursts.
fn changed(state: &mut State) {
    if state.groups.is_arranged() {
        let soon = state.now + 250;
        state.requests.due.rank.get_or_insert(soon);
    }
}

/// Moves the cursor.
pub(super) fn step(state: &mut State, step: Step) {
    let page = layout::group_rows(state);
    state.groups.at_first = false;
    state.groups.cursor = step.apply(state.groups.cursor, state.groups.len(), page);
    snap(state);
}

/// Makes the cursor visible again after the wheel moved the offset, or keys moved the cursor.
pub(super) fn snap(state: &mut State) {
    let page = layout::group_rows(state).max(1);
    let groups = &mut state.groups;
    let line = groups.line_of(groups.cursor);
    // The line above a part comes into sight with its first row.
    let is_first = groups.parts.iter().any(|part| part.before == groups.cursor);
    let top = line - usize::from(is_first && page > 1);
    groups.offset = groups.offset.min(top).max((line + 1).saturating_sub(page));
}

/// The wheel moves the view, not the cursor.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (lines, page) = (state.groups.lines(), layout::group_rows(state));
    state.groups.offset = cursor::wheel(state.groups.offset, by, lines, page);
}

/// Keeps cursor and offset within the rows.
pub(super) fn keep_in_sight(state: &mut State) {
    let page = layout::group_rows(state).max(1);
    let groups = &mut state.groups;
    groups.cursor = groups.cursor.min(groups.rows.len().saturating_sub(1));
    groups.offset = cursor::filled(groups.offset, groups.lines(), page);
    let shown = Some((groups.cursor, state.size));
    if state.requests.shown_group != shown {
        state.requests.shown_group = shown;
        snap(state);
    }
}

/// Focuses the filter line and selects its text, so that typing replaces it.
pub(super) fn start_filter(state: &mut State) {
    state.focus = Pane::Groups;
    if state.groups.typing {
        return;
    }
    let groups = &mut state.groups;
    groups.typing = true;
    groups.selected_text = !groups.filter.is_empty();
    groups.before_find = groups.selected().map(|entry| entry.key.clone());
    ensure(state);
    if !state.groups.is_filtered() {
        state.groups.at_first = true;
        state.rebuild_rows(Keep::Selected);
    }
}

/// Leaves the filter line and keeps its text.
pub(super) fn end_filter(state: &mut State) {
    let was_typing = std::mem::take(&mut state.groups.typing);
    state.groups.at_first = false;
    state.groups.selected_text = false;
    if was_typing && !state.groups.is_filtered() && !state.groups.parts.is_empty() {
        bring_into_scope(state);
        state.rebuild_rows(Keep::Selected);
    }
}

/// Leaves the filter line; without a text the group that was selected before is selected again.
fn cancel_filter(state: &mut State) {
    if !state.groups.is_filtered()
        && let Some(before) = state.groups.before_find.take()
    {
        select(state, &before);
    }
    end_filter(state);
}

/// Selects the account of the selected group, where only another account's groups are shown.
fn bring_into_scope(state: &mut State) {
    let Some(key) = state.groups.selected().map(|entry| entry.key.clone()) else {
        return;
    };
    let scope = state.sessions.scope();
    let elsewhere = matches!(&scope, SessionScope::Session(id) if *id != key.session);
    let at = (state.sessions.rows.iter()).position(|session| session.id == key.session);
    if let (true, Some(at)) = (elsewhere, at) {
        state.sessions.cursor = at + 1;
        ensure(state);
    }
}

/// Selects a group among the rows; whether it is there.
pub(super) fn select(state: &mut State, key: &GroupKey) -> bool {
    let groups = &mut state.groups;
    let position = groups.positions.get(key).copied();
    let row = position.and_then(|wanted| groups.rows.iter().position(|row| *row == wanted));
    if let Some(row) = row {
        groups.cursor = row;
    }
    row.is_some()
}

/// Goes to a group, whatever account and filter are selected; whether it is loaded.
pub(super) fn go_to(state: &mut State, key: &GroupKey) -> bool {
    if state.groups.get(key).is_none() {
        return false;
    }
    state.groups.typing = false;
    state.groups.selected_text = false;
    state.focus = Pane::Groups;
    state.rebuild_rows(Keep::Selected);
    if select(state, key) {
        return true;
    }
    state.groups.filter.clear();
    state.groups.invitable_only = false;
    if let Some(at) = (state.sessions.rows.iter()).position(|row| row.id == key.session)
        && state.sessions.scope() != SessionScope::AllSessions
    {
        state.sessions.cursor = at + 1;
    }
    state.rebuild_rows(Keep::Selected);
    ensure(state);
    select(state, key)
}

/// Sorts by the next column.
pub(super) fn sort(state: &mut State) {
    let all = state.sessions.scope() == SessionScope::AllSessions;
    state.groups.sort = match state.groups.sort.next() {
        Sort::Session if !all => Sort::Session.next(),
        sort => sort,
    };
    state.groups.reversed = false;
    sorted(state);
}

/// Sorts by a column, in the opposite order if it is sorted by that one already.
pub(super) fn sort_by(state: &mut State, sort: Sort) {
    if state.groups.sort == sort {
        return reverse(state);
    }
    state.groups.sort = sort;
    state.groups.reversed = false;
    sorted(state);
}

/// Reverses the order.
pub(super) fn reverse(state: &mut State) {
    state.groups.reversed = !state.groups.reversed;
    sorted(state);
}

fn sorted(state: &mut State) {
    state.groups.reorder();
    state.rebuild_rows(Keep::Selected);
    let groups = &state.groups;
    let word = groups.sort.word();
    let order = if groups.reversed { ", reversed" } else { "" };
    let when = if groups.filter.trim().is_empty() {
        ""
    } else {
        "; it shows once the filter is cleared"
    };
    state.note(format!("Sorted by {word}{order}{when}"));
}

pub(super) fn invitable_only(state: &mut State) {
    state.groups.invitable_only = !state.groups.invitable_only;
    state.rebuild_rows(Keep::Selected);
    let has_role = |entry: &Entry| entry.group.my_role.is_some();
    let entries = &state.groups.entries;
    if state.groups.invitable_only && !entries.is_empty() && !entries.iter().any(has_role) {
        state.note("This gateway does not tell your role in a group, so none is left out for it.");
    }
}

/// Clears the filter; whether there was one.
pub(super) fn clear_filter(state: &mut State) -> bool {
    if state.groups.filter.is_empty() {
        return false;
    }
    if !state.groups.typing {
        bring_into_scope(state);
    }
    state.groups.filter.clear();
    state.groups.selected_text = false;
    super::find::typed(state);
    state.rebuild_rows(Keep::Selected);
    true
}

/// Groups are found by their account's number, and sorted by its name.
pub(super) fn sessions_changed(state: &mut State) {
    let groups = &mut state.groups;
    let renamed = groups.know_accounts(&state.sessions.rows);
    let renumbered = groups.know_numbers(&state.sessions.rows);
    let found_anew = (renamed || renumbered) && groups.is_filtered();
    let sorted_anew = groups.rank_sessions(&state.sessions.rows) && groups.sort == Sort::Session;
    if sorted_anew {
        groups.reorder();
    }
    if found_anew || sorted_anew {
        state.rebuild_rows(Keep::Pinned);
    }
}

/// A key while the filter is typed; `false` when it is not for the filter. Every key that a text field could
/// take stays here, so that no typed key triggers an action.
pub(super) fn filter_key(state: &mut State, event: &KeyEvent) -> bool {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        KeyCode::Esc if clear_filter(state) => {}
        KeyCode::Esc => cancel_filter(state),
        KeyCode::Enter if super::find::look_up(state) => {}
        KeyCode::Enter => end_filter(state),
        KeyCode::Tab | KeyCode::BackTab => {
            end_filter(state);
            return false;
        }
        KeyCode::Up => step(state, Step::Up),
        KeyCode::Down => step(state, Step::Down),
        KeyCode::PageUp => step(state, Step::PageUp),
        KeyCode::PageDown => step(state, Step::PageDown),
        KeyCode::Char('p') if control => step(state, Step::Up),
        KeyCode::Char('n') if control => step(state, Step::Down),
        KeyCode::Left | KeyCode::Right | KeyCode::Home | KeyCode::End => {
            state.groups.selected_text = false;
        }
        KeyCode::Backspace | KeyCode::Delete if state.groups.selected_text => edit(state, ""),
        code => match at_the_end(kept(state), event) {
            Some(filter) => edit(state, &filter),
            None => return !matches!(code, KeyCode::F(_) | KeyCode::Char(_)),
        },
    }
    true
}

pub(super) fn filter_paste(state: &mut State, text: &str) {
    let filter = format!("{}{text}", kept(state));
    edit(state, &filter);
}

/// The filter that typing continues: none if its text is selected.
fn kept(state: &State) -> &str {
    if state.groups.selected_text {
        ""
    } else {
        &state.groups.filter
    }
}

fn edit(state: &mut State, filter: &str) {
    state.groups.selected_text = false;
    let filter: String = clean_line(filter).chars().take(FILTER_MAX).collect();
    if filter == state.groups.filter {
        return;
    }
    state.groups.filter = filter;
    super::find::typed(state);
    state.rebuild_rows(Keep::Best);
}
