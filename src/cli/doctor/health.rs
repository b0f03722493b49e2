//! Whether the gateway is ready, and whether its clock agrees with ours.

use super::report::{Check, Report};
use super::token::span;
use crate::client;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap};
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// Seconds that two clocks may differ; a date in a header has whole ones.
const SKEW_FINE: i64 = 30;
/// From here on login tokens count as expired or not yet valid.
const SKEW_BAD: i64 = 300;

/// One request to a health endpoint.
enum Seen {
    Answer(StatusCode, HeaderMap),
    Silence,
    Broken(String),
}

/// Requests `/healthz` and `/readyz`. Returns whether the gateway answers at all. `login` is whether
/// the token is one of a login, which depends on both clocks.
pub(super) async fn check(
    http: &reqwest::Client,
    base: &str,
    limit: Duration,
    login: bool,
    report: &mut Report,
) -> std::io::Result<bool> {
    let (status, headers) = match look(http, &format!("{base}/healthz"), limit).await {
        Seen::Answer(status, headers) => (status, headers),
        Seen::Silence => {
            report.add(Check::fail(
                "health",
                "hangs",
                format!(
                    "the gateway took the connection and did not answer within {} s",
                    limit.as_secs()
                ),
                "it hangs or is overloaded: tell its operator; --timeout waits longer",
            ))?;
            report.skip(&["clock"], "the gateway does not answer")?;
            return Ok(false);
        }
        Seen::Broken(reason) => {
            report.add(Check::fail(
                "health",
                "broken",
                format!("what answers there does not speak HTTP: {reason}"),
                "check the url's port",
            ))?;
            report.skip(&["clock"], "the gateway does not answer")?;
            return Ok(false);
        }
    };
    if status.is_redirection() {
        let to = client::destination(&headers);
        report.add(Check::fail(
            "health",
            "redirects",
            format!("the address leads {to}, where the token is not sent"),
            "put the gateway's own address into the profile's url",
        ))?;
        report.skip(&["clock"], "the gateway does not answer")?;
        return Ok(false);
    }
    let health = if status.is_success() {
        let ready = look(http, &format!("{base}/readyz"), limit).await;
        readiness(&ready)
    } else if status == StatusCode::NOT_FOUND {
        Check::skip("health", "this gateway has no /healthz")
    } else {
        Check::fail(
            "health",
            "unhealthy",
            format!("/healthz answers {status}"),
            "the gateway or a proxy in front of it fails: tell its operator",
        )
    };
    report.add(health)?;
    report.add(clock(&headers, Timestamp::now().as_second(), login))?;
    Ok(true)
}

fn readiness(ready: &Seen) -> Check {
    match ready {
        Seen::Answer(status, _) if status.is_success() => {
            Check::ok("health", "the gateway is up and ready")
        }
        Seen::Answer(StatusCode::NOT_FOUND, _) => Check::ok("health", "the gateway is up"),
        Seen::Answer(status, _) => Check::fail(
            "health",
            "not_ready",
            format!("the gateway is up but not ready: /readyz answers {status}"),
            "it is starting, stopping, or cannot reach its store: wait a minute, then tell its operator",
        ),
        Seen::Silence | Seen::Broken(_) => Check::fail(
            "health",
            "not_ready",
            "the gateway is up, but /readyz does not answer",
            "wait a minute, then tell its operator",
        ),
    }
}

async fn look(http: &reqwest::Client, url: &str, limit: Duration) -> Seen {
    match timeout(limit, http.get(url).send()).await {
        Err(_) => Seen::Silence,
        Ok(Ok(response)) => Seen::Answer(response.status(), response.headers().clone()),
        Ok(Err(error)) if error.is_timeout() => Seen::Silence,
        Ok(Err(error)) => {
            let error = error.without_url();
            let mut cause: &dyn Error = &error;
            while let Some(inner) = cause.source() {
                cause = inner;
            }
            Seen::Broken(cause.to_string())
        }
    }
}

fn clock(headers: &HeaderMap, now: i64, login: bool) -> Check {
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let theirs = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    let Some(theirs) = theirs else {
        return Check::skip("clock", "the gateway does not tell its time");
    };
    let ahead = theirs.as_second() - now;
    if ahead.abs() <= SKEW_FINE {
        return Check::ok("clock", "the gateway's clock and this one agree");
    }
    let seen = format!(
        "the gateway's clock is {} {} this one",
        span(ahead),
        if ahead > 0 { "ahead of" } else { "behind" }
    );
    let todo = "set both clocks by the network (NTP), beginning with this machine";
    if login || ahead.abs() > SKEW_BAD {
        let seen = format!("{seen}: login tokens count as expired or not yet valid");
        return Check::fail("clock", "clock_skew", seen, todo);
    }
    Check::warn("clock", "clock_skew", seen, todo)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::report::Verdict;

    #[test]
    fn clocks_are_compared() {
        // Sun, 06 Nov 1994 08:49:37 GMT, the example of the HTTP standard.
        const THEN: i64 = 784_111_777;
        let mut headers = HeaderMap::new();
        let seen = |headers: &HeaderMap, now, login| clock(headers, now, login).result;
        assert_eq!(seen(&headers, THEN, true), Verdict::Skip);
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        headers.insert(DATE, date.parse().unwrap());
        assert_eq!(seen(&headers, THEN + 20, true), Verdict::Ok);
        assert_eq!(seen(&headers, THEN - 100, false), Verdict::Warn);
        assert_eq!(seen(&headers, THEN - 100, true), Verdict::Fail);
        assert_eq!(seen(&headers, THEN + 1_000, false), Verdict::Fail);
        let text = clock(&headers, THEN + 600, false).seen;
        assert!(text.contains("10 min behind"), "{text}");
    }
}
