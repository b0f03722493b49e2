//! What the checks look at.

use crate::api::{EpochMillis, Group, InvitePreview, Session, SessionRole};
use crate::console::failure::{CallFailure, FailureKind};
use jiff::tz::TimeZone;

/// What a call answered, as far as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer<T> {
    NotAsked,
    Waiting,
    Known(T),
    Failed(CallFailure),
}

/// A link that the user typed or pasted, and what the gateway says about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Given {
    pub text: String,
    pub preview: Answer<InvitePreview>,
}

/// What is known when the checks are made.
#[derive(Debug, Clone)]
pub(crate) struct Facts<'a> {
    /// The gateway does not answer, so that nothing stored is up to date.
    pub away: bool,
    pub session: Option<&'a Session>,
    /// `None` when the group has left the account's list.
    pub group: Option<&'a Group>,
    /// The group's link, looked up at WhatsApp.
    pub link: Answer<String>,
    /// How many requests to join wait, looked up at WhatsApp.
    pub requests: Answer<usize>,
    pub given: Option<Given>,
    /// The name of another connected account that is known to be an admin of the group. Cleaned.
    pub other_admin: Option<String>,
    pub now: EpochMillis,
    /// For times of day.
    pub zone: &'a TimeZone,
}

impl CallFailure {
    /// Whether the gateway has no such call, as far as its answer tells. 501 without a reason of its own means
    /// "not connected" for live calls, so it does not count.
    #[must_use]
    pub(crate) fn is_not_offered(&self) -> bool {
        self.kind == FailureKind::Other && matches!(self.status, Some(404 | 405))
    }
}

/// Whether the requests to join can be looked up: only admins see them, and a session that is not connected
/// cannot ask. What is not known does not prevent it.
#[must_use]
pub(crate) fn asks_for_requests(session: &Session, group: &Group) -> bool {
    let may = match &group.my_role {
        Some(SessionRole::Member | SessionRole::None) => false,
        Some(_) | None => true,
    };
    may && !session.status.is_disconnected()
}
