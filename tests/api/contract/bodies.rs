//! Bodies: one JSON value of at most 1 MiB, known fields only, every fault named.

use crate::contract::table::{Endpoint, NO_GROUP, NO_MEMBER, endpoints};
use crate::support::{Ask, Gateway, Key, RawClient, passkey};
use serde_json::json;

/// Endpoints that validate the body next. Those of a key answer 404 before that, because the key does not
/// exist; `keys.rs` tests them with existing keys.
fn without_key_endpoints() -> impl Iterator<Item = Endpoint> {
    let endpoints = endpoints().into_iter();
    endpoints.filter(|endpoint| !endpoint.path.contains("{k}"))
}

#[tokio::test]
async fn a_body_is_exactly_one_json_value() {
    let gateway = Gateway::start().await;
    let session = gateway.session("Support line");
    let deep = "[".repeat(200_000);
    let faulty = [
        "{",
        "not json",
        "{} {}",
        "{}{}",
        "{}x",
        "[]",
        "null",
        "1",
        "\"text\"",
        " ",
        "\u{feff}{}",
        r#"{"name": "a", "name": "b"}"#,
        r#"{"announce": true, "announce": false}"#,
        deep.as_str(),
    ];
    for endpoint in without_key_endpoints() {
        let takes_a_body = endpoint.body.is_some()
            || matches!(endpoint.path, "/sessions" | "/realtime/ticket")
                && endpoint.method == "POST";
        if !takes_a_body {
            continue;
        }
        for body in faulty {
            let fields = endpoint
                .ask(&session, NO_GROUP, NO_MEMBER)
                .text(body)
                .to(&gateway)
                .await
                .invalid();
            assert_eq!(fields, [""], "{} {body:.40}", endpoint.name());
        }
    }
}

#[tokio::test]
async fn a_required_body_must_not_be_empty() {
    let gateway = Gateway::start().await;
    let session = gateway.session("Support line");
    for endpoint in without_key_endpoints().filter(|e| e.body.is_some()) {
        // Opening hours need both of their fields.
        let missing = if endpoint.method == "PUT" { 2 } else { 1 };
        for (body, faults) in [("", 1), ("{}", missing)] {
            let fields = endpoint
                .ask(&session, NO_GROUP, NO_MEMBER)
                .text(body)
                .to(&gateway)
                .await
                .invalid();
            assert_eq!(fields.len(), faults, "{}", endpoint.name());
        }
    }
}

#[tokio::test]
async fn unknown_fields_are_all_refused_by_name() {
    let gateway = Gateway::start().await;
    let session = gateway.session("Support line");
    for endpoint in without_key_endpoints() {
        let mut body = endpoint.body.clone().unwrap_or_else(|| json!({}));
        if endpoint.body.is_none()
            && !(endpoint.method == "POST"
                && matches!(endpoint.path, "/sessions" | "/realtime/ticket"))
        {
            continue;
        }
        body["zebra"] = json!(1);
        body["Aardvark"] = json!(null);
        let mut fields = endpoint
            .ask(&session, NO_GROUP, NO_MEMBER)
            .json(&body)
            .to(&gateway)
            .await
            .invalid();
        fields.sort();
        assert_eq!(fields, ["Aardvark", "zebra"], "{}", endpoint.name());
    }
}

