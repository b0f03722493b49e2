//! The log: one line per request, its id on every line of it, and no secrets.

use super::sandbox;
use crate::support::login::{ISSUER, SigningKey, claims};
use crate::support::process::{Process, until};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

/// The log's lines, which are all JSON.
fn lines(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

/// The path of the session with this label, once it is in this state.
async fn session(server: &Process, label: &str, status: &str) -> String {
    until(label, async || {
        let (_, sessions) = server.get(server.key(0, "all"), "/sessions").await;
        let rows = sessions["data"].as_array().expect("data").clone();
        let found = rows.into_iter().find(|session| session["label"] == label)?;
        let there = found["status"] == status && found["groupCount"] != 0;
        there.then(|| format!("/sessions/{}", found["id"].as_str().expect("an id")))
    })
    .await
}

#[tokio::test]
async fn a_request_has_its_id_on_every_line_also_of_the_sessions_task() {
    let mut server = sandbox(&["--log-format", "json"], &[]);
    let session = session(&server, "Support line", "working").await;
    let key = server.key(0, "manage").to_owned();
    let stopped = server
        .ask("POST", &key, &format!("{session}:stop"), None)
        .await;
    assert_eq!(stopped.status, 200);
    let missed = server.ask("GET", &key, "/no/such/path", None).await;
    assert_eq!(missed.status, 404);
    server.signal("TERM");
    let log = lines(&server.log_at_the_end());
    let of =
        |id: &str| -> Vec<&Value> { log.iter().filter(|line| line["span"]["id"] == id).collect() };
    let organization = server.ready["organizations"][0]["id"]
        .as_str()
        .expect("an id");
    let its_lines = of(&stopped.id);
    let answered = its_lines
        .iter()
        .find(|line| line["message"] == "answered")
        .expect("answered");
    assert_eq!(answered["status"], 200);
    assert_eq!(answered["span"]["route"], "/api/v1/sessions/{session}:stop");
    assert_eq!(answered["span"]["method"], "POST");
    assert_eq!(
        answered["span"]["caller"],
        format!("key:manage-{organization}")
    );
    assert!(answered["took"].as_f64().is_some_and(|took| took > 0.0));
    let changed = |line: &&&Value| line["message"] == "the session's status changed";
    let changed = its_lines
        .iter()
        .find(changed)
        .expect("the session's task speaks");
    assert_eq!(changed["status"], "stopped");
    assert_eq!(of(&missed.id)[0]["span"]["route"], "(none)");
}

/// The path of a group that this session administers.
async fn group(server: &Process, key: &str, session: &str) -> String {
    until("a group to run", async || {
        let (_, groups) = server.get(key, &format!("{session}/groups")).await;
        let rows = groups["data"].as_array().expect("data");
        let run = rows.iter().find(|row| row["myRole"] == "admin")?;
        let jid = run["groupJid"].as_str().expect("a JID");
        Some(format!("{session}/groups/{jid}"))
    })
    .await
}

#[tokio::test]
async fn calls_to_whatsapp_and_the_store_have_the_requests_id() {
    let mut server = sandbox(
        &["--log-format", "json"],
        &[("GROUPDESK_LOG_LEVEL", "debug")],
    );
    let key = server.key(0, "all").to_owned();
    let session = session(&server, "Support line", "working").await;
    let group = group(&server, &key, &session).await;
    let change = json!({ "subject": "Renamed", "announce": true });
    let changed = server.ask("PATCH", &key, &group, Some(&change)).await;
    assert_eq!(changed.status, 204);
    let read = server.ask("GET", &key, &group, None).await;
    assert_eq!(read.status, 200);
    let restart = format!("{session}:restart");
    let restarted = server.ask("POST", &key, &restart, None).await;
    assert_eq!(restarted.status, 200);
    // Connecting has a task of its own.
    self::session(&server, "Support line", "working").await;
    // So has a stream, which begins with the stored events.
    let since = json!({ "since": "evt_00000000000000000000000000" });
    let ticket = server
        .ask("POST", &key, "/realtime/ticket", Some(&since))
        .await
        .json;
    let (mut stream, opened) =
        tokio_tungstenite::connect_async(ticket["url"].as_str().expect("a url"))
            .await
            .expect("a stream");
    let opened = opened.headers()["x-request-id"].to_str().expect("an id");
    for _ in ["connected", "an event"] {
        stream.next().await.expect("a frame").expect("a frame");
    }
    server.signal("TERM");
    let log = lines(&server.log_at_the_end());
    let logged = |id: &str, message: &str| {
        log.iter()
            .filter(|line| line["span"]["id"] == id && line["message"] == message)
            .map(|line| line["operation"].as_str().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    assert_eq!(logged(&changed.id, "called WhatsApp"), ["set", "set"]);
    assert_eq!(logged(&changed.id, "the store read").len(), 1);
    assert_eq!(logged(&changed.id, "the store wrote").len(), 2);
    assert_eq!(logged(&read.id, "the store read").len(), 1);
    let asked = logged(&restarted.id, "called WhatsApp");
    assert_eq!(asked, ["disconnect", "connect"]);
    assert!(!logged(&restarted.id, "the store wrote").is_empty());
    assert!(!logged(opened, "the store read").is_empty());
}

#[tokio::test]
async fn a_request_has_its_id_even_if_only_warnings_are_logged() {
    let directory = tempfile::tempdir().expect("a directory");
    let config = directory.path().join("config.toml");
    let login = format!("[login]\nissuer = \"{ISSUER}\"\njwks_file = \"missing.json\"");
    std::fs::write(&config, login).expect("a configuration");
    let config = config.to_str().expect("UTF-8");
    let mut server = sandbox(
        &["--log-format", "json", "--config", config],
        &[("GROUPDESK_LOG_LEVEL", "warn")],
    );
    let token = SigningKey::ed25519("k").token(&claims("an organization", "member"));
    let refused = server.ask("GET", &token, "/sessions", None).await;
    assert_eq!(refused.status, 401);
    server.signal("TERM");
    let log = lines(&server.log_at_the_end());
    let warning = log.iter().find(|line| {
        let message = line["message"].as_str();
        message.is_some_and(|message| message.starts_with("the login's key set could not"))
    });
    let warning = warning.expect("a warning");
    assert_eq!(warning["span"]["id"], refused.id, "{warning}");
}

#[tokio::test]
async fn health_probes_are_not_logged() {
    let mut server = sandbox(&["--log-format", "json"], &[]);
    for path in ["readyz", "healthz", "metrics"] {
        let answer = super::http()
            .get(format!("{}/{path}", server.origin()))
            .send()
            .await;
        assert_eq!(answer.expect("an answer").status(), 200);
    }
    server.signal("TERM");
    let log = lines(&server.log_at_the_end());
    assert!(!log.iter().any(|line| line["message"] == "answered"));
    assert!(log.iter().any(|line| line["message"] == "ended"));
}

#[tokio::test]
async fn no_secret_is_ever_logged() {
    for format in ["pretty", "json"] {
        let mut server = sandbox(
            &["--log-format", format],
            &[("GROUPDESK_LOG_LEVEL", "trace")],
        );
        let key = server.key(0, "all").to_owned();
        let mut secrets = vec![key.clone()];
        let working = session(&server, "Support line", "working").await;
        let invite = format!("{}/invite", group(&server, &key, &working).await);
        for method in ["GET", "DELETE"] {
            let link = server.ask(method, &key, &invite, None).await.json["invite"].clone();
            let link = link.as_str().expect("a link");
            secrets.push(link.rsplit('/').next().expect("a code").to_owned());
        }
        // Request bodies are as secret as responses.
        let join = json!({ "invite": secrets[2] });
        server
            .ask("POST", &key, &format!("{working}/groups:join"), Some(&join))
            .await;
        let made = server
            .ask("POST", &key, "/sessions", Some(&json!({})))
            .await
            .json;
        let fresh = format!("/sessions/{}", made["id"].as_str().expect("an id"));
        let qr = until("a QR code", async || {
            let answer = server.ask("GET", &key, &format!("{fresh}/qr"), None).await;
            answer.json["code"].as_str().map(str::to_owned)
        })
        .await;
        secrets.push(qr);
        let phone = json!({ "phone": "628123456789" });
        let path = format!("{fresh}/pairing-code");
        let code = server.ask("POST", &key, &path, Some(&phone)).await.json["code"].clone();
        secrets.push(code.as_str().expect("a pairing code").to_owned());
        secrets.push("628123456789".to_owned());
        let ticket = server
            .ask("POST", &key, "/realtime/ticket", None)
            .await
            .json;
        tokio_tungstenite::connect_async(ticket["url"].as_str().expect("a url"))
            .await
            .expect("a stream");
        secrets.push(ticket["ticket"].as_str().expect("a ticket").to_owned());
        let made = json!({ "capabilities": ["read"] });
        let made = server.ask("POST", &key, "/keys", Some(&made)).await.json;
        secrets.push(made["secret"].as_str().expect("a secret").to_owned());
        server.ask("GET", "wa_mistyped", "/sessions", None).await;
        secrets.push("wa_mistyped".to_owned());
        server.signal("TERM");
        let log = server.log_at_the_end();
        assert!(
            log.contains("/api/v1/sessions/{session}/groups/{gid}/invite"),
            "{log}"
        );
        for secret in &secrets {
            assert!(secret.len() >= 8, "too short to look for: {secret}");
            assert!(!log.contains(secret), "{secret} stands in the log:\n{log}");
        }
    }
}
