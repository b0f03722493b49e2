//! The help: every key with its action, and a search field.

use super::paint::{after, below, clear, columns, pane, put, put_block, put_right, scrollbar};
use crate::console::keymap::{Binding, KeyContext};
use crate::console::layout::{HelpLine, HelpParts, Screen, can, help_parts, needs};
use crate::console::state::{HelpDialog, State};
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Columns of the keys.
const KEYS: u16 = 16;

/// Draws the help; returns the position of the search's cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    help: &HelpDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = help_parts(state, screen, help);
    clear(buffer, parts.area);
    pane(buffer, theme, parts.area, "Help", true);
    let cursor = Some(search(state, help, &parts, buffer));
    if parts.found.is_empty() {
        let words = format!("Nothing about “{}”", text::clean_line(&help.search));
        let lines = [
            (words.as_str(), theme.title),
            ("", theme.text),
            ("Backspace makes the search wider", theme.dim),
        ];
        put_block(buffer, parts.rows, &lines);
        return cursor;
    }
    let lines = parts.lines();
    let width = parts.rows.width / u16::try_from(parts.columns).unwrap_or(1);
    for (position, found) in parts.found.iter().enumerate() {
        let (column, line) = (position / lines, position % lines);
        let Some(line) = line
            .checked_sub(parts.first)
            .and_then(|line| u16::try_from(line).ok())
            .filter(|line| *line < parts.rows.height)
        else {
            continue;
        };
        let area = after(
            below(parts.rows, line),
            width * u16::try_from(column).unwrap_or(0),
        );
        let area = Rect {
            width: width - 2,
            ..area
        };
        match found {
            HelpLine::Section(name) => {
                put(buffer, area, name, theme.title);
            }
            HelpLine::Key(binding) => one(state, binding, area, buffer),
            HelpLine::Fixed(key) => {
                fixed(state, key.keys, key.help, key.place, area, buffer);
            }
            HelpLine::Sign(sign) => {
                fixed(state, sign.symbol, sign.help, sign.place, area, buffer);
            }
        }
    }
    scrollbar(buffer, theme, parts.area, parts.rows, parts.first, lines);
    cursor
}

fn search(state: &State, help: &HelpDialog, parts: &HelpParts, buffer: &mut Buffer) -> Position {
    let theme = &state.options.theme;
    let found = format!("{} of {}", parts.count(), HelpParts::total());
    let mut line = parts.search;
    if !help.search.is_empty() {
        line = put_right(buffer, line, &found, theme.accent);
    }
    line = put(buffer, line, "Search: ", theme.key);
    let at = put(buffer, line, &text::clean_line(&help.search), theme.input);
    if help.search.is_empty() {
        put(
            buffer,
            after(at, 1),
            "type a word or a key",
            theme.placeholder,
        );
    }
    Position::new(at.x, at.y)
}

fn one(state: &State, binding: &Binding, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let lacking = needs(binding.action).filter(|capability| state.lacks(*capability));
    let written: Vec<_> = state
        .options
        .keymap
        .keys(binding.action)
        .iter()
        .map(ToString::to_string)
        .collect();
    let (key, style) = if can(state, binding.action) {
        (theme.key, theme.text)
    } else {
        (theme.disabled, theme.disabled)
    };
    let keys = Rect {
        width: KEYS.min(area.width),
        ..area
    };
    put(buffer, keys, &written.join(" "), key);
    let rest = put(buffer, after(area, KEYS + 1), binding.help, style);
    let note = match lacking {
        Some(capability) => format!("your key lacks `{capability}`"),
        None => contexts(binding.contexts),
    };
    if rest.width > columns(&note) + 1 {
        put_right(buffer, rest, &note, theme.dim);
    }
}

/// A fixed key or sign: its meaning, and where it applies.
fn fixed(state: &State, keys: &str, help: &str, place: &str, area: Rect, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let column = Rect {
        width: KEYS.min(area.width),
        ..area
    };
    put(buffer, column, keys, theme.key);
    let rest = put(buffer, after(area, KEYS + 1), help, theme.text);
    if rest.width > columns(place) + 1 {
        put_right(buffer, rest, place, theme.dim);
    }
}

/// Where a key works, unless almost everywhere.
fn contexts(contexts: &[KeyContext]) -> String {
    let words: Vec<_> = contexts
        .iter()
        .filter_map(|place| match place {
            KeyContext::Everywhere => None,
            KeyContext::Sessions => Some("sessions"),
            KeyContext::Groups => Some("groups"),
            KeyContext::Group => Some("card"),
            KeyContext::Qr => Some("code"),
        })
        .collect();
    if words.len() > 2 {
        String::new()
    } else {
        words.join(", ")
    }
}
