//! The byte stream of a connection, guarded where hyper offers no hook.
//!
//! - A client that does not read its answer is disconnected after a timeout; it would hold the
//!   answer and the connection forever.
//! - hyper refuses malformed requests by itself, with a bare head. That head is replaced by an
//!   answer with the contract's error body.
//! - hyper closes the connection on an HTTP/2 preface without an answer. The preface is changed
//!   into a version that hyper refuses with an answer.
//! - The client of a realtime stream may send only few bytes.

use super::respond;
use super::slots::Slot;
use memchr::memmem;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// Slowest client, in bytes per second, that does not time out.
const SLOWEST: u32 = 16 * 1024;
/// Longest refusal of hyper's, in bytes.
const REFUSAL_MAX: usize = 256;
/// How long further bytes of a refused client are discarded. Closing a connection with unread bytes
/// would reset it, and the client might not receive the answer.
const LINGER: Duration = Duration::from_secs(1);

/// The HTTP/2 connection preface up to its version.
const HTTP_2: &[u8] = b"PRI * HTTP/2.0";
/// Bytes that the client of a realtime stream may send at once, and per second after that. It
/// answers pings and may send some.
const STREAM_BYTES: u64 = 64 * 1024;
const STREAM_BYTES_PER_SECOND: u64 = 4 * 1024;

/// One connection.
pub(super) struct GuardedStream<S> {
    stream: S,
    /// How long written bytes may be unread.
    patience: Duration,
    stall: Option<Stall>,
    refusal: Refusal,
    preface: Preface,
    /// When it became a realtime stream, and the bytes received since then.
    stream_bytes: Option<(Instant, u64)>,
    /// Its connection slot, released when the connection closes.
    slot: Slot,
}

/// How much of [`HTTP_2`] was matched.
#[derive(Default)]
struct Preface {
    /// The moment since when the connection has waited for the request.
    request: u64,
    /// `None` once it began with something else.
    matched: Option<usize>,
}

/// The client has not read pending bytes.
struct Stall {
    since: Instant,
    /// Taken since then.
    taken: u64,
    timer: Pin<Box<Sleep>>,
}

/// The state of a refusal by hyper.
enum Refusal {
    None,
    /// The replacement and how many of its bytes were sent.
    Sending(Vec<u8>, usize),
    Sent,
    /// Our side is closed; received bytes are discarded until the timer fires.
    Closing(Pin<Box<Sleep>>),
}

impl<S> GuardedStream<S> {
    pub(super) fn new(stream: S, patience: Duration, slot: Slot) -> Self {
        Self {
            stream,
            patience,
            stall: None,
            refusal: Refusal::None,
            preface: Preface::default(),
            stream_bytes: None,
            slot,
        }
    }

    /// Checks received bytes.
    fn received(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        if self.slot.connection.is_stream() {
            let now = Instant::now();
            let (since, sent) = self.stream_bytes.get_or_insert((now, 0));
            *sent += bytes.len() as u64;
            let earned = (now - *since)
                .as_secs()
                .saturating_mul(STREAM_BYTES_PER_SECOND);
            if *sent > STREAM_BYTES.saturating_add(earned) {
                let fault = "the client of a realtime stream sends too much";
                return Err(io::Error::other(fault));
            }
        } else if let Some(request) = self.slot.connection.idle_since() {
            self.preface.look_at(request, bytes);
        }
        Ok(())
    }

    /// Notes the progress of a write, and fails when the client reads nothing.
    fn written(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let (Poll::Ready(Ok(count)), Some(stall)) = (&outcome, &mut self.stall) {
            stall.taken += *count as u64;
        }
        self.waited(cx, outcome)
    }

    /// Fails when the client reads nothing for too long. Over TLS a write may only fill a buffer,
    /// so flush and shutdown are covered too.
    fn waited<T>(
        &mut self,
        cx: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            return outcome;
        }
        let stall = self.stall.get_or_insert_with(|| Stall {
            since: Instant::now(),
            taken: 0,
            timer: Box::pin(sleep(self.patience)),
        });
        let earned = Duration::from_secs(stall.taken) / SLOWEST;
        let deadline = stall.since + self.patience + earned;
        if stall.timer.deadline() != deadline {
            stall.timer.set(sleep_until(deadline));
        }
        ready!(stall.timer.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client does not read its answer",
        )))
    }
}

