//! The palette: what matches, and what Enter does with it.

use super::cursor::Step;
use super::follow_up::FollowUp;
use super::text_input::at_the_end;
use super::{card, groups, leaving, profiles, sessions, theme};
use crate::console::fuzzy::{Fields, Index};
use crate::console::keymap::{Action, BINDINGS, KeyContext};
use crate::console::layout::{palette_page, palette_row, why_not};
use crate::console::state::{Layer, Palette, PaletteItem, Pane, State};
use crate::console::theme::ThemeName;
use crate::text::clean_line;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

const SEARCH_MAX: usize = 100;
/// Groups that are offered.
const GROUPS_MAX: usize = 20;

/// Opens the palette over the panes or the full-screen code.
pub(super) fn open(state: &mut State) {
    if !matches!(state.layers.last(), None | Some(Layer::Qr)) {
        return;
    }
    groups::end_filter(state);
    card::sync(state);
    state.layers.push(Layer::Palette(Palette::default()));
    search(state);
}

fn top(state: &mut State) -> Option<&mut Palette> {
    match state.layers.last_mut() {
        Some(Layer::Palette(palette)) => Some(palette),
        _ => None,
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent) -> FollowUp {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let step = match event.code {
        KeyCode::Up | KeyCode::BackTab => Some(Step::Up),
        KeyCode::Down | KeyCode::Tab => Some(Step::Down),
        KeyCode::Char('p') if control => Some(Step::Up),
        KeyCode::Char('n') if control => Some(Step::Down),
        KeyCode::PageUp => Some(Step::PageUp),
        KeyCode::PageDown => Some(Step::PageDown),
        KeyCode::Home => Some(Step::Top),
        KeyCode::End => Some(Step::Bottom),
        _ => None,
    };
    if let Some(step) = step {
        let page = palette_page(state);
        if let Some(palette) = top(state) {
            palette.cursor = step.apply(palette.cursor, palette.found.len(), page);
        }
        return FollowUp::Nothing;
    }
    match event.code {
        KeyCode::Esc => {
            // One step back: the search first.
            if !edit(state, "") {
                state.layers.pop();
            }
        }
        KeyCode::Enter => return go(state),
        _ => {
            let before = top(state).map(|palette| palette.search.clone());
            if let Some(text) = at_the_end(&before.unwrap_or_default(), event) {
                edit(state, &text);
            }
        }
    }
    FollowUp::Nothing
}

pub(super) fn paste(state: &mut State, text: &str) {
    let before = top(state).map(|palette| palette.search.clone());
    edit(state, &format!("{}{text}", before.unwrap_or_default()));
}

/// Changes the search; whether it is another one.
fn edit(state: &mut State, text: &str) -> bool {
    let text: String = clean_line(text).chars().take(SEARCH_MAX).collect();
    let Some(palette) = top(state).filter(|palette| palette.search != text) else {
        return false;
    };
    palette.search = text;
    palette.cursor = 0;
    search(state);
    true
}

/// A click on a row: selects it, or goes there if it is selected already.
pub(super) fn click(state: &mut State, row: usize) -> FollowUp {
    let Some(palette) = top(state).filter(|palette| row < palette.found.len()) else {
        return FollowUp::Nothing;
    };
    if palette.cursor == row {
        return go(state);
    }
    palette.cursor = row;
    FollowUp::Nothing
}

pub(super) fn wheel(state: &mut State, by: isize) {
    if let Some(palette) = top(state) {
        let last = palette.found.len().saturating_sub(1);
        palette.cursor = palette.cursor.saturating_add_signed(by.signum()).min(last);
    }
}

/// The actions that the palette offers: all but those that move, and its own.
fn actions() -> impl Iterator<Item = Action> {
    BINDINGS
        .iter()
        .map(|binding| binding.action)
        .filter(|action| {
            !matches!(
                action,
                Action::Up
                    | Action::Down
                    | Action::PageUp
                    | Action::PageDown
                    | Action::Top
                    | Action::Bottom
                    | Action::Back
                    | Action::Palette
            )
        })
}

/// Everything but the groups.
fn others(state: &State) -> Vec<PaletteItem> {
    let sessions = state.sessions.rows.iter();
    let accounts = sessions.map(|session| PaletteItem::Account(session.id.clone()));
    let gateways = (0..state.options.profiles.len()).map(PaletteItem::Gateway);
    let themes = ThemeName::ALL.into_iter().map(PaletteItem::Theme);
    actions()
        .map(PaletteItem::Action)
        .chain(accounts)
        .chain(gateways)
        .chain(themes)
        .collect()
}

/// Determines what matches. Without a search: the groups used last, then everything else.
fn search(state: &mut State) {
    let query = match state.layers.last() {
        Some(Layer::Palette(palette)) => palette.search.trim().to_owned(),
        _ => return,
    };
    let others = others(state);
    let found = if query.is_empty() {
        let recent = state
            .groups
            .recent_keys()
            .into_iter()
            .map(PaletteItem::Group);
        recent.chain(others).collect()
    } else {
        ranked(state, &query, &others)
    };
    if let Some(palette) = top(state) {
        palette.found = found;
    }
}

fn ranked(state: &mut State, query: &str, others: &[PaletteItem]) -> Vec<PaletteItem> {
    let mut hits = Vec::new();
    state
        .groups
        .index
        .search(&crate::text::on_screen(query), &mut hits);
    let entries = &state.groups.entries;
    let mut ranked: Vec<(u32, PaletteItem)> = (hits.iter().take(GROUPS_MAX))
        .filter_map(|hit| Some((hit.score, entries.get(hit.row as usize)?)))
        .map(|(score, entry)| (score, PaletteItem::Group(entry.key.clone())))
        .collect();
    let texts: Vec<(String, String)> = (others.iter())
        .map(|item| (palette_row(state, item).name, also(item)))
        .collect();
    let mut index = Index::new();
    index.rebuild(texts.iter().map(|(name, also)| Fields {
        name,
        description: also,
        ..Fields::default()
    }));
    index.search(query, &mut hits);
    ranked.extend((hits.iter()).map(|hit| (hit.score, others[hit.row as usize].clone())));
    // Stable: of equal matches the groups come first.
    ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    ranked.into_iter().map(|(_, item)| item).collect()
}

/// Other words by which an item is found.
fn also(item: &PaletteItem) -> String {
    match item {
        PaletteItem::Action(action) => {
            let binding = BINDINGS.iter().find(|binding| binding.action == *action);
            binding.map_or_else(String::new, |binding| {
                format!("{} {}", binding.name.replace('_', " "), binding.also)
            })
        }
        PaletteItem::Group(_) => String::new(),
        PaletteItem::Account(_) => "account session".to_owned(),
        PaletteItem::Gateway(_) => "gateway profile server".to_owned(),
        PaletteItem::Theme(_) => "theme colours colors".to_owned(),
    }
}

/// Goes to the selected item, or does it.
fn go(state: &mut State) -> FollowUp {
    let Some(item) = top(state).and_then(|palette| palette.found.get(palette.cursor).cloned())
    else {
        return FollowUp::Nothing;
    };
    if let PaletteItem::Action(action) = item {
        if let Some(reason) = why_not(state, action) {
            state.note(format!("Not now: {reason}."));
            return FollowUp::Nothing;
        }
        state.layers.pop();
        let binding = BINDINGS.iter().find(|binding| binding.action == action);
        let contexts = binding.map_or(&[][..], |binding| binding.contexts);
        let of_group =
            contexts.contains(&KeyContext::Group) || contexts.contains(&KeyContext::Groups);
        if of_group && !contexts.contains(&KeyContext::Sessions) && state.focus == Pane::Sessions {
            state.focus = Pane::Groups;
        }
        return FollowUp::Perform(action);
    }
    state.layers.clear();
    match item {
        PaletteItem::Action(_) => {}
        PaletteItem::Group(key) => {
            if groups::go_to(state, &key) {
                card::open(state);
            }
        }
        PaletteItem::Account(id) => {
            let at = state
                .sessions
                .rows
                .iter()
                .position(|session| session.id == id);
            if let Some(at) = at {
                sessions::select(state, at + 1);
                state.focus = Pane::Groups;
            }
        }
        PaletteItem::Gateway(at) => {
            leaving::to_profiles(state);
            profiles::go_to(state, at);
        }
        PaletteItem::Theme(name) => theme::choose(state, name),
    }
    FollowUp::Nothing
}
