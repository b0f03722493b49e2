//! The filter's index beside the entries.

use crate::api::Session;
use crate::console::account;
use crate::console::fuzzy::Fields;
use crate::console::state::{Entry, Groups};
use crate::names::sort_key;
use std::collections::HashMap;

fn fields<'a>(entry: &'a Entry, numbers: &'a HashMap<String, String>) -> Fields<'a> {
    Fields {
        name: &entry.name,
        description: entry.group.description.as_deref().unwrap_or_default(),
        jid: &entry.key.jid,
        number: numbers.get(&entry.key.session).map_or("", String::as_str),
    }
}

impl Groups {
    /// Rebuilds the index, after positions have changed.
    pub(super) fn index_all(&mut self) {
        let (entries, numbers) = (&self.entries, &self.numbers);
        self.index
            .rebuild(entries.iter().map(|entry| fields(entry, numbers)));
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
            self.index.set(position, fields(entry, &self.numbers));
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
