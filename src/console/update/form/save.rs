//! Saving the form: only the changed fields, with an outcome per field.

use super::super::{groups, text_input};
use super::fields::{faults, find, hint, is_open};
use crate::api::{EpochMillis, SettingField, SettingsPatch};
use crate::console::effect::Call;
use crate::console::failure::{CallFailure, FailureKind};
use crate::console::ids::{GroupKey, RequestId};
use crate::console::keymap::Action;
use crate::console::state::{
    ButtonId, EditForm, FieldOutcome, FormFocus, FormPhase, Layer, LostUpdate, Settings, State,
    ToastKind, UndoOffer, values_like,
};
use crate::console::words;

/// For how many seconds a save can be undone.
const UNDO_SECONDS: i64 = 10;

/// Sends the changed fields; nothing if none changed, or if one is invalid.
pub(super) fn save(state: &mut State) {
    let Some(Layer::Form(form)) = state.layers.last_mut() else {
        return;
    };
    if !matches!(form.phase, FormPhase::Editing | FormPhase::Failed(_)) {
        return;
    }
    form.faults = faults(form);
    if let Some((field, fault)) = form.faults.first() {
        let text = format!("Not saved: the {} {fault}", words::setting(*field));
        form.focus = FormFocus::Field(*field);
        state.bad(text);
        return;
    }
    let patch = form.patch();
    if patch.is_empty() {
        state.note("Nothing was changed, so nothing was sent.");
        return;
    }
    let group = form.key.clone();
    let stored = state.groups.get(&group);
    let before = stored.and_then(|entry| values_like(&patch, &entry.group));
    match send(state, &group, patch) {
        Some(id) => {
            if let Some(before) = before {
                state.undo.before.insert(group, before);
            }
            if let Some(Layer::Form(form)) = state.layers.last_mut() {
                form.phase = FormPhase::Saving(id);
                form.outcomes.clear();
            }
        }
        None => state.note("An earlier save of this group still runs."),
    }
}

/// Sends a change of settings, unless one of this group is in flight.
pub(crate) fn send(state: &mut State, group: &GroupKey, patch: SettingsPatch) -> Option<RequestId> {
    let id = state.requests.change(Call::Update {
        group: group.clone(),
        patch,
    })?;
    state.requests.unconfirmed.updates.remove(group);
    groups::patch(state, group, |entry| entry.changed_since_save.clear());
    state.undo.offer.take_if(|offer| offer.key == *group);
    Some(id)
}

/// The fields that a patch holds.
fn fields(patch: &SettingsPatch) -> Vec<SettingField> {
    let settings = patch.clone().into_settings();
    settings.iter().map(crate::api::Setting::field).collect()
}

/// The save was answered.
pub(crate) fn answered(
    state: &mut State,
    key: &GroupKey,
    patch: &SettingsPatch,
    answer: Result<Option<EpochMillis>, CallFailure>,
) {
    let name = state.group_name(key);
    let sent = fields(patch);
    state.requests.unconfirmed.updates.remove(key);
    // An undo has no form: one that is open is being typed into.
    let is_undo = state.undo.running.remove(key);
    let before = state.undo.before.remove(key);
    match answer {
        Ok(answered_at) => {
            // The form first, so that its own change is not marked as made elsewhere.
            if !is_undo {
                close(state, key);
            }
            apply(state, key, patch, &sent, answered_at);
            let fields = words::settings(&sent);
            match before {
                _ if is_undo => state.good(format!("{name}: undone, {fields} as before")),
                Some(before) => offer_undo(state, key, patch, before, &name),
                None => state.good(format!("{name}: saved {fields}")),
            }
        }
        Err(failure) => {
            // A failure with an outcome per field says itself which field is unconfirmed.
            if failure.partial.is_none() && failure.unconfirmed {
                lost(state, key, patch, failure, is_undo);
                return;
            }
            let outcomes = outcomes(&sent, &failure);
            let applied: Vec<_> = outcomes
                .iter()
                .filter(|(_, outcome)| *outcome == FieldOutcome::Applied)
                .map(|(field, _)| *field)
                .collect();
            if let Some(form) = find(state, key).filter(|_| !is_undo) {
                fail(form, patch, &applied, outcomes, failure.clone());
            }
            apply(state, key, patch, &applied, None);
            if is_undo || !is_open(state, key) {
                let sentence = state.sentence(&failure, Some(key));
                let hint = hint(state, key);
                state.bad(format!("{name}: not all was saved. {sentence}{hint}"));
            }
        }
    }
    state.requests.read_again(Call::Group(key.clone()));
}

