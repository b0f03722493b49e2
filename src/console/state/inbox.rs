//! The inbox: the people who ask to join, over all groups and accounts.

use super::button::ButtonId;
use crate::api::{EpochMillis, RequestOutcome};
use crate::console::failure::CallFailure;
use crate::console::ids::GroupKey;
use crate::console::words;
use crate::names::{PersonQuery, folded};
use crate::text::clean_line;
use std::collections::{BTreeSet, VecDeque};

/// Most people that are listed.
pub(crate) const ASKERS_MAX: usize = 2_000;

/// One person who asks to join one group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskerId {
    pub group: GroupKey,
    pub jid: String,
}

/// A row of the inbox. All texts are clean.
#[derive(Debug, Clone, PartialEq)]
pub struct Asker {
    pub id: AskerId,
    pub name: Option<String>,
    /// The digits of the number.
    pub number: Option<String>,
    pub group: String,
    pub account: String,
    pub since: Option<EpochMillis>,
    /// What became of it since the list was read.
    pub outcome: Option<AskerOutcome>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AskerOutcome {
    Sending,
    /// The answer was lost; the group's requests that are read after this request show what became of it.
    Checking(u64),
    LetIn,
    Rejected,
    /// By somebody else.
    Elsewhere(RequestOutcome),
    /// The answer was lost, and the person still waits.
    NotDone,
    /// The answer was lost, and so was that of the look-up.
    Unknown,
    Failed(CallFailure),
}

/// Where the rows come from.
#[derive(Debug, Clone, PartialEq)]
pub enum InboxSource {
    Reading,
    Read,
    /// The gateway has no list of all requests: group after group is read.
    Singly {
        left: VecDeque<GroupKey>,
        all: usize,
        /// Groups that could not be read.
        failed: usize,
    },
    Failed(CallFailure),
}

/// People who are being let in or rejected, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct InboxRun {
    pub approve: bool,
    pub left: VecDeque<AskerId>,
    /// The one whose call is in flight, or whose outcome is looked up.
    pub current: Option<AskerId>,
    pub all: usize,
    pub done: usize,
    pub failed: usize,
    pub begun: EpochMillis,
    /// How often in a row the gateway asked to wait.
    pub waits: u32,
    /// Until when it asked to wait.
    pub until: Option<EpochMillis>,
}

/// The dialog.
pub struct InboxDialog {
    /// In the order in which they are shown.
    pub rows: Vec<Asker>,
    /// People beyond [`ASKERS_MAX`].
    pub more: usize,
    pub source: InboxSource,
    /// Position among the shown rows.
    pub cursor: usize,
    pub marks: BTreeSet<AskerId>,
    pub filter: String,
    pub typing: bool,
    pub by_group: bool,
    /// Asked about before it is begun.
    pub asked: Option<(bool, Vec<AskerId>)>,
    pub run: Option<InboxRun>,
    pub focus: ButtonId,
}

impl InboxDialog {
    #[must_use]
    pub(crate) fn new() -> Self {
        Self {
            rows: Vec::new(),
            more: 0,
            source: InboxSource::Reading,
            cursor: 0,
            marks: BTreeSet::new(),
            filter: String::new(),
            typing: false,
            by_group: false,
            asked: None,
            run: None,
            focus: ButtonId::Close,
        }
    }

    /// The rows that the filter leaves.
    #[must_use]
    pub(crate) fn shown(&self) -> Vec<&Asker> {
        let text = self.filter.trim();
        let (query, part) = (PersonQuery::new(text), folded(text));
        let fits = |row: &&Asker| {
            text.is_empty()
                || query.fits(row.name.as_deref(), row.number.as_deref())
                || folded(&row.group).contains(&part)
        };
        self.rows.iter().filter(fits).collect()
    }

    #[must_use]
    pub(crate) fn selected(&self) -> Option<&Asker> {
        self.shown().get(self.cursor).copied()
    }

    pub(crate) fn row_mut(&mut self, id: &AskerId) -> Option<&mut Asker> {
        self.rows.iter_mut().find(|row| row.id == *id)
    }

    /// The people who wait, of the rows that the filter leaves.
    #[must_use]
    pub(crate) fn shown_waiting(&self) -> Vec<AskerId> {
        let shown = self.shown().into_iter();
        shown
            .filter(|row| row.waits())
            .map(|row| row.id.clone())
            .collect()
    }

    /// Whether somebody is marked, and so is everyone who is shown and waits.
    #[must_use]
    pub(crate) fn all_marked(&self) -> bool {
        !self.marks.is_empty()
            && self
                .shown_waiting()
                .iter()
                .all(|id| self.marks.contains(id))
    }

    /// How many marked people the filter hides.
    #[must_use]
    pub(crate) fn hidden_marks(&self) -> usize {
        let shown = self.shown_waiting();
        let seen = shown.iter().filter(|id| self.marks.contains(id)).count();
        self.marks.len().saturating_sub(seen)
    }

    /// How many people wait.
    #[must_use]
    pub(crate) fn waiting(&self) -> usize {
        self.rows.iter().filter(|row| row.waits()).count()
    }

    /// Whom an action is about: the marked ones, else the selected one.
    #[must_use]
    pub(crate) fn targets(&self) -> Vec<AskerId> {
        let marked: Vec<_> = (self.rows.iter())
            .filter(|row| row.waits() && self.marks.contains(&row.id))
            .map(|row| row.id.clone())
            .collect();
        if !marked.is_empty() {
            return marked;
        }
        let selected = self.selected().filter(|row| row.waits());
        selected.map(|row| row.id.clone()).into_iter().collect()
    }
}

impl Asker {
    /// The number, or without one the id.
    #[must_use]
    pub(crate) fn number_words(&self) -> String {
        match &self.number {
            Some(digits) => words::phone(digits),
            None => words::account(&self.id.jid),
        }
    }

    /// Whether the person still waits, as far as is known.
    #[must_use]
    pub(crate) fn waits(&self) -> bool {
        matches!(
            self.outcome,
            None | Some(AskerOutcome::NotDone | AskerOutcome::Unknown | AskerOutcome::Failed(_))
        )
    }
}

impl AskerOutcome {
    /// In a few words.
    #[must_use]
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Sending => "◌ sending".to_owned(),
            Self::Checking(_) => "◌ looking it up".to_owned(),
            Self::LetIn => "✔ let in".to_owned(),
            Self::Rejected => "✔ rejected".to_owned(),
            Self::Elsewhere(RequestOutcome::Approved) => "let in elsewhere".to_owned(),
            Self::Elsewhere(RequestOutcome::Rejected) => "rejected elsewhere".to_owned(),
            Self::Elsewhere(RequestOutcome::Withdrawn) => "taken back".to_owned(),
            Self::Elsewhere(RequestOutcome::Gone) => "settled elsewhere".to_owned(),
            Self::Elsewhere(RequestOutcome::Other(word)) => clean_line(word).into_owned(),
            Self::NotDone => "✘ not done".to_owned(),
            Self::Unknown => "✘ not known".to_owned(),
            Self::Failed(_) => "✘ refused".to_owned(),
        }
    }
}
