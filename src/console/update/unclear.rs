//! Changes whose answer was lost, or proves nothing: nothing is sent again by itself. The gateway is
//! read, and what it says is told.

use super::super::effect::{Call, RequestId};
use super::super::failure::{Failure, FailureKind};
use super::super::state::{
    Entry, FieldOutcome, FormPhase, GroupKey, Layer, ResetDialog, ResetPhase, State,
};
use super::unclear_sessions::{LostAction, LostCreation};
use super::{form, form_save, invite};
use crate::api::{Setting, SettingField, SettingsPatch};
use std::collections::{BTreeMap, BTreeSet};

/// What nobody knows the outcome of.
#[derive(Default)]
pub(super) struct Unclear {
    updates: BTreeMap<GroupKey, LostUpdate>,
    resets: BTreeMap<GroupKey, LostReset>,
    /// By session.
    pub(super) actions: BTreeMap<String, LostAction>,
    pub(super) creation: Option<LostCreation>,
    /// The sessions that were there before one was added.
    pub(super) before_create: BTreeSet<String>,
    /// The links that running resets are to end, where they were known.
    pub(super) old_links: BTreeMap<GroupKey, Option<String>>,
}

struct LostUpdate {
    patch: SettingsPatch,
    /// What the gateway said instead of an answer, if it said anything.
    said: Option<Failure>,
    /// The newest request when the answer was lost: only later ones tell.
    after: u64,
}

struct LostReset {
    /// The link before, where it was known.
    old: Option<String>,
    /// What the gateway said instead of an answer, if it said anything.
    said: Option<Failure>,
    /// The look-up has failed; another one waits for a sign that it may not.
    resting: bool,
}

/// What the gateway itself said when it failed; nothing where the answer was lost on its way.
pub(super) fn said(failure: Failure) -> Option<Failure> {
    let by_gateway = failure
        .status
        .is_some_and(|status| !(502..=504).contains(&status));
    by_gateway.then_some(Failure {
        unclear: false,
        ..failure
    })
}

/// Why something has to be looked up.
pub(super) fn cause(
    state: &State,
    said: Option<&Failure>,
    key: Option<&GroupKey>,
    parts: usize,
) -> String {
    let Some(failure) = said else {
        return "The answer was lost.".to_owned();
    };
    let sentence = state.sentence(failure, key);
    let how_far = match parts {
        0 | 1 => "and it may have been done all the same",
        _ => "perhaps half way",
    };
    format!(
        "The gateway failed, {how_far}: {}.",
        sentence.trim_end_matches('.')
    )
}

impl Unclear {
    /// Groups of which nobody knows yet whether their link was reset.
    pub(super) fn open_resets(&self) -> impl Iterator<Item = &GroupKey> {
        self.resets.keys()
    }

    /// Whether the answer to this read is needed even when nobody looks at the group any more.
    pub(super) fn needs(&self, call: &Call) -> bool {
        match call {
            Call::Invite(key) => self.resets.contains_key(key),
            _ => false,
        }
    }
}

impl LostUpdate {
    /// Why it has to be looked up.
    fn cause(&self, state: &State, key: &GroupKey) -> String {
        let fields = self.patch.clone().into_settings().len();
        cause(state, self.said.as_ref(), Some(key), fields)
    }
}

/// A save's answer was lost, or leaves open how far it came: the group is read.
pub(super) fn lost_update(
    state: &mut State,
    key: &GroupKey,
    patch: &SettingsPatch,
    failure: Failure,
) {
    let lost = LostUpdate {
        patch: patch.clone(),
        said: said(failure),
        after: state.runs.newest(),
    };
    state.runs.unclear.updates.insert(key.clone(), lost);
    if let Some(form) = form::find(state, key) {
        form.phase = FormPhase::Checking;
    }
    state.read_again(Call::Group(key.clone()));
}

/// Another save was sent, or this one answered after all: what became of the last one is nobody's
/// question any more.
pub(super) fn forget_update(state: &mut State, key: &GroupKey) {
    state.runs.unclear.updates.remove(key);
}

/// A session's groups were read by this request.
pub(super) fn groups_read(state: &mut State, session: &str, id: RequestId) {
    let keys: Vec<_> = (state.runs.unclear.updates.keys())
        .filter(|key| key.session == session)
        .cloned()
        .collect();
    for key in keys {
        group_read(state, &key, id);
    }
}

