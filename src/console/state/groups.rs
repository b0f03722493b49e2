//! The groups pane: all loaded groups, and the rows that scope, filter and sort leave.

use super::super::failure::Failure;
use super::super::fuzzy::Index;
use super::GroupKey;
use crate::api::Group;
use std::collections::{BTreeMap, HashMap};

/// A loaded group with its texts made safe to show.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: GroupKey,
    pub group: Group,
    /// The subject, cleaned; the JID where there is none.
    pub name: String,
}

/// How rows are ordered while there is no filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    #[default]
    Name,
    Members,
    /// Youngest group first.
    Age,
    /// Last changed first.
    Changed,
}

impl Sort {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Members => "members",
            Self::Age => "age",
            Self::Changed => "last changed",
        }
    }
}

/// The groups pane.
#[derive(Default)]
pub struct Groups {
    /// Every loaded group of every session. Positions are those of the fuzzy index.
    pub(in crate::console) entries: Vec<Entry>,
    pub(in crate::console) positions: HashMap<GroupKey, usize>,
    pub(in crate::console) index: Index,
    /// Positions into `entries`: what is shown, in order.
    pub(in crate::console) rows: Vec<usize>,
    /// How many rows there would be without the filter and "can invite".
    pub total: usize,
    pub cursor: usize,
    /// First visible row.
    pub offset: usize,
    pub filter: String,
    /// Whether typing goes into the filter.
    pub typing: bool,
    pub sort: Sort,
    pub invitable_only: bool,
    /// Sessions whose groups are being loaded for the first time.
    pub loading: BTreeMap<String, super::super::effect::RequestId>,
    /// Why a session's groups could not be read.
    pub failures: BTreeMap<String, Failure>,
}

impl Groups {
    /// How many rows are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The group in a row.
    #[must_use]
    pub fn row(&self, row: usize) -> Option<&Entry> {
        self.entries.get(*self.rows.get(row)?)
    }

    #[must_use]
    pub fn selected(&self) -> Option<&Entry> {
        self.row(self.cursor)
    }

    #[must_use]
    pub fn get(&self, key: &GroupKey) -> Option<&Entry> {
        self.entries.get(*self.positions.get(key)?)
    }
}
