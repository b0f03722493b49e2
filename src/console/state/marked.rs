//! The marked groups among those that are loaded.

use super::app::State;
use super::groups::Groups;
use crate::api::SessionRole;
use crate::console::ids::GroupKey;
use std::collections::HashMap;
use std::ops::RangeInclusive;

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
        self.once_each(&self.groups.marked_keys())
    }

    /// The groups that the list shows, each once, in its order.
    #[must_use]
    pub(crate) fn shown_once(&self) -> Vec<GroupKey> {
        let rows = self.groups.rows.iter();
        let entries = rows.filter_map(|row| self.groups.entries.get(*row));
        let keys: Vec<_> = entries.map(|entry| entry.key.clone()).collect();
        self.once_each(&keys)
    }

    /// Each group where it came first, through the account with which most can be done.
    fn once_each(&self, keys: &[GroupKey]) -> Vec<GroupKey> {
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(keys.len());
        let mut chosen: Vec<&GroupKey> = Vec::new();
        for key in keys {
            match places.get(key.jid.as_str()) {
                None => {
                    places.insert(&key.jid, chosen.len());
                    chosen.push(key);
                }
                Some(&at) if self.reach(key) > self.reach(chosen[at]) => chosen[at] = key,
                Some(_) => {}
            }
        }
        chosen.into_iter().cloned().collect()
    }

    /// How much can be done with a group through its account.
    fn reach(&self, key: &GroupKey) -> (bool, bool) {
        let entry = self.groups.get(key);
        let role = entry.and_then(|entry| entry.group.my_role.as_ref());
        let is_admin = role.is_some_and(SessionRole::is_admin);
        (self.link_obstacle(key).is_none(), is_admin)
    }
}
