//! The inbox: its keys, buttons and mouse.

use super::super::cursor::{next_button, scroll_step};
use super::super::follow_up::FollowUp;
use super::super::text_input::at_the_end;
use super::super::{confirm, form};
use super::dialog::dialog;
use super::{rows, run};
use crate::api::{Capability, MembershipRequest, SettingsPatch};
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Action;
use crate::console::layout::{self, INBOX_BUTTONS};
use crate::console::state::{ButtonId, InboxDialog, InboxSource, Layer, Question, State};
use crate::text::clean_line;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Longer filters match nothing that has a name.
const FILTER_MAX: usize = 100;

/// Opens the inbox.
pub(crate) fn open(state: &mut State) {
    if state.requests.no_inbox {
        state.note("This gateway does not report requests to join.");
        return;
    }
    state
        .layers
        .push(Layer::Inbox(Box::new(InboxDialog::new())));
    rows::read(state);
}

/// The stream was interrupted, or the accounts have changed: what is shown is read again.
pub(crate) fn read_again(state: &mut State) {
    if dialog(state).is_some_and(|dialog| dialog.run.is_none()) {
        rows::read(state);
    }
}

pub(crate) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(dialog) = dialog(state) else {
        return FollowUp::Nothing;
    };
    if dialog.typing {
        return filter_key(state, event);
    }
    let plain = !event
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match event.code {
        KeyCode::Esc => leave(state),
        KeyCode::Tab => move_focus(dialog, event.modifiers.contains(KeyModifiers::SHIFT)),
        KeyCode::BackTab => move_focus(dialog, true),
        KeyCode::Enter => {
            let focus = dialog.focus;
            press(state, focus);
        }
        KeyCode::Char(' ') if plain => mark(state),
        KeyCode::Char('m') if plain => mark_group(state),
        KeyCode::Char('M') if plain => mark_all(state),
        KeyCode::Char('a') if plain => decide(state, true),
        KeyCode::Char('x') if plain => decide(state, false),
        KeyCode::Char('o') if plain => change_order(state),
        KeyCode::Char('/') if plain => dialog.typing = true,
        _ => return by_action(state, action),
    }
    FollowUp::Nothing
}

fn by_action(state: &mut State, action: Option<Action>) -> FollowUp {
    if action.is_some_and(|action| hint(state, action)) {
        return FollowUp::Nothing;
    }
    match action {
        Some(Action::Back | Action::RequestsInbox) => leave(state),
        Some(action @ (Action::Help | Action::Quit | Action::ErrorDetails)) => {
            return FollowUp::Perform(action);
        }
        _ => {
            let page = layout::inbox_rows(state);
            let (Some(step), Some(dialog)) = (scroll_step(action), dialog(state)) else {
                return FollowUp::UnknownKey;
            };
            dialog.cursor = step.apply(dialog.cursor, dialog.shown().len(), page);
        }
    }
    FollowUp::Nothing
}

fn move_focus(dialog: &mut InboxDialog, back: bool) {
    dialog.focus = next_button(&INBOX_BUTTONS, dialog.focus, back);
}

fn filter_key(state: &mut State, event: &KeyEvent) -> FollowUp {
    let page = layout::inbox_rows(state);
    let Some(dialog) = dialog(state) else {
        return FollowUp::Nothing;
    };
    let rows = dialog.shown().len();
    let step = match event.code {
        KeyCode::Esc if dialog.filter.is_empty() => {
            dialog.typing = false;
            return FollowUp::Nothing;
        }
        KeyCode::Esc => {
            set_filter(dialog, "");
            return FollowUp::Nothing;
        }
        KeyCode::Enter | KeyCode::Tab => {
            dialog.typing = false;
            return FollowUp::Nothing;
        }
        KeyCode::Up => Action::Up,
        KeyCode::Down => Action::Down,
        KeyCode::PageUp => Action::PageUp,
        KeyCode::PageDown => Action::PageDown,
        _ => {
            if let Some(text) = at_the_end(&dialog.filter, event) {
                set_filter(dialog, &text);
            }
            return FollowUp::Nothing;
        }
    };
    if let Some(step) = scroll_step(Some(step)) {
        dialog.cursor = step.apply(dialog.cursor, rows, page);
    }
    FollowUp::Nothing
}

fn set_filter(dialog: &mut InboxDialog, text: &str) {
    let selected = dialog.selected().map(|row| row.id.clone());
    dialog.filter = clean_line(text).chars().take(FILTER_MAX).collect();
    rows::find(dialog, selected.as_ref());
}

pub(crate) fn paste(state: &mut State, text: &str) {
    if let Some(dialog) = dialog(state).filter(|dialog| dialog.typing) {
        let text = format!("{}{text}", dialog.filter);
        set_filter(dialog, &text);
    }
}

/// Space: marks the person or takes the mark away, and goes on to the next row.
fn mark(state: &mut State) {
    let Some(dialog) = dialog(state).filter(|dialog| dialog.run.is_none()) else {
        return;
    };
    // One who does not wait any more is passed over.
    let waiting = dialog.selected().filter(|row| row.waits());
    if let Some(id) = waiting.map(|row| row.id.clone())
        && !dialog.marks.remove(&id)
    {
        dialog.marks.insert(id);
    }
    let last = dialog.shown().len().saturating_sub(1);
    dialog.cursor = (dialog.cursor + 1).min(last);
}

