//! Fields, buttons, and what is sent.

use super::super::cursor::next_button;
use super::super::follow_up::FollowUp;
use super::super::{confirm, roster, text_input};
use super::find::dialog;
use crate::api::{Capability, InvitePreview};
use crate::console::account::number;
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::keymap::Action;
use crate::console::layout::{new_group_buttons, new_group_fault};
use crate::console::people::{self, Country};
use crate::console::state::{
    ButtonId, Layer, Leaving, NEW_GROUP_TYPED, NewGroupDialog, NewGroupFocus, NewGroupPhase,
    NewGroupWay, Question, State,
};
use crate::text::{clean_typed_block, clean_typed_line};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Bytes of a pasted text.
const PASTE_MAX: usize = 64 << 10;

/// `N`: a new group, with the selected account.
pub(crate) fn open(state: &mut State) {
    if state.refuses(Capability::Send) {
        return;
    }
    let selected = state.sessions.selected().map(|session| session.id.clone());
    let of_group = state
        .groups
        .selected()
        .map(|entry| entry.key.session.clone());
    let rows = &state.sessions.rows;
    let connected = rows.iter().filter(|row| !row.status.is_disconnected());
    let mut accounts: Vec<String> = connected.map(|row| row.id.clone()).collect();
    // A selected account that is not connected says so in the dialog.
    if let Some(selected) = &selected
        && !accounts.contains(selected)
    {
        accounts.push(selected.clone());
    }
    if accounts.is_empty() {
        state.note("No account is connected to WhatsApp now.");
        return;
    }
    let wanted = selected.or(of_group);
    let account = accounts.iter().position(|id| Some(id) == wanted.as_ref());
    let extended = state
        .groups
        .entries
        .iter()
        .any(|entry| entry.group.invite_by.is_some() || entry.group.my_role.is_some());
    let mut dialog = NewGroupDialog::new(accounts, account.unwrap_or(0), extended);
    dialog.country = country(state, dialog.session());
    state.layers.push(Layer::NewGroup(Box::new(dialog)));
}

fn country(state: &State, session: &str) -> Option<Country> {
    let digits = state.sessions.get(session).and_then(number);
    digits.and_then(|digits| Country::of_number(&digits))
}

pub(crate) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(dialog) = dialog(state) else {
        return FollowUp::Nothing;
    };
    let focus = dialog.focus;
    let back = event.code == KeyCode::BackTab || event.modifiers.contains(KeyModifiers::SHIFT);
    match (event.code, focus) {
        (KeyCode::Esc, _) => leave(state),
        (KeyCode::Tab | KeyCode::BackTab, _) => move_focus(state, back),
        (KeyCode::Up | KeyCode::Down, focus) if focus != NewGroupFocus::People => {
            move_focus(state, event.code == KeyCode::Up);
        }
        (KeyCode::Enter, NewGroupFocus::Name | NewGroupFocus::Description) => {
            move_focus(state, false);
        }
        (KeyCode::Enter, NewGroupFocus::Link) => look_up(state),
        _ if dialog.takes_text() => {
            if let Some(field) = dialog.field() {
                if focus == NewGroupFocus::People {
                    text_input::in_lines(field, event);
                } else {
                    text_input::in_line(field, event);
                }
            }
            edited(dialog);
        }
        (KeyCode::Left | KeyCode::Right | KeyCode::Char(' ') | KeyCode::Enter, focus)
            if !matches!(focus, NewGroupFocus::Button(_)) =>
        {
            turn(state, focus, event.code == KeyCode::Left);
        }
        (KeyCode::Left | KeyCode::Right, _) => move_focus(state, event.code == KeyCode::Left),
        (KeyCode::Enter | KeyCode::Char(' '), NewGroupFocus::Button(button)) => {
            press(state, button);
        }
        _ => match action {
            Some(action @ (Action::Help | Action::ErrorDetails | Action::Quit)) => {
                return FollowUp::Perform(action);
            }
            Some(Action::Back) => leave(state),
            _ => return FollowUp::UnknownKey,
        },
    }
    FollowUp::Nothing
}

fn move_focus(state: &mut State, back: bool) {
    let buttons: Vec<_> = match state.layers.last() {
        Some(Layer::NewGroup(group)) => new_group_buttons(state, group),
        _ => return,
    };
    let Some(dialog) = dialog(state) else {
        return;
    };
    let buttons = buttons.into_iter().filter(|button| button.enabled);
    let buttons = buttons.map(|button| NewGroupFocus::Button(button.id));
    let stops: Vec<_> = dialog.stops().into_iter().chain(buttons).collect();
    dialog.focus = next_button(&stops, dialog.focus, back);
}

