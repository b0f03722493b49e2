//! The log: one line per request, its id on every line of it, and no secrets.

use super::process::{Process, until};
use super::sandbox;
use serde_json::{Value, json};

/// The log's lines, which are all JSON.
fn lines(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")))
        .collect()
}

/// The path of the session with this label, once it is as it should be.
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
    let told = of(&stopped.id);
    let answered = told
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
    let changed = told
        .iter()
        .find(changed)
        .expect("the session's task speaks");
    assert_eq!(changed["status"], "stopped");
    assert_eq!(of(&missed.id)[0]["span"]["route"], "(none)");
}

#[tokio::test]
async fn a_probe_is_no_news() {
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
        let group = until("a group to invite to", async || {
            let (_, groups) = server.get(&key, &format!("{working}/groups")).await;
            let rows = groups["data"].as_array().expect("data");
            rows.iter().find(|row| row["myRole"] == "admin").cloned()
        })
        .await;
        let invite = format!(
            "{working}/groups/{}/invite",
            group["groupJid"].as_str().expect("a JID")
        );
        for method in ["GET", "DELETE"] {
            let link = server.ask(method, &key, &invite, None).await.json["invite"].clone();
            let link = link.as_str().expect("a link");
            secrets.push(link.rsplit('/').next().expect("a code").to_owned());
        }
        // What comes in is as secret as what goes out.
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
