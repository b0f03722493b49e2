//! "Members": who is in a group, and changing that.

use super::button::ButtonId;
use super::card::Members;
use super::form::text_area;
use super::pairing::FieldOrButton;
use crate::api::{GroupMember, PrivateInvite};
use crate::console::effect::MemberChange;
use crate::console::ids::{GroupKey, RequestId};
use crate::console::people::{Country, Pasted, member_jid};
use crate::console::words;
use crate::text::clean_line;
use ratatui_textarea::TextArea;
use std::collections::BTreeSet;

/// The dialog.
pub struct RosterDialog {
    pub key: GroupKey,
    /// The group's name when it was opened, cleaned.
    pub name: String,
    pub members: Members,
    pub find: String,
    /// Positions in the members that the filter leaves, in the order of display.
    pub shown: Vec<usize>,
    pub cursor: usize,
    /// Marked members, by their ids.
    pub marked: BTreeSet<String>,
    pub focus: RosterFocus,
    /// The people to add, as they were typed or pasted. It stays until they were added.
    pub typed: TextArea<'static>,
    /// What is understood of it.
    pub(crate) pasted: Pasted,
    /// The country of numbers without a country code.
    pub(crate) country: Option<Country>,
    pub phase: RosterPhase,
}

/// What has the focus of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RosterFocus {
    List,
    /// The filter is typed.
    Filter,
    Button(ButtonId),
}

pub enum RosterPhase {
    List,
    /// People are typed or pasted.
    Adding(FieldOrButton),
    Asking(RosterTask, ButtonId),
    Working(RosterWork),
}

/// What a question asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterTask {
    pub change: MemberChange,
    pub people: Vec<RosterPerson>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterPerson {
    pub jid: String,
    /// As people call them: a name, a number, or an id. Cleaned.
    pub name: String,
}

/// A change that runs or has ended.
pub struct RosterWork {
    pub change: MemberChange,
    pub lines: Vec<RosterLine>,
    pub cursor: usize,
    pub step: WorkStep,
    /// No further call after the one in flight.
    pub stopped: bool,
    /// Why the change as a whole ended.
    pub failure: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkStep {
    Calling(RequestId),
    /// The answer was lost: members that were read by a later request than this one show the outcome.
    Checking(u64),
    Ended,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLine {
    pub person: RosterPerson,
    pub outcome: PersonOutcome,
    /// Instead of adding, WhatsApp offers this.
    pub invite: Option<PrivateInvite>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonOutcome {
    Waiting,
    Running,
    Applied,
    /// Why, cleaned.
    Refused(String),
    NotTried,
    Unknown,
}

impl RosterPerson {
    #[must_use]
    pub(crate) fn of(member: &GroupMember, others: &[GroupMember]) -> Self {
        let (name, more) = words::member(member, others);
        let name = match more.trim() {
            "" => name,
            more => format!("{name} ({more})"),
        };
        Self {
            jid: member_jid(member),
            name,
        }
    }
}

impl RosterDialog {
    #[must_use]
    pub(crate) fn new(key: GroupKey, name: String, country: Option<Country>) -> Self {
        Self {
            key,
            name,
            members: Members::NotAsked,
            find: String::new(),
            shown: Vec::new(),
            cursor: 0,
            marked: BTreeSet::new(),
            focus: RosterFocus::List,
            typed: text_area(""),
            pasted: Pasted::default(),
            country,
            phase: RosterPhase::List,
        }
    }

    #[must_use]
    pub(crate) fn loaded(&self) -> &[GroupMember] {
        match &self.members {
            Members::Loaded(members) => members,
            _ => &[],
        }
    }

    /// The member under the cursor.
    #[must_use]
    pub(crate) fn selected(&self) -> Option<&GroupMember> {
        self.loaded().get(*self.shown.get(self.cursor)?)
    }

    /// How many marked members the filter hides.
    #[must_use]
    pub(crate) fn hidden_marks(&self) -> usize {
        let shown = self.shown.iter().filter_map(|at| self.loaded().get(*at));
        let seen = shown.filter(|member| self.marked.contains(&member.lid));
        self.marked.len().saturating_sub(seen.count())
    }

    /// The marked members, or the one under the cursor.
    #[must_use]
    pub(crate) fn meant(&self) -> Vec<&GroupMember> {
        if self.marked.is_empty() {
            return self.selected().into_iter().collect();
        }
        let members = self.loaded().iter();
        members
            .filter(|member| self.marked.contains(&member.lid))
            .collect()
    }

    /// Whether characters are text now.
    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        match &self.phase {
            RosterPhase::List => self.focus == RosterFocus::Filter,
            RosterPhase::Adding(focus) => focus.is_field(),
            RosterPhase::Asking(..) | RosterPhase::Working(_) => false,
        }
    }

    /// Whether the people to add can be sent.
    #[must_use]
    pub(crate) fn can_add(&self) -> bool {
        self.pasted.faults.is_empty() && !self.pasted.people.is_empty()
    }

    /// The change that is shown.
    #[must_use]
    pub(crate) fn work(&self) -> Option<&RosterWork> {
        match &self.phase {
            RosterPhase::Working(work) => Some(work),
            _ => None,
        }
    }
}

impl RosterWork {
    #[must_use]
    pub(crate) fn new(task: RosterTask) -> Self {
        let lines = task.people.into_iter().map(|person| RosterLine {
            person,
            outcome: PersonOutcome::Waiting,
            invite: None,
        });
        Self {
            change: task.change,
            lines: lines.collect(),
            cursor: 0,
            step: WorkStep::Ended,
            stopped: false,
            failure: None,
        }
    }

    #[must_use]
    pub(crate) fn is_running(&self) -> bool {
        self.step != WorkStep::Ended
    }

    /// How many people have this outcome.
    #[must_use]
    pub(crate) fn count(&self, is_so: impl Fn(&PersonOutcome) -> bool) -> usize {
        self.lines
            .iter()
            .filter(|line| is_so(&line.outcome))
            .count()
    }

    /// The address of the private invite of the line under the cursor.
    #[must_use]
    pub(crate) fn selected_invite(&self) -> Option<String> {
        self.lines.get(self.cursor)?.invite.as_ref()?.link()
    }
}

/// A reason that comes from outside.
#[must_use]
pub(crate) fn refused(reason: &str) -> PersonOutcome {
    PersonOutcome::Refused(clean_line(reason).trim().to_owned())
}

/// A field without a text.
#[must_use]
pub(crate) fn empty_text() -> TextArea<'static> {
    text_area("")
}
