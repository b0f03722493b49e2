//! The flood alarm: raised by joins, dealt with in its dialog.

use super::cursor::{button_move, next_button};
use super::follow_up::FollowUp;
use super::{card, form, groups, reset};
use crate::api::{Capability, EpochMillis, JoinedVia, SettingsPatch};
use crate::console::ids::GroupKey;
use crate::console::keymap::Action;
use crate::console::layout::flood_buttons;
use crate::console::state::{ButtonId, FloodDialog, Layer, State, values_like};
use crossterm::event::{KeyCode, KeyEvent};

/// Counts people who joined a group.
pub(super) fn joined(
    state: &mut State,
    key: &GroupKey,
    at: EpochMillis,
    people: usize,
    via: Option<JoinedVia>,
) {
    let limit = state.flood_limit();
    let Some(entry) = state.groups.get(key).filter(|_| limit > 0 && people > 0) else {
        return;
    };
    // Gateways of our own kind, which know the account's role in every group, say how people came.
    let says_how = entry.group.my_role.is_some();
    let by_link = via == Some(JoinedVia::Link);
    if by_link || (via.is_none() && !says_how) {
        state.floods.joined(key, (people, at), by_link, limit);
    }
}

/// Ends alarms that do not hold any more, and their dialog.
pub(super) fn sync(state: &mut State) {
    if state.floods.alarms.is_empty() && !matches!(state.layers.last(), Some(Layer::Flood(_))) {
        return;
    }
    let groups = &state.groups;
    let over = |key: &GroupKey| {
        let entry = groups.get(key);
        entry.is_none_or(|entry| entry.group.join_approval == Some(true))
    };
    let alarms = state.floods.alarms.iter().map(|alarm| &alarm.key);
    for key in alarms.filter(|key| over(key)).cloned().collect::<Vec<_>>() {
        state.floods.settle(&key);
    }
    if let Some(Layer::Flood(dialog)) = state.layers.last()
        && !(state.floods.alarms.iter()).any(|alarm| alarm.key == dialog.key)
    {
        let name = state.group_name(&dialog.key);
        state.layers.pop();
        state.note(format!("{name}: the link or its approval was changed"));
    }
}

/// `F`: goes to the group of the newest alarm, and offers what can be done.
pub(super) fn open(state: &mut State) {
    let Some(key) = state.floods.alarms.first().map(|alarm| alarm.key.clone()) else {
        let words = match state.flood_limit() {
            0 => "The flood alarm is off at this gateway: `flood_joins` in the config turns it on."
                .to_owned(),
            limit => {
                format!("No group had more than {limit} joins by link within five minutes.")
            }
        };
        state.note(words);
        return;
    };
    let mut key = key;
    groups::go_to(state, &key);
    card::sync(state);
    if let Some(better) = state.better_account().map(|entry| entry.key.clone()) {
        if let Some(alarm) = state.floods.alarms.first_mut() {
            alarm.key = better.clone();
        }
        groups::go_to(state, &better);
        card::sync(state);
        key = better;
    }
    state.layers.push(Layer::Flood(FloodDialog {
        key,
        focus: ButtonId::Close,
    }));
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(Layer::Flood(dialog)) = state.layers.last() else {
        return FollowUp::Nothing;
    };
    let focus = dialog.focus;
    if let Some(back) = button_move(event) {
        let buttons = flood_buttons(state, &dialog.key).into_iter();
        let buttons: Vec<_> = (buttons.filter(|button| button.enabled))
            .map(|button| button.id)
            .collect();
        if let Some(Layer::Flood(dialog)) = state.layers.last_mut() {
            dialog.focus = next_button(&buttons, focus, back);
        }
        return FollowUp::Nothing;
    }
    match (event.code, action) {
        (KeyCode::Esc, _) | (_, Some(Action::Back)) => press(state, ButtonId::Close),
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, focus),
        (_, Some(Action::ResetLink)) => press(state, ButtonId::Reset),
        (_, Some(action @ (Action::ErrorDetails | Action::Help))) => {
            return FollowUp::Perform(action);
        }
        _ => {}
    }
    FollowUp::Nothing
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    let Some(Layer::Flood(dialog)) = state.layers.last() else {
        return;
    };
    let key = dialog.key.clone();
    let mut buttons = flood_buttons(state, &key).into_iter();
    if !buttons.any(|one| one.id == button && one.enabled) {
        return;
    }
    state.layers.pop();
    match button {
        ButtonId::Reset => {
            // This dialog has asked: the reset starts at once.
            if state
                .groups
                .selected()
                .is_some_and(|entry| entry.key == key)
            {
                reset::open(state);
                reset::press(state, ButtonId::Confirm);
            } else {
                let name = state.group_name(&key);
                state.note(format!(
                    "{name} is not selected any more: nothing was reset."
                ));
            }
        }
        ButtonId::Approval => approve(state, &key),
        ButtonId::Remove => state.floods.settle(&key),
        _ => {}
    }
}

/// Switches the approval of joins on, as the form does.
fn approve(state: &mut State, key: &GroupKey) {
    if state.refuses(Capability::Send) {
        return;
    }
    let patch = SettingsPatch {
        join_approval: Some(true),
        ..SettingsPatch::default()
    };
    let before = (state.groups.get(key)).and_then(|entry| values_like(&patch, &entry.group));
    let name = state.group_name(key);
    if form::send(state, key, patch).is_none() {
        state.note(format!("{name}: an earlier save still runs, try again"));
        return;
    }
    if let Some(before) = before {
        state.undo.before.insert(key.clone(), before);
    }
    state.note(format!("{name}: switching approval on"));
}
