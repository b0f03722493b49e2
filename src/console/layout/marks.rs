//! The lines of the marks and of the batch above the footer.

use super::batch_before::sentence;
use super::batch_progress::batch_count;
use super::hint::{Hint, of_action};
use super::marks_lines::{escape_word, has_batch_line, has_flood_line};
use super::screen::{Screen, row};
use crate::console::keymap::Action;
use crate::console::state::{BatchPhase, State};
use crate::console::words;
use crate::text::{self, clean_line};
use ratatui::layout::Rect;

/// Columns between two hints.
const GAP: u16 = 2;

/// The line of the marks.
pub(crate) struct MarksBar {
    pub words: String,
    pub area: Rect,
    pub hints: Vec<Hint>,
    pub is_alarm: bool,
}

/// What the line of the batch says, unless its dialog is open.
fn batch_words(state: &State) -> Option<String> {
    if !has_batch_line(state) {
        return None;
    }
    if let Some(run) = &state.batch {
        let mark = if run.is_running() { "◌" } else { "·" };
        let words = sentence(&clean_line(&run.change));
        let is_waiting = (run.waiting.as_ref()).is_some_and(|(until, _)| *until > state.now);
        let still = match run.phase {
            BatchPhase::Pausing | BatchPhase::Paused => " · paused",
            BatchPhase::Running if is_waiting => " · waits",
            _ => "",
        };
        return Some(format!("{mark} {words} · {}{still}", batch_count(run)));
    }
    let open = state.unfinished.first()?;
    let left = open.rows.iter().filter(|row| row.outcome.is_none());
    Some(format!(
        "! Not finished: {} · {} left",
        clean_line(&open.change),
        words::count(left.count(), "group", "groups")
    ))
}

/// The line of the batch, with the key that shows it.
#[must_use]
pub(crate) fn batch_bar(state: &State, screen: &Screen) -> Option<MarksBar> {
    let said = batch_words(state)?;
    let line = row(screen.marks, screen.marks.height.checked_sub(1)?);
    Some(bar(state, line, Action::BatchMenu, "show", |_| said))
}

/// Words with the key of one action. They are asked for with the columns that they have.
pub(super) fn bar(
    state: &State,
    line: Rect,
    action: Action,
    word: &'static str,
    words: impl FnOnce(usize) -> String,
) -> MarksBar {
    let hint = of_action(state, action, word);
    let room = line.width.saturating_sub(hint.area.width + GAP + 2);
    let said = words(usize::from(room));
    let width = u16::try_from(text::width(&said)).unwrap_or(u16::MAX);
    let area = Rect {
        x: line.x + 1,
        width: width.min(room),
        ..line
    };
    let hint = Hint {
        area: Rect {
            x: area.right() + GAP,
            y: line.y,
            ..hint.area
        },
        ..hint
    };
    MarksBar {
        words: said,
        area,
        hints: vec![hint],
        is_alarm: action == Action::Flood,
    }
}

/// The line's words and hints; of the hints those that fit.
#[must_use]
pub(crate) fn marks_bar(state: &State, screen: &Screen) -> Option<MarksBar> {
    let line = row(screen.marks, u16::from(has_flood_line(state)));
    if line.is_empty() {
        return None;
    }
    let groups = &state.groups;
    let any = groups.marks.len() > 0 || groups.marks.range_from.is_some();
    if !any && state.link_list.is_none() {
        return None;
    }
    let (marked, hidden) = groups.marked();
    let hidden = match hidden {
        0 => String::new(),
        hidden => format!(" ({} hidden)", words::thousands(hidden)),
    };
    let range = groups.range().map(Iterator::count);
    let in_range = range.map_or(String::new(), |rows| {
        format!(" · range of {}", words::thousands(rows))
    });
    let mut said = format!("✓ {} marked{hidden}{in_range}", words::thousands(marked));
    if let Some(list) = &state.link_list {
        let (done, total) = (list.done(), list.groups.len());
        let paused = list.reading.as_ref().and_then(|reading| reading.paused);
        let pause = paused.filter(|until| *until > state.now);
        let pause = pause.map(|until| words::seconds(state.now, until));
        let pause = pause.map_or(String::new(), |pause| format!(", goes on in {pause}"));
        said = format!("◌ reading links: {done} of {total}{pause}");
    }
    let escape = match escape_word(state) {
        Some("clear marks") => Some("clear"),
        word => word.filter(|word| matches!(*word, "end range" | "stop the list")),
    };
    let mut wanted = Vec::new();
    if range.is_some() {
        wanted.push(of_action(state, Action::MarkRange, "end range"));
    } else if state.link_list.is_none() {
        wanted.push(of_action(state, Action::CopyLink, "copy list"));
    }
    if range.is_none() && state.link_list.is_none() {
        wanted.push(of_action(state, Action::Sheet, "sheet"));
        wanted.push(of_action(state, Action::ResetLink, "reset"));
    }
    wanted.push(of_action(state, Action::BatchMenu, "more …"));
    wanted.extend(escape.map(|word| of_action(state, Action::Back, word)));
    let said_width = u16::try_from(text::width(&said)).unwrap_or(u16::MAX);
    let area = Rect {
        x: line.x + 1,
        width: said_width.min(line.width.saturating_sub(2)),
        ..line
    };
    let room = line.width.saturating_sub(area.width + GAP + 3);
    let width = |hints: &[Hint]| hints.iter().map(|hint| hint.area.width + GAP).sum::<u16>();
    // The first ones are given up first: their keys stay in the menu and in the help.
    while width(&wanted) > room + GAP && !wanted.is_empty() {
        wanted.remove(0);
    }
    let mut x = area.right() + GAP + 1;
    for hint in &mut wanted {
        hint.area = Rect {
            x,
            y: line.y,
            ..hint.area
        };
        x += hint.area.width + GAP;
    }
    Some(MarksBar {
        words: said,
        area,
        hints: wanted,
        is_alarm: false,
    })
}
