//! `/realtime`: a ticket for a stream of events, and the stream itself, a WebSocket.

use super::extract::{AuthedRequest, PublicRequest, query};
use super::fields::{array, owned_text, text};
use super::respond::{self, Reply};
use super::server::Peer;
use crate::api::{Frame, Ticket, TicketRequest, TicketScope};
use crate::gateway::auth::Lease;
use crate::gateway::{Error, Subscription, clock};
use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, header};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// Lifetime of a ticket, in seconds. The same as the engine's.
const TICKET_SECONDS: u32 = 30;
/// Time between two pings, in seconds.
const HEARTBEAT_SECONDS: u32 = 20;
/// How long a client may leave a frame unread before it is disconnected.
const SEND_LIMIT: Duration = Duration::from_secs(20);
/// Largest message of a client, in bytes. Clients send control frames only.
const MESSAGE_MAX: usize = 4096;
/// Messages from a client at once, pings and pongs included, and the interval at which one more is
/// allowed.
const MESSAGES: u32 = 64;
const MESSAGE_EVERY: Duration = Duration::from_secs(1);
/// Largest event that is sent, in bytes; larger ones are dropped.
const EVENT_MAX: usize = 1024 * 1024;
/// Write buffer, in bytes: one event and the pongs that a client may cause until it times out.
const WRITE_BUFFER_MAX: usize = EVENT_MAX + 64 * 1024;

/// `POST /realtime/ticket`
pub(super) async fn ticket(request: &mut AuthedRequest) -> Reply {
    let mut fields = request.optional_fields().await?;
    let body = TicketRequest {
        scope: fields.optional("scope", scope),
        session: fields.optional("session", owned_text),
        events: fields.optional("events", |names| array(names, owned_text)),
        since: fields.optional("since", owned_text),
    };
    let body = fields.finish(Some(body))?;
    let ticket = request.engine.issue_ticket(&request.caller, body)?;
    respond::created(&Ticket {
        expires_in_seconds: TICKET_SECONDS,
        url: format!(
            "{}/api/v1/realtime?ticket={ticket}",
            origin(&request.parts.headers, request.secure)
        ),
        ticket,
    })
}

fn scope(value: &Value) -> Result<TicketScope, String> {
    match text(value)? {
        "organization" => Ok(TicketScope::Organization),
        "session" => Ok(TicketScope::Session),
        _ => Err("must be organization or session".to_owned()),
    }
}

/// `ws://host` or `wss://host` as the client addresses this server; empty without a `Host`, which
/// makes the URL relative.
fn origin(headers: &HeaderMap, secure: bool) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| !host.is_empty());
    let Some(host) = host else {
        return String::new();
    };
    let secure = secure
        || headers
            .get("x-forwarded-proto")
            .is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"));
    let scheme = if secure { "wss" } else { "ws" };
    format!("{scheme}://{host}")
}

/// `GET /realtime`
pub(super) async fn stream(request: &mut PublicRequest) -> Reply {
    let server = &request.server;
    if server.shutdown.is_cancelled() {
        return Err(Error::Draining);
    }
    let query = query(&request.parts)?;
    let ticket = query.get("ticket")?.ok_or(Error::Unauthorized)?;
    // A request that cannot become a stream does not use its ticket up.
    let upgrade = WebSocketUpgrade::from_request_parts(&mut request.parts, &()).await;
    let Ok(upgrade) = upgrade else {
        return Err(Error::field(
            "",
            "this path speaks WebSocket: connect with an upgrade",
        ));
    };
    let subscription = server
        .engine
        .redeem_ticket(ticket)
        .ok_or(Error::Unauthorized)?;
    // For as long as the stream is open.
    let under_way = server.engine.begin_request(subscription.actor())?;
    if let Some(peer) = request.parts.extensions.get::<Peer>() {
        peer.connection.becomes_stream();
    }
    let end = end(server.shutdown.clone(), subscription.lease());
    // Taken before the upgrade, so that the graceful stop knows the stream from its first moment.
    let running = server.tasks.token();
    let span = tracing::Span::current();
    Ok(upgrade
        .max_message_size(MESSAGE_MAX)
        .max_frame_size(MESSAGE_MAX)
        .read_buffer_size(MESSAGE_MAX)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_MAX)
        .on_upgrade(async move |socket: WebSocket| {
            pump(
                socket,
                events_of(subscription),
                Duration::from_secs(HEARTBEAT_SECONDS.into()),
                end,
            )
            .instrument(span)
            .await;
            drop((under_way, running));
        }))
}

