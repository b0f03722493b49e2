//! Failures of WhatsApp: rate limits, timeouts, dropped connections, a driver that panics; and shutdown of the
//! engine during them.

use crate::support::{Ask, Gateway, Key, RawClient};
use groupdesk::gateway::whatsapp::sandbox::{DriverCall, Fault};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_rate_limit_reports_how_long_to_wait() {
    let gateway = Gateway::start().await;
    let session = gateway.world.session("Support line").unwrap().session;
    gateway.world.misbehave_on(
        &session,
        DriverCall::Invite,
        Fault::RateLimit {
            calls: 1,
            retry_after: Duration::from_secs(17),
        },
    );
    let path = format!("{}/invite", gateway.support_group("Weekend Volunteers"));
    let reply = gateway.get(&path).await;
    assert_eq!(reply.header("retry-after"), "17");
    let details = reply.error(429, "rate_limited");
    assert_eq!(details["reason"], "rate_limited");
    gateway.get(&path).await.ok(200);
}

#[tokio::test]
async fn a_missing_answer_is_a_timeout() {
    let gateway = Gateway::impatient(Duration::from_millis(500)).await;
    let session = gateway.world.session("Support line").unwrap().session;
    gateway
        .world
        .misbehave_on(&session, DriverCall::Invite, Fault::Timeout { calls: 1 });
    let path = format!("{}/invite", gateway.support_group("Weekend Volunteers"));
    let details = gateway.get(&path).await.error(503, "gateway_unavailable");
    assert_eq!(details["reason"], "timeout");
    gateway.get(&path).await.ok(200);
}

#[tokio::test]
async fn a_connection_lost_during_a_call_is_reported_as_such() {
    let gateway = Gateway::start().await;
    let session = gateway.world.session("Support line").unwrap().session;
    gateway.world.misbehave_on(
        &session,
        DriverCall::Invite,
        Fault::DropDuringCall { back_after: None },
    );
    let path = format!("{}/invite", gateway.support_group("Weekend Volunteers"));
    let details = gateway.get(&path).await.error(503, "gateway_unavailable");
    assert_eq!(details["reason"], "connection_lost");
    gateway.get(&path).await.error(501, "not_implemented");
    gateway.world.reconnect(&session);
    gateway
        .until_status(&gateway.session("Support line"), "working")
        .await;
    gateway.get(&path).await.ok(200);
}

#[tokio::test]
async fn a_panicking_driver_affects_only_its_own_session() {
    let gateway = Gateway::start().await;
    let id = gateway.session("Support line");
    let session = gateway.world.session("Support line").unwrap().session;
    let path = format!("{}/invite", gateway.support_group("Weekend Volunteers"));
    for (method, call) in [
        ("GET", DriverCall::Invite),
        ("DELETE", DriverCall::ResetInvite),
    ] {
        // Only this kind of call: reading the groups after connecting is a call too.
        gateway.world.misbehave_on(&session, call, Fault::Panic);
        let reply = Ask::new(method, &path).to(&gateway).await;
        assert!(!reply.text.contains("panic"), "{}", reply.text);
        reply.error(503, "gateway_unavailable");
        let failed = gateway.until_status(&id, "failed").await;
        assert!(!failed["statusReason"].as_str().unwrap().is_empty());
        gateway
            .until_status(&gateway.session("Sales"), "working")
            .await;
        gateway
            .post(&format!("{}:start", gateway.support()), json!({}))
            .await
            .ok(200);
        gateway.until_status(&id, "working").await;
    }
    gateway.get(&path).await.ok(200);
}

#[tokio::test]
async fn a_graceful_stop_finishes_running_calls_and_refuses_new_ones() {
    let gateway = Gateway::start().await;
    let session = gateway.world.session("Support line").unwrap().session;
    let path = format!("{}/invite", gateway.support_group("Weekend Volunteers"));
    gateway
        .world
        .misbehave(&session, Fault::Latency(Duration::from_millis(300)));
    let mut busy = RawClient::connect(&gateway).await;
    let mut idle = RawClient::connect(&gateway).await;
    let mut silent = RawClient::connect(&gateway).await;
    let head = format!("host: x\r\nx-api-key: {}\r\n\r\n", Key::All.secret());
    let healthy = idle.ask("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(healthy.status, 200);
    busy.write(format!("DELETE {path} HTTP/1.1\r\n{head}").as_bytes())
        .await;
    // An answer to a later request proves that the first one is in flight.
    gateway.get("/readyz").await.ok(200);
    let address = gateway.address();
    let stopping = tokio::spawn(gateway.stop());
    let reply = busy.read().await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(reply.json["invite"].is_string());
    busy.closed().await;
    idle.closed().await;
    silent.closed().await;
    stopping.await.unwrap();
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
}

#[tokio::test]
async fn an_action_continues_when_its_client_disconnects() {
    let gateway = Gateway::start().await;
    let session = gateway.world.session("Support line").unwrap().session;
    let path = gateway.support_group("Weekend Volunteers");
    gateway
        .world
        .misbehave(&session, Fault::Latency(Duration::from_millis(100)));
    let mut client = RawClient::connect(&gateway).await;
    let body = json!({ "subject": "First", "description": "Second" }).to_string();
    client
        .write(
            format!(
                "PATCH {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\ncontent-length: {}\r\n\r\n{body}",
                Key::All.secret(),
                body.len()
            )
            .as_bytes(),
        )
        .await;
    gateway
        .until("the first setting", async || {
            let group = gateway.get(&path).await.ok(200);
            (group["subject"] == "First").then_some(())
        })
        .await;
    drop(client);
    gateway
        .until("the second setting", async || {
            let group = gateway.get(&path).await.ok(200);
            (group["description"] == "Second").then_some(())
        })
        .await;
}
