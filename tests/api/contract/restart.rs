//! State that survives a restart of the engine.

use crate::support::{Ask, Gateway, Key, Stream};
use serde_json::json;

#[tokio::test]
async fn a_restart_restores_sessions_groups_keys_events_and_the_audit_log() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let mut stream = Stream::open(&gateway, Key::Events, json!({})).await;
    gateway
        .patch(&path, json!({ "subject": "Before the stop" }))
        .await
        .ok(204);
    let (support, jid) = (
        gateway.session("Support line"),
        gateway.group("Before the stop"),
    );
    let before = stream.event_of("group.update", &support, &jid).await;
    gateway
        .patch(&path, json!({ "description": "Written down" }))
        .await
        .ok(204);
    let key = gateway
        .post("/api/v1/keys", json!({ "capabilities": ["read"] }))
        .await
        .ok(201);
    let made = gateway
        .post("/api/v1/sessions", json!({ "label": "Made" }))
        .await
        .ok(201);
    let sales = gateway.session("Sales");
    gateway
        .post(&format!("/api/v1/sessions/{sales}:stop"), json!({}))
        .await
        .ok(200);
    let log = gateway.get("/api/v1/audit").await.ok(200);
    drop(stream);

    let gateway = Gateway::restart(gateway.stop().await).await;
    let group = gateway.get(&path).await.ok(200);
    assert_eq!(group["subject"], "Before the stop");
    assert_eq!(group["description"], "Written down");
    let found = Ask::get(&format!(
        "/api/v1/sessions/{}",
        made["id"].as_str().unwrap()
    ))
    .key(Key::None)
    .header("x-api-key", key["secret"].as_str().unwrap())
    .to(&gateway)
    .await
    .ok(200);
    assert_eq!(found["label"], "Made");
    assert_eq!(
        gateway
            .get(&format!("/api/v1/sessions/{sales}"))
            .await
            .ok(200)["status"],
        "stopped"
    );
    assert_eq!(gateway.get("/api/v1/audit").await.ok(200), log);
    let mut late = Stream::open(
        &gateway,
        Key::Events,
        json!({ "events": ["group.update"], "since": before["id"] }),
    )
    .await;
    let missed = late.event_of("group.update", &support, &jid).await;
    assert_eq!(missed["payload"]["description"], "Written down");
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_readable_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let remains = Gateway::start().await.stop().await;
    let file = remains.directory.path().join("groupdesk.db");
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
