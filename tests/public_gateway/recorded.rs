//! What the public gateway answered, byte by byte: `exchanges.json` is a recording of 70 requests to a
//! running one with data of our own. Long lists are cut to three rows there.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// One request and its answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    pub name: String,
    /// The name of the sent token: see [`super::token_of`].
    pub token: String,
    pub request: Asked,
    pub response: Answered,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub body: Option<Value>,
    pub raw_body: Option<String>,
}

impl Asked {
    /// The body as sent.
    pub fn text(&self) -> String {
        match (&self.raw_body, &self.body) {
            (Some(raw), _) => raw.clone(),
            (None, Some(body)) => body.to_string(),
            (None, None) => String::new(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    /// The number of rows of a truncated list.
    pub rows_in_the_real_answer: Option<usize>,
}

impl Answered {
    /// The body as received.
    pub fn text(&self) -> String {
        match &self.body {
            Value::Null => String::new(),
            body => match body.get("_text").and_then(Value::as_str) {
                Some(text) => text.to_owned(),
                None => body.to_string(),
            },
        }
    }
}

/// Every exchange, in the order of the recording.
pub fn exchanges() -> Vec<Exchange> {
    serde_json::from_str(include_str!("exchanges.json")).expect("the recording")
}

/// The exchange with this name.
pub fn named(name: &str) -> Exchange {
    let mut all = exchanges().into_iter();
    all.find(|exchange| exchange.name == name)
        .unwrap_or_else(|| panic!("nothing was recorded as {name:?}"))
}

/// The answer of the exchange with this name.
pub fn answer(name: &str) -> Answered {
    named(name).response
}
