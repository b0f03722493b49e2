//! The TLS connection: the certificate, whether it is trusted, and when it expires.

use super::network::Route;
use super::report::{Check, Report};
use crate::client::Authorities;
use crate::text::clean_line;
use jiff::Timestamp;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error as TlsError};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Certificates that expire sooner get a warning.
const SOON: i64 = 14 * 86_400;
/// A time after the validity of any certificate.
const FAR: Duration = Duration::from_hours(26_352_000);
/// A plain server answers sooner; one that hangs is the next step's business.
const PLAIN_LIMIT: Duration = Duration::from_secs(2);
/// Names of a certificate that are shown.
const NAMED: usize = 4;

/// Does the TLS handshake, or checks that the port speaks plain HTTP. Returns whether later steps
/// make sense.
pub(super) async fn check(
    route: &Route,
    authorities: &Authorities,
    stream: TcpStream,
    report: &mut Report,
) -> std::io::Result<bool> {
    let check = if !route.is_direct() {
        Check::skip("tls", "the connection is the proxy's")
    } else if route.is_encrypted() {
        encrypted(route, authorities, stream).await
    } else {
        plain(route, stream).await
    };
    report.add(check)
}

async fn encrypted(route: &Route, authorities: &Authorities, stream: TcpStream) -> Check {
    let made = authorities.verifier().and_then(|verifier| {
        let config = authorities.client_config()?;
        Ok((verifier, config))
    });
    let (verifier, config) = match made {
        Ok(made) => made,
        Err(error) => {
            let todo = "install the system's certificates (ca-certificates), or set ca_file";
            return Check::fail("tls", "no_authorities", error.0, todo);
        }
    };
    let Ok(name) = ServerName::try_from(route.host.clone()) else {
        let seen = format!("no certificate can be made out to `{}`", route.host);
        return Check::fail("tls", "wrong_host_name", seen, "correct the profile's url");
    };
    let connecting = TlsConnector::from(Arc::new(config)).connect(name.clone(), stream);
    match timeout(route.limit, connecting).await {
        Err(_) => Check::fail(
            "tls",
            "tls_timeout",
            "the port takes connections, but says nothing",
            "check that it is the gateway's port; it may be overloaded, or not speak TLS at all",
        ),
        Ok(Ok(stream)) => {
            let (_, session) = stream.get_ref();
            let version = match session.protocol_version() {
                Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
                _ => "TLS 1.3",
            };
            let chain = session.peer_certificates().unwrap_or_default();
            let end = end_of(&*verifier, chain, &name);
            trusted(version, &route.host, end, Timestamp::now().as_second())
        }
        Ok(Err(error)) => {
            let fault = error
                .get_ref()
                .and_then(|inner| inner.downcast_ref::<TlsError>());
            match fault {
                Some(fault) => refused(fault, route),
                // Plain servers often hang up on what they cannot read.
                None if speaks_http(route).await => not_tls(),
                None => broken(&error),
            }
        }
    }
}

/// Whether a port where TLS came to nothing answers plain http.
async fn speaks_http(route: &Route) -> bool {
    if route.proxy.is_some() {
        return false;
    }
    let connecting = TcpStream::connect((route.host.as_str(), route.port));
    match timeout(route.limit, connecting).await {
        Ok(Ok(stream)) => first_words(route, stream).await.starts_with(b"HTTP/"),
        _ => false,
    }
}

/// The reply of a port to a plain HTTP request; empty on timeout.
async fn first_words(route: &Route, mut stream: TcpStream) -> Vec<u8> {
    let request = format!(
        "GET /healthz HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n\r\n",
        route.host, route.port
    );
    let mut start = vec![0; 512];
    let answer = async {
        stream.write_all(request.as_bytes()).await?;
        stream.read(&mut start).await
    };
    let length = match timeout(route.limit.min(PLAIN_LIMIT), answer).await {
        Ok(Ok(length)) => length,
        _ => 0,
    };
    start.truncate(length);
    start
}

