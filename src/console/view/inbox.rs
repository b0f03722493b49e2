//! The inbox of requests to join.

use super::footer::put_hint;
use super::paint::{
    after, at_end, bar, below, cell, dialog, mark, put, put_lines, put_right, scrollbar,
};
use crate::console::layout::{InboxParts, Screen, inbox_parts};
use crate::console::state::{Asker, AskerOutcome, InboxDialog, State};
use crate::console::words;
use crate::names::fit;
use crate::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

const TITLE: &str = "Requests to join";
/// Columns of number and end, with the gaps behind them.
const NUMBER: u16 = 19;
const END: u16 = 20;
/// Columns from which the account has a column of its own.
const WITH_ACCOUNT: u16 = 96;

/// Draws the inbox; returns the position of the text cursor.
pub(crate) fn draw(
    state: &State,
    screen: &Screen,
    inbox: &InboxDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    let parts = inbox_parts(state, screen, inbox);
    dialog(buffer, theme, &parts.dialog, TITLE);
    put(buffer, parts.head_area, &parts.head, theme.title);
    let cursor = filter(state, &parts, inbox, buffer);
    for hint in &parts.hints {
        put_hint(buffer, theme, hint);
    }
    let shown = inbox.shown();
    let visible = || (shown.iter().enumerate().skip(parts.first)).zip(0..parts.rows.height);
    let ends = visible().map(|((_, asker), _)| text::width(&ending(state, asker).0));
    // The rows' columns stand below each other.
    let end = (ends.max().unwrap_or(0) as u16)
        .min(END)
        .min(parts.rows.width / 3);
    for ((at, asker), line) in visible() {
        let area = Rect {
            height: 1,
            ..below(parts.rows, line)
        };
        let selected = at == inbox.cursor;
        bar(buffer, state, area, selected, true);
        one(state, inbox, asker, end, after(area, 1), buffer);
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
        shown.len(),
    );
    let selected = shown.get(inbox.cursor);
    let style = match selected.and_then(|row| row.outcome.as_ref()) {
        Some(AskerOutcome::Failed(_) | AskerOutcome::NotDone | AskerOutcome::Unknown) => theme.bad,
        _ => theme.dim,
    };
    put_lines(buffer, parts.details_area, &parts.details, style);
    cursor
}

fn filter(
    state: &State,
    parts: &InboxParts,
    inbox: &InboxDialog,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.options.theme;
    if let Some(words) = parts.progress.as_ref().filter(|_| !inbox.typing) {
        put(buffer, parts.filter, words, theme.accent);
        return None;
    }
    if inbox.filter.is_empty() && !inbox.typing {
        put(buffer, parts.filter, "/ filter", theme.dim);
        return None;
    }
    let rest = put(buffer, parts.filter, "/ ", theme.accent);
    let rest = put(buffer, rest, &inbox.filter, theme.input);
    (inbox.typing && !rest.is_empty()).then_some(Position::new(rest.x, rest.y))
}

/// The end of a row: what became of the request, or since when it waits.
fn ending(state: &State, asker: &Asker) -> (String, Style) {
    let theme = &state.options.theme;
    match (&asker.outcome, asker.since) {
        (Some(outcome), _) => {
            let style = match outcome {
                AskerOutcome::LetIn | AskerOutcome::Rejected => theme.good,
                AskerOutcome::Sending | AskerOutcome::Checking(_) => theme.accent,
                AskerOutcome::Elsewhere(_) => theme.dim,
                _ => theme.bad,
            };
            (outcome.words(), style)
        }
        (None, Some(at)) => (words::age(at, state.now), theme.dim),
        (None, None) => ("since ?".to_owned(), theme.dim),
    }
}

fn one(
    state: &State,
    inbox: &InboxDialog,
    asker: &Asker,
    end_width: u16,
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = &state.options.theme;
    let text = if asker.waits() { theme.text } else { theme.dim };
    let rest = mark(buffer, theme, area, inbox.marks.contains(&asker.id));
    let (end, style) = ending(state, asker);
    let end = fit(&end, usize::from(end_width)).shown;
    let (last, mut rest) = at_end(rest, end_width + 1);
    put_right(buffer, last, &end, style);
    let columns = rest.width.saturating_sub(NUMBER);
    let (name, account) = if area.width >= WITH_ACCOUNT {
        (columns / 3, columns / 4)
    } else {
        (columns / 2, 0)
    };
    let called = asker.name.as_deref().unwrap_or("no name");
    let style = if asker.name.is_some() {
        text
    } else {
        theme.dim
    };
    rest = cell(buffer, rest, name, called, style);
    rest = cell(buffer, rest, NUMBER, &asker.number_words(), theme.dim);
    let group = columns - name - account;
    rest = cell(buffer, rest, group, &asker.group, text);
    if account > 0 {
        cell(buffer, rest, account, &asker.account, theme.dim);
    }
}
