//! Limits per party: requests, calls to WhatsApp, connections, time.

use crate::support::{Ask, Frontend, Gateway, Key, RawClient, SigningKey, claims, seconds};
use groupdesk::gateway::Limits;
use serde_json::json;
use std::time::{Duration, Instant};

/// Short enough for a test to wait. A busy machine may miss it, then the request is repeated.
const SOON: Duration = Duration::from_millis(500);

#[tokio::test]
async fn the_requests_of_a_caller_per_minute_are_limited() {
    let gateway = Gateway::limited(Limits {
        requests_per_minute: 3,
        ..Limits::default()
    })
    .await;
    let mut secrets = Vec::new();
    for _ in 0..2 {
        let key = gateway
            .post("/api/v1/keys", json!({ "capabilities": ["read"] }))
            .await
            .ok(201);
        secrets.push(key["secret"].as_str().unwrap().to_owned());
    }
    let ask = |path: &str, secret: &str| {
        Ask::get(path)
            .key(Key::None)
            .header("x-api-key", secret)
            .to(&gateway)
    };
    ask("/api/v1/sessions", &secrets[0]).await.ok(200);
    // Refused requests count as well.
    ask("/api/v1/keys", &secrets[0])
        .await
        .error(403, "forbidden");
    ask("/api/v1/sessions/none", &secrets[0])
        .await
        .error(404, "not_found");
    let reply = ask("/api/v1/sessions", &secrets[0]).await;
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    let details = reply.error(429, "rate_limited");
    assert_eq!(details["reason"], "rate_limited");
    assert_eq!(details["limit"], "caller");
    assert_eq!(details["retryAfterSeconds"], wait);
    // Others have their own limit: another key, the process's own key, requests without credentials.
    ask("/api/v1/sessions", &secrets[1]).await.ok(200);
    for _ in 0..10 {
        gateway.get("/api/v1/sessions").await.ok(200);
        Ask::get("/healthz")
            .key(Key::None)
            .to(&gateway)
            .await
            .ok(200);
    }
}

#[tokio::test]
async fn all_logins_of_a_user_share_one_quota() {
    let key = SigningKey::ed25519("ed");
    let frontend = Frontend::start(&[&key]).await;
    let limits = Limits {
        requests_per_minute: 3,
        ..Limits::default()
    };
    let gateway = Gateway::limited_with_login(limits, frontend.login()).await;
    let mut here = claims(&gateway.organization(0), "member");
    let first = key.token(&here);
    here["exp"] = json!(seconds(600));
    let second = key.token(&here);
    // The same user in the other organization.
    let there = key.token(&claims(&gateway.organization(1), "member"));
    let ask = |token: &str| Ask::get("/api/v1/sessions").login(token).to(&gateway);
    for token in [&first, &second, &there] {
        ask(token).await.ok(200);
    }
    for token in [&first, &second, &there] {
        let details = ask(token).await.error(429, "rate_limited");
        assert_eq!(details["limit"], "caller");
    }
    let another = key.token(&claims(&gateway.organization(0), "admin"));
    ask(&another).await.ok(200);
    // A forged login belongs to no caller, so it counts against no quota.
    let other_key = SigningKey::ed25519("ed");
    for _ in 0..5 {
        let forged = other_key.token(&claims(&gateway.organization(0), "owner"));
        ask(&forged).await.error(401, "unauthorized");
    }
    let owner = key.token(&claims(&gateway.organization(0), "owner"));
    ask(&owner).await.ok(200);
}

#[tokio::test]
async fn the_calls_of_a_session_to_whatsapp_are_limited() {
    let gateway = Gateway::limited(Limits {
        calls_per_minute: 3,
        calls_per_hour: 5,
        ..Limits::default()
    })
    .await;
    let session = gateway.get(&gateway.support()).await.ok(200);
    assert_eq!(session["ratePerMin"], 3);
    assert_eq!(session["ratePerHour"], 5);
    let created = gateway.post("/api/v1/sessions", json!({})).await.ok(201);
    assert_eq!(created["ratePerMin"], 3);

    let group = gateway.support_group("Weekend Volunteers");
    let invite = format!("{group}/invite");
    let begun = Instant::now();
    gateway.get(&invite).await.ok(200);
    // Each field is a call; calls beyond the quota are not begun.
    let settings = json!({ "subject": "A", "description": "B", "announce": true });
    let details = gateway
        .patch(&group, settings)
        .await
        .error(429, "rate_limited");
    assert_eq!(details["limit"], "session");
    assert_eq!(details.get("applied"), None);
    gateway
        .patch(&group, json!({ "subject": "A", "announce": true }))
        .await
        .ok(204);
    // The quota is the session's, whichever caller asks, because it protects its account.
    let reply = Ask::get(&invite).key(Key::Read).to(&gateway).await;
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    let left = 60_u64.saturating_sub(begun.elapsed().as_secs() + 1);
    assert!((left..=60).contains(&wait), "{wait}");
    let details = reply.error(429, "rate_limited");
    assert_eq!(details["reason"], "rate_limited");
    // Stored reads do not call WhatsApp, and other sessions have their own quota.
    let stored = gateway.get(&group).await.ok(200);
    assert_eq!(stored["subject"], "A");
    assert_ne!(stored["description"], "B");
    let other = format!(
        "/api/v1/sessions/{}/groups/{}/invite",
        gateway.session("Front desk"),
        gateway.group("Cleaning Crew")
    );
    let reply = Ask::get(&other).key(Key::Other).to(&gateway).await;
    assert_ne!(reply.status, 429, "{}", reply.text);
    // A missing connection is reported first: waiting would not help.
    gateway
        .post(&format!("{}:stop", gateway.support()), json!({}))
        .await
        .ok(200);
    gateway.get(&invite).await.error(501, "not_implemented");
}

