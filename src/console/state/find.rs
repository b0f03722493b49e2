//! What the filter finds beyond the groups' own texts: people, and how the found rows are divided.

use crate::console::ids::{GroupKey, RequestId};
use std::collections::HashMap;

/// The line above a part of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Favourites,
    LastUsed,
    /// The rest of the list, below favourites and last used.
    Others,
    /// Matches in accounts that are not selected.
    OtherAccounts,
    /// Groups with a member that matches.
    People,
}

/// A part of the rows: it begins before this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartHead {
    pub before: usize,
    pub part: Part,
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Head(Part),
    Row(usize),
}

/// The people that match the filter.
#[derive(Debug, Default)]
pub struct PeopleFind {
    /// The text that the hits belong to.
    pub query: String,
    pub state: PeopleState,
    /// Who matches, by group.
    pub hits: HashMap<GroupKey, String>,
    /// The gateway has no such search.
    pub unsupported: bool,
    /// Members of the groups that were opened, for a gateway without the search.
    pub seen: Vec<(GroupKey, Vec<Person>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PeopleState {
    /// Not asked: the text is too short, or still being typed.
    #[default]
    Idle,
    Asked(RequestId),
    Answered,
    Failed,
}

/// A person as far as a filter needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Person {
    pub name: String,
    /// Digits; empty if unknown.
    pub number: String,
}

impl Person {
    /// How a row names the person.
    #[must_use]
    pub(crate) fn shown(&self) -> String {
        let number = match self.number.as_str() {
            "" => String::new(),
            number => crate::console::words::phone(number),
        };
        match (self.name.is_empty(), number.is_empty()) {
            (false, false) => format!("{} {number}", self.name),
            (false, true) => self.name.clone(),
            (true, _) => number,
        }
    }
}
