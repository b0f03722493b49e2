//! The groups pane: all loaded groups, and the rows that scope, filter and sort leave.

use super::confirmed::Confirmed;
use super::find::{Line, LinkFind, Part, PartHead, PeopleFind, SeenLinks};
use super::form::Settings;
use super::marks::Marks;
use crate::api::{Audience, EpochMillis, Group, SessionRole, Setting, SettingField};
use crate::console::failure::CallFailure;
use crate::console::fuzzy::Index;
use crate::console::ids::GroupKey;
use crate::console::notebook::{ListPlace, Notebook};
use crate::names::sort_key;
use crate::text::{clean_block, clean_line};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A loaded group with its texts cleaned for the screen.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: GroupKey,
    pub group: Group,
    /// The subject, cleaned and steadied; the JID where there is none.
    pub name: String,
    /// By which names are sorted, see [`sort_key`].
    pub(crate) sort_key: Box<[u8]>,
    /// Settings that the gateway has confirmed, while the stored row may lag behind.
    pub(crate) confirmed: Vec<Confirmed>,
    /// Settings that events have changed since our own change was sent.
    pub(crate) changed_since_save: Vec<SettingField>,
}

impl Entry {
    #[must_use]
    pub(crate) fn new(session: &str, group: Group) -> Self {
        let key = GroupKey {
            session: session.to_owned(),
            jid: group.group_jid.clone(),
        };
        let mut entry = Self {
            key,
            group,
            name: String::new(),
            sort_key: Box::default(),
            confirmed: Vec::new(),
            changed_since_save: Vec::new(),
        };
        entry.rename();
        entry
    }

    /// How many people are known to ask to join it, where the account may let them in.
    #[must_use]
    pub(crate) fn waiting(&self) -> usize {
        match (self.group.pending_requests, &self.group.my_role) {
            (None | Some(0), _) | (_, Some(SessionRole::Member | SessionRole::None)) => 0,
            (Some(count), _) => count as usize,
        }
    }

    /// To be called after the subject changed.
    pub(crate) fn rename(&mut self) {
        let subject = self.group.subject.as_deref().unwrap_or_default();
        let shown = clean_line(subject);
        let name = if shown.trim().is_empty() {
            clean_line(&self.group.group_jid)
        } else {
            shown
        };
        self.sort_key = sort_key(&name);
        self.name = crate::text::on_screen(&name).into_owned();
    }

    /// The settings, cleaned as the form shows them.
    #[must_use]
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            subject: clean_line(self.group.subject.as_deref().unwrap_or_default()).into_owned(),
            description: clean_block(self.group.description.as_deref().unwrap_or_default()),
            announce: self.group.is_announce.unwrap_or_default(),
            locked: self.group.is_locked.unwrap_or_default(),
            invite_by: self.group.invite_by.clone(),
            join_approval: self.group.join_approval,
            add_by: self.group.add_by.clone(),
            ephemeral_seconds: self.group.ephemeral_seconds,
        }
    }

    /// Our own change was confirmed; the gateway answered at this time by its own clock.
    pub(crate) fn confirm(
        &mut self,
        setting: Setting,
        answered_at: Option<EpochMillis>,
        now: EpochMillis,
    ) {
        let field = setting.field();
        let earlier = self.confirmed.iter().position(|it| it.field() == field);
        let earlier = earlier.map(|at| self.confirmed.swap_remove(at));
        let ours = Confirmed::new(setting, &self.group, earlier, answered_at, now);
        let heard = self.changed_since_save.contains(&field) && !ours.is_shown_by(&self.group);
        ours.write(&mut self.group);
        // A read shows which of the two came last, if rows follow at once.
        if !heard || self.group.my_role.is_none() {
            self.confirmed.push(ours);
        }
    }

    /// The stream reported a setting, at this time by the gateway's clock. It replaces the confirmed one.
    pub(crate) fn apply_event(&mut self, setting: Setting, at: EpochMillis, now: EpochMillis) {
        let field = setting.field();
        if !self.changed_since_save.contains(&field) {
            self.changed_since_save.push(field);
        }
        let earlier = self.confirmed.iter().position(|it| it.field() == field);
        let outlives = |confirmed: &Confirmed| confirmed.outlives(&setting, at);
        if earlier.is_some_and(|index| outlives(&self.confirmed[index])) {
            return;
        }
        let earlier = earlier.map(|index| self.confirmed.swap_remove(index));
        let confirmed = Confirmed::new(setting, &self.group, earlier, Some(at), now);
        confirmed.write(&mut self.group);
        // On a gateway with roles the row follows the event.
        if self.group.my_role.is_none() {
            self.confirmed.push(confirmed);
        }
    }

    /// Keeps confirmed settings that are newer than this row, which was just read.
    pub(crate) fn keep_confirmed(&mut self, earlier: Vec<Confirmed>, now: EpochMillis) {
        self.confirmed = (earlier.into_iter())
            .filter_map(|confirmed| confirmed.unless_stored(&self.group, now))
            .collect();
        for confirmed in &self.confirmed {
            confirmed.write(&mut self.group);
        }
        if !self.confirmed.is_empty() {
            self.rename();
        }
    }

    /// The settings that were saved and that the gateway is known not to have stored yet.
    #[must_use]
    pub(crate) fn not_stored(&self) -> Vec<SettingField> {
        let lagging = self.confirmed.iter().filter(|it| it.is_lagging());
        lagging.map(Confirmed::field).collect()
    }

    /// Whether its session could have the invite link, as far as is known: without a role, and for a
    /// member of a group of which it is not known who has the link, it is possible.
    #[must_use]
    pub(crate) fn may_invite(&self) -> bool {
        match self.group.my_role {
            Some(SessionRole::None) => false,
            Some(SessionRole::Member) => self.group.invite_by != Some(Audience::Admins),
            _ => true,
        }
    }
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
    /// Where the account can do most first.
    Role,
    Session,
}

