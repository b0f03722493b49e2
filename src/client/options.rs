//! Where a gateway is and how it is reached: the address, the token, whom to trust, which way to go.

use super::tls::{self, Authorities};
use super::token::TokenSource;
use super::{API, EXCERPT, Secret, SetupError, root_cause};
use crate::text::{clean_line, truncate_to_width};
use reqwest::Url;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

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
            body: 48 << 20,
        }
    }
}

/// What a client needs to know about its gateway.
#[derive(Debug, Clone)]
pub struct Options {
    /// For example `https://gateway.example.com`.
    pub base: String,
    pub token: Secret,
    /// Where a newer token comes from when this one is no longer accepted.
    pub source: Option<Arc<dyn TokenSource>>,
    /// Allows plain http to another machine.
    pub allow_insecure: bool,
    /// Authorities to trust beside those of the system.
    pub authorities: Authorities,
    /// The proxy to go through; without one those of the environment (`HTTPS_PROXY`, ...) count.
    pub proxy: Option<String>,
    pub limits: Limits,
}

impl Options {
    /// A gateway that is reached in the usual way.
    #[must_use]
    pub fn new(base: impl Into<String>, token: Secret) -> Self {
        Self {
            base: base.into(),
            token,
            source: None,
            allow_insecure: false,
            authorities: Authorities::default(),
            proxy: None,
            limits: Limits::default(),
        }
    }

    /// The way there, without any token: a connection pool, and scheme, host, port and prefix of the
    /// address, without a slash at the end and without the contract's base path.
    ///
    /// # Errors
    /// The address, the proxy or the authorities cannot be used; says why.
    pub fn way(&self) -> Result<(reqwest::Client, String), SetupError> {
        tls::install_tls();
        let url = check_base(&self.base, self.allow_insecure)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("groupdesk/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.limits.connect);
        // The own engine needs no certificates, so none are loaded for it.
        let plain = url.scheme() == "http" && is_loopback(&url) && self.proxy.is_none();
        builder = builder.tls_backend_preconfigured(if plain {
            tls::trusting_nobody()
        } else {
            self.authorities.client_config()?
        });
        if let Some(proxy) = &self.proxy {
            let proxy = check_proxy(proxy)?;
            let proxy = reqwest::Proxy::all(proxy)
                .map_err(|error| SetupError(format!("no proxy: {}", root_cause(&error))))?;
            builder = builder.proxy(proxy);
        } else if is_loopback(&url) {
            // A proxy has no business between the console and its own engine.
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|error| SetupError(format!("no HTTP client: {}", root_cause(&error))))?;
        let path = url.path().trim_end_matches('/');
        let prefix = path.strip_suffix(API).unwrap_or(path);
        let origin = url.origin().ascii_serialization();
        Ok((http, format!("{origin}{prefix}")))
    }
}

/// Whether an address can be a gateway's; see [`super::Client::new`].
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn check_address(base: &str, allow_insecure: bool) -> Result<(), SetupError> {
    check_base(base, allow_insecure).map(|_| ())
}

pub(super) fn check_base(base: &str, allow_insecure: bool) -> Result<Url, SetupError> {
    // What stands before an `@` may be a password.
    let shown = base.rsplit('@').next().unwrap_or(base);
    let shown = truncate_to_width(&clean_line(shown), EXCERPT);
    let url = Url::parse(base.trim()).map_err(|error| {
        SetupError(format!(
            "`{shown}` is not an address such as https://gateway.example.com: {error}"
        ))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SetupError(
            "the address must not hold credentials: a profile says where its token comes from"
                .to_owned(),
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
            "`{shown}` is not encrypted, so everybody on the way could read the token: use https, or set allow_insecure in a profile"
        ))),
        other => Err(SetupError(format!(
            "`{shown}` must begin with https:// or http://, not {other}:"
        ))),
    }
}

/// Whether an address can be a proxy's.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn check_proxy(proxy: &str) -> Result<Url, SetupError> {
    let shown = truncate_to_width(&clean_line(proxy), EXCERPT);
    let url = Url::parse(proxy.trim())
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        // What cannot be read as an address may hold a password all the same.
        let shown = shown.rsplit('@').next().unwrap_or_default();
        return Err(SetupError(format!(
            "`{shown}` is not a proxy such as http://proxy.example.com:3128"
        )));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(SetupError(
            "the proxy must not hold credentials: leave `proxy` out and set HTTPS_PROXY, which may"
                .to_owned(),
        ));
    }
    Ok(url)
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}
