//! The areas of the list of columns.

use super::dialog::{Button, Dialog, content_width, dialog};
use super::screen::Screen;
use crate::console::state::{ButtonId, ColumnsDialog, GroupColumn};
use ratatui::layout::Rect;

const WIDTH: u16 = 46;

pub(crate) struct ColumnsParts {
    pub dialog: Dialog,
    pub rows: Rect,
}

#[must_use]
pub(crate) fn columns_parts(screen: &Screen, _: &ColumnsDialog) -> ColumnsParts {
    let height = u16::try_from(GroupColumn::NAMES.len()).unwrap_or(u16::MAX);
    let dialog = dialog(
        screen,
        content_width(screen, WIDTH),
        height + 1,
        vec![Button::new(ButtonId::Close, "Close")],
        Some(ButtonId::Close),
    );
    let content = dialog.content;
    ColumnsParts {
        rows: Rect {
            height: height.min(content.height),
            ..content
        },
        dialog,
    }
}
