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

    /// The positions that the filter matches, best first.
    pub(super) fn search(&mut self) -> Vec<usize> {
        let mut hits = Vec::new();
        self.index.search(&self.filter, &mut hits);
        hits.into_iter().map(|hit| hit.row as usize).collect()
    }
}
