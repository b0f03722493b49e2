//! Connection options: the address, the token, trusted certificates, the proxy.

use super::error::SetupError;
use super::foreign::{EXCERPT, root_cause};
use super::secret::Secret;
use super::tls::{self, Authorities};
use super::token::TokenSource;
use crate::text::{clean_line, truncate_to_width};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// The path prefix of the API.
pub(super) const API: &str = "/api/v1";

/// The proxies that a profile can name; with `socks5h` the proxy looks the name up.
const PROXY_SCHEMES: [&str; 4] = ["http", "https", "socks5", "socks5h"];

/// Time and size limits of answers.
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

/// The options of a client.
#[derive(Debug, Clone)]
pub struct Options {
    /// For example `https://gateway.example.com`.
    pub base: String,
    pub token: Secret,
    /// The source of a new token when this one is refused.
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

    /// The connection pool and the base URL (scheme, host, port and prefix, without the API path),
    /// independent of the token.
    ///
    /// # Errors
    /// The address, the proxy or the authorities are invalid.
    pub fn transport(&self) -> Result<(reqwest::Client, String), SetupError> {
        tls::install_tls();
        let url = check_base(&self.base, self.allow_insecure)?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("groupdesk/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.limits.connect);
        // The local engine uses no TLS, so no certificates are loaded.
        let plain = url.scheme() == "http" && is_loopback(&url) && self.proxy.is_none();
        builder = builder.tls_backend_preconfigured(if plain {
            tls::without_authorities()
        } else {
            self.authorities.client_config()?
        });
        if let Some(proxy) = &self.proxy {
            let proxy = check_proxy(proxy)?;
            let proxy = reqwest::Proxy::all(proxy)
                .map_err(|error| SetupError(format!("no proxy: {}", root_cause(&error))))?;
            builder = builder.proxy(proxy);
        } else if is_loopback(&url) {
            // Never use a proxy between the console and its own engine.
            builder = builder.no_proxy();
        } else {
            check_environment_proxy(&url)?;
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
/// A sentence with the fault and the remedy.
pub fn check_address(base: &str, allow_insecure: bool) -> Result<(), SetupError> {
    check_base(base, allow_insecure).map(|_| ())
}

pub(super) fn check_base(base: &str, allow_insecure: bool) -> Result<Url, SetupError> {
    // The part before an `@` may be a password.
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
            "`{shown}` is not encrypted, so the token would be readable on the network: use https, or set allow_insecure in a profile"
        ))),
        other => Err(SetupError(format!(
            "`{shown}` must begin with https:// or http://, not {other}:"
        ))),
    }
}

/// Whether an address can be a proxy's.
///
/// # Errors
/// A sentence with the fault and the remedy.
pub fn check_proxy(proxy: &str) -> Result<Url, SetupError> {
    let shown = truncate_to_width(&clean_line(proxy), EXCERPT);
    let url = Url::parse(proxy.trim())
        .ok()
        .filter(|url| PROXY_SCHEMES.contains(&url.scheme()) && url.has_host());
    let Some(url) = url else {
        // Even an invalid address may hold a password.
        let shown = shown.rsplit('@').next().unwrap_or_default();
        return Err(SetupError(format!(
            "`{shown}` is not a proxy such as http://proxy.example.com:3128 or socks5h://127.0.0.1:1080"
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

/// Validates the environment's proxy for this address. The HTTP library would ignore an invalid
/// one, and requests would bypass the proxy.
///
/// # Errors
/// Which variable is wrong, and what would be right.
pub fn check_environment_proxy(url: &Url) -> Result<(), SetupError> {
    proxy_fault(url, |name| {
        let value = std::env::var_os(name)?;
        Some(
            value
                .into_string()
                .unwrap_or_else(|_| UNREADABLE.to_owned()),
        )
    })
}

/// Replaces a value that is not UTF-8.
const UNREADABLE: &str = "\u{fffd}";

fn proxy_fault(url: &Url, variable: impl Fn(&str) -> Option<String>) -> Result<(), SetupError> {
    let own: [&str; 2] = match url.scheme() {
        "https" => ["HTTPS_PROXY", "https_proxy"],
        _ => ["HTTP_PROXY", "http_proxy"],
    };
    // The first of each pair that is set counts, as in the library that follows them.
    let first = |names: [&'static str; 2]| {
        let mut found = names
            .into_iter()
            .filter_map(|name| Some((name, variable(name)?)));
        found.next().filter(|(_, value)| !value.is_empty())
    };
    let Some((name, value)) = first(own).or_else(|| first(["ALL_PROXY", "all_proxy"])) else {
        return Ok(());
    };
    let no = ["NO_PROXY", "no_proxy"].into_iter().find_map(&variable);
    let uri: Option<hyper::Uri> = url.as_str().parse().ok();
    let reads = |proxy: &str| {
        let matcher = Matcher::builder()
            .all(proxy)
            .no(no.as_deref().unwrap_or_default())
            .build();
        uri.as_ref()
            .is_some_and(|uri| matcher.intercept(uri).is_some())
    };
    // NO_PROXY may leave the address out.
    if !reads("http://proxy.invalid") || reads(&value) {
        return Ok(());
    }
    // The value may hold a password.
    Err(SetupError(format!(
        "the variable {name} is not the address of a proxy such as http://proxy.example.com:3128 \
         or socks5h://127.0.0.1:1080: correct it, or unset it"
    )))
}

pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_proxy_variable_is_an_error() {
        let fault = |url: &str, variables: &[(&str, &str)]| {
            let url = Url::parse(url).unwrap();
            let value = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            proxy_fault(&url, value).err().map(|error| error.0)
        };
        let gateway = "https://gateway.example.com";
        for wrong in [
            "http://[::1",
            "proxy example",
            "ftp://proxy.example.com",
            "http://user:secret@",
            UNREADABLE,
        ] {
            for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
                let message = fault(gateway, &[(name, wrong)]).unwrap();
                assert!(
                    message.starts_with(&format!("the variable {name} is not")),
                    "{message}"
                );
                assert!(!message.contains("secret"), "{message}");
            }
            // The proxy of another scheme, and one excluded by `NO_PROXY`.
            assert_eq!(fault(gateway, &[("HTTP_PROXY", wrong)]), None);
            let without = [("HTTPS_PROXY", wrong), ("NO_PROXY", "example.com")];
            assert_eq!(fault(gateway, &without), None);
        }
        for right in [
            "",
            "proxy.example.com:3128",
            "http://user:secret@proxy.example.com:3128",
            "socks5h://127.0.0.1:1080",
        ] {
            assert_eq!(fault(gateway, &[("HTTPS_PROXY", right)]), None, "{right}");
        }
    }
}
