//! One field of many rows in contiguous memory, so that a search is a sequential scan.

use super::letters::Letters;
use memchr::memmem::Finder;

/// Follows every text. Searched words never contain it, so no match spans two texts.
const SEPARATOR: char = '\n';

/// Folded texts, numbered from zero.
#[derive(Debug, Clone)]
pub(super) struct Column {
    text: String,
    /// The offset of each text, and finally that of the next one to be pushed.
    starts: Vec<u32>,
}

impl Default for Column {
    fn default() -> Self {
        Self {
            text: String::new(),
            starts: vec![0],
        }
    }
}

impl Column {
    fn start(&self, row: usize) -> usize {
        self.starts
            .get(row)
            .map_or(self.text.len(), |start| *start as usize)
    }

    /// The offset after the separator.
    fn end(&self, row: usize) -> usize {
        self.start(row + 1)
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
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
        self.starts.push(self.text.len() as u32);
        &self.text[start..self.text.len() - SEPARATOR.len_utf8()]
    }

    /// Replaces the text of an existing row.
    pub(super) fn set(&mut self, row: usize, text: &str) {
        let (start, end) = (self.start(row), self.end(row) - SEPARATOR.len_utf8());
        self.text.replace_range(start..end, text);
        let (before, after) = ((end - start) as u32, text.len() as u32);
        for later in &mut self.starts[row + 1..] {
            *later = *later - before + after;
        }
    }

    /// Finds a word in the given `rows` (ascending) and calls `found` with the row and the byte offset
    /// in its text; `found` returns whether to continue in the same row.
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

/// A column with the letter sets of its texts as bits, so that a search need not read them; see [`Letters`].
#[derive(Debug, Clone, Default)]
pub(super) struct Lettered {
    texts: Column,
    // Separate vectors, because most searches read only the first.
    any: Vec<u64>,
    initial: Vec<u64>,
    alone: Vec<u64>,
}

impl Lettered {
    pub(super) fn texts(&self) -> &Column {
        &self.texts
    }

    /// Whether an existing row may contain all letters of the `bits`.
    pub(super) fn any(&self, row: usize, bits: u64) -> bool {
        self.any[row] & bits == bits
    }

    /// Whether a word of an existing row may begin with a letter.
    pub(super) fn initial(&self, row: usize, bit: u64) -> bool {
        self.initial[row] & bit != 0
    }

    /// Whether a word of an existing row may be this single letter.
    pub(super) fn alone(&self, row: usize, bit: u64) -> bool {
        self.alone[row] & bit != 0
    }

    /// See [`Column::push`].
    pub(super) fn push(&mut self, write: impl FnOnce(&mut String)) {
        let letters = Letters::of(self.texts.push(write));
        self.any.push(letters.any);
        self.initial.push(letters.initial);
        self.alone.push(letters.alone);
    }

    /// See [`Column::set`].
    pub(super) fn set(&mut self, row: usize, text: &str) {
        let letters = Letters::of(text);
        self.texts.set(row, text);
        self.any[row] = letters.any;
        self.initial[row] = letters.initial;
        self.alone[row] = letters.alone;
    }
}
