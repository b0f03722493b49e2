//! What the filter finds beyond the groups' own texts: people, and how the found rows are divided.

use crate::api::EpochMillis;
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
pub(crate) struct PeopleFind {
    /// The text that the hits belong to.
    pub query: String,
    pub state: PeopleState,
    /// Who matches, by group.
    pub hits: HashMap<GroupKey, Person>,
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
    /// The name with the number, or what fits into so many columns of the two.
    #[must_use]
    pub(crate) fn shown(&self, columns: usize) -> String {
        let number = match self.number.as_str() {
            "" => String::new(),
            number => crate::console::words::phone(number),
        };
        let both = format!("{} {number}", self.name);
        if self.name.is_empty() {
            number
        } else if number.is_empty() || crate::text::width(&both) > columns {
            self.name.clone()
        } else {
            both
        }
    }
}

/// An invite link in the filter, and where it leads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LinkFind {
    pub code: String,
    pub answer: LinkAnswer,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LinkAnswer {
    /// Nobody was asked: Enter asks.
    Unknown,
    Asked,
    /// It leads to this group, with this name.
    Live {
        jid: String,
        name: String,
    },
    /// It leads nowhere.
    Dead,
    /// It was this group's; it was reset then, as this desk has seen.
    Reset {
        jid: String,
        name: String,
        at: EpochMillis,
    },
    /// Why it could not be looked up.
    Failed(String),
}

/// A link that this desk has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenLink {
    pub code: String,
    pub key: GroupKey,
    pub dead_since: Option<EpochMillis>,
}

/// The links that this desk has seen since it started, the newest last. In memory only.
#[derive(Default)]
pub(crate) struct SeenLinks(Vec<SeenLink>);

/// Links that are remembered.
const LINKS_MAX: usize = 1_000;

impl SeenLinks {
    /// A group's link was read: an earlier one of the group is dead.
    pub(crate) fn live(&mut self, key: &GroupKey, code: &str, now: EpochMillis) {
        self.0.retain(|seen| seen.code != code);
        self.dead(key, now);
        self.0.push(SeenLink {
            code: code.to_owned(),
            key: key.clone(),
            dead_since: None,
        });
        if self.0.len() > LINKS_MAX {
            self.0.remove(0);
        }
    }

    /// A group's link was reset.
    pub(crate) fn dead(&mut self, key: &GroupKey, now: EpochMillis) {
        let of_group = self.0.iter_mut().filter(|seen| seen.key.jid == key.jid);
        for seen in of_group {
            seen.dead_since.get_or_insert(now);
        }
    }

    #[must_use]
    pub(crate) fn get(&self, code: &str) -> Option<&SeenLink> {
        self.0.iter().find(|seen| seen.code == code)
    }
}
