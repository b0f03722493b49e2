//! Checking the hash chains of an audit log, entry by entry, the newest first.

use crate::api::audit_chain::{FIRST, hash};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The head of a chain that was written down earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct WrittenDown {
    pub(super) id: String,
    pub(super) hash: String,
}

/// What became of a head that was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// The entry is in the chain, with this hash.
    Found,
    /// The entry has another hash: it, or one before it, was changed, inserted or removed.
    Differs,
    /// No such entry.
    Missing,
    /// Removed by retention, with entries up to a later one.
    Removed,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct CheckedHead {
    #[serde(flatten)]
    pub(super) head: WrittenDown,
    pub(super) result: Outcome,
}

/// An entry whose hash does not follow from it and the entry before.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct BrokenEntry {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) action: Option<String>,
}

/// The chain of one organization.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chain {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) organization_id: Option<String>,
    pub(super) entries: u64,
    /// The newest entry.
    pub(super) head: WrittenDown,
    /// How many hashes do not fit.
    pub(super) broken: u64,
    /// The oldest entry of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first_broken: Option<BrokenEntry>,
    /// The last entry that retention removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) removed_until: Option<WrittenDown>,
}

struct Walk {
    chain: Chain,
    /// The last entry that was taken: its hash can be checked when the one before is known.
    unchecked: Map<String, Value>,
}

/// All chains of a log, and the heads that are looked for in them.
pub(super) struct Walks {
    of: BTreeMap<Option<String>, Walk>,
    heads: Vec<CheckedHead>,
    /// Whether any entry has a hash.
    pub(super) is_chained: bool,
}

impl Walks {
    pub(super) fn new(heads: Vec<WrittenDown>) -> Self {
        let result = Outcome::Missing;
        let heads = heads.into_iter();
        Self {
            of: BTreeMap::new(),
            heads: heads.map(|head| CheckedHead { head, result }).collect(),
            is_chained: false,
        }
    }

    /// Takes the next older entry of the log.
    pub(super) fn take(&mut self, entry: Map<String, Value>) {
        let own = head_of(&entry);
        self.is_chained |= !own.hash.is_empty();
        for checked in &mut self.heads {
            if checked.head.id == own.id {
                checked.result = compare(&checked.head, &own);
            }
        }
        let organization = text(&entry, "organizationId");
        let Some(walk) = self.of.get_mut(&organization) else {
            let chain = Chain {
                organization_id: organization.clone(),
                entries: 1,
                head: own,
                broken: 0,
                first_broken: None,
                removed_until: removal(&entry),
            };
            let walk = Walk {
                chain,
                unchecked: entry,
            };
            self.of.insert(organization, walk);
            return;
        };
        walk.check(&own.hash);
        walk.chain.entries += 1;
        if walk.chain.removed_until.is_none() {
            walk.chain.removed_until = removal(&entry);
        }
        walk.unchecked = entry;
    }

    /// The chains, once all entries were taken.
    pub(super) fn finish(self) -> (Vec<Chain>, Vec<CheckedHead>) {
        let chains: Vec<Chain> = (self.of.into_values())
            .map(|mut walk| {
                let removed = walk.chain.removed_until.as_ref();
                let first = removed.map_or_else(|| FIRST.to_owned(), |last| last.hash.clone());
                walk.check(&first);
                walk.chain
            })
            .collect();
        let mut heads = self.heads;
        let missing = (heads.iter_mut()).filter(|checked| checked.result == Outcome::Missing);
        for checked in missing {
            let removed = chains
                .iter()
                .filter_map(|chain| chain.removed_until.as_ref());
            for last in removed {
                if checked.head.id == last.id {
                    checked.result = compare(&checked.head, last);
                } else if checked.head.id < last.id {
                    checked.result = Outcome::Removed;
                }
            }
        }
        (chains, heads)
    }
}

impl Walk {
    /// Checks the entry that waits, now that the hash before it is known.
    fn check(&mut self, previous: &str) {
        let entry = &self.unchecked;
        let own = head_of(entry);
        if hash(entry, previous) != own.hash {
            self.chain.broken += 1;
            self.chain.first_broken = Some(BrokenEntry {
                id: own.id,
                at: entry.get("at").and_then(Value::as_i64),
                action: text(entry, "action"),
            });
        }
    }
}

fn compare(written: &WrittenDown, own: &WrittenDown) -> Outcome {
    if written.hash == own.hash {
        Outcome::Found
    } else {
        Outcome::Differs
    }
}

/// What an entry of a removal says.
fn removal(entry: &Map<String, Value>) -> Option<WrittenDown> {
    let is_removal = text(entry, "action")? == "audit.trim" && text(entry, "outcome")? == "ok";
    let new = entry.get("new").filter(|_| is_removal)?.as_object()?;
    Some(WrittenDown {
        id: text(new, "lastId")?,
        hash: text(new, "lastHash")?,
    })
}

