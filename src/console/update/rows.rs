//! Which groups are shown and in which order: updated incrementally, because there may be a hundred thousand of
//! them.

use crate::api::{EpochMillis, Group, SessionRole};
use crate::console::ids::GroupKey;
use crate::console::state::{
    Entry, Groups, LinkAnswer, Pane, Part, PartHead, SessionScope, Sort, State,
};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

/// What the other panes contribute to which rows are shown.
pub(super) struct Pick {
    scope: SessionScope,
    /// The sessions that are connected, or may be; `None` while it does not matter.
    connected: Option<HashSet<String>>,
    /// Whether the user has moved the cursor. Before that, the first row stays selected, whichever group it
    /// is.
    chosen: bool,
}

impl Pick {
    fn in_scope(&self, entry: &Entry) -> bool {
        match &self.scope {
            SessionScope::AllSessions => true,
            SessionScope::Session(id) => *id == entry.key.session,
        }
    }

    fn fits(&self, entry: &Entry) -> bool {
        self.in_scope(entry) && self.may_invite(entry)
    }

    /// Whether "can invite" leaves it in.
    fn may_invite(&self, entry: &Entry) -> bool {
        self.connected
            .as_ref()
            .is_none_or(|connected| entry.may_invite() && connected.contains(&entry.key.session))
    }
}

/// Where the cursor goes when rows are rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// To the first row: the best match.
    Best,
    /// It stays on its group if that is still among the rows.
    Selected,
    /// It stays on its group even if that would no longer be among the rows, because it was not the
    /// user who changed something.
    Pinned,
}

/// How much the account can do in a group, as far as that is known.
fn power(entry: &Entry) -> u8 {
    match entry.group.my_role {
        Some(SessionRole::Superadmin) => 4,
        Some(SessionRole::Admin) => 3,
        Some(SessionRole::Member) => 2,
        Some(SessionRole::None) => 0,
        _ => 1,
    }
}

impl State {
    pub(super) fn pick(&self) -> Pick {
        let groups = &self.groups;
        Pick {
            scope: self.sessions.scope(),
            chosen: self.focus != Pane::Sessions || groups.cursor > 0 || groups.offset > 0,
            connected: self.groups.invitable_only.then(|| {
                let connected = self.sessions.rows.iter();
                connected
                    .filter(|session| !session.status.is_disconnected())
                    .map(|session| session.id.clone())
                    .collect()
            }),
        }
    }

    /// Rebuilds the rows.
    pub(super) fn rebuild_rows(&mut self, keep: Keep) {
        let pick = self.pick();
        self.groups.rebuild(&pick, keep);
        self.requests.due.rank = None;
    }
}

impl Groups {
    /// Rebuilds the rows from scope, filter, sort and "can invite".
    fn rebuild(&mut self, pick: &Pick, keep: Keep) {
        let selected = self.rows.get(self.cursor).copied();
        let filtered = self.is_filtered();
        let left_out = self.arrange(pick);
        self.identify();
        self.hidden = if self.rows.is_empty() && filtered {
            self.distinct(left_out.into_iter())
        } else {
            0
        };
        // While a filter is typed the best match is selected.
        let best = keep == Keep::Best
            || (keep == Keep::Pinned && !pick.chosen)
            || (self.typing && self.cursor == 0 && filtered)
            || (self.typing && self.at_first && !self.parts.is_empty());
        let selected = selected.filter(|_| !best);
        let place = selected.and_then(|wanted| self.rows.iter().position(|row| *row == wanted));
        match (place, selected) {
            (Some(row), _) => self.cursor = row,
            (None, Some(wanted))
                if keep == Keep::Pinned && pick.in_scope(&self.entries[wanted]) =>
            {
                self.cursor = self.cursor.min(self.rows.len());
                self.rows.insert(self.cursor, wanted);
                for part in &mut self.parts {
                    part.before += usize::from(part.before > self.cursor);
                }
            }
            _ => {
                self.cursor = 0;
                self.offset = 0;
            }
        }
        self.count(pick);
    }

