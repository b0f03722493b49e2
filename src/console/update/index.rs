//! The filter's index beside the entries.

use crate::api::Session;
use crate::console::account;
use crate::console::fuzzy::Fields;
use crate::console::ids::GroupKey;
use crate::console::state::{Entry, Groups};
use crate::names::sort_key;
use std::collections::HashMap;

/// What an entry's fields are taken from, beside the entry.
struct Around<'a> {
    numbers: &'a HashMap<String, String>,
    accounts: &'a HashMap<String, u16>,
    /// The notes as they are searched, by JID.
    notes: HashMap<&'a str, String>,
}

impl Around<'_> {
    fn fields<'a>(&'a self, entry: &'a Entry) -> Fields<'a> {
        let session = &entry.key.session;
        let jid = entry.key.jid.as_str();
        Fields {
            name: &entry.name,
            description: entry.group.description.as_deref().unwrap_or_default(),
            jid,
            number: self.numbers.get(session).map_or("", String::as_str),
            note: self.notes.get(jid).map_or("", String::as_str),
            account: self.accounts.get(session).copied().unwrap_or(u16::MAX),
        }
    }
}

impl Groups {
    /// Rebuilds the index, after positions have changed.
    pub(super) fn index_all(&mut self) {
        let notes = self.notebook.notes.iter();
        let around = Around {
            numbers: &self.numbers,
            accounts: &self.accounts,
            notes: (notes.map(|(jid, note)| (jid.as_str(), note.searched()))).collect(),
        };
        self.index
            .rebuild(self.entries.iter().map(|entry| around.fields(entry)));
    }

    /// Updates the names of the accounts, by which their groups are found; whether any has changed.
    pub(super) fn know_accounts(&mut self, sessions: &[Session]) -> bool {
        for session in sessions {
            let next = u16::try_from(self.accounts.len()).unwrap_or(u16::MAX);
            self.accounts.entry(session.id.clone()).or_insert(next);
        }
        let mut names = vec![String::new(); self.accounts.len()];
        for session in sessions {
            if let Some(name) = names.get_mut(usize::from(self.accounts[&session.id])) {
                *name = account::name(session);
            }
        }
        self.index.set_accounts(names.iter().map(String::as_str))
    }

    /// Updates the order of the sessions by name; whether it has changed.
    pub(super) fn rank_sessions(&mut self, sessions: &[Session]) -> bool {
        let mut named: Vec<_> = sessions
            .iter()
            .map(|session| (sort_key(&account::name(session)), &session.id))
            .collect();
        named.sort();
        let ranks = named.into_iter().map(|(_, id)| id.clone()).zip(0..);
        let ranks = ranks.collect();
        std::mem::replace(&mut self.session_ranks, ranks) != self.session_ranks
    }

    /// Updates the phone numbers of the sessions; whether any has changed.
    pub(super) fn know_numbers(&mut self, sessions: &[Session]) -> bool {
        let numbers = sessions.iter().filter_map(|session| {
            let number = session.phone_number.as_deref()?;
            Some((session.id.clone(), number.to_owned()))
        });
        let numbers: HashMap<_, _> = numbers.collect();
        if numbers == self.numbers {
            return false;
        }
        self.numbers = numbers;
        self.index_all();
        true
    }

    /// Indexes one entry, new or changed.
    pub(super) fn index_one(&mut self, position: usize) {
        if let Some(entry) = self.entries.get(position) {
            let jid = entry.key.jid.as_str();
            let note = self.notebook.note(jid).map(|note| (jid, note.searched()));
            let around = Around {
                numbers: &self.numbers,
                accounts: &self.accounts,
                notes: note.into_iter().collect(),
            };
            self.index.set(position, around.fields(entry));
        }
    }

    /// Indexes a group anew, as each session sees it.
    pub(super) fn index_group(&mut self, jid: &str) {
        let sessions: Vec<String> = self.counts.keys().cloned().collect();
        for session in sessions {
            let jid = jid.to_owned();
            let position = self.positions.get(&GroupKey { session, jid });
            if let Some(position) = position.copied() {
                self.index_one(position);
            }
        }
    }

    /// The positions that match the filter, best first, and equal matches in the sort order: not in that of the
    /// sessions' answers, which varies.
    ///
    /// Every score has its range of positions, filled in the sort order; so the time is linear in the number of
    /// groups, without comparisons.
    pub(super) fn search(&mut self) -> Vec<usize> {
        let mut hits = Vec::new();
        self.index
            .search(&crate::text::on_screen(&self.filter), &mut hits);
        let mut next = Vec::new();
        let mut range_of = vec![None; self.entries.len()];
        let mut score = None;
        for (place, hit) in hits.iter().enumerate() {
            if score.replace(hit.score) != Some(hit.score) {
                next.push(place);
            }
            range_of[hit.row as usize] = Some(next.len() - 1);
        }
        let mut found = vec![0; hits.len()];
        for position in &self.order {
            if let Some(range) = range_of[*position] {
                found[next[range]] = *position;
                next[range] += 1;
            }
        }
        found
    }
}