/// A group was read by this request: what became of the lost save?
pub(super) fn group_read(state: &mut State, key: &GroupKey, id: RequestId) {
    let Some(entry) = state.groups.get(key).cloned() else {
        return;
    };
    let updates = &mut state.runs.unclear.updates;
    if updates.get(key).is_none_or(|lost| id.0 <= lost.after) {
        return;
    }
    let Some(lost) = updates.remove(key) else {
        return;
    };
    let cause = lost.cause(state, key);
    let patch = lost.patch;
    let found: Vec<Found> = (patch.clone().into_settings().iter())
        .map(|setting| Found::of(&entry, setting))
        .collect();
    let words: Vec<_> = found.iter().map(|found| found.words.as_str()).collect();
    let says = format!("{cause} The gateway says: {}.", words.join(", "));
    let is_applied = |found: &Found| found.outcome == FieldOutcome::Applied;
    if found.iter().all(is_applied) {
        form_save::found_applied(state, key, &patch);
        state.good(format!("{}: {says}", entry.name));
        return;
    }
    let is_open_still = |found: &Found| found.outcome == FieldOutcome::Unknown;
    let unclear = found.iter().any(is_open_still);
    let outcomes: Vec<_> = (found.into_iter())
        .map(|found| (found.field, found.outcome))
        .collect();
    end_save(
        state,
        key,
        &patch,
        outcomes,
        Failure::lost_answer(&says, unclear),
    );
    tell(state, key, &says);
}

/// The group could not be read: the form is given back, and the next read tells.
pub(super) fn group_unread(state: &mut State, key: &GroupKey, failure: &Failure) {
    let Some(lost) = state.runs.unclear.updates.get(key) else {
        return;
    };
    let patch = lost.patch.clone();
    let sentence = format!(
        "{} The gateway could not be asked what it has now. {}",
        lost.cause(state, key),
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
        Failure::lost_answer(&sentence, true),
    );
    tell(state, key, &sentence);
}

/// Gives the form back with what became of each field.
fn end_save(
    state: &mut State,
    key: &GroupKey,
    patch: &SettingsPatch,
    outcomes: Vec<(SettingField, FieldOutcome)>,
    failure: Failure,
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
    // What is being typed since is nobody's outcome.
    if let Some(form) = form::find(state, key)
        && matches!(form.phase, FormPhase::Checking | FormPhase::Failed(_))
    {
        form_save::fail(form, patch, &applied, outcomes, failure);
    }
}

/// Says what an open form would say itself.
fn tell(state: &mut State, key: &GroupKey, sentence: &str) {
    if form::is_open(state, key) {
        return;
    }
    let again = form::hint(state, key);
    let name = name_of(state, key);
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
        let (is_told, same, value) = match sent {
            Setting::Subject(subject) => (
                group.subject.is_some(),
                group.subject.as_deref().map(str::trim) == Some(subject.trim()),
                format!("“{}”", stored.subject),
            ),
            // Too long to be said in full, and absent where it is empty.
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
        };
        let (outcome, words) = match (is_told, same) {
            (false, _) => (FieldOutcome::Unknown, format!("nothing about {field}")),
            (true, true) => (
                FieldOutcome::Applied,
                format!("{field} is now {value}: applied"),
            ),
            // Only a gateway like ours is known to have its stored reads follow at once; others are
            // known to lag behind.
            (true, false) if group.my_role.is_none() => (
                FieldOutcome::Unknown,
                format!(
                    "the gateway still shows {field} {value}, which it may for a while after a change"
                ),
            ),
            (true, false) => (
                FieldOutcome::NotApplied,
                format!("{field} is {value}: not applied"),
            ),
        };
        Self {
            field,
            outcome,
            words,
        }
    }
}

/// A reset's answer was lost, or proves nothing: the link is looked up.
pub(super) fn lost_reset(state: &mut State, key: &GroupKey, old: Option<String>, failure: Failure) {
    let lost = LostReset {
        old,
        said: said(failure),
        resting: false,
    };
    state.runs.unclear.resets.insert(key.clone(), lost);
}

/// The reset is sent anew: what became of the last one is nobody's question any more.
pub(super) fn forget_reset(state: &mut State, key: &GroupKey) {
    state.runs.unclear.resets.remove(key);
}

