//! Parsing the JSON of a request body: exactly one value, no duplicate fields, a bounded number of
//! values.

use crate::api::PARTICIPANTS_MAX;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// Longest field name that is repeated in an answer, in characters.
pub(super) const NAME_MAX: usize = 64;
/// Fields of one object. The largest that the API knows has fewer than ten.
const FIELDS_MAX: usize = 64;
/// Values of one body, whatever holds them: four times the longest list.
const VALUES_MAX: usize = 4 * PARTICIPANTS_MAX;

/// Parses exactly one value. Parsing stops at the first fault, so its cost is bounded by
/// [`VALUES_MAX`].
///
/// # Errors
/// A sentence.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let left = Cell::new(VALUES_MAX);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict { left: &left };
    let value = strict
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| format!("the body must be exactly one JSON value: {error}"))
}

/// A JSON value without duplicate field names, which would be ambiguous.
#[derive(Clone, Copy)]
struct Strict<'a> {
    /// Remaining values.
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| {
            D::Error::custom(format_args!("more than {VALUES_MAX} values in one body"))
        })?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if object.contains_key(&name) {
                let name: String = name.chars().take(NAME_MAX).collect();
                return Err(A::Error::custom(format_args!(
                    "field `{name}` appears twice"
                )));
            }
            if object.len() >= FIELDS_MAX {
                return Err(A::Error::custom(format_args!(
                    "more than {FIELDS_MAX} fields in one object"
                )));
            }
            let value = map.next_value_seed(self)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(text: &str) -> Result<Value, String> {
        super::parse(text.as_bytes())
    }

    #[test]
    fn the_fields_and_values_of_a_body_are_limited() {
        let fields = |count: usize| {
            let fields: Vec<_> = (0..count).map(|at| format!("\"{at}\":{{}}")).collect();
            format!("{{{}}}", fields.join(","))
        };
        assert!(parse(&fields(FIELDS_MAX)).is_ok());
        for count in [FIELDS_MAX + 1, 85_000] {
            let fault = parse(&fields(count)).unwrap_err();
            assert!(fault.contains("more than 64 fields"), "{fault}");
        }
        let values = |count: usize| format!("[{}1]", "[],".repeat(count - 2));
        assert!(parse(&values(VALUES_MAX)).is_ok());
        for count in [VALUES_MAX + 1, 300_000] {
            let fault = parse(&values(count)).unwrap_err();
            assert!(fault.contains("more than 4096 values"), "{fault}");
        }
    }

    #[test]
    fn values_are_parsed_unchanged() {
        let value = json!({"a": [1, -2, 1.5, null, true, "x\u{0}é"], "b": {"a": {}}});
        assert_eq!(parse(&value.to_string()), Ok(value));
    }

    #[test]
    fn a_name_may_appear_once_per_object() {
        assert!(parse(r#"{"a": {"a": 1}, "b": {"a": 2}}"#).is_ok());
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"b": {"a": 1, "\u0061": 2}}]"#] {
            assert!(
                parse(text).unwrap_err().contains("`a` appears twice"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_second_value_and_deep_nesting_are_refused() {
        for text in [
            "{} {}",
            "{}x",
            "",
            " ",
            "{",
            "{\"a\":}",
            "\u{feff}{}",
            "1e999",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        assert!(
            parse(&"[".repeat(500_000))
                .unwrap_err()
                .contains("recursion")
        );
    }
}
