//! `[serve]`: where and how the gateway is served. Refuses to serve without encryption to other
//! machines.

use super::error::ConfigError;
use super::layer::Layers;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// The default address of `groupdesk serve`.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const DRAIN_SECONDS: u64 = 10;

/// How the gateway is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Serve {
    pub listen: SocketAddr,
    pub tls: Option<TlsFiles>,
    /// A reverse proxy terminates TLS and forwards for clients elsewhere.
    pub behind_proxy: bool,
    /// How long requests are still served after readiness turned red.
    pub linger: Duration,
    /// Time limit for requests in flight after that.
    pub drain: Duration,
}

/// PEM files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

pub(super) fn read(layers: &Layers) -> Result<Serve, ConfigError> {
    let listen = match layers.text("serve.listen").filter(|text| !text.is_empty()) {
        None => LISTEN,
        Some(text) => parse_listen(text)
            .map_err(|wanted| layers.fault("serve.listen", &format!("this {wanted}")))?,
    };
    let tls = match (layers.path("serve.tls_cert"), layers.path("serve.tls_key")) {
        (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
        (None, None) => None,
        (Some(_), None) => {
            return Err(layers.fault(
                "serve.tls_cert",
                "a certificate needs its private key: set tls_key as well",
            ));
        }
        (None, Some(_)) => {
            return Err(layers.fault(
                "serve.tls_key",
                "a private key needs its certificate: set tls_cert as well",
            ));
        }
    };
    let behind_proxy = layers.flag("serve.behind_proxy").unwrap_or(false);
    if tls.is_none() && !behind_proxy && !listen.ip().is_loopback() {
        return Err(layers.fault(
            "serve.listen",
            &format!(
                "{listen} is reachable from other machines, and without TLS the keys would be readable on \
                 the network: set tls_cert and tls_key, or behind_proxy where a reverse proxy encrypts"
            ),
        ));
    }
    let seconds = |setting, default| Duration::from_secs(layers.number(setting).unwrap_or(default));
    Ok(Serve {
        listen,
        tls,
        behind_proxy,
        linger: seconds("serve.linger_seconds", 0),
        drain: seconds("serve.drain_seconds", DRAIN_SECONDS),
    })
}

/// The address of `--listen` and `serve.listen`: an IP address with a port, `localhost:PORT` or `:PORT`.
/// The last two mean this machine alone, so that nothing is served to others by accident.
///
/// # Errors
/// The requirement, to follow the name of the setting.
pub(crate) fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    let port = text
        .strip_prefix("localhost:")
        .or_else(|| text.strip_prefix(':'));
    if let Some(Ok(port)) = port.map(str::parse) {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| {
        "must be an address with a port, such as 127.0.0.1:8080 or [::]:8443 (all interfaces); \
         localhost:8080 and :8080 mean 127.0.0.1:8080"
            .to_owned()
    })
}
