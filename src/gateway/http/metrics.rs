//! `/metrics`: without a key from this machine, with one from others.

use super::authenticate::authenticate;
use super::extract::PublicRequest;
use super::respond::{self, Reply};
use super::server::Peer;
use crate::api::Capability;
use axum::http::{HeaderMap, HeaderName, header};
use std::net::IpAddr;

/// Whether a header is set by reverse proxies.
fn is_forwarding(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name, "forwarded" | "via" | "x-real-ip") || name.starts_with("x-forwarded-")
}

pub(super) async fn expose(request: &mut PublicRequest) -> Reply {
    if !is_local(request) {
        authenticate(&request.server, &request.parts.headers)
            .await?
            .require(Capability::Manage)?;
    }
    Ok(respond::open_metrics(
        request.server.engine.exposition().await,
    ))
}

/// Whether the client is on this machine: not a proxy on it that forwards for another machine, and
/// not a web page that reaches us by another host name (DNS rebinding).
fn is_local(request: &PublicRequest) -> bool {
    let peer = request.parts.extensions.get::<Peer>();
    !request.server.behind_proxy
        && peer.is_some_and(|peer| peer.address.ip().to_canonical().is_loopback())
        && is_for_this_machine(&request.parts.headers)
        && request
            .parts
            .uri
            .authority()
            .is_none_or(|authority| names_this_machine(authority.as_str()))
}

fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    host.to_str().is_ok_and(names_this_machine) && !headers.keys().any(is_forwarding)
}

/// Whether a host, with a port or without, is this machine.
fn names_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(name);
    address.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_addressed_to_this_machine_are_local() {
        let table: &[(&[(&'static str, &str)], bool)] = &[
            (&[("host", "127.0.0.1:8080")], true),
            (&[("host", "LOCALHOST")], true),
            (&[("host", "localhost:80")], true),
            (&[("host", "[::1]:8080")], true),
            (&[("host", "[::1]")], true),
            (&[], false),
            (&[("host", "gateway.example.com")], false),
            (&[("host", "localhost.example.com:80")], false),
            (&[("host", "10.0.0.1:8080")], false),
            (&[("host", "localhost"), ("host", "localhost")], false),
            (
                &[("host", "localhost"), ("x-forwarded-for", "1.2.3.4")],
                false,
            ),
            (&[("host", "localhost"), ("forwarded", "for=_x")], false),
            (&[("host", "localhost"), ("via", "1.1 proxy")], false),
        ];
        for (pairs, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *pairs {
                headers.append(*name, value.parse().unwrap());
            }
            assert_eq!(is_for_this_machine(&headers), *expected, "{pairs:?}");
        }
    }
}
