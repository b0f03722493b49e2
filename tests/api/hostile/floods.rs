//! Realtime streams that flood, send garbage, stop sending, or send too much at once.

use super::{KEY, client, hasty};
use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use groupdesk::client::realtime::{RealtimeEvent, Timing, run_with};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy)]
enum Act {
    /// An endless stream of events.
    Flood,
    /// Endless invalid frames after a valid first one.
    Babble,
    /// The same before any valid one, at intervals.
    Murmur,
    /// Bytes that are not UTF-8.
    Binary,
    /// One frame larger than any event.
    Huge,
    /// A message of endless fragments.
    Pieces,
    /// No frame after the first one.
    Silence,
    /// Closes right after the first frame.
    Close,
}

#[derive(Clone)]
struct Stage {
    act: Act,
    sent: Arc<AtomicUsize>,
}

fn hello() -> Message {
    Message::text(json!({"event": "connected", "heartbeatSeconds": 1}).to_string())
}

fn event(number: usize) -> Message {
    let event = json!({"schema": "v1", "id": format!("evt_{number}"), "event": "session.status",
        "session": "s", "organization": "o", "timestamp": 1, "payload": {"status": "working"}});
    Message::text(event.to_string())
}

async fn socket(State(stage): State<Stage>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .on_upgrade(move |socket| play(socket, stage))
        .into_response()
}

async fn play(mut socket: WebSocket, stage: Stage) {
    if !matches!(stage.act, Act::Murmur) && socket.send(hello()).await.is_err() {
        return;
    }
    let mut pause = tokio::time::interval(Duration::from_millis(20));
    for number in 0.. {
        let message = match stage.act {
            Act::Flood => event(number),
            Act::Babble => Message::text("{\"event\": 1"),
            Act::Murmur => {
                pause.tick().await;
                Message::text("hm")
            }
            Act::Binary => Message::binary(vec![0xff; 100]),
            Act::Huge => Message::text("x".repeat(2 << 20)),
            // axum sends a complete message; one of many mebibytes is split into TCP segments.
            Act::Pieces => Message::text(format!("\"{}", "y".repeat(8 << 20))),
            Act::Close => return,
            Act::Silence => {
                // Until the client closes.
                while let Some(Ok(_)) = socket.recv().await {}
                return;
            }
        };
        if socket.send(message).await.is_err() {
            return;
        }
        stage.sent.fetch_add(1, Ordering::Relaxed);
    }
}

/// The stream of a gateway that acts like this, with a channel of `room` events.
async fn stream(act: Act, room: usize) -> (mpsc::Receiver<RealtimeEvent>, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let ticket = || async {
        let ticket = json!({"ticket": "rt_1", "expiresInSeconds": 30, "url": ""});
        (StatusCode::CREATED, axum::Json(ticket))
    };
    let stage = Stage {
        act,
        sent: sent.clone(),
    };
    let router = Router::new()
        .route("/api/v1/realtime/ticket", post(ticket))
        .route("/api/v1/realtime", any(socket))
        .with_state(stage);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("a port"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (sink, events) = mpsc::channel(room);
    let timing = Timing {
        retry_first: Duration::from_millis(20),
        retry_most: Duration::from_millis(400),
        handshake: Duration::from_millis(500),
        slack: Duration::ZERO,
        ..Timing::default()
    };
    tokio::spawn(run_with(client(&base, hasty()), None, sink, timing));
    (events, sent)
}

async fn next(events: &mut mpsc::Receiver<RealtimeEvent>) -> RealtimeEvent {
    tokio::time::timeout(PATIENCE, events.recv())
        .await
        .expect("an event in time")
        .expect("the stream to go on")
}

/// The next loss: its reason, and how long until the next attempt.
async fn loss(events: &mut mpsc::Receiver<RealtimeEvent>) -> (String, Duration) {
    loop {
        if let RealtimeEvent::Lost { reason, retry_in } = next(events).await {
            return (reason, retry_in);
        }
    }
}

#[tokio::test]
async fn faulty_streams_are_closed_with_a_reason_and_reopened() {
    for (act, words) in [
        (Act::Babble, "unreadable frames"),
        (Act::Murmur, "heartbeat timeout"),
        (Act::Binary, "unreadable frames"),
        (Act::Huge, "oversized"),
        (Act::Pieces, "oversized"),
        (Act::Silence, "heartbeat timeout"),
        (Act::Close, "closed"),
    ] {
        let (mut events, _) = stream(act, 64).await;
        for _ in 0..2 {
            let (reason, _) = loss(&mut events).await;
            assert!(reason.contains(words), "{reason}");
            assert!(
                !reason.contains("rt_1") && !reason.contains(KEY),
                "{reason}"
            );
        }
    }
}

#[tokio::test]
async fn a_gateway_that_keeps_closing_is_reconnected_with_backoff() {
    let (mut events, _) = stream(Act::Close, 64).await;
    let mut pauses = Vec::new();
    for _ in 0..7 {
        pauses.push(loss(&mut events).await.1);
    }
    assert!(pauses[0] <= Duration::from_millis(20), "{pauses:?}");
    // Jitter: half of a pause is random.
    assert!(pauses[6] >= Duration::from_millis(200), "{pauses:?}");
    assert!(
        pauses
            .iter()
            .all(|pause| *pause <= Duration::from_millis(400))
    );
}

#[tokio::test]
async fn a_flood_waits_for_its_reader() {
    let (mut events, sent) = stream(Act::Flood, 8).await;
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    // Once the sockets are full the gateway cannot send more.
    let mut before = usize::MAX;
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    while sent.load(Ordering::Relaxed) != before {
        before = sent.load(Ordering::Relaxed);
        tick.tick().await;
    }
    let stuck = before;
    assert!(stuck > 8);
    for number in 0..stuck {
        let RealtimeEvent::Event(envelope) = next(&mut events).await else {
            panic!("expected an event")
        };
        assert_eq!(envelope.id, format!("evt_{number}"), "no event is lost");
    }
}