impl Sort {
    const ALL: [Self; 6] = [
        Self::Name,
        Self::Members,
        Self::Age,
        Self::Changed,
        Self::Role,
        Self::Session,
    ];

    /// The order with this word.
    #[must_use]
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.word() == word)
    }

    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Members => "members",
            Self::Age => "age",
            Self::Changed => "last changed",
            Self::Role => "role",
            Self::Session => "session",
        }
    }

    /// Whether its usual order is ascending; a younger group has a lower age.
    #[must_use]
    pub(crate) fn ascends(self) -> bool {
        matches!(self, Self::Name | Self::Age | Self::Session)
    }

    #[must_use]
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Name => Self::Members,
            Self::Members => Self::Age,
            Self::Age => Self::Changed,
            Self::Changed => Self::Role,
            Self::Role => Self::Session,
            Self::Session => Self::Name,
        }
    }
}

/// A column of the list that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum GroupColumn {
    Account,
    Members,
    Role,
    Switches,
    Age,
}

impl GroupColumn {
    /// Each with its name in the notebook.
    pub(crate) const NAMES: [(Self, &'static str); 5] = [
        (Self::Account, "account"),
        (Self::Members, "members"),
        (Self::Role, "role"),
        (Self::Switches, "switches"),
        (Self::Age, "age"),
    ];

    #[must_use]
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let named = Self::NAMES.into_iter().find(|(_, known)| *known == name);
        named.map(|(column, _)| column)
    }
}

