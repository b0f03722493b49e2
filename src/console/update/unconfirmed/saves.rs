//! Saves whose answer was lost: the group is read, and the outcome of each field is reported.

use super::super::form;
use super::cause::cause;
use crate::api::{Setting, SettingField, SettingsPatch};
use crate::console::effect::Call;
use crate::console::failure::CallFailure;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::layout::value_word;
use crate::console::state::{Entry, FieldOutcome, FormPhase, LostUpdate, State};
use crate::console::words;

/// Why a save has to be looked up.
fn cause_of(state: &State, key: &GroupKey, lost: &LostUpdate) -> String {
    let fields = lost.patch.clone().into_settings().len();
    cause(state, lost.said.as_ref(), Some(key), fields)
}

/// A session's groups were read by this request.
pub(crate) fn groups_read(state: &mut State, session: &str, id: RequestId) {
    let keys: Vec<_> = (state.requests.unconfirmed.updates.keys())
        .filter(|key| key.session == session)
        .cloned()
        .collect();
    for key in keys {
        group_read(state, &key, id);
    }
}

/// A group was read by this request: the outcome of its lost save.
pub(crate) fn group_read(state: &mut State, key: &GroupKey, id: RequestId) {
    let Some(entry) = state.groups.get(key).cloned() else {
        return;
    };
    let updates = &mut state.requests.unconfirmed.updates;
    if updates.get(key).is_none_or(|lost| id.0 <= lost.after) {
        return;
    }
    let Some(lost) = updates.remove(key) else {
        return;
    };
    let cause = cause_of(state, key, &lost);
    let patch = lost.patch;
    let found: Vec<Found> = (patch.clone().into_settings().iter())
        .map(|setting| Found::of(&entry, setting))
        .collect();
    let words: Vec<_> = found.iter().map(|found| found.words.as_str()).collect();
    let says = format!("{cause} The gateway says: {}.", words.join(", "));
    let is_applied = |found: &Found| found.outcome == FieldOutcome::Applied;
    if found.iter().all(is_applied) {
        form::found_applied(state, key, &patch);
        state.good(format!("{}: {says}", entry.name));
        return;
    }
    let is_open_still = |found: &Found| found.outcome == FieldOutcome::Unknown;
    let unconfirmed = found.iter().any(is_open_still);
    let outcomes: Vec<_> = (found.into_iter())
        .map(|found| (found.field, found.outcome))
        .collect();
    end_save(
        state,
        key,
        &patch,
        outcomes,
        CallFailure::lost_answer(&says, unconfirmed),
    );
    tell(state, key, &says);
}

/// The group could not be read: the form becomes editable, and the next read shows the outcome.
pub(crate) fn group_unread(state: &mut State, key: &GroupKey, failure: &CallFailure) {
    let Some(lost) = state.requests.unconfirmed.updates.get(key) else {
        return;
    };
    let patch = lost.patch.clone();
    let sentence = format!(
        "{} The gateway could not be asked what it has now. {}",
        cause_of(state, key, lost),
        state.sentence(failure, Some(key))
    );
    let settings = patch.clone().into_settings();
    let outcomes = settings
        .iter()
        .map(|setting| (setting.field(), FieldOutcome::Unknown));
    end_save(
        state,
        key,
        &patch,
        outcomes.collect(),
        CallFailure::lost_answer(&sentence, true),
    );
    tell(state, key, &sentence);
}

/// Makes the form editable again, with the outcome of each field.
fn end_save(
    state: &mut State,
    key: &GroupKey,
    patch: &SettingsPatch,
    outcomes: Vec<(SettingField, FieldOutcome)>,
    failure: CallFailure,
) {
    let applied: Vec<_> = (outcomes.iter())
        .filter(|(_, outcome)| *outcome == FieldOutcome::Applied)
        .map(|(field, _)| *field)
        .collect();
    let call = Call::Update {
        group: key.clone(),
        patch: patch.clone(),
    };
    state.record_call(&call, &failure);
    // A form that is being edited again keeps what is typed.
    if let Some(form) = form::find(state, key)
        && matches!(form.phase, FormPhase::Checking | FormPhase::Failed(_))
    {
        form::fail(form, patch, &applied, outcomes, failure);
    }
}

/// Reports the outcome that an open form would show itself.
fn tell(state: &mut State, key: &GroupKey, sentence: &str) {
    if form::is_open(state, key) {
        return;
    }
    let again = form::hint(state, key);
    let name = state.group_name(key);
    state.bad(format!("{name}: {sentence}{again}"));
}

/// One field as the gateway has it now.
struct Found {
    field: SettingField,
    outcome: FieldOutcome,
    /// `subject is now “Choir”: applied`
    words: String,
}

impl Found {
    fn of(entry: &Entry, sent: &Setting) -> Self {
        let field = sent.field();
        let group = &entry.group;
        let stored = entry.settings();
        let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
        let (is_known, same, value) = match sent {
            Setting::Subject(subject) => (
                group.subject.is_some(),
                group.subject.as_deref().map(str::trim) == Some(subject.trim()),
                format!("“{}”", stored.subject),
            ),
            // Too long to quote, and absent if empty.
            Setting::Description(text) => {
                let same = group.description.as_deref().unwrap_or_default() == text;
                let value = if same { "yours" } else { "another one" };
                (true, same, value.to_owned())
            }
            Setting::Announce(on) => (
                group.is_announce.is_some(),
                group.is_announce == Some(*on),
                switch(stored.announce),
            ),
            Setting::Locked(on) => (
                group.is_locked.is_some(),
                group.is_locked == Some(*on),
                switch(stored.locked),
            ),
            Setting::InviteBy(who) => (
                group.invite_by.is_some(),
                group.invite_by.as_ref() == Some(who),
                value_word(&stored, field),
            ),
            Setting::JoinApproval(on) => (
                group.join_approval.is_some(),
                group.join_approval == Some(*on),
                value_word(&stored, field),
            ),
            Setting::AddBy(who) => (
                group.add_by.is_some(),
                group.add_by.as_ref() == Some(who),
                value_word(&stored, field),
            ),
            Setting::EphemeralSeconds(seconds) => (
                group.ephemeral_seconds.is_some(),
                group.ephemeral_seconds == Some(*seconds),
                value_word(&stored, field),
            ),
        };
        let shown = words::setting(field);
        let (outcome, words) = match (is_known, same) {
            (false, _) => (FieldOutcome::Unknown, format!("nothing about {shown}")),
            (true, true) => (
                FieldOutcome::Applied,
                format!("{shown} is now {value}: applied"),
            ),
            // Only stored reads of a gateway like ours are known to follow at once; those of others may lag
            // behind.
            (true, false) if group.my_role.is_none() => (
                FieldOutcome::Unknown,
                format!(
                    "the gateway still shows {shown} {value}, which it may for a while after a change"
                ),
            ),
            (true, false) => (
                FieldOutcome::NotApplied,
                format!("{shown} is {value}: not applied"),
            ),
        };
        Self {
            field,
            outcome,
            words,
        }
    }
}
