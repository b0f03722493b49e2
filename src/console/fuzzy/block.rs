//! A block of rows: few enough that changing one costs little, enough that a search runs straight.

use super::column::{Column, Lettered};
use super::fold::{fold_into, folded};
use super::score::Score;
use super::word::Word;
use super::{Fields, Hit};

/// Rows of a full block.
pub(super) const ROWS_MAX: usize = 1_024;

#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub names: Lettered,
    pub descriptions: Lettered,
    /// JIDs, each with its account's number behind it.
    pub jids: Column,
}

fn fold_ids(fields: Fields<'_>, out: &mut String) {
    fold_into(fields.jid, out);
    if !fields.number.is_empty() {
        out.push(' ');
        fold_into(fields.number, out);
    }
}

/// What a search needs per row; kept from block to block for its capacity.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    /// Rows in which every word so far was found.
    left: Vec<u16>,
    word: Vec<Score>,
    query: Vec<Score>,
}

impl Block {
    pub(super) fn len(&self) -> usize {
        self.jids.len()
    }

    pub(super) fn push(&mut self, fields: Fields<'_>) {
        self.names.push(|out| fold_into(fields.name, out));
        self.descriptions
            .push(|out| fold_into(fields.description, out));
        self.jids.push(|out| fold_ids(fields, out));
    }

    /// Replaces a row that exists.
    pub(super) fn set(&mut self, row: usize, fields: Fields<'_>) {
        self.names.set(row, &folded(fields.name));
        self.descriptions.set(row, &folded(fields.description));
        let mut ids = String::new();
        fold_ids(fields, &mut ids);
        self.jids.set(row, &ids);
    }

    /// Takes out a row that exists.
    pub(super) fn remove(&mut self, row: usize) {
        self.names.remove(row);
        self.descriptions.remove(row);
        self.jids.remove(row);
    }

    /// Appends the rows in which all `words` are found, numbered from `base`, in ascending order.
    /// With `among`, looks only at those of them that lie in this block, and goes on from their scores.
    pub(super) fn search(
        &self,
        words: &mut [Word],
        among: Option<&[Hit]>,
        base: u32,
        scratch: &mut Scratch,
        found: &mut Vec<Hit>,
    ) {
        let Scratch { left, word, query } = scratch;
        left.clear();
        query.clear();
        query.resize(self.len(), Score::BEST);
        match among {
            None => left.extend(0..self.len() as u16),
            Some(hits) => {
                for hit in hits {
                    let row = hit.row - base;
                    left.push(row as u16);
                    query[row as usize] = Score::from_value(hit.score);
                }
            }
        }
        for seeker in words {
            if left.is_empty() {
                return;
            }
            word.clear();
            word.resize(self.len(), Score::NONE);
            seeker.look(self, left, word);
            left.retain(|row| {
                let row = usize::from(*row);
                query[row] = query[row].and(word[row]);
                word[row] != Score::NONE
            });
        }
        found.extend(left.iter().map(|row| Hit {
            row: base + u32::from(*row),
            score: query[usize::from(*row)].value(),
        }));
    }
}
