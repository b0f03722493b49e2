//! Text fields: their keys, which are those of a shell's line, and whether one is typed into.
//!
//! Forms use `ratatui-textarea`, which has a cursor and undo. The filter, the search of the help and a token are
//! plain strings that are edited at their end only: a key there changes the result at once.

use crate::api::SettingField;
use crate::console::effect::GatewayField;
use crate::console::layout::pairing_field;
use crate::console::state::{
    FormFocus, FormPhase, Layer, PairingField, ProfilesStep, RosterPhase, State,
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::TextArea;

/// Keystrokes within this many milliseconds of each other, before and after a form closed without a key press,
/// belong together.
const TYPING_GAP: i64 = 1_000;

/// A key in a field of one line, other than Enter.
pub(super) fn in_line(area: &mut TextArea<'static>, event: &KeyEvent) {
    // The field treats these as a line break.
    let breaks = matches!(event.code, KeyCode::Char('m' | 'j'))
        && event.modifiers.contains(KeyModifiers::CONTROL);
    if !breaks {
        in_lines(area, event);
    }
}

/// A key in a field of several lines.
pub(super) fn in_lines(area: &mut TextArea<'static>, event: &KeyEvent) {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        // The field itself would undo. What goes comes back with Ctrl-Y.
        KeyCode::Char('u') if control => {
            area.delete_line_by_head();
        }
        // Ctrl-_, which terminals send as Ctrl-7, undoes in a shell's line.
        KeyCode::Char('z' | '_' | '7') if control => {
            area.undo();
        }
        _ => {
            area.input(*event);
        }
    }
}

/// Cuts the last word and the blanks after it.
pub(super) fn cut_word(text: &mut String) {
    let kept = text.trim_end();
    let end = kept
        .char_indices()
        .rev()
        .find(|(_, character)| character.is_whitespace())
        .map_or(0, |(at, character)| at + character.len_utf8());
    text.truncate(end);
}

/// A text that is edited at its end only, after a key. `None` for a key that does not edit.
pub(super) fn at_the_end(text: &str, event: &KeyEvent) -> Option<String> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let mut text = text.to_owned();
    match event.code {
        KeyCode::Char('u') if control => text.clear(),
        KeyCode::Backspace if !control && !alt => {
            text.pop();
        }
        KeyCode::Char('w') if control => cut_word(&mut text),
        KeyCode::Backspace => cut_word(&mut text),
        KeyCode::Char(character) if !control && !alt => text.push(character),
        _ => return None,
    }
    Some(text)
}

/// Whether characters are text now.
pub(super) fn takes_text(state: &State) -> bool {
    match state.layers.last() {
        Some(Layer::Help(_) | Layer::Palette(_)) => true,
        Some(Layer::Form(form)) => {
            let field = FormFocus::Field;
            matches!(form.phase, FormPhase::Editing | FormPhase::Failed(_))
                && (form.focus == field(SettingField::Subject)
                    || form.focus == field(SettingField::Description))
        }
        Some(Layer::Pairing(pairing)) => {
            pairing.focus.is_field() && pairing_field(state, pairing).is_some()
        }
        Some(Layer::Rename(rename)) => rename.takes_text(),
        Some(Layer::Note(note)) => note.takes_text(),
        Some(Layer::Hours(hours)) => hours.takes_text(),
        Some(Layer::Check(check)) => check.takes_text(),
        Some(Layer::BatchBefore(before)) => before.takes_text(),
        Some(Layer::Roster(roster)) => roster.takes_text(),
        Some(Layer::NewGroup(group)) => group.takes_text(),
        Some(Layer::Inbox(inbox)) => inbox.typing,
        Some(Layer::Counter(counter)) => counter.takes_text(),
        Some(Layer::NewGateway(dialog)) => dialog.field().is_some(),
        Some(Layer::Sheet(sheet)) => sheet.takes_text(),
        Some(Layer::Profiles(dialog)) => matches!(dialog.step, ProfilesStep::TypingToken(_)),
        Some(_) => false,
        None => state.groups.typing || state.is_finding_member(),
    }
}

/// Whether the focused field has an undo history.
pub(super) fn can_undo(state: &State) -> bool {
    let has_history = match state.layers.last() {
        Some(Layer::Pairing(pairing)) => {
            pairing_field(state, pairing) != Some(PairingField::Answer)
        }
        Some(
            Layer::Form(_)
            | Layer::Rename(_)
            | Layer::Note(_)
            | Layer::Hours(_)
            | Layer::Check(_)
            | Layer::BatchBefore(_)
            | Layer::Sheet(_)
            | Layer::NewGroup(_),
        ) => true,
        Some(Layer::Roster(roster)) => matches!(roster.phase, RosterPhase::Adding(_)),
        Some(Layer::NewGateway(dialog)) => dialog.field() != Some(GatewayField::Token),
        _ => false,
    };
    has_history && takes_text(state)
}

/// Notes that a character was typed into a form that is being saved.
pub(super) fn typed_while_saving(state: &mut State) {
    state.requests.typed_while_saving = Some(state.now);
}

/// A form closed without a key press: characters still typed for it must not trigger actions.
pub(super) fn form_closed(state: &mut State) {
    let typed = state.requests.typed_while_saving.take();
    if typed.is_some_and(|at| (0..=TYPING_GAP).contains(&(state.now - at))) {
        state.requests.paste_until = Some(state.now + TYPING_GAP);
    }
}
