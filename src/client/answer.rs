//! Reading answers: bounded in size, and classified when they do not follow the contract.

use super::error::ClientError;
use super::foreign::{EXCERPT, root_cause, without_secrets};
use crate::api::{EpochMillis, ErrorBody};
use crate::text::{clean_line, truncate_to_width};
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode, Url};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Bytes of a refusal: it is a sentence with a few details.
const REFUSAL_MAX: usize = 64 << 10;
/// Answers from this size in bytes are received one at a time.
const LARGE: usize = 2 << 20;
/// Characters that are kept of a refusal's message.
const MESSAGE_MAX: usize = 2_000;
/// Longest `Retry-After` that is accepted.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// Bytes of a page in which the words of a login are looked for.
const PAGE_START: usize = 64 << 10;

/// A success and its body.
pub(super) struct Answer {
    status: StatusCode,
    /// The `Date` of the answer, by the gateway's clock.
    answered_at: Option<EpochMillis>,
    body: Vec<u8>,
    /// Held while a large answer is in memory, so that there is one at a time.
    _alone: Option<OwnedMutexGuard<()>>,
}

impl Answer {
    pub(super) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The `Date` of the answer, in whole seconds.
    pub(super) fn answered_at(&self) -> Option<EpochMillis> {
        self.answered_at
    }

    /// Bytes of the body.
    pub(super) fn len(&self) -> usize {
        self.body.len()
    }

    /// The body as JSON.
    pub(super) fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(|_| foreign(self.status, &self.body))
    }

    /// Checks that a gateway answered, if its body is not needed: a login page is an error.
    pub(super) fn nothing_needed(&self) -> Result<(), ClientError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        self.json::<IgnoredAny>().map(|_| ())
    }
}

/// Reads an answer of at most `most` bytes. `large` is held while a large one is in memory.
pub(super) async fn receive(
    mut response: Response,
    large: &Arc<Mutex<()>>,
    limit: Duration,
    most: usize,
) -> Result<Answer, ClientError> {
    let status = response.status();
    let headers = response.headers().clone();
    let most = if status.is_success() {
        most
    } else {
        most.min(REFUSAL_MAX)
    };
    let too_large = || ClientError::NotTheContract {
        status: status.as_u16(),
        text: format!("its answer is larger than {most} bytes"),
    };
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).map_or(true, |length| length > most) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    let mut alone = None;
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| broken(error, limit))?
    {
        if body.len() + chunk.len() > most {
            return Err(too_large());
        }
        if body.len() + chunk.len() > LARGE && alone.is_none() {
            alone = Some(Arc::clone(large).lock_owned().await);
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        let answered_at = date(&headers);
        Ok(Answer {
            status,
            answered_at,
            body,
            _alone: alone,
        })
    } else {
        Err(refused(status, &headers, &body))
    }
}

/// The error for a non-2xx answer.
fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ClientError {
    if status.is_redirection() {
        return ClientError::NotTheContract {
            status: status.as_u16(),
            text: format!(
                "it redirects {}, and the key is not sent there",
                destination(headers)
            ),
        };
    }
    let Ok(ErrorBody { mut error }) = serde_json::from_slice(body) else {
        return foreign(status, body);
    };
    if let Some((end, _)) = error.message.char_indices().nth(MESSAGE_MAX) {
        error.message.truncate(end);
    }
    error.message = without_secrets(&error.message);
    let in_body = || {
        let seconds = error.details.get("retryAfterSeconds")?.as_u64()?;
        Some(Duration::from_secs(seconds))
    };
    let retry_after = retry_after(headers, jiff::Timestamp::now()).or_else(in_body);
    let request_id = headers
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .map(|id| truncate_to_width(&clean_line(id), EXCERPT));
    ClientError::Api {
        status: status.as_u16(),
        error,
        request_id,
        retry_after: retry_after.map(|wait| wait.min(RETRY_AFTER_MAX)),
    }
}

/// The target of a redirect, reduced to its origin.
#[must_use]
pub fn destination(headers: &HeaderMap) -> String {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    match location.map(Url::parse) {
        Some(Ok(url)) if url.has_host() => {
            let origin = url.origin().ascii_serialization();
            format!(
                "to {}",
                truncate_to_width(&clean_line(&origin), EXCERPT / 2)
            )
        }
        _ => "elsewhere".to_owned(),
    }
}

/// The time of an answer.
fn date(headers: &HeaderMap) -> Option<EpochMillis> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let date = jiff::fmt::rfc2822::parse(date.trim()).ok()?;
    Some(date.timestamp().as_millisecond())
}

/// The header's pause: a number of seconds, or a date.
fn retry_after(headers: &HeaderMap, now: jiff::Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too large to be read is a large number.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

/// The error for an answer outside the contract.
fn foreign(status: StatusCode, body: &[u8]) -> ClientError {
    let start = &body[..body.len().min(PAGE_START)];
    let text = String::from_utf8_lossy(start);
    let is_error = status.is_server_error();
    if let Some(login) = web_page(&text).filter(|_| !is_error) {
        let status = status.as_u16();
        return ClientError::WebPage { status, login };
    }
    let start: String = text.chars().take(4 * EXCERPT).collect();
    ClientError::NotTheContract {
        status: status.as_u16(),
        text: match without_secrets(&start).trim() {
            "" => "its answer is empty".to_owned(),
            text => truncate_to_width(&clean_line(text), EXCERPT),
        },
    }
}

/// `Some` for an HTML page; `true` if it looks like a login page.
fn web_page(text: &str) -> Option<bool> {
    let page = text.trim_start().to_ascii_lowercase();
    if !page.starts_with("<!doctype html") && !page.starts_with("<html") {
        return None;
    }
    let words = [
        "password", "log in", "login", "sign in", "sign-in", "signin",
    ];
    Some(words.iter().any(|word| page.contains(word)))
}

/// The error of a request without a complete answer.
pub(super) fn broken(error: reqwest::Error, limit: Duration) -> ClientError {
    if error.is_connect() {
        ClientError::Unreachable(root_cause(&error.without_url()))
    } else if error.is_timeout() {
        ClientError::TimedOut(limit)
    } else {
        ClientError::Lost(root_cause(&error.without_url()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: jiff::Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        for (value, wait) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("99999999999999999999", Some(u64::MAX)),
            ("Mon, 23 Nov 2026 12:00:30 GMT", Some(30)),
            ("Mon, 23 Nov 2026 11:00:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            let wait = wait.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, now), wait, "{value:?}");
        }
    }

    #[test]
    fn the_time_of_an_answer_is_its_date_header() {
        for (value, time) in [
            ("Thu, 26 Nov 2026 18:57:36 GMT", Some(1_795_719_456_000)),
            ("now", None),
        ] {
            let headers = HeaderMap::from_iter([(DATE, value.parse().unwrap())]);
            assert_eq!(date(&headers), time, "{value}");
        }
        assert_eq!(date(&HeaderMap::new()), None);
    }

    #[test]
    fn web_pages_are_recognized() {
        for (text, page) in [
            ("<!DOCTYPE html><title>Welcome</title>", Some(false)),
            ("\n <html><input type=\"password\">", Some(true)),
            ("<HTML>Please Sign In", Some(true)),
            ("{\"html\": \"<html>\"}", None),
            ("", None),
        ] {
            assert_eq!(web_page(text), page, "{text:?}");
        }
    }
}
