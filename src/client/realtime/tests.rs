use super::*;
use crate::client::Secret;
use axum::extract::ws::{Message as ServerMessage, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::routing::{any, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What the gateway does with one connection after the other.
#[derive(Clone)]
enum Act {
    /// Answers the ticket with a status.
    Refuse(u16),
    /// Sends these frames, then closes.
    Send(Vec<String>),
    /// Sends these frames, then nothing more.
    Stall(Vec<String>),
}

#[derive(Clone, Default)]
struct Script {
    acts: Arc<Mutex<Vec<Act>>>,
    since: Arc<Mutex<Vec<Option<String>>>>,
}

async fn ticket(State(script): State<Script>, Json(body): Json<Value>) -> impl IntoResponse {
    let since = body["since"].as_str().map(str::to_owned);
    script.since.lock().unwrap().push(since);
    let mut acts = script.acts.lock().unwrap();
    let status = match acts.first() {
        Some(Act::Refuse(status)) => *status,
        _ => 201,
    };
    if status == 201 {
        return (
            StatusCode::CREATED,
            Json(
                json!({"ticket": "rt_a/b", "expiresInSeconds": 30, "url": "wss://elsewhere.example/api/v1/realtime?ticket=rt_x"}),
            ),
        );
    }
    acts.remove(0);
    (
        StatusCode::from_u16(status).unwrap(),
        Json(json!({"error": {"code": "x", "message": "no"}})),
    )
}

async fn socket(
    State(script): State<Script>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> impl IntoResponse {
    assert_eq!(query["ticket"], "rt_a/b");
    let mut acts = script.acts.lock().unwrap();
    let act = if acts.is_empty() {
        Act::Stall(vec![])
    } else {
        acts.remove(0)
    };
    upgrade.on_upgrade(move |socket| play(socket, act))
}

async fn play(mut socket: WebSocket, act: Act) {
    let (frames, stall) = match act {
        Act::Send(frames) => (frames, false),
        Act::Stall(frames) => (frames, true),
        Act::Refuse(_) => return,
    };
    for frame in frames {
        if socket.send(ServerMessage::text(frame)).await.is_err() {
            return;
        }
    }
    if stall {
        // Until the other side gives up.
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

async fn stream(acts: Vec<Act>) -> (mpsc::Receiver<RealtimeEvent>, Script) {
    let script = Script {
        acts: Arc::new(Mutex::new(acts)),
        ..Script::default()
    };
    let router = Router::new()
        .route("/api/v1/realtime/ticket", post(ticket))
        .route("/api/v1/realtime", any(socket))
        .with_state(script.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = Client::new(&base, &Secret::new("wa_key"), false).unwrap();
    let (sink, events) = mpsc::channel(64);
    let timing = Timing {
        retry_first: Duration::from_millis(10),
        retry_most: Duration::from_millis(20),
        told_most: Duration::from_millis(20),
        unavailable: Duration::from_millis(10),
        handshake: Duration::from_secs(5),
        slack: Duration::ZERO,
        stable: Duration::from_secs(10),
    };
    tokio::spawn(run_with(client, None, sink, timing));
    (events, script)
}

fn hello() -> String {
    json!({"event": "connected", "heartbeatSeconds": 1, "timestamp": 1}).to_string()
}

fn event(id: &str) -> String {
    json!({"schema": "v1", "id": id, "event": "session.status", "session": "s",
        "organization": "o", "timestamp": 1, "payload": {"status": "working"}})
    .to_string()
}

async fn next(events: &mut mpsc::Receiver<RealtimeEvent>) -> RealtimeEvent {
    timeout(Duration::from_secs(10), events.recv())
        .await
        .expect("an event in time")
        .expect("the stream to go on")
}

async fn next_id(events: &mut mpsc::Receiver<RealtimeEvent>) -> String {
    match next(events).await {
        RealtimeEvent::Event(envelope) => envelope.id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lost_stream_continues_where_it_was_and_tells_nothing_twice() {
    let (mut events, script) = stream(vec![
        Act::Send(vec![
            hello(),
            event("evt_1"),
            "not json".to_owned(),
            event("evt_2"),
        ]),
        Act::Stall(vec![hello(), event("evt_2"), event("evt_3")]),
    ])
    .await;
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    assert_eq!(next_id(&mut events).await, "evt_1");
    assert_eq!(next_id(&mut events).await, "evt_2");
    assert!(matches!(
        next(&mut events).await,
        RealtimeEvent::Lost { .. }
    ));
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    assert_eq!(next_id(&mut events).await, "evt_3");
    assert_eq!(
        *script.since.lock().unwrap(),
        [None, Some("evt_2".to_owned())]
    );
}

#[tokio::test]
async fn silence_beyond_two_heartbeats_is_a_loss() {
    let (mut events, _) = stream(vec![Act::Stall(vec![hello()])]).await;
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    let RealtimeEvent::Lost { reason, .. } = next(&mut events).await else {
        panic!("expected a loss")
    };
    assert_eq!(reason, "the gateway fell silent");
}

#[tokio::test]
async fn gateways_without_realtime_are_asked_again() {
    for status in [404, 501, 503, 401, 403] {
        let (mut events, _) = stream(vec![Act::Refuse(status), Act::Stall(vec![hello()])]).await;
        assert!(
            matches!(next(&mut events).await, RealtimeEvent::Unavailable { .. }),
            "{status}"
        );
        assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    }
}

#[tokio::test]
async fn an_event_that_the_gateway_forgot_is_let_go() {
    let (mut events, script) = stream(vec![
        Act::Send(vec![hello(), event("evt_1")]),
        Act::Refuse(400),
        Act::Stall(vec![hello(), event("evt_9")]),
    ])
    .await;
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    assert_eq!(next_id(&mut events).await, "evt_1");
    assert!(matches!(
        next(&mut events).await,
        RealtimeEvent::Lost { .. }
    ));
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    assert_eq!(next_id(&mut events).await, "evt_9");
    assert_eq!(
        *script.since.lock().unwrap(),
        [None, Some("evt_1".to_owned()), None]
    );
}

#[tokio::test]
async fn the_stream_ends_with_its_reader() {
    let (sink, events) = mpsc::channel(1);
    let client = Client::new("http://127.0.0.1:9", &Secret::new("wa_key"), false).unwrap();
    let running = tokio::spawn(run(client, None, sink));
    drop(events);
    timeout(Duration::from_secs(10), running)
        .await
        .expect("to end")
        .unwrap();
}

#[test]
fn old_ids_are_forgotten() {
    let mut seen = Seen::default();
    assert!(seen.is_new("evt_0") && !seen.is_new("evt_0"));
    for id in 1..=SEEN_MAX {
        assert!(seen.is_new(&format!("evt_{id}")));
    }
    assert_eq!(seen.ids.len(), SEEN_MAX);
    assert!(seen.is_new("evt_0"));
}
