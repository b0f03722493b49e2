//! The filter's index beside the entries.

use super::super::fuzzy::Fields;
use super::super::state::{Entry, Groups};

fn fields(entry: &Entry) -> Fields<'_> {
    Fields {
        name: &entry.name,
        description: entry.group.description.as_deref().unwrap_or_default(),
        jid: &entry.key.jid,
    }
}

impl Groups {
    /// Indexes everything anew, after positions have changed.
    pub(super) fn index_all(&mut self) {
        self.index.rebuild(self.entries.iter().map(fields));
    }

    /// Indexes one entry, new or changed.
    pub(super) fn index_one(&mut self, position: usize) {
        if let Some(entry) = self.entries.get(position) {
            self.index.set(position, fields(entry));
        }
    }

    /// The positions that the filter matches, best first, and equally good ones in the chosen order: not
    /// in that of the sessions' answers, which is another one each time.
    ///
    /// Every score has its range of places, filled in the chosen order; so the time grows with the
    /// number of groups, and nothing is compared.
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
