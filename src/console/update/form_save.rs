//! Saving the form: only what changed, and what became of each field.

use super::super::effect::Call;
use super::super::failure::{Failure, FailureKind};
use super::super::state::{
    ButtonId, EditForm, FieldOutcome, FormFocus, FormPhase, GroupKey, Layer, Settings, State,
};
use crate::api::{SettingField, SettingsPatch};

/// Sends what changed; nothing when nothing did, or when it could not be right.
pub(super) fn save(state: &mut State) {
    let Some(Layer::Edit(form)) = state.layers.last_mut() else {
        return;
    };
    if !matches!(form.phase, FormPhase::Editing | FormPhase::Failed(_)) {
        return;
    }
    form.faults = super::form::faults(form);
    if let Some((field, fault)) = form.faults.first() {
        let text = format!("Not saved: the {field} {fault}");
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
    match state.change(Call::Update {
        group: group.clone(),
        patch,
    }) {
        Some(id) => {
            super::groups::patch(state, &group, |entry| entry.heard_since_save = false);
            if let Some(Layer::Edit(form)) = state.layers.last_mut() {
                form.phase = FormPhase::Saving(id);
                form.outcomes.clear();
            }
        }
        None => state.note("An earlier save of this group still runs."),
    }
}

/// The fields that a patch holds.
fn fields(patch: &SettingsPatch) -> Vec<SettingField> {
    let settings = patch.clone().into_settings();
    settings.iter().map(crate::api::Setting::field).collect()
}

/// The save was answered.
pub(super) fn answered(
    state: &mut State,
    key: &GroupKey,
    patch: &SettingsPatch,
    answer: Result<(), Failure>,
) {
    let name = match state.groups.get(key) {
        Some(entry) => entry.name.clone(),
        None => crate::text::clean_line(&key.jid).into_owned(),
    };
    let sent = fields(patch);
    super::unclear::forget_update(state, key);
    match answer {
        Ok(()) => {
            // The form first: what it sent itself is no news to it.
            close(state, key);
            apply(state, key, patch, &sent);
            let names: Vec<_> = sent.iter().map(|field| field.as_str()).collect();
            state.good(format!("{name}: saved {}", names.join(", ")));
        }
        Err(failure) => {
            let call = Call::Update {
                group: key.clone(),
                patch: patch.clone(),
            };
            let failure = state.failed(&call, failure);
            // Told field by field, it is known which one nobody knows about.
            if failure.unclear && failure.partial.is_none() {
                super::unclear::lost_update(state, key, patch);
                return;
            }
            let outcomes = outcomes(&sent, &failure);
            let applied: Vec<_> = outcomes
                .iter()
                .filter(|(_, outcome)| *outcome == FieldOutcome::Applied)
                .map(|(field, _)| *field)
                .collect();
            if let Some(form) = super::form::find(state, key) {
                fail(form, patch, &applied, outcomes, failure.clone());
            }
            apply(state, key, patch, &applied);
            let left = state
                .runs
                .left_form
                .as_ref()
                .is_some_and(|form| form.key == *key);
            if left {
                let sentence = state.sentence(&failure, Some(key));
                state.bad(format!(
                    "{name}: not all was saved. {sentence} Edit again to see the rest."
                ));
            }
        }
    }
    state.read_again(Call::Group(key.clone()));
}

pub(super) fn close(state: &mut State, key: &GroupKey) {
    state
        .layers
        .retain(|layer| !matches!(layer, Layer::Edit(form) if form.key == *key));
    if state
        .runs
        .left_form
        .as_ref()
        .is_some_and(|form| form.key == *key)
    {
        state.runs.left_form = None;
    }
}

/// What was applied is stored now, whether or not the gateway's stored reads know yet.
fn apply(state: &mut State, key: &GroupKey, patch: &SettingsPatch, applied: &[SettingField]) {
    if applied.is_empty() {
        return;
    }
    super::groups::patch(state, key, |entry| {
        let group = &mut entry.group;
        for field in applied {
            match field {
                SettingField::Subject => group.subject.clone_from(&patch.subject),
                SettingField::Description => group.description.clone_from(&patch.description),
                SettingField::Announce => group.is_announce = patch.announce,
                SettingField::Locked => group.is_locked = patch.locked,
            }
        }
        entry.patched_over = (!entry.heard_since_save).then_some(group.updated_at);
    });
}

/// Per field that was sent: what became of it, as far as the gateway says.
fn outcomes(sent: &[SettingField], failure: &Failure) -> Vec<(SettingField, FieldOutcome)> {
    // Faults of single fields: nothing was attempted before all were right.
    let faulty = |field: SettingField| {
        let fault = failure
            .fields
            .iter()
            .find(|fault| fault.field == field.as_str())?;
        Some(Failure {
            kind: FailureKind::Other,
            message: format!("the {field} {}", fault.message),
            ..failure.clone()
        })
    };
    let any_faulty = sent.iter().any(|field| faulty(*field).is_some());
    let outcome = |field: SettingField| match &failure.partial {
        Some(partial) if partial.applied.contains(&field) => FieldOutcome::Applied,
        Some(partial) if partial.failed == field && failure.unclear => FieldOutcome::Unknown,
        Some(partial) if partial.failed == field => FieldOutcome::Refused(failure.clone()),
        Some(_) => FieldOutcome::NotAttempted,
        None if any_faulty => {
            faulty(field).map_or(FieldOutcome::NotAttempted, FieldOutcome::Refused)
        }
        None => FieldOutcome::Refused(failure.clone()),
    };
    sent.iter().map(|field| (*field, outcome(*field))).collect()
}

pub(super) fn fail(
    form: &mut EditForm,
    patch: &SettingsPatch,
    applied: &[SettingField],
    outcomes: Vec<(SettingField, FieldOutcome)>,
    failure: Failure,
) {
    let sent = Settings {
        subject: patch.subject.clone().unwrap_or_default(),
        description: patch.description.clone().unwrap_or_default(),
        announce: patch.announce.unwrap_or_default(),
        locked: patch.locked.unwrap_or_default(),
    };
    for field in applied {
        form.base.take(&sent, *field);
    }
    form.outcomes = outcomes;
    form.phase = FormPhase::Failed(failure);
    form.focus = FormFocus::Button(ButtonId::Save);
}
