//! A block of rows: few enough that changing one costs little, enough that a search runs straight.

use super::column::Column;
use super::fold::fold_into;
use super::letters::Letters;
use super::score::Score;
use super::word::Word;
use super::{Fields, Hit};

/// Rows of a full block.
pub(super) const ROWS_MAX: usize = 1_024;

#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub names: Column,
    pub descriptions: Column,
    pub jids: Column,
    /// The letters of each name.
    pub name_letters: Vec<Letters>,
    /// The letters of each description.
    pub description_letters: Vec<Letters>,
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
        self.name_letters.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.name_letters.is_empty()
    }

    pub(super) fn push(&mut self, fields: Fields<'_>) {
        let name = self.names.push(|out| fold_into(fields.name, out));
        self.name_letters.push(Letters::of(name));
        let description = self
            .descriptions
            .push(|out| fold_into(fields.description, out));
        self.description_letters.push(Letters::of(description));
        self.jids.push(|out| fold_into(fields.jid, out));
    }

    /// Replaces a row that exists.
    pub(super) fn set(&mut self, row: usize, fields: Fields<'_>) {
        let mut folded = String::new();
        fold_into(fields.name, &mut folded);
        self.names.set(row, &folded);
        self.name_letters[row] = Letters::of(&folded);
        folded.clear();
        fold_into(fields.description, &mut folded);
        self.descriptions.set(row, &folded);
        self.description_letters[row] = Letters::of(&folded);
        folded.clear();
        fold_into(fields.jid, &mut folded);
        self.jids.set(row, &folded);
    }

    /// Takes out a row that exists.
    pub(super) fn remove(&mut self, row: usize) {
        self.names.remove(row);
        self.descriptions.remove(row);
        self.jids.remove(row);
        self.name_letters.remove(row);
        self.description_letters.remove(row);
    }

    /// Appends the rows in which all `words` are found, numbered from `base`, in ascending order.
    pub(super) fn search(
        &self,
        words: &mut [Word],
        base: u32,
        scratch: &mut Scratch,
        found: &mut Vec<Hit>,
    ) {
        let Scratch { left, word, query } = scratch;
        left.clear();
        left.extend(0..self.len() as u16);
        query.clear();
        for (nth, seeker) in words.iter_mut().enumerate() {
            word.clear();
            word.resize(self.len(), Score::NONE);
            seeker.look(self, left, word);
            left.retain(|row| word[usize::from(*row)] != Score::NONE);
            if nth == 0 {
                query.extend_from_slice(word);
            } else {
                for row in left.iter().map(|row| usize::from(*row)) {
                    query[row] = query[row].and(word[row]);
                }
            }
        }
        found.extend(left.iter().map(|row| Hit {
            row: base + u32::from(*row),
            score: query[usize::from(*row)].value(),
        }));
    }
}
