//! "Print sheet".

use super::field;
use super::paint::{after, below, dialog, put, scrollbar};
use crate::console::layout::{Screen, sheet_parts};
use crate::console::state::{SheetDialog, SheetField, SheetPhase, State};
use crate::names::fit;
use crate::sheet::SheetFormat;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Columns of the fields' names.
const NAMES: u16 = 10;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    sheet: &SheetDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = sheet_parts(state, screen, sheet);
    dialog(buffer, theme, &parts.dialog, "Print sheet");
    let mut cursor = None;
    for (field, area) in parts.fields {
        let focused = sheet.field() == Some(field);
        let (mark, style) = if focused {
            ("▸ ", theme.accent)
        } else {
            ("  ", theme.dim)
        };
        put(buffer, area, &format!("{mark}{}", name(field)), style);
        let place = after(area, NAMES);
        if field == SheetField::Name && sheet.is_choosing() {
            // Below the values of the other rows, which have a mark before them.
            let end = field::single(&sheet.name, after(place, 2), theme.input, buffer);
            if focused {
                cursor = Some(end);
            }
            continue;
        }
        let value = value(state, sheet, field);
        let room = usize::from(place.width).saturating_sub(4);
        let shown = fit(&value, room).shown;
        let shown = if focused {
            format!("‹ {shown} ›")
        } else {
            format!("  {shown}")
        };
        let style = if sheet.is_choosing() {
            theme.text
        } else {
            theme.dim
        };
        put(buffer, place, &shown, style);
    }
    let style = match sheet.phase {
        SheetPhase::Choosing(None) => theme.dim,
        SheetPhase::Choosing(Some(_)) => theme.bad,
        SheetPhase::Reading { .. } | SheetPhase::Saving(_) => theme.accent,
        SheetPhase::Done { .. } => theme.text,
    };
    let lines = parts.text.iter().skip(parts.first);
    for (at, line) in (0..parts.words.height).zip(lines) {
        put(buffer, below(parts.words, at), line, style);
    }
    if sheet.is_done() {
        let (area, count) = (parts.dialog.area, parts.text.len());
        scrollbar(buffer, theme, area, parts.words, parts.first, count);
    }
    cursor
}

fn name(field: SheetField) -> &'static str {
    match field {
        SheetField::Groups => "Groups",
        SheetField::Layout => "Layout",
        SheetField::Text => "Text",
        SheetField::Format => "Format",
        SheetField::Name => "File",
    }
}

fn value(state: &State, sheet: &SheetDialog, field: SheetField) -> String {
    match field {
        SheetField::Groups => sheet.chosen().label.clone(),
        SheetField::Layout => sheet.layout.title().to_owned(),
        SheetField::Text => {
            let text = sheet.text.and_then(|at| state.options.copy.get(at));
            text.map_or("none".to_owned(), |text| text.name.clone())
        }
        SheetField::Format => match sheet.format {
            SheetFormat::Html => "HTML, to print from a browser",
            SheetFormat::Png => "PNG pictures",
            SheetFormat::Svg => "SVG pictures",
            SheetFormat::Csv => "CSV table",
        }
        .to_owned(),
        SheetField::Name => crate::text::clean_line(&sheet.name.lines().join(" ")).into_owned(),
    }
}