#[tokio::test]
async fn wrong_values_are_refused_by_name() {
    let gateway = Gateway::start().await;
    let support = gateway.support();
    let new = format!("/api/v1/sessions/{}", gateway.session("New phone"));
    let group = gateway.support_group("Weekend Volunteers");
    let table = [
        (
            "POST",
            "/api/v1/sessions",
            json!({ "label": null }),
            "label",
        ),
        (
            "POST",
            "/api/v1/sessions",
            json!({ "label": "x".repeat(101) }),
            "label",
        ),
        (
            "POST",
            "/api/v1/sessions",
            json!({ "label": "Sales\u{1b}[2J" }),
            "label",
        ),
        ("PATCH", &new, json!({ "label": "two\nlines" }), "label"),
        (
            "POST",
            "/api/v1/keys",
            json!({ "capabilities": ["read"], "label": "nul\0" }),
            "label",
        ),
        (
            "POST",
            "/api/v1/sessions",
            json!({ "start": "yes" }),
            "start",
        ),
        (
            "POST",
            "/api/v1/sessions",
            json!({ "autoRead": 1 }),
            "autoRead",
        ),
        (
            "POST",
            "/api/v1/sessions",
            json!({ "presenceTyping": [] }),
            "presenceTyping",
        ),
        (
            "POST",
            &format!("{new}/pairing-code"),
            json!({ "phone": 628_123_456_789_u64 }),
            "phone",
        ),
        (
            "POST",
            &format!("{new}/pairing-code"),
            json!({ "phone": "+628123456789" }),
            "phone",
        ),
        (
            "POST",
            &format!("{new}/pairing-code"),
            json!({ "phone": "08123456789" }),
            "phone",
        ),
        (
            "POST",
            &format!("{new}/pairing-code"),
            json!({ "phone": "123456" }),
            "phone",
        ),
        (
            "POST",
            &format!("{new}/pairing-code"),
            json!({ "phone": "1234567890123456" }),
            "phone",
        ),
        (
            "POST",
            &format!("{new}/passkey"),
            json!({ "confirm": false }),
            "confirm",
        ),
        ("POST", &format!("{new}/passkey"), json!({}), ""),
        (
            "POST",
            &format!("{new}/passkey"),
            json!({ "assertion": passkey::printed("AAAA"), "confirm": true }),
            "",
        ),
        (
            "POST",
            &format!("{new}/passkey"),
            json!({ "assertion": "text" }),
            "assertion",
        ),
        (
            "POST",
            &format!("{new}/passkey"),
            json!({ "assertion": { "id": "AAAA", "response": {} } }),
            "assertion",
        ),
        (
            "POST",
            &format!("{new}/passkey"),
            json!({ "confirm": true, "code": "ABCD1234" }),
            "code",
        ),
        (
            "POST",
            &format!("{support}/groups"),
            json!({ "name": "   " }),
            "name",
        ),
        (
            "POST",
            &format!("{support}/groups"),
            json!({ "name": "Book\u{1b}]0;club" }),
            "name",
        ),
        (
            "POST",
            &format!("{support}/groups"),
            json!({ "name": "\u{200e}\u{200f}" }),
            "name",
        ),
        (
            "POST",
            &format!("{support}/groups"),
            json!({ "name": "x".repeat(101) }),
            "name",
        ),
        (
            "POST",
            &format!("{support}/groups"),
            json!({ "name": null }),
            "name",
        ),
        (
            "POST",
            &format!("{support}/groups"),
            json!({ "name": "x", "participants": ["x"] }),
            "participants",
        ),
        (
            "POST",
            &format!("{support}/groups"),
            json!({ "name": "x", "participants": null }),
            "participants",
        ),
        (
            "POST",
            &format!("{support}/groups:join"),
            json!({ "invite": "short" }),
            "invite",
        ),
        (
            "POST",
            &format!("{support}/groups:join"),
            json!({ "invite": 1 }),
            "invite",
        ),
        (
            "POST",
            &format!("{support}/groups:join"),
            json!({ "invite": "https://example.com/AbCdEf1234567890XyZ12" }),
            "invite",
        ),
        (
            "POST",
            &format!("{group}/members"),
            json!({ "participants": [] }),
            "participants",
        ),
        (
            "POST",
            &format!("{group}/members"),
            json!({ "participants": NO_MEMBER }),
            "participants",
        ),
        (
            "POST",
            &format!("{group}/members"),
            json!({ "participants": [NO_MEMBER, 1] }),
            "participants",
        ),
        (
            "POST",
            &format!("{group}/members:approve"),
            json!({ "participants": [NO_GROUP] }),
            "participants",
        ),
        (
            "POST",
            "/api/v1/keys",
            json!({ "capabilities": [] }),
            "capabilities",
        ),
        (
            "POST",
            "/api/v1/keys",
            json!({ "capabilities": ["root"] }),
            "capabilities",
        ),
        (
            "POST",
            "/api/v1/keys",
            json!({ "capabilities": "read" }),
            "capabilities",
        ),
        (
            "POST",
            "/api/v1/keys",
            json!({ "capabilities": ["read"], "expiresAt": "soon" }),
            "expiresAt",
        ),
        (
            "POST",
            "/api/v1/keys",
            json!({ "capabilities": ["read"], "expiresAt": 1 }),
            "expiresAt",
        ),
        (
            "POST",
            "/api/v1/realtime/ticket",
            json!({ "scope": "planet" }),
            "scope",
        ),
        (
            "POST",
            "/api/v1/realtime/ticket",
            json!({ "scope": "session" }),
            "session",
        ),
        (
            "POST",
            "/api/v1/realtime/ticket",
            json!({ "scope": "organization", "session": "x" }),
            "session",
        ),
        (
            "POST",
            "/api/v1/realtime/ticket",
            json!({ "events": [] }),
            "events",
        ),
        (
            "POST",
            "/api/v1/realtime/ticket",
            json!({ "events": ["group.upset"] }),
            "events",
        ),
        (
            "POST",
            "/api/v1/realtime/ticket",
            json!({ "events": [1] }),
            "events",
        ),
        (
            "POST",
            "/api/v1/realtime/ticket",
            json!({ "since": "yesterday" }),
            "since",
        ),
    ];
    for (method, path, body, field) in table {
        let fields = Ask::new(method, path)
            .json(&body)
            .to(&gateway)
            .await
            .invalid();
        assert_eq!(fields, [field], "{method} {path} {body}");
    }
    for member in ["no-jid", "%FF", "1@g.us"] {
        let path = format!("{group}/members/{member}");
        assert_eq!(gateway.delete(&path).await.invalid(), ["jid"]);
    }
}