#[tokio::test]
async fn the_connections_of_a_session_are_limited() {
    let gateway = Gateway::limited(Limits {
        connects_per_minute: 0,
        connects_per_hour: 3,
        ..Limits::default()
    })
    .await;
    let support = gateway.support();
    let (id, sales) = (gateway.session("Support line"), gateway.session("Sales"));
    let act = async |session: &str, verb: &str| {
        let path = format!("/api/v1/sessions/{session}:{verb}");
        gateway.post(&path, json!({})).await
    };
    // A running session is not connected again, and stopping is not counted.
    for _ in 0..5 {
        act(&id, "start").await.ok(200);
    }
    act(&id, "restart").await.ok(200);
    act(&id, "stop").await.ok(200);
    act(&id, "stop").await.ok(200);
    act(&id, "start").await.ok(200);
    act(&id, "restart").await.ok(200);
    gateway.until_status(&id, "working").await;

    // Rate limited: the session stays connected.
    let reply = act(&id, "restart").await;
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    let message = reply.json["error"]["message"].to_string();
    assert!(message.contains("WhatsApp bans"), "{message}");
    let details = reply.error(429, "rate_limited");
    assert_eq!(details["reason"], "rate_limited");
    assert_eq!(details["limit"], "connects");
    assert_eq!(details["retryAfterSeconds"], wait);
    let view = gateway.get(&support).await.ok(200);
    assert_eq!(view["status"], "working", "{view}");
    act(&id, "start").await.ok(200);
    // A stopped session stays stopped, whichever caller asks.
    act(&id, "stop").await.ok(200);
    act(&id, "start").await.error(429, "rate_limited");
    let reply = Ask::post(&format!("{support}:start"))
        .key(Key::Manage)
        .to(&gateway)
        .await;
    reply.error(429, "rate_limited");
    let view = gateway.get(&support).await.ok(200);
    assert_eq!(view["status"], "stopped", "{view}");
    // Other sessions have their own quota.
    act(&sales, "restart").await.ok(200);
}

#[tokio::test]
async fn pairing_counts_as_connecting() {
    let gateway = Gateway::limited(Limits {
        connects_per_minute: 0,
        connects_per_hour: 1,
        ..Limits::default()
    })
    .await;
    let session = gateway.post("/api/v1/sessions", json!({})).await.ok(201);
    let session = format!("/api/v1/sessions/{}", session["id"].as_str().unwrap());
    let code = async || {
        let reply = gateway.get(&format!("{session}/qr")).await;
        (reply.status == 200).then_some(())
    };
    gateway.until("a code", code).await;
    gateway
        .post(&format!("{session}:stop"), json!({}))
        .await
        .ok(200);
    for _ in 0..2 {
        let reply = gateway.get(&format!("{session}/qr")).await;
        assert_eq!(reply.error(429, "rate_limited")["limit"], "connects");
        let phone = json!({ "phone": "628123456789" });
        let reply = gateway
            .post(&format!("{session}/pairing-code"), phone)
            .await;
        assert_eq!(reply.error(429, "rate_limited")["limit"], "connects");
    }
    let view = gateway.get(&session).await.ok(200);
    assert_eq!(view["status"], "stopped", "{view}");
}

#[tokio::test]
async fn a_slow_body_times_out() {
    let gateway = Gateway::limited(Limits {
        body: SOON,
        ..Limits::default()
    })
    .await;
    let mut client = RawClient::connect(&gateway).await;
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\ncontent-length: 9\r\n\r\n",
        Key::All.secret()
    );
    let reply = client.ask(&format!("{head}{{")).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    let message = reply.json["error"]["message"].as_str().unwrap();
    assert!(message.contains("within 0.5 s"), "{message}");
    client.closed().await;
}

