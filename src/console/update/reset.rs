//! The dialog that resets an invite link.

use super::copy::copy_link;
use super::cursor::{button_move, next_button};
use super::follow_up::FollowUp;
use super::{invite, sessions};
use crate::api::Capability;
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::GroupKey;
use crate::console::keymap::Action;
use crate::console::layout::reset_buttons;
use crate::console::state::{
    ButtonId, Invite, Layer, LinkHidden, LostReset, ResetDialog, ResetPhase, State,
};
use crossterm::event::{KeyCode, KeyEvent};

/// `R`: asks, with Cancel focused.
pub(super) fn open(state: &mut State) {
    if state.refuses(Capability::Send) {
        return;
    }
    let Some(entry) = state.groups.selected() else {
        state.note("Select a group first.");
        return;
    };
    let (key, name) = (entry.key.clone(), entry.name.clone());
    if state.requests.is_being_reset(&key) {
        state.note(format!("{name}: the link is being reset already"));
        return;
    }
    if let Some(hidden) = state.link_obstacle(&key) {
        let sentence = state.hidden_sentence(&key, &hidden);
        state.bad(format!("No reset: {sentence}"));
        return;
    }
    let card = state.card.as_ref().filter(|card| card.key == key);
    let old = card.and_then(|card| card.link()).map(str::to_owned);
    let session = state.sessions.get(&key.session);
    if session.is_some_and(|session| session.budget.is_some()) {
        // The dialog says what is left.
        sessions::read_row_again(state, &key.session);
    }
    state.layers.push(Layer::Reset(ResetDialog {
        key,
        name,
        old,
        focus: ButtonId::Cancel,
        phase: ResetPhase::Asking,
    }));
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(Layer::Reset(dialog)) = state.layers.last_mut() else {
        return FollowUp::Nothing;
    };
    let buttons = ids(dialog);
    if let Some(back) = button_move(event) {
        dialog.focus = next_button(&buttons, dialog.focus, back);
        return FollowUp::Nothing;
    }
    let focus = dialog.focus;
    match (event.code, action) {
        (KeyCode::Esc, _) | (_, Some(Action::Back)) => close(state),
        // While the reset is in flight there are no buttons; only leaving is possible.
        (KeyCode::Enter | KeyCode::Char(' '), _) if buttons.is_empty() => close(state),
        (KeyCode::Enter | KeyCode::Char(' '), _) => press(state, focus),
        (KeyCode::Char('n'), _) if buttons.contains(&ButtonId::Cancel) => close(state),
        (_, Some(Action::CopyLink)) if buttons.contains(&ButtonId::Copy) => {
            press(state, ButtonId::Copy);
        }
        (_, Some(action @ (Action::ErrorDetails | Action::Help))) => {
            return FollowUp::Perform(action);
        }
        _ => {}
    }
    FollowUp::Nothing
}

/// The buttons of the dialog as it is now.
fn ids(dialog: &ResetDialog) -> Vec<ButtonId> {
    let buttons = reset_buttons(&dialog.phase).into_iter();
    buttons.map(|button| button.id).collect()
}

/// Leaving does not cancel a reset in flight.
fn close(state: &mut State) {
    match state.layers.pop() {
        Some(Layer::Reset(dialog)) if matches!(dialog.phase, ResetPhase::Running(_)) => {
            state.note(format!("{}: the reset goes on", dialog.name));
        }
        Some(Layer::Reset(dialog)) if dialog.phase == ResetPhase::Checking => {
            state.note(format!("{}: what became of the reset is told", dialog.name));
        }
        _ => {}
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    let Some(Layer::Reset(dialog)) = state.layers.last_mut() else {
        return;
    };
    if !ids(dialog).contains(&button) {
        return;
    }
    match button {
        ButtonId::Confirm => send(state),
        ButtonId::Copy => {
            if let ResetPhase::Done { link, .. } = &dialog.phase {
                let (key, link) = (dialog.key.clone(), link.clone());
                copy_link(state, &key, link);
            }
        }
        _ => close(state),
    }
}

fn send(state: &mut State) {
    let Some(Layer::Reset(dialog)) = state.layers.last() else {
        return;
    };
    let (key, old) = (dialog.key.clone(), dialog.old.clone());
    let Some(id) = state.requests.change(Call::ResetInvite(key.clone())) else {
        return;
    };
    state.requests.unconfirmed.resets.remove(&key);
    state.requests.expected_echo = None;
    state.requests.echo_received = None;
    state
        .requests
        .unconfirmed
        .old_links
        .insert(key.clone(), old);
    if let Some(Layer::Reset(dialog)) = state.layers.last_mut() {
        dialog.phase = ResetPhase::Running(id);
        dialog.focus = ButtonId::Close;
    }
    // From here on the old link may die at any moment, and a link being read may be the old one.
    state
        .requests
        .cancel(|call| matches!(call, Call::Invite(group) if *group == key));
    if let Some(card) = state.card.as_mut().filter(|card| card.key == key) {
        card.invite = Invite::Waiting(id);
        card.copy_when_shown = None;
    }
}

fn is_running(layer: &Layer, key: &GroupKey) -> bool {
    match layer {
        Layer::Reset(dialog) => {
            dialog.key == *key && matches!(dialog.phase, ResetPhase::Running(_))
        }
        _ => false,
    }
}

fn dialog<'a>(state: &'a mut State, key: &GroupKey) -> Option<&'a mut ResetDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Reset(dialog)
            if dialog.key == *key && matches!(dialog.phase, ResetPhase::Running(_)) =>
        {
            Some(dialog)
        }
        _ => None,
    })
}

