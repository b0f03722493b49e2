//! JSON documents: one line, the values exactly as they are.

use crate::text::is_hidden;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, Write};

/// Compact, with JSON escapes for everything that a terminal would not show verbatim. Parsers get
/// every string unchanged.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut plain = 0;
        for (at, character) in fragment.char_indices() {
            if !is_hidden(character) {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at + character.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}

/// The document, with a line break at its end.
///
/// # Errors
/// The value has no JSON form.
pub fn document(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Visible))?;
    bytes.push(b'\n');
    // The output consists of complete strings and ASCII.
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn control_characters_are_escaped() {
        let text = document(&json!({ "subject": "a\u{1b}[2J\u{9b}2J\u{202e}\u{7f}東\u{e0041}\n" }));
        assert_eq!(
            text.unwrap(),
            "{\"subject\":\"a\\u001b[2J\\u009b2J\\u202e\\u007f東\\udb40\\udc41\\n\"}\n"
        );
    }

    proptest! {
        #[test]
        fn every_string_round_trips(text in any::<String>()) {
            let written = document(&json!([text])).unwrap();
            prop_assert!(!written.trim_end().chars().any(is_hidden), "{written:?}");
            prop_assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), json!([text]));
        }
    }
}
