//! What a batch will do, before it begins.

use super::button::ButtonId;
use super::form::text_area;
use super::groups::Groups;
use super::sessions::Sessions;
use crate::api::Setting;
use crate::batch::{Candidate, Change, Plan, RowPlan, estimate, plan};
use crate::console::ids::GroupKey;
use ratatui_textarea::TextArea;
use std::time::Duration;

/// The dialog.
pub struct BatchBefore {
    pub(crate) kind: BatchKind,
    /// The groups, each once.
    pub(crate) groups: Vec<GroupKey>,
    /// The texts of the change.
    pub(crate) fields: Vec<TextArea<'static>>,
    pub(crate) focus: BatchFocus,
    /// First visible row.
    pub(crate) scroll: usize,
    /// What will be done; `None` while a text is missing.
    pub(crate) plan: Option<BatchPlan>,
}

/// The plan with what follows from it.
pub(crate) struct BatchPlan {
    pub plan: Plan,
    /// The plan's rows as they are listed: what is sent first.
    pub order: Vec<usize>,
    /// How many rows are sent.
    pub sent: usize,
    /// How long it takes.
    pub time: Duration,
}

/// What is done to each group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BatchKind {
    Reset,
    Set(Setting),
    AppendDescription,
    ReplaceInSubject,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchFocus {
    Field(usize),
    Button(ButtonId),
}

impl BatchBefore {
    #[must_use]
    pub(crate) fn new(kind: BatchKind, groups: Vec<GroupKey>) -> Self {
        let fields = match kind {
            BatchKind::Reset | BatchKind::Set(_) => 0,
            BatchKind::AppendDescription => 1,
            BatchKind::ReplaceInSubject => 2,
        };
        let focus = match fields {
            0 => BatchFocus::Button(ButtonId::Cancel),
            _ => BatchFocus::Field(0),
        };
        Self {
            kind,
            groups,
            fields: (0..fields).map(|_| text_area("")).collect(),
            focus,
            scroll: 0,
            plan: None,
        }
    }

    #[must_use]
    pub(crate) fn takes_text(&self) -> bool {
        matches!(self.focus, BatchFocus::Field(_))
    }

    /// The change; `None` while a text is missing.
    #[must_use]
    pub(crate) fn change(&self) -> Option<Change> {
        let text = |at: usize| {
            let lines = self.fields.get(at).map(|field| field.lines().join("\n"));
            lines.unwrap_or_default()
        };
        match &self.kind {
            BatchKind::Reset => Some(Change::Reset),
            BatchKind::Set(setting) => Some(Change::Set(setting.clone())),
            BatchKind::AppendDescription => {
                let text = text(0).trim_end().to_owned();
                (!text.is_empty()).then_some(Change::AppendDescription(text))
            }
            BatchKind::ReplaceInSubject => {
                let (find, with) = (text(0), text(1));
                (!find.is_empty()).then_some(Change::ReplaceInSubject { find, with })
            }
        }
    }

    /// Plans the change for the groups as they are now.
    pub(crate) fn plan_with(&mut self, groups: &Groups, sessions: &Sessions) {
        self.scroll = 0;
        self.plan = self.change().map(|change| {
            let candidates = self.groups.iter().filter_map(|key| {
                Some(Candidate {
                    session: sessions.get(&key.session)?,
                    group: &groups.get(key)?.group,
                })
            });
            let plan = plan(&change, candidates);
            let is_sent = |row: &usize| matches!(plan.rows[*row].plan, RowPlan::Send { .. });
            let (mut order, left_out): (Vec<usize>, Vec<usize>) =
                (0..plan.rows.len()).partition(is_sent);
            let sent = order.len();
            order.extend(left_out);
            BatchPlan {
                time: estimate(&plan, |id| sessions.get(id)),
                sent,
                order,
                plan,
            }
        });
    }
}
