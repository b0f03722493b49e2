//! Drawing primitives: truncated text, boxes, buttons, scrollbars. None writes outside the buffer.

use crate::console::keymap::Action;
use crate::console::layout::{ButtonSpot, Dialog, inside};
use crate::console::state::{ButtonId, State};
use crate::console::theme::Theme;
use crate::names::fit;
use crate::text;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, BorderType, Clear, Widget};
use unicode_segmentation::UnicodeSegmentation;

/// Writes clean text on the first row of an area, truncated with a mark if it does not fit. Returns the
/// rest of the row.
pub(crate) fn put(buffer: &mut Buffer, area: Rect, words: &str, style: Style) -> Rect {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return area;
    }
    let shown = text::truncate_to_width(&text::on_screen(words), usize::from(area.width));
    let (x, _) = buffer.set_stringn(area.x, area.y, &shown, usize::from(area.width), style);
    repaint_around_clusters(buffer, area.as_position(), &shown);
    Rect {
        x,
        width: area.right().saturating_sub(x),
        ..area
    }
}

/// A grapheme of several characters (letters with marks, Indic and Khmer syllables) may take more or fewer
/// columns on the terminal than were reserved. The cells after it that it may cover are written with every
/// frame, and its own cells when it disappears.
fn repaint_around_clusters(buffer: &mut Buffer, at: Position, shown: &str) {
    if shown.is_ascii() {
        return;
    }
    let mut x = at.x;
    for grapheme in shown.graphemes(true) {
        let end = x.saturating_add(columns(grapheme));
        let parts = u16::try_from(grapheme.chars().count()).unwrap_or(u16::MAX);
        if parts > 1 {
            for inside in x.saturating_add(1)..end {
                if let Some(cell) = buffer.cell_mut((inside, at.y)) {
                    // Differs from any later cell at this position, so the diff will write that one.
                    cell.modifier.insert(Modifier::HIDDEN);
                }
            }
            for spilled in end..x.saturating_add(parts.saturating_mul(2)) {
                if let Some(cell) = buffer.cell_mut((spilled, at.y)) {
                    cell.set_diff_option(CellDiffOption::AlwaysUpdate);
                }
            }
        }
        x = end;
    }
}

/// Writes right-aligned. Returns the rest of the row.
pub(crate) fn put_right(buffer: &mut Buffer, area: Rect, words: &str, style: Style) -> Rect {
    let width = columns(words).min(area.width);
    let at = Rect {
        x: area.right() - width,
        width,
        ..area
    };
    put(buffer, at, words, style);
    Rect {
        width: area.width - width,
        ..area
    }
}

/// Writes centred.
pub(crate) fn put_centred(buffer: &mut Buffer, area: Rect, words: &str, style: Style) {
    let width = columns(words).min(area.width);
    let at = Rect {
        x: area.x + (area.width - width) / 2,
        width,
        ..area
    };
    put(buffer, at, words, style);
}

/// Writes pieces in sequence.
pub(crate) fn put_all<'a>(
    buffer: &mut Buffer,
    area: Rect,
    pieces: impl IntoIterator<Item = (&'a str, Style)>,
) -> Rect {
    pieces
        .into_iter()
        .fold(area, |left, (words, style)| put(buffer, left, words, style))
}

/// Width of a clean text in columns.
pub(crate) fn columns(words: &str) -> u16 {
    u16::try_from(text::width(words)).unwrap_or(u16::MAX)
}

/// An area without its first columns.
pub(crate) fn after(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect {
        x: area.x + columns,
        width: area.width - columns,
        ..area
    }
}

/// The lower rows of an area.
pub(crate) fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// Lines of the same style from the top of an area; lines that do not fit are omitted.
pub(crate) fn put_lines<S: AsRef<str>>(buffer: &mut Buffer, area: Rect, lines: &[S], style: Style) {
    for (at, line) in (0..area.height).zip(lines) {
        put(buffer, below(area, at), line.as_ref(), style);
    }
}

/// Lines centred in an area.
pub(crate) fn put_block<S: AsRef<str>>(buffer: &mut Buffer, area: Rect, lines: &[(S, Style)]) {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = area.height.saturating_sub(height) / 2;
    for (at, (line, style)) in (top..area.height).zip(lines) {
        put_centred(buffer, below(area, at), line.as_ref(), *style);
    }
}

/// The box of a pane, with its title.
pub(crate) fn pane(buffer: &mut Buffer, theme: &Theme, area: Rect, title: &str, focused: bool) {
    let (border, style) = if focused {
        (
            theme.border_focused,
            theme.border_focused.patch(theme.title),
        )
    } else {
        (theme.border, theme.text)
    };
    frame(buffer, area, border, title, style);
}

