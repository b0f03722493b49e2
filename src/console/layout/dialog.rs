//! Dialogs: a box in the middle of the body with a row of buttons at the bottom.

use super::screen::{Screen, inside};
use crate::console::state::ButtonId;
use crate::text;
use ratatui::layout::Rect;

/// A button with its area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ButtonSpot {
    pub id: ButtonId,
    pub label: String,
    pub enabled: bool,
    pub focused: bool,
    pub area: Rect,
}

/// A button without an area yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Button {
    pub id: ButtonId,
    pub label: String,
    pub enabled: bool,
}

impl Button {
    #[must_use]
    pub(crate) fn new(id: ButtonId, label: impl Into<String>) -> Self {
        Self {
            id,
            label: label.into(),
            enabled: true,
        }
    }

    #[must_use]
    pub(crate) fn enabled(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }
}

/// A box over the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dialog {
    /// With its border.
    pub area: Rect,
    /// What it holds, without the row of buttons.
    pub content: Rect,
    pub buttons: Vec<ButtonSpot>,
}

/// A dialog of words and buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WordsParts {
    pub dialog: Dialog,
    pub title: String,
    /// All lines; those from `first` on are visible.
    pub text: Vec<String>,
    pub first: usize,
}

/// Columns that a dialog's border and padding take.
pub(super) const DIALOG_FRAME: u16 = 4;
/// A dialog that would leave fewer columns than these takes the whole body.
const RIM: u16 = 6;
/// Columns between two buttons.
const BUTTON_GAP: u16 = 2;

/// The widest content that a dialog can have.
#[must_use]
pub(crate) fn content_width(screen: &Screen, wished: u16) -> u16 {
    wished.min(screen.body.width.saturating_sub(DIALOG_FRAME))
}

/// The tallest content that a dialog with buttons can have.
#[must_use]
pub(crate) fn content_height(screen: &Screen) -> u16 {
    screen.body.height.saturating_sub(3)
}

/// A dialog around content of this size, in the middle of the body.
#[must_use]
pub(crate) fn dialog(
    screen: &Screen,
    width: u16,
    height: u16,
    buttons: Vec<Button>,
    focus: Option<ButtonId>,
) -> Dialog {
    let area = centred(
        screen.body,
        width.saturating_add(DIALOG_FRAME),
        height.saturating_add(3),
    );
    // A narrow rim of the panes below would be confusing.
    let area = if area.width + RIM >= screen.body.width {
        screen.body
    } else {
        area
    };
    let inner = inside(area);
    let content = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(2),
        height: inner.height.saturating_sub(1),
        ..inner
    };
    let foot = Rect {
        y: content.bottom(),
        height: 1,
        ..content
    };
    Dialog {
        area,
        content,
        buttons: button_row(foot, buttons, focus),
    }
}

/// An area of this size, or as much of it as fits, centred in another.
#[must_use]
pub(crate) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let width = width.min(area.width);
    let height = height.min(area.height);
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

/// Columns of a row of buttons.
#[must_use]
pub(crate) fn width(buttons: &[Button]) -> u16 {
    let gaps = BUTTON_GAP * u16::try_from(buttons.len().saturating_sub(1)).unwrap_or(0);
    buttons.iter().map(button_width).sum::<u16>() + gaps
}

fn button_width(button: &Button) -> u16 {
    u16::try_from(text::width(&button.label)).unwrap_or(0) + 4
}

/// Buttons in a row, at its right end.
#[must_use]
pub(crate) fn button_row(
    foot: Rect,
    buttons: Vec<Button>,
    focus: Option<ButtonId>,
) -> Vec<ButtonSpot> {
    let mut x = foot.right().saturating_sub(width(&buttons)).max(foot.x);
    buttons
        .into_iter()
        .map(|button| {
            let width = button_width(&button);
            let area = Rect { x, width, ..foot }.intersection(foot);
            x = x.saturating_add(width + BUTTON_GAP);
            ButtonSpot {
                focused: focus == Some(button.id),
                id: button.id,
                label: button.label,
                enabled: button.enabled,
                area,
            }
        })
        .collect()
}
