//! The history of a group.

use super::paint::{after, bar, below, dialog, put, put_lines, put_right, scrollbar};
use crate::console::layout::{Screen, history_parts};
use crate::console::state::{HistoryDialog, HistoryPhase, State};
use crate::console::words;
use crate::names::fit;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const TITLE: &str = "History";
/// Columns of a time, and of a name, with the gaps behind them.
const TIME: u16 = 20;
const NAME: u16 = 24;

pub(crate) fn draw(state: &State, screen: &Screen, history: &HistoryDialog, buffer: &mut Buffer) {
    let theme = &state.options.theme;
    let parts = history_parts(state, screen, history);
    let room = usize::from(parts.dialog.content.width).saturating_sub(TITLE.len() + 3);
    let name = fit(&state.group_name(&history.key), room).shown;
    dialog(buffer, theme, &parts.dialog, &format!("{TITLE} · {name}"));
    let rows = history.entries().iter().enumerate().skip(parts.first);
    for ((at, entry), line) in rows.zip(0..parts.rows.height) {
        let area = Rect {
            height: 1,
            ..below(parts.rows, line)
        };
        let selected = at == history.cursor;
        bar(buffer, state, area, selected, true);
        let mut rest = after(area, 2);
        if entry.refused.is_some() {
            rest = put_right(buffer, rest, "✘ refused", theme.bad);
            rest.width = rest.width.saturating_sub(1);
        }
        put(
            buffer,
            rest,
            &words::date(entry.at, &state.options.zone),
            theme.dim,
        );
        rest = after(rest, TIME);
        let who = fit(&entry.who, usize::from(NAME - 2)).shown;
        put(buffer, rest, &who, theme.text);
        put(buffer, after(rest, NAME), &entry.what, theme.text);
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
        history.entries().len(),
    );
    let style = match history.phase {
        HistoryPhase::Failed(_) => theme.bad,
        HistoryPhase::Reading(_) => theme.accent,
        HistoryPhase::Read { .. } | HistoryPhase::NotKept => theme.dim,
    };
    put_lines(buffer, parts.details, &parts.text, style);
}