/// The reset was answered.
pub(super) fn answered(state: &mut State, key: &GroupKey, answer: Result<String, CallFailure>) {
    state
        .requests
        .cancel(|call| matches!(call, Call::Invite(group) if group == key));
    let name = state.group_name(key);
    let heard = state.requests.reset_events.remove(key);
    let old = state.requests.unconfirmed.old_links.remove(key).flatten();
    match answer {
        Ok(link)
            if heard
                .as_ref()
                .is_some_and(|heard| heard.as_ref() != Some(&link)) =>
        {
            if let Some(card) = state.card.as_mut().filter(|card| card.key == *key) {
                card.invite = Invite::NotAsked;
            }
            state.layers.retain(|layer| !is_running(layer, key));
            state.note(format!(
                "{name}: somebody else reset the link too; it is asked for again"
            ));
        }
        Ok(link) => {
            let now = state.now;
            state.floods.settle(key);
            state.requests.expect_echo(key, now);
            if let Some(card) = state.card.as_mut().filter(|card| card.key == *key) {
                card.reset_seen = None;
                card.invite = Invite::NotAsked;
            }
            invite::show(state, key, &link);
            let mut same = false;
            let shown = match dialog(state, key) {
                Some(dialog) => {
                    let differs = dialog.old.as_ref().map(|old| *old != link);
                    same = differs == Some(false);
                    dialog.phase = ResetPhase::Done { link, differs };
                    dialog.focus = ButtonId::Close;
                    true
                }
                None => false,
            };
            if same {
                state.bad(format!(
                    "{name}: the gateway gave the old link again. Reset it once more."
                ));
            } else if !shown {
                state.good(format!("{name}: the link was reset, the old one is dead"));
            }
        }
        Err(failure) => {
            if matches!(
                failure.kind,
                FailureKind::NotAdmin | FailureKind::NotInGroup
            ) {
                state.requests.read_again(Call::Group(key.clone()));
            }
            // It may have been reset: only another read shows it.
            if let Some(card) = state.card.as_mut().filter(|card| card.key == *key) {
                card.invite = Invite::NotAsked;
            }
            if failure.unconfirmed {
                if let Some(dialog) = dialog(state, key) {
                    dialog.phase = ResetPhase::Checking;
                }
                let lost = LostReset::new(old, failure);
                state.requests.unconfirmed.resets.insert(key.clone(), lost);
                return;
            }
            match dialog(state, key) {
                Some(dialog) => {
                    dialog.phase = ResetPhase::Failed(failure);
                    dialog.focus = ButtonId::Close;
                }
                None => state.tell(&format!("{name}: link not reset"), &failure, Some(key)),
            }
        }
    }
}

/// Closes a dialog whose new link may be dead itself. The card's link is invalidated and checked by the same
/// rules, so the dialog shows a link no longer than the card does.
pub(super) fn sync(state: &mut State) {
    let Some((dialog, link)) = state.reset_link() else {
        return;
    };
    let card = state.card.as_ref().filter(|card| card.key == dialog.key);
    let vouched = card.and_then(|card| card.link());
    if vouched == Some(link) {
        return;
    }
    let name = &dialog.name;
    let words = match (vouched, card.map(|card| &card.invite)) {
        (Some(_), _) | (None, Some(Invite::Hidden(LinkHidden::Reset))) => {
            format!("{name}: the link was reset once more, so the one of the dialog is dead")
        }
        _ => format!("{name}: the new link was put away, because it may be dead by now"),
    };
    state.layers.retain(|layer| {
        !matches!(layer, Layer::Reset(dialog) if matches!(dialog.phase, ResetPhase::Done { .. }))
    });
    state.note(words);
}
