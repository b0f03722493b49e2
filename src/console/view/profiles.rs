//! The list of profiles.

use super::paint::{after, bar, below, columns, dialog, put, put_right, scrollbar};
use crate::console::layout::{Screen, profiles_parts};
use crate::console::state::{ProfilesDialog, ProfilesStep, State};
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Columns of a name, before its address.
const NAME: u16 = 20;

/// Draws the list; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    profiles: &ProfilesDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = profiles_parts(state, screen, profiles);
    dialog(buffer, theme, &parts.dialog, "Profiles");
    let rows = state.options.profiles.iter().enumerate().skip(parts.first);
    for ((at, profile), line) in rows.zip(0..parts.rows.height) {
        let area = Rect {
            height: 1,
            ..below(parts.rows, line)
        };
        let selected = at == profiles.cursor;
        bar(buffer, state, area, selected, true);
        let here = at == state.options.here;
        let text_area = after(area, 2);
        let mut rest = text_area;
        if here {
            rest = put_right(buffer, rest, "● here", theme.good);
            rest.width = rest.width.saturating_sub(1);
        }
        let name = text::clean_line(&profile.name);
        put(buffer, rest, &name, theme.text);
        let address = text::clean_line(&profile.address);
        let indent = NAME.max(columns(&name) + 2);
        put(buffer, after(rest, indent), &address, theme.dim);
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
        state.options.profiles.len(),
    );
    let style = match profiles.step {
        ProfilesStep::Failed(_) => theme.bad,
        ProfilesStep::Connecting(_) => theme.accent,
        ProfilesStep::Choosing | ProfilesStep::TypingToken(_) => theme.dim,
    };
    for (at, line) in (0..parts.words.height).zip(&parts.text) {
        put(buffer, below(parts.words, at), line, style);
    }
    let (ProfilesStep::TypingToken(typed), Some(field)) = (&profiles.step, parts.field) else {
        return None;
    };
    // A mask as long as the typed token, up to the available width.
    let room = usize::from(field.width.saturating_sub(1));
    let dots = "•".repeat(typed.chars().count().min(room));
    put(
        buffer,
        field,
        &" ".repeat(usize::from(field.width)),
        theme.input,
    );
    let behind = put(buffer, field, &dots, theme.input);
    Some(Position::new(behind.x, behind.y))
}
