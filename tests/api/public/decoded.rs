//! Every recorded answer, as the client decodes it.

use super::saying;
use crate::public_gateway::recorded::{Exchange, exchanges};
use groupdesk::api::{SettingsPatch, TicketRequest};
use groupdesk::client::{AuditFilter, Client, ClientError, Listing};
use serde::Serialize;
use serde_json::{Value, json};

/// A decoded answer: rows or a resource as JSON.
type Meaning = Result<Value, ClientError>;

fn rows<T: Serialize>(listing: Result<Listing<T>, ClientError>) -> Meaning {
    let listing = listing?;
    assert_eq!(listing.unreadable, 0);
    Ok(json!({ "data": listing.rows }))
}

fn one<T: Serialize>(answer: Result<T, ClientError>) -> Meaning {
    Ok(json!(answer?))
}

/// Makes the recorded call; the gateway gives this answer to any request.
async fn ask(client: &Client, exchange: &Exchange) -> Meaning {
    let path = exchange.request.path.replace("%40", "@");
    let path = path.split('?').next().unwrap_or_default();
    let path: Vec<&str> = path.trim_start_matches("/api/v1/").split('/').collect();
    let no_change = SettingsPatch::default();
    match (exchange.request.method.as_str(), path.as_slice()) {
        ("GET", ["sessions"]) => rows(client.list_sessions().await),
        ("GET", ["sessions", s]) => one(client.get_session(s).await),
        ("POST", ["sessions", action]) => match action.split_once(':') {
            Some((s, "start")) => one(client.start_session(s).await),
            Some((s, "stop")) => one(client.stop_session(s).await),
            other => panic!("{other:?}"),
        },
        ("GET", ["sessions", s, "me"]) => one(client.me(s).await),
        ("GET", ["sessions", s, "qr"]) => one(client.qr(s).await),
        ("POST", ["sessions", s, "pairing-code"]) => {
            one(client.pairing_code(s, "628123456789").await)
        }
        ("GET", ["sessions", s, "groups"]) => rows(client.list_groups(s).await),
        ("POST", ["sessions", s, "groups:join"]) => one(client.join(s, "").await),
        ("GET", ["sessions", s, "groups", g]) => one(client.get_group(s, g).await),
        ("PATCH", ["sessions", s, "groups", g]) => {
            one(client.update_settings(s, g, &no_change).await)
        }
        ("GET", ["sessions", s, "groups", g, "members"]) => rows(client.members(s, g).await),
        ("POST", ["sessions", s, "groups", g, "members"]) => {
            one(client.add_members(s, g, &[]).await)
        }
        ("POST", ["sessions", s, "groups", g, "members:approve"]) => {
            one(client.approve_members(s, g, &[]).await)
        }
        ("GET" | "PUT", ["sessions", s, "groups", g, "invite"]) => one(client.invite(s, g).await),
        ("DELETE", ["sessions", s, "groups", g, "invite"]) => one(client.reset_invite(s, g).await),
        ("POST", ["realtime", "ticket"]) => one(client.ticket(&TicketRequest::default()).await),
        ("GET", ["audit"]) => rows(client.audit(&AuditFilter::default()).await),
        ("GET", ["keys"]) => rows(client.list_keys().await),
        // An answer to a call that the client does not have: any call is refused by it.
        ("GET", ["sessions", _, "groups", _, "requests"] | ["", "nowhere"]) => {
            rows(client.list_keys().await)
        }
        other => panic!("{other:?}"),
    }
}

/// The recorded body with our form of ids: strings.
fn with_text_ids(mut body: Value) -> Value {
    if let Some(rows) = body.get_mut("data").and_then(Value::as_array_mut) {
        for row in rows {
            *row = with_text_ids(row.take());
        }
    }
    if let Some(number) = body.get("id").and_then(Value::as_i64) {
        body["id"] = json!(number.to_string());
    }
    body
}

#[tokio::test]
async fn every_recorded_answer_is_decoded_correctly() {
    let mut decoded = 0;
    for exchange in exchanges() {
        let (name, answer) = (&exchange.name, &exchange.response);
        if matches!(name.as_str(), "health" | "ready") {
            // Not part of the API; the doctor reads their status.
            assert_eq!(answer.status, 200);
            continue;
        }
        let headers: Vec<_> = answer.headers.clone().into_iter().collect();
        let client = saying(answer.status, &headers, answer.text()).await;
        let meaning = ask(&client, &exchange).await;
        match meaning {
            Ok(meaning) => {
                assert!((200..300).contains(&answer.status), "{name}");
                assert_eq!(meaning, with_text_ids(answer.body.clone()), "{name}");
            }
            Err(ClientError::Api { status, error, .. }) => {
                let said = &answer.body["error"];
                assert_eq!(status, answer.status, "{name}");
                assert_eq!(error.code.as_str(), said["code"], "{name}");
                assert_eq!(
                    error.message,
                    said["message"].as_str().unwrap_or_default(),
                    "{name}"
                );
                assert_eq!(error.code.status(), answer.status, "{name}");
                let faults: Vec<_> = error
                    .field_errors()
                    .into_iter()
                    .map(|one| one.message)
                    .collect();
                let said: Vec<String> =
                    serde_json::from_value(said["details"]["errors"].clone()).unwrap_or_default();
                assert_eq!(faults, said, "{name}");
            }
            Err(ClientError::NotTheContract { status, text }) => {
                assert_eq!(answer.text(), "", "{name}: {text}");
                assert_eq!(status, answer.status, "{name}");
            }
            Err(other) => panic!("{name}: {other:?}"),
        }
        decoded += 1;
    }
    assert_eq!(decoded, 68);
}
