//! The fields of the form: their faults, and changes that others make while it is open.

use crate::api::{SettingField, check_description, check_subject};
use crate::console::ids::GroupKey;
use crate::console::state::{EditForm, Entry, FormPhase, Layer, Settings, State};

/// The form of a group, open or left while its save runs.
pub(crate) fn find<'a>(state: &'a mut State, key: &GroupKey) -> Option<&'a mut EditForm> {
    let open = state.layers.iter_mut().find_map(|layer| match layer {
        Layer::Form(form) if form.key == *key => Some(form.as_mut()),
        _ => None,
    });
    match open {
        Some(form) => Some(form),
        None => state
            .requests
            .background_forms
            .get_mut(key)
            .map(Box::as_mut),
    }
}

/// Whether the form of this group is open and shows the outcome of its save itself.
pub(crate) fn is_open(state: &State, key: &GroupKey) -> bool {
    let mut layers = state.layers.iter();
    layers.any(|layer| match layer {
        Layer::Form(form) => form.key == *key && form.phase != FormPhase::Editing,
        _ => false,
    })
}

/// A message about where to see the outcome of a save after its form was left.
pub(crate) fn hint(state: &State, key: &GroupKey) -> &'static str {
    if state.requests.background_forms.contains_key(key) {
        " Edit again to see the rest."
    } else {
        ""
    }
}

/// The faults of what was typed. A field that was not touched is not sent, so it has none.
pub(super) fn faults(form: &EditForm) -> Vec<(SettingField, String)> {
    let typed = form.typed();
    let fault = |field| match field {
        SettingField::Subject => check_subject(&typed.subject).err(),
        SettingField::Description => check_description(&typed.description).err(),
        _ => None,
    };
    let changed = form.changes().into_iter();
    changed
        .filter_map(|field| Some((field, fault(field)?)))
        .collect()
}

/// Applies what is stored now: untouched fields follow, edited ones keep the user's text.
pub(crate) fn sync(state: &mut State) {
    let open = state.layers.iter().filter_map(|layer| match layer {
        Layer::Form(form) => Some(form.key.clone()),
        _ => None,
    });
    let left = state.requests.background_forms.keys().cloned();
    for key in open.chain(left).collect::<Vec<_>>() {
        let stored = state.groups.get(&key).map(Entry::settings);
        if let (Some(stored), Some(form)) = (stored, find(state, &key)) {
            follow(form, &stored);
        }
    }
}

fn follow(form: &mut EditForm, stored: &Settings) {
    let typed = form.typed();
    for field in SettingField::ALL {
        if !stored.differs(&form.base, field) {
            continue;
        }
        let touched = typed.differs(&form.base, field);
        form.base.take(stored, field);
        // A value that we sent, or would have sent, is not reported as a change.
        if !typed.differs(stored, field) {
            continue;
        }
        if !touched {
            form.show(stored, field);
        }
        if !form.changed_elsewhere.contains(&field) {
            form.changed_elsewhere.push(field);
        }
    }
    form.faults = faults(form);
}
