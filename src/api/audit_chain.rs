//! The hash chain of the audit log (an extension): the hash of an entry covers the entry and the hash
//! of the entry before in the same organization.
//!
//! What is hashed is the entry's JSON object without its member `hash`, with a further member
//! `previous`: the hash of the entry before, or [`FIRST`]. The object is written as RFC 8785 (JSON
//! Canonicalization Scheme) says and encoded as UTF-8; its SHA-256 is written as 64 lower-case
//! hexadecimal digits. Numbers in entries are integers of at most 53 bits.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::Duration;

/// What the first entry of an organization covers in place of a hash.
pub const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// How old an entry must be to be removed: the budgets of sessions are counted from the log, and an
/// entry is to be noticed before it can be removed.
pub const TRIM_AGE: Duration = Duration::from_hours(7 * 24);

/// The hash of an entry that follows the entry with the hash `previous`. A `hash` in `entry` is
/// left out.
#[must_use]
pub fn hash(entry: &Map<String, Value>, previous: &str) -> String {
    let mut covered = entry.clone();
    covered.remove("hash");
    covered.insert("previous".to_owned(), Value::from(previous));
    let mut text = String::new();
    write(&Value::Object(covered), &mut text);
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Writes the canonical form. Strings and integers are written by serde_json as RFC 8785 says.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            let mut before = '{';
            for (name, value) in members {
                out.push(std::mem::replace(&mut before, ','));
                let _ = write!(out, "{}:", Value::from(name.as_str()));
                write(value, out);
            }
            if before == '{' {
                out.push('{');
            }
            out.push('}');
        }
        Value::Array(items) => {
            let mut before = '[';
            for item in items {
                out.push(std::mem::replace(&mut before, ','));
                write(item, out);
            }
            if before == '[' {
                out.push('[');
            }
            out.push(']');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn canonical(value: &Value) -> String {
        let mut text = String::new();
        write(value, &mut text);
        text
    }

    /// The example of RFC 8785, 3.2.3, and its escapes.
    #[test]
    fn the_canonical_form_is_that_of_rfc_8785() {
        let members = json!({
            "\u{20ac}": "Euro Sign",
            "\r": "Carriage Return",
            "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One",
            "\u{1f600}": "Emoji: Grinning Face",
            "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis"
        });
        let expected = "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\
                        \"\u{f6}\":\"Latin Small Letter O With Diaeresis\",\"\u{20ac}\":\"Euro Sign\",\
                        \"\u{1f600}\":\"Emoji: Grinning Face\",\
                        \"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}";
        assert_eq!(canonical(&members), expected);
        let escapes =
            json!({ "a": ["\u{8}\t\n\u{c}\r\"\\/\u{1f}\u{7f}", 0, -5, null, true, {}, []] });
        assert_eq!(
            canonical(&escapes),
            "{\"a\":[\"\\b\\t\\n\\f\\r\\\"\\\\/\\u001f\u{7f}\",0,-5,null,true,{},[]]}"
        );
    }

    #[test]
    fn a_hash_covers_the_entry_and_the_one_before() {
        let entry = |text: Value| text.as_object().unwrap().clone();
        let one = entry(json!({ "id": "1", "new": { "b": 1, "a": 2 } }));
        // printf '{"id":"1","new":{"a":2,"b":1},"previous":"0000..."}' | sha256sum
        assert_eq!(
            hash(&one, FIRST),
            "c43a78542c7bcdcbb7583025d8cf3960a826f0b04552550a8975488c0d2e923b"
        );
        let with_hash = entry(json!({ "new": { "a": 2, "b": 1 }, "id": "1", "hash": "x" }));
        assert_eq!(hash(&with_hash, FIRST), hash(&one, FIRST));
        assert_ne!(hash(&one, &hash(&one, FIRST)), hash(&one, FIRST));
        assert_ne!(hash(&entry(json!({ "id": "2" })), FIRST), hash(&one, FIRST));
    }
}
