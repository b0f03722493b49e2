//! One field of many rows in one piece of memory, so that a search runs straight through it.

use memchr::memmem::Finder;

/// Stands behind every text. Searched words never hold it, so none is found across two texts.
const SEPARATOR: char = '\n';

/// Folded texts, numbered from zero.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    text: String,
    /// Where each text ends, its separator included.
    ends: Vec<u32>,
}

impl Column {
    fn start(&self, row: usize) -> usize {
        row.checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |end| *end as usize)
    }

    fn end(&self, row: usize) -> usize {
        self.ends
            .get(row)
            .map_or(self.text.len(), |end| *end as usize)
    }

    /// The text of a row; empty beyond the last.
    pub(super) fn get(&self, row: usize) -> &str {
        self.text
            .get(self.start(row)..self.end(row).saturating_sub(SEPARATOR.len_utf8()))
            .unwrap_or_default()
    }

    /// Adds the text that `write` appends.
    pub(super) fn push(&mut self, write: impl FnOnce(&mut String)) -> &str {
        let start = self.text.len();
        write(&mut self.text);
        self.text.push(SEPARATOR);
        self.ends.push(self.text.len() as u32);
        &self.text[start..self.text.len() - SEPARATOR.len_utf8()]
    }

    /// Replaces the text of a row that exists.
    pub(super) fn set(&mut self, row: usize, text: &str) {
        let (start, end) = (self.start(row), self.end(row) - SEPARATOR.len_utf8());
        self.text.replace_range(start..end, text);
        let (before, after) = ((end - start) as u32, text.len() as u32);
        for end in &mut self.ends[row..] {
            *end = *end - before + after;
        }
    }

    /// Takes out a row that exists.
    pub(super) fn remove(&mut self, row: usize) {
        let (start, end) = (self.start(row), self.end(row));
        self.text.replace_range(start..end, "");
        self.ends.remove(row);
        for later in &mut self.ends[row..] {
            *later -= (end - start) as u32;
        }
    }

    /// Looks for a word in some `rows` (ascending) and tells `found` the row and the byte in its
    /// text; `found` says whether to look on in the same row.
    pub(super) fn scan(
        &self,
        word: &Finder<'_>,
        rows: &[u16],
        mut found: impl FnMut(usize, usize) -> bool,
    ) {
        for run in rows.chunk_by(|one, next| one + 1 == *next) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let mut row = usize::from(*first);
            let mut at = self.start(row);
            let end = self.end(usize::from(*last));
            while let Some(offset) = word.find(&self.text.as_bytes()[at..end]) {
                let place = at + offset;
                while self.end(row) <= place {
                    row += 1;
                }
                at = if found(row, place - self.start(row)) {
                    place + 1
                } else {
                    self.end(row)
                };
            }
        }
    }
}
