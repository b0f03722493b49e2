//! Peers that send more, or read less, than a normal client: each is bounded, and others are served.

use crate::support::{Ask, Gateway, Key, RawClient, Stream};
use futures_util::{SinkExt, StreamExt};
use groupdesk::gateway::Limits;
use groupdesk::gateway::whatsapp::sandbox::WorldOptions;
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";

/// Options with which repeated polling is not rate limited.
fn uncounted() -> Limits {
    Limits {
        requests_per_minute: 0,
        organization_requests_per_minute: 0,
        ..Limits::default()
    }
}

#[tokio::test]
async fn a_stream_whose_client_floods_pings_is_closed() {
    for message in [
        Message::Ping(vec![7; 125].into()),
        Message::Pong(vec![7; 125].into()),
        Message::text("hello"),
    ] {
        let gateway = Gateway::start().await;
        let mut stream = Stream::open(&gateway, Key::Events, json!({})).await;
        for _ in 0..10_000 {
            if stream.0.feed(message.clone()).await.is_err() {
                break;
            }
        }
        let _ = stream.0.flush().await;
        let listening = async {
            let mut pongs = 0;
            // Closing with unread bytes may reset the connection before the close frame is read.
            while let Some(Ok(heard)) = stream.0.next().await {
                match heard {
                    Message::Pong(_) => pongs += 1,
                    Message::Close(frame) => {
                        assert_eq!(u16::from(frame.unwrap().code), 1008);
                        break;
                    }
                    _ => {}
                }
                assert!(pongs < 200, "{pongs} answers to pings");
            }
        };
        timeout(Duration::from_mins(1), listening).await.unwrap();
        gateway.until_subscribers(0).await;
    }
}

#[tokio::test]
async fn a_stream_that_is_not_read_is_closed() {
    let gateway = Gateway::limited(Limits {
        unread: Duration::from_millis(500),
        ..Limits::default().without_call_limits()
    })
    .await;
    let url = gateway.ticket(Key::Events.secret()).await;
    let mut deaf = RawClient::connect_narrow(&gateway).await;
    deaf.upgrade(&url).await;
    gateway.until_subscribers(1).await;
    let group = gateway.support_group("Weekend Volunteers");
    let given_up = async {
        gateway.until_subscribers(0).await;
    };
    let events = async {
        for number in 0.. {
            let description = format!("{number} {}", "\u{1f600}".repeat(2000));
            gateway
                .patch(&group, json!({ "description": description }))
                .await
                .ok(204);
        }
    };
    tokio::select! {
        () = given_up => {}
        () = events => {}
    }
}

/// The URLs of this many tickets, for streams that hold connections.
async fn tickets(gateway: &Gateway, count: usize) -> Vec<String> {
    let mut urls = Vec::new();
    for _ in 0..count {
        urls.push(gateway.ticket(Key::Events.secret()).await);
    }
    urls
}

#[tokio::test]
async fn a_connection_beyond_the_limit_is_refused() {
    let connections = 3;
    let gateway = Gateway::limited(Limits {
        connections,
        ..Limits::default()
    })
    .await;
    let mut streams = Vec::new();
    for url in tickets(&gateway, connections as usize).await {
        streams.push(Stream::at(&url).await.unwrap());
    }
    let mut client = RawClient::connect(&gateway).await;
    let refused = client.ask(HEALTH).await;
    client.closed().await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.json["error"]["code"], "gateway_unavailable");
    let details = &refused.json["error"]["details"];
    assert_eq!(details["reason"], "too_many_connections");
    assert!(refused.head.contains("x-request-id: "), "{}", refused.head);
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    // A closed connection frees its slot.
    streams.pop();
    gateway
        .until("room for one more", async || {
            let mut client = RawClient::connect(&gateway).await;
            let reply = client.try_ask(HEALTH).await?;
            (reply.status == 200).then_some(())
        })
        .await;
}