fn events_of(subscription: Subscription) -> impl Stream<Item = Arc<str>> {
    futures_util::stream::unfold(subscription, async |mut subscription| {
        let event = subscription.next().await?;
        Some((event, subscription))
    })
}

/// Why the server ends a stream.
#[derive(Debug, Clone, Copy)]
enum End {
    Stop,
    /// The credentials were revoked or expired.
    Revoked,
    /// The client sent too many messages.
    TooManyMessages,
}

impl From<End> for CloseFrame {
    fn from(end: End) -> Self {
        let (code, reason) = match end {
            End::Stop => (close_code::AWAY, "the gateway is shutting down"),
            End::Revoked => (close_code::POLICY, "the credentials no longer hold"),
            End::TooManyMessages => (close_code::POLICY, "too many messages from the client"),
        };
        Self {
            code,
            reason: reason.into(),
        }
    }
}

/// Waits until the server ends the stream.
async fn end(shutdown: CancellationToken, lease: Lease) -> End {
    tokio::select! {
        biased;
        () = shutdown.cancelled() => End::Stop,
        () = lease.expired() => End::Revoked,
    }
}

/// Sends events and pings until the client leaves, stops reading, or this side ends it.
async fn pump<S, E>(
    mut socket: S,
    events: impl Stream<Item = Arc<str>>,
    heartbeat: Duration,
    end: impl Future<Output = End>,
) where
    S: Sink<Message, Error = E> + Stream<Item = Result<Message, E>> + Unpin,
{
    let mut events = std::pin::pin!(events);
    let mut end = std::pin::pin!(end);
    let mut pings = interval_at(Instant::now() + heartbeat, heartbeat);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut messages = Messages::default();
    let mut next = Some(control("connected", Some(HEARTBEAT_SECONDS)));
    let end = loop {
        if let Some(frame) = next.take() {
            tokio::select! {
                biased;
                end = &mut end => break end,
                sent = timeout(SEND_LIMIT, socket.send(frame)) => match sent {
                    Ok(Ok(())) => {}
                    _ => return,
                },
            }
        }
        tokio::select! {
            biased;
            end = &mut end => break end,
            heard = socket.next() => match heard {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) if messages.take() => {}
                Some(Ok(_)) => break End::TooManyMessages,
            },
            _ = pings.tick() => next = Some(control("ping", None)),
            event = events.next() => match event {
                Some(event) if event.len() > EVENT_MAX => {
                    tracing::warn!(bytes = event.len(), "dropped an event that is too large");
                }
                Some(event) => next = Some(Message::text(&*event)),
                None => break End::Stop,
            },
        }
    };
    let close = Message::Close(Some(end.into()));
    let _ = timeout(Duration::from_secs(1), socket.send(close)).await;
}

/// The message quota of the client.
struct Messages {
    left: u32,
    refilled: Instant,
}

impl Default for Messages {
    fn default() -> Self {
        Self {
            left: MESSAGES,
            refilled: Instant::now(),
        }
    }
}

impl Messages {
    /// Counts one; `false` when it is one too many.
    fn take(&mut self) -> bool {
        let earned = self.refilled.elapsed().as_secs() / MESSAGE_EVERY.as_secs();
        if earned > 0 {
            let earned = u32::try_from(earned).unwrap_or(MESSAGES);
            self.left = self.left.saturating_add(earned).min(MESSAGES);
            self.refilled = Instant::now();
        }
        let left = self.left.checked_sub(1);
        self.left = left.unwrap_or_default();
        left.is_some()
    }
}

