//! The typed client of the gateway's HTTP contract.
//!
//! One method per row of the contract. It never follows a redirect (a key belongs to one host),
//! bounds the time and the size of every answer, and tells failures apart ([`ClientError`]).

mod answer;
mod error;
mod groups;
mod health;
mod keys;
mod listing;
mod options;
pub mod realtime;
mod retry;
mod secret;
mod sessions;
mod tls;
mod token;

pub use answer::{destination, without_secrets};
pub use error::{ClientError, SetupError};
pub use listing::Listing;
pub use options::{Limits, Options, check_address, check_environment_proxy, check_proxy};
pub use retry::Retry;
pub use secret::Secret;
pub use sessions::AuditFilter;
pub use tls::{Authorities, install_tls};
pub use token::TokenSource;

use answer::{Answer, broken, root_cause};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use token::Bearer;

/// Where the contract's paths begin.
const API: &str = "/api/v1";
/// Longest text of a foreign answer that an error keeps, in columns.
const EXCERPT: usize = 200;
/// Bytes of the answer to a change.
const CHANGE_ANSWER_MAX: usize = 1 << 20;

/// Speaks to one gateway with one token. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// See [`Options::way`].
    base: String,
    bearer: Arc<Bearer>,
    limits: Limits,
    /// Held by whoever takes in a large answer.
    large: Arc<tokio::sync::Mutex<()>>,
}

impl Client {
    /// A client for the gateway at `base`, for example `https://gateway.example.com`.
    ///
    /// # Errors
    /// The address is not one of http or https, is plain http to another machine without
    /// `allow_insecure`, or the key cannot be sent in a header.
    pub fn new(base: &str, key: &Secret, allow_insecure: bool) -> Result<Self, SetupError> {
        Self::open(&Options {
            allow_insecure,
            ..Options::new(base, key.clone())
        })
    }

    /// A client for a gateway that is reached in its own way.
    ///
    /// # Errors
    /// As [`Client::new`]; also when the proxy or the authorities cannot be used.
    pub fn open(options: &Options) -> Result<Self, SetupError> {
        let (http, base) = options.way()?;
        Ok(Self {
            http,
            base,
            bearer: Arc::new(Bearer::new(&options.token, options.source.clone())?),
            limits: options.limits,
            large: Arc::default(),
        })
    }

    /// The gateway's address, for people.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A GET that the gateway answers from its store.
    async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::GET, path, None::<&()>, self.limits.stored)
            .await
    }

    /// A call with a JSON answer.
    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
    ) -> Result<T, ClientError> {
        self.send(method, path, body, limit).await?.json()
    }

    /// A call whose answer has no body worth reading.
    async fn command(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
    ) -> Result<(), ClientError> {
        self.send(method, path, body, limit).await?.nothing_needed()
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
    ) -> Result<Answer, ClientError> {
        let token = self.bearer.header();
        let outcome = self
            .exchange(method.clone(), path, body, limit, &token)
            .await;
        let Err(refusal) = &outcome else {
            return outcome;
        };
        let is_unauthorized = refusal.status() == Some(401);
        // While its store is away a gateway may know neither tokens nor sessions.
        if (is_unauthorized || refusal.is_unknown_session())
            && matches!(self.is_ready().await, Ok(false))
        {
            return Err(ClientError::NotReady);
        }
        if !is_unauthorized {
            return outcome;
        }
        // Nothing was done in the name of a token that is not accepted, so even a change may be
        // sent again with another one.
        match self.bearer.renewed(&token).await {
            Some(token) => self.exchange(method, path, body, limit, &token).await,
            None => outcome,
        }
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
        token: &HeaderValue,
    ) -> Result<Answer, ClientError> {
        // Only listings are large.
        let most = match method {
            Method::GET => self.limits.body,
            _ => self.limits.body.min(CHANGE_ANSWER_MAX),
        };
        let mut request = self
            .http
            .request(method, format!("{}{API}{path}", self.base))
            .header(AUTHORIZATION, token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let exchange = async {
            let response = request.send().await.map_err(|error| broken(error, limit))?;
            self.receive(response, limit, most).await
        };
        tokio::time::timeout(limit, exchange)
            .await
            .unwrap_or(Err(ClientError::TimedOut(limit)))
    }
}

/// One segment of a path, or one value of a query. Only letters, digits, `-`, `_`, `.` and `~` stay
/// as they are; a segment that would climb in the path becomes one that does not exist.
fn encode(text: &str) -> String {
    use std::fmt::Write as _;
    if matches!(text, "" | "." | "..") {
        return "~".to_owned();
    }
    let mut out = String::with_capacity(text.len() + 4);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests;