/// The next value of a field that has a few.
fn turn(state: &mut State, focus: NewGroupFocus, back: bool) {
    let Some(dialog) = dialog(state).filter(|dialog| dialog.is_editing()) else {
        return;
    };
    let step = |at: usize, count: usize| {
        let by = if back { count - 1 } else { 1 };
        (at + by) % count.max(1)
    };
    match focus {
        NewGroupFocus::Way => {
            dialog.way = match dialog.way {
                NewGroupWay::Create => NewGroupWay::Join,
                NewGroupWay::Join => NewGroupWay::Create,
            };
            dialog.phase = NewGroupPhase::Editing;
        }
        NewGroupFocus::Account if dialog.accounts.len() > 1 => {
            dialog.account = step(dialog.account, dialog.accounts.len());
            dialog.preview = None;
            let session = dialog.session().to_owned();
            let country = country(state, &session);
            if let Some(dialog) = self::dialog(state) {
                dialog.country = country;
                edited(dialog);
            }
        }
        NewGroupFocus::Choice(at) => {
            if let Some(choice) = dialog.choices.get_mut(at) {
                choice.at = step(choice.at, choice.options.len());
            }
        }
        _ => {}
    }
}

/// What follows from the typed texts.
fn edited(dialog: &mut NewGroupDialog) {
    if let NewGroupPhase::Failed(_) = dialog.phase {
        dialog.phase = NewGroupPhase::Editing;
    }
    let text = dialog.people.lines().join("\n");
    dialog.pasted = people::read(&text, dialog.country);
}

/// A pasted text goes into the field that is typed into; a link is looked up at once.
pub(crate) fn paste(state: &mut State, text: &str) {
    if text.len() > PASTE_MAX {
        let most = PASTE_MAX >> 10;
        state.bad(format!("Not pasted: more than {most} kB at once."));
        return;
    }
    let Some(dialog) = dialog(state) else {
        return;
    };
    let focus = dialog.focus;
    let Some(field) = dialog.field() else {
        return;
    };
    if focus == NewGroupFocus::People {
        field.insert_str(clean_typed_block(text));
    } else {
        field.insert_str(clean_typed_line(text));
    }
    edited(dialog);
    if focus == NewGroupFocus::Link && dialog.code().is_some() {
        look_up(state);
    }
}

pub(crate) fn click(state: &mut State, focus: NewGroupFocus) {
    let Some(dialog) = dialog(state).filter(|dialog| dialog.is_editing()) else {
        return;
    };
    let is_stop = dialog.stops().contains(&focus);
    if is_stop {
        dialog.focus = focus;
        turn(state, focus, false);
    }
}

/// Asks where the typed link leads.
fn look_up(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    let (Some(code), Some(call)) = (dialog.code(), dialog.preview_call()) else {
        state.note("This is no invite link of WhatsApp's.");
        return;
    };
    if dialog.leads_to().is_some_and(Result::is_ok) {
        // The focus stays: a held Enter must not join.
        state.note("Tab goes to the button that joins.");
        return;
    }
    dialog.preview = Some((code, None));
    if state.requests.away.is_none() {
        state.requests.read(call);
    }
}

/// Where a link leads was answered.
pub(crate) fn previewed(
    state: &mut State,
    call: &Call,
    answer: &Result<InvitePreview, CallFailure>,
) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    if dialog.preview_call().as_ref() != Some(call) {
        return;
    }
    if let Some((_, known)) = &mut dialog.preview {
        *known = Some(answer.clone());
    }
}

pub(crate) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Confirm => send(state),
        ButtonId::AddPeople => {
            let made = dialog(state).and_then(|dialog| dialog.made.clone());
            if let Some(key) = made {
                close(state);
                roster::open_for(state, &key);
            }
        }
        ButtonId::Cancel | ButtonId::Close => leave(state),
        _ => {}
    }
}

fn send(state: &mut State) {
    let fault = match state.layers.last() {
        Some(Layer::NewGroup(group)) if group.is_editing() => new_group_fault(state, group),
        _ => return,
    };
    if let Some(fault) = fault {
        state.note(fault);
        return;
    }
    let Some(dialog) = dialog(state) else {
        return;
    };
    let session = dialog.session().to_owned();
    let call = match dialog.way {
        NewGroupWay::Create => Call::CreateGroup {
            session: session.clone(),
            name: NewGroupDialog::typed(&dialog.name),
            members: (dialog.pasted.people.iter())
                .map(|person| person.jid.clone())
                .collect(),
        },
        NewGroupWay::Join => Call::JoinGroup {
            session: session.clone(),
            code: dialog.code().unwrap_or_default(),
        },
    };
    let Some(id) = state.requests.change(call) else {
        state.note("An earlier one is still on its way.");
        return;
    };
    let before = state.groups.entries.iter();
    let before = before.filter(|entry| entry.key.session == session);
    let before = before.map(|entry| entry.key.jid.clone()).collect();
    if let Some(dialog) = self::dialog(state) {
        dialog.before = before;
        dialog.notes.clear();
        dialog.phase = NewGroupPhase::Calling(id);
    }
}

/// Leaves the dialog, unless an answer is awaited.
fn leave(state: &mut State) {
    let Some(dialog) = dialog(state) else {
        return;
    };
    if dialog.is_calling() {
        state.note("WhatsApp is being asked; its answer comes within a minute.");
    } else if dialog.has_text() {
        let losses = vec![NEW_GROUP_TYPED.to_owned()];
        let then = Leaving::Dialog;
        confirm::ask(state, Question::Leave { then, losses });
    } else {
        close(state);
    }
}

pub(crate) fn close(state: &mut State) {
    if matches!(state.layers.last(), Some(Layer::NewGroup(_))) {
        state.layers.pop();
        state
            .requests
            .cancel(|call| matches!(call, Call::Preview { .. }));
    }
}
