//! The areas of a batch's dialog before it begins: consequence, texts, and a line for each group.

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, row, screen};
use super::wrap::wrap;
use crate::api::{Audience, Setting};
use crate::batch::about;
use crate::console::state::{BatchBefore, BatchFocus, BatchKind, ButtonId, Layer, State};
use crate::console::words;
use ratatui::layout::{Position, Rect};

const WIDTH: u16 = 92;
/// Columns of a field's name.
pub(crate) const BATCH_FIELD_NAME: u16 = 14;
/// From left to right.
pub(crate) const BATCH_BEFORE_BUTTONS: [ButtonId; 2] = [ButtonId::Confirm, ButtonId::Cancel];

/// The dialog's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BatchBeforeParts {
    pub dialog: Dialog,
    pub title: String,
    /// The consequence, already broken.
    pub head: Vec<String>,
    pub head_area: Rect,
    /// The names of the fields, and their lines.
    pub fields: Vec<(&'static str, Rect)>,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
}

impl BatchBeforeParts {
    #[must_use]
    pub(crate) fn field_at(&self, at: Position) -> Option<usize> {
        self.fields.iter().position(|(_, area)| area.contains(at))
    }
}

#[must_use]
pub(crate) fn batch_before_parts(
    state: &State,
    screen: &Screen,
    before: &BatchBefore,
) -> BatchBeforeParts {
    let width = content_width(screen, WIDTH);
    let head = wrap(&head(before), width, 4);
    let labels: &[&'static str] = match before.kind {
        BatchKind::Reset | BatchKind::Set(_) => &[],
        BatchKind::AppendDescription => &["Add"],
        BatchKind::ReplaceInSubject => &["Find", "Replace by"],
    };
    let sent = before.plan.as_ref().map_or(0, |plan| plan.sent);
    let yes = match before.kind {
        BatchKind::Reset => format!("Reset {}", words::count(sent, "link", "links")),
        _ => format!("Change {}", words::count(sent, "group", "groups")),
    };
    let possible = sent > 0 && state.requests.away.is_none();
    let buttons = vec![
        Button::new(BATCH_BEFORE_BUTTONS[0], yes).enabled(possible),
        Button::new(BATCH_BEFORE_BUTTONS[1], "Cancel"),
    ];
    let focus = match before.focus {
        BatchFocus::Button(button) => Some(button),
        BatchFocus::Field(_) => None,
    };
    let head_height = u16::try_from(head.len()).unwrap_or(4);
    let fields_height = u16::try_from(labels.len()).unwrap_or(2);
    let gap = u16::from(fields_height > 0);
    // Head, gap, fields, gap, rows, gap.
    let fixed = head_height + 1 + fields_height + gap + 1;
    let count = u16::try_from(before.groups.len()).unwrap_or(u16::MAX);
    let height = fixed
        .saturating_add(count.max(3))
        .min(content_height(screen));
    let dialog = dialog(screen, width, height, buttons, focus);
    let content = dialog.content;
    let top = head_height + 1;
    let fields = (top..)
        .zip(labels)
        .map(|(at, label)| (*label, row(content, at)));
    let rows = Rect {
        y: content.y.saturating_add(fixed - 1),
        height: content.height.saturating_sub(fixed),
        ..content
    };
    let lines = before.plan.as_ref().map_or(0, |plan| plan.order.len());
    let last = lines.saturating_sub(usize::from(rows.height));
    BatchBeforeParts {
        title: title(before),
        head_area: Rect {
            height: head_height.min(content.height),
            ..content
        },
        head,
        fields: fields.collect(),
        first: before.scroll.min(last),
        rows,
        dialog,
    }
}

fn title(before: &BatchBefore) -> String {
    let groups = words::count(before.groups.len(), "group", "groups");
    let what = match &before.kind {
        BatchKind::Reset => "Reset the invite link".to_owned(),
        BatchKind::AppendDescription => "Add to the end of descriptions".to_owned(),
        BatchKind::ReplaceInSubject => "Find and replace in names".to_owned(),
        BatchKind::Set(_) => match before.change() {
            Some(change) => sentence(&change.words()),
            None => String::new(),
        },
    };
    format!("{what} · {groups}")
}

/// Words with a capital at the beginning.
#[must_use]
pub(crate) fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// The consequence in numbers, what cannot be done, and the time.
fn head(before: &BatchBefore) -> String {
    let Some(plan) = &before.plan else {
        return match before.kind {
            BatchKind::AppendDescription => {
                "Type the text that every description gets as its last line."
            }
            _ => "Type the text to find in the names; upper and lower case count.",
        }
        .to_owned();
    };
    let left_out = plan.order.len() - plan.sent;
    let cannot = match left_out {
        0 => String::new(),
        count => format!(
            " {} left out, with the reason below.",
            words::count(count, "is", "are")
        ),
    };
    if plan.sent == 0 {
        return "Nothing can be done in these groups; each line has the reason.".to_owned();
    }
    let time = format!(" Paced, it takes about {}.", about(plan.time));
    let time = if plan.time.as_secs() > 1 {
        time
    } else {
        String::new()
    };
    format!("{}{cannot}{time}", consequence(before, plan.sent))
}

fn consequence(before: &BatchBefore, sent: usize) -> String {
    let groups = words::count(sent, "group", "groups");
    match &before.kind {
        BatchKind::Reset if sent == 1 => {
            "1 link dies at once, with every copy, code and poster of it.".to_owned()
        }
        BatchKind::Reset => format!(
            "{} links die at once, with every copy, code and poster of them.",
            words::thousands(sent)
        ),
        BatchKind::AppendDescription => {
            format!("{groups} get the text at the end of the description; members see that.")
        }
        BatchKind::ReplaceInSubject => format!("{groups} get another name; members see that."),
        BatchKind::Set(setting) => match setting {
            Setting::Announce(true) => format!("In {groups} only admins can post."),
            Setting::Announce(false) => format!("In {groups} all members can post."),
            Setting::Locked(true) => format!("In {groups} only admins can edit the info."),
            Setting::Locked(false) => format!("In {groups} all members can edit the info."),
            Setting::JoinApproval(true) => format!("Who joins {groups} waits for an admin."),
            Setting::JoinApproval(false) => {
                format!("Whoever has the link joins {groups} at once.")
            }
            Setting::InviteBy(Audience::Admins) => {
                format!("In {groups} only admins have the link.")
            }
            Setting::InviteBy(_) => format!("In {groups} all members can invite by link."),
            Setting::AddBy(Audience::Admins) => format!("In {groups} only admins can add members."),
            Setting::AddBy(_) => format!("In {groups} all members can add others."),
            _ => format!("{groups} are changed."),
        },
    }
}

/// How many rows fit, and how many there are.
#[must_use]
pub(crate) fn batch_before_page(state: &State) -> (usize, usize) {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::BatchBefore(before))) => {
            let parts = batch_before_parts(state, &screen, before);
            let lines = before.plan.as_ref().map_or(0, |plan| plan.order.len());
            (usize::from(parts.rows.height).max(1), lines)
        }
        _ => (1, 0),
    }
}