#[tokio::test]
async fn idle_connections_are_closed_for_new_ones() {
    let connections = 4;
    let gateway = Gateway::limited(Limits {
        connections,
        ..Limits::default()
    })
    .await;
    let url = gateway.ticket(Key::Events.secret()).await;
    let mut stream = Stream::at(&url).await.unwrap();
    let mut clients = Vec::new();
    for number in 0..20 {
        let mut client = RawClient::connect(&gateway).await;
        if number % 2 == 0 {
            assert_eq!(client.ask(HEALTH).await.status, 200);
        } else {
            client.write(b"GET /healthz HTT").await;
        }
        clients.push(client);
    }
    // The connections idle the longest were closed.
    for client in &mut clients[..10] {
        client.closed().await;
    }
    // Busy ones are not affected.
    let group = gateway.support_group("Weekend Volunteers");
    gateway
        .patch(&group, json!({ "subject": "Still here" }))
        .await
        .ok(204);
    let event = stream.event("group.update").await;
    assert_eq!(event["payload"]["subject"], "Still here");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_address_leaves_connections_for_others() {
    let gateway = Gateway::limited(Limits {
        connections: 6,
        connections_per_client: 3,
        ..Limits::default()
    })
    .await;
    let mut streams = Vec::new();
    for url in tickets(&gateway, 3).await {
        streams.push(Stream::at(&url).await.unwrap());
    }
    let mut more = RawClient::connect(&gateway).await;
    assert_eq!(more.ask(HEALTH).await.status, 503);
    let mut other = RawClient::connect_from(2, &gateway).await;
    assert_eq!(other.ask(HEALTH).await.status, 200);
}

#[tokio::test]
async fn behind_a_proxy_one_key_leaves_connections_for_others() {
    let gateway = Gateway::limited_behind_proxy(Limits {
        connections_per_client: 3,
        ..uncounted()
    })
    .await;
    let greedy = gateway.new_key(&["read", "events"]).await;
    let other = gateway.new_key(&["read", "events"]).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let url = gateway.ticket(&greedy).await;
        streams.push(Stream::at(&url).await.unwrap());
    }
    let ask = async |secret: &str| {
        let ask = Ask::get("/api/v1/sessions").key(Key::None);
        ask.header("x-api-key", secret).to(&gateway).await
    };
    let details = ask(&greedy).await.error(429, "rate_limited");
    assert_eq!(details["limit"], "under_way");
    ask(&other).await.ok(200);
    let url = gateway.ticket(&other).await;
    Stream::at(&url).await.unwrap();
    streams.pop();
    gateway
        .until("room for one more", async || {
            (ask(&greedy).await.status == 200).then_some(())
        })
        .await;
}

#[tokio::test]
async fn bodies_in_flight_are_bounded_per_caller_and_in_total() {
    let gateway = Gateway::limited(Limits {
        body_bytes: 90 * 1024,
        body_bytes_per_caller: 64 * 1024,
        ..uncounted()
    })
    .await;
    let greedy = gateway.new_key(&["manage"]).await;
    let other = gateway.new_key(&["manage"]).await;
    let begin = async |secret: &str, bytes: usize| {
        let mut client = RawClient::connect(&gateway).await;
        let head = format!(
            "POST /api/v1/keys HTTP/1.1\r\nhost: x\r\nx-api-key: {secret}\r\ncontent-length: 1000000\r\n\r\n"
        );
        let blank = " ".repeat(bytes);
        client.write(format!("{head}{blank}").as_bytes()).await;
        client
    };
    let create = async |secret: &str, bytes: usize| {
        let body = format!(r#"{{"capabilities":["manage"]}}{}"#, " ".repeat(bytes));
        let ask = Ask::post("/api/v1/keys").key(Key::None).text(&body);
        ask.header("x-api-key", secret).to(&gateway).await
    };
    let unfinished = [
        begin(&greedy, 20_000).await,
        begin(&greedy, 20_000).await,
        begin(&greedy, 20_000).await,
    ];
    let refused = gateway
        .until("a share that is full", async || {
            let reply = create(&greedy, 40_000).await;
            (reply.status != 201).then_some(reply)
        })
        .await;
    assert_eq!(refused.error(429, "rate_limited")["limit"], "bodies");
    create(&other, 5_000).await.ok(201);
    let reply = create(&other, 60_000).await;
    assert_eq!(reply.error(429, "rate_limited")["limit"], "bodies");
    drop(unfinished);
    for secret in [&greedy, &other] {
        gateway
            .until("room again", async || {
                (create(secret, 60_000).await.status == 201).then_some(())
            })
            .await;
    }
}

#[tokio::test]
async fn unread_answers_are_bounded() {
    let world = WorldOptions {
        groups: Some(1000),
        ..WorldOptions::default()
    };
    let limits = Limits {
        unread_bytes_per_caller: 1,
        ..uncounted()
    };
    let gateway = Gateway::limited_in(world, limits).await;
    let groups = format!("{}/groups", gateway.support());
    let greedy = gateway.new_key(&["read"]).await;
    let other = gateway.new_key(&["read"]).await;
    let ask = async |secret: &str| {
        let ask = Ask::get(&groups).key(Key::None);
        ask.header("x-api-key", secret).to(&gateway).await
    };
    gateway
        .until("large answers", async || {
            (ask(&other).await.text.len() > 200_000).then_some(())
        })
        .await;
    let mut deaf = RawClient::connect_narrow(&gateway).await;
    let request = format!("GET {groups} HTTP/1.1\r\nhost: x\r\nx-api-key: {greedy}\r\n\r\n");
    deaf.write(request.repeat(50).as_bytes()).await;
    let refused = gateway
        .until("an answer that is not read", async || {
            let reply = ask(&greedy).await;
            (reply.status != 200).then_some(reply)
        })
        .await;
    assert_eq!(refused.error(429, "rate_limited")["limit"], "unread");
    ask(&other).await.ok(200);
    drop(deaf);
    gateway
        .until("room again", async || {
            (ask(&greedy).await.status == 200).then_some(())
        })
        .await;
}