/// The groups pane.
#[derive(Default)]
pub struct Groups {
    /// Every loaded group of every session. Positions are those of the fuzzy index.
    pub(crate) entries: Vec<Entry>,
    pub(crate) positions: HashMap<GroupKey, usize>,
    /// How many entries each session has.
    pub(crate) counts: HashMap<String, usize>,
    pub(crate) index: Index,
    /// The digits of each session's phone number, by which its groups are found.
    pub(crate) numbers: HashMap<String, String>,
    /// The place of each session among all, by their names.
    pub(crate) session_ranks: HashMap<String, usize>,
    /// For each entry the first one of the same group: several sessions may see it. Empty while there
    /// is one session only.
    pub(crate) identities: Vec<u32>,
    /// Positions of all entries in the order of `sort`.
    pub(crate) order: Vec<usize>,
    /// Positions into `entries`: what is shown, in order.
    pub(crate) rows: Vec<usize>,
    /// The parts of the rows that have a line above them, in order.
    pub(crate) parts: Vec<PartHead>,
    /// What the filter finds beyond the groups' own texts.
    pub(crate) people: PeopleFind,
    /// The invite link in the filter, and the links that were seen.
    pub(crate) link: Option<LinkFind>,
    pub(crate) links: SeenLinks,
    pub(crate) marks: Marks,
    /// What is kept about these groups on this computer.
    pub(crate) notebook: Notebook,
    /// The accounts by their number in the index.
    pub(crate) accounts: HashMap<String, u16>,
    /// How the list was left the last time, until it is restored.
    pub(crate) restoring: Option<ListPlace>,
    /// Whether the empty filter was opened and the cursor not moved since: the first row stays selected.
    pub(crate) at_first: bool,
    /// The selected group when an empty filter was opened: leaving it returns there.
    pub(crate) before_find: Option<GroupKey>,
    /// How many groups are shown. One that several sessions see has a row for each, and counts once.
    pub shown: usize,
    /// How many there would be without the filter and "can invite".
    pub total: usize,
    /// How many groups all sessions have, as far as their lists were read.
    pub(crate) everywhere: usize,
    /// How many people are known to ask to join, each group once, and by session.
    pub(crate) waiting: usize,
    pub(crate) waiting_of: HashMap<String, usize>,
    /// How many groups match the filter and are hidden by "can invite", while none is shown.
    pub hidden: usize,
    pub cursor: usize,
    /// First visible line.
    pub offset: usize,
    pub filter: String,
    /// Whether typing goes into the filter.
    pub typing: bool,
    /// Whether the filter's text is selected: what is typed next replaces it.
    pub selected_text: bool,
    pub sort: Sort,
    /// Whether the order is reversed.
    pub reversed: bool,
    pub invitable_only: bool,
    /// Columns that the user has left out.
    pub(crate) hidden_columns: BTreeSet<GroupColumn>,
    /// Sessions whose groups are being loaded for the first time.
    pub loading: BTreeMap<String, crate::console::ids::RequestId>,
    /// Sessions whose groups have been read.
    pub(crate) loaded: BTreeSet<String>,
    /// Why a session's groups could not be read.
    pub failures: BTreeMap<String, CallFailure>,
}

impl Groups {
    /// How many groups a session has, once its list was read.
    #[must_use]
    pub(crate) fn count_of(&self, session: &str) -> Option<usize> {
        let count = self.counts.get(session).copied().unwrap_or_default();
        self.loaded.contains(session).then_some(count)
    }

    /// How many lines the rows take with the lines above their parts.
    #[must_use]
    pub(crate) fn lines(&self) -> usize {
        self.rows.len() + self.parts.len()
    }

    /// The line of a row.
    #[must_use]
    pub(crate) fn line_of(&self, row: usize) -> usize {
        row + self.parts.iter().filter(|part| part.before <= row).count()
    }

    /// What a line shows.
    #[must_use]
    pub(crate) fn line(&self, line: usize) -> Option<Line> {
        let mut row = line;
        for (above, part) in self.parts.iter().enumerate() {
            match (part.before + above).cmp(&line) {
                std::cmp::Ordering::Equal => return Some(Line::Head(part.part)),
                std::cmp::Ordering::Less => row = line - above - 1,
                std::cmp::Ordering::Greater => break,
            }
        }
        (row < self.rows.len()).then_some(Line::Row(row))
    }

    /// How many rows a part has.
    #[must_use]
    pub(crate) fn part_length(&self, part: Part) -> usize {
        let at = self.parts.iter().position(|head| head.part == part);
        at.map_or(0, |at| {
            let end = self
                .parts
                .get(at + 1)
                .map_or(self.rows.len(), |next| next.before);
            end - self.parts[at].before
        })
    }

    /// Whether the rows are not simply in the order of the list.
    #[must_use]
    pub(crate) fn is_arranged(&self) -> bool {
        self.is_filtered() || !self.parts.is_empty()
    }

    #[must_use]
    pub(crate) fn is_filtered(&self) -> bool {
        !self.filter.trim().is_empty()
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
    pub(crate) fn row(&self, row: usize) -> Option<&Entry> {
        self.entries.get(*self.rows.get(row)?)
    }

    #[must_use]
    pub(crate) fn selected(&self) -> Option<&Entry> {
        self.row(self.cursor)
    }

    #[must_use]
    pub(crate) fn get(&self, key: &GroupKey) -> Option<&Entry> {
        self.entries.get(*self.positions.get(key)?)
    }
}
