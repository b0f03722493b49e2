//! HTTP requests.

use super::{Gateway, PATIENCE, document};
use reqwest::header::HeaderMap;
use serde_json::Value;

/// The caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Every capability in the first organization.
    All,
    Read,
    Send,
    Manage,
    Events,
    /// Every capability in the second organization.
    Other,
    /// No credentials.
    None,
}

impl Key {
    pub fn secret(self) -> &'static str {
        match self {
            Self::All => "wa_test-key-with-every-capability",
            Self::Read => "wa_test-key-that-may-only-read",
            Self::Send => "wa_test-key-that-may-only-send",
            Self::Manage => "wa_test-key-that-may-only-manage",
            Self::Events => "wa_test-key-that-may-only-listen",
            Self::Other => "wa_test-key-of-the-other-organization",
            Self::None => "",
        }
    }

    /// The key's id: the audit log's actor is `key:<id>`.
    pub fn id(self) -> &'static str {
        match self {
            Self::All => "test-all",
            Self::Read => "test-read",
            Self::Send => "test-send",
            Self::Manage => "test-manage",
            Self::Events => "test-events",
            Self::Other => "test-other",
            Self::None => "",
        }
    }

    /// The key with a single capability, by the contract's name for it.
    pub fn only(capability: &str) -> Self {
        match capability {
            "read" => Self::Read,
            "send" => Self::Send,
            "manage" => Self::Manage,
            "events" => Self::Events,
            other => panic!("no such capability: {other}"),
        }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Ask {
    method: String,
    path: String,
    key: Key,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
}

impl Ask {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            key: Key::All,
            headers: Vec::new(),
            body: None,
        }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub fn post(path: &str) -> Self {
        Self::new("POST", path)
    }

    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    /// Sends a login instead of a key.
    pub fn login(self, token: &str) -> Self {
        self.key(Key::None)
            .header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
            .header("content-type", "application/json")
    }

    pub fn text(mut self, body: &str) -> Self {
        self.body = Some(body.as_bytes().to_owned());
        self
    }

    /// Sends the request. Every answer must satisfy the contract's rules for all answers.
    pub async fn to(self, gateway: &Gateway) -> Reply {
        let mut request = gateway
            .client
            .request(self.method.parse().unwrap(), gateway.at(&self.path))
            .timeout(PATIENCE);
        if self.key != Key::None {
            request = request.bearer_auth(self.key.secret());
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = self.body.clone() {
            request = request.body(body);
        }
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{} {}: {error:?}", self.method, self.path));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let reply = Reply::new(status, headers, text, self.method == "HEAD");
        reply.check(&format!("{} {}", self.method, self.path));
        document::check(&self.method, &self.path, reply.status, &reply.json);
        reply
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// `null` when there is no body.
    pub json: Value,
    head: bool,
}

impl Reply {
    fn new(status: u16, headers: HeaderMap, text: String, head: bool) -> Self {
        Self {
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            status,
            headers,
            text,
            head,
        }
    }

    fn check(&self, what: &str) {
        let id = self.header("x-request-id");
        assert!(ulid::Ulid::from_string(&id).is_ok(), "{what}: id {id:?}");
        assert_eq!(self.header("x-content-type-options"), "nosniff", "{what}");
        if self.head || self.status == 204 {
            assert_eq!(self.text, "", "{what}");
        } else {
            assert_eq!(self.header("content-type"), "application/json", "{what}");
            assert_ne!(self.json, Value::Null, "{what}: {}", self.text);
        }
        if self.status >= 300 && !self.head {
            let error = &self.json["error"];
            assert!(error["code"].is_string(), "{what}: {}", self.text);
            assert!(
                error["message"].as_str().is_some_and(|m| !m.is_empty()),
                "{what}: {}",
                self.text
            );
        }
        if self.status == 429 {
            assert!(self.header("retry-after").parse::<u64>().unwrap() >= 1);
        }
        if self.status == 401 {
            assert_eq!(self.header("www-authenticate"), "Bearer", "{what}");
        }
    }

    /// A header's value; empty when absent.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    /// The body, of an answer that must have this status.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json
    }

    /// `error.details`, of an answer that must be this error.
    #[track_caller]
    pub fn error(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.json["error"]["code"], code, "{}", self.text);
        self.json["error"]["details"].clone()
    }

    /// The fields named by a `validation_error`.
    #[track_caller]
    pub fn invalid(self) -> Vec<String> {
        let details = self.error(400, "validation_error");
        details["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("no details.errors: {details}"))
            .iter()
            .map(|error| {
                assert!(!error["message"].as_str().unwrap().is_empty());
                error["field"].as_str().unwrap().to_owned()
            })
            .collect()
    }
}
