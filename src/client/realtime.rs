//! The realtime stream: tickets, the WebSocket, reconnecting, and nothing told twice.

use super::{API, Client, ClientError, encode};
use crate::api::{Envelope, Frame, TicketRequest};
use futures_util::StreamExt as _;
use reqwest::Url;
use std::collections::{HashSet, VecDeque};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WebSocketError, Message};

/// Event ids that are remembered, to drop what was seen already.
const SEEN_MAX: usize = 4_096;
/// Bytes of one frame.
const FRAME_MAX: usize = 1 << 20;
/// Seconds between pings, when the gateway does not say.
const HEARTBEAT: u32 = 20;

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
                    let retry_in = wait.unwrap_or_else(|| self.backoff(attempt));
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

    /// Doubles with every attempt; a random half of it is left out, so that the consoles of a
    /// gateway that restarts do not all come back at once.
    fn backoff(&self, attempt: u32) -> Duration {
        let doubled = self
            .timing
            .retry_first
            .saturating_mul(2_u32.saturating_pow(attempt.min(16)));
        doubled
            .min(self.timing.retry_most)
            .mul_f64(0.5 + rand::random::<f64>() / 2.0)
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
        let opened = tokio_tungstenite::connect_async_with_config(url, Some(config), true);
        let (mut socket, _) = timeout(self.timing.handshake, opened)
            .await
            .map_err(|_| lost("the gateway did not open the stream in time"))?
            .map_err(|error| lost(sentence(&error)))?;

        let mut began = None;
        let mut silence = self.timing.handshake;
        loop {
            let ended = |reason: String| End::Lost {
                reason,
                wait: None,
                stable: began.is_some_and(|began: Instant| began.elapsed() >= self.timing.stable),
            };
            let message = timeout(silence, socket.next())
                .await
                .map_err(|_| ended("the gateway fell silent".to_owned()))?
                .ok_or_else(|| ended("the gateway closed the stream".to_owned()))?
                .map_err(|error| ended(sentence(&error)))?;
            let frame = match message {
                Message::Text(text) => serde_json::from_str(&text).ok(),
                Message::Close(_) => return Err(ended("the gateway closed the stream".to_owned())),
                _ => None,
            };
            let Some(frame) = frame else { continue };
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
        }
    }

    /// How long nothing may come before the connection counts as dead.
    fn silence(&self, heartbeat: u32) -> Duration {
        Duration::from_secs(u64::from(heartbeat.clamp(1, 300)) * 2) + self.timing.slack
    }

    fn no_ticket(&self, error: &ClientError) -> End {
        match error.status() {
            Some(400) if self.since.is_some() => End::Forgotten,
            Some(404 | 501 | 503) => {
                End::Unavailable("this gateway offers no realtime events".to_owned())
            }
            Some(401) => End::Unavailable("the gateway does not accept this key".to_owned()),
            Some(403) => End::Unavailable("this key lacks the capability `events`".to_owned()),
            _ => End::Lost {
                reason: error.to_string(),
                wait: match error {
                    ClientError::Api { retry_after, .. } => *retry_after,
                    _ => None,
                },
                stable: false,
            },
        }
    }

    /// Where the stream is: always on the host that the key belongs to; of the address that came
    /// with the ticket only the path counts.
    fn url(&self, ticket: &str, told: &str) -> String {
        let base = self.client.base();
        let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
        let scheme = if scheme == "http" { "ws" } else { "wss" };
        let host = rest.split('/').next().unwrap_or(rest);
        let path = Url::parse(told)
            .ok()
            .map(|url| url.path().to_owned())
            .filter(|path| path.ends_with("/realtime"))
            .unwrap_or_else(|| format!("{}{API}/realtime", &rest[host.len()..]));
        format!("{scheme}://{host}{path}?ticket={}", encode(ticket))
    }
}

/// What went wrong, without the address: it holds the ticket.
fn sentence(error: &WebSocketError) -> String {
    match error {
        WebSocketError::ConnectionClosed | WebSocketError::AlreadyClosed => {
            "the gateway closed the stream".to_owned()
        }
        WebSocketError::Http(response) => {
            format!(
                "the gateway refused the stream (status {})",
                response.status()
            )
        }
        WebSocketError::Io(error) => format!("the connection broke: {error}"),
        WebSocketError::Capacity(_) => "the gateway sent an oversized frame".to_owned(),
        WebSocketError::Tls(_) => "no encrypted connection".to_owned(),
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
