//! The realtime stream: tickets, the WebSocket, reconnecting, and deduplication of events.
//!
//! Everything that a gateway can fill is bounded; `docs/bounds.md` lists the bounds.

mod frame;
mod limits;
mod seen;

use super::call::Client;
use super::encode::encode;
use super::error::ClientError;
use super::foreign::root_cause;
use super::options::API;
use super::retry::backoff;
use crate::api::{Envelope, Reason, TicketRequest};
use frame::{Incoming, Unreadable};
use futures_util::{SinkExt as _, StreamExt as _};
use limits::{Allowance, Warned};
use reqwest::StatusCode;
use reqwest::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use seen::Seen;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WebSocketError, Message};

/// Bytes of one message: the largest event, thousands of members that joined at once, has fewer.
const MESSAGE_MAX: usize = 256 << 10;
/// Bytes read at once.
const READ_BUFFER: usize = 16 << 10;
/// Bytes that may wait to be written. Nothing but pongs is ever written, one at a time.
const WRITE_BUFFER_MAX: usize = 4 << 10;
/// Bytes of a ticket.
const TICKET_MAX: usize = 1_024;
/// Default heartbeat interval, in seconds.
const HEARTBEAT: u32 = 20;
/// Unreadable frames in a row after which the stream is given up: it does not follow the contract.
const GARBAGE_MAX: u32 = 100;
/// Pings at once; then only as many as [`Allowance`] gives back.
const PINGS_MAX: u32 = 100;

/// What the stream reports.
#[derive(Debug, Clone, PartialEq)]
pub enum RealtimeEvent {
    /// Events flow. Events between a loss and this one may have been missed: read the state again.
    Connected,
    Event(Envelope),
    /// A frame could not be read. The session or group it was about may have changed; anything may have
    /// where both are `None`.
    Unreadable {
        session: Option<String>,
        group: Option<String>,
    },
    /// The stream was lost; it reconnects by itself after `retry_in`.
    Lost {
        reason: String,
        retry_in: Duration,
    },
    /// This gateway offers no realtime to this key; it is tried again every minute.
    Unavailable {
        reason: String,
    },
}

/// Timeouts, pauses and bounds of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Before the first new attempt; doubles from then on.
    pub retry_first: Duration,
    pub retry_most: Duration,
    /// Longest `Retry-After` that is followed.
    pub retry_after_max: Duration,
    /// Between attempts where there is no realtime.
    pub unavailable: Duration,
    /// From the ticket to the first frame.
    pub handshake: Duration,
    /// Added to two heartbeats before a silent connection is a heartbeat timeout.
    pub slack: Duration,
    /// A connection that lasted this long resets the backoff.
    pub stable: Duration,
    /// Write timeout of a pong.
    pub pong: Duration,
    /// Pings in a row.
    pub pings: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            retry_first: Duration::from_millis(500),
            retry_most: Duration::from_secs(30),
            retry_after_max: Duration::from_mins(5),
            unavailable: Duration::from_mins(1),
            handshake: Duration::from_secs(15),
            slack: Duration::from_secs(5),
            stable: Duration::from_secs(10),
            pong: Duration::from_secs(10),
            pings: PINGS_MAX,
        }
    }
}

/// Streams events into `sink` until its receiver is dropped.
///
/// `since` is the last event id that the caller knows; what came after it is replayed.
pub async fn run(client: Client, since: Option<String>, sink: mpsc::Sender<RealtimeEvent>) {
    run_with(client, since, sink, Timing::default()).await;
}

/// As [`run`], with other waits.
pub async fn run_with(
    client: Client,
    since: Option<String>,
    sink: mpsc::Sender<RealtimeEvent>,
    timing: Timing,
) {
    let mut stream = Stream {
        client,
        seen: Seen::default(),
        since,
        sink: sink.clone(),
        timing,
        warned: Warned::default(),
    };
    tokio::select! {
        () = sink.closed() => {}
        () = stream.forever() => {}
    }
}

/// Why a connection ended.
enum End {
    Lost {
        reason: String,
        wait: Option<Duration>,
        /// Whether the connection lasted long enough to reset the backoff.
        stable: bool,
    },
    Unavailable(String),
    /// The gateway no longer knows the event id to replay from.
    SinceUnknown,
    SinkClosed,
}

