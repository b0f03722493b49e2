//! Where things stand: a pure function of the state, shared by drawing and mouse input.

mod able;
mod card;
mod dialog;
mod footer;
mod form;
mod groups;
mod help;
mod overlays;
mod pairing;
mod panes;
mod profiles;
mod rename;
mod wrap;

pub use able::{can, needs};
pub use card::{CardParts, Detail, card_parts, details};
pub use dialog::{ButtonSpot, Dialog};
pub use footer::{Hint, hints};
pub use form::{COUNTS, FormLine, FormParts, LABELS, Note, form_parts, value_word};
pub use groups::{
    GroupColumns, GroupsParts, group_columns, group_head, groups_notice, groups_parts,
};
pub use help::{HelpLine, HelpParts, help_parts};
pub use overlays::{
    QrDrawing, QrParts, ResetParts, WordsParts, confirm_parts, failure_parts, qr_parts, reset_parts,
};
pub use pairing::{PairParts, pair_buttons, pair_field, pair_parts, pair_way};
pub use panes::{MIN_SIZE, Screen, SessionsParts, inside, row, screen, sessions_parts};
pub use profiles::{ProfilesParts, profiles_parts};
pub use rename::{RenameParts, rename_buttons, rename_parts};
pub use wrap::wrap;

use super::keymap::Action;
use super::state::{ButtonId, FormFocus, Layer, Pane, Sort, State};
use ratatui::layout::{Position, Rect};

/// What is under the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A row of the sessions, counted from "All sessions" = 0.
    SessionRow(usize),
    /// A row of the groups, counted from the first one, not from the first visible one.
    GroupRow(usize),
    /// Somewhere else in a pane.
    Pane(Pane),
    /// The filter line.
    Filter,
    /// The head of a column of the groups.
    GroupHead(Sort),
    /// A word of the footer.
    Hint(Action),
    /// The link or its code on the card.
    Link,
    /// A button of the top layer.
    Button(ButtonId),
    /// A row of the profiles.
    ProfileRow(usize),
    /// A field of the edit form.
    Field(FormFocus),
    /// Inside the top layer, on nothing in particular.
    Layer,
    Nothing,
}

/// What is at a cell of the screen.
#[must_use]
pub fn hit(state: &State, column: u16, row: u16) -> Target {
    let Some(screen) = screen(state) else {
        return Target::Nothing;
    };
    let at = Position::new(column, row);
    if screen.footer.contains(at) {
        return hints(state, &screen)
            .into_iter()
            .find(|hint| hint.area.contains(at))
            .map_or(Target::Nothing, |hint| hint.target);
    }
    match state.layers.last() {
        Some(layer) => hit_layer(state, &screen, layer, at),
        None => hit_panes(state, &screen, at),
    }
}

fn hit_layer(state: &State, screen: &Screen, layer: &Layer, at: Position) -> Target {
    let in_dialog = |dialog: &Dialog| {
        let button = dialog
            .buttons
            .iter()
            .find(|button| button.enabled && button.area.contains(at));
        match button {
            Some(button) => Target::Button(button.id),
            None if dialog.area.contains(at) => Target::Layer,
            None => Target::Nothing,
        }
    };
    match layer {
        Layer::Qr => {
            let parts = qr_parts(state);
            let shown = matches!(parts.drawing, QrDrawing::Code { .. });
            if parts.link.contains(at) || (shown && parts.code.contains(at)) {
                Target::Link
            } else {
                Target::Layer
            }
        }
        Layer::Help(help) => inside_or_nothing(help_parts(state, screen, help).area, at),
        Layer::Edit(form) => {
            let parts = form_parts(state, screen, form);
            match in_dialog(&parts.dialog) {
                Target::Layer => parts.field_at(at.x, at.y).map_or(Target::Layer, |field| {
                    Target::Field(FormFocus::Field(field))
                }),
                target => target,
            }
        }
        Layer::Reset(reset) => in_dialog(&reset_parts(state, screen, reset).dialog),
        Layer::Pair(pairing) => in_dialog(&pair_parts(state, screen, pairing).dialog),
        Layer::Rename(rename) => in_dialog(&rename_parts(state, screen, rename).dialog),
        Layer::Confirm(confirm) => in_dialog(&confirm_parts(state, screen, confirm).dialog),
        Layer::Profiles(switcher) => {
            let parts = profiles_parts(state, screen, switcher);
            let row = usize::from(at.y.saturating_sub(parts.rows.y)) + parts.first;
            if parts.rows.contains(at) && row < state.options.profiles.len() {
                Target::ProfileRow(row)
            } else {
                in_dialog(&parts.dialog)
            }
        }
        Layer::Failures { scroll } => in_dialog(&failure_parts(state, screen, *scroll).dialog),
    }
}

