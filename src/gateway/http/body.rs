//! Request bodies: at most 1 MiB, received within the caller's quota. `json` parses them.

use super::json::{self, NAME_MAX};
use crate::api::FieldError;
use crate::gateway::Error;
use axum::body::{Body, BodyDataStream, HttpBody};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use serde_json::Value;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Largest body, in bytes.
pub(super) const BODY_MAX: usize = 1024 * 1024;
/// Initial buffer size, in bytes; most bodies are smaller.
const ROOM: usize = 4 * 1024;
/// Larger bodies, in bytes, are parsed on a blocking thread.
const PARSED_AT_ONCE: usize = 32 * 1024;
/// Concurrent parsers of large bodies.
static PARSERS: Semaphore = Semaphore::const_new(2);
/// How much of an unwanted body is discarded, so that the client receives the answer and can keep
/// the connection. Beyond it the connection is closed.
const DISCARD_MAX: usize = 8 * 1024 * 1024;
/// Time limit for discarding.
const DISCARD_LIMIT: Duration = Duration::from_secs(5);
/// Most faults that are reported for one body, so that the answer stays small.
pub(super) const FAULTS_MAX: usize = 20;

/// Why a body could not be read.
pub(super) enum BodyError {
    /// It is larger than [`BODY_MAX`].
    TooLarge,
    Error(Error),
}

impl From<Error> for BodyError {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<BodyError> for Error {
    fn from(unread: BodyError) -> Self {
        match unread {
            BodyError::TooLarge => Self::field("", "the body is larger than 1 MiB"),
            BodyError::Error(error) => error,
        }
    }
}

/// A body that may still be arriving.
pub(super) struct RequestBody {
    /// `None` once it was read to its end.
    stream: Option<BodyDataStream>,
    declared: Option<u64>,
    /// Time limit for receiving it.
    limit: Duration,
    /// The client sent `Expect: 100-continue` and has not received the 100 yet.
    waits: bool,
}

impl RequestBody {
    pub(super) fn new(body: Body, headers: &HeaderMap, limit: Duration) -> Self {
        Self {
            declared: body.size_hint().exact(),
            stream: (!body.is_end_stream()).then(|| body.into_data_stream()),
            limit,
            waits: headers.contains_key(header::EXPECT),
        }
    }