fn head_of(entry: &Map<String, Value>) -> WrittenDown {
    WrittenDown {
        id: text(entry, "id").unwrap_or_default(),
        hash: text(entry, "hash").unwrap_or_default(),
    }
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    Some(object.get(name)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    type Entry = Map<String, Value>;

    /// Six entries of acme, three of another's, oldest first.
    fn log() -> Vec<Entry> {
        let mut previous = BTreeMap::new();
        let made = (0..9).map(|number| {
            let owner = if number % 3 == 2 { "other" } else { "acme" };
            let entry = json!({
                "id": format!("0{number}"), "organizationId": owner, "at": number,
                "action": "group.update", "new": { "announce": true }, "outcome": "ok",
            });
            chained(
                &entry,
                previous.entry(owner).or_insert_with(|| FIRST.to_owned()),
            )
        });
        made.collect()
    }

    fn chained(entry: &Value, previous: &mut String) -> Entry {
        let mut entry = entry.as_object().unwrap().clone();
        *previous = hash(&entry, previous);
        entry.insert("hash".to_owned(), json!(*previous));
        entry
    }

    fn head(entry: &Entry) -> WrittenDown {
        head_of(entry)
    }

    fn walk(log: &[Entry], heads: &[WrittenDown]) -> (Vec<Chain>, Vec<Outcome>) {
        let mut walks = Walks::new(heads.to_vec());
        for entry in log.iter().rev() {
            walks.take(entry.clone());
        }
        let (chains, heads) = walks.finish();
        (chains, heads.iter().map(|head| head.result).collect())
    }

    /// The oldest broken entry of acme; the other's chain must be whole.
    #[track_caller]
    fn broken(log: &[Entry]) -> Option<String> {
        let (mut chains, _) = walk(log, &[]);
        assert_eq!(chains.len(), 2);
        assert_eq!(chains.pop().unwrap().broken, 0);
        chains.pop().unwrap().first_broken.map(|entry| entry.id)
    }

    #[test]
    fn a_whole_log_is_whole() {
        let log = log();
        let (chains, heads) = walk(&log, &[head(&log[7]), head(&log[0])]);
        assert_eq!(heads, [Outcome::Found, Outcome::Found]);
        let acme = &chains[0];
        assert_eq!((acme.entries, acme.broken), (6, 0));
        assert_eq!(acme.head, head(&log[7]));
        assert_eq!(broken(&log), None);
    }

    #[test]
    fn what_was_changed_is_named() {
        let mut changed = log();
        changed[3].insert("new".to_owned(), json!({ "announce": false }));
        assert_eq!(broken(&changed).as_deref(), Some("03"));

        let mut removed = log();
        removed.remove(3);
        assert_eq!(broken(&removed).as_deref(), Some("04"));

        let mut first = log();
        first.remove(0);
        assert_eq!(broken(&first).as_deref(), Some("01"));

        let mut inserted = log();
        let mut between = inserted[3].clone();
        between.insert("id".to_owned(), json!("035"));
        inserted.insert(4, between);
        assert_eq!(broken(&inserted).as_deref(), Some("035"));

        let mut swapped = log();
        let (one, other) = (swapped[3]["new"].clone(), json!({ "locked": true }));
        swapped[3].insert("new".to_owned(), other);
        swapped[4].insert("new".to_owned(), one);
        assert_eq!(broken(&swapped).as_deref(), Some("03"));

        let mut without = log();
        without[3].remove("hash");
        assert_eq!(broken(&without).as_deref(), Some("03"));
    }

    /// Whoever can write the log can compute all hashes anew: only a head that was kept shows that.
    #[test]
    fn a_log_that_was_written_anew_is_shown_by_a_head() {
        let (original, mut forged) = (log(), log());
        forged[3].insert("actor".to_owned(), json!("somebody"));
        let mut previous = head(&forged[1]).hash;
        for entry in &mut forged[3..] {
            if entry["organizationId"] == "acme" {
                *entry = chained(&Value::Object(entry.clone()), &mut previous);
            }
        }
        assert_eq!(broken(&forged), None);
        let heads = [&original[1], &original[3], &original[7]].map(head);
        let (_, results) = walk(&forged, &heads);
        assert_eq!(
            results,
            [Outcome::Found, Outcome::Differs, Outcome::Differs]
        );
        let (_, results) = walk(&original[..6], &heads);
        let cut = [Outcome::Found, Outcome::Found, Outcome::Missing];
        assert_eq!(results, cut, "the newest entries were removed");
    }

    #[test]
    fn after_a_removal_the_chain_begins_at_the_entry_that_it_names() {
        let mut log = log();
        let (first, last) = (head(&log[0]), head(&log[3]));
        let mut previous = head(&log[7]).hash;
        let trim = json!({
            "id": "09", "organizationId": "acme", "action": "audit.trim", "outcome": "ok",
            "new": { "lastId": last.id, "lastHash": last.hash },
        });
        log.push(chained(&trim, &mut previous));
        log.retain(|entry| entry["organizationId"] != "acme" || head(entry).id > last.id);
        let other = WrittenDown {
            hash: FIRST.to_owned(),
            ..last.clone()
        };
        let (chains, heads) = walk(&log, &[first, last.clone(), other]);
        let expected = [Outcome::Removed, Outcome::Found, Outcome::Differs];
        assert_eq!(heads, expected);
        assert_eq!((chains[0].entries, chains[0].broken), (4, 0));
        assert_eq!(chains[0].removed_until, Some(last));
        // More is missing than the removal says.
        log.retain(|entry| head(entry).id != "04");
        assert_eq!(broken(&log).as_deref(), Some("06"));
    }
}
