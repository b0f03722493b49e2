//! `u`: undoes the last save, within a few seconds.

use super::form;
use crate::api::Capability;
use crate::console::state::{State, UndoOffer, values_like};

/// Sends the values from before the save, or opens the form with them when the group was changed since.
pub(super) fn undo(state: &mut State) {
    let now = state.now;
    let offer = state.undo.offer.take();
    let Some(offer) = offer.filter(|offer| now < offer.until) else {
        state.note("Nothing to undo: this works for ten seconds after a save.");
        return;
    };
    if state.refuses(Capability::Send) {
        return;
    }
    let name = state.group_name(&offer.key);
    let Some(entry) = state.groups.get(&offer.key) else {
        state.note(format!(
            "{name}: not undone, the group is not in the list any more."
        ));
        return;
    };
    if values_like(&offer.saved, &entry.group).as_ref() != Some(&offer.saved) {
        form::open_with(state, &offer.key, &offer.before);
        state.note(format!(
            "{name} was changed since your save: the form has the values from before it."
        ));
        return;
    }
    send(state, &name, offer);
}

fn send(state: &mut State, name: &str, offer: UndoOffer) {
    if form::send(state, &offer.key, offer.before.clone()).is_none() {
        state.undo.offer = Some(offer);
        state.note("An earlier save of this group still runs.");
        return;
    }
    state.undo.running.insert(offer.key);
    state.toasts.retain(|toast| toast.until != offer.until);
    state.note(format!("{name}: undoing the save"));
}
