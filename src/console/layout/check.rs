//! The areas of "Why can't people join?"

use super::dialog::{Button, Dialog, content_height, content_width, dialog};
use super::screen::{Screen, row, screen};
use super::wrap::wrap;
use crate::console::checks::{Finding, Outcome};
use crate::console::state::{ButtonId, CheckDialog, FieldOrButton, Layer, State};
use ratatui::layout::Rect;

const WIDTH: u16 = 84;
/// Columns of mark and name before what was seen.
pub(crate) const CHECK_NAMES: u16 = 14;
/// The panel's buttons, from left to right.
pub(crate) const CHECK_BUTTONS: [ButtonId; 2] = [ButtonId::Confirm, ButtonId::Close];

/// One line of the findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckLine {
    pub outcome: Outcome,
    /// The check's name, on its first line.
    pub name: Option<&'static str>,
    pub words: String,
    /// Whether the words say what to do.
    pub is_todo: bool,
}

/// The panel's areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckParts {
    pub dialog: Dialog,
    /// The conclusion, already broken.
    pub head: Vec<String>,
    pub head_area: Rect,
    /// All lines; those from `first` on are visible.
    pub lines: Vec<CheckLine>,
    pub first: usize,
    pub lines_area: Rect,
    pub field: Rect,
}

#[must_use]
pub(crate) fn check_parts(state: &State, screen: &Screen, check: &CheckDialog) -> CheckParts {
    let width = content_width(screen, WIDTH);
    let report = state.check_report(check);
    let head = wrap(&report.head(), width, 2);
    let beside = width.saturating_sub(CHECK_NAMES);
    let lines: Vec<CheckLine> = (report.findings.iter())
        .flat_map(|finding| lines_of(finding, beside))
        .collect();
    let head_height = u16::try_from(head.len()).unwrap_or(2);
    // Head, gap, lines, gap, field, gap.
    let fixed = head_height + 4;
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let height = height.saturating_add(fixed).min(content_height(screen));
    let buttons = vec![
        Button::new(CHECK_BUTTONS[0], "Check again"),
        Button::new(CHECK_BUTTONS[1], "Close"),
    ];
    let focus = match check.focus {
        FieldOrButton::Button(button) => Some(button),
        FieldOrButton::Field => None,
    };
    let dialog = dialog(screen, width, height, buttons, focus);
    let content = dialog.content;
    let lines_area = Rect {
        y: content.y.saturating_add(head_height + 1),
        height: content.height.saturating_sub(fixed),
        ..content
    };
    CheckParts {
        head_area: Rect {
            height: head_height.min(content.height),
            ..content
        },
        first: check
            .scroll
            .min(lines.len().saturating_sub(usize::from(lines_area.height))),
        field: row(content, content.height.saturating_sub(2)),
        lines_area,
        head,
        lines,
        dialog,
    }
}

fn lines_of(finding: &Finding, width: u16) -> Vec<CheckLine> {
    let line = |words: String, is_todo| CheckLine {
        outcome: finding.outcome,
        name: None,
        words,
        is_todo,
    };
    // The outcome in words, so that it does not depend on mark and colour. What is unknown says so itself.
    let seen = match finding.outcome {
        Outcome::Ok => format!("ok · {}", finding.seen),
        Outcome::Problem => format!("problem · {}", finding.seen),
        Outcome::Unknown | Outcome::Checking => finding.seen.clone(),
    };
    let seen = wrap(&seen, width, 3).into_iter();
    let mut lines: Vec<_> = seen.map(|words| line(words, false)).collect();
    if let Some(first) = lines.first_mut() {
        first.name = Some(finding.check.label());
    }
    if let Some(todo) = &finding.todo {
        let todo = wrap(&format!("→ {todo}"), width, 3).into_iter();
        lines.extend(todo.map(|words| line(words, true)));
    }
    lines
}

/// How many lines of the findings fit, and how many there are.
#[must_use]
pub(crate) fn check_page(state: &State) -> (usize, usize) {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Check(check))) => {
            let parts = check_parts(state, &screen, check);
            (
                usize::from(parts.lines_area.height).max(1),
                parts.lines.len(),
            )
        }
        _ => (1, 0),
    }
}