impl Preface {
    /// Changes the version that a request for HTTP/2 ends with.
    fn look_at(&mut self, request: u64, bytes: &mut [u8]) {
        if self.request != request {
            *self = Self {
                request,
                matched: Some(0),
            };
        }
        let Some(matched) = self.matched else {
            return;
        };
        let wanted = &HTTP_2[matched..];
        let common = wanted.len().min(bytes.len());
        if wanted[..common] != bytes[..common] {
            self.matched = None;
        } else if common == wanted.len() {
            bytes[common - 1] = b'9';
            self.matched = None;
        } else {
            self.matched = Some(matched + common);
        }
    }
}

/// The offset of a bare refusal of hyper at the end of the bytes: a head without a body and without
/// our request id.
fn refusal_in(bytes: &[u8]) -> Option<usize> {
    let bytes_before = bytes.len().saturating_sub(REFUSAL_MAX);
    let tail = &bytes[bytes_before..];
    if !tail.ends_with(b"\r\n\r\n") {
        return None;
    }
    let start =
        memmem::rfind(tail, b"HTTP/1.1 4").or_else(|| memmem::rfind(tail, b"HTTP/1.0 4"))?;
    let head = &tail[start..];
    let bare = memmem::find(head, b"\r\n\r\n") == Some(head.len() - 4)
        && memmem::find(head, b"content-length: 0\r\n").is_some()
        && memmem::find(head, respond::REQUEST_ID.as_str().as_bytes()).is_none();
    bare.then_some(bytes_before + start)
}

/// The status of a head.
fn status(head: &[u8]) -> u16 {
    head.get(9..12)
        .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
        .unwrap_or(400)
}

impl<S: AsyncWrite + Unpin> GuardedStream<S> {
    /// Replaces a refusal in hyper's writes. `Some(Ok(n))`: n bytes were consumed; `Some(Err(n))`:
    /// n bytes come before a refusal.
    fn intercept(&mut self, bytes: &[u8]) -> Option<Result<usize, usize>> {
        match refusal_in(bytes)? {
            0 => {
                let answer = respond::refusal(status(bytes));
                self.refusal = Refusal::Sending(answer, 0);
                Some(Ok(bytes.len()))
            }
            before => Some(Err(before)),
        }
    }

