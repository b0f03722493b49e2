//! The lines of the audit log in words.

use crate::api::{AuditAction, AuditEntry, AuditOutcome, SettingField, SettingsPatch};
use crate::console::effect::GroupHistory;
use crate::console::layout::value_word;
use crate::console::state::{HistoryEntry, Settings, State};
use crate::console::words;
use crate::text::{clean_line, truncate_to_width};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The actor of changes by opening hours.
const SCHEDULE: &str = "schedule";
/// The actor of a desk that runs its own gateway.
const DESK: &str = "key:console";
/// Columns of a value.
const VALUE_COLUMNS: usize = 160;

/// The entries, newest first.
pub(super) fn entries(state: &State, history: &GroupHistory) -> Vec<HistoryEntry> {
    let entries = history.entries.iter();
    let mut entries: Vec<_> = entries
        .map(|entry| one(state, entry, &history.labels))
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    entries
}

fn one(state: &State, entry: &AuditEntry, labels: &BTreeMap<String, String>) -> HistoryEntry {
    let (who, id) = who(&entry.actor, labels);
    let fields = changed_fields(entry);
    let what = match &entry.action {
        AuditAction::GroupUpdate if !fields.is_empty() => words::settings(&fields),
        action => action_word(action, entry.new.as_ref()),
    };
    let mut former = SettingsPatch::default();
    let mut changes = Vec::new();
    for field in fields {
        let before = setting(entry.old.as_ref(), field);
        let after = setting(entry.new.as_ref(), field);
        let word = |patch: &SettingsPatch| quoted(patch, field);
        changes.push((field, before.as_ref().map(word), after.as_ref().map(word)));
        if let Some(before) = before {
            former = merged(former, before);
        }
    }
    let refused = match &entry.outcome {
        AuditOutcome::Ok => None,
        AuditOutcome::Failed(reason) => Some(clean_line(reason).into_owned()),
    };
    HistoryEntry {
        at: entry.at,
        who,
        id,
        session: entry
            .session_id
            .as_deref()
            .map(|session| state.session_name(session)),
        what,
        refused,
        changes,
        former,
    }
}

/// The name of an actor for people, and its kind and id where that is another text.
fn who(actor: &str, labels: &BTreeMap<String, String>) -> (String, Option<String>) {
    let shown = clean_line(actor).into_owned();
    if actor == DESK {
        return ("this desk".to_owned(), None);
    }
    if actor == SCHEDULE {
        return ("the opening hours".to_owned(), None);
    }
    let label = actor.strip_prefix("key:").and_then(|id| labels.get(id));
    let label = label.map(|label| clean_line(label).trim().to_owned());
    if let Some(label) = label.filter(|label| !label.is_empty()) {
        return (label, Some(shown));
    }
    match shown.split_once(':') {
        Some(("user", name)) if !name.trim().is_empty() => (name.to_owned(), Some(shown.clone())),
        _ => (shown, None),
    }
}

/// The settings that an entry changed: those that were applied, where it failed on the way.
fn changed_fields(entry: &AuditEntry) -> Vec<SettingField> {
    if entry.action != AuditAction::GroupUpdate {
        return Vec::new();
    }
    let has = |value: &Option<Value>, field: SettingField| {
        (value.as_ref()).is_some_and(|value| value.get(field.as_str()).is_some())
    };
    let applied = entry.new.as_ref().and_then(|new| new.get("applied"));
    let applied = applied.and_then(Value::as_array);
    let is_applied = |field: SettingField| match (applied, &entry.outcome) {
        (Some(applied), _) => applied.iter().any(|name| name == field.as_str()),
        (None, outcome) => *outcome == AuditOutcome::Ok,
    };
    let all = SettingField::ALL.into_iter();
    all.filter(|field| has(&entry.new, *field) && is_applied(*field))
        .collect()
}

/// One setting of a recorded value, if it can be read.
fn setting(values: Option<&Value>, field: SettingField) -> Option<SettingsPatch> {
    let value = values?.get(field.as_str())?;
    let value = match (field, value) {
        // A group without a description.
        (SettingField::Description, Value::Null) => json!(""),
        _ => value.clone(),
    };
    SettingsPatch::parse(&json!({ field.as_str(): value })).ok()
}

fn merged(mut into: SettingsPatch, from: SettingsPatch) -> SettingsPatch {
    into.subject = from.subject.or(into.subject);
    into.description = from.description.or(into.description);
    into.announce = from.announce.or(into.announce);
    into.locked = from.locked.or(into.locked);
    into.invite_by = from.invite_by.or(into.invite_by);
    into.join_approval = from.join_approval.or(into.join_approval);
    into.add_by = from.add_by.or(into.add_by);
    into.ephemeral_seconds = from.ephemeral_seconds.or(into.ephemeral_seconds);
    into
}

fn quoted(patch: &SettingsPatch, field: SettingField) -> String {
    let word = value_word(&Settings::of_patch(patch), field);
    match field {
        SettingField::Subject | SettingField::Description if word.trim().is_empty() => {
            "empty".to_owned()
        }
        SettingField::Subject | SettingField::Description => {
            format!("“{}”", truncate_to_width(&word, VALUE_COLUMNS))
        }
        _ => word,
    }
}

fn action_word(action: &AuditAction, new: Option<&Value>) -> String {
    let people = new.and_then(|new| new.get("participants"));
    let people = people.and_then(Value::as_array).map_or(1, Vec::len);
    let members = match people {
        1 => "a member".to_owned(),
        count => format!("{count} members"),
    };
    match action {
        AuditAction::GroupUpdate => "settings".to_owned(),
        AuditAction::InviteReset => "link reset".to_owned(),
        AuditAction::GroupCreate => "group created".to_owned(),
        AuditAction::GroupJoin => "joined".to_owned(),
        AuditAction::GroupLeave => "left".to_owned(),
        AuditAction::MembersAdd => format!("{members} added"),
        AuditAction::MembersRemove => format!("{members} removed"),
        AuditAction::MembersPromote => format!("{members} made admin"),
        AuditAction::MembersDemote => format!("{members} no admin any more"),
        AuditAction::MembersApprove => format!("{members} let in"),
        AuditAction::MembersReject => format!("{members} not let in"),
        AuditAction::Other(word) => clean_line(word).into_owned(),
        other => serde_json::to_value(other)
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default(),
    }
}
