//! Marks in the list of groups: what is marked, and the range that is being marked.

use super::app::State;
use super::groups::{Entry, Groups};
use crate::api::SessionRole;
use crate::console::ids::GroupKey;
use std::collections::HashMap;
use std::ops::RangeInclusive;

/// The marks. They belong to entries, so neither filter, sort nor account changes them.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// Whether each entry is marked, by its position. Entries beyond the end are not.
    at: Vec<bool>,
    len: usize,
    /// The group at which the range begins; it ends at the selected one.
    pub(crate) range_from: Option<GroupKey>,
    /// Names of marked groups that have left the list, until they are reported.
    pub(crate) gone: Vec<String>,
}

impl Marks {
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[must_use]
    pub(crate) fn contains(&self, position: usize) -> bool {
        self.at.get(position).copied().unwrap_or_default()
    }

    /// Marks an entry, or takes its mark away.
    pub(crate) fn set(&mut self, position: usize, marked: bool) {
        if self.contains(position) == marked {
            return;
        }
        if self.at.len() <= position {
            self.at.resize(position + 1, false);
        }
        self.at[position] = marked;
        if marked {
            self.len += 1;
        } else {
            self.len -= 1;
        }
    }

    pub(crate) fn clear(&mut self) {
        self.at.clear();
        self.len = 0;
        self.range_from = None;
    }

    /// Follows the removal of entries; to be called with every entry in order, and whether it stays.
    pub(crate) fn keep<'a>(&mut self, entries: impl Iterator<Item = (&'a Entry, bool)>) {
        let before = std::mem::take(&mut self.at);
        self.len = 0;
        for (position, (entry, stays)) in entries.enumerate() {
            let marked = before.get(position).copied().unwrap_or_default();
            if stays {
                self.at.push(marked);
                self.len += usize::from(marked);
            } else if marked {
                self.gone.push(entry.name.clone());
            }
        }
    }
}

impl Groups {
    /// The rows of the range that is being marked.
    #[must_use]
    pub(crate) fn range(&self) -> Option<RangeInclusive<usize>> {
        let from = self.positions.get(self.marks.range_from.as_ref()?)?;
        let from = self.rows.iter().position(|row| row == from)?;
        Some(from.min(self.cursor)..=from.max(self.cursor))
    }

    /// How many groups are marked, those of the range among them, and how many of them no row shows.
    #[must_use]
    pub(crate) fn marked(&self) -> (usize, usize) {
        let is_marked = |row: &&usize| self.marks.contains(**row);
        if self.marks.len() == 0 && self.marks.range_from.is_none() {
            return (0, 0);
        }
        let hidden = self.marks.len() - self.rows.iter().filter(is_marked).count();
        let range = self.range().and_then(|range| self.rows.get(range));
        let added = range.map_or(0, |rows| rows.len() - rows.iter().filter(is_marked).count());
        (self.marks.len() + added, hidden)
    }

    /// The marked groups in the order of the list.
    #[must_use]
    pub(crate) fn marked_keys(&self) -> Vec<GroupKey> {
        let marked = self.order.iter().filter(|at| self.marks.contains(**at));
        marked.map(|at| self.entries[*at].key.clone()).collect()
    }
}

impl State {
    /// The marked groups in the order of the list. Of a group that is marked in several accounts, the one
    /// through which most can be done.
    #[must_use]
    pub(crate) fn marked_once(&self) -> Vec<GroupKey> {
        let keys = self.groups.marked_keys();
        let mut best: HashMap<&str, &GroupKey> = HashMap::with_capacity(keys.len());
        for key in &keys {
            let known = best.entry(&key.jid).or_insert(key);
            if self.reach(key) > self.reach(known) {
                *known = key;
            }
        }
        let chosen = keys
            .iter()
            .filter(|key| best.get(key.jid.as_str()) == Some(key));
        chosen.cloned().collect()
    }

    /// How much can be done with a group through its account.
    fn reach(&self, key: &GroupKey) -> (bool, bool) {
        let entry = self.groups.get(key);
        let role = entry.and_then(|entry| entry.group.my_role.as_ref());
        let is_admin = role.is_some_and(SessionRole::is_admin);
        (self.link_obstacle(key).is_none(), is_admin)
    }
}