const NO_REALTIME: &str = "this gateway offers no realtime events";
/// The reason of a refusal that is permanent.
const NOT_AVAILABLE: &str = "not_available";

/// Whether the error means that this gateway has no realtime at all.
fn is_permanent(error: &ClientError) -> bool {
    let ClientError::Api { error, .. } = error else {
        return false;
    };
    matches!(error.reason(), Some(Reason::Other(word)) if word == NOT_AVAILABLE)
}

fn lost(reason: impl Into<String>) -> End {
    End::Lost {
        reason: reason.into(),
        wait: None,
        stable: false,
    }
}

struct Stream {
    client: Client,
    seen: Seen,
    since: Option<String>,
    sink: mpsc::Sender<RealtimeEvent>,
    timing: Timing,
    warned: Warned,
}

impl Stream {
    async fn forever(&mut self) {
        let mut attempt = 0_u32;
        loop {
            let pause = match self.connection().await {
                End::SinkClosed => return,
                End::SinceUnknown => {
                    self.since = None;
                    continue;
                }
                End::Unavailable(reason) => {
                    attempt = 0;
                    if self
                        .emit(RealtimeEvent::Unavailable { reason })
                        .await
                        .is_err()
                    {
                        return;
                    }
                    self.timing.unavailable
                }
                End::Lost {
                    reason,
                    wait,
                    stable,
                } => {
                    attempt = if stable { 0 } else { attempt };
                    let own = backoff(self.timing.retry_first, self.timing.retry_most, attempt);
                    let retry_in =
                        wait.map_or(own, |wait| wait.min(self.timing.retry_after_max) + own);
                    attempt = attempt.saturating_add(1);
                    let event = RealtimeEvent::Lost { reason, retry_in };
                    if self.emit(event).await.is_err() {
                        return;
                    }
                    retry_in
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    async fn emit(&self, event: RealtimeEvent) -> Result<(), End> {
        self.sink.send(event).await.map_err(|_| End::SinkClosed)
    }

    /// One connection from ticket to end.
    async fn connection(&mut self) -> End {
        match self.connected().await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn connected(&mut self) -> Result<std::convert::Infallible, End> {
        let request = TicketRequest {
            since: self.since.clone(),
            ..TicketRequest::default()
        };
        let ticket = self
            .client
            .ticket(&request)
            .await
            .map_err(|error| self.no_ticket(&error))?;
        if ticket.ticket.is_empty() || ticket.ticket.len() > TICKET_MAX {
            return Err(lost("the gateway returned an invalid ticket"));
        }
        let url = self.url(&ticket.ticket);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(WRITE_BUFFER_MAX)
            .max_message_size(Some(MESSAGE_MAX))
            .max_frame_size(Some(MESSAGE_MAX));
        let mut socket = timeout(self.timing.handshake, self.open(url, config))
            .await
            .map_err(|_| lost("the gateway did not open the stream in time"))?
            .map_err(lost)?;

        let mut began = None;
        let mut limit = self.timing.handshake;
        let mut heard = Instant::now();
        let mut garbage = 0;
        let mut pings = Allowance::new(self.timing.pings);
        loop {
            let ended = |reason: String| End::Lost {
                reason,
                wait: None,
                stable: began.is_some_and(|began: Instant| began.elapsed() >= self.timing.stable),
            };
            let message = timeout_at(heard + limit, socket.next())
                .await
                .map_err(|_| ended("heartbeat timeout".to_owned()))?
                .ok_or_else(|| ended("the gateway closed the stream".to_owned()))?
                .map_err(|error| ended(sentence(&error)))?;
            let is_ping = matches!(message, Message::Ping(_));
            let incoming = match message {
                Message::Text(text) => frame::read(&text),
                Message::Close(_) => return Err(ended("the gateway closed the stream".to_owned())),
                // Some gateways ping at the WebSocket level instead of sending `ping` frames.
                Message::Ping(_) | Message::Pong(_) if began.is_some() => {
                    Incoming::Control { heartbeat: None }
                }
                _ => Incoming::Unreadable(Unreadable {
                    why: "not text",
                    event: None,
                    session: None,
                    group: None,
                }),
            };
            if is_ping {
                // Flush the pong before reading on, so that at most one pong is buffered.
                timeout(self.timing.pong, socket.flush())
                    .await
                    .map_err(|_| ended("the gateway does not read pongs".to_owned()))?
                    .map_err(|error| ended(sentence(&error)))?;
            }
            let is_control = matches!(incoming, Incoming::Control { .. });
            if is_control && !pings.take(Instant::now()) {
                return Err(ended("the gateway sends too many pings".to_owned()));
            }
            if let Incoming::Unreadable(what) = incoming {
                garbage += 1;
                if garbage >= GARBAGE_MAX {
                    return Err(ended("the gateway sends unreadable frames".to_owned()));
                }
                if began.is_some() {
                    self.warned.warn(&what);
                    let Unreadable { session, group, .. } = what;
                    self.emit(RealtimeEvent::Unreadable { session, group })
                        .await?;
                }
                continue;
            }
            garbage = 0;
            if began.is_none() {
                began = Some(Instant::now());
                limit = self.heartbeat_timeout(HEARTBEAT);
                self.emit(RealtimeEvent::Connected).await?;
            }
            match incoming {
                Incoming::Control {
                    heartbeat: Some(seconds),
                } => limit = self.heartbeat_timeout(seconds),
                Incoming::Event(envelope) if self.seen.is_new(&envelope.id) => {
                    self.since = Some(envelope.id.clone());
                    self.emit(RealtimeEvent::Event(envelope)).await?;
                }
                _ => {}
            }
            // Measured after the sink took the event: a slow receiver is no heartbeat timeout.
            heard = Instant::now();
        }
    }

    /// How long nothing may arrive before the connection counts as lost.
    fn heartbeat_timeout(&self, heartbeat: u32) -> Duration {
        Duration::from_secs(u64::from(heartbeat.clamp(1, 300)) * 2) + self.timing.slack
    }

    fn no_ticket(&self, error: &ClientError) -> End {
        match error.status() {
            Some(400) if self.since.is_some() => End::SinceUnknown,
            Some(404 | 405 | 501) => End::Unavailable(NO_REALTIME.to_owned()),
            // A 503 is temporary, unless the gateway says otherwise.
            Some(503) if is_permanent(error) => End::Unavailable(NO_REALTIME.to_owned()),
            Some(401) => End::Unavailable("the gateway does not accept this key".to_owned()),
            Some(403) => End::Unavailable("key lacks capability events".to_owned()),
            _ => End::Lost {
                reason: error.to_string(),
                wait: error.retry_after(),
                stable: false,
            },
        }
    }

    /// Opens the WebSocket through the same proxy and with the same trusted authorities as the calls.
    /// The ticket authenticates it, so the token is not sent.
    async fn open(
        &self,
        url: String,
        config: WebSocketConfig,
    ) -> Result<WebSocketStream<reqwest::Upgraded>, String> {
        let key = generate_key();
        let response = self
            .client
            .http
            .get(url)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key)
            .send()
            .await
            // Without the address: it holds the ticket.
            .map_err(|error| root_cause(&error.without_url()))?;
        let status = response.status();
        if status != StatusCode::SWITCHING_PROTOCOLS {
            return Err(format!("the gateway refused the stream (status {status})"));
        }
        let accepted = response
            .headers()
            .get(SEC_WEBSOCKET_ACCEPT)
            .is_some_and(|accept| {
                accept.as_bytes() == derive_accept_key(key.as_bytes()).as_bytes()
            });
        if !accepted {
            return Err("the gateway broke the stream's protocol".to_owned());
        }
        let stream = response
            .upgrade()
            .await
            .map_err(|error| root_cause(&error.without_url()))?;
        Ok(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await)
    }

    /// The stream's URL, made from the client's own base. The URL in a ticket is not used: behind a
    /// proxy with a path prefix the gateway does not know its public address.
    fn url(&self, ticket: &str) -> String {
        let base = self.client.base();
        format!("{base}{API}/realtime?ticket={}", encode(ticket))
    }
}

/// A sentence for an error of an open stream.
fn sentence(error: &WebSocketError) -> String {
    match error {
        WebSocketError::ConnectionClosed
        | WebSocketError::AlreadyClosed
        | WebSocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            "the gateway closed the stream".to_owned()
        }
        WebSocketError::Io(error) => format!("the connection broke: {error}"),
        WebSocketError::Capacity(_) => "the gateway sent an oversized frame".to_owned(),
        _ => "the gateway broke the stream's protocol".to_owned(),
    }
}

#[cfg(test)]
mod tests;
