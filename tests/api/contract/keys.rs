//! `/keys`: the secret is shown once; a key works until it expires, is disabled, rotated or deleted.

use crate::support::{Ask, Gateway, Key, RawClient, Stream};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

#[tokio::test]
async fn a_key_works_from_its_creation_to_its_deletion() {
    let gateway = Gateway::start().await;
    let created = gateway
        .post(
            "/api/v1/keys",
            json!({ "label": "Script", "capabilities": ["send", "read", "read"] }),
        )
        .await
        .ok(201);
    let secret = created["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("wa_"));
    assert!(secret.len() >= 3 + 43, "256 bits need 43 characters");
    assert_eq!(created["label"], "Script");
    assert_eq!(created["capabilities"], json!(["read", "send"]));
    assert_eq!(created["disabled"], false);
    assert!(created["createdAt"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!(created.get("expiresAt"), None);

    let uses = |path: &str| Ask::get(path).key(Key::None).header("x-api-key", &secret);
    uses("/api/v1/sessions").to(&gateway).await.ok(200);
    let details = uses("/api/v1/keys")
        .to(&gateway)
        .await
        .error(403, "forbidden");
    assert_eq!(details["capability"], "manage");

    let listed = gateway.get("/api/v1/keys").await;
    assert!(!listed.text.contains(&secret));
    let listed = listed.ok(200);
    let id = created["id"].as_str().unwrap();
    let mine: Vec<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["id"] == id)
        .collect();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0].get("secret"), None);

    let path = format!("/api/v1/keys/{id}");
    gateway.delete(&path).await.ok(204);
    uses("/api/v1/sessions")
        .to(&gateway)
        .await
        .error(401, "unauthorized");
    gateway.delete(&path).await.error(404, "not_found");
}

#[tokio::test]
async fn keys_belong_to_their_organization() {
    let gateway = Gateway::start().await;
    let created = gateway
        .post("/api/v1/keys", json!({ "capabilities": ["read"] }))
        .await
        .ok(201);
    let id = created["id"].as_str().unwrap();
    let others = Ask::get("/api/v1/keys")
        .key(Key::Other)
        .to(&gateway)
        .await
        .ok(200);
    assert!(!others.to_string().contains(id));
    for key in [id, "nonsense", "%FF"] {
        Ask::new("DELETE", &format!("/api/v1/keys/{key}"))
            .key(Key::Other)
            .to(&gateway)
            .await
            .error(404, "not_found");
    }
    Ask::get("/api/v1/sessions")
        .key(Key::None)
        .header("x-api-key", created["secret"].as_str().unwrap())
        .to(&gateway)
        .await
        .ok(200);
}

/// A key of the first organization: its path and its secret.
async fn make(gateway: &Gateway, body: serde_json::Value) -> (String, String) {
    let made = gateway.post("/api/v1/keys", body).await.ok(201);
    let id = made["id"].as_str().unwrap();
    let secret = made["secret"].as_str().unwrap().to_owned();
    (format!("/api/v1/keys/{id}"), secret)
}

async fn status(gateway: &Gateway, secret: &str) -> u16 {
    let ask = Ask::get("/api/v1/sessions").key(Key::None);
    ask.header("x-api-key", secret).to(gateway).await.status
}

/// A stream opened with a key.
async fn listen(gateway: &Gateway, secret: &str) -> Stream {
    let url = ticket(gateway, secret).await;
    Stream::at(&url).await.unwrap()
}

/// A stream opened with a key, unless the key is not valid any more.
async fn try_listen(gateway: &Gateway, secret: &str) -> Option<Stream> {
    let ask = Ask::post("/api/v1/realtime/ticket").key(Key::None);
    let reply = ask.header("x-api-key", secret).to(gateway).await;
    let url = (reply.status != 401).then(|| reply.ok(201))?;
    let stream = Stream::at(url["url"].as_str().unwrap()).await;
    assert!(matches!(stream, Ok(_) | Err(401)));
    stream.ok()
}

async fn ticket(gateway: &Gateway, secret: &str) -> String {
    let ask = Ask::post("/api/v1/realtime/ticket").key(Key::None);
    let reply = ask.header("x-api-key", secret).to(gateway).await;
    reply.ok(201)["url"].as_str().unwrap().to_owned()
}

