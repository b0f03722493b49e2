//! "Opening hours".

use super::field;
use super::paint::{after, below, dialog, put};
use crate::console::layout::{Screen, hours_parts};
use crate::console::state::{HoursDialog, HoursFocus, State};
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

/// Columns of the fields' names.
const NAMES: u16 = 8;

/// Draws the dialog; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    hours: &HoursDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = hours_parts(state, screen, hours);
    let title = format!("Opening hours · {}", hours.name);
    dialog(buffer, theme, &parts.dialog, &title);
    let mut cursor = None;
    let fields = [
        (parts.zone, "Zone", &hours.zone, HoursFocus::Zone),
        (parts.rules, "Open", &hours.rules, HoursFocus::Rules),
    ];
    for (area, name, text, focus) in fields {
        let focused = hours.takes_text() && hours.focus == focus;
        let style = if focused { theme.accent } else { theme.dim };
        let mark = if focused { "▸ " } else { "  " };
        put(buffer, area, &format!("{mark}{name}"), style);
        let place = field::single(text, after(area, NAMES), theme.input, buffer);
        if focused {
            cursor = Some(place);
        }
    }
    let fault = parts.text.first().is_some_and(|line| line.starts_with('✘'));
    let style = if fault { theme.bad } else { theme.dim };
    for (at, line) in (0..parts.words.height).zip(&parts.text) {
        put(buffer, below(parts.words, at), line, style);
    }
    cursor
}