    fn poll_refusal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Refusal::Sending(answer, sent) = &mut self.refusal {
            if *sent == answer.len() {
                self.refusal = Refusal::Sent;
                break;
            }
            let outcome = Pin::new(&mut self.stream).poll_write(cx, &answer[*sent..]);
            let count = ready!(self.written(cx, outcome))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            if let Refusal::Sending(_, sent) = &mut self.refusal {
                *sent += count;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for GuardedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let received = &mut buffer.filled_mut()[before..];
        Poll::Ready(self.received(received))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for GuardedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let bytes = match self.intercept(bytes) {
            Some(Ok(dealt_with)) => return Poll::Ready(Ok(dealt_with)),
            Some(Err(before)) => &bytes[..before],
            None => bytes,
        };
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A refusal is the last write of a connection and a single buffer.
        if let [alone] | [alone, ..] = slices
            && slices.iter().skip(1).all(|slice| slice.is_empty())
        {
            return self.poll_write(cx, alone);
        }
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refusal(cx))?;
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        ready!(self.waited(cx, flushed))?;
        self.stall = None;
        self.slot.written();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_refusal(cx))?;
        if let Refusal::Closing(timer) = &mut self.refusal {
            if timer.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
        } else {
            let closed = Pin::new(&mut self.stream).poll_shutdown(cx);
            ready!(self.waited(cx, closed))?;
            if !matches!(self.refusal, Refusal::Sent) {
                return Poll::Ready(Ok(()));
            }
            let mut timer = Box::pin(sleep(LINGER));
            if timer.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            self.refusal = Refusal::Closing(timer);
        }
        let mut thrown_away = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut thrown_away);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::slots::tests::slot;
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter, DuplexStream, duplex};
    use tokio::time::timeout;

    const REFUSED: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ndate: Mon, 23 Nov 2026 10:00:00 GMT\r\n\r\n";

    const PATIENCE: Duration = Duration::from_secs(30);

    fn over<S>(stream: S) -> GuardedStream<S> {
        GuardedStream::new(stream, PATIENCE, slot())
    }

    fn line(holds: usize) -> (GuardedStream<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(holds);
        (over(ours), theirs)
    }

    #[test]
    fn only_a_refusal_without_a_body_is_replaced() {
        assert_eq!(refusal_in(REFUSED), Some(0));
        let after_another = [b"{\"ok\":1}".as_slice(), REFUSED].concat();
        assert_eq!(refusal_in(&after_another), Some(8));
        let ours = b"HTTP/1.1 404 Not Found\r\nx-request-id: 1\r\ncontent-length: 0\r\n\r\n";
        let served = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        let with_a_body = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 4\r\n\r\n\r\n\r\n";
        for other in [ours.as_slice(), served, with_a_body, b"", b"\r\n\r\n"] {
            assert_eq!(refusal_in(other), None);
        }
    }

    #[tokio::test]
    async fn a_refusal_gets_the_contracts_error_body() {
        let (mut line, mut client) = line(4096);
        let before = b"the answer before";
        line.write_all(&[before, REFUSED].concat()).await.unwrap();
        line.flush().await.unwrap();
        let closing = tokio::spawn(async move { line.shutdown().await });
        let mut text = String::new();
        client.read_to_string(&mut text).await.unwrap();
        drop(client);
        closing.await.unwrap().unwrap();
        let text = text.strip_prefix("the answer before").unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head}");
        assert!(head.contains("\r\nx-request-id: "), "{head}");
        assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())));
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["error"]["code"], "validation_error");
    }

    #[tokio::test(start_paused = true)]
    async fn a_realtime_client_may_send_slowly() {
        let (ours, mut client) = duplex(2 * STREAM_BYTES as usize);
        let slot = slot();
        slot.connection.becomes_stream();
        let mut line = GuardedStream::new(ours, PATIENCE, slot);
        let mut heard = vec![0; STREAM_BYTES as usize];
        client.write_all(&heard).await.unwrap();
        line.read_exact(&mut heard).await.unwrap();
        tokio::time::advance(Duration::from_secs(1)).await;
        let more = vec![0; STREAM_BYTES_PER_SECOND as usize];
        client.write_all(&more).await.unwrap();
        line.read_exact(&mut heard[..more.len()]).await.unwrap();
        client.write_all(&[0]).await.unwrap();
        line.read_u8().await.unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_disconnected() {
        let (mut line, _client) = line(8);
        let started = Instant::now();
        let error = line.write_all(&[7; 100]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_buffered_bytes_is_disconnected() {
        for closing in [false, true] {
            let (ours, _client) = duplex(8);
            // As TLS does: it takes the bytes, and only flushing shows that the peer does not read them.
            let mut line = over(BufWriter::new(ours));
            line.write_all(&[7; 100]).await.unwrap();
            let started = Instant::now();
            let ended = timeout(10 * PATIENCE, async {
                if closing {
                    line.shutdown().await
                } else {
                    line.flush().await
                }
            });
            let error = ended.await.expect("an end").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
            assert_eq!(started.elapsed(), PATIENCE);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_reads_slowly_is_not_disconnected() {
        let (mut line, mut client) = line(SLOWEST as usize);
        let reading = tokio::spawn(async move {
            let mut got = 0;
            let mut buffer = vec![0; SLOWEST as usize];
            loop {
                sleep(Duration::from_millis(900)).await;
                match client.read(&mut buffer).await.unwrap() {
                    0 => return got,
                    count => got += count,
                }
            }
        });
        // Far more than 30 s of reading.
        let answer = vec![7; 100 * SLOWEST as usize];
        line.write_all(&answer).await.unwrap();
        line.flush().await.unwrap();
        drop(line);
        assert_eq!(reading.await.unwrap(), answer.len());
    }
}