fn in_millis(millis: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap() + millis
}

#[tokio::test]
async fn the_streams_of_a_revoked_key_end_at_once() {
    let gateway = Gateway::start().await;
    let all = json!({ "capabilities": ["read", "events"] });
    let (path, secret) = make(&gateway, all.clone()).await;
    let (_, other) = make(&gateway, all).await;
    let mut stream = listen(&gateway, &secret).await;
    let mut others = listen(&gateway, &other).await;
    let unused = ticket(&gateway, &secret).await;
    gateway.delete(&path).await.ok(204);
    assert_eq!(stream.closed().await, 1008);
    assert_eq!(status(&gateway, &secret).await, 401);
    // A ticket does not outlive its key either.
    assert_eq!(Stream::at(&unused).await.err(), Some(401));
    // Other callers are not affected.
    let group = gateway.support_group("Weekend Volunteers");
    gateway
        .patch(&group, json!({ "subject": "Still here" }))
        .await
        .ok(204);
    let event = others.event("group.update").await;
    assert_eq!(event["payload"]["subject"], "Still here");
}

#[tokio::test]
async fn a_request_in_flight_of_a_revoked_key_is_not_executed() {
    let gateway = Gateway::start().await;
    let group = gateway.support_group("Weekend Volunteers");
    let before = gateway.get(&group).await.ok(200);
    for (method, path, body) in [
        ("POST", "/api/v1/keys", r#"{"capabilities": ["manage"]}"#),
        ("POST", "/api/v1/sessions", r#"{"label": "Mine"}"#),
        ("POST", "/api/v1/realtime/ticket", r#"{"events": ["*"]}"#),
        ("PATCH", group.as_str(), r#"{"subject": "Mine"}"#),
        // An invalid body is not reported as such to a revoked key either.
        ("PATCH", group.as_str(), r#"{"subject": 1}"#),
    ] {
        let all = json!({ "capabilities": ["read", "send", "manage", "events"] });
        let (own, secret) = make(&gateway, all).await;
        let mut thief = RawClient::connect(&gateway).await;
        let (begun, rest) = body.split_at(5);
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {secret}\r\ncontent-length: {length}\r\n\r\n"
        );
        thief.write(format!("{head}{begun}").as_bytes()).await;
        // `lastUsedAt` shows that the key was accepted.
        gateway
            .until("the request", async || {
                let keys = gateway.get("/api/v1/keys").await.ok(200);
                keys["data"][0]["lastUsedAt"].as_i64()
            })
            .await;
        gateway.delete(&own).await.ok(204);
        let reply = thief.ask(rest).await;
        assert_eq!(reply.status, 401, "{method} {path} {reply:?}");
    }
    let keys = gateway.get("/api/v1/keys").await.ok(200);
    assert_eq!(keys["data"], json!([]));
    assert_eq!(gateway.get(&group).await.ok(200), before);
    let sessions = gateway.get("/api/v1/sessions").await;
    assert!(!sessions.text.contains("Mine"), "{}", sessions.text);
}

#[tokio::test]
async fn a_missing_capability_takes_precedence_over_a_wrong_body() {
    let gateway = Gateway::start().await;
    let (path, _) = make(&gateway, json!({ "capabilities": ["read", "send"] })).await;
    let rotate = format!("{path}:rotate");
    for (path, body) in [
        (
            "/api/v1/keys",
            json!({ "capabilities": ["read"], "label": "x".repeat(1000) }),
        ),
        (
            "/api/v1/keys",
            json!({ "capabilities": ["read"], "expiresAt": 1 }),
        ),
        (
            "/api/v1/keys",
            json!({ "capabilities": ["read"], "unknown": 1 }),
        ),
        (&rotate, json!({ "overlapSeconds": 604_801 })),
        (&rotate, json!({ "overlapSeconds": -1 })),
        (&rotate, json!([])),
    ] {
        let ask = Ask::post(path).key(Key::Manage).json(&body);
        let details = ask.to(&gateway).await.error(403, "forbidden");
        assert_eq!(details["capability"], "read", "{path} {body}");
    }
}

#[tokio::test]
async fn a_key_ends_at_its_expiry_with_its_streams() {
    let gateway = Gateway::start().await;
    let mut life = 1500;
    let (end, path, secret, mut stream) = loop {
        let end = in_millis(life);
        let body = json!({ "capabilities": ["read", "events"], "expiresAt": end });
        let made = gateway.post("/api/v1/keys", body).await;
        if made.status == 201 {
            let path = format!("/api/v1/keys/{}", made.json["id"].as_str().unwrap());
            let secret = made.json["secret"].as_str().unwrap().to_owned();
            if let Some(stream) = try_listen(&gateway, &secret).await {
                break (end, path, secret, stream);
            }
        }
        // On a slow machine the key had expired before it was used.
        assert!(in_millis(0) >= end);
        life *= 2;
    };
    assert_eq!(stream.closed().await, 1008);
    assert!(in_millis(0) >= end);
    assert_eq!(status(&gateway, &secret).await, 401);
    // A new secret would be expired from the start.
    gateway
        .post(&format!("{path}:rotate"), json!({}))
        .await
        .error(409, "conflict");
}

#[tokio::test]
async fn a_disabled_key_stops_working_and_an_enabled_one_works_again() {
    let gateway = Gateway::start().await;
    let (path, secret) = make(&gateway, json!({ "capabilities": ["read", "events"] })).await;
    let mut stream = listen(&gateway, &secret).await;
    let disabled = gateway.patch(&path, json!({ "disabled": true })).await;
    assert_eq!(disabled.ok(200)["disabled"], true);
    assert_eq!(stream.closed().await, 1008);
    assert_eq!(status(&gateway, &secret).await, 401);
    // Also after a restart.
    let gateway = Gateway::restart(gateway.stop().await).await;
    assert_eq!(status(&gateway, &secret).await, 401);
    gateway
        .patch(&path, json!({ "disabled": false }))
        .await
        .ok(200);
    assert_eq!(status(&gateway, &secret).await, 200);
    listen(&gateway, &secret).await;
    for wrong in [
        json!({}),
        json!({ "disabled": null }),
        json!({ "disabled": 1 }),
    ] {
        assert_eq!(gateway.patch(&path, wrong).await.invalid(), ["disabled"]);
    }
}

#[tokio::test]
async fn a_rotated_key_has_a_new_secret_and_is_otherwise_unchanged() {
    let gateway = Gateway::start().await;
    let (path, old) = make(
        &gateway,
        json!({ "label": "Script", "capabilities": ["read", "events"], "expiresAt": in_millis(600_000) }),
    )
    .await;
    let mut stream = listen(&gateway, &old).await;
    let rotated = gateway.post(&format!("{path}:rotate"), json!({})).await;
    let rotated = rotated.ok(200);
    let new = rotated["secret"].as_str().unwrap();
    assert!(new.starts_with("wa_") && new != old);
    assert_eq!(stream.closed().await, 1008);
    assert_eq!(status(&gateway, &old).await, 401);
    assert_eq!(status(&gateway, new).await, 200);
    let listed = gateway.get("/api/v1/keys").await;
    assert!(!listed.text.contains(new));
    let listed = listed.ok(200);
    let keys = listed["data"].as_array().unwrap();
    let [key] = keys.as_slice() else {
        panic!("{listed}");
    };
    for field in ["id", "label", "capabilities", "createdAt", "expiresAt"] {
        assert_eq!(key[field], rotated[field], "{field}");
        assert!(!key[field].is_null(), "{field}");
    }
    let audit = gateway.get("/api/v1/audit").await;
    assert!(!audit.text.contains(new));
    assert_eq!(audit.ok(200)["data"][0]["action"], "key.rotate");
}

#[tokio::test]
async fn both_secrets_work_during_the_overlap() {
    let gateway = Gateway::start().await;
    let (path, first) = make(&gateway, json!({ "capabilities": ["read", "events"] })).await;
    let rotate = async |gateway: &Gateway, body| {
        let rotated = gateway.post(&format!("{path}:rotate"), body).await.ok(200);
        rotated["secret"].as_str().unwrap().to_owned()
    };
    let mut stream = listen(&gateway, &first).await;
    let second = rotate(&gateway, json!({ "overlapSeconds": 3600 })).await;
    let gateway = {
        // The overlap outlives a restart.
        assert_eq!(status(&gateway, &first).await, 200);
        let gateway = Gateway::restart(gateway.stop().await).await;
        assert_eq!(stream.closed().await, 1001);
        gateway
    };
    let mut stream = listen(&gateway, &first).await;
    assert_eq!(status(&gateway, &second).await, 200);
    // Only the secret before the last rotation overlaps.
    let (mut second, mut overlap) = (second, 1);
    let mut third = rotate(&gateway, json!({ "overlapSeconds": overlap })).await;
    assert_eq!(stream.closed().await, 1008);
    assert_eq!(status(&gateway, &first).await, 401);
    assert_eq!(status(&gateway, &third).await, 200);
    let mut stream = loop {
        let begun = in_millis(0);
        if let Some(stream) = try_listen(&gateway, &second).await {
            break stream;
        }
        // On a slow machine the overlap ended before the secret was used.
        assert!(in_millis(0) >= begun && overlap < 3600);
        overlap *= 2;
        second = third;
        third = rotate(&gateway, json!({ "overlapSeconds": overlap })).await;
    };
    assert_eq!(stream.closed().await, 1008);
    assert_eq!(status(&gateway, &second).await, 401);
    assert_eq!(status(&gateway, &third).await, 200);
    for wrong in [json!(-1), json!("1"), json!(604_801), json!(1e20)] {
        let body = json!({ "overlapSeconds": wrong });
        let refused = gateway.post(&format!("{path}:rotate"), body).await;
        assert_eq!(refused.invalid(), ["overlapSeconds"]);
    }
}

#[tokio::test]
async fn rotating_a_key_cannot_gain_a_capability() {
    let gateway = Gateway::start().await;
    let (path, secret) = make(&gateway, json!({ "capabilities": ["read", "send"] })).await;
    let details = Ask::post(&format!("{path}:rotate"))
        .key(Key::Manage)
        .to(&gateway)
        .await
        .error(403, "forbidden");
    assert_eq!(details["capability"], "read");
    assert_eq!(status(&gateway, &secret).await, 200);
}

#[tokio::test]
async fn a_key_with_more_capabilities_cannot_be_enabled() {
    let gateway = Gateway::start().await;
    let all = json!({ "capabilities": ["read", "send", "manage", "events"] });
    let (path, secret) = make(&gateway, all).await;
    let (own, _) = make(&gateway, json!({ "capabilities": ["manage"] })).await;
    let set = async |path: &str, disabled: bool| {
        let ask = Ask::new("PATCH", path).key(Key::Manage);
        ask.json(&json!({ "disabled": disabled }))
            .to(&gateway)
            .await
    };
    // Disabling grants nothing, so it is allowed.
    set(&path, true).await.ok(200);
    let details = set(&path, false).await.error(403, "forbidden");
    assert_eq!(details["capability"], "read");
    assert_eq!(status(&gateway, &secret).await, 401);
    for disabled in [true, false] {
        set(&own, disabled).await.ok(200);
    }
    gateway
        .patch(&path, json!({ "disabled": false }))
        .await
        .ok(200);
    assert_eq!(status(&gateway, &secret).await, 200);
}

#[tokio::test]
async fn a_key_shows_when_it_was_last_used() {
    let gateway = Gateway::start().await;
    let before = in_millis(0);
    let (path, secret) = make(&gateway, json!({ "capabilities": ["read"] })).await;
    let last_used = async |gateway: &Gateway| {
        let listed = gateway.get("/api/v1/keys").await.ok(200);
        listed["data"][0]["lastUsedAt"].as_i64()
    };
    assert_eq!(last_used(&gateway).await, None);
    assert_eq!(status(&gateway, &secret).await, 200);
    let used = last_used(&gateway).await.unwrap();
    assert!((before..=in_millis(0)).contains(&used));
    let gateway = Gateway::restart(gateway.stop().await).await;
    assert_eq!(last_used(&gateway).await, Some(used));
    // A refused request does not count as use.
    gateway
        .patch(&path, json!({ "disabled": true }))
        .await
        .ok(200);
    assert_eq!(status(&gateway, &secret).await, 401);
    assert_eq!(last_used(&gateway).await, Some(used));
}
