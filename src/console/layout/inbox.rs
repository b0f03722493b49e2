//! The inbox of requests to join: the areas of its rows and of the details.

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::hint::{Hint, hint, of_action, place, row_width};
use super::screen::{Screen, row, screen};
use super::target::Target;
use super::wrap::wrap;
use crate::api::Capability;
use crate::console::keymap::Action;
use crate::console::state::{
    Asker, AskerOutcome, ButtonId, InboxDialog, InboxSource, Layer, State,
};
use crate::console::words;
use ratatui::layout::Rect;

const WIDTH: u16 = 112;
/// Lines of the details below the rows.
const DETAILS: u16 = 3;
/// Lines above the rows: what is shown, and the filter or the progress.
const HEAD: u16 = 2;
/// The dialog's buttons, from left to right.
pub(crate) const INBOX_BUTTONS: [ButtonId; 4] = [
    ButtonId::MarkAll,
    ButtonId::Confirm,
    ButtonId::Discard,
    ButtonId::Close,
];
/// Columns that are left to the filter beside the hints.
const FILTER: u16 = 24;

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InboxParts {
    pub dialog: Dialog,
    /// How many people wait.
    pub head: String,
    pub head_area: Rect,
    /// The filter's line; what is done instead, while something is.
    pub filter: Rect,
    pub progress: Option<String>,
    /// Keys beside the filter, unless something is typed there or under way.
    pub hints: Vec<Hint>,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
    /// The details of the selected person, or why there is none; already broken.
    pub details: Vec<String>,
    pub details_area: Rect,
}

#[must_use]
pub(crate) fn inbox_parts(state: &State, screen: &Screen, inbox: &InboxDialog) -> InboxParts {
    let shown = inbox.shown();
    let count = u16::try_from(shown.len()).unwrap_or(u16::MAX);
    // An empty line after the rows, and one before the buttons.
    let fixed = HEAD + DETAILS + 2;
    let most = content_height(screen).saturating_sub(fixed).max(1);
    let height = count.clamp(1, most);
    let targets = inbox.targets().len();
    let can = targets > 0 && inbox.run.is_none() && !state.lacks(Capability::Send);
    let (let_in, reject) = match targets {
        0 | 1 => ("Let in".to_owned(), "Reject".to_owned()),
        count => (format!("Let {count} in"), format!("Reject {count}")),
    };
    let is_running = inbox.run.is_some();
    let mark = if inbox.all_marked() {
        "Clear marks"
    } else {
        "Mark all"
    };
    let can_mark = !is_running && (inbox.all_marked() || !inbox.shown_waiting().is_empty());
    let buttons = vec![
        Button::new(INBOX_BUTTONS[0], mark).enabled(can_mark),
        Button::new(INBOX_BUTTONS[1], let_in).enabled(can),
        Button::new(INBOX_BUTTONS[2], reject).enabled(can),
        Button::new(INBOX_BUTTONS[3], if is_running { "Stop" } else { "Close" }),
    ];
    let width = content_width(screen, WIDTH);
    let dialog = dialog(
        screen,
        width,
        height.saturating_add(fixed),
        buttons,
        Some(inbox.focus),
    );
    let content = dialog.content;
    let rows = Rect {
        y: (content.y + HEAD).min(content.bottom()),
        height: height.min(content.height.saturating_sub(HEAD)),
        ..content
    };
    let details_area = Rect {
        y: (rows.bottom() + 1).min(content.bottom()),
        height: DETAILS.min(content.bottom().saturating_sub(rows.bottom() + 1)),
        ..content
    };
    let seen = usize::from(rows.height).max(1);
    let progress = progress(state, inbox);
    let line = row(content, 1);
    let hints = if inbox.typing || progress.is_some() {
        Vec::new()
    } else {
        let beside = Rect {
            x: (line.x + FILTER).min(line.right()),
            width: line.width.saturating_sub(FILTER),
            ..line
        };
        list_hints(state, inbox, beside)
    };
    let taken = hints
        .first()
        .map_or(0, |hint| line.right() - hint.area.x + 1);
    InboxParts {
        head: head(inbox),
        head_area: row(content, 0),
        filter: Rect {
            width: line.width.saturating_sub(taken),
            ..line
        },
        progress,
        hints,
        first: (inbox.cursor + 1).saturating_sub(seen),
        details: wrap(
            &details(state, inbox, shown.get(inbox.cursor).copied()),
            details_area.width,
            usize::from(DETAILS),
        ),
        dialog,
        rows,
        details_area,
    }
}

