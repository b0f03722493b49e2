//! The client: sending a request and awaiting its answer.

use super::answer::{self, Answer, broken};
use super::error::{ClientError, SetupError};
use super::options::{API, Limits, Options};
use super::secret::Secret;
use super::token::Bearer;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of the answer to a change.
const CHANGE_ANSWER_MAX: usize = 1 << 20;

/// A client for one gateway with one token. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) http: reqwest::Client,
    /// See [`Options::transport`].
    pub(super) base: String,
    pub(super) bearer: Arc<Bearer>,
    pub(super) limits: Limits,
    /// Held while a large answer is received.
    pub(super) large: Arc<tokio::sync::Mutex<()>>,
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
        let (http, base) = options.transport()?;
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
    pub(super) async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::GET, path, None::<&()>, self.limits.stored)
            .await
    }

    /// A call with a JSON answer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
    ) -> Result<T, ClientError> {
        self.send(method, path, body, limit).await?.json()
    }

    /// A call whose body is not needed.
    pub(super) async fn command(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
    ) -> Result<(), ClientError> {
        self.send(method, path, body, limit).await?.nothing_needed()
    }

    pub(super) async fn send(
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
        // During a store outage a gateway may know neither tokens nor sessions.
        if (is_unauthorized || refusal.is_unknown_session())
            && matches!(self.is_ready().await, Ok(false))
        {
            return Err(ClientError::NotReady);
        }
        if !is_unauthorized {
            return outcome;
        }
        // A request with a refused token was not executed, so even a change may be sent again with
        // another token.
        match self.bearer.renewed(&token).await {
            Some(token) => self.exchange(method, path, body, limit, &token).await,
            None => outcome,
        }
    }

    pub(super) async fn exchange(
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
            answer::receive(response, &self.large, limit, most).await
        };
        tokio::time::timeout(limit, exchange)
            .await
            .unwrap_or(Err(ClientError::TimedOut(limit)))
    }
}
