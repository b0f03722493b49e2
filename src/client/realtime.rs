//! The realtime stream: tickets, the WebSocket, reconnecting, and nothing told twice.

use super::retry::backoff;
use super::{API, Client, ClientError, encode, root_cause};
use crate::api::{Envelope, Frame, TicketRequest};
use futures_util::StreamExt as _;
use reqwest::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{StatusCode, Url};
use std::collections::{HashSet, VecDeque};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error as WebSocketError, Message};

/// Event ids that are remembered, to drop what was seen already.
const SEEN_MAX: usize = 4_096;
/// Bytes of one frame.
const FRAME_MAX: usize = 1 << 20;
/// Seconds between pings, when the gateway does not say.
const HEARTBEAT: u32 = 20;
/// Frames in a row that nobody can read, after which it is not the contract's stream.
const GARBAGE_MAX: u32 = 100;

/// What the stream tells.
#[derive(Debug, Clone, PartialEq)]
pub enum RealtimeEvent {
    /// Events flow. Between a loss and this some may have been missed: what is shown should be read anew.
    Connected,
    Event(Envelope),
    /// The stream broke; it is tried again by itself.
    Lost {
        reason: String,
        retry_in: Duration,
    },
    /// This gateway offers no realtime to this key; asked again now and then.
    Unavailable {
        reason: String,
    },
}

/// Waits of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Before the first new attempt; doubles from then on.
    pub retry_first: Duration,
    pub retry_most: Duration,
    /// The longest pause that the gateway may ask for.
    pub told_most: Duration,
    /// Between attempts where there is no realtime.
    pub unavailable: Duration,
    /// From the ticket to the first frame.
    pub handshake: Duration,
    /// Silence that is forgiven beyond two heartbeats.
    pub slack: Duration,
    /// A connection that held so long makes the next retry a first one.
    pub stable: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            retry_first: Duration::from_millis(500),
            retry_most: Duration::from_secs(30),
            told_most: Duration::from_mins(5),
            unavailable: Duration::from_mins(1),
            handshake: Duration::from_secs(15),
            slack: Duration::from_secs(5),
            stable: Duration::from_secs(10),
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
        /// Whether events flowed long enough to call it a new loss.
        stable: bool,
    },
    Unavailable(String),
    /// The gateway no longer knows the event to continue after.
    Forgotten,
    SinkClosed,
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
}

impl Stream {
    async fn forever(&mut self) {
        let mut attempt = 0_u32;
        loop {
            let pause = match self.connection().await {
                End::SinkClosed => return,
                End::Forgotten => {
                    self.since = None;
                    continue;
                }
                End::Unavailable(reason) => {
                    attempt = 0;
                    if self
                        .tell(RealtimeEvent::Unavailable { reason })
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
                    let retry_in = wait.map_or(own, |wait| wait.min(self.timing.told_most) + own);
                    attempt = attempt.saturating_add(1);
                    let event = RealtimeEvent::Lost { reason, retry_in };
                    if self.tell(event).await.is_err() {
                        return;
                    }
                    retry_in
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    async fn tell(&self, event: RealtimeEvent) -> Result<(), End> {
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
        let url = self.url(&ticket.ticket, &ticket.url);
        let config = WebSocketConfig::default()
            .max_message_size(Some(FRAME_MAX))
            .max_frame_size(Some(FRAME_MAX));
        let mut socket = timeout(self.timing.handshake, self.open(url, config))
            .await
            .map_err(|_| lost("the gateway did not open the stream in time"))?
            .map_err(lost)?;

        let mut began = None;
        let mut silence = self.timing.handshake;
        let mut heard = Instant::now();
        let mut garbage = 0;
        loop {
            let ended = |reason: String| End::Lost {
                reason,
                wait: None,
                stable: began.is_some_and(|began: Instant| began.elapsed() >= self.timing.stable),
            };
            let message = timeout_at(heard + silence, socket.next())
                .await
                .map_err(|_| ended("the gateway fell silent".to_owned()))?
                .ok_or_else(|| ended("the gateway closed the stream".to_owned()))?
                .map_err(|error| ended(sentence(&error)))?;
            let frame = match message {
                Message::Text(text) => serde_json::from_str(&text).ok(),
                Message::Close(_) => return Err(ended("the gateway closed the stream".to_owned())),
                // A sign of life all the same, from gateways that ping a level below.
                Message::Ping(_) | Message::Pong(_) if began.is_some() => {
                    heard = Instant::now();
                    continue;
                }
                _ => None,
            };
            let Some(frame) = frame else {
                garbage += 1;
                if garbage >= GARBAGE_MAX {
                    return Err(ended("the gateway sends what nobody can read".to_owned()));
                }
                continue;
            };
            garbage = 0;
            if began.is_none() {
                began = Some(Instant::now());
                silence = self.silence(HEARTBEAT);
                self.tell(RealtimeEvent::Connected).await?;
            }
            match frame {
                Frame::Control {
                    heartbeat_seconds: Some(seconds),
                    ..
                } => silence = self.silence(seconds),
                Frame::Control { .. } => {}
                Frame::Event(envelope) => {
                    if self.seen.is_new(&envelope.id) {
                        self.since = Some(envelope.id.clone());
                        self.tell(RealtimeEvent::Event(envelope)).await?;
                    }
                }
            }
            // Not before it was told: a slow reader is no silence of the gateway's.
            heard = Instant::now();
        }
    }

    /// How long nothing may come before the connection counts as dead.
    fn silence(&self, heartbeat: u32) -> Duration {
        Duration::from_secs(u64::from(heartbeat.clamp(1, 300)) * 2) + self.timing.slack
    }

    fn no_ticket(&self, error: &ClientError) -> End {
        match error.status() {
            Some(400) if self.since.is_some() => End::Forgotten,
            Some(404 | 405 | 501 | 503) => {
                End::Unavailable("this gateway offers no realtime events".to_owned())
            }
            Some(401) => End::Unavailable("the gateway does not accept this key".to_owned()),
            Some(403) => End::Unavailable("this key lacks the capability `events`".to_owned()),
            _ => End::Lost {
                reason: error.to_string(),
                wait: error.retry_after(),
                stable: false,
            },
        }
    }

    /// Opens the WebSocket the way the calls go: through the same proxy, trusting the same
    /// authorities. The ticket speaks for the caller, so the token stays at home.
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

    /// Where the stream is: always on the host that the key belongs to; of the address that came
    /// with the ticket only the path counts.
    fn url(&self, ticket: &str, told: &str) -> String {
        let base = self.client.base();
        let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
        let host = rest.split('/').next().unwrap_or(rest);
        let path = Url::parse(told)
            .ok()
            .map(|url| url.path().to_owned())
            .filter(|path| path.ends_with("/realtime"))
            .unwrap_or_else(|| format!("{}{API}/realtime", &rest[host.len()..]));
        format!("{scheme}://{host}{path}?ticket={}", encode(ticket))
    }
}

/// What went wrong with an open stream.
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

/// The ids seen last.
#[derive(Default)]
struct Seen {
    ids: HashSet<String>,
    order: VecDeque<String>,
}

impl Seen {
    fn is_new(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests;