    /// Chooses the rows and their parts; returns the positions that match and "can invite" leaves out.
    fn arrange(&mut self, pick: &Pick) -> Vec<usize> {
        self.parts.clear();
        if let Some(link) = &self.link {
            let jid = match &link.answer {
                LinkAnswer::Live { jid, .. } | LinkAnswer::Reset { jid, .. } => Some(jid),
                _ => None,
            };
            let order = self.order.iter().copied();
            let found = order.filter(|at| Some(&self.entries[*at].key.jid) == jid);
            let (here, elsewhere) = found.partition(|at| pick.in_scope(&self.entries[*at]));
            self.rows = here;
            self.put_part(Part::OtherAccounts, elsewhere);
            return Vec::new();
        }
        if self.is_filtered() {
            return self.arrange_found(pick);
        }
        let (favourites, recent) = if self.typing {
            self.kept_first(pick)
        } else {
            Default::default()
        };
        let first: HashSet<usize> = favourites.iter().chain(&recent).copied().collect();
        let rest = self.order.iter().copied();
        let rest: Vec<usize> = rest
            .filter(|at| pick.fits(&self.entries[*at]) && !first.contains(at))
            .collect();
        self.rows.clear();
        if first.is_empty() {
            self.rows = rest;
        } else {
            self.put_part(Part::Favourites, favourites);
            self.put_part(Part::LastUsed, recent);
            self.put_part(Part::Others, rest);
        }
        Vec::new()
    }

