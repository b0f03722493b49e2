//! The TCP connection: the proxy, name resolution, the port.

use super::report::{Check, Report};
use crate::config::Profile;
use crate::text::clean_line;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// Addresses that are named.
const NAMED: usize = 4;
/// Bytes of a proxy's answer.
const HEAD_MAX: usize = 16 << 10;
/// Delay before the next address is tried in parallel.
const HEAD_START: Duration = Duration::from_millis(250);

/// The host and port to connect to.
pub(super) struct Route {
    pub url: Url,
    pub host: String,
    pub port: u16,
    /// The proxy in between, and how it is greeted.
    pub proxy: Option<Proxy>,
    pub limit: Duration,
}

/// A proxy in between.
pub(super) struct Proxy {
    url: Url,
    /// The value of `Proxy-Authorization`, which is never shown.
    authorization: Option<String>,
}

impl Route {
    pub(super) fn new(profile: &Profile, url: &Url, limit: Duration) -> Self {
        Self {
            host: bare_host(url),
            port: url.port_or_known_default().unwrap_or(443),
            proxy: proxy(profile, url),
            url: url.clone(),
            limit,
        }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether the gateway can be connected to directly: not if only the proxy can reach it, and
    /// not through a proxy that needs TLS or SOCKS.
    pub(super) fn is_direct(&self) -> bool {
        match &self.proxy {
            None => true,
            Some(proxy) => self.is_encrypted() && proxy.url.scheme() == "http",
        }
    }
}

/// The proxy that the desk's requests take: the profile's, else the environment's.
fn proxy(profile: &Profile, url: &Url) -> Option<Proxy> {
    if let Some(proxy) = &profile.proxy {
        return Url::parse(proxy).ok().map(|url| Proxy {
            url,
            authorization: None,
        });
    }
    if is_this_machine(url) {
        return None;
    }
    let intercept = Matcher::from_env().intercept(&url.as_str().parse().ok()?)?;
    let authorization = intercept
        .basic_auth()
        .and_then(|value| value.to_str().ok().map(str::to_owned))
        .or_else(|| {
            let (user, password) = intercept.raw_auth()?;
            let pair = STANDARD.encode(format!("{user}:{password}"));
            Some(format!("Basic {pair}"))
        });
    Some(Proxy {
        url: Url::parse(&intercept.uri().to_string()).ok()?,
        authorization,
    })
}

/// Whether an address is on this machine.
pub(super) fn is_this_machine(url: &Url) -> bool {
    let host = bare_host(url);
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn bare_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned()
}

/// A connection to the gateway's port, through the proxy where there is one.
pub(super) async fn check(
    route: &Route,
    report: &mut Report,
) -> std::io::Result<Option<TcpStream>> {
    let (host, port) = match &route.proxy {
        Some(proxy) => {
            let port = proxy.url.port_or_known_default().unwrap_or(80);
            (bare_host(&proxy.url), port)
        }
        None => (route.host.clone(), route.port),
    };
    let addresses = match resolve(&host, port, route.limit).await {
        Ok((check, addresses)) => {
            report.add(check)?;
            addresses
        }
        Err(check) => {
            report.add(check)?;
            report.skip(&["connect"], "there is no address")?;
            return Ok(None);
        }
    };
    let mut stream = match connect(&host, port, &addresses, route).await {
        Ok((check, stream)) => {
            report.add(check)?;
            stream
        }
        Err(check) => {
            report.add(check)?;
            return Ok(None);
        }
    };
    if let Some(proxy) = route.proxy.as_ref().filter(|_| route.is_encrypted()) {
        let check = tunnel(&mut stream, proxy, route).await;
        if !report.add(check)? {
            return Ok(None);
        }
    }
    Ok(Some(stream))
}

async fn resolve(
    host: &str,
    port: u16,
    limit: Duration,
) -> Result<(Check, Vec<SocketAddr>), Check> {
    if let Ok(address) = host.parse::<IpAddr>() {
        let check = Check::ok("resolve", format!("{address} is an address, no name"));
        return Ok((check, vec![SocketAddr::new(address, port)]));
    }
    named(host, lookup_host((host, port)), limit).await
}

/// The result of name resolution.
async fn named(
    host: &str,
    lookup: impl Future<Output = std::io::Result<impl Iterator<Item = SocketAddr>>>,
    limit: Duration,
) -> Result<(Check, Vec<SocketAddr>), Check> {
    let spelled = "check the spelling, the network and the VPN; a proxy may be needed to get out";
    let unknown = |why: &str| {
        let seen = format!("{host} has no address: {why}");
        Check::fail("resolve", "name_not_found", seen, spelled)
    };
    let found = match timeout(limit, lookup).await {
        Err(_) => {
            let seen = format!("the name server did not answer for {host} in time");
            return Err(Check::fail("resolve", "name_timeout", seen, spelled));
        }
        Ok(Err(error)) => return Err(unknown(&error.to_string())),
        Ok(Ok(found)) => found,
    };
    let addresses: Vec<SocketAddr> = found.collect();
    if addresses.is_empty() {
        return Err(unknown("the name server knows none"));
    }
    let mut shown: Vec<_> = addresses
        .iter()
        .take(NAMED)
        .map(|address| address.ip().to_string())
        .collect();
    if addresses.len() > NAMED {
        shown.push(format!("{} more", addresses.len() - NAMED));
    }
    let check = Check::ok("resolve", format!("{host} is {}", shown.join(", ")));
    Ok((check, addresses))
}

async fn connect(
    host: &str,
    port: u16,
    addresses: &[SocketAddr],
    route: &Route,
) -> Result<(Check, TcpStream), Check> {
    let what = match route.proxy {
        Some(_) => "the proxy ",
        None => "",
    };
    let mut last = None;
    let trying = async {
        let mut tries: FuturesUnordered<_> = (0..).zip(addresses).map(dial).collect();
        while let Some((address, outcome)) = tries.next().await {
            match outcome {
                Ok(stream) => return Some((address, stream)),
                Err(error) => last = Some(error),
            }
        }
        None
    };
    let connected = timeout(route.limit, trying).await;
    let place = format!("{what}{host}:{port}");
    match connected {
        Ok(Some((address, stream))) => {
            let seen = format!("connected to {what}{address}");
            Ok((Check::ok("connect", seen), stream))
        }
        Err(_) => Err(Check::fail(
            "connect",
            "connect_timeout",
            format!("{place} did not answer within {} s", route.limit.as_secs()),
            "a firewall may swallow it: check the port, the VPN and the proxy",
        )),
        Ok(None) => {
            let error = last.map_or_else(String::new, |error| {
                if error.kind() == ErrorKind::ConnectionRefused {
                    "nothing listens there".to_owned()
                } else {
                    error.to_string()
                }
            });
            Err(Check::fail(
                "connect",
                "connection_refused",
                format!("no connection to {place}: {error}"),
                "check the port, and that the gateway runs",
            ))
        }
    }
}

/// Tries the nth address. Each attempt starts a little after the one before, so that an unresponsive address
/// does not delay the others; the desk's own client does the same.
async fn dial((nth, address): (u32, &SocketAddr)) -> (SocketAddr, std::io::Result<TcpStream>) {
    tokio::time::sleep(HEAD_START * nth).await;
    (*address, TcpStream::connect(address).await)
}

/// Asks a proxy for the way to the gateway.
async fn tunnel(stream: &mut TcpStream, proxy: &Proxy, route: &Route) -> Check {
    if proxy.url.scheme() != "http" {
        let kind = match proxy.url.scheme() {
            "https" => "is itself encrypted",
            _ => "speaks SOCKS",
        };
        let seen = format!("the proxy {kind}; what lies behind it is not looked at");
        return Check::skip("proxy", &seen);
    }
    let target = match route.url.host_str() {
        Some(host) => format!("{host}:{}", route.port),
        None => return Check::skip("proxy", "the address has no host"),
    };
    let head = ask(stream, proxy, &target);
    let head = match timeout(route.limit, head).await {
        Ok(Ok(head)) => head,
        Ok(Err(error)) => {
            return Check::fail(
                "proxy",
                "proxy_broken",
                format!("the proxy broke off: {error}"),
                "check that `proxy` is the address of an HTTP proxy",
            );
        }
        Err(_) => {
            return Check::fail(
                "proxy",
                "proxy_timeout",
                format!("the proxy opened no way to {target} in time"),
                "check whether the proxy may reach the gateway",
            );
        }
    };
    let mut words = head.split_whitespace();
    let is_http = words.next().is_some_and(|word| word.starts_with("HTTP/"));
    match words.next().and_then(|status| status.parse::<u16>().ok()) {
        Some(200..=299) if is_http => {
            Check::ok("proxy", format!("the proxy opens a way to {target}"))
        }
        Some(407) => Check::fail(
            "proxy",
            "proxy_wants_credentials",
            "the proxy asks for a name and a password (407)",
            "leave `proxy` out and set HTTPS_PROXY with both in its address",
        ),
        Some(status) if is_http => Check::fail(
            "proxy",
            "proxy_refused",
            format!("the proxy opens no way to {target} (status {status})"),
            "ask the proxy's operator to allow the gateway's host and port",
        ),
        _ => Check::fail(
            "proxy",
            "no_proxy",
            format!("what answers there is no HTTP proxy: {}", clean_line(&head)),
            "check the address of the proxy",
        ),
    }
}

/// Sends `CONNECT`; returns the first line of the answer. Not through hyper-util's or reqwest's proxies, because
/// their errors do not contain that line, which tells a proxy that refuses from a server that is no proxy.
async fn ask(stream: &mut TcpStream, proxy: &Proxy, target: &str) -> std::io::Result<String> {
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some(authorization) = &proxy.authorization {
        request.push_str("Proxy-Authorization: ");
        request.push_str(authorization);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    // Byte by byte: what follows the head belongs to the gateway.
    while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_MAX {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
    }
    let head = String::from_utf8_lossy(&head);
    Ok(head.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::{TcpListener, TcpSocket};

    /// An address whose listener never accepts, until the returned guards are dropped.
    async fn black_hole() -> (SocketAddr, TcpListener, TcpStream) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        // The listener never accepts, and its backlog holds one connection.
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let waiting = TcpStream::connect(address).await.unwrap();
        (address, listener, waiting)
    }

    fn route(limit: Duration) -> Route {
        let url = Url::parse("http://gateway.example").unwrap();
        Route {
            host: "gateway.example".to_owned(),
            port: 80,
            proxy: None,
            limit,
            url,
        }
    }

    #[tokio::test]
    async fn an_unresponsive_address_does_not_delay_the_others() {
        let (hole, _listener, _waiting) = black_hole().await;
        let gateway = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = gateway.local_addr().unwrap();
        let route = route(Duration::from_mins(1));
        let began = tokio::time::Instant::now();
        let connected = connect("gateway.example", 80, &[hole, good], &route).await;
        assert!(connected.is_ok_and(|(_, stream)| stream.peer_addr().unwrap() == good));
        assert!(began.elapsed() < route.limit / 2);
    }

    #[tokio::test]
    async fn if_no_address_responds_the_check_times_out() {
        let (hole, _listener, _waiting) = black_hole().await;
        let route = route(Duration::from_millis(300));
        let Err(check) = connect("gateway.example", 80, &[hole, hole], &route).await else {
            panic!("a connection to nowhere");
        };
        assert_eq!((check.step, check.code), ("connect", "connect_timeout"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_server_that_never_answers_times_out() {
        let silence = std::future::pending::<std::io::Result<std::vec::IntoIter<SocketAddr>>>();
        let Err(check) = named("gateway.example", silence, Duration::from_mins(1)).await else {
            panic!("an address from nowhere");
        };
        assert_eq!((check.step, check.code), ("resolve", "name_timeout"));
    }
}
