//! The groups pane: its filter line, column heads, rows and the notice at its foot.

use super::panes::{inside, row};
use super::wrap::wrap;
use crate::console::state::{Scope, State};
use ratatui::layout::Rect;

/// Where the parts of the groups pane stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupsParts {
    pub filter: Rect,
    pub heads: Rect,
    pub rows: Rect,
    /// Empty when there is nothing to say.
    pub notice: Rect,
}

#[must_use]
pub fn groups_parts(state: &State, area: Rect) -> GroupsParts {
    let inner = inside(area);
    let notice_height = groups_notice(state).map_or(0, |text| {
        u16::try_from(wrap(&text, inner.width.saturating_sub(4), 2).len()).unwrap_or(2)
    });
    let rows_height = inner.height.saturating_sub(2 + notice_height);
    GroupsParts {
        filter: row(inner, 0),
        heads: row(inner, 1),
        rows: Rect {
            y: inner.y + 2,
            height: rows_height,
            ..inner
        },
        notice: Rect {
            y: inner.y + 2 + rows_height,
            height: notice_height,
            ..inner
        },
    }
}

/// What must be known about the rows: that they are only what was stored, or that some are missing.
#[must_use]
pub fn groups_notice(state: &State) -> Option<String> {
    let asked: Vec<&str> = match state.sessions.scope() {
        Scope::Session(id) => {
            let failure = state.groups.failures.get(&id);
            if let (Some(failure), false) = (failure, state.groups.is_empty()) {
                return Some(format!("Not refreshed: {}", state.sentence(failure, None)));
            }
            let session = state.sessions.get(&id)?;
            if !session.status.is_disconnected() || state.groups.is_empty() {
                return None;
            }
            let reason = session
                .status_reason
                .as_deref()
                .map(|reason| format!(" ({})", crate::text::clean_line(reason)))
                .unwrap_or_default();
            return Some(format!(
                "Not connected{reason}: these are the groups as last stored."
            ));
        }
        Scope::AllSessions => state.groups.failures.keys().map(String::as_str).collect(),
    };
    let first = asked.first()?;
    if state.groups.is_empty() {
        return None;
    }
    let name = state.session_name(first);
    Some(match asked.len() {
        1 => format!("The groups of {name} could not be read."),
        more => format!(
            "The groups of {name} and {} more could not be read.",
            more - 1
        ),
    })
}
