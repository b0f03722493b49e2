//! `/realtime`: tickets, and the stream of events.

use crate::contract::table::NO_SESSION;
use crate::support::{Ask, Gateway, Key, RawClient, Stream};
use futures_util::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

const TICKET: &str = "/api/v1/realtime/ticket";

#[tokio::test]
async fn a_ticket_is_valid_once() {
    let gateway = Gateway::start().await;
    let ticket = Ask::post(TICKET)
        .key(Key::Events)
        .to(&gateway)
        .await
        .ok(201);
    assert!(ticket["ticket"].as_str().unwrap().starts_with("rt_"));
    assert_eq!(ticket["expiresInSeconds"], 30);
    let url = ticket["url"].as_str().unwrap();
    assert_eq!(
        url,
        format!(
            "ws://{}/api/v1/realtime?ticket={}",
            gateway.address(),
            ticket["ticket"].as_str().unwrap()
        )
    );
    let _stream = Stream::at(url).await.unwrap();
    assert_eq!(Stream::at(url).await.err(), Some(401));
}

#[tokio::test]
async fn streams_without_a_valid_ticket_are_refused() {
    let gateway = Gateway::start().await;
    let base = format!("ws://{}/api/v1/realtime", gateway.address());
    for query in ["", "?ticket=", "?ticket=rt_nonsense", "?other=1"] {
        assert_eq!(Stream::at(&format!("{base}{query}")).await.err(), Some(401));
    }
    // A key is not a ticket.
    Ask::get("/api/v1/realtime")
        .key(Key::All)
        .to(&gateway)
        .await
        .error(401, "unauthorized");
}

