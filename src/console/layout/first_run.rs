//! The ways on from a desk without accounts.

use super::enabled::can;
use super::screen::row;
use crate::api::Capability;
use crate::console::keymap::Action;
use crate::console::state::{Connection, State};
use crate::text;
use ratatui::layout::{Position, Rect};

/// Rows before the first way: the title and an empty row.
const TITLE: u16 = 2;

/// One way on, in one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub action: Action,
    pub key: String,
    pub words: &'static str,
    /// Whether it can work here.
    pub enabled: bool,
    pub area: Rect,
}

/// The ways on and the row of their title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FirstRun {
    pub title: Rect,
    pub ways: Vec<Way>,
}

impl FirstRun {
    /// The action of the way at a cell.
    #[must_use]
    pub(crate) fn at(&self, at: Position) -> Option<Action> {
        let way = self.ways.iter().find(|way| way.area.contains(at));
        way.map(|way| way.action)
    }
}

/// The ways on, in the middle of an area; `None` when there are accounts, or it is not known.
#[must_use]
pub(crate) fn first_run(state: &State, area: Rect) -> Option<FirstRun> {
    let sessions = &state.sessions;
    let away = matches!(state.connection, Connection::Away { .. });
    if !sessions.loaded || !sessions.rows.is_empty() || sessions.failure.is_some() || away {
        return None;
    }
    let link = if state.lacks(Capability::Manage) {
        "Link a phone: your key lacks the capability `manage`"
    } else {
        "Link a phone: its groups appear here"
    };
    let ways: Vec<_> = [
        (Action::AddAccount, link),
        (Action::Demo, "Look at the demo: a simulated WhatsApp"),
        (Action::NewGateway, "Go to another gateway"),
    ]
    .into_iter()
    .filter(|(action, _)| *action != Action::Demo || state.options.demo().is_some())
    .map(|(action, words)| {
        let key = state.options.keymap.keys(action).first();
        let key = key.map(ToString::to_string).unwrap_or_default();
        (action, key, words)
    })
    .collect();
    let width =
        |(_, key, words): &(Action, String, &str)| text::width(key) + 2 + text::width(words);
    let width = ways.iter().map(width).max().unwrap_or(0);
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(ways.len()).unwrap_or(0).saturating_add(TITLE);
    let block = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + area.height.saturating_sub(height) / 2,
        width,
        height: height.min(area.height),
    };
    let ways = (TITLE..).zip(ways).map(|(at, (action, key, words))| Way {
        action,
        key,
        words,
        enabled: can(state, action),
        area: row(block, at),
    });
    Some(FirstRun {
        title: Rect {
            height: 1.min(area.height),
            y: block.y,
            ..area
        },
        ways: ways.collect(),
    })
}
