//! The groups pane: all loaded groups, and the rows that scope, filter and sort leave.

use super::super::failure::Failure;
use super::super::fuzzy::Index;
use super::super::words;
use super::GroupKey;
use super::form::Settings;
use crate::api::{EpochMillis, Group};
use crate::text::{clean_block, clean_line};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A loaded group with its texts made safe to show.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: GroupKey,
    pub group: Group,
    /// The subject, cleaned and steadied; the JID where there is none.
    pub name: String,
    /// By which names are sorted: upper and lower case alike.
    pub(in crate::console) sort_name: String,
    /// Our own change was written over a stored row: a read that lags behind would take it back.
    pub(in crate::console) patched_over: Option<PatchedOver>,
    /// Whether the stream has told new settings since our own change was sent. Then only a read tells
    /// which of the two came last.
    pub(in crate::console) heard_since_save: bool,
}

impl Entry {
    #[must_use]
    pub fn new(session: &str, group: Group) -> Self {
        let key = GroupKey {
            session: session.to_owned(),
            jid: group.group_jid.clone(),
        };
        let mut entry = Self {
            key,
            group,
            name: String::new(),
            sort_name: String::new(),
            patched_over: None,
            heard_since_save: false,
        };
        entry.rename();
        entry
    }

    /// To be called after the subject changed.
    pub(in crate::console) fn rename(&mut self) {
        let subject = self.group.subject.as_deref().unwrap_or_default();
        let shown = clean_line(subject);
        let name = if shown.trim().is_empty() {
            clean_line(&self.group.group_jid)
        } else {
            shown
        };
        self.sort_name = name.to_lowercase();
        self.name = words::steady(&name).into_owned();
    }

    /// The four settings, cleaned as the form shows them.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            subject: clean_line(self.group.subject.as_deref().unwrap_or_default()).into_owned(),
            description: clean_block(self.group.description.as_deref().unwrap_or_default()),
            announce: self.group.is_announce.unwrap_or_default(),
            locked: self.group.is_locked.unwrap_or_default(),
        }
    }

    /// Whether its session could make an invite link, as far as the role is known: a gateway that
    /// does not tell the role leaves it possible.
    #[must_use]
    pub fn may_invite(&self) -> bool {
        use crate::api::SessionRole::{Member, None};
        !matches!(self.group.my_role, Some(Member | None))
    }
}

/// What a stored row was before our own change, and when that was made. Some gateways go on telling
/// the old row for a while.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::console) struct PatchedOver {
    /// Its `updatedAt`; 0 where the gateway tells none.
    updated_at: EpochMillis,
    /// Every state of the settings that a late read may still tell.
    before: Vec<Stored>,
    at: EpochMillis,
}

/// The settings of a row as the gateway told them: subject, description, announce, locked.
type Stored = (Option<String>, Option<String>, Option<bool>, Option<bool>);

/// How long a gateway without times may tell old settings, in milliseconds. After that somebody else
/// has brought them back.
const LAG_MAX: i64 = 300_000;

impl PatchedOver {
    /// Of a change that is being written over `group`, while one before it may not have been followed
    /// yet either.
    pub(in crate::console) fn new(earlier: Option<Self>, group: &Group, at: EpochMillis) -> Self {
        let mut before = earlier.map_or_else(Vec::new, |earlier| earlier.before);
        before.push(stored(group));
        Self {
            updated_at: group.updated_at,
            before,
            at,
        }
    }

    /// Whether a row that was read has not followed the change yet. Where there are no times, only one
    /// that tells what was before is old: anything else is news.
    pub(in crate::console) fn lags(&self, read: &Group, now: EpochMillis) -> bool {
        if read.updated_at == 0 {
            let recent = (0..LAG_MAX).contains(&(now - self.at));
            return recent && self.before.contains(&stored(read));
        }
        read.updated_at <= self.updated_at
    }
}

fn stored(group: &Group) -> Stored {
    (
        group.subject.clone(),
        group.description.clone(),
        group.is_announce,
        group.is_locked,
    )
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

    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Name => Self::Members,
            Self::Members => Self::Age,
            Self::Age => Self::Changed,
            Self::Changed => Self::Name,
        }
    }
}

/// The groups pane.
#[derive(Default)]
pub struct Groups {
    /// Every loaded group of every session. Positions are those of the fuzzy index.
    pub(in crate::console) entries: Vec<Entry>,
    pub(in crate::console) positions: HashMap<GroupKey, usize>,
    /// How many entries each session has.
    pub(in crate::console) counts: HashMap<String, usize>,
    pub(in crate::console) index: Index,
    /// Positions of all entries in the order of `sort`.
    pub(in crate::console) order: Vec<usize>,
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
    /// Sessions whose groups have been read.
    pub(in crate::console) loaded: BTreeSet<String>,
    /// Why a session's groups could not be read.
    pub failures: BTreeMap<String, Failure>,
}

impl Groups {
    /// How many groups a session has, once its list was read.
    #[must_use]
    pub fn count_of(&self, session: &str) -> Option<usize> {
        let count = self.counts.get(session).copied().unwrap_or_default();
        self.loaded.contains(session).then_some(count)
    }

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
