//! The index: blocks of rows, and cached results of the last queries.

use super::block::{Block, ROWS_MAX};
use super::row::{Fields, Hit};
use super::score::{WHOLE_NAME, WHOLE_START};
use super::search::{Scratch, search};
use super::word::{Word, words};
use crate::names::folded;
use std::cmp::Reverse;

/// The cached result of some words.
#[derive(Debug, Clone, Default)]
struct Stage {
    /// Empty: every row matches.
    words: Vec<String>,
    /// In ascending order; not used without words.
    rows: Vec<Hit>,
}

/// The index. Rows are numbered from zero, as in the list that it mirrors.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// No block is empty.
    blocks: Vec<Block>,
    /// The folded names of the accounts, by the positions that rows name.
    accounts: Vec<String>,
    /// The last query without its last word, which the user is typing.
    head: Stage,
    /// The last query: becomes the head when the user begins another word.
    whole: Stage,
    /// Reused for their capacity.
    scratch: Scratch,
    ranked: Vec<Hit>,
}

impl Index {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks.iter().map(Block::len).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Replaces the names of the accounts: a row is found by the start of a word of its account's name.
    /// Returns whether any has changed.
    pub fn set_accounts<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) -> bool {
        let names: Vec<String> = names.into_iter().map(folded).collect();
        if names == self.accounts {
            return false;
        }
        self.forget();
        self.accounts = names;
        true
    }

    /// Replaces all rows.
    pub fn rebuild<'a>(&mut self, rows: impl IntoIterator<Item = Fields<'a>>) {
        self.forget();
        self.blocks.clear();
        for fields in rows {
            self.push(fields);
        }
    }

    /// Replaces one row, or adds one at the end; a row beyond the end is ignored.
    pub fn set(&mut self, row: usize, fields: Fields<'_>) {
        self.forget();
        if let Some((at, row)) = self.locate(row) {
            self.blocks[at].set(row, fields);
        } else if row == self.len() {
            self.push(fields);
        }
    }

    fn push(&mut self, fields: Fields<'_>) {
        if self.blocks.last().is_none_or(|last| last.len() == ROWS_MAX) {
            self.blocks.push(Block::default());
        }
        if let Some(last) = self.blocks.last_mut() {
            last.push(fields);
        }
    }

    /// The block of a row and the row's index in it.
    fn locate(&self, row: usize) -> Option<(usize, usize)> {
        let mut row = row;
        for (at, block) in self.blocks.iter().enumerate() {
            if row < block.len() {
                return Some((at, row));
            }
            row -= block.len();
        }
        None
    }

    /// Drops cached results, because rows change.
    fn forget(&mut self) {
        self.head.words.clear();
        self.whole.words.clear();
    }

    /// Fills `hits` with the rows that match, best first. An empty query matches every row, in order.
    pub fn search(&mut self, query: &str, hits: &mut Vec<Hit>) {
        hits.clear();
        let words = words(query);
        let Some((last, head)) = words.split_last() else {
            self.forget();
            hits.extend((0..self.len() as u32).map(|row| Hit { row, score: 0 }));
            return;
        };
        if self.head.words != head {
            std::mem::swap(&mut self.head, &mut self.whole);
        }
        if self.head.words != head {
            let mut seekers: Vec<Word> = (head.iter())
                .map(|word| Word::new(word, &self.accounts))
                .collect();
            // Longest word first: it matches the fewest rows, and the others search only those.
            seekers.sort_by_key(|word| Reverse(word.len()));
            self.head.words = head.to_vec();
            self.head.rows.clear();
            if !head.is_empty() {
                look(
                    &self.blocks,
                    &mut seekers,
                    None,
                    &mut self.scratch,
                    &mut self.head.rows,
                );
            }
        }
        let among = (!head.is_empty()).then_some(self.head.rows.as_slice());
        let mut last = [Word::new(last, &self.accounts)];
        self.whole.rows.clear();
        look(
            &self.blocks,
            &mut last,
            among,
            &mut self.scratch,
            &mut self.whole.rows,
        );
        self.ranked.clone_from(&self.whole.rows);
        if !head.is_empty() {
            self.prefer_whole(&words.join(" "));
        }
        sort(&self.ranked, hits);
        self.whole.words = words;
    }

    /// Ranks names higher that contain all words of the query as typed.
    fn prefer_whole(&mut self, query: &str) {
        let mut base = 0;
        let mut hits = self.ranked.iter_mut().peekable();
        for block in &self.blocks {
            let end = base + block.len() as u32;
            while let Some(hit) = hits.next_if(|hit| hit.row < end) {
                let name = block.names.texts().get((hit.row - base) as usize).trim();
                if let Some(rest) = name.strip_prefix(query) {
                    hit.score += if rest.is_empty() {
                        WHOLE_NAME
                    } else {
                        WHOLE_START
                    };
                }
            }
            base = end;
        }
    }
}

/// Appends the rows that match all `words`, of all rows or of those in `among`; see [`search`].
fn look(
    blocks: &[Block],
    words: &mut [Word],
    among: Option<&[Hit]>,
    scratch: &mut Scratch,
    found: &mut Vec<Hit>,
) {
    let mut among = among;
    let mut base = 0;
    for block in blocks {
        let end = base + block.len() as u32;
        let here = among.map(|hits| hits.split_at(hits.partition_point(|hit| hit.row < end)));
        search(
            block,
            words,
            here.map(|(here, _)| here),
            base,
            scratch,
            found,
        );
        among = here.map(|(_, later)| later);
        base = end;
    }
}

/// Best first, stable: a counting sort, because its time is linear in the number of matches.
fn sort(found: &[Hit], sorted: &mut Vec<Hit>) {
    let Some(best) = found.iter().map(|hit| hit.score).max() else {
        return;
    };
    let worse = |hit: &Hit| (best - hit.score) as usize;
    let Some(span) = found.iter().map(worse).max() else {
        return;
    };
    let mut starts = vec![0_usize; span + 2];
    for hit in found {
        starts[worse(hit) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    sorted.resize(found.len(), Hit { row: 0, score: 0 });
    for hit in found {
        let place = &mut starts[worse(hit)];
        sorted[*place] = *hit;
        *place += 1;
    }
}
