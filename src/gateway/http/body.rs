//! Request bodies: at most 1 MiB, exactly one JSON value, no field twice.

use crate::api::FieldError;
use crate::gateway::Error;
use axum::body::{Body, BodyDataStream, HttpBody};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

/// Largest body, in bytes.
const BODY_MAX: usize = 1024 * 1024;
/// How much of an unwanted body is read and thrown away, so that the client gets to see the answer
/// and can keep the connection. Beyond it the connection is closed.
const DISCARD_MAX: usize = 8 * 1024 * 1024;
/// How long throwing away may take.
const DISCARD_LIMIT: Duration = Duration::from_secs(5);
/// How many faults of one body are reported: a hostile body must not become a larger answer.
const FAULTS_MAX: usize = 20;
/// Longest field name that is repeated in an answer, in characters.
const NAME_MAX: usize = 64;

/// A body that may not have arrived yet.
pub(super) struct RequestBody {
    /// `None` once it was read to its end.
    stream: Option<BodyDataStream>,
    declared: Option<u64>,
    /// How long it may take to arrive.
    limit: Duration,
    /// The client waits for a go-ahead before it sends the body.
    waits: bool,
}

impl RequestBody {
    pub fn new(body: Body, headers: &HeaderMap, limit: Duration) -> Self {
        Self {
            declared: body.size_hint().exact(),
            stream: (!body.is_end_stream()).then(|| body.into_data_stream()),
            limit,
            waits: headers.contains_key(header::EXPECT),
        }
    }

    /// The body's one JSON value; `None` for an empty body.
    ///
    /// # Errors
    /// Too large, too slow, or not exactly one JSON value.
    pub async fn json(&mut self) -> Result<Option<Value>, Error> {
        let limit = self.limit;
        let bytes = match timeout(limit, self.bytes()).await {
            Ok(bytes) => bytes?,
            Err(_elapsed) => {
                // Nor is the rest waited for: the connection ends with the answer.
                self.stream = None;
                let limit = limit.as_secs_f32();
                let fault = format!("the body did not arrive within {limit} s");
                return Err(Error::field("", fault));
            }
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        match serde_json::from_slice(&bytes) {
            Ok(Strict(value)) => Ok(Some(value)),
            Err(error) => Err(Error::field(
                "",
                format!("the body must be exactly one JSON value: {error}"),
            )),
        }
    }

    async fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        let too_large = || Error::field("", "the body is larger than 1 MiB");
        let declared = self.declared.unwrap_or_default();
        if declared > BODY_MAX as u64 {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(declared).unwrap_or_default());
        while let Some(stream) = &mut self.stream {
            match stream.next().await {
                Some(Ok(chunk)) if bytes.len() + chunk.len() > BODY_MAX => return Err(too_large()),
                Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
                Some(Err(_)) => {
                    self.stream = None;
                    return Err(Error::field("", "the body ended early"));
                }
                None => self.stream = None,
            }
        }
        self.waits = false;
        Ok(bytes)
    }

    /// Throws away what has not been read.
    pub async fn discard(&mut self) {
        let Some(mut stream) = self.stream.take() else {
            return;
        };
        if self.waits {
            return;
        }
        let drain = async {
            let mut read = 0;
            while let Some(Ok(chunk)) = stream.next().await {
                read += chunk.len();
                if read > DISCARD_MAX {
                    break;
                }
            }
        };
        let _ = timeout(DISCARD_LIMIT, drain).await;
    }
}

/// The error of a body with these faults.
pub(super) fn invalid(mut faults: Vec<FieldError>) -> Error {
    faults.truncate(FAULTS_MAX);
    for fault in &mut faults {
        if let Some((cut, _)) = fault.field.char_indices().nth(NAME_MAX) {
            fault.field.truncate(cut);
            fault.field.push('…');
        }
    }
    Error::Validation(faults)
}

/// A JSON value in which no object holds a name twice: with two values for one field nobody can say
/// which of them was meant.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
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
        while let Some(Strict(value)) = seq.next_element()? {
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
            let Strict(value) = map.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use futures_util::{Stream, stream};
    use serde_json::json;
    use std::io;

    fn parse(text: &str) -> Result<Value, String> {
        serde_json::from_str(text)
            .map(|Strict(value)| value)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn values_come_through_unchanged() {
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
    fn more_than_one_value_and_endless_nesting_are_refused() {
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

    fn body(stream: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static) -> RequestBody {
        RequestBody::new(
            Body::from_stream(stream),
            &HeaderMap::new(),
            Duration::from_secs(30),
        )
    }

    async fn fault(body: &mut RequestBody) -> String {
        body.json().await.unwrap_err().to_string()
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let begun = stream::iter([Ok(Bytes::from("{"))]).chain(stream::pending());
        let mut slow = body(begun);
        assert!(fault(&mut slow).await.contains("within 30 s"));
        slow.discard().await;
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_refused() {
        let broken = stream::iter([Ok(Bytes::from("{}")), Err(io::Error::other("gone"))]);
        assert!(fault(&mut body(broken)).await.contains("ended early"));
    }

    #[tokio::test]
    async fn a_body_larger_than_a_mebibyte_is_refused_wherever_it_is_cut() {
        let chunk = || Ok(Bytes::from(vec![b' '; 1000]));
        let mut large = body(stream::repeat_with(chunk));
        assert!(fault(&mut large).await.contains("1 MiB"));
        // An endless rest is not read for ever.
        large.discard().await;
        let whole = Body::from(vec![b' '; BODY_MAX + 1]);
        let mut whole = RequestBody::new(whole, &HeaderMap::new(), DISCARD_LIMIT);
        assert!(fault(&mut whole).await.contains("1 MiB"));
    }

    #[test]
    fn long_names_and_many_faults_are_cut() {
        let fault = FieldError {
            field: "é".repeat(1000),
            message: "unknown".to_owned(),
        };
        let Error::Validation(faults) = invalid(vec![fault; 1000]) else {
            panic!("not a validation error");
        };
        assert_eq!(faults.len(), FAULTS_MAX);
        assert_eq!(faults[0].field.chars().count(), NAME_MAX + 1);
    }
}
