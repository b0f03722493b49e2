//! Words in columns: roles and cursors.

use crate::api::{MemberRole, SessionRole};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(super) fn member_role(word: &str) -> MemberRole {
    match word {
        "member" => MemberRole::Member,
        "admin" => MemberRole::Admin,
        "superadmin" => MemberRole::Superadmin,
        other => MemberRole::Other(other.to_owned()),
    }
}

pub(super) fn session_role(word: &str) -> SessionRole {
    match word {
        "member" => SessionRole::Member,
        "admin" => SessionRole::Admin,
        "superadmin" => SessionRole::Superadmin,
        "none" => SessionRole::None,
        other => SessionRole::Other(other.to_owned()),
    }
}

/// The opaque cursor that names the last row of a page.
#[must_use]
pub fn cursor_after(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(last)
}

/// The row that a cursor names; `None` for a text that is no cursor of ours.
#[must_use]
pub fn read_cursor(cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    String::from_utf8(bytes).ok()
}