/// The hints beside the filter, which end at the right; fewer where there is little room.
fn list_hints(state: &State, inbox: &InboxDialog, area: Rect) -> Vec<Hint> {
    let order = if inbox.by_group {
        "by time"
    } else {
        "by group"
    };
    let mut hints = vec![
        hint("o".to_owned(), order, Target::InboxOrder),
        of_action(state, Action::Edit, "edit group"),
        of_action(state, Action::Refresh, "refresh"),
    ];
    while row_width(&hints) > area.width {
        hints.pop();
    }
    let x = area.right() - row_width(&hints);
    place(&mut hints, x, area);
    hints
}

fn head(inbox: &InboxDialog) -> String {
    let mut groups: Vec<&str> = (inbox.rows.iter())
        .filter(|row| row.waits())
        .map(|row| row.id.group.jid.as_str())
        .collect();
    groups.sort_unstable();
    groups.dedup();
    let mut parts = vec![format!(
        "{} in {}",
        words::count(inbox.waiting(), "person waits", "people wait"),
        words::count(groups.len(), "group", "groups")
    )];
    if !inbox.marks.is_empty() {
        let marked = words::thousands(inbox.marks.len());
        parts.push(match inbox.hidden_marks() {
            0 => format!("{marked} marked"),
            hidden => format!("{marked} marked ({} hidden)", words::thousands(hidden)),
        });
    }
    if inbox.more > 0 {
        parts.push(format!("{} more not shown", words::thousands(inbox.more)));
    }
    let order = if inbox.by_group {
        "by group"
    } else {
        "longest first"
    };
    parts.push(order.to_owned());
    parts.join(" · ")
}

/// What is under way.
fn progress(state: &State, inbox: &InboxDialog) -> Option<String> {
    if let Some(run) = &inbox.run {
        let doing = if run.approve {
            "letting in"
        } else {
            "rejecting"
        };
        let at = (run.done + run.failed + 1).min(run.all);
        let words = format!("◌ {doing} {at} of {} …", run.all);
        return Some(match run.until {
            Some(until) => {
                let time = words::clock_seconds(until, &state.options.zone);
                format!("{words} rate limited, goes on at {time}")
            }
            None => words,
        });
    }
    match &inbox.source {
        InboxSource::Reading => Some("◌ reading who waits …".to_owned()),
        InboxSource::Singly { left, all, .. } if !left.is_empty() => {
            let at = all - left.len() + 1;
            Some(format!(
                "◌ no list of all requests here: asking group {at} of {all}, one a second"
            ))
        }
        _ => None,
    }
}

fn details(state: &State, inbox: &InboxDialog, row: Option<&Asker>) -> String {
    let Some(row) = row else {
        return match &inbox.source {
            InboxSource::Reading => String::new(),
            _ if state.requests.no_inbox => {
                "This gateway does not report requests to join.".to_owned()
            }
            InboxSource::Failed(failure) => format!("✘ {}", state.sentence(failure, None)),
            _ if !inbox.rows.is_empty() => "Nobody fits the filter.".to_owned(),
            InboxSource::Singly { all: 0, .. } => {
                "No loaded group is known to ask its admins before people join.".to_owned()
            }
            InboxSource::Singly { left, failed, .. } if left.is_empty() && *failed > 0 => {
                let groups = words::count(*failed, "group", "groups");
                format!("Nobody is known to wait; {groups} could not be read. r asks again.")
            }
            InboxSource::Singly { .. } | InboxSource::Read => {
                "Nobody waits. New requests appear here by themselves.".to_owned()
            }
        };
    };
    let name = row.name.as_deref().unwrap_or("A person without a name");
    let number = row.number_words();
    let since = match row.since {
        Some(at) => format!(" · since {}", words::date(at, &state.options.zone)),
        None => String::new(),
    };
    let first = format!(
        "{name} · {number}{since}\n{} · through {}",
        row.group, row.account
    );
    match &row.outcome {
        Some(AskerOutcome::Failed(failure)) => {
            let sentence = state.sentence(failure, Some(&row.id.group));
            format!("✘ {sentence}\n{first}")
        }
        Some(AskerOutcome::NotDone) => {
            format!("✘ The answer was lost, and nothing was done: the person still waits.\n{first}")
        }
        Some(AskerOutcome::Unknown) => {
            format!("✘ The answer was lost, and what became of it could not be read.\n{first}")
        }
        _ => first,
    }
}

/// How many rows fit. At least 1.
#[must_use]
pub(crate) fn inbox_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Inbox(inbox))) => {
            usize::from(inbox_parts(state, &screen, inbox).rows.height).max(1)
        }
        _ => 1,
    }
}
