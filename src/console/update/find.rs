//! The filter's index beside the entries.

use super::super::state::Groups;

impl Groups {
    /// Indexes everything anew, after positions have changed.
    pub(super) fn index_all(&mut self) {}

    /// Indexes one entry, new or changed.
    pub(super) fn index_one(&mut self, _position: usize) {}

    /// The positions that the filter matches, best first.
    pub(super) fn search(&mut self) -> Vec<usize> {
        let wanted = self.filter.trim().to_lowercase();
        let found = |position: &usize| self.entries[*position].sort_name.contains(&wanted);
        self.order.iter().copied().filter(found).collect()
    }
}
