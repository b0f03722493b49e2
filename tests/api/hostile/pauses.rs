//! `Retry-After`, and retried reads.

use super::server::{Act, Server, answer};
use super::{GROUP, SESSION, client, hasty};
use groupdesk::client::{ClientError, Retry};
use std::time::Duration;

const AWAY: &str = r#"{"error": {"code": "gateway_unavailable", "message": "draining"}}"#;
const LIMITED: &str = r#"{"error": {"code": "rate_limited", "message": "slow down"}}"#;
const EMPTY: &str = r#"{"data": null}"#;

/// Backoff that suits a test.
fn soon() -> Retry {
    Retry {
        first: Duration::from_millis(1),
        ..Retry::default()
    }
}

#[tokio::test]
async fn a_read_is_retried_until_it_is_answered_and_every_pause_reported() {
    let server = Server::start(vec![
        Act::Close,
        Act::Say(answer(503, "", AWAY)),
        Act::Say(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{".to_vec()),
        Act::Say(answer(200, "", EMPTY)),
    ])
    .await;
    let client = client(&server.base, hasty());
    let mut failures = Vec::new();
    let groups = soon()
        .read(
            |error, _| failures.push(error.status()),
            || client.list_groups(SESSION),
        )
        .await
        .unwrap();
    assert!(groups.rows.is_empty());
    assert_eq!(failures, [None, Some(503), None]);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn retry_after_is_parsed_and_kept() {
    let server = Server::start(vec![
        Act::Say(answer(429, "retry-after: 0\r\n", LIMITED)),
        Act::Say(answer(200, "", EMPTY)),
    ])
    .await;
    let client = client(&server.base, hasty());
    let mut failures = Vec::new();
    let retry = soon();
    let groups = retry.read(
        |error, pause| failures.push((error.retry_after(), pause)),
        || client.list_groups(SESSION),
    );
    assert!(groups.await.unwrap().rows.is_empty());
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].0, Some(Duration::ZERO));
}

#[tokio::test]
async fn an_excessive_retry_after_is_bounded_and_not_waited_for() {
    for header in [
        "retry-after: 18446744073709551615\r\n",
        "retry-after: 99999999999999999999999999\r\n",
        "retry-after: Sat, 31 Dec 2050 23:59:59 GMT\r\n",
    ] {
        let server = Server::saying(answer(503, header, AWAY)).await;
        let client = client(&server.base, hasty());
        let outcome = soon()
            .read(
                |_, _| panic!("no second attempt"),
                || client.invite(SESSION, GROUP),
            )
            .await;
        let Err(ClientError::Api { retry_after, .. }) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(retry_after, Some(Duration::from_hours(24)), "{header}");
        assert_eq!(server.requests().len(), 1);
    }
}
