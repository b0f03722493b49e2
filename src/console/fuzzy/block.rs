//! A block of rows: small enough that changing a row is cheap, large enough for sequential scans.

use super::column::{Column, Lettered};
use super::row::Fields;
use crate::names::{fold_into, folded};

/// Rows per full block.
pub(super) const ROWS_MAX: usize = 1_024;

#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    pub names: Lettered,
    /// Descriptions, each followed by its note.
    pub descriptions: Lettered,
    /// JIDs, each followed by its account's number.
    pub jids: Column,
    pub accounts: Vec<u16>,
}

/// Between a description and its note: no searched word contains it.
const BEFORE_NOTE: char = '\u{1f}';

fn fold_description(fields: Fields<'_>, out: &mut String) {
    fold_into(fields.description, out);
    if !fields.note.is_empty() {
        out.push(BEFORE_NOTE);
        fold_into(fields.note, out);
    }
}

fn fold_ids(fields: Fields<'_>, out: &mut String) {
    fold_into(fields.jid, out);
    if !fields.number.is_empty() {
        out.push(' ');
        fold_into(fields.number, out);
    }
}

impl Block {
    pub(super) fn len(&self) -> usize {
        self.jids.len()
    }

    pub(super) fn push(&mut self, fields: Fields<'_>) {
        self.names.push(|out| fold_into(fields.name, out));
        self.descriptions.push(|out| fold_description(fields, out));
        self.jids.push(|out| fold_ids(fields, out));
        self.accounts.push(fields.account);
    }

    /// Replaces an existing row.
    pub(super) fn set(&mut self, row: usize, fields: Fields<'_>) {
        self.names.set(row, &folded(fields.name));
        let mut description = String::new();
        fold_description(fields, &mut description);
        self.descriptions.set(row, &description);
        self.accounts[row] = fields.account;
        let mut ids = String::new();
        fold_ids(fields, &mut ids);
        self.jids.set(row, &ids);
    }
}
