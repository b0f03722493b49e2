//! Marks in the list of groups: what is marked, and the range that is being marked.

use crate::console::ids::GroupKey;

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

    /// Follows the removal of entries; to be called with the name of every entry in order, and whether it stays.
    pub(crate) fn keep<'a>(&mut self, entries: impl Iterator<Item = (&'a str, bool)>) {
        let before = std::mem::take(&mut self.at);
        self.len = 0;
        for (position, (name, stays)) in entries.enumerate() {
            let marked = before.get(position).copied().unwrap_or_default();
            if stays {
                self.at.push(marked);
                self.len += usize::from(marked);
            } else if marked {
                self.gone.push(name.to_owned());
            }
        }
    }
}
