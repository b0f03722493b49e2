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

/// The gateway's behaviour for each successive connection.
#[derive(Clone)]
enum Act {
    /// Answers the ticket request with a status.
    Refuse(u16),
    /// The same, with a reason.
    RefuseFor(u16, &'static str),
    /// Issues this ticket.
    Ticket(String),
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
    let (status, reason) = match acts.first() {
        Some(Act::Refuse(status)) => (*status, None),
        Some(Act::RefuseFor(status, reason)) => (*status, Some(*reason)),
        Some(Act::Ticket(ticket)) => {
            let body = json!({"ticket": ticket, "expiresInSeconds": 30});
            acts.remove(0);
            return (StatusCode::CREATED, Json(body));
        }
        _ => (201, None),
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
        Json(json!({"error": {"code": "x", "message": "no", "details": {"reason": reason}}})),
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
        Act::Refuse(_) | Act::RefuseFor(..) | Act::Ticket(_) => return,
    };
    for frame in frames {
        if socket.send(ServerMessage::text(frame)).await.is_err() {
            return;
        }
    }
    if stall {
        // Until the client closes.
        while let Some(Ok(_)) = socket.recv().await {}
    }
}

async fn stream(acts: Vec<Act>) -> (mpsc::Receiver<RealtimeEvent>, Script) {
    stream_behind("", acts).await
}

/// The same, with a path prefix before the contract's paths.
async fn stream_behind(prefix: &str, acts: Vec<Act>) -> (mpsc::Receiver<RealtimeEvent>, Script) {
    let script = Script {
        acts: Arc::new(Mutex::new(acts)),
        ..Script::default()
    };
    let router = Router::new()
        .route(&format!("{prefix}/api/v1/realtime/ticket"), post(ticket))
        .route(&format!("{prefix}/api/v1/realtime"), any(socket))
        .with_state(script.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}{prefix}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let client = Client::new(&base, &Secret::new("wa_key"), false).unwrap();
    let (sink, events) = mpsc::channel(64);
    let timing = Timing {
        retry_first: Duration::from_millis(10),
        retry_most: Duration::from_millis(20),
        retry_after_max: Duration::from_millis(20),
        unavailable: Duration::from_millis(10),
        handshake: Duration::from_secs(5),
        slack: Duration::ZERO,
        stable: Duration::from_secs(10),
        ..Timing::default()
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
async fn a_lost_stream_resumes_without_duplicates() {
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
    assert!(matches!(
        next(&mut events).await,
        RealtimeEvent::Unreadable { .. }
    ));
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
async fn silence_for_two_heartbeats_is_a_heartbeat_timeout() {
    let (mut events, _) = stream(vec![Act::Stall(vec![hello()])]).await;
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    let RealtimeEvent::Lost { reason, .. } = next(&mut events).await else {
        panic!("expected a loss")
    };
    assert_eq!(reason, "heartbeat timeout");
}

#[tokio::test]
async fn a_gateway_without_realtime_is_retried() {
    for status in [404, 405, 501, 401, 403] {
        let (mut events, _) = stream(vec![Act::Refuse(status), Act::Stall(vec![hello()])]).await;
        assert!(
            matches!(next(&mut events).await, RealtimeEvent::Unavailable { .. }),
            "{status}"
        );
        assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    }
}

#[tokio::test]
async fn a_503_on_the_ticket_is_retried_unless_realtime_is_not_available() {
    let acts = vec![
        Act::Refuse(503),
        Act::RefuseFor(503, "draining"),
        Act::RefuseFor(503, "not_available"),
        Act::Stall(vec![hello()]),
    ];
    let (mut events, _) = stream(acts).await;
    for _ in 0..2 {
        assert!(matches!(
            next(&mut events).await,
            RealtimeEvent::Lost { .. }
        ));
    }
    assert!(matches!(
        next(&mut events).await,
        RealtimeEvent::Unavailable { .. }
    ));
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
}

#[tokio::test]
async fn an_oversized_or_empty_ticket_is_refused() {
    let acts = vec![
        Act::Ticket("x".repeat(2_000)),
        Act::Ticket(String::new()),
        Act::Stall(vec![hello()]),
    ];
    let (mut events, _) = stream(acts).await;
    for _ in 0..2 {
        let RealtimeEvent::Lost { reason, .. } = next(&mut events).await else {
            panic!("expected a loss")
        };
        assert!(reason.contains("ticket"), "{reason}");
    }
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
}

#[tokio::test]
async fn the_stream_uses_the_path_prefix_of_the_calls() {
    let (mut events, _) = stream_behind("/wa", vec![Act::Stall(vec![hello()])]).await;
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
}

#[tokio::test]
async fn an_unreadable_event_is_reported() {
    let strange = |payload: &str| {
        event("evt_1")
            .replace("session.status", "group.update")
            .replace(r#"{"status":"working"}"#, payload)
    };
    let (mut events, _) = stream(vec![Act::Stall(vec![
        "hm".to_owned(),
        hello(),
        strange(r#"{"groupJid": "1@g.us", "isLocked": []}"#),
        event("evt_2").replace("evt_2", &"x".repeat(900)),
        "hm".to_owned(),
        event("evt_3").replace(r#""v1""#, "1"),
    ])])
    .await;
    assert_eq!(next(&mut events).await, RealtimeEvent::Connected);
    let about = |session: Option<&str>, group: Option<&str>| RealtimeEvent::Unreadable {
        session: session.map(str::to_owned),
        group: group.map(str::to_owned),
    };
    assert_eq!(next(&mut events).await, about(Some("s"), Some("1@g.us")));
    assert_eq!(next(&mut events).await, about(Some("s"), None));
    assert_eq!(next(&mut events).await, about(None, None));
    assert_eq!(next_id(&mut events).await, "evt_3");
}

#[tokio::test]
async fn an_event_that_the_gateway_forgot_is_not_requested_again() {
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
async fn the_stream_ends_when_its_reader_is_dropped() {
    let (sink, events) = mpsc::channel(1);
    let client = Client::new("http://127.0.0.1:9", &Secret::new("wa_key"), false).unwrap();
    let running = tokio::spawn(run(client, None, sink));
    drop(events);
    timeout(Duration::from_secs(10), running)
        .await
        .expect("to end")
        .unwrap();
}
