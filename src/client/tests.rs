use super::*;

mod token;

use crate::api::{Capability, ErrorCode, Reason, SettingField, SettingsPatch};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response as Answer;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KEY: &str = "wa_very-secret-key";
const GROUP: &str = "120363041234567890@g.us";

/// A server with one answer for all requests, and the requests it received.
async fn serve(
    answer: impl Fn(&str) -> Answer<Body> + Clone + Send + Sync + 'static,
) -> (Client, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = seen.clone();
    let router = Router::new().fallback(move |request: Request| {
        let (log, answer) = (log.clone(), answer.clone());
        async move {
            let (method, uri) = (request.method().clone(), request.uri().clone());
            let authorized = request
                .headers()
                .get("authorization")
                .is_some_and(|value| value == &format!("Bearer {KEY}"));
            let body = axum::body::to_bytes(request.into_body(), 1 << 20)
                .await
                .unwrap();
            let body = String::from_utf8_lossy(&body).into_owned();
            log.lock().unwrap().push(
                format!("{method} {uri} {authorized} {body}")
                    .trim()
                    .to_owned(),
            );
            answer(&uri.to_string())
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (client(&format!("http://{address}")), seen)
}

fn client(base: &str) -> Client {
    let limits = Limits {
        stored: Duration::from_millis(300),
        live: Duration::from_millis(300),
        body: 10_000,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::new(base, Secret::new(KEY))
    };
    Client::open(&options).unwrap()
}

fn answer(status: u16, body: impl Into<Body>) -> Answer<Body> {
    Answer::builder().status(status).body(body.into()).unwrap()
}

fn json_answer(status: u16, body: &serde_json::Value) -> Answer<Body> {
    answer(status, body.to_string())
}

#[tokio::test]
async fn requests_match_the_contract() {
    let (client, seen) = serve(|_| json_answer(200, &json!({"invite": "https://chat.whatsapp.com/AbCdEf1234567890XyZ12", "code": "c", "id": "s", "groupJid": GROUP, "sessionId": "s", "ticket": "t"}))).await;
    let s = "01HZ0SESSION0000000000000";
    let member = "1@lid";
    client.invite(s, GROUP).await.unwrap();
    client.reset_invite(s, GROUP).await.unwrap();
    let patch = SettingsPatch {
        announce: Some(true),
        ..SettingsPatch::default()
    };
    client.update_settings(s, GROUP, &patch).await.unwrap();
    client.start_session(s).await.unwrap();
    client.logout_session(s).await.unwrap();
    client.pairing_code(s, "628123456789").await.unwrap();
    client.passkey(s).await.unwrap();
    let confirm = crate::api::PasskeyAnswer::Confirm(true);
    client.answer_passkey(s, &confirm).await.unwrap();
    client.join(s, "https://chat.whatsapp.com/x").await.unwrap();
    client.leave(s, GROUP).await.unwrap();
    client
        .approve_members(s, GROUP, &[member.to_owned()])
        .await
        .unwrap();
    client.remove_member(s, GROUP, member).await.unwrap();
    client.promote_member(s, GROUP, member).await.unwrap();
    client.list_sessions().await.unwrap();
    client
        .audit(&AuditFilter {
            group: Some(GROUP.to_owned()),
            limit: Some(5),
            ..AuditFilter::default()
        })
        .await
        .unwrap();
    client.find_members("Zoë &").await.unwrap();
    client.get_session("../x").await.unwrap();
    client.get_session("..").await.unwrap();
    let g = format!("/api/v1/sessions/{s}/groups/120363041234567890%40g.us");
    let expected = [
        format!("GET {g}/invite true"),
        format!("DELETE {g}/invite true"),
        format!("PATCH {g} true {{\"announce\":true}}"),
        format!("POST /api/v1/sessions/{s}:start true"),
        format!("POST /api/v1/sessions/{s}:logout true"),
        format!("POST /api/v1/sessions/{s}/pairing-code true {{\"phone\":\"628123456789\"}}"),
        format!("GET /api/v1/sessions/{s}/passkey true"),
        format!("POST /api/v1/sessions/{s}/passkey true {{\"confirm\":true}}"),
        format!(
            "POST /api/v1/sessions/{s}/groups:join true {{\"invite\":\"https://chat.whatsapp.com/x\"}}"
        ),
        format!("POST {g}:leave true"),
        format!("POST {g}/members:approve true {{\"participants\":[\"1@lid\"]}}"),
        format!("DELETE {g}/members/1%40lid true"),
        format!("POST {g}/members/1%40lid/promote true"),
        "GET /api/v1/sessions true".to_owned(),
        "GET /api/v1/audit?group=120363041234567890%40g.us&limit=5 true".to_owned(),
        "GET /api/v1/members?query=Zo%C3%AB%20%26 true".to_owned(),
        "GET /api/v1/sessions/..%2Fx true".to_owned(),
        "GET /api/v1/sessions/~ true".to_owned(),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn pages_are_read_to_the_end() {
    let (client, _) = serve(|uri| {
        let (data, next) = match uri.split_once("cursor=").map(|(_, cursor)| cursor) {
            None => ("1@g.us", Some("a+b")),
            Some("a%2Bb") => ("2@g.us", None),
            other => panic!("{other:?}"),
        };
        json_answer(
            200,
            &json!({"data": [{"groupJid": data}], "nextCursor": next}),
        )
    })
    .await;
    let groups = client.list_groups("s").await.unwrap();
    assert_eq!(groups.rows.len(), 2);

    let (client, _) =
        serve(|_| json_answer(200, &json!({"data": [], "nextCursor": "again"}))).await;
    assert!(matches!(
        client.list_groups("s").await,
        Err(ClientError::NotTheContract { .. })
    ));
}

#[tokio::test]
async fn unreadable_rows_are_skipped_and_counted() {
    let (client, _) = serve(|uri| {
        let body = match uri.split_once("cursor=") {
            None => {
                r#"{"data": [{"id": 1, "groupJid": "1@g.us"}, {"id": "x"}, null, 7, {"groupJid": 7}], "nextCursor": 2}"#
            }
            // A number outside the range of a double fails only its own row.
            Some(_) => {
                r#"{"data": [{"groupJid": "2@g.us", "updatedAt": 1e999}, {"groupJid": "3@g.us", "x": 1e999}]}"#
            }
        };
        answer(200, body)
    })
    .await;
    let groups = client.list_groups("s").await.unwrap();
    let jids: Vec<_> = groups.rows.iter().map(|group| &group.group_jid).collect();
    assert_eq!(jids, ["1@g.us", "3@g.us"]);
    assert_eq!(groups.unreadable, 5);
}

#[tokio::test]
async fn errors_keep_all_details_of_the_gateway() {
    let body = json!({"error": {"code": "rate_limited", "message": "slow \u{1b}[31mdown", "details": {
        "reason": "rate_limited", "applied": ["subject"], "failed": "announce", "notAttempted": []}}});
    let (client, _) = serve(move |_| {
        let mut answer = json_answer(429, &body);
        let headers = answer.headers_mut();
        headers.insert("x-request-id", "req-1".parse().unwrap());
        headers.insert("retry-after", "7".parse().unwrap());
        answer
    })
    .await;
    let error = client
        .update_settings("s", GROUP, &SettingsPatch::default())
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "slow \u{FFFD}[31mdown");
    let ClientError::Api {
        status,
        error,
        request_id,
        retry_after,
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!((status, error.code.clone()), (429, ErrorCode::RateLimited));
    assert_eq!(error.reason(), Some(Reason::RateLimited));
    assert_eq!(
        error.partial_update().unwrap().applied,
        [SettingField::Subject]
    );
    assert_eq!(request_id.as_deref(), Some("req-1"));
    assert_eq!(retry_after, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_missing_capability_is_named() {
    let (client, _) = serve(|_| {
        json_answer(403, &json!({"error": {"code": "forbidden", "message": "no", "details": {"capability": Capability::Send}}}))
    })
    .await;
    let error = client.reset_invite("s", GROUP).await.unwrap_err();
    assert_eq!(error.code(), Some(&ErrorCode::Forbidden));
    let ClientError::Api { error, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.capability().as_deref(), Some("send"));
}

#[tokio::test]
async fn foreign_answers_are_classified() {
    for (status, body, excerpt) in [
        (200, "hello \u{1b}[2J there", "hello \u{FFFD}[2J there"),
        (502, "<h1>Bad gateway</h1>", "<h1>Bad gateway</h1>"),
        (500, "", "its answer is empty"),
        (200, "{\"invite\": 1}", "{\"invite\": 1}"),
    ] {
        let (client, _) = serve(move |_| answer(status, body)).await;
        assert_eq!(
            client.invite("s", GROUP).await,
            Err(ClientError::NotTheContract {
                status,
                text: excerpt.to_owned()
            })
        );
    }
    let (client, _) = serve(|_| answer(200, "x".repeat(20_000))).await;
    let error = client.invite("s", GROUP).await.unwrap_err();
    assert!(
        error.to_string().contains("larger than 10000 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_without_a_valid_invite_link_is_an_error() {
    for wrong in [
        "https://evil.test/login",
        "https://chat.whatsapp.com.evil.test/AbCdEf1234567890XyZ12",
        "https://chat.whatsapp.com@evil.test/AbCdEf1234567890XyZ12",
        "https://chat.whatsapp.com/AbCdEf1234567890XyZ12?mode=x",
    ] {
        let (client, _) = serve(move |_| json_answer(200, &json!({"invite": wrong}))).await;
        for outcome in [
            client.invite("s", GROUP).await,
            client.reset_invite("s", GROUP).await,
        ] {
            let error = outcome.unwrap_err();
            assert!(!error.to_string().contains("evil"), "{error}");
            assert!(
                error.is_unconfirmed(),
                "a reset may have been made: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_join_may_wait_for_approval() {
    for (status, body, pending) in [
        (200, json!({"groupJid": GROUP}), false),
        (200, json!({"groupJid": GROUP, "pending": true}), true),
        (202, json!({"groupJid": GROUP}), true),
        (202, json!({"groupJid": GROUP, "pending": true}), true),
    ] {
        let (client, _) = serve(move |_| json_answer(status, &body)).await;
        let joined = client.join("s", "AbCdEf1234567890XyZ12").await.unwrap();
        assert_eq!(
            (joined.group_jid.as_str(), joined.pending),
            (GROUP, pending)
        );
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (other, other_saw) = serve(|_| json_answer(200, &json!({"invite": "stolen"}))).await;
    let target = other.base().to_owned();
    let (client, _) = serve(move |_| {
        Answer::builder()
            .status(307)
            .header("location", &target)
            .body(Body::empty())
            .unwrap()
    })
    .await;
    let error = client.invite("s", GROUP).await.unwrap_err();
    assert!(matches!(
        error,
        ClientError::NotTheContract { status: 307, .. }
    ));
    assert!(other_saw.lock().unwrap().is_empty());
}

#[tokio::test]
async fn silence_times_out() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    assert_eq!(
        client.invite("s", GROUP).await,
        Err(ClientError::TimedOut(Duration::from_millis(300)))
    );
}

#[tokio::test]
async fn a_body_that_stalls_times_out() {
    let (client, _) = serve(|_| {
        let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        answer(200, Body::from_stream(never))
    })
    .await;
    assert!(matches!(
        client.invite("s", GROUP).await,
        Err(ClientError::TimedOut(_))
    ));
}

#[tokio::test]
async fn a_closed_port_is_an_unreachable_gateway() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}", listener.local_addr().unwrap()));
    drop(listener);
    let error = client.invite("s", GROUP).await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(_)), "{error:?}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn the_key_is_never_displayed() {
    let client = client("http://127.0.0.1:1");
    for shown in [format!("{client:?}"), format!("{:?}", Secret::new(KEY))] {
        assert!(!shown.contains("very-secret"), "{shown}");
    }
    let error = Client::new("https://example.com", &Secret::new("bad\nkey"), false).unwrap_err();
    assert!(!error.to_string().contains("bad"));
}

#[test]
fn addresses_are_checked() {
    let check = |base, insecure| Client::new(base, &Secret::new(KEY), insecure);
    for (base, expected) in [
        ("https://example.com", "https://example.com"),
        ("https://example.com/", "https://example.com"),
        (
            "https://example.com:8443/wa/api/v1/",
            "https://example.com:8443/wa",
        ),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ] {
        assert_eq!(check(base, false).unwrap().base(), expected);
    }
    for base in [
        "",
        "example.com",
        "ftp://example.com",
        "http://example.com",
        "https://user:pw@example.com",
        "https://example.com/?key=1",
    ] {
        assert!(check(base, false).is_err(), "{base}");
    }
    assert!(check("http://example.com", true).is_ok());
}
