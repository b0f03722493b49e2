//! The list of sessions, and the scope of the groups.

use crate::api::{EpochMillis, Session, SessionStatus};
use crate::console::effect::SessionAction;
use crate::console::failure::CallFailure;
use crate::console::ids::RequestId;
use std::collections::BTreeMap;

/// Whose groups are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SessionScope {
    AllSessions,
    Session(String),
}

/// The sessions pane. Row 0 is "All sessions", row `n` the session `n - 1`.
#[derive(Debug, Default)]
pub struct Sessions {
    pub rows: Vec<Session>,
    /// The selected row, 0 = all.
    pub cursor: usize,
    /// First visible row.
    pub offset: usize,
    /// `false` until the first answer.
    pub loaded: bool,
    /// Why the list could not be read, when it could not.
    pub failure: Option<CallFailure>,
    /// When a session entered its present status, as far as the console has seen it.
    pub since: BTreeMap<String, EpochMillis>,
    /// Actions in flight.
    pub acting: BTreeMap<String, (SessionAction, RequestId)>,
}

impl Sessions {
    #[must_use]
    pub(crate) fn scope(&self) -> SessionScope {
        match self.selected() {
            Some(session) => SessionScope::Session(session.id.clone()),
            None => SessionScope::AllSessions,
        }
    }

    /// The ids of the sessions whose groups are shown.
    pub(crate) fn in_scope(&self) -> Vec<String> {
        match self.scope() {
            SessionScope::Session(id) => vec![id],
            SessionScope::AllSessions => {
                self.rows.iter().map(|session| session.id.clone()).collect()
            }
        }
    }

    /// The selected session; `None` on "All sessions".
    #[must_use]
    pub(crate) fn selected(&self) -> Option<&Session> {
        self.rows.get(self.cursor.checked_sub(1)?)
    }

    #[must_use]
    pub(crate) fn get(&self, id: &str) -> Option<&Session> {
        self.rows.iter().find(|session| session.id == id)
    }

    /// How many have an unknown status.
    #[must_use]
    pub(crate) fn unknown(&self) -> usize {
        let open = |session: &&Session| matches!(session.status, SessionStatus::Other(_));
        self.rows.iter().filter(open).count()
    }

    /// How many are connected.
    #[must_use]
    pub(crate) fn connected(&self) -> usize {
        self.rows
            .iter()
            .filter(|session| session.status.is_connected())
            .count()
    }
}