/// A control frame.
fn control(event: &str, heartbeat_seconds: Option<u32>) -> Message {
    let frame = Frame::Control {
        event: event.to_owned(),
        heartbeat_seconds,
        timestamp: clock::now(),
    };
    // Text, numbers and fixed names always serialize.
    Message::text(serde_json::to_string(&frame).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use tokio::sync::mpsc;

    /// A socket of two channels: messages from the client, and messages to it.
    struct Line {
        says: mpsc::Receiver<Message>,
        hears: mpsc::UnboundedSender<Message>,
    }

    impl Stream for Line {
        type Item = Result<Message, ()>;

        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.says.poll_recv(cx).map(|said| said.map(Ok))
        }
    }

    impl Sink<Message> for Line {
        type Error = ();

        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            Poll::Ready(Ok(()))
        }

        fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), ()> {
            self.hears.send(message).map_err(|_| ())
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
            Poll::Ready(Ok(()))
        }
    }

    struct Client {
        says: mpsc::Sender<Message>,
        hears: mpsc::UnboundedReceiver<Message>,
        shutdown: CancellationToken,
        lease: Lease,
        pumping: tokio::task::JoinHandle<()>,
    }

    impl Client {
        fn of(events: impl Stream<Item = Arc<str>> + Send + 'static, heartbeat: Duration) -> Self {
            let (says, said) = mpsc::channel(1);
            let (hear, hears) = mpsc::unbounded_channel();
            let line = Line {
                says: said,
                hears: hear,
            };
            let shutdown = CancellationToken::new();
            let lease = Lease::default();
            let end = end(shutdown.clone(), lease.clone());
            let pumping = tokio::spawn(pump(line, events, heartbeat, end));
            Self {
                says,
                hears,
                shutdown,
                lease,
                pumping,
            }
        }

        async fn hear(&mut self) -> String {
            match self.hears.recv().await.unwrap() {
                Message::Text(text) => text.to_string(),
                Message::Close(Some(frame)) => format!("close {}", frame.code),
                other => panic!("{other:?}"),
            }
        }
    }

    const NEVER: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn a_stream_starts_with_connected_and_passes_events_on_unchanged() {
        let events = futures_util::stream::iter([Arc::from("one"), Arc::from("two")]);
        let mut client = Client::of(events, NEVER);
        let first: Value = serde_json::from_str(&client.hear().await).unwrap();
        assert_eq!(first["event"], "connected");
        assert_eq!(first["heartbeatSeconds"], 20);
        assert!(first["timestamp"].as_i64().unwrap() > 0);
        assert_eq!(client.hear().await, "one");
        assert_eq!(client.hear().await, "two");
        assert_eq!(client.hear().await, "close 1001");
    }

    #[tokio::test]
    async fn pings_are_sent_at_every_heartbeat() {
        let mut client = Client::of(futures_util::stream::pending(), Duration::from_millis(1));
        client.hear().await;
        for _ in 0..3 {
            let ping: Value = serde_json::from_str(&client.hear().await).unwrap();
            assert_eq!(ping["event"], "ping");
            assert_eq!(ping.get("heartbeatSeconds"), None);
        }
    }

    #[tokio::test]
    async fn client_messages_are_ignored_and_a_close_ends_the_stream() {
        let mut client = Client::of(futures_util::stream::pending(), NEVER);
        client.hear().await;
        client.says.send(Message::text("hello")).await.unwrap();
        client.says.send(Message::Close(None)).await.unwrap();
        client.pumping.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_too_much_is_disconnected() {
        let mut client = Client::of(futures_util::stream::pending(), NEVER);
        client.hear().await;
        for _ in 0..MESSAGES {
            client.says.send(Message::Ping("x".into())).await.unwrap();
        }
        // A slow one may continue without limit.
        for _ in 0..1000 {
            tokio::time::sleep(MESSAGE_EVERY).await;
            client.says.send(Message::text("hello")).await.unwrap();
        }
        assert!(!client.pumping.is_finished());
        for _ in 0..=MESSAGES {
            let _ = client.says.send(Message::Pong("x".into())).await;
        }
        assert_eq!(client.hear().await, "close 1008");
        client.pumping.await.unwrap();
    }

    #[tokio::test]
    async fn an_event_that_is_too_large_is_skipped() {
        let large: Arc<str> = "x".repeat(EVENT_MAX + 1).into();
        let events = futures_util::stream::iter([large, Arc::from("small")]);
        let mut client = Client::of(events, NEVER);
        client.hear().await;
        assert_eq!(client.hear().await, "small");
    }

    #[tokio::test]
    async fn a_stream_ends_with_its_credentials() {
        let mut client = Client::of(futures_util::stream::pending(), NEVER);
        client.hear().await;
        client.lease.end();
        assert_eq!(client.hear().await, "close 1008");
        client.pumping.await.unwrap();
    }

    #[tokio::test]
    async fn shutdown_closes_the_stream_with_going_away() {
        let mut client = Client::of(futures_util::stream::pending(), NEVER);
        client.hear().await;
        client.shutdown.cancel();
        assert_eq!(client.hear().await, "close 1001");
        client.pumping.await.unwrap();
    }
}
