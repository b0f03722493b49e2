//! The batch menu.

use super::paint::{after, bar, below, columns, dialog, put, put_right, scrollbar};
use crate::console::layout::{Screen, batch_items, batch_menu_parts};
use crate::console::state::{BatchMenu, State};
use crate::console::words;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub(crate) fn draw(state: &State, screen: &Screen, menu: &BatchMenu, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = batch_menu_parts(state, screen, menu);
    let title = match state.groups.marked() {
        (0, _) => "No group is marked".to_owned(),
        (marked, 0) => format!("{} marked", words::thousands(marked)),
        (marked, hidden) => format!(
            "{} marked, {} hidden",
            words::thousands(marked),
            words::thousands(hidden)
        ),
    };
    dialog(buffer, theme, &parts.dialog, &title);
    let items = batch_items(state);
    let rows = items.iter().enumerate().skip(parts.first);
    for ((at, item), line) in rows.zip(0..parts.rows.height) {
        let area = Rect {
            height: 1,
            ..below(parts.rows, line)
        };
        let selected = at == menu.cursor;
        bar(buffer, state, area, selected, true);
        let style = if item.why_not.is_some() {
            theme.disabled
        } else {
            theme.text
        };
        let rest = put(buffer, after(area, 2), &item.words, style);
        if let Some(reason) = &item.why_not
            && columns(reason) < rest.width
        {
            put_right(buffer, rest, reason, theme.disabled);
        }
        if selected {
            buffer.set_style(after(area, 1).intersection(buffer.area), theme.selected);
        }
    }
    scrollbar(
        buffer,
        theme,
        parts.dialog.area,
        parts.rows,
        parts.first,
        items.len(),
    );
}