/// A rounded box with a title in its upper border.
pub(crate) fn frame(buffer: &mut Buffer, area: Rect, border: Style, title: &str, style: Style) {
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(border)
        .render(area.intersection(buffer.area), buffer);
    if title.is_empty() || area.width < 6 {
        return;
    }
    let title = format!(
        " {} ",
        text::truncate_to_width(title, usize::from(title_room(area)))
    );
    put(buffer, after(area, 2), &title, style);
}

/// Width of a box's title in columns.
pub(crate) fn title_room(area: Rect) -> u16 {
    area.width.saturating_sub(6)
}

/// Clears an area, including a wide character that reaches into it from the left.
pub(crate) fn clear(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    if let Some(before) = area.x.checked_sub(1) {
        for y in area.top()..area.bottom() {
            if let Some(cell) = buffer.cell_mut((before, y))
                && text::width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
        }
    }
    Clear.render(area, buffer);
}

/// An empty dialog box with its title and its buttons.
pub(crate) fn dialog(buffer: &mut Buffer, theme: &Theme, dialog: &Dialog, title: &str) {
    clear(buffer, dialog.area);
    pane(buffer, theme, dialog.area, title, true);
    buttons(buffer, theme, &dialog.buttons);
}

/// A row of buttons. A focused button of an irreversible action has the danger style.
pub(crate) fn buttons(buffer: &mut Buffer, theme: &Theme, buttons: &[ButtonSpot]) {
    for button in buttons {
        let dangerous = matches!(button.id, ButtonId::Confirm | ButtonId::Discard);
        let style = match (button.enabled, button.focused, dangerous) {
            (false, ..) => theme.disabled,
            (true, true, true) => theme.button_danger,
            (true, true, false) => theme.button_focused,
            (true, false, _) => theme.button,
        };
        put(buffer, button.area, &format!("[ {} ]", button.label), style);
    }
}

/// A scrollbar on the right border of a pane, next to its rows.
pub(crate) fn scrollbar(
    buffer: &mut Buffer,
    theme: &Theme,
    pane: Rect,
    rows: Rect,
    first: usize,
    total: usize,
) {
    let seen = usize::from(rows.height);
    if total <= seen || seen == 0 || inside(pane).is_empty() {
        return;
    }
    let length = (seen * seen / total).max(1);
    let last_top = seen - length;
    let top = (first * last_top)
        .div_ceil((total - seen).max(1))
        .min(last_top);
    for at in top..top + length {
        let at = u16::try_from(at).unwrap_or(0);
        if let Some(cell) = buffer.cell_mut((pane.right() - 1, rows.y + at)) {
            cell.set_symbol("┃").set_style(theme.accent);
        }
    }
}

/// The longest end of a text that fits.
pub(crate) fn tail(words: &str, columns: usize) -> &str {
    let mut start = 0;
    while text::width(&words[start..]) > columns {
        let mut rest = words[start..].char_indices();
        rest.next();
        start += rest.next().map_or(words.len() - start, |(at, _)| at);
    }
    &words[start..]
}

/// The first key of an action, as the footer writes it.
pub(crate) fn key(state: &State, action: Action) -> String {
    state
        .options
        .keymap
        .keys(action)
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The mark of a row, in the first of two columns. Returns the rest of the row.
pub(crate) fn mark(buffer: &mut Buffer, theme: &Theme, area: Rect, is_marked: bool) -> Rect {
    put(
        buffer,
        area,
        if is_marked { "✓" } else { " " },
        theme.accent,
    );
    after(area, 2)
}

/// A text in a column of this width, cut to leave a gap of one. Returns the rest of the row.
pub(crate) fn cell(
    buffer: &mut Buffer,
    area: Rect,
    columns: u16,
    words: &str,
    style: Style,
) -> Rect {
    let columns = columns.min(area.width);
    let words = fit(words, usize::from(columns.saturating_sub(1))).shown;
    put(buffer, area, &words, style);
    after(area, columns)
}

/// A column of this width at the end of a row, and the rest of the row before it.
#[must_use]
pub(crate) fn at_end(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let cell = Rect {
        x: area.right() - columns,
        width: columns,
        ..area
    };
    let rest = Rect {
        width: area.width - columns,
        ..area
    };
    (cell, rest)
}

/// The mark before the selected row, which also works without colours.
pub(crate) fn bar(buffer: &mut Buffer, state: &State, area: Rect, selected: bool, focused: bool) {
    if !selected {
        return;
    }
    let theme = &state.options.theme;
    let style = if focused { theme.accent } else { theme.dim };
    for at in 0..area.height {
        put(
            buffer,
            Rect {
                width: 1,
                ..below(area, at)
            },
            "▌",
            style,
        );
    }
}