    /// The JSON value of the body; `None` for an empty body. `grow` reserves quota before memory is
    /// allocated.
    ///
    /// # Errors
    /// Too large, too slow, no room, or not exactly one JSON value.
    pub(super) async fn json(
        &mut self,
        grow: impl FnMut(usize) -> Result<(), Error>,
    ) -> Result<Option<Value>, BodyError> {
        let limit = self.limit;
        let bytes = match timeout(limit, self.bytes(grow)).await {
            Ok(bytes) => bytes?,
            Err(_elapsed) => {
                // The rest is not received: the connection is closed with the answer.
                self.stream = None;
                let limit = limit.as_secs_f32();
                let fault = format!("the body did not arrive within {limit} s");
                return Err(Error::field("", fault).into());
            }
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        let parsed = if bytes.len() > PARSED_AT_ONCE {
            let _turn = PARSERS.acquire().await;
            tokio::task::spawn_blocking(move || json::parse(&bytes))
                .await
                .map_err(|fault| Error::Internal(fault.into()))?
        } else {
            json::parse(&bytes)
        };
        let value = parsed.map_err(|fault| Error::field("", fault))?;
        Ok(Some(value))
    }

    async fn bytes(
        &mut self,
        mut grow: impl FnMut(usize) -> Result<(), Error>,
    ) -> Result<Vec<u8>, BodyError> {
        let declared = self.declared.unwrap_or(BODY_MAX as u64);
        if self
            .declared
            .is_some_and(|declared| declared > BODY_MAX as u64)
        {
            return Err(BodyError::TooLarge);
        }
        let most = usize::try_from(declared).unwrap_or(BODY_MAX);
        let (mut bytes, mut room) = (Vec::new(), 0);
        while let Some(stream) = &mut self.stream {
            match stream.next().await {
                Some(Ok(chunk)) => {
                    let length = bytes.len() + chunk.len();
                    if length > BODY_MAX {
                        return Err(BodyError::TooLarge);
                    }
                    if length > room {
                        // Doubled, so that received bytes are copied rarely.
                        let wanted = (2 * room).max(ROOM).min(most).max(length);
                        grow(wanted - room)?;
                        bytes.reserve_exact(wanted - bytes.len());
                        room = wanted;
                    }
                    bytes.extend_from_slice(&chunk);
                }
                Some(Err(_)) => {
                    self.stream = None;
                    return Err(Error::field("", "the body ended early").into());
                }
                None => self.stream = None,
            }
        }
        self.waits = false;
        Ok(bytes)
    }

    /// Whether it has not arrived completely.
    pub(super) fn is_on_its_way(&self) -> bool {
        self.stream.is_some()
    }

    /// Throws away what has not been read.
    pub(super) async fn discard(&mut self) {
        let Some(mut stream) = self.stream.take() else {
            return;
        };
        if self.waits {
            return;
        }
        let drain = async {
            let mut read = 0;
            while let Some(Ok(chunk)) = stream.next().await {
                read += chunk.len();
                if read > DISCARD_MAX {
                    break;
                }
            }
        };
        let _ = timeout(DISCARD_LIMIT, drain).await;
    }
}

/// The error of a body with these faults.
pub(super) fn invalid(mut faults: Vec<FieldError>) -> Error {
    faults.truncate(FAULTS_MAX);
    for fault in &mut faults {
        if let Some((cut, _)) = fault.field.char_indices().nth(NAME_MAX) {
            fault.field.truncate(cut);
            fault.field.push('…');
        }
    }
    Error::Validation(faults)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;
    use futures_util::{Stream, stream};
    use std::io;

    fn body(stream: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static) -> RequestBody {
        RequestBody::new(
            Body::from_stream(stream),
            &HeaderMap::new(),
            Duration::from_secs(30),
        )
    }

    async fn fault(body: &mut RequestBody) -> String {
        let unread = body.json(|_| Ok(())).await.unwrap_err();
        Error::from(unread).to_string()
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_body_times_out() {
        let begun = stream::iter([Ok(Bytes::from("{"))]).chain(stream::pending());
        let mut slow = body(begun);
        assert!(fault(&mut slow).await.contains("within 30 s"));
        slow.discard().await;
    }

    #[tokio::test]
    async fn a_truncated_body_is_refused() {
        let broken = stream::iter([Ok(Bytes::from("{}")), Err(io::Error::other("gone"))]);
        assert!(fault(&mut body(broken)).await.contains("ended early"));
    }

    #[tokio::test]
    async fn a_body_larger_than_a_mebibyte_is_refused_however_it_is_chunked() {
        let chunk = || Ok(Bytes::from(vec![b' '; 1000]));
        let mut large = body(stream::repeat_with(chunk));
        assert!(fault(&mut large).await.contains("1 MiB"));
        // The rest of an endless body is not read.
        large.discard().await;
        let whole = Body::from(vec![b' '; BODY_MAX + 1]);
        let mut whole = RequestBody::new(whole, &HeaderMap::new(), DISCARD_LIMIT);
        assert!(fault(&mut whole).await.contains("1 MiB"));
    }

    #[tokio::test]
    async fn memory_is_reserved_for_received_bytes_not_for_announced_ones() {
        for (pieces, size, least, most) in [
            (1, 10, 10, 10),
            (2, 10, 20, 20),
            (100, 1000, 100_000, 200_000),
            (64, 16 * 1024, BODY_MAX, BODY_MAX),
        ] {
            let chunk = move |_| Ok::<_, io::Error>(Bytes::from(vec![b' '; size]));
            let begun = stream::iter(0..pieces).map(chunk);
            let declared = Body::from_stream(begun);
            let mut body = RequestBody::new(declared, &HeaderMap::new(), DISCARD_LIMIT);
            body.declared = (pieces < 100).then_some((pieces * size) as u64);
            let (mut room, mut calls) = (0, 0);
            let outcome = body
                .json(|bytes| {
                    room += bytes;
                    calls += 1;
                    Ok(())
                })
                .await;
            assert!(outcome.is_err(), "white space is not a value");
            assert!((least..=most).contains(&room), "{pieces} of {size}: {room}");
            assert!(calls <= 10, "{calls}");
        }
        // An announced mebibyte without any received byte reserves nothing.
        let mut slow = body(stream::pending());
        slow.declared = Some(BODY_MAX as u64);
        let read = slow.json(|_| panic!("no room is needed"));
        assert!(timeout(Duration::ZERO, read).await.is_err());
    }

    #[tokio::test]
    async fn without_free_memory_reading_the_body_stops() {
        let chunk = || Ok(Bytes::from(vec![b' '; 1000]));
        let mut large = body(stream::repeat_with(chunk));
        let mut room = 10_000_usize;
        let outcome = large
            .json(|bytes| {
                room = room.checked_sub(bytes).ok_or(Error::Busy)?;
                Ok(())
            })
            .await;
        assert!(matches!(outcome, Err(BodyError::Error(Error::Busy))));
    }

    #[test]
    fn long_names_and_long_lists_of_faults_are_truncated() {
        let fault = FieldError {
            field: "é".repeat(1000),
            message: "unknown".to_owned(),
        };
        let Error::Validation(faults) = invalid(vec![fault; 1000]) else {
            panic!("not a validation error");
        };
        assert_eq!(faults.len(), FAULTS_MAX);
        assert_eq!(faults[0].field.chars().count(), NAME_MAX + 1);
    }
}
