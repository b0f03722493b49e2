//! Checking the hash chains of an audit log, entry by entry, the newest first.

use super::entry::{WrittenDown, head_of, text};
use super::removal::Removal;
use crate::api::EpochMillis;
use crate::api::audit_chain::{FIRST, hash};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The head of a chain that was written down earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct KeptHead {
    #[serde(flatten)]
    pub(super) entry: WrittenDown,
    /// Whose chain it is of; `None` where that was not written down.
    #[serde(rename = "organizationId", skip_serializing_if = "Option::is_none")]
    pub(super) organization: Option<String>,
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
    pub(super) head: KeptHead,
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
    /// The newest entry of a removal.
    removal: Option<Removal>,
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
    pub(super) fn new(heads: Vec<KeptHead>) -> Self {
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
            if checked.head.entry.id == own.id {
                checked.result = compare(&checked.head.entry, &own);
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
                removed_until: None,
            };
            let walk = Walk {
                chain,
                removal: Removal::of(&entry),
                unchecked: entry,
            };
            self.of.insert(organization, walk);
            return;
        };
        walk.check(&own.hash);
        walk.chain.entries += 1;
        if walk.removal.is_none() {
            walk.removal = Removal::of(&entry);
        }
        walk.unchecked = entry;
    }

    /// The chains, once all entries were taken.
    pub(super) fn finish(self, now: EpochMillis) -> (Vec<Chain>, Vec<CheckedHead>) {
        let chains: Vec<Chain> = (self.of.into_values())
            .map(|mut walk| {
                let oldest = head_of(&walk.unchecked).id;
                let removal = walk.removal.take();
                let removal = removal.filter(|removal| removal.is_possible(&oldest, now));
                let removed = removal.map(|removal| removal.last);
                let first = removed.as_ref().map_or(FIRST, |last| last.hash.as_str());
                walk.check(first);
                walk.chain.removed_until = removed;
                walk.chain
            })
            .collect();
        let mut heads = self.heads;
        let missing = (heads.iter_mut()).filter(|checked| checked.result == Outcome::Missing);
        for checked in missing {
            checked.result = beyond(&checked.head, &chains);
        }
        (chains, heads)
    }
}

