//! What batches have done by their journals, compared with what the gateway was told to do.

use super::journals::Row;
use super::{ACCOUNT, Change};
use crate::scripts::World;
use serde_json::Value;
use std::collections::BTreeMap;

/// What no batch changes.
const KEPT: [&str; 9] = [
    "subject",
    "isAnnounce",
    "isLocked",
    "joinApproval",
    "inviteBy",
    "addBy",
    "ephemeralSeconds",
    "myRole",
    "participantCount",
];

/// How often a group was changed at least and at most.
type Range = (u64, u64);

pub struct Ledger {
    /// The groups before, by JID.
    before: BTreeMap<String, Value>,
    changes: BTreeMap<(String, Change), Range>,
    outcomes: BTreeMap<String, usize>,
}

impl Ledger {
    pub fn new(world: &World) -> Self {
        Self {
            before: groups(world),
            changes: BTreeMap::new(),
            outcomes: BTreeMap::new(),
        }
    }

    /// A batch has ended with these rows.
    pub fn add(&mut self, change: &Change, rows: &[Row]) {
        for row in rows {
            let key = (row.group.clone(), change.clone());
            let (least, most) = self.changes.entry(key).or_default();
            let outcome = row.outcome.as_deref().unwrap_or("forgotten");
            match outcome {
                "applied" => (*least, *most) = (*least + 1, *most + 1),
                "unconfirmed" => *most += 1,
                "not_attempted" if !row.is_sent => {}
                other => panic!("{other}: {row:?}"),
            }
            *self.outcomes.entry(outcome.to_owned()).or_default() += 1;
        }
    }

    /// How many rows ended in which way.
    pub fn summary(&self) -> String {
        format!("{:?}", self.outcomes)
    }

    /// The gateway has made each change as often as the outcomes say, and no other.
    pub fn check(&self, world: &World) {
        let log = world.run(&["audit", "--limit", "1000000", "--json"]).json();
        let mut logged: BTreeMap<(String, Change), u64> = BTreeMap::new();
        let entries = log["entries"].as_array().expect("entries").iter();
        for entry in entries.filter(|entry| !entry["groupJid"].is_null()) {
            assert_eq!(entry["outcome"], "ok", "{entry}");
            let change = match entry["action"].as_str() {
                Some("group.invite.reset") => Change::ResetLink,
                Some("group.update") => Change::Append(appended(entry)),
                _ => panic!("not asked for: {entry}"),
            };
            let group = entry["groupJid"].as_str().expect("a JID").to_owned();
            *logged.entry((group, change)).or_default() += 1;
        }
        assert!(!logged.is_empty());
        for (key, (least, most)) in &self.changes {
            let count = logged.remove(key).unwrap_or(0);
            assert!(
                (*least..=*most).contains(&count),
                "{key:?}: {count} times, not {least} to {most}"
            );
        }
        assert!(logged.is_empty(), "not asked for: {logged:?}");
        self.check_groups(world);
    }

    /// The groups are as before, and each description has each text as often as the outcomes say.
    fn check_groups(&self, world: &World) {
        let after = groups(world);
        assert!(self.before.keys().eq(after.keys()));
        for (jid, group) in &after {
            for field in KEPT {
                assert_eq!(group[field], self.before[jid][field], "{field} of {jid}");
            }
        }
        for ((jid, change), (least, most)) in &self.changes {
            let Change::Append(text) = change else {
                continue;
            };
            let description = after[jid]["description"].as_str().unwrap_or_default();
            let count = description.matches(text).count() as u64;
            assert!(
                (*least..=*most).contains(&count),
                "{jid}: “{text}” {count} times, not {least} to {most}"
            );
        }
    }
}

/// The groups of the account, by JID.
fn groups(world: &World) -> BTreeMap<String, Value> {
    let groups = world.run(&["groups", "--session", ACCOUNT, "--json"]);
    let groups = groups.json();
    let list = groups["groups"].as_array().expect("groups").iter();
    list.map(|group| {
        let jid = group["groupJid"].as_str().expect("a JID");
        (jid.to_owned(), group.clone())
    })
    .collect()
}

/// The text that a change has added to a description.
fn appended(entry: &Value) -> String {
    let new = entry["new"]["description"].as_str();
    let new = new.unwrap_or_else(|| panic!("not asked for: {entry}"));
    let old = entry["old"]["description"].as_str().unwrap_or_default();
    let added = new.strip_prefix(old);
    let added = added.unwrap_or_else(|| panic!("not asked for: {entry}"));
    added.trim_start().to_owned()
}
