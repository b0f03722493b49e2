//! Queries the terminal's background colour (xterm control sequences, "OSC Ps ; Pt", Ps = 11).
//!
//! The answer arrives between keys, at any time or never, so the program does not wait for it: the filter
//! recognizes the key events that crossterm makes of it and removes them; all other events pass.

use crate::console::io::screen::Input;
use crate::console::theme::Background;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

pub(super) const QUERY: &str = "\x1b]11;?\x1b\\";

const START: &str = "]11;rgb";
/// The longest is `]11;rgba:ffff/ffff/ffff/ffff`.
const LONGEST: usize = 40;

/// Removes the answer from the events.
#[derive(Debug, Default)]
pub(super) struct AnswerFilter {
    /// Key events that look like the beginning of an answer, and their text.
    held: Vec<Event>,
    text: String,
}

/// The meaning of a key within an answer.
enum Piece {
    Introducer,
    Text(char),
    End,
}

impl AnswerFilter {
    /// Whether keys are held back because they may be the beginning of an answer.
    pub(super) fn is_holding(&self) -> bool {
        !self.held.is_empty()
    }

    /// Passes the held keys on as typed.
    pub(super) fn release(&mut self, out: &mut Vec<Input>) {
        self.text.clear();
        out.extend(self.held.drain(..).map(Input::Event));
    }

    pub(super) fn push(&mut self, event: Event, out: &mut Vec<Input>) {
        let Event::Key(key) = &event else {
            out.push(Input::Event(event));
            return;
        };
        match piece(key) {
            Some(Piece::Introducer) => {
                self.release(out);
                self.text.push(']');
                self.held.push(event);
            }
            Some(Piece::Text(character)) if self.continues_with(character) => {
                self.text.push(character);
                self.held.push(event);
            }
            Some(Piece::End) => {
                let answered = background(&self.text);
                if answered.is_some() {
                    self.held.clear();
                }
                self.release(out);
                out.push(answered.map_or(Input::Event(event), Input::Background));
            }
            _ => {
                self.release(out);
                out.push(Input::Event(event));
            }
        }
    }

    fn continues_with(&self, character: char) -> bool {
        if !self.is_holding() || self.text.len() >= LONGEST {
            return false;
        }
        match START.get(self.text.len()..) {
            Some(rest) if !rest.is_empty() => rest.starts_with(character),
            _ => character.is_ascii_hexdigit() || matches!(character, ':' | '/'),
        }
    }
}

/// crossterm reads ESC and a character as that character with Alt.
fn piece(key: &KeyEvent) -> Option<Piece> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let plain = key.modifiers.difference(KeyModifiers::SHIFT);
    match (key.code, plain) {
        (KeyCode::Char(']'), KeyModifiers::ALT) => Some(Piece::Introducer),
        (KeyCode::Char('\\'), KeyModifiers::ALT) | (KeyCode::Char('g'), KeyModifiers::CONTROL) => {
            Some(Piece::End)
        }
        (KeyCode::Char(character), KeyModifiers::NONE) => Some(Piece::Text(character)),
        _ => None,
    }
}

/// The background of an answer such as `]11;rgb:ffff/ffff/ffff`.
fn background(answer: &str) -> Option<Background> {
    let colours = answer.strip_prefix(START)?.trim_start_matches('a');
    let mut components = colours.strip_prefix(':')?.split('/').map(|digits| {
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)? - 1;
        let value = u32::from_str_radix(digits, 16).ok()?;
        (most > 0).then(|| f64::from(value) / f64::from(most))
    });
    let (red, green, blue) = (
        components.next()??,
        components.next()??,
        components.next()??,
    );
    Some(Background::from_rgb(red, green, blue))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events that crossterm makes of bytes.
    fn events(bytes: &str) -> Vec<Event> {
        let mut events = Vec::new();
        let mut alt = KeyModifiers::NONE;
        for character in bytes.chars() {
            let (code, modifiers) = match character {
                '\x1b' => {
                    alt = KeyModifiers::ALT;
                    continue;
                }
                '\x07' => (KeyCode::Char('g'), KeyModifiers::CONTROL),
                'A'..='Z' => (KeyCode::Char(character), alt | KeyModifiers::SHIFT),
                _ => (KeyCode::Char(character), alt),
            };
            alt = KeyModifiers::NONE;
            events.push(Event::Key(KeyEvent::new(code, modifiers)));
        }
        events
    }

    /// The events that pass, and the reported background.
    fn filtered(bytes: &str) -> (Vec<Event>, Option<Background>) {
        let mut filter = AnswerFilter::default();
        let mut out = Vec::new();
        for event in events(bytes) {
            filter.push(event, &mut out);
        }
        filter.release(&mut out);
        let mut answered = None;
        let keys = out.into_iter().filter_map(|input| match input {
            Input::Event(event) => Some(event),
            Input::Background(background) => {
                answered = Some(background);
                None
            }
        });
        (keys.collect(), answered)
    }

    #[test]
    fn the_answer_is_removed_from_the_keys() {
        for (answer, background) in [
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", Background::Light),
            ("\x1b]11;rgb:fdfd/f6f6/e3e3\x07", Background::Light),
            ("\x1b]11;rgb:FD/F6/E3\x07", Background::Light),
            ("\x1b]11;rgba:0000/0000/0000/ffff\x07", Background::Dark),
            ("\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", Background::Dark),
        ] {
            let (keys, answered) = filtered(&format!("jk{answer}q"));
            assert_eq!(keys, events("jkq"), "{answer:?}");
            assert_eq!(answered, Some(background), "{answer:?}");
        }
    }

    #[test]
    fn keys_that_resemble_an_answer_pass_in_order() {
        for typed in [
            "\x1b]",
            "\x1b]11;rgb:",
            "\x1b]11;rgb:zz",
            "\x1b]11;rgb:1/2\x07",
            "\x1b]12;x",
            "\x1b]\x1b]1",
            "11;rgb:ffff/ffff/ffff\x07",
            "\x1b]11;rgb:ffff/ffff/ffff/ffff/ffff/ffff/ffff/ffff/ffff\x07",
            "\x1b\\\x07]",
        ] {
            assert_eq!(filtered(typed), (events(typed), None), "{typed:?}");
        }
    }
}