/// Marks everyone who asks to join the selected person's group, or takes these marks away.
fn mark_group(state: &mut State) {
    let Some(dialog) = dialog(state).filter(|dialog| dialog.run.is_none()) else {
        return;
    };
    let Some(jid) = dialog.selected().map(|row| row.id.group.jid.clone()) else {
        return;
    };
    let mut people = dialog.shown_waiting();
    people.retain(|id| id.group.jid == jid);
    if people.iter().all(|id| dialog.marks.contains(id)) {
        dialog.marks.retain(|id| !people.contains(id));
    } else {
        dialog.marks.extend(people);
    }
}

/// Marks everyone who is shown and waits, or takes all marks away if they are marked.
fn mark_all(state: &mut State) {
    let Some(dialog) = dialog(state).filter(|dialog| dialog.run.is_none()) else {
        return;
    };
    if dialog.all_marked() {
        dialog.marks.clear();
    } else {
        let people = dialog.shown_waiting();
        dialog.marks.extend(people);
    }
}

/// Lets the marked people in or rejects them, or the selected one. More than one are asked about, and one whom
/// the filter hides.
fn decide(state: &mut State, approve: bool) {
    if state.refuses(Capability::Send) {
        return;
    }
    let Some(dialog) = dialog(state) else {
        return;
    };
    if dialog.run.is_some() {
        state.note("The people before are not done yet; Esc stops.");
        return;
    }
    let people = dialog.targets();
    match people.len() {
        0 => state.note("Nobody who waits is selected."),
        1 if dialog.shown_waiting().contains(&people[0]) => run::begin(state, approve, people),
        count => {
            dialog.asked = Some((approve, people.clone()));
            let takes = run::expected(state, &people);
            confirm::ask(
                state,
                Question::Settle {
                    approve,
                    people: count,
                    takes,
                },
            );
        }
    }
}

/// The question was confirmed.
pub(crate) fn confirmed(state: &mut State) {
    let asked = dialog(state).and_then(|dialog| dialog.asked.take());
    if let Some((approve, people)) = asked {
        run::begin(state, approve, people);
    }
}

fn refresh(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    if dialog.run.is_some() {
        state.note("The people before are not done yet; Esc stops.");
    } else if matches!(&dialog.source, InboxSource::Singly { left, .. } if !left.is_empty()) {
        state.note("The groups are being read already.");
    } else {
        rows::read(state);
    }
}

/// Opens the form of the selected person's group, where approval is switched on and off.
fn edit_group(state: &mut State) {
    if state.refuses(Capability::Send) {
        return;
    }
    let key = match dialog(state) {
        Some(dialog) if dialog.run.is_some() => {
            state.note("The people before are not done yet; Esc stops.");
            return;
        }
        Some(dialog) => dialog.selected().map(|row| row.id.group.clone()),
        None => None,
    };
    match key {
        Some(key) if state.groups.get(&key).is_some() => {
            close(state);
            form::open_with(state, &key, &SettingsPatch::default());
        }
        Some(_) => state.note("The group is not in the list: go to its account first."),
        None => state.note("Select a person of the group first."),
    }
}

/// Esc: stops what runs; then clears the filter; then the marks; then closes.
fn leave(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    if dialog.run.as_ref().is_some_and(|run| !run.left.is_empty()) {
        run::stop(state);
    } else if !dialog.filter.is_empty() {
        set_filter(dialog, "");
    } else if !dialog.marks.is_empty() {
        dialog.marks.clear();
    } else {
        close(state);
    }
}

fn close(state: &mut State) {
    state
        .layers
        .retain(|layer| !matches!(layer, Layer::Inbox(_)));
    state.requests.due.inbox = None;
    state
        .requests
        .cancel(|call| matches!(call, Call::AllRequests | Call::Requests(_)));
}

pub(crate) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Confirm => decide(state, true),
        ButtonId::Discard => decide(state, false),
        ButtonId::MarkAll => mark_all(state),
        ButtonId::Close => leave(state),
        _ => {}
    }
}

/// A click on a row: selects it, or marks it if it is selected already.
pub(crate) fn click(state: &mut State, row: usize) {
    match dialog(state) {
        Some(dialog) if dialog.cursor == row => mark(state),
        Some(dialog) => dialog.cursor = row,
        None => {}
    }
}

/// A click on a hint; whether the inbox has such a key of its own.
pub(crate) fn hint(state: &mut State, action: Action) -> bool {
    match action {
        Action::Refresh => refresh(state),
        Action::Edit => edit_group(state),
        _ => return false,
    }
    true
}

/// Sorts by group, or by time again.
pub(crate) fn change_order(state: &mut State) {
    if let Some(dialog) = dialog(state) {
        dialog.by_group = !dialog.by_group;
        rows::arrange(dialog);
    }
}

/// A click on the filter's line.
pub(crate) fn focus_filter(state: &mut State) {
    if let Some(dialog) = dialog(state) {
        dialog.typing = true;
    }
}

/// The wheel.
pub(crate) fn wheel(state: &mut State, by: isize) {
    if let Some(dialog) = dialog(state) {
        let last = dialog.shown().len().saturating_sub(1);
        dialog.cursor = dialog.cursor.saturating_add_signed(by.signum()).min(last);
    }
}

/// What is due by the clock: the next person, the next group.
pub(crate) fn due(state: &mut State) {
    state.requests.due.inbox = None;
    run::next(state);
    rows::next_group(state);
}

/// A group's own list was read.
pub(crate) fn group_read(
    state: &mut State,
    id: RequestId,
    key: &GroupKey,
    answer: &Result<Vec<MembershipRequest>, CallFailure>,
) {
    run::looked_up(state, id, key, answer);
    rows::group_read(state, key, answer);
}