    /// The matches in scope, then those in other accounts, then the groups whose members match.
    fn arrange_found(&mut self, pick: &Pick) -> Vec<usize> {
        let keys = self.people.hits.keys();
        let mut people: HashSet<usize> = keys
            .filter_map(|key| self.positions.get(key).copied())
            .collect();
        let (mut here, mut elsewhere, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        for position in self.search() {
            let entry = &self.entries[position];
            if !people.is_empty() {
                people.remove(&position);
            }
            if !pick.may_invite(entry) {
                left_out.push(position);
            } else if pick.in_scope(entry) {
                here.push(position);
            } else {
                elsewhere.push(position);
            }
        }
        let may_invite = |at: &usize| pick.may_invite(&self.entries[*at]);
        let mut people: Vec<usize> = people.into_iter().filter(may_invite).collect();
        people.sort_unstable_by(|first, second| self.compare(*first, *second));
        self.rows = here;
        self.put_part(Part::OtherAccounts, elsewhere);
        self.put_part(Part::People, people);
        left_out
    }

    fn put_part(&mut self, part: Part, mut rows: Vec<usize>) {
        if !rows.is_empty() {
            let before = self.rows.len();
            self.parts.push(PartHead { before, part });
            self.rows.append(&mut rows);
        }
    }

    /// The favourites in the list's order, and the groups used last; of all accounts, each group once.
    fn kept_first(&self, pick: &Pick) -> (Vec<usize>, Vec<usize>) {
        let sessions: Vec<&String> = self.counts.keys().collect();
        let seen_by = |jid: &str| {
            let keys = sessions.iter().map(|session| GroupKey {
                session: (*session).clone(),
                jid: jid.to_owned(),
            });
            let positions = keys.filter_map(|key| self.positions.get(&key).copied());
            positions.max_by_key(|at| {
                let entry = &self.entries[*at];
                (pick.in_scope(entry), power(entry), std::cmp::Reverse(*at))
            })
        };
        let mut favourites: Vec<usize> = (self.notebook.favourites.iter())
            .filter_map(|jid| seen_by(jid))
            .collect();
        favourites.sort_unstable_by(|first, second| self.compare(*first, *second));
        let recent = self.notebook.recent.iter().filter_map(|used| {
            let key = GroupKey {
                session: used.session.clone(),
                jid: used.group.clone(),
            };
            let favourite = self.notebook.is_favourite(&used.group);
            let at = self.positions.get(&key).copied();
            at.or_else(|| seen_by(&used.group)).filter(|_| !favourite)
        });
        let recent = recent.collect();
        (favourites, recent)
    }

    /// The groups used last that are loaded, each once.
    pub(super) fn recent_keys(&self) -> Vec<GroupKey> {
        let keys = self.notebook.recent.iter().map(|used| GroupKey {
            session: used.session.clone(),
            jid: used.group.clone(),
        });
        keys.filter(|key| self.positions.contains_key(key))
            .collect()
    }

    /// Counts the groups of the scope, of all sessions, and those that are shown.
    fn count(&mut self, pick: &Pick) {
        self.identify();
        self.total = match &pick.scope {
            SessionScope::AllSessions => self.everywhere,
            SessionScope::Session(id) => self.counts.get(id).copied().unwrap_or_default(),
        };
        self.shown = self.distinct(self.rows.iter().copied());
        self.waiting_of.clear();
        let mut groups = HashMap::new();
        for entry in self.entries.iter().filter(|entry| entry.waiting() > 0) {
            let most = groups.entry(entry.key.jid.as_str()).or_insert(0);
            *most = entry.waiting().max(*most);
            let session = entry.key.session.clone();
            *self.waiting_of.entry(session).or_default() += entry.waiting();
        }
        self.waiting = groups.into_values().sum();
    }

    /// How many distinct groups are at these positions.
    fn distinct(&self, positions: impl ExactSizeIterator<Item = usize>) -> usize {
        if self.everywhere == self.entries.len() {
            return positions.len();
        }
        let mut seen = vec![false; self.entries.len()];
        let news = positions.filter(|position| {
            let seen = &mut seen[self.identities[*position] as usize];
            !std::mem::replace(seen, true)
        });
        news.count()
    }

    /// Finds out which entries are the same group.
    fn identify(&mut self) {
        let all = self.entries.len();
        if self.counts.len() < 2 {
            self.identities.clear();
            self.everywhere = all;
        } else if self.identities.len() != all {
            let mut known = HashMap::with_capacity(all);
            self.identities = (0..)
                .zip(&self.entries)
                .map(|(position, entry)| *known.entry(entry.key.jid.as_str()).or_insert(position))
                .collect();
            self.everywhere = known.len();
        }
    }

    /// Sorts all entries.
    pub(super) fn reorder(&mut self) {
        let mut order: Vec<_> = (0..self.entries.len()).collect();
        order.sort_unstable_by(|first, second| self.compare(*first, *second));
        self.order = order;
    }

    fn compare(&self, first: usize, second: usize) -> Ordering {
        let (a, b) = (&self.entries[first], &self.entries[second]);
        let by = match self.sort {
            Sort::Name => Ordering::Equal,
            Sort::Members => b.group.participant_count.cmp(&a.group.participant_count),
            Sort::Age => b.group.created_at_wa.cmp(&a.group.created_at_wa),
            Sort::Changed => b.group.updated_at.cmp(&a.group.updated_at),
            Sort::Role => power(b).cmp(&power(a)),
            Sort::Session => self.session_rank(a).cmp(&self.session_rank(b)),
        };
        let by = by
            .then_with(|| a.sort_key.cmp(&b.sort_key))
            .then_with(|| a.key.cmp(&b.key));
        if self.reversed { by.reverse() } else { by }
    }

    fn session_rank(&self, entry: &Entry) -> Option<usize> {
        self.session_ranks.get(&entry.key.session).copied()
    }

    /// Merges a session's whole list. Groups in `newer` keep what events since the request have set. Returns
    /// whether anything changed; then rows must be rebuilt.
    pub(super) fn merge(
        &mut self,
        session: &str,
        groups: Vec<Group>,
        now: EpochMillis,
        newer: impl Fn(&GroupKey) -> bool,
    ) -> bool {
        let mut present = HashSet::with_capacity(groups.len());
        let mut changed = false;
        for group in groups {
            let key = GroupKey {
                session: session.to_owned(),
                jid: group.group_jid.clone(),
            };
            let known = self.positions.get(&key).copied();
            if !present.insert(key) {
                continue;
            }
            // Most of a list that is read again is unchanged, and needs no cleaning.
            if let Some(position) = known.filter(|at| self.entries[*at].group == group) {
                self.entries[position].confirmed.clear();
                continue;
            }
            let entry = Entry::new(session, group);
            match known {
                Some(position) => {
                    if !newer(&entry.key) {
                        changed |= self.replace(position, entry, now);
                    }
                }
                // An event of an unknown group has triggered a read of that group.
                None if newer(&entry.key) => {}
                None => {
                    self.push(entry);
                    changed = true;
                }
            }
        }
        let gone = |entry: &Entry| entry.key.session == session && !present.contains(&entry.key);
        if self.entries.iter().any(gone) {
            self.retain(|entry| !gone(entry));
            changed = true;
        }
        if changed {
            self.reorder();
        }
        changed
    }

    /// Drops entries. Positions change, so everything that depends on them is rebuilt; rows keep the remaining
    /// entries until then.
    pub(super) fn retain(&mut self, keep: impl Fn(&Entry) -> bool) {
        let selected = self.selected().map(|entry| entry.key.clone());
        let entries = self.entries.iter();
        self.marks
            .keep(entries.map(|entry| (entry.name.as_str(), keep(entry))));
        self.entries.retain(keep);
        self.positions = (self.entries.iter().enumerate())
            .map(|(position, entry)| (entry.key.clone(), position))
            .collect();
        self.identities.clear();
        self.counts.clear();
        for entry in &self.entries {
            *self.counts.entry(entry.key.session.clone()).or_default() += 1;
        }
        self.index_all();
        self.reorder();
        self.rows = (selected.and_then(|key| self.positions.get(&key).copied()))
            .into_iter()
            .collect();
        self.parts.clear();
        self.cursor = 0;
    }

    fn push(&mut self, entry: Entry) -> usize {
        let position = self.entries.len();
        self.positions.insert(entry.key.clone(), position);
        match self.counts.get_mut(&entry.key.session) {
            Some(count) => *count += 1,
            None => {
                self.counts.insert(entry.key.session.clone(), 1);
            }
        }
        self.entries.push(entry);
        self.index_one(position);
        position
    }

    /// Replaces the row of an entry; returns whether anything differs.
    fn replace(&mut self, position: usize, mut entry: Entry, now: EpochMillis) -> bool {
        let old = &mut self.entries[position];
        entry.keep_confirmed(std::mem::take(&mut old.confirmed), now);
        if old.group == entry.group {
            old.confirmed = entry.confirmed;
            return false;
        }
        self.entries[position] = entry;
        self.index_one(position);
        true
    }

    /// Inserts or replaces one group.
    pub(super) fn put(&mut self, pick: &Pick, entry: Entry, now: EpochMillis) {
        if let Some(position) = self.positions.get(&entry.key).copied() {
            if self.replace(position, entry, now) {
                self.reposition(pick, position);
            }
        } else {
            let position = self.push(entry);
            self.reposition(pick, position);
        }
        self.count(pick);
    }

    /// Changes one group; `None` when it is not loaded.
    pub(super) fn change(
        &mut self,
        pick: &Pick,
        key: &GroupKey,
        change: impl FnOnce(&mut Entry),
    ) -> Option<()> {
        let position = self.positions.get(key).copied()?;
        change(&mut self.entries[position]);
        self.entries[position].rename();
        self.index_one(position);
        self.reposition(pick, position);
        self.count(pick);
        Some(())
    }

    /// Moves one entry to its sorted position. The selection and the rows around it stay in place on the
    /// screen.
    fn reposition(&mut self, pick: &Pick, position: usize) {
        if let Some(old) = self.order.iter().position(|other| *other == position) {
            self.order.remove(old);
        }
        let at = self.slot(&self.order, position);
        self.order.insert(at, position);

        let was = self.rows.iter().position(|row| *row == position);
        let selected = was == Some(self.cursor);
        let fits = pick.fits(&self.entries[position]);
        if self.is_arranged() {
            return;
        }
        if let Some(old) = was {
            self.rows.remove(old);
            if old < self.cursor {
                self.cursor -= 1;
                self.offset = self.offset.saturating_sub(1);
            }
        }
        if !(fits || selected) {
            return;
        }
        let at = self.slot(&self.rows, position);
        self.rows.insert(at, position);
        if !pick.chosen {
            return;
        }
        if selected {
            self.cursor = at;
        } else if at <= self.cursor && self.rows.len() > 1 {
            self.cursor += 1;
            self.offset += 1;
        }
    }

    /// Where a position belongs among sorted ones.
    fn slot(&self, sorted: &[usize], position: usize) -> usize {
        sorted.partition_point(|other| self.compare(*other, position) == Ordering::Less)
    }
}
