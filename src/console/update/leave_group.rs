//! "Leave the group".

use super::cursor::{button_move, next_button};
use super::follow_up::FollowUp;
use super::{card, roster};
use crate::api::{Capability, Group, GroupMember, SessionRole};
use crate::console::account::{is_own, number};
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::{Action, Key};
use crate::console::layout::leave_group_buttons;
use crate::console::state::{ButtonId, Layer, LeaveGroupDialog, LeavePhase, LinkHidden, State};
use crossterm::event::{KeyCode, KeyEvent};

/// `X`: asks whether the account leaves the selected group.
pub(super) fn open(state: &mut State) {
    if state.refuses(Capability::Send) {
        return;
    }
    card::sync(state);
    let Some(key) = state.card.as_ref().map(|card| card.key.clone()) else {
        state.note("Select a group first.");
        return;
    };
    if let Some(
        hidden @ (LinkHidden::GatewayAway | LinkHidden::SessionLeft(_) | LinkHidden::NotInGroup),
    ) = state.link_obstacle(&key)
    {
        let sentence = state.hidden_sentence(&key, &hidden);
        state.note(sentence);
        return;
    }
    let card = state
        .card
        .as_ref()
        .map(|card| card.loaded_members().to_vec());
    let members = card.unwrap_or_default();
    let dialog = LeaveGroupDialog {
        name: state.group_name(&key),
        only_admin: only_admin(state, &key, &members),
        focus: ButtonId::Cancel,
        phase: LeavePhase::Asking,
        held: state.requests.last_key,
        key: key.clone(),
    };
    state.layers.push(Layer::LeaveGroup(Box::new(dialog)));
    state.requests.read(Call::Members(key));
}

/// Whether the account is the only admin among several members; `None` where nothing shows it.
fn only_admin(state: &State, key: &GroupKey, members: &[GroupMember]) -> Option<bool> {
    let role = state.groups.get(key)?.group.my_role.as_ref();
    if role.is_some_and(|role| !role.is_admin()) {
        return Some(false);
    }
    if members.is_empty() {
        return None;
    }
    let session = state.sessions.get(&key.session)?;
    let own = number(session);
    let admins = members.iter().filter(|member| member.role.is_admin());
    let admins: Vec<_> = admins.collect();
    let is_me = |member: &GroupMember| {
        is_own(session, &member.lid) || (own.is_some() && member.phone_number == own)
    };
    Some(members.len() > 1 && admins.len() == 1 && is_me(admins[0]))
}

fn dialog(state: &mut State) -> Option<&mut LeaveGroupDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::LeaveGroup(dialog) => Some(dialog.as_mut()),
        _ => None,
    })
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(dialog) = dialog(state) else {
        return FollowUp::Nothing;
    };
    if dialog.held == Some(Key::of(event)) {
        return FollowUp::Nothing;
    }
    dialog.held = None;
    if let Some(back) = button_move(event) {
        let buttons: Vec<_> = leave_group_buttons(dialog).iter().map(|it| it.id).collect();
        dialog.focus = next_button(&buttons, dialog.focus, back);
        return FollowUp::Nothing;
    }
    let focus = match dialog.phase {
        LeavePhase::Asking => dialog.focus,
        _ => ButtonId::Close,
    };
    match (event.code, action) {
        (KeyCode::Esc | KeyCode::Char('n'), _) | (_, Some(Action::Back)) => {
            press(state, ButtonId::Cancel);
        }
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, focus),
        (_, Some(Action::Help)) => return FollowUp::Perform(Action::Help),
        _ => return FollowUp::UnknownKey,
    }
    FollowUp::Nothing
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Confirm => send(state),
        ButtonId::Promote => {
            if let Some(key) = dialog(state).map(|dialog| dialog.key.clone()) {
                state.layers.pop();
                roster::open_for(state, &key);
            }
        }
        ButtonId::Cancel | ButtonId::Close => {
            if matches!(state.layers.last(), Some(Layer::LeaveGroup(_))) {
                state.layers.pop();
            }
        }
        _ => {}
    }
}

fn send(state: &mut State) {
    let asking = dialog(state).filter(|dialog| dialog.phase == LeavePhase::Asking);
    let Some(key) = asking.map(|dialog| dialog.key.clone()) else {
        return;
    };
    let Some(id) = state.requests.change(Call::LeaveGroup(key)) else {
        state.note("The group is being left already.");
        return;
    };
    if let Some(dialog) = dialog(state) {
        dialog.phase = LeavePhase::Running(id);
        dialog.focus = ButtonId::Close;
    }
}

/// The members of a group were read.
pub(super) fn members_read(
    state: &mut State,
    key: &GroupKey,
    answer: &Result<Vec<GroupMember>, CallFailure>,
) {
    let Ok(members) = answer else {
        return;
    };
    let only = only_admin(state, key, members);
    if let Some(dialog) = dialog(state).filter(|dialog| dialog.key == *key) {
        dialog.only_admin = only;
    }
}

/// Leaving was answered.
pub(super) fn answered(
    state: &mut State,
    (id, newest): (RequestId, u64),
    key: &GroupKey,
    answer: Result<(), CallFailure>,
) {
    let name = state.group_name(key);
    let sentence = match &answer {
        Err(failure) => state.sentence(failure, Some(key)),
        Ok(()) => String::new(),
    };
    state.requests.read_again(Call::Group(key.clone()));
    let waiting = dialog(state).filter(|dialog| dialog.phase == LeavePhase::Running(id));
    match (answer, waiting) {
        (Ok(()), _) => left(state, key, &name, "Left"),
        (Err(failure), Some(dialog)) if failure.unconfirmed => {
            dialog.phase = LeavePhase::Checking(newest);
        }
        (Err(_), Some(dialog)) => dialog.phase = LeavePhase::Failed(sentence),
        (Err(_), None) => state.bad(format!("{name}, leaving: {sentence}")),
    }
}

fn left(state: &mut State, key: &GroupKey, name: &str, what: &str) {
    state
        .layers
        .retain(|layer| !matches!(layer, Layer::LeaveGroup(dialog) if dialog.key == *key));
    state.requests.read_again(Call::Groups {
        session: key.session.clone(),
    });
    state.good(format!("{what} {name}"));
}

/// The group was read by this request: the outcome of a lost answer.
pub(super) fn group_read(
    state: &mut State,
    key: &GroupKey,
    id: RequestId,
    answer: Result<&Group, &CallFailure>,
) {
    let waiting = dialog(state).filter(|dialog| dialog.key == *key);
    let Some(LeavePhase::Checking(after)) = waiting.map(|dialog| dialog.phase.clone()) else {
        return;
    };
    if id.0 <= after {
        return;
    }
    let is_out = match answer {
        Ok(group) => group.my_role == Some(SessionRole::None),
        Err(failure) => failure.code == "not_found" && !failure.is_unknown_session(),
    };
    let name = state.group_name(key);
    if is_out {
        return left(
            state,
            key,
            &name,
            "The answer was lost, but the account has left",
        );
    }
    let is_in = answer.is_ok_and(|group| group.my_role.is_some());
    let words = if is_in {
        "The answer was lost. The gateway says that the account is still in the group."
    } else {
        "The answer was lost, and whether the account has left is not known. Look at the list of groups."
    };
    if let Some(dialog) = dialog(state) {
        dialog.phase = LeavePhase::Failed(words.to_owned());
    }
}