/// What became of a head that no chain has.
fn beyond(head: &KeptHead, chains: &[Chain]) -> Outcome {
    let is_its_own =
        |chain: &&Chain| head.organization.is_none() || head.organization == chain.organization_id;
    let mut removals = Vec::new();
    for chain in chains.iter().filter(is_its_own) {
        match &chain.removed_until {
            Some(last) if last.id == head.entry.id => return compare(&head.entry, last),
            last => removals.push(last.as_ref()),
        }
    }
    // Of a head without an organization it is not known which of the chains has to excuse it.
    let is_removed = |last: Option<&WrittenDown>| last.is_some_and(|last| head.entry.id < last.id);
    if !removals.is_empty() && removals.into_iter().all(is_removed) {
        Outcome::Removed
    } else {
        Outcome::Missing
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    pub(in crate::cli::scripts::audit) type Entry = Map<String, Value>;

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

    pub(in crate::cli::scripts::audit) fn head(entry: &Entry) -> WrittenDown {
        head_of(entry)
    }

    pub(in crate::cli::scripts::audit) fn kept(
        entry: WrittenDown,
        organization: Option<&str>,
    ) -> KeptHead {
        KeptHead {
            entry,
            organization: organization.map(str::to_owned),
        }
    }

    fn walk_for(log: &[Entry], heads: Vec<KeptHead>) -> (Vec<Chain>, Vec<Outcome>) {
        let mut walks = Walks::new(heads);
        for entry in log.iter().rev() {
            walks.take(entry.clone());
        }
        let (chains, heads) = walks.finish(NOW.try_into().unwrap());
        (chains, heads.iter().map(|head| head.result).collect())
    }

    /// With heads whose organization was not written down.
    fn walk(log: &[Entry], heads: &[WrittenDown]) -> (Vec<Chain>, Vec<Outcome>) {
        let heads = heads.iter().map(|head| kept(head.clone(), None));
        walk_for(log, heads.collect())
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

    const DAY: u64 = 24 * 60 * 60 * 1000;
    /// 2026-01-01
    const NEW_YEAR: u64 = 1_767_225_600_000;
    /// When the logs of these tests are verified.
    pub(in crate::cli::scripts::audit) const NOW: u64 = NEW_YEAR + 40 * DAY;

    fn id(day: u64) -> String {
        ulid::Ulid::from_parts(NEW_YEAR + day * DAY, 1).to_string()
    }

    /// An entry of each of the first 30 days of 2026.
    pub(in crate::cli::scripts::audit) fn daily(owner: &str) -> Vec<Entry> {
        let mut previous = FIRST.to_owned();
        let made = (0..30).map(|day| {
            let entry = json!({
                "id": id(day), "organizationId": owner, "at": NEW_YEAR + day * DAY,
                "action": "group.update", "new": { "announce": true }, "outcome": "ok",
            });
            chained(&entry, &mut previous)
        });
        made.collect()
    }

    /// The entry of a removal.
    fn removal_entry(id: &str, last: &WrittenDown, previous: &str) -> Entry {
        let entry = json!({
            "id": id, "organizationId": "acme", "action": "audit.trim", "outcome": "ok",
            "new": { "lastId": last.id, "lastHash": last.hash },
        });
        chained(&entry, &mut previous.to_owned())
    }

    /// Removes entries as the gateway does.
    pub(in crate::cli::scripts::audit) fn trim(log: &mut Vec<Entry>, day: u64, last: &WrittenDown) {
        let previous = head(log.last().unwrap()).hash;
        log.push(removal_entry(&id(day), last, &previous));
        log.retain(|entry| head(entry).id > last.id);
    }

    #[test]
    fn after_a_removal_the_chain_begins_at_the_entry_that_it_names() {
        let mut log = daily("acme");
        let (first, last) = (head(&log[0]), head(&log[10]));
        trim(&mut log, 35, &last);
        let other = WrittenDown {
            hash: FIRST.to_owned(),
            ..last.clone()
        };
        let (chains, heads) = walk(&log, &[first, last.clone(), other]);
        let expected = [Outcome::Removed, Outcome::Found, Outcome::Differs];
        assert_eq!(heads, expected);
        assert_eq!((chains[0].entries, chains[0].broken), (20, 0));
        assert_eq!(chains[0].removed_until, Some(last));
        // More is missing than the removal says.
        log.remove(0);
        let (chains, _) = walk(&log, &[]);
        let broken = chains[0].first_broken.as_ref().map(|entry| &entry.id);
        assert_eq!(broken, Some(&id(12)));
    }

    /// Whoever writes into the database can also make up the entry of a removal.
    #[test]
    fn a_removal_that_the_gateway_does_not_make_excuses_nothing() {
        let original = daily("acme");
        let heads = [&original[5], &original[29]].map(head);
        let far = format!("7{}", "Z".repeat(25));
        for (made, named) in [
            // Everything, with the ids of a far future.
            (id(35), far.as_str()),
            (far.clone(), &id(36)),
            (id(5_000), &id(4_900)),
            // Entries of the last seven days, or none at all.
            (id(35), &heads[1].id),
            (id(35), &id(35)),
            (id(35), "x"),
        ] {
            let named = WrittenDown {
                id: named.to_owned(),
                ..heads[1].clone()
            };
            let forged = removal_entry(&made, &named, &named.hash);
            let (chains, results) = walk(&[forged], &heads);
            assert_eq!(results, [Outcome::Missing; 2], "{made} {named:?}");
            assert_eq!(chains[0].broken, 1, "{made} {named:?}");
        }
        // An entry that is left.
        let mut kept = original[6..].to_vec();
        let previous = head(&original[29]).hash;
        kept.push(removal_entry(&id(39), &head(&original[20]), &previous));
        let (chains, results) = walk(&kept, &heads);
        assert_eq!(chains[0].broken, 1);
        assert_eq!(results, [Outcome::Missing, Outcome::Found]);
    }

    #[test]
    fn a_removal_excuses_the_heads_of_its_own_organization_only() {
        let (mut acme, other) = (daily("acme"), daily("other"));
        let [of_acme, of_other] = [&acme[3], &other[3]].map(head);
        let last = head(&acme[10]);
        trim(&mut acme, 35, &last);
        // The other organization's log was replaced by a new one.
        let mut previous = FIRST.to_owned();
        let mut log = acme.clone();
        log.push(chained(&Value::Object(other[29].clone()), &mut previous));
        log.sort_by_key(|entry| head(entry).id);
        let heads = vec![
            kept(of_acme.clone(), Some("acme")),
            kept(of_other, Some("other")),
            kept(of_acme.clone(), Some("third")),
        ];
        let (_, results) = walk_for(&log, heads);
        let expected = [Outcome::Removed, Outcome::Missing, Outcome::Missing];
        assert_eq!(results, expected);
        // Whose head it is was not written down by earlier versions.
        let (_, results) = walk(&log, &[of_acme.clone(), last.clone()]);
        assert_eq!(results, [Outcome::Missing, Outcome::Found]);
        let (_, results) = walk(&acme, &[of_acme]);
        assert_eq!(results, [Outcome::Removed]);
    }
}
