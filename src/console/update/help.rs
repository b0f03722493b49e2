//! The searchable help.

use super::cursor::{self, Step};
use super::text_input::cut_word;
use crate::console::keymap::Action;
use crate::console::layout;
use crate::console::state::{HelpDialog, Layer, State};
use crate::text::clean_line;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

const SEARCH_MAX: usize = 60;

pub(super) fn open(state: &mut State) {
    if !state
        .layers
        .iter()
        .any(|layer| matches!(layer, Layer::Help(_)))
    {
        state.layers.push(Layer::Help(HelpDialog::default()));
    }
}

pub(super) fn key(state: &mut State, event: &KeyEvent, action: Option<Action>) {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let step = match event.code {
        KeyCode::Up => Some(Step::Up),
        KeyCode::Down => Some(Step::Down),
        KeyCode::PageUp => Some(Step::PageUp),
        KeyCode::PageDown => Some(Step::PageDown),
        KeyCode::Home => Some(Step::Top),
        KeyCode::End => Some(Step::Bottom),
        _ => None,
    };
    if let Some(step) = step {
        let (page, lines) = layout::help_page(state);
        if let Some(Layer::Help(overlay)) = state.layers.last_mut() {
            overlay.scroll = step.scroll(overlay.scroll, lines, page);
        }
        return;
    }
    match event.code {
        KeyCode::Esc => {
            // One step back: the search first.
            let was_searching = search(state, String::clear);
            if !was_searching {
                state.layers.pop();
            }
        }
        KeyCode::Enter => {
            state.layers.pop();
        }
        KeyCode::Backspace if control || alt => {
            search(state, cut_word);
        }
        KeyCode::Backspace => {
            search(state, |text| {
                text.pop();
            });
        }
        KeyCode::Char('u') if control => {
            search(state, String::clear);
        }
        KeyCode::Char('w') if control => {
            search(state, cut_word);
        }
        KeyCode::Char(character) if !control && !alt => {
            search(state, |text| text.push(character));
        }
        _ if action == Some(Action::Back) => {
            state.layers.pop();
        }
        _ => {}
    }
}

pub(super) fn paste(state: &mut State, text: &str) {
    search(state, |search| search.push_str(&clean_line(text)));
}

/// Edits the search; whether it changed.
fn search(state: &mut State, edit: impl FnOnce(&mut String)) -> bool {
    let Some(Layer::Help(overlay)) = state.layers.last_mut() else {
        return false;
    };
    let before = overlay.search.clone();
    edit(&mut overlay.search);
    overlay.search = clean_line(&overlay.search)
        .chars()
        .take(SEARCH_MAX)
        .collect();
    let changed = overlay.search != before;
    if changed {
        overlay.scroll = 0;
    }
    changed
}

/// The wheel.
pub(super) fn wheel(state: &mut State, by: isize) {
    let (page, lines) = layout::help_page(state);
    if let Some(Layer::Help(overlay)) = state.layers.last_mut() {
        overlay.scroll = cursor::wheel(overlay.scroll, by, lines, page);
    }
}
