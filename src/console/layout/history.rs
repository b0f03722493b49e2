//! The history of a group: the areas of its rows and of the details.

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, screen};
use super::wrap::wrap;
use crate::console::state::{ButtonId, HistoryDialog, HistoryEntry, HistoryPhase, Layer, State};
use crate::console::words;
use ratatui::layout::Rect;

const WIDTH: u16 = 76;
/// Fewest lines of the details below the rows, without the empty one above them.
const DETAILS: u16 = 6;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryParts {
    pub dialog: Dialog,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
    /// The details of the selected change, or why there are no rows; already broken.
    pub text: Vec<String>,
    pub details: Rect,
}

#[must_use]
pub(crate) fn history_parts(
    state: &State,
    screen: &Screen,
    history: &HistoryDialog,
) -> HistoryParts {
    let count = u16::try_from(history.entries().len()).unwrap_or(u16::MAX);
    let most = content_height(screen).saturating_sub(DETAILS + 2).max(1);
    let height = count.min(most);
    let gap = u16::from(height > 0);
    let buttons = vec![
        Button::new(ButtonId::Edit, "Put back…").enabled(history.can_restore()),
        Button::new(ButtonId::Close, "Close"),
    ];
    let focus = if history.can_restore() {
        ButtonId::Edit
    } else {
        ButtonId::Close
    };
    let dialog = dialog(
        screen,
        content_width(screen, WIDTH),
        height.saturating_add(DETAILS + 1 + gap),
        buttons,
        Some(focus),
    );
    let content = dialog.content;
    let rows = Rect {
        height: height.min(content.height),
        ..content
    };
    let details = Rect {
        y: (rows.bottom() + gap).min(content.bottom()),
        height: content.height.saturating_sub(rows.height + gap + 1),
        ..content
    };
    let seen = usize::from(rows.height).max(1);
    HistoryParts {
        first: (history.cursor + 1).saturating_sub(seen),
        text: wrap(
            &sentence(state, history),
            details.width,
            usize::from(details.height),
        ),
        dialog,
        rows,
        details,
    }
}

fn sentence(state: &State, history: &HistoryDialog) -> String {
    match &history.phase {
        HistoryPhase::Reading(_) => "◌ Reading the gateway's log …".to_owned(),
        HistoryPhase::Failed(failure) => {
            format!("✘ {}", state.sentence(failure, Some(&history.key)))
        }
        HistoryPhase::NotKept => "This gateway keeps no history: it has no audit log.".to_owned(),
        HistoryPhase::Read { entries, .. } if entries.is_empty() => {
            "Nothing was changed through this gateway. Changes on phones are not in its log."
                .to_owned()
        }
        HistoryPhase::Read { entries, more } => {
            let Some(entry) = history.selected() else {
                return String::new();
            };
            let is_last = history.cursor + 1 == entries.len();
            let end = match (is_last, more) {
                (false, _) => "",
                (true, true) => "\nOlder ones: groupdesk audit --group",
                (true, false) => "\nThe log begins here. Changes on phones are not in it.",
            };
            format!("{}{end}", details(state, entry))
        }
    }
}

fn details(state: &State, entry: &HistoryEntry) -> String {
    let mut line = format!(
        "{} by {}",
        words::date(entry.at, &state.options.zone),
        entry.who
    );
    if let Some(id) = &entry.id {
        line = format!("{line} ({id})");
    }
    if let Some(session) = &entry.session {
        line = format!("{line} · through {session}");
    }
    let mut lines = vec![line];
    if let Some(reason) = &entry.refused {
        lines.push(format!("✘ refused or failed: {reason}"));
    }
    for (field, before, after) in &entry.changes {
        let value =
            |value: &Option<String>| value.clone().unwrap_or_else(|| "not known".to_owned());
        lines.push(format!(
            "{}: {} → {}",
            words::setting(*field),
            value(before),
            value(after)
        ));
    }
    lines.join("\n")
}

/// How many rows fit. At least 1.
#[must_use]
pub(crate) fn history_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::History(history))) => {
            usize::from(history_parts(state, &screen, history).rows.height).max(1)
        }
        _ => 1,
    }
}
