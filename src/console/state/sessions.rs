//! The list of sessions and which of them the groups are shown of.

use super::super::effect::{RequestId, SessionAction};
use super::super::failure::Failure;
use super::super::words;
use crate::api::{EpochMillis, Session, SessionStatus};
use crate::text::clean_line;
use std::collections::BTreeMap;

/// Whose groups are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
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
    pub failure: Option<Failure>,
    /// When a session entered its present status, as far as the console has seen it.
    pub since: BTreeMap<String, EpochMillis>,
    /// Actions under way.
    pub acting: BTreeMap<String, (SessionAction, RequestId)>,
}

impl Sessions {
    #[must_use]
    pub fn scope(&self) -> Scope {
        match self.selected() {
            Some(session) => Scope::Session(session.id.clone()),
            None => Scope::AllSessions,
        }
    }

    /// The selected session; `None` on "All sessions".
    #[must_use]
    pub fn selected(&self) -> Option<&Session> {
        self.rows.get(self.cursor.checked_sub(1)?)
    }

    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Session> {
        self.rows.iter().find(|session| session.id == id)
    }

    /// How many do not tell whether they are connected.
    #[must_use]
    pub fn unknown(&self) -> usize {
        let open = |session: &&Session| matches!(session.status, SessionStatus::Other(_));
        self.rows.iter().filter(open).count()
    }

    /// How many are connected.
    #[must_use]
    pub fn connected(&self) -> usize {
        self.rows
            .iter()
            .filter(|session| session.status.is_connected())
            .count()
    }
}

/// The name by which people know a session: its label, its number, or its id. Cleaned.
#[must_use]
pub fn name(session: &Session) -> String {
    let label = clean_line(session.label.as_deref().unwrap_or_default());
    if !label.trim().is_empty() {
        return label.into_owned();
    }
    match number(session) {
        Some(number) => words::phone(&number),
        None => clean_line(&session.id).into_owned(),
    }
}

/// The digits of the account's number; some gateways tell it in the account's id only.
#[must_use]
pub fn number(session: &Session) -> Option<String> {
    let told = session.phone_number.as_deref();
    if let Some(told) = told.filter(|number| !number.trim().is_empty()) {
        return Some(told.trim_start_matches('+').to_owned());
    }
    match person(session.wa_jid.as_deref()?) {
        (user, "s.whatsapp.net" | "c.us") => {
            let is_number = !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| user.to_owned())
        }
        _ => None,
    }
}

/// Whether a JID or LID is the session's own account.
#[must_use]
pub fn is_own(session: &Session, id: &str) -> bool {
    let own = [&session.wa_jid, &session.wa_lid];
    own.into_iter()
        .flatten()
        .any(|own| person(own) == person(id))
}

/// The user and server of an id, without the device.
pub(in crate::console) fn person(id: &str) -> (&str, &str) {
    let (user, server) = id.split_once('@').unwrap_or((id, ""));
    (user.split([':', '.']).next().unwrap_or(user), server)
}
