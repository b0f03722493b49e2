//! The typed client of the gateway's HTTP contract.
//!
//! One method per row of the contract. It never follows a redirect (a key belongs to one host),
//! bounds the time and the size of every answer, and tells failures apart ([`ClientError`]).

mod error;
mod groups;
pub mod realtime;
mod secret;
mod sessions;

pub use error::{ClientError, SetupError};
pub use secret::Secret;
pub use sessions::AuditFilter;

use crate::api::{ErrorBody, List};
use crate::text::{clean_line, truncate_to_width};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::time::Duration;

/// Where the contract's paths begin.
const API: &str = "/api/v1";
/// Longest text of a foreign answer that an error keeps, in columns.
const EXCERPT: usize = 200;
/// Pages of one listing; a gateway that has more is turning in circles.
const PAGES_MAX: usize = 10_000;

/// Makes TLS work, once per process; further calls do nothing.
pub fn install_tls() {
    // An error says that a provider is installed already, which is all that is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// How long and how large an answer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub connect: Duration,
    /// Calls that the gateway answers from its store.
    pub stored: Duration,
    /// Calls that ask WhatsApp; a `PATCH` gets this much for each of its fields.
    pub live: Duration,
    /// Bytes of a body.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            stored: Duration::from_secs(15),
            live: Duration::from_secs(30),
            body: 64 << 20,
        }
    }
}

/// Speaks to one gateway with one key. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Scheme, host, port and prefix, without a slash at the end and without [`API`].
    base: String,
    limits: Limits,
}

impl Client {
    /// A client for the gateway at `base`, for example `https://gateway.example.com`.
    ///
    /// # Errors
    /// The address is not one of http or https, is plain http to another machine without
    /// `allow_insecure`, or the key cannot be sent in a header.
    pub fn new(base: &str, key: &Secret, allow_insecure: bool) -> Result<Self, SetupError> {
        Self::with_limits(base, key, allow_insecure, Limits::default())
    }

    /// As [`Client::new`], with other limits.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_limits(
        base: &str,
        key: &Secret,
        allow_insecure: bool,
        limits: Limits,
    ) -> Result<Self, SetupError> {
        install_tls();
        let url = check_base(base, allow_insecure)?;
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", key.expose()))
            .map_err(|_| SetupError("the key holds characters that no key has".to_owned()))?;
        bearer.set_sensitive(true);
        let mut builder = reqwest::Client::builder()
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, bearer)]))
            .user_agent(concat!("groupdesk/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect);
        if is_loopback(&url) {
            // A proxy has no business between the console and its own engine.
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| SetupError(format!("no HTTP client: {}", root_cause(&error))))?;
        let path = url.path().trim_end_matches('/');
        let prefix = path.strip_suffix(API).unwrap_or(path);
        let origin = url.origin().ascii_serialization();
        Ok(Self {
            http,
            base: format!("{origin}{prefix}"),
            limits,
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

    /// Every page of a listing; `path` may hold a query.
    async fn read_all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ClientError> {
        let mut page: List<T> = self.read(path).await?;
        let mut all = page.data;
        let separator = if path.contains('?') { '&' } else { '?' };
        for _ in 1..PAGES_MAX {
            if page.next_cursor.is_empty() {
                return Ok(all);
            }
            let cursor = page.next_cursor;
            page = self
                .read(&format!("{path}{separator}cursor={}", encode(&cursor)))
                .await?;
            if page.next_cursor == cursor {
                break;
            }
            all.append(&mut page.data);
        }
        Err(ClientError::NotTheContract {
            status: 200,
            text: "its listing does not end".to_owned(),
        })
    }

    /// A call with a JSON answer.
    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
    ) -> Result<T, ClientError> {
        let (status, body) = self.send(method, path, body, limit).await?;
        serde_json::from_slice(&body).map_err(|_| not_the_contract(status, &body))
    }

    /// A call whose answer has no body worth reading.
    async fn command(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
    ) -> Result<(), ClientError> {
        self.send(method, path, body, limit).await.map(|_| ())
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + ?Sized)>,
        limit: Duration,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let mut request = self
            .http
            .request(method, format!("{}{API}{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let exchange = async {
            let response = request.send().await.map_err(|error| broken(error, limit))?;
            self.receive(response, limit).await
        };
        tokio::time::timeout(limit, exchange)
            .await
            .unwrap_or(Err(ClientError::TimedOut(limit)))
    }

    async fn receive(
        &self,
        mut response: Response,
        limit: Duration,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let status = response.status();
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| broken(error, limit))?
        {
            if body.len() + chunk.len() > self.limits.body {
                return Err(ClientError::NotTheContract {
                    status: status.as_u16(),
                    text: format!("its answer is larger than {} bytes", self.limits.body),
                });
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() {
            Ok((status, body))
        } else {
            Err(refused(status, &headers, &body))
        }
    }
}

/// A refusal in the contract's words, or whatever else it is.
fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ClientError {
    if status.is_redirection() {
        return ClientError::NotTheContract {
            status: status.as_u16(),
            text: "it redirects elsewhere, and the key is not sent there".to_owned(),
        };
    }
    let Ok(ErrorBody { error }) = serde_json::from_slice(body) else {
        return not_the_contract(status, body);
    };
    let seconds = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .or_else(|| error.details.get("retryAfterSeconds")?.as_u64());
    let request_id = headers
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .map(|id| truncate_to_width(&clean_line(id), EXCERPT));
    ClientError::Api {
        status: status.as_u16(),
        error,
        request_id,
        retry_after: seconds.map(Duration::from_secs),
    }
}

fn not_the_contract(status: StatusCode, body: &[u8]) -> ClientError {
    let start = &body[..body.len().min(4 * EXCERPT)];
    let text = String::from_utf8_lossy(start);
    ClientError::NotTheContract {
        status: status.as_u16(),
        text: match truncate_to_width(clean_line(&text).trim(), EXCERPT) {
            empty if empty.is_empty() => "its answer is empty".to_owned(),
            text => text,
        },
    }
}

fn broken(error: reqwest::Error, limit: Duration) -> ClientError {
    if error.is_timeout() && !error.is_connect() {
        return ClientError::TimedOut(limit);
    }
    ClientError::Unreachable(root_cause(&error.without_url()))
}

/// The innermost message of an error: what really happened.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    truncate_to_width(&clean_line(&cause.to_string()), EXCERPT)
}

/// Whether an address can be a gateway's; see [`Client::new`].
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn check_address(base: &str, allow_insecure: bool) -> Result<(), SetupError> {
    check_base(base, allow_insecure).map(|_| ())
}

fn check_base(base: &str, allow_insecure: bool) -> Result<Url, SetupError> {
    let shown = truncate_to_width(&clean_line(base), EXCERPT);
    let url = Url::parse(base.trim()).map_err(|error| {
        SetupError(format!(
            "`{shown}` is not an address such as https://gateway.example.com: {error}"
        ))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SetupError(
            "the address must not hold credentials: give the key by file or environment".to_owned(),
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(SetupError(format!(
            "`{shown}` must end with its path: no `?` or `#`"
        )));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if allow_insecure || is_loopback(&url) => Ok(url),
        "http" => Err(SetupError(format!(
            "`{shown}` is not encrypted, so everybody on the way could read the key: use https, or set allow_insecure"
        ))),
        other => Err(SetupError(format!(
            "`{shown}` must begin with https:// or http://, not {other}:"
        ))),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
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
