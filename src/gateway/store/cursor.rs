//! Pages and their opaque cursors: a cursor names the last row of the previous page.

use crate::api::List;
use crate::gateway::domain::GroupJid;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ulid::Ulid;

/// Makes a page of at most `limit` rows out of rows that were asked for with [`one_more`].
pub(super) fn page<T>(mut data: Vec<T>, limit: u32, name: impl Fn(&T) -> &str) -> List<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = data.len() > limit;
    data.truncate(limit);
    let next_cursor = match data.last() {
        Some(last) if more => URL_SAFE_NO_PAD.encode(name(last)),
        _ => String::new(),
    };
    List { data, next_cursor }
}

/// The number of rows to query, to detect a further page.
pub(super) fn one_more(limit: u32) -> u32 {
    limit.saturating_add(1)
}

/// The group of a cursor; `None` for an invalid cursor.
#[must_use]
pub(crate) fn group(cursor: &str) -> Option<GroupJid> {
    GroupJid::parse(&read(cursor)?).ok()
}

/// The audit entry of a cursor; `None` for an invalid cursor.
#[must_use]
pub(crate) fn audit(cursor: &str) -> Option<Ulid> {
    Ulid::from_string(&read(cursor)?).ok()
}

fn read(cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    String::from_utf8(bytes).ok()
}