fn inside_or_nothing(area: Rect, at: Position) -> Target {
    if area.contains(at) {
        Target::Layer
    } else {
        Target::Nothing
    }
}

fn hit_panes(state: &State, screen: &Screen, at: Position) -> Target {
    if let Some(area) = screen.sessions.filter(|area| area.contains(at)) {
        let parts = sessions_parts(state, area);
        if parts.rows.contains(at) {
            let row = usize::from((at.y - parts.rows.y) / parts.height) + state.sessions.offset;
            if row <= state.sessions.rows.len() {
                return Target::SessionRow(row);
            }
        }
        return Target::Pane(Pane::Sessions);
    }
    if let Some(area) = screen.groups.filter(|area| area.contains(at)) {
        let parts = groups_parts(state, area);
        if parts.filter.contains(at) {
            return Target::Filter;
        }
        if let Some(sort) = group_head(state, &parts, at) {
            return Target::GroupHead(sort);
        }
        if parts.rows.contains(at) {
            let row = usize::from(at.y - parts.rows.y) + state.groups.offset;
            if row < state.groups.len() {
                return Target::GroupRow(row);
            }
        }
        return Target::Pane(Pane::Groups);
    }
    if let Some(area) = screen.card.filter(|area| area.contains(at)) {
        let on_link = card_parts(state, area)
            .is_some_and(|parts| parts.link.contains(at) || parts.code.contains(at));
        return if on_link {
            Target::Link
        } else {
            Target::Pane(Pane::Group)
        };
    }
    Target::Nothing
}

/// How many rows of groups fit: a page. At least 1.
#[must_use]
pub fn group_rows(state: &State) -> usize {
    screen(state)
        .and_then(|screen| screen.groups.or(Some(screen.body)))
        .map_or(1, |area| {
            usize::from(groups_parts(state, area).rows.height).max(1)
        })
}

/// How many rows of sessions fit. At least 1.
#[must_use]
pub fn session_rows(state: &State) -> usize {
    screen(state)
        .and_then(|screen| screen.sessions.or(Some(screen.body)))
        .map_or(1, |area| sessions_parts(state, area).count().max(1))
}

/// How many members fit on the card. At least 1.
#[must_use]
pub fn member_rows(state: &State) -> usize {
    screen(state)
        .and_then(|screen| card_parts(state, screen.card.unwrap_or(screen.body)))
        .map_or(1, |parts| usize::from(parts.members.height).max(1))
}

/// How many lines of the help fit, and how many there are.
#[must_use]
pub fn help_page(state: &State) -> (usize, usize) {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Help(help))) => {
            let parts = help_parts(state, &screen, help);
            (usize::from(parts.rows.height).max(1), parts.lines())
        }
        _ => (1, 0),
    }
}

/// How many lines of the failures fit, and how many there are.
#[must_use]
pub fn failure_page(state: &State) -> (usize, usize) {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Failures { scroll })) => {
            let parts = failure_parts(state, &screen, *scroll);
            let seen = usize::from(parts.dialog.content.height.saturating_sub(1));
            (seen.max(1), parts.text.len())
        }
        _ => (1, 0),
    }
}

/// How many profiles fit. At least 1.
#[must_use]
pub fn profile_rows(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Profiles(switcher))) => {
            usize::from(profiles_parts(state, &screen, switcher).rows.height).max(1)
        }
        _ => 1,
    }
}

/// Whether the card is in sight, so that a rest of the cursor may fetch the link.
#[must_use]
pub fn card_in_sight(state: &State) -> bool {
    screen(state).is_some_and(|screen| screen.card.is_some())
}