#[tokio::test]
async fn a_plain_request_does_not_consume_the_ticket() {
    let gateway = Gateway::start().await;
    let ticket = gateway.post(TICKET, json!({})).await.ok(201);
    let ticket = ticket["ticket"].as_str().unwrap();
    let path = format!("/api/v1/realtime?ticket={ticket}");
    gateway.get(&path).await.error(400, "validation_error");
    assert_eq!(Ask::new("HEAD", &path).to(&gateway).await.status, 400);
    Stream::at(&format!("ws://{}{path}", gateway.address()))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_url_uses_the_proxys_address() {
    let gateway = Gateway::start().await;
    let ticket = Ask::post(TICKET)
        .header("host", "desk.example.com")
        .header("x-forwarded-proto", "https")
        .to(&gateway)
        .await
        .ok(201);
    let url = ticket["url"].as_str().unwrap();
    assert!(url.starts_with("wss://desk.example.com/api/v1/realtime?ticket=rt_"));
}

#[tokio::test]
async fn a_patch_publishes_events() {
    let gateway = Gateway::start().await;
    let mut stream = Stream::open(&gateway, Key::Events, json!({})).await;
    let group = gateway.group("Weekend Volunteers");
    let path = gateway.support_group("Weekend Volunteers");
    gateway
        .patch(&path, json!({ "subject": "Renamed", "announce": false }))
        .await
        .ok(204);
    let support = gateway.session("Support line");
    let first = stream.event_of("group.update", &support, &group).await;
    assert_eq!(first["organization"], "acme-support");
    assert!(first["timestamp"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!(first["payload"]["subject"], "Renamed");
    assert_eq!(
        first["payload"].get("isAnnounce"),
        None,
        "only the changed fields"
    );
    let second = stream.event_of("group.update", &support, &group).await;
    assert_eq!(second["payload"]["isAnnounce"], false);
    assert_eq!(second["payload"].get("subject"), None);
    assert!(second["id"].as_str() > first["id"].as_str());
    let link = gateway.delete(&format!("{path}/invite")).await.ok(200);
    let third = stream.event_of("group.update", &support, &group).await;
    assert_eq!(third["payload"]["newInviteLink"], link["invite"]);
}

#[tokio::test]
async fn changes_of_members_and_sessions_are_published() {
    let gateway = Gateway::start().await;
    let mut stream = Stream::open(&gateway, Key::Events, json!({ "events": ["*"] })).await;
    let jid = gateway.world.group_named("Weekend Volunteers").unwrap();
    let newcomer = gateway.world.outsiders(&jid, 1).remove(0);
    gateway
        .post(
            &format!("{}/members", gateway.support_group("Weekend Volunteers")),
            json!({ "participants": [newcomer.as_str()] }),
        )
        .await
        .ok(204);
    let support = gateway.session("Support line");
    let joined = stream
        .event_of("group.participant", &support, jid.as_str())
        .await;
    assert_eq!(joined["payload"]["join"], json!([newcomer.as_str()]));
    gateway
        .post(&format!("{}:stop", gateway.support()), json!({}))
        .await
        .ok(200);
    loop {
        let status = stream.event("session.status").await;
        if status["session"] == support {
            assert_eq!(status["payload"]["status"], "stopped");
            break;
        }
    }
}

#[tokio::test]
async fn pairing_is_published() {
    let gateway = Gateway::start().await;
    let id = gateway.session("New phone");
    let mut stream = Stream::open(
        &gateway,
        Key::Events,
        json!({ "scope": "session", "session": id, "events": ["auth.qr", "auth.code"] }),
    )
    .await;
    gateway
        .post(&format!("/api/v1/sessions/{id}:start"), json!({}))
        .await
        .ok(200);
    let qr = stream.event("auth.qr").await;
    assert!(qr["payload"]["code"].as_str().unwrap().len() > 40);
    let account = gateway.world.session("New phone").unwrap();
    assert!(gateway.world.scan(&account.session));
    let paired = stream.event("auth.code").await;
    let lid = gateway.world.phone().jid(&account.session).unwrap();
    assert_eq!(paired["payload"]["lid"], lid.as_str());
}

#[tokio::test]
async fn a_stream_receives_only_its_scope_and_its_events() {
    let gateway = Gateway::start().await;
    let sales = gateway.session("Sales");
    gateway.until_status(&sales, "working").await;
    let mut narrow = Stream::open(
        &gateway,
        Key::Events,
        json!({ "scope": "session", "session": sales, "events": ["group.update"] }),
    )
    .await;
    let mut other = Stream::open(&gateway, Key::Other, json!({})).await;
    let path = gateway.support_group("Weekend Volunteers");
    gateway
        .patch(&path, json!({ "subject": "Heard by both" }))
        .await
        .ok(204);
    // Sales is a member too: its own event of the same change is the first one that it receives.
    let event = narrow.next().await.unwrap();
    assert_eq!(event["event"], "group.update");
    assert_eq!(event["session"], sales);
    gateway
        .post(&format!("/api/v1/sessions/{sales}:stop"), json!({}))
        .await
        .ok(200);
    // The other organization received none of it: its next own event comes first.
    let kiosk = gateway.session("Front desk");
    Ask::post(&format!("/api/v1/sessions/{kiosk}:stop"))
        .key(Key::Other)
        .to(&gateway)
        .await
        .ok(200);
    loop {
        let event = other.next().await.unwrap();
        assert_eq!(event["organization"], "harbour-clinic");
        if event["session"] == kiosk && event["payload"]["status"] == "stopped" {
            break;
        }
    }
}

#[tokio::test]
async fn missed_events_are_replayed_in_order() {
    let gateway = Gateway::start().await;
    let scope = json!({
        "scope": "session",
        "session": gateway.session("Support line"),
        "events": ["group.update"],
    });
    let mut stream = Stream::open(&gateway, Key::Events, scope.clone()).await;
    let path = gateway.support_group("Weekend Volunteers");
    for subject in ["one", "two", "three"] {
        gateway
            .patch(&path, json!({ "subject": subject }))
            .await
            .ok(204);
    }
    let (support, jid) = (gateway.session("Support line"), gateway.group("three"));
    let subject = |event: &serde_json::Value| event["payload"]["subject"].clone();
    let first = stream.event_of("group.update", &support, &jid).await;
    assert_eq!(subject(&first), "one");
    let mut since = scope;
    since["since"] = first["id"].clone();
    let mut late = Stream::open(&gateway, Key::Events, since).await;
    for expected in ["two", "three"] {
        let missed = late.event_of("group.update", &support, &jid).await;
        assert_eq!(subject(&missed), expected);
        let live = stream.event_of("group.update", &support, &jid).await;
        assert_eq!(missed, live);
    }
    gateway
        .patch(&path, json!({ "subject": "four" }))
        .await
        .ok(204);
    let live = late.event_of("group.update", &support, &jid).await;
    assert_eq!(subject(&live), "four");
}

#[tokio::test]
async fn a_ticket_for_a_foreign_session_is_refused() {
    let gateway = Gateway::start().await;
    let theirs = gateway.session("Front desk");
    let mut answers = Vec::new();
    for session in [theirs.as_str(), NO_SESSION, "nonsense"] {
        let reply = gateway
            .post(TICKET, json!({ "scope": "session", "session": session }))
            .await;
        answers.push(reply.text.clone());
        reply.error(404, "not_found");
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn client_messages_are_accepted_up_to_a_limit() {
    let gateway = Gateway::start().await;
    let mut stream = Stream::open(&gateway, Key::Events, json!({})).await;
    stream.0.send(Message::text("hello")).await.unwrap();
    stream
        .0
        .send(Message::Binary(vec![0; 10].into()))
        .await
        .unwrap();
    let path = gateway.support_group("Weekend Volunteers");
    gateway
        .patch(&path, json!({ "subject": "Still there" }))
        .await
        .ok(204);
    stream.event("group.update").await;
    let _ = stream.0.send(Message::text("x".repeat(100_000))).await;
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn shutdown_closes_streams() {
    let gateway = Gateway::start().await;
    let mut stream = Stream::open(&gateway, Key::Events, json!({})).await;
    let stopping = tokio::spawn(gateway.stop());
    while stream.next().await.is_some() {}
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_ticket_without_a_host_has_a_relative_url() {
    let gateway = Gateway::start().await;
    let mut client = RawClient::connect(&gateway).await;
    let reply = client
        .ask(&format!(
            "POST {TICKET} HTTP/1.0\r\nx-api-key: {}\r\n\r\n",
            Key::Events.secret()
        ))
        .await;
    assert_eq!(reply.status, 201);
    let url = reply.json["url"].as_str().unwrap();
    assert!(url.starts_with("/api/v1/realtime?ticket=rt_"));
}
