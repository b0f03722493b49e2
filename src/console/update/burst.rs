//! Keys that arrive in one read: a held key, typing over a slow line, or a paste that the terminal did not
//! mark as one.
//!
//! A paste must not trigger actions. In a text field it is inserted; elsewhere it is ignored.

use super::cursor::scroll_step;
use super::invariants::restore;
use super::keys;
use super::text_input::takes_text;
use crate::console::keymap::Action;
use crate::console::state::{Layer, State};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Minimum characters of one read to count as a paste, unless all are the same.
const PASTE_CHARACTERS: usize = 3;
/// A long paste arrives in several reads: characters within this many milliseconds belong to it.
const PASTE_GAP: i64 = 150;

/// Handles keys that arrived in one read.
pub(super) fn keys(state: &mut State, events: &[KeyEvent]) {
    let layers = state.layers.len();
    let mut rest = events;
    while let Some(first) = rest.first() {
        if state.is_locked() {
            press(state, first);
            if !state.is_locked() {
                // What follows in this read was typed for the lock.
                return;
            }
            rest = &rest[1..];
            continue;
        }
        let run = rest.iter().take_while(|event| is_text(event)).count();
        if run == 0 {
            press(state, first);
            rest = &rest[1..];
            continue;
        }
        let asks_since = asks(state) && state.layers.len() > layers;
        if asks_since {
            // The user had not seen a dialog that opened within this read, so its keys are dropped.
            rest = &rest[run..];
        } else if takes_text(state) || takes_paste(state, &rest[..run]) {
            type_or_paste(state, &rest[..run]);
            rest = &rest[run..];
        } else {
            let taken = command(state, &rest[..run]);
            rest = &rest[taken..];
        }
    }
}

/// Whether a paste can hold this key.
fn is_text(event: &KeyEvent) -> bool {
    let plain = !event
        .modifiers
        .intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    let texts = matches!(event.code, KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab);
    plain && texts && event.kind != KeyEventKind::Release
}

/// Whether these keys are a paste for a layer whose text field takes one wherever the focus is.
fn takes_paste(state: &State, run: &[KeyEvent]) -> bool {
    let is_held = run.iter().all(|event| event.code == run[0].code);
    matches!(state.layers.last(), Some(Layer::Check(_)))
        && characters(run) >= PASTE_CHARACTERS
        && !is_held
}

/// Whether keys of the top layer change something for others, lock the screen or fill the clipboard.
fn asks(state: &State) -> bool {
    matches!(
        state.layers.last(),
        Some(
            Layer::Confirm(_)
                | Layer::Reset(_)
                | Layer::Pairing(_)
                | Layer::Rename(_)
                | Layer::NewGateway(_)
                | Layer::Counter(_)
                | Layer::CopyAs(_)
                | Layer::BatchMenu(_)
                | Layer::BatchBefore(_)
                | Layer::BatchProgress(_)
                | Layer::BatchResume(_)
                | Layer::Roster(_)
                | Layer::NewGroup(_)
                | Layer::LeaveGroup(_)
                | Layer::Flood(_)
        )
    )
}

/// Keys for the text field. Only a key that ends the text is pressed: within a paste, Enter and Tab are text.
fn type_or_paste(state: &mut State, run: &[KeyEvent]) {
    if characters(run) < PASTE_CHARACTERS {
        for event in run {
            press(state, event);
        }
        return;
    }
    let ends = |event: &&KeyEvent| matches!(event.code, KeyCode::Enter | KeyCode::Tab);
    let trailing = run.iter().rev().take_while(ends).count();
    let (text, end) = run.split_at(run.len() - trailing);
    let text: String = text.iter().filter_map(character).collect();
    keys::paste(state, &text);
    restore(state);
    for event in end {
        press(state, event);
        if !state.layers.is_empty() {
            break;
        }
    }
}

/// Keys outside of text fields; returns how many of them were consumed.
fn command(state: &mut State, run: &[KeyEvent]) -> usize {
    let action = |event: &KeyEvent| state.options.keymap.action(event, state.key_context());
    let goes_on = state
        .requests
        .paste_until
        .is_some_and(|until| state.now < until);
    let moves = run.iter().all(|event| action(event).is_some_and(is_move));
    let held = run.iter().all(|event| event.code == run[0].code);
    if moves || (!goes_on && (held || characters(run) < PASTE_CHARACTERS)) {
        for (at, event) in run.iter().enumerate() {
            let layers = state.layers.len();
            press(state, event);
            if takes_text(state) || state.layers.len() > layers {
                return at + 1;
            }
        }
        return run.len();
    }
    if !goes_on && state.layers.is_empty() && opens_filter(action(&run[0])) {
        press(state, &run[0]);
        return 1;
    }
    let until = state.now + PASTE_GAP;
    state.requests.paste_until = state.requests.paste_until.max(Some(until));
    state.note("Pasted text was ignored: no text field is open here.");
    run.len()
}

fn press(state: &mut State, event: &KeyEvent) {
    keys::key(state, event);
    restore(state);
}

fn is_move(action: Action) -> bool {
    scroll_step(Some(action)).is_some() || matches!(action, Action::NextPane | Action::PreviousPane)
}

fn opens_filter(action: Option<Action>) -> bool {
    matches!(action, Some(Action::Filter | Action::FindMember))
}

fn characters(run: &[KeyEvent]) -> usize {
    let is_character = |event: &&KeyEvent| matches!(event.code, KeyCode::Char(_));
    run.iter().filter(is_character).count()
}

fn character(event: &KeyEvent) -> Option<char> {
    match event.code {
        KeyCode::Char(character) => Some(character),
        KeyCode::Enter => Some('\n'),
        KeyCode::Tab => Some('\t'),
        _ => None,
    }
}
