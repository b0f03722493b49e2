//! Quitting and going to another gateway, after a question that lists what would be lost.

use super::{confirm, form, new_gateway, new_group, pairing, profiles};
use crate::console::effect::Effect;
use crate::console::layout::batch_count;
use crate::console::state::{
    ConfirmDialog, EditForm, FormPhase, HOURS_TYPED, Layer, Leaving, NEW_GROUP_TYPED, Question,
    State,
};
use crate::console::words;
use crate::text::clean_line;

/// Maximum of losses that are listed one by one.
const NAMED: usize = 5;

/// Asks before something is lost. Returns whether it asks.
fn asks(state: &mut State, then: Leaving) -> bool {
    let losses = losses(state);
    let asks = !losses.is_empty();
    if asks {
        confirm::ask(state, Question::Leave { then, losses });
    }
    asks
}

/// `p`: opens the list of profiles.
pub(super) fn to_profiles(state: &mut State) {
    if state.requests.is_changing() {
        state.note("A change is still being sent: wait for its answer before you leave.");
        return;
    }
    if !asks(state, Leaving::Gateway) {
        profiles::open(state);
    }
}

/// Goes to the demo, by way of the list of profiles.
pub(super) fn to_demo(state: &mut State) {
    if state.options.demo().is_none() {
        state.note("This is a demo already.");
        return;
    }
    to_profiles(state);
    profiles::go_to_demo(state);
}

/// Asks for another gateway; over the list of profiles as well.
pub(super) fn to_new_gateway(state: &mut State) {
    match state.layers.last() {
        None => to_profiles(state),
        Some(Layer::Profiles(_)) => {}
        Some(_) => return,
    }
    if matches!(state.layers.last(), Some(Layer::Profiles(_))) {
        state.layers.pop();
        new_gateway::open(state);
    }
}

/// Leaves without a further question.
pub(super) fn leave(state: &mut State, then: Leaving) {
    match then {
        Leaving::Quit => state.requests.effects.push(Effect::Quit),
        Leaving::Gateway => profiles::open(state),
        Leaving::Dialog => match state.layers.last() {
            Some(Layer::NewGroup(_)) => new_group::close(state),
            Some(Layer::Hours(_)) => {
                state.layers.pop();
            }
            _ => {}
        },
    }
}

/// What would be lost: changes in flight, text that is not saved, outcomes that are still unknown.
fn losses(state: &State) -> Vec<String> {
    let open = state.layers.iter().filter_map(|layer| match layer {
        Layer::Form(form) => Some(form.as_ref()),
        _ => None,
    });
    let left = state.requests.background_forms.values().map(Box::as_ref);
    let forms = open.chain(left).filter(|form| is_unsaved(form));
    let texts = forms.map(|form| {
        let name = state.group_name(&form.key);
        format!(
            "{name}: {} as typed, not saved",
            words::settings(&form.changes())
        )
    });
    let resets = state.requests.unconfirmed.open_resets();
    let resets = resets.map(|key| {
        let name = state.group_name(key);
        format!("{name}: whether its link was reset")
    });
    let batch = (state.batch.as_ref()).filter(|run| run.is_running());
    let batch = batch.map(|run| {
        format!(
            "A batch is running ({}), {}. What is left can go on at the next start",
            clean_line(&run.change),
            batch_count(run)
        )
    });
    let dialogs = state.layers.iter().filter_map(|layer| match layer {
        Layer::NewGroup(group) if group.has_text() => Some(NEW_GROUP_TYPED.to_owned()),
        Layer::Hours(hours) if hours.has_text() => Some(HOURS_TYPED.to_owned()),
        _ => None,
    });
    let losses = texts.chain(dialogs).chain(resets).chain(batch);
    let mut losses: Vec<String> = losses.collect();
    if state.requests.is_changing() {
        losses.insert(
            0,
            "A change is still being sent: what becomes of it".to_owned(),
        );
    }
    let unsettled = state.layers.iter().find_map(|layer| match layer {
        Layer::Inbox(inbox) => inbox.run.as_ref().map(|run| run.left.len()),
        _ => None,
    });
    if let Some(left) = unsettled.filter(|left| *left > 0) {
        let people = words::count(left, "person of the inbox", "people of the inbox");
        losses.push(format!("{people} not settled yet"));
    }
    if losses.len() > NAMED {
        let more = losses.len() - NAMED;
        losses.truncate(NAMED);
        losses.push(format!("and {more} more"));
    }
    losses
}

/// Whether a form holds text that is not being saved, and whose loss was not confirmed yet.
fn is_unsaved(form: &EditForm) -> bool {
    !matches!(form.phase, FormPhase::Saving(_) | FormPhase::AskLeave) && !form.changes().is_empty()
}

/// Quits, unless something would be lost: then it asks, and a second press confirms.
pub(super) fn quit(state: &mut State) {
    if let Some(Layer::Confirm(ConfirmDialog {
        question: Question::Leave {
            then: Leaving::Quit,
            ..
        },
        ..
    })) = state.layers.last()
    {
        state.requests.effects.push(Effect::Quit);
        return;
    }
    if pairing::hold_back(state) {
        return;
    }
    let unsaved = state.layers.iter().position(|layer| match layer {
        Layer::Form(form) => form.phase != FormPhase::Checking && is_unsaved(form),
        _ => false,
    });
    if let Some(position) = unsaved {
        state.layers.truncate(position + 1);
        form::ask_leave(state);
    } else if !asks(state, Leaving::Quit) {
        state.requests.effects.push(Effect::Quit);
    }
}
