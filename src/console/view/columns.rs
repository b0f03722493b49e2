//! The list of columns.

use super::paint::{after, bar, below, dialog, put};
use crate::console::layout::{Screen, columns_parts};
use crate::console::state::{ColumnsDialog, GroupColumn, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(crate) fn draw(state: &State, screen: &Screen, columns: &ColumnsDialog, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = columns_parts(screen, columns);
    dialog(buffer, theme, &parts.dialog, "Columns of the list");
    let names = GroupColumn::NAMES.into_iter().enumerate();
    for ((at, (column, _)), line) in names.zip(0..parts.rows.height) {
        let area = Rect {
            height: 1,
            ..below(parts.rows, line)
        };
        let selected = at == columns.cursor;
        bar(buffer, state, area, selected, true);
        let hidden = state.groups.hidden_columns.contains(&column);
        let mark = if hidden { "[ ] " } else { "[x] " };
        let name = match column {
            GroupColumn::Account => "Account, where several are listed",
            GroupColumn::Members => "Members",
            GroupColumn::Role => "Role",
            GroupColumn::Switches => "Switches (A announce, L locked)",
            GroupColumn::Age => "Age",
        };
        put(buffer, after(area, 2), &format!("{mark}{name}"), theme.text);
        if selected {
            buffer.set_style(after(area, 1).intersection(buffer.area), theme.selected);
        }
    }
}