#[tokio::test]
async fn all_faults_of_a_body_are_reported_at_once() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let mut fields = gateway
        .patch(
            &path,
            json!({ "subject": "", "description": 1, "announce": null, "colour": "red" }),
        )
        .await
        .invalid();
    fields.sort();
    assert_eq!(fields, ["announce", "colour", "description", "subject"]);
}

#[tokio::test]
async fn the_content_type_is_ignored() {
    let gateway = Gateway::start().await;
    Ask::post("/api/v1/keys")
        .text(r#" {"capabilities": ["read"]} "#)
        .header("content-type", "text/plain")
        .to(&gateway)
        .await
        .ok(201);
}

#[tokio::test]
async fn a_body_of_two_mebibytes_is_refused_and_the_answer_arrives() {
    let gateway = Gateway::start().await;
    let body = format!(r#"{{"subject": "{}"}}"#, "x".repeat(2 * 1024 * 1024));
    let path = gateway.support_group("Weekend Volunteers");
    let reply = Ask::new("PATCH", &path).text(&body).to(&gateway).await;
    assert!(reply.text.contains("1 MiB"));
    assert_eq!(reply.invalid(), [""]);

    // Also without a `Content-Length`, and the connection survives both.
    let mut client = RawClient::connect(&gateway).await;
    let head = format!(
        "PATCH {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\n",
        Key::All.secret()
    );
    for _ in 0..2 {
        let chunk = "x".repeat(0x10000);
        client
            .write(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes())
            .await;
        for _ in 0..32 {
            client
                .write(format!("10000\r\n{chunk}\r\n").as_bytes())
                .await;
        }
        client.write(b"0\r\n\r\n").await;
        let reply = client.read().await;
        assert_eq!(reply.status, 400);
        assert_eq!(reply.json["error"]["code"], "validation_error");
    }
    // A client that waits for `100 Continue` is refused at once and sends no body.
    let reply = client
        .ask(&format!(
            "{head}expect: 100-continue\r\ncontent-length: 2097152\r\n\r\n"
        ))
        .await;
    assert_eq!(reply.status, 400);
}

#[tokio::test]
async fn a_body_of_one_mebibyte_is_accepted() {
    let gateway = Gateway::start().await;
    let blank = " ".repeat(1024 * 1024 - 2);
    let reply = Ask::post("/api/v1/realtime/ticket")
        .text(&format!("{{}}{blank}"))
        .to(&gateway)
        .await;
    reply.ok(201);
    let reply = Ask::post("/api/v1/realtime/ticket")
        .text(&format!("{{}}{blank} "))
        .to(&gateway)
        .await;
    assert_eq!(reply.invalid(), [""]);
}
