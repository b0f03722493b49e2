//! The group of an answer in JSON.

use super::find::Found;
use serde::Serialize;

/// A group with its name, and the session through which it was reached. Flattened into the answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NamedGroup<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_label: Option<&'a str>,
    group_jid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

impl<'a> From<&'a Found> for NamedGroup<'a> {
    fn from(found: &'a Found) -> Self {
        Self {
            session_id: &found.session.id,
            session_label: found.session.label.as_deref(),
            group_jid: &found.group.group_jid,
            subject: found.group.subject.as_deref(),
        }
    }
}
