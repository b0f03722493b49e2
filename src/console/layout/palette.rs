//! The palette's areas, and what each of its rows says.

use super::dialog::centred;
use super::enabled::why_not;
use super::screen::{Screen, inside, row, screen};
use crate::console::keymap::{Action, BINDINGS, KeyContext};
use crate::console::state::{Layer, Palette, PaletteItem, State};
use crate::text::clean_line;
use ratatui::layout::Rect;

const WIDTH: u16 = 84;
const ROWS: u16 = 14;

pub(crate) struct PaletteParts {
    pub area: Rect,
    pub search: Rect,
    pub rows: Rect,
    /// First visible row.
    pub first: usize,
}

/// What a row of the palette says.
pub(crate) struct PaletteRow {
    pub name: String,
    /// What it is, and where.
    pub kind: String,
    pub key: String,
    /// Why it cannot work now.
    pub obstacle: Option<String>,
}

#[must_use]
pub(crate) fn palette_parts(screen: &Screen, palette: &Palette) -> PaletteParts {
    let area = centred(screen.body, WIDTH, ROWS + 3);
    let inner = inside(area);
    let rows = Rect {
        y: inner.y + 1.min(inner.height),
        height: inner.height.saturating_sub(1),
        ..inner
    };
    PaletteParts {
        area,
        search: row(inner, 0),
        rows,
        first: (palette.cursor + 1).saturating_sub(usize::from(rows.height).max(1)),
    }
}

/// How many rows fit. At least 1.
#[must_use]
pub(crate) fn palette_page(state: &State) -> usize {
    match (screen(state), state.layers.last()) {
        (Some(screen), Some(Layer::Palette(palette))) => {
            usize::from(palette_parts(&screen, palette).rows.height).max(1)
        }
        _ => 1,
    }
}

#[must_use]
pub(crate) fn palette_row(state: &State, item: &PaletteItem) -> PaletteRow {
    let enter = || "↵".to_owned();
    match item {
        PaletteItem::Group(key) => PaletteRow {
            name: state.group_name(key),
            kind: format!("group · {}", state.session_name(&key.session)),
            key: enter(),
            obstacle: None,
        },
        PaletteItem::Action(action) => action_row(state, *action),
        PaletteItem::Account(id) => {
            let status = state.sessions.get(id).map(|session| &session.status);
            let status = match status {
                Some(status) if status.is_connected() => "connected",
                _ => "not connected",
            };
            PaletteRow {
                name: state.session_name(id),
                kind: format!("account · {status}"),
                key: enter(),
                obstacle: None,
            }
        }
        PaletteItem::Gateway(at) => {
            let profile = state.options.profiles.get(*at);
            PaletteRow {
                name: profile.map_or_else(String::new, |it| clean_line(&it.name).into_owned()),
                kind: if *at == state.options.here {
                    "gateway · you are here".to_owned()
                } else {
                    "gateway".to_owned()
                },
                key: first_key(state, Action::Profiles),
                obstacle: None,
            }
        }
        PaletteItem::Theme(theme) => PaletteRow {
            name: theme.name().to_owned(),
            kind: if *theme == state.options.theme.name {
                "theme · in use".to_owned()
            } else {
                "theme".to_owned()
            },
            key: first_key(state, Action::Theme),
            obstacle: None,
        },
    }
}

fn action_row(state: &State, action: Action) -> PaletteRow {
    let binding = BINDINGS.iter().find(|binding| binding.action == action);
    let contexts = binding.map_or(&[][..], |binding| binding.contexts);
    let place =
        if contexts.contains(&KeyContext::Group) && !contexts.contains(&KeyContext::Sessions) {
            state.card.as_ref().map(|card| state.group_name(&card.key))
        } else if contexts == [KeyContext::Sessions] {
            (state.sessions.selected()).map(|session| state.session_name(&session.id))
        } else {
            None
        };
    PaletteRow {
        name: binding.map_or("", |binding| binding.help).to_owned(),
        kind: place.unwrap_or_default(),
        key: first_key(state, action),
        obstacle: why_not(state, action),
    }
}

fn first_key(state: &State, action: Action) -> String {
    let key = state.options.keymap.keys(action).first();
    key.map(ToString::to_string).unwrap_or_default()
}
