//! How many lines flood alarm, marks and batch take above the footer, and what Esc does next.

use crate::console::state::{Layer, Pane, State};

/// How many lines are taken above the footer. A dialog that shows a code keeps the whole screen.
#[must_use]
pub(crate) fn marks_lines(state: &State) -> u16 {
    let covered = matches!(
        state.layers.last(),
        Some(Layer::Pairing(_) | Layer::Reset(_) | Layer::Qr | Layer::Counter(_))
    );
    let marks = &state.groups.marks;
    let any = marks.len() > 0 || marks.range_from.is_some() || state.link_list.is_some();
    if covered {
        0
    } else {
        u16::from(has_flood_line(state)) + u16::from(any) + u16::from(has_batch_line(state))
    }
}

/// Whether a line shows a flood alarm: unless its dialog is open.
#[must_use]
pub(super) fn has_flood_line(state: &State) -> bool {
    let shown = matches!(state.layers.last(), Some(Layer::Flood(_)));
    !shown && !state.floods.alarms.is_empty()
}

/// Whether a line shows how the batch stands: unless its dialog is open.
#[must_use]
pub(super) fn has_batch_line(state: &State) -> bool {
    let shown = matches!(
        state.layers.last(),
        Some(Layer::BatchProgress(_) | Layer::BatchResume(_))
    );
    !shown && (state.batch.is_some() || !state.unfinished.is_empty())
}

/// What Esc does next in the panes.
#[must_use]
pub(crate) fn escape_word(state: &State) -> Option<&'static str> {
    let groups = &state.groups;
    if groups.marks.range_from.is_some() {
        return Some("end range");
    }
    let marked = groups.marks.len() > 0;
    let card = state.card.as_ref();
    match state.focus {
        Pane::Group if card.is_some_and(|card| !card.find.text.is_empty()) => Some("clear filter"),
        Pane::Group => Some("back"),
        _ if state.link_list.is_some() => Some("stop the list"),
        Pane::Groups if !groups.filter.is_empty() => Some("clear filter"),
        _ if marked => Some("clear marks"),
        Pane::Groups => Some("back"),
        Pane::Sessions => None,
    }
}
