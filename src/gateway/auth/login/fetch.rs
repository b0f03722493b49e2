//! Loading the frontend's public keys from a URL or a file.

use super::jwks::{KeySet, NoKeySet};
use crate::text::clean_line;
use anyhow::Context as _;
use reqwest::Url;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;

/// Largest key set that is read, in bytes.
const SIZE_MAX: usize = 256 * 1024;
/// Connect timeout.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// Timeout of the whole answer.
const LIMIT: Duration = Duration::from_secs(5);

/// The source of a key set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    Url(KeyAddress),
    File(PathBuf),
}

/// An address that keys may be trusted from; only [`KeySource::url`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAddress(Url);

/// An address that no key set may be loaded from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSource(String);

impl KeySource {
    /// A key set behind an address.
    ///
    /// # Errors
    /// Not a URL, with credentials, or unencrypted to another machine, where an attacker on the
    /// network could sign logins.
    pub fn url(text: &str) -> Result<Self, BadSource> {
        // The part before an `@` may be a password.
        let shown = clean_line(text.rsplit('@').next().unwrap_or(text));
        let url = Url::parse(text).map_err(|fault| {
            BadSource(format!(
                "`{shown}` is not an address such as https://id.example.com/jwks: {fault}"
            ))
        })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadSource(
                "the address of a key set must not hold credentials".to_owned(),
            ));
        }
        match url.scheme() {
            "https" => Ok(Self::Url(KeyAddress(url))),
            "http" if is_loopback(&url) => Ok(Self::Url(KeyAddress(url))),
            _ => Err(BadSource(format!(
                "`{shown}` must begin with https://: whoever could change the answer on its way could log in as anybody"
            ))),
        }
    }
}

/// This machine needs no encryption.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Why no key set came.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("{}", root_cause(.0))]
    Http(#[from] reqwest::Error),
    #[error("the answer was {0}")]
    Status(reqwest::StatusCode),
    #[error("more than {SIZE_MAX} bytes")]
    TooLarge,
    #[error("cannot read {}: {cause}", .path.display())]
    File {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error(transparent)]
    NoKeySet(#[from] NoKeySet),
}

/// The root cause of an HTTP error; its own message holds the address only.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Loads a key set.
pub(super) trait Source: Send + Sync + 'static {
    fn load(&self) -> impl Future<Output = Result<KeySet, FetchError>> + Send;
}

/// A source of this configuration.
pub(super) enum Fetch {
    Url { url: Url, http: reqwest::Client },
    File(PathBuf),
}

impl Fetch {
    /// # Errors
    /// The HTTP client cannot be built.
    pub(super) fn new(source: KeySource) -> anyhow::Result<Self> {
        Ok(match source {
            KeySource::File(path) => Self::File(path),
            KeySource::Url(KeyAddress(url)) => {
                let mut http = reqwest::Client::builder()
                    .user_agent(concat!("groupdesk/", env!("CARGO_PKG_VERSION")))
                    // The configured address is the one that is trusted, and no other.
                    .redirect(reqwest::redirect::Policy::none())
                    .connect_timeout(CONNECT_LIMIT)
                    .timeout(LIMIT);
                if is_loopback(&url) {
                    http = http.no_proxy();
                }
                let http = http
                    .build()
                    .context("no HTTP client for the login's keys")?;
                Self::Url { url, http }
            }
        })
    }
}

impl Source for Fetch {
    async fn load(&self) -> Result<KeySet, FetchError> {
        let json = match self {
            Self::Url { url, http } => download(http, url).await?,
            Self::File(path) => read(path).await?,
        };
        Ok(KeySet::parse(&json)?)
    }
}

async fn download(http: &reqwest::Client, url: &Url) -> Result<Vec<u8>, FetchError> {
    let mut answer = http.get(url.clone()).send().await?;
    if answer.status() != reqwest::StatusCode::OK {
        return Err(FetchError::Status(answer.status()));
    }
    let mut json = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if json.len() + chunk.len() > SIZE_MAX {
            return Err(FetchError::TooLarge);
        }
        json.extend_from_slice(&chunk);
    }
    Ok(json)
}

async fn read(path: &Path) -> Result<Vec<u8>, FetchError> {
    let fault = |cause| FetchError::File {
        path: path.to_owned(),
        cause,
    };
    let file = tokio::fs::File::open(path).await.map_err(fault)?;
    let mut json = Vec::new();
    // One byte more, to tell a full file from one that is too large.
    file.take(SIZE_MAX as u64 + 1)
        .read_to_end(&mut json)
        .await
        .map_err(fault)?;
    if json.len() > SIZE_MAX {
        return Err(FetchError::TooLarge);
    }
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::super::cache::Cache;
    use super::super::refusal::Refusal;
    use super::*;
    use jsonwebtoken::Algorithm;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_fetch_from_a_hanging_frontend_times_out() {
        crate::client::install_tls();
        for begun in ["", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/jwks", listener.local_addr().unwrap());
            let hanging = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                stream.write_all(begun.as_bytes()).await.unwrap();
                std::future::pending::<()>().await;
            });
            let source = Fetch::new(KeySource::url(&url).unwrap()).unwrap();
            let started = Instant::now();
            let found = Cache::new(source).find(Some("a"), Algorithm::EdDSA).await;
            assert_eq!(found.err(), Some(Refusal::NoKeys), "{begun:?}");
            assert!(started.elapsed() <= LIMIT + Duration::from_secs(1));
            hanging.abort();
        }
    }

    #[test]
    fn keys_are_fetched_over_tls_or_from_this_machine() {
        for good in [
            "https://id.example.com/jwks?v=1",
            "http://127.0.0.1:8080/jwks",
            "http://[::1]/jwks",
            "http://localhost/jwks",
        ] {
            assert!(KeySource::url(good).is_ok(), "{good}");
        }
        for (bad, word) in [
            ("id.example.com", "is not an address"),
            ("http://id.example.com/jwks", "https://"),
            ("http://127.0.0.1.example.com/jwks", "https://"),
            ("http://10.0.0.1/jwks", "https://"),
            ("file:///etc/jwks.json", "https://"),
            ("https://user:secret@id.example.com/jwks", "credentials"),
        ] {
            let fault = KeySource::url(bad).unwrap_err().to_string();
            assert!(fault.contains(word) && !fault.contains("secret"), "{fault}");
        }
    }
}
