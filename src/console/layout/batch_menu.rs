//! The batch menu: its entries and areas.

use super::batch_before::sentence;
use super::batch_progress::batch_count;
use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, screen};
use crate::api::{Audience, Capability, Group, Setting};
use crate::batch::Change;
use crate::console::state::{BatchEntry, BatchKind, BatchMenu, ButtonId, Entry, Layer, State};
use crate::console::words;
use crate::text::clean_line;
use ratatui::layout::Rect;

const WIDTH: u16 = 68;

/// An entry, and why it cannot be chosen now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchItem {
    pub entry: BatchEntry,
    pub words: String,
    pub why_not: Option<String>,
}

/// The menu's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchMenuParts {
    pub dialog: Dialog,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
}

/// The entries in order.
#[must_use]
pub(crate) fn batch_items(state: &State) -> Vec<BatchItem> {
    let groups = &state.groups;
    let (marked, _) = groups.marked();
    let nothing = |count: usize, words: &str| (count == 0).then(|| words.to_owned());
    let none_marked = nothing(marked, "nothing is marked");
    let none_shown = nothing(groups.len(), "no group is shown");
    let running = state.link_list.is_some();
    let no_copy = || {
        let running = running.then(|| "a list is being read already".to_owned());
        none_marked.clone().or(running)
    };
    let item = |entry, words: String, why_not| BatchItem {
        entry,
        words,
        why_not,
    };
    // A group that several accounts see has a row for each.
    let rows = match groups.len() {
        rows if rows == groups.shown => String::new(),
        rows => format!(" in {}", words::count(rows, "row", "rows")),
    };
    let shown = format!("{}{rows}", words::count(groups.shown, "group", "groups"));
    let all = if groups.is_filtered() || groups.invitable_only {
        format!("Mark all that match: {shown}")
    } else {
        format!("Mark all: {shown}")
    };
    let mut items = Vec::new();
    if let Some(run) = &state.batch {
        let words = format!(
            "Show the batch: {}, {}",
            clean_line(&run.change),
            batch_count(run)
        );
        items.push(item(BatchEntry::Progress, words, None));
    }
    if let Some(open) = state.unfinished.first() {
        let words = format!("A batch was not finished: {} …", clean_line(&open.change));
        items.push(item(BatchEntry::Resume, words, None));
    }
    items.extend([
        item(BatchEntry::MarkShown, all, none_shown.clone()),
        item(
            BatchEntry::InvertShown,
            "Invert the marks of what is shown".to_owned(),
            none_shown,
        ),
        item(
            BatchEntry::ClearMarks,
            "Clear all marks".to_owned(),
            none_marked.clone(),
        ),
        item(
            BatchEntry::CopyLines,
            "Copy the list: name, link".to_owned(),
            no_copy(),
        ),
        item(
            BatchEntry::CopyCsv,
            "Copy the list as CSV: name, link, account".to_owned(),
            no_copy(),
        ),
    ]);
    items.extend(state.options.copy.iter().enumerate().map(|(at, text)| {
        let words = format!("Copy the list as “{}”", text.name);
        item(BatchEntry::CopyText(at), words, no_copy())
    }));
    let obstacle = none_marked.or_else(|| obstacle(state));
    items.extend(changes().into_iter().map(|kind| {
        let not_offered = || not_offered(state, &kind).then(|| NOT_OFFERED.to_owned());
        let why_not = obstacle.clone().or_else(not_offered);
        item(
            BatchEntry::Change(kind.clone()),
            change_words(&kind),
            why_not,
        )
    }));
    items
}

const NOT_OFFERED: &str = "this gateway does not offer it";

/// The changes that the menu offers.
fn changes() -> Vec<BatchKind> {
    let set = |setting: fn(bool) -> Setting| [true, false].map(|on| BatchKind::Set(setting(on)));
    let who = |setting: fn(Audience) -> Setting| {
        [Audience::Admins, Audience::Members].map(|who| BatchKind::Set(setting(who)))
    };
    let mut changes = vec![BatchKind::Reset];
    changes.extend(set(Setting::Announce));
    changes.extend(set(Setting::Locked));
    changes.extend(set(Setting::JoinApproval));
    changes.extend(who(Setting::InviteBy));
    changes.extend(who(Setting::AddBy));
    changes.extend([BatchKind::AppendDescription, BatchKind::ReplaceInSubject]);
    changes
}

/// What an entry does, with dots because a table of it follows first.
fn change_words(kind: &BatchKind) -> String {
    let words = match kind {
        BatchKind::Reset => "reset the invite links".to_owned(),
        BatchKind::Set(setting) => Change::Set(setting.clone()).words(),
        BatchKind::AppendDescription => "add text to the end of descriptions".to_owned(),
        BatchKind::ReplaceInSubject => "find and replace in names".to_owned(),
    };
    format!("{} …", sentence(&words))
}

/// Why none of the marked groups can be changed now.
fn obstacle(state: &State) -> Option<String> {
    if state.lacks(Capability::Send) {
        return Some("your key lacks `send`".to_owned());
    }
    if state.requests.away.is_some() {
        return Some("the gateway does not answer".to_owned());
    }
    if state.batch_is_running() {
        return Some("another batch is running".to_owned());
    }
    let session = |entry: &Entry| state.sessions.get(&entry.key.session);
    let may =
        |entry: &Entry| session(entry).is_some_and(|session| !session.status.is_disconnected());
    (!any_marked(state, may)).then(|| "no account of them is connected".to_owned())
}

fn not_offered(state: &State, kind: &BatchKind) -> bool {
    let BatchKind::Set(setting) = kind else {
        return false;
    };
    let has = |group: &Group| match setting {
        Setting::InviteBy(_) => group.invite_by.is_some(),
        Setting::JoinApproval(_) => group.join_approval.is_some(),
        Setting::AddBy(_) => group.add_by.is_some(),
        _ => true,
    };
    !any_marked(state, |entry| has(&entry.group))
}

fn any_marked(state: &State, is_so: impl Fn(&Entry) -> bool) -> bool {
    let groups = &state.groups;
    let entries = groups.entries.iter().enumerate();
    let mut marked = entries.filter(|(at, _)| groups.marks.contains(*at));
    marked.any(|(_, entry)| is_so(entry))
}

#[must_use]
pub(crate) fn batch_menu_parts(state: &State, screen: &Screen, menu: &BatchMenu) -> BatchMenuParts {
    let count = u16::try_from(batch_items(state).len()).unwrap_or(u16::MAX);
    let height = count.clamp(1, content_height(screen).saturating_sub(1).max(1));
    let buttons = vec![
        Button::new(ButtonId::Confirm, "Go on"),
        Button::new(ButtonId::Close, "Close"),
    ];
    let dialog = dialog(
        screen,
        content_width(screen, WIDTH),
        height + 1,
        buttons,
        Some(ButtonId::Confirm),
    );
    let rows = Rect {
        height: height.min(dialog.content.height),
        ..dialog.content
    };
    BatchMenuParts {
        first: (menu.cursor + 1).saturating_sub(usize::from(rows.height).max(1)),
        dialog,
        rows,
    }
}

/// How many rows fit. At least 1.
#[must_use]
pub(crate) fn batch_menu_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::BatchMenu(menu))) => {
            usize::from(batch_menu_parts(state, &screen, menu).rows.height).max(1)
        }
        _ => 1,
    }
}