/// The link was looked up: is it another one than before the lost reset?
pub(super) fn link_read(state: &mut State, key: &GroupKey, link: &str) {
    let Some(lost) = state.runs.unclear.resets.remove(key) else {
        return;
    };
    let name = name_of(state, key);
    let cause = cause(state, lost.said.as_ref(), Some(key), 1);
    let differs = lost.old.as_ref().map(|old| old != link);
    let (phase, words) = match differs {
        Some(true) => {
            let now = state.now;
            state.runs.await_echo(key, now);
            let done = ResetPhase::Done {
                link: link.to_owned(),
                differs,
            };
            (Some(done), "is another one than before. It was reset.")
        }
        Some(false) => {
            let sentence =
                format!("{cause} The link was looked up again and is the same as before.");
            let failed = ResetPhase::Failed(Failure::lost_answer(&sentence, false));
            (Some(failed), "is the same as before. It was not reset.")
        }
        None => (
            None,
            "was not known before. Whether it is a new one cannot be told.",
        ),
    };
    match (waiting(state, key), phase) {
        (Some(dialog), Some(phase)) => dialog.phase = phase,
        _ => state.layers.retain(|layer| !waits(layer, key)),
    }
    let cause = match &lost.said {
        Some(_) => "the gateway failed",
        None => "the answer was lost",
    };
    let words = format!("{name}: {cause}. The link was looked up again and {words}");
    match differs {
        Some(true) => state.good(words),
        Some(false) => state.bad(words),
        None => state.note(words),
    }
}

/// The look-up failed.
pub(super) fn link_unread(state: &mut State, key: &GroupKey, failure: &Failure) {
    let Some(lost) = state.runs.unclear.resets.get_mut(key) else {
        return;
    };
    lost.resting = true;
    let said = lost.said.clone();
    let passes = matches!(
        failure.kind,
        FailureKind::GatewayAway | FailureKind::Offline | FailureKind::RateLimited { .. }
    );
    if !passes {
        forget_reset(state, key);
    }
    // What was said first is the better reason where both are the same bare failure.
    let sentence = format!(
        "Whether the link was reset is not known, and it could not be looked up. {}",
        state.sentence(said.as_ref().unwrap_or(failure), Some(key))
    );
    if let Some(dialog) = waiting(state, key) {
        dialog.phase = ResetPhase::Failed(Failure::lost_answer(&sentence, true));
    } else {
        let name = name_of(state, key);
        state.bad(format!("{name}: {sentence}"));
    }
}

/// The gateway answers again, so it can tell what nobody knows.
pub(super) fn gateway_answered(state: &mut State) {
    for lost in state.runs.unclear.resets.values_mut() {
        lost.resting = false;
    }
    let keys: Vec<_> = state.runs.unclear.updates.keys().cloned().collect();
    for key in keys {
        state.read_again(Call::Group(key));
    }
}

/// Looks links up as soon as nothing speaks against it.
pub(super) fn settle(state: &mut State) {
    let keys: Vec<_> = (state.runs.unclear.resets.iter())
        .filter(|(_, lost)| !lost.resting)
        .map(|(key, _)| key.clone())
        .collect();
    for key in keys {
        if invite::obstacle(state, &key).is_none() && !invite::is_being_reset(&state.runs, &key) {
            invite::look_up(state, &key);
        }
    }
}

fn name_of(state: &State, key: &GroupKey) -> String {
    match state.groups.get(key) {
        Some(entry) => entry.name.clone(),
        None => crate::text::clean_line(&key.jid).into_owned(),
    }
}

/// Whether a dialog waits for the outcome of this group's reset.
fn waits(layer: &Layer, key: &GroupKey) -> bool {
    match layer {
        Layer::Reset(dialog) if dialog.key == *key => match &dialog.phase {
            ResetPhase::Checking => true,
            ResetPhase::Failed(failure) => failure.unclear,
            _ => false,
        },
        _ => false,
    }
}

fn waiting<'a>(state: &'a mut State, key: &GroupKey) -> Option<&'a mut ResetDialog> {
    let mut layers = state.layers.iter_mut();
    match layers.find(|layer| waits(layer, key)) {
        Some(Layer::Reset(dialog)) => Some(dialog),
        _ => None,
    }
}
