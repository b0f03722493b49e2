//! The client, the doctor and the commands against the public gateway of the same contract: a missing feature
//! is distinguished from a fault.

mod commands;
mod decoded;

use crate::public_gateway::described::{Fault, Live};
use crate::public_gateway::{
    CHESS, CHOIR, GROUPS, KEY, KEY_READ_SEND, LOGGED_OUT, PublicGateway, SECOND, SESSION, UNPAIRED,
    VOLUNTEERS, recorded, token_of,
};
use groupdesk::api::{ErrorBody, ErrorCode, MemberRole, SessionStatus, SettingsPatch};
use groupdesk::client::realtime::{self, RealtimeEvent};
use groupdesk::client::{AuditFilter, Client, ClientError, Secret};
use serde_json::{Value, json};
use tokio::sync::mpsc;

async fn public(key: &str) -> (PublicGateway, Client) {
    let gateway = PublicGateway::connected().await;
    let client = client(&gateway.base, key);
    (gateway, client)
}

fn client(base: &str, key: &str) -> Client {
    Client::new(base, &Secret::new(key), false).expect("a client")
}

/// A client of a gateway with one answer for all requests.
async fn saying(status: u16, headers: &[(String, String)], body: String) -> Client {
    let headers = headers.to_vec();
    let router = axum::Router::new().fallback(move || {
        let (headers, body) = (headers.clone(), body.clone());
        async move {
            let mut answer = axum::http::Response::builder().status(status);
            for (name, value) in headers {
                answer = answer.header(name, value);
            }
            answer
                .body(axum::body::Body::from(body))
                .expect("an answer")
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    client(&base, KEY)
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, ClientError>) -> (u16, ErrorCode) {
    match outcome {
        Err(ClientError::Api { status, error, .. }) => (status, error.code),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_stub_sends_the_recorded_answers() {
    let gateway = PublicGateway::start().await;
    groupdesk::client::install_tls();
    let http = reqwest::Client::new();
    for exchange in recorded::exchanges() {
        let name = &exchange.name;
        let method = exchange.request.method.parse().expect("a method");
        let url = format!("{}{}", gateway.base, exchange.request.path);
        let mut request = http.request(method, url).body(exchange.request.text());
        if let Some(token) = token_of(&exchange.token) {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), exchange.response.status, "{name}");
        for (header, value) in &exchange.response.headers {
            let received = answer.headers().get(header).map(|value| value.to_str());
            let alike = |received: &str| received.split(';').next() == value.split(';').next();
            assert!(
                matches!(received, Some(Ok(received)) if alike(received)),
                "{name}: {header}"
            );
        }
        let text = answer.text().await.expect("a body");
        let mut received: Value = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
        let mut expected = exchange.response.body.clone();
        if let Some(rows) = exchange.response.rows_in_the_real_answer {
            let received = received["data"].as_array_mut().expect("a list");
            assert_eq!(received.len(), rows, "{name}");
            let expected = expected["data"].as_array().expect("a list");
            assert!(expected.iter().all(|row| received.contains(row)), "{name}");
            continue;
        }
        // A ticket is valid once, so every answer has another one.
        for secret in ["ticket", "url"] {
            if let (Some(received), Some(expected)) =
                (received.get_mut(secret), expected.get_mut(secret))
            {
                *received = expected.take();
                *expected = received.clone();
            }
        }
        match expected.get("_text") {
            Some(plain) => assert_eq!(&received, plain, "{name}"),
            None if expected.is_null() => assert_eq!(text, "", "{name}"),
            None => assert_eq!(received, expected, "{name}"),
        }
    }
}

#[tokio::test]
async fn missing_features_are_refused_with_the_contracts_errors() {
    let (_gateway, client) = public(KEY_READ_SEND).await;
    assert_eq!(
        refusal(client.list_sessions().await),
        (403, ErrorCode::Forbidden)
    );
    assert_eq!(
        refusal(client.get_session(SESSION).await),
        (403, ErrorCode::Forbidden)
    );
    assert_eq!(
        refusal(client.audit(&AuditFilter::default()).await),
        (404, ErrorCode::NotFound)
    );
    assert_eq!(
        refusal(client.list_keys().await),
        (404, ErrorCode::NotFound)
    );
    let members = ["901@lid".to_owned()];
    assert_eq!(
        refusal(client.approve_members(SESSION, VOLUNTEERS, &members).await),
        (501, ErrorCode::NotImplemented)
    );
    assert_eq!(
        refusal(client.invite(SESSION, CHOIR).await),
        (500, ErrorCode::Internal)
    );
}

#[test]
fn details_of_another_shape_do_not_hide_the_code() {
    for details in ["null", "[]", "[\"manage\"]", "\"no\"", "7"] {
        let body = format!(r#"{{"error": {{"code": "forbidden", "details": {details}}}}}"#);
        let ErrorBody { error } = serde_json::from_str(&body).expect("an error");
        assert_eq!(error.code, ErrorCode::Forbidden, "{details}");
    }
}

#[tokio::test]
async fn the_missing_capability_is_parsed_from_the_message() {
    let (_gateway, client) = public(KEY_READ_SEND).await;
    let Err(ClientError::Api { error, .. }) = client.list_sessions().await else {
        panic!("no refusal")
    };
    assert_eq!(error.capability().as_deref(), Some("manage"));
}

#[tokio::test]
async fn all_rows_are_read_though_ids_are_numbers() {
    let (_gateway, client) = public(KEY).await;
    let sessions = client.list_sessions().await.unwrap();
    assert_eq!((sessions.rows.len(), sessions.unreadable), (4, 0));
    let session = client.get_session(SESSION).await.unwrap();
    assert_eq!(session.status, SessionStatus::Working);
    assert_eq!(session.label.as_deref(), Some("Main line"));
    let groups = client.list_groups(SESSION).await.unwrap();
    assert_eq!((groups.rows.len(), groups.unreadable), (GROUPS, 0));
    assert_eq!(groups.rows[0].id, "2200");
    assert!(groups.rows.iter().all(|group| group.my_role.is_none()));
    let members = client.members(SESSION, CHESS).await.unwrap();
    assert_eq!((members.rows.len(), members.unreadable), (23, 0));
    assert_eq!(members.rows[0].role, MemberRole::Superadmin);
    let members = client.members(SESSION, VOLUNTEERS).await.unwrap();
    assert!(members.rows.is_empty());
    let members = client.members(SESSION, CHOIR).await.unwrap();
    assert_eq!(
        members.rows[2].role,
        MemberRole::Other("moderator".to_owned())
    );
    // Any session answers for any group; only the session's own list shows which groups it has.
    assert!(client.get_group(SECOND, CHESS).await.is_ok());
    assert!(client.list_groups(SECOND).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn null_missing_and_unknown_values_are_read() {
    let asleep = json!({"id": 7, "status": "hibernating", "label": null, "ratePerHour": null,
        "region": "ap-southeast"});
    let client = saying(200, &[], asleep.to_string()).await;
    let asleep = client.get_session(SESSION).await.unwrap();
    assert_eq!(
        asleep.status,
        SessionStatus::Other("hibernating".to_owned())
    );
    assert_eq!((asleep.label, asleep.rate_per_hour), (None, 0));
    let client = saying(200, &[], json!({"data": null}).to_string()).await;
    let groups = client.list_groups(SESSION).await.unwrap();
    assert_eq!((groups.rows.len(), groups.unreadable), (0, 0));
}

#[tokio::test]
async fn links_and_settings_are_read_and_changed() {
    let (gateway, client) = public(KEY_READ_SEND).await;
    let old = client.invite(SESSION, VOLUNTEERS).await.unwrap().invite;
    let new = client.reset_invite(SESSION, VOLUNTEERS).await.unwrap();
    assert_ne!(new.invite, old);
    assert_eq!(client.invite(SESSION, VOLUNTEERS).await.unwrap(), new);
    let patch = SettingsPatch {
        subject: Some("Helpers".to_owned()),
        ..SettingsPatch::default()
    };
    let before = client.get_group(SESSION, VOLUNTEERS).await.unwrap();
    client
        .update_settings(SESSION, VOLUNTEERS, &patch)
        .await
        .unwrap();
    let lagging = client.get_group(SESSION, VOLUNTEERS).await.unwrap();
    assert_eq!(lagging, before, "stored rows lag behind");
    gateway.catch_up();
    let group = client.get_group(SESSION, VOLUNTEERS).await.unwrap();
    assert_eq!(group.subject.as_deref(), Some("Helpers"));
    assert!(group.updated_at > before.updated_at);
    assert_eq!(gateway.changes().len(), 2);
}

#[tokio::test]
async fn unavailable_live_calls_differ_from_missing_groups() {
    let gateway = PublicGateway::start().await;
    let client = client(&gateway.base, KEY_READ_SEND);
    gateway.live(SECOND, Live::Unpaired);
    for (session, status) in [
        (SESSION, 500),
        (UNPAIRED, 404),
        (LOGGED_OUT, 404),
        (SECOND, 501),
    ] {
        let error = client.invite(session, CHESS).await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.is_unknown_session(), status == 404, "{session}");
    }
    let missing = client.get_group(SESSION, "120363999999999999@g.us").await;
    assert!(!missing.unwrap_err().is_unknown_session());
}

#[tokio::test]
async fn a_valid_token_is_not_called_wrong_while_the_database_is_unavailable() {
    let (gateway, client) = public(KEY).await;
    gateway.describe(|described| described.fault = Fault::DatabaseAwayAndKeysForgotten);
    let error = client.list_sessions().await.unwrap_err();
    assert!(matches!(error, ClientError::NotReady), "{error:?}");
    assert!(error.to_string().contains("not ready"), "{error}");
    assert!(error.is_passing());
    // A token that is not accepted caused no change.
    let error = client.reset_invite(SESSION, VOLUNTEERS).await.unwrap_err();
    assert!(!error.is_unconfirmed());
    // The gateway caches keys, but not sessions.
    gateway.describe(|described| described.fault = Fault::DatabaseAway);
    let error = client.list_groups(SESSION).await.unwrap_err();
    assert!(matches!(error, ClientError::NotReady), "{error:?}");
    gateway.describe(|described| described.fault = Fault::None);
    assert!(client.list_sessions().await.is_ok());
    let anonymous = client_with_an_unknown_key(&gateway);
    assert_eq!(
        refusal(anonymous.list_sessions().await),
        (401, ErrorCode::Unauthorized)
    );
}

fn client_with_an_unknown_key(gateway: &PublicGateway) -> Client {
    client(&gateway.base, token_of("unknown key").expect("a token"))
}

#[tokio::test]
async fn the_stream_connects_and_delivers_the_described_events() {
    let gateway = PublicGateway::start().await;
    let (sink, mut events) = mpsc::channel(4);
    tokio::spawn(realtime::run(client(&gateway.base, KEY), None, sink));
    assert!(matches!(
        events.recv().await,
        Some(RealtimeEvent::Connected)
    ));
    gateway.tell(
        &json!({"schema": "v1", "id": "evt_1", "event": "session.status", "session": SESSION,
        "timestamp": 1, "payload": {"status": "stopped"}}),
    );
    let Some(RealtimeEvent::Event(event)) = events.recv().await else {
        panic!("no event")
    };
    assert_eq!(event.session, SESSION);
}

#[tokio::test]
async fn missing_realtime_is_reported_in_every_form_of_the_answer() {
    for status in [404, 405, 501] {
        let gateway = PublicGateway::start().await;
        gateway.describe(|described| described.no_realtime = Some(status));
        let (sink, mut events) = mpsc::channel(1);
        tokio::spawn(realtime::run(client(&gateway.base, KEY), None, sink));
        let event = events.recv().await.expect("an event");
        let RealtimeEvent::Unavailable { reason } = event else {
            panic!("{status}: {event:?}")
        };
        assert!(reason.contains("no realtime"), "{reason}");
    }
}