#[tokio::test]
async fn a_slow_head_and_an_idle_connection_time_out() {
    let gateway = Gateway::limited(Limits {
        head: SOON,
        ..Limits::default()
    })
    .await;
    let mut slow = RawClient::connect(&gateway).await;
    slow.write(b"GET /healthz HTT").await;
    slow.closed().await;
    let mut silent = RawClient::connect(&gateway).await;
    silent.closed().await;
    loop {
        let mut idle = RawClient::connect(&gateway).await;
        let reply = idle.try_ask("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
        if let Some(reply) = reply.await {
            assert_eq!(reply.status, 200);
            idle.closed().await;
            break;
        }
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let gateway = Gateway::limited(Limits {
        unread: SOON,
        ..Limits::default()
    })
    .await;
    let mut client = RawClient::connect_narrow(&gateway).await;
    let request = format!(
        "GET {}/groups HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\n\r\n",
        gateway.support(),
        Key::Read.secret()
    );
    client.flood(request.as_bytes()).await;
}

#[tokio::test]
async fn a_client_that_does_not_read_small_answers_over_tls_is_disconnected() {
    let gateway = Gateway::limited_over_tls(Limits {
        unread: SOON,
        ..Limits::default()
    })
    .await;
    let mut client = RawClient::connect_narrow(&gateway).await;
    // Each answer fits into the TLS buffer, so writing itself never stalls.
    let request = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    client.flood(request.repeat(100).as_bytes()).await;
}

#[tokio::test]
async fn all_keys_of_an_organization_share_a_quota() {
    let gateway = Gateway::limited(Limits {
        requests_per_minute: 3,
        organization_requests_per_minute: 5,
        ..Limits::default()
    })
    .await;
    let mut secrets = Vec::new();
    for _ in 0..3 {
        secrets.push(gateway.new_key(&["read"]).await);
    }
    let ask = async |secret: &str| {
        let ask = Ask::get("/api/v1/sessions").key(Key::None);
        ask.header("x-api-key", secret).to(&gateway).await
    };
    for secret in [0, 0, 0, 1, 1] {
        ask(&secrets[secret]).await.ok(200);
    }
    for (secret, limit) in [(0, "caller"), (1, "organization"), (2, "organization")] {
        let details = ask(&secrets[secret]).await.error(429, "rate_limited");
        assert_eq!(details["limit"], limit);
    }
    // Other organizations are not affected.
    let body = json!({ "capabilities": ["read"] });
    let made = Ask::post("/api/v1/keys").key(Key::Other).json(&body);
    let made = made.to(&gateway).await.ok(201);
    ask(made["secret"].as_str().unwrap()).await.ok(200);
    gateway.get("/api/v1/sessions").await.ok(200);
}

#[tokio::test]
async fn a_body_counts_by_its_size_even_if_it_is_refused() {
    let gateway = Gateway::limited(Limits {
        requests_per_minute: 70,
        ..Limits::default()
    })
    .await;
    let group = gateway.support_group("Weekend Volunteers");
    let large = "x".repeat(1024 * 1024 - 100);
    let many: Vec<_> = (0..85_000).map(|at| format!("\"f{at}\":1")).collect();
    for body in [
        format!(r#"{{"subject":"{large}"}}"#),
        format!("{{{}}}", many.join(",")),
        format!(r#"{{"subject":"{large}{large}"}}"#),
    ] {
        let secret = gateway.new_key(&["read", "send"]).await;
        let ask = |ask: Ask| ask.key(Key::None).header("x-api-key", &secret);
        let change = || ask(Ask::new("PATCH", &group)).text(&body).to(&gateway);
        let started = Instant::now();
        let refused = change().await;
        assert!(refused.text.len() < 1000, "{}", refused.text);
        refused.error(400, "validation_error");
        let again = change().await;
        let after = ask(Ask::get(&group)).to(&gateway).await;
        // The quota that has been refilled since then.
        if started.elapsed() < Duration::from_secs(30) {
            let details = if body.len() > 2 * 1024 * 1024 - 1000 {
                again.error(400, "validation_error");
                after.error(429, "rate_limited")
            } else {
                again.error(429, "rate_limited")
            };
            assert_eq!(details["limit"], "caller");
        }
    }
}

#[tokio::test]
async fn one_key_leaves_tickets_for_others() {
    let gateway = Gateway::limited(Limits {
        requests_per_minute: 0,
        organization_requests_per_minute: 0,
        ..Limits::default()
    })
    .await;
    let greedy = gateway.new_key(&["events"]).await;
    let other = gateway.new_key(&["events"]).await;
    // A ticket expires after 30 s, so a slow machine needs more of them.
    let refused = gateway
        .until("the end of one key's tickets", async || {
            let ask = Ask::post("/api/v1/realtime/ticket").key(Key::None);
            let reply = ask.header("x-api-key", &greedy).to(&gateway).await;
            (reply.status != 201).then_some(reply)
        })
        .await;
    assert_eq!(refused.error(429, "rate_limited")["limit"], "tickets");
    gateway.ticket(&other).await;
}
