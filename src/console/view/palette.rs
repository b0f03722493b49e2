//! The palette.

use super::paint::{
    after, bar, below, clear, columns, pane, put, put_block, put_right, scrollbar, tail,
};
use crate::console::layout::{Screen, palette_parts, palette_row};
use crate::console::state::{Palette, State};
use crate::names::fit;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Draws the palette; returns the position of the search's cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    palette: &Palette,
    buffer: &mut Buffer,
) -> Position {
    let theme = &state.options.theme;
    let parts = palette_parts(screen, palette);
    clear(buffer, parts.area);
    pane(buffer, theme, parts.area, "Go to, or do", true);
    let line = put(buffer, after(parts.search, 1), ": ", theme.key);
    let search = text::clean_line(&palette.search);
    let shown = tail(&search, usize::from(line.width.saturating_sub(2)));
    let at = put(buffer, line, shown, theme.input);
    if palette.search.is_empty() {
        let hint = "a group, an action, an account, a gateway, a theme";
        put(buffer, after(at, 1), hint, theme.placeholder);
    }
    if palette.found.is_empty() {
        let words = format!("Nothing is called “{}”", fit(&search, 40).shown);
        put_block(buffer, parts.rows, &[(words, theme.title)]);
        return Position::new(at.x, at.y);
    }
    let items = palette.found.iter().enumerate().skip(parts.first);
    for ((position, item), line) in items.zip(0..parts.rows.height) {
        let area = Rect {
            height: 1,
            ..below(parts.rows, line)
        };
        let selected = position == palette.cursor;
        bar(buffer, state, area, selected, true);
        let row = palette_row(state, item);
        let (name_style, key_style) = match &row.obstacle {
            Some(_) => (theme.disabled, theme.disabled),
            None => (theme.text, theme.key),
        };
        let mut inner = after(area, 2);
        inner.width = inner.width.saturating_sub(1);
        let mut rest = put_right(buffer, inner, &row.key, key_style);
        rest.width = rest.width.saturating_sub(2);
        let kind = row.obstacle.as_deref().unwrap_or(&row.kind);
        // What an item is gets at least a third beside a long name, the reason of an obstacle two thirds.
        let third = rest.width / 3;
        let most = if row.obstacle.is_some() {
            third
        } else {
            rest.width - third
        };
        let wanted = columns(&row.name).min(most);
        let kind = fit(kind, usize::from(rest.width.saturating_sub(wanted + 2))).shown;
        let mut name = put_right(buffer, rest, &kind, theme.dim);
        name.width = name.width.saturating_sub(2);
        let shown = fit(&row.name, usize::from(name.width)).shown;
        put(buffer, name, &shown, name_style);
        if selected {
            buffer.set_style(after(area, 1).intersection(buffer.area), theme.selected);
        }
    }
    let rows = palette.found.len();
    scrollbar(buffer, theme, parts.area, parts.rows, parts.first, rows);
    Position::new(at.x, at.y)
}
