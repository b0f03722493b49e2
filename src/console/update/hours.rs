//! "Opening hours".

use super::cursor::{button_move, next_button};
use super::follow_up::FollowUp;
use super::{card, confirm, text_input};
use crate::api::{Capability, GroupSchedule, PutSchedule};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Action;
use crate::console::layout::{hours_buttons, why_not};
use crate::console::state::{
    ButtonId, HOURS_TYPED, HoursDialog, HoursFocus, HoursPhase, Layer, Leaving, Question, State,
};
use crossterm::event::{KeyCode, KeyEvent};

/// `C` on a group: opens its opening hours.
pub(super) fn open(state: &mut State) {
    if state.refuses(Capability::Send) {
        return;
    }
    card::sync(state);
    if let Some(reason) = why_not(state, Action::OpeningHours) {
        state.note(format!("No opening hours: {reason}."));
        return;
    }
    let Some(card) = &state.card else {
        return;
    };
    let key = card.key.clone();
    let name = state.groups.get(&key).map(|entry| entry.name.clone());
    // The card's hours may be old, and saving would undo what somebody else has changed since.
    let id = state.requests.read(Call::Schedule(key.clone()));
    let dialog = HoursDialog::reading(key, name.unwrap_or_default(), id);
    state.layers.push(Layer::Hours(Box::new(dialog)));
}

/// The time zone of this computer, as a proposal.
fn local_zone(state: &State) -> String {
    let name = state.options.zone.iana_name();
    name.unwrap_or("UTC").to_owned()
}

fn top(state: &mut State) -> Option<&mut HoursDialog> {
    match state.layers.last_mut() {
        Some(Layer::Hours(dialog)) => Some(dialog),
        _ => None,
    }
}

fn of_group<'a>(state: &'a mut State, key: &GroupKey) -> Option<&'a mut HoursDialog> {
    state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Hours(dialog) if dialog.key == *key => Some(&mut **dialog),
        _ => None,
    })
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) -> FollowUp {
    let Some(dialog) = top(state) else {
        return FollowUp::Nothing;
    };
    if event.code == KeyCode::Esc {
        leave(state);
        return FollowUp::Nothing;
    }
    if let Some(field) = dialog.field() {
        match event.code {
            KeyCode::Enter => save(state),
            KeyCode::Tab | KeyCode::Down => move_focus(dialog, false),
            KeyCode::BackTab | KeyCode::Up => move_focus(dialog, true),
            _ => text_input::in_line(field, event),
        }
        return FollowUp::Nothing;
    }
    if let Some(back) = button_move(event) {
        move_focus(dialog, back);
        return FollowUp::Nothing;
    }
    match (event.code, action) {
        (KeyCode::Enter | KeyCode::Char(' '), _) => {
            if let HoursFocus::Button(button) = dialog.focus {
                press(state, button);
            }
        }
        (_, Some(action @ (Action::Help | Action::ErrorDetails))) => {
            return FollowUp::Perform(action);
        }
        (_, Some(Action::Back)) => leave(state),
        _ => return FollowUp::UnknownKey,
    }
    FollowUp::Nothing
}

fn move_focus(dialog: &mut HoursDialog, back: bool) {
    let buttons = hours_buttons(dialog).into_iter();
    let buttons = buttons
        .filter(|button| button.enabled)
        .map(|button| HoursFocus::Button(button.id));
    let fields = [HoursFocus::Zone, HoursFocus::Rules].into_iter();
    let stops: Vec<_> = fields
        .filter(|_| dialog.is_editing())
        .chain(buttons)
        .collect();
    dialog.focus = next_button(&stops, dialog.focus, back);
}

pub(super) fn paste(state: &mut State, text: &str) {
    if let Some(field) = top(state).and_then(HoursDialog::field) {
        field.insert_str(crate::text::clean_typed_line(text));
    }
}

pub(super) fn click(state: &mut State, focus: HoursFocus) {
    if let Some(dialog) = top(state).filter(|dialog| dialog.is_editing()) {
        dialog.focus = focus;
    }
}

pub(super) fn press(state: &mut State, button: ButtonId) {
    match button {
        ButtonId::Save => save(state),
        ButtonId::Remove if top(state).is_some_and(|dialog| dialog.can_remove()) => {
            send(state, None);
        }
        ButtonId::Cancel | ButtonId::Close => leave(state),
        _ => {}
    }
}