/// When a certificate ends: asked of the verifier, as of a time when it has ended.
fn end_of(
    verifier: &dyn ServerCertVerifier,
    chain: &[CertificateDer<'_>],
    name: &ServerName<'_>,
) -> Option<i64> {
    let (certificate, others) = chain.split_first()?;
    let far = UnixTime::since_unix_epoch(FAR);
    match verifier.verify_server_cert(certificate, others, name, &[], far) {
        Err(TlsError::InvalidCertificate(CertificateError::ExpiredContext {
            not_after, ..
        })) => i64::try_from(not_after.as_secs()).ok(),
        _ => None,
    }
}

fn trusted(version: &str, host: &str, end: Option<i64>, now: i64) -> Check {
    let Some(end) = end else {
        return Check::ok(
            "tls",
            format!("{version}, a trusted certificate for {host}"),
        );
    };
    let seen = format!(
        "{version}, a trusted certificate for {host}, valid until {}",
        day(end)
    );
    if end - now < SOON {
        let todo = "tell the gateway's operator: it has to be renewed";
        return Check::warn("tls", "certificate_expires_soon", seen, todo);
    }
    Check::ok("tls", seen)
}

/// A day, in UTC as certificates have it.
fn day(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(
        |_| "a day far away".to_owned(),
        |time| time.strftime("%Y-%m-%d").to_string(),
    )
}

fn refused(error: &TlsError, route: &Route) -> Check {
    let TlsError::InvalidCertificate(fault) = error else {
        return no_handshake(error);
    };
    match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            let since = match fault {
                CertificateError::ExpiredContext { not_after, .. } => {
                    let end = i64::try_from(not_after.as_secs()).unwrap_or_default();
                    format!(" on {}", day(end))
                }
                _ => String::new(),
            };
            Check::fail(
                "tls",
                "certificate_expired",
                format!("the gateway's certificate expired{since}"),
                "the gateway's operator must renew it; check this machine's date as well",
            )
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Check::fail(
            "tls",
            "certificate_not_yet_valid",
            "the gateway's certificate is not valid yet",
            "check this machine's date; otherwise the gateway's operator must replace it",
        ),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Check::fail(
            "tls",
            "unknown_issuer",
            "the gateway's certificate comes from an authority that is not trusted here",
            "put the certificate of your company's authority (PEM) into ca_file; if you have none, do not connect",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names = match fault {
                CertificateError::NotValidForNameContext { presented, .. } => {
                    let names: Vec<_> = presented
                        .iter()
                        .take(NAMED)
                        .map(|name| clean_line(name).into_owned())
                        .collect();
                    format!(" but for {}", names.join(", "))
                }
                _ => String::new(),
            };
            Check::fail(
                "tls",
                "wrong_host_name",
                format!("the gateway's certificate is not for {}{names}", route.host),
                "use the name that the certificate has in the profile's url",
            )
        }
        fault => Check::fail(
            "tls",
            "bad_certificate",
            format!("the gateway's certificate cannot be used: {fault}"),
            "the gateway's operator must replace it",
        ),
    }
}

fn not_tls() -> Check {
    Check::fail(
        "tls",
        "not_tls",
        "the port does not speak TLS but plain http",
        "check the port; what is sent by http:// is readable on the network",
    )
}

fn no_handshake(error: &TlsError) -> Check {
    match error {
        TlsError::InvalidMessage(_) => not_tls(),
        TlsError::AlertReceived(alert) => Check::fail(
            "tls",
            "tls_refused",
            format!("the gateway refused the encrypted connection: {alert:?}"),
            "check that the url has the gateway's host name",
        ),
        error => Check::fail(
            "tls",
            "tls_broken",
            format!("no encrypted connection: {error}"),
            "check that the port is the gateway's",
        ),
    }
}

fn broken(error: &std::io::Error) -> Check {
    Check::fail(
        "tls",
        "tls_broken",
        format!("the connection broke while it was being encrypted: {error}"),
        "check that the port is the gateway's, and that nothing on the way cuts TLS",
    )
}

/// Checks that a port for plain HTTP speaks it.
async fn plain(route: &Route, stream: TcpStream) -> Check {
    let start = first_words(route, stream).await;
    let text = String::from_utf8_lossy(&start);
    // An alert of TLS, or the words of servers that notice it.
    let speaks_tls = start.first() == Some(&0x15)
        || text.contains("HTTPS port")
        || text.contains("HTTPS server");
    if speaks_tls {
        return Check::fail(
            "tls",
            "speaks_tls",
            "the port speaks TLS, but the url begins with http://",
            "write https:// in the profile's url",
        );
    }
    Check::skip("tls", "not encrypted: the url begins with http://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::report::Verdict;

    #[test]
    fn an_expiring_certificate_is_reported_in_time() {
        let now = 1_800_000_000;
        let check = |end| trusted("TLS 1.3", "wa.example", end, now);
        assert_eq!(check(None).result, Verdict::Ok);
        assert_eq!(check(Some(now + SOON + 1)).result, Verdict::Ok);
        let soon = check(Some(now + 86_400));
        assert_eq!(
            (soon.step, soon.result, soon.code),
            ("tls", Verdict::Warn, "certificate_expires_soon")
        );
        assert!(soon.seen.contains("until 2027-01-16"), "{soon:?}");
    }
}