/// The answer was lost, or does not say which fields were applied: the group is read.
fn lost(
    state: &mut State,
    key: &GroupKey,
    patch: &SettingsPatch,
    failure: CallFailure,
    is_undo: bool,
) {
    let lost = LostUpdate::new(patch.clone(), failure, state.requests.newest());
    state.requests.unconfirmed.updates.insert(key.clone(), lost);
    if let Some(form) = find(state, key).filter(|_| !is_undo) {
        form.phase = FormPhase::Checking;
    }
    state.requests.read_again(Call::Group(key.clone()));
}

/// Says that a save was made, and for how long it can be undone.
fn offer_undo(
    state: &mut State,
    key: &GroupKey,
    saved: &SettingsPatch,
    before: SettingsPatch,
    name: &str,
) {
    let fields = words::settings(&fields(saved));
    let Some(undo) = state.options.keymap.keys(Action::Undo).first() else {
        return state.good(format!("{name}: saved {fields}"));
    };
    let text = format!("{name}: saved {fields} · {undo} undoes");
    state.toast_for(ToastKind::Good, text, UNDO_SECONDS);
    state.undo.offer = Some(UndoOffer {
        key: key.clone(),
        before,
        saved: saved.clone(),
        until: state.now + UNDO_SECONDS * 1_000,
    });
}

fn close(state: &mut State, key: &GroupKey) {
    state
        .layers
        .retain(|layer| !matches!(layer, Layer::Form(form) if form.key == *key));
    state.requests.background_forms.remove(key);
    text_input::form_closed(state);
}

/// A save turned out to have been made: its form closes, unless something else was typed since.
pub(crate) fn found_applied(state: &mut State, key: &GroupKey, patch: &SettingsPatch) {
    let Some(form) = find(state, key) else {
        return;
    };
    rebase(form, patch, &fields(patch));
    if form.changes().is_empty() {
        close(state, key);
    } else if matches!(form.phase, FormPhase::Checking | FormPhase::Failed(_)) {
        form.phase = FormPhase::Editing;
        form.outcomes.clear();
    }
}

/// Shows what was applied, whether or not the gateway's stored reads have it yet.
fn apply(
    state: &mut State,
    key: &GroupKey,
    patch: &SettingsPatch,
    applied: &[SettingField],
    answered_at: Option<EpochMillis>,
) {
    let now = state.now;
    let settings = patch.clone().into_settings().into_iter();
    let settings: Vec<_> = settings
        .filter(|setting| applied.contains(&setting.field()))
        .collect();
    if settings.is_empty() {
        return;
    }
    groups::patch(state, key, |entry| {
        for setting in settings {
            entry.confirm(setting, answered_at, now);
        }
    });
}

/// The outcome of each sent field, as far as the gateway reports it.
fn outcomes(sent: &[SettingField], failure: &CallFailure) -> Vec<(SettingField, FieldOutcome)> {
    // Validation errors of fields: nothing is applied before all are valid.
    let faulty = |field: SettingField| {
        let fault = failure
            .fields
            .iter()
            .find(|fault| fault.field == field.as_str())?;
        Some(CallFailure {
            kind: FailureKind::Other,
            message: format!("the {} {}", words::setting(field), fault.message),
            ..failure.clone()
        })
    };
    let any_faulty = sent.iter().any(|field| faulty(*field).is_some());
    let outcome = |field: SettingField| match &failure.partial {
        Some(partial) if partial.applied.contains(&field) => FieldOutcome::Applied,
        Some(partial) if partial.failed == field && failure.unconfirmed => FieldOutcome::Unknown,
        Some(partial) if partial.failed == field => FieldOutcome::Refused(failure.clone()),
        Some(_) => FieldOutcome::NotAttempted,
        None if any_faulty => {
            faulty(field).map_or(FieldOutcome::NotAttempted, FieldOutcome::Refused)
        }
        None => FieldOutcome::Refused(failure.clone()),
    };
    sent.iter().map(|field| (*field, outcome(*field))).collect()
}

pub(crate) fn fail(
    form: &mut EditForm,
    patch: &SettingsPatch,
    applied: &[SettingField],
    outcomes: Vec<(SettingField, FieldOutcome)>,
    failure: CallFailure,
) {
    rebase(form, patch, applied);
    form.outcomes = outcomes;
    form.phase = FormPhase::Failed(failure);
    form.focus = FormFocus::Button(ButtonId::Save);
}

/// Makes the applied values the base of the form.
fn rebase(form: &mut EditForm, patch: &SettingsPatch, applied: &[SettingField]) {
    let sent = Settings::of_patch(patch);
    for field in applied {
        form.base.take(&sent, *field);
    }
}