fn save(state: &mut State) {
    let Some(dialog) = top(state).filter(|dialog| dialog.can_save()) else {
        return;
    };
    if let Ok(typed) = dialog.typed() {
        send(state, Some(typed));
    }
}

fn send(state: &mut State, schedule: Option<PutSchedule>) {
    let Some(dialog) = top(state) else {
        return;
    };
    let group = dialog.key.clone();
    match state.requests.change(Call::SetSchedule { group, schedule }) {
        Some(id) => {
            if let Some(dialog) = top(state) {
                dialog.phase = HoursPhase::Saving(id);
                dialog.focus = HoursFocus::Button(ButtonId::Close);
            }
        }
        None => state.note("Earlier opening hours of this group are still being saved."),
    }
}

fn leave(state: &mut State) {
    if top(state).is_some_and(|dialog| dialog.has_text()) {
        let losses = vec![HOURS_TYPED.to_owned()];
        let then = Leaving::Dialog;
        return confirm::ask(state, Question::Leave { then, losses });
    }
    let saving = top(state).is_some_and(|dialog| matches!(dialog.phase, HoursPhase::Saving(_)));
    state.layers.pop();
    if saving {
        state.note("The opening hours are still being saved; the outcome is told.");
    }
}

/// Whether the failure says that the gateway has no opening hours. One that has had some, or that does not find the
/// session or the group, says nothing of the kind.
pub(super) fn is_missing(state: &State, failure: &CallFailure) -> bool {
    let of_group = failure.is_unknown_session() || failure.kind == FailureKind::NotInGroup;
    match failure.status {
        Some(405 | 501) => true,
        Some(404) => !of_group && !state.requests.has_hours,
        _ => false,
    }
}

/// What the gateway has was read.
pub(super) fn read(
    state: &mut State,
    id: RequestId,
    key: &GroupKey,
    answer: Result<GroupSchedule, CallFailure>,
) {
    let zone = local_zone(state);
    let missing = (answer.as_ref().err()).is_some_and(|failure| is_missing(state, failure));
    state.requests.no_hours |= missing;
    if answer.is_ok() {
        (state.requests.no_hours, state.requests.has_hours) = (false, true);
    }
    let reading = HoursPhase::Reading(id);
    let dialog = of_group(state, key).filter(|dialog| dialog.phase == reading);
    match answer {
        Ok(schedule) => {
            if let Some(dialog) = dialog {
                dialog.fill(&schedule, &zone);
            }
            show(state, key, schedule);
        }
        Err(failure) => {
            if let Some(dialog) = dialog {
                dialog.phase = if missing {
                    HoursPhase::Impossible
                } else {
                    HoursPhase::Failed(failure)
                };
            }
        }
    }
}

fn show(state: &mut State, key: &GroupKey, schedule: GroupSchedule) {
    if let Some(card) = state.card.as_mut().filter(|card| card.key == *key) {
        card.schedule = Some(schedule);
    }
}

/// A change was answered.
pub(super) fn answered(
    state: &mut State,
    id: RequestId,
    key: &GroupKey,
    answer: Result<GroupSchedule, CallFailure>,
) {
    let name = state.groups.get(key).map(|entry| entry.name.clone());
    let name = name.unwrap_or_else(|| crate::text::clean_line(&key.jid).into_owned());
    let is_waiting = |layer: &Layer| match layer {
        Layer::Hours(dialog) => dialog.phase == HoursPhase::Saving(id),
        _ => false,
    };
    let waiting = state.layers.iter().position(is_waiting);
    match answer {
        Ok(schedule) => {
            if let Some(at) = waiting {
                state.layers.remove(at);
            }
            let what = if schedule.zone.is_some() {
                "saved"
            } else {
                "removed"
            };
            show(state, key, schedule);
            state.good(format!("{name}: opening hours {what}"));
            state.requests.read_again(Call::Group(key.clone()));
        }
        Err(failure) => {
            let missing = is_missing(state, &failure);
            match waiting.and_then(|at| state.layers.get_mut(at)) {
                Some(Layer::Hours(dialog)) if missing => {
                    dialog.phase = HoursPhase::Impossible;
                }
                Some(Layer::Hours(dialog)) => {
                    dialog.focus = HoursFocus::Rules;
                    dialog.phase = HoursPhase::Failed(failure);
                }
                _ => state.tell(&format!("{name}, opening hours"), &failure, None),
            }
            state.requests.read_again(Call::Schedule(key.clone()));
        }
    }
}
