//! Shutdown.

use super::sandbox;
use crate::support::process::{PATIENCE, Process, http, until};
use futures_util::StreamExt as _;
use serde_json::json;
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// A request without the last byte of its body.
async fn begin_to_ask(server: &Process, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address())
        .await
        .expect("accepted");
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nhost: {}\r\nx-api-key: {}\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        server.address(),
        server.key(0, "all"),
        body.len(),
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    // The server sends `100 Continue`: the request has reached its handler.
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    let all_but_one = &body.as_bytes()[..body.len() - 1];
    stream.write_all(all_but_one).await.expect("sent");
    stream
}

async fn until_refused(server: &Process) {
    until("new connections are refused", async || {
        TcpStream::connect(server.address()).await.err().map(drop)
    })
    .await;
}

#[tokio::test]
async fn a_request_in_flight_is_answered() {
    let mut server = sandbox(&[], &[]);
    let body = r#"{"label": "Just in time"}"#;
    let mut slow = begin_to_ask(&server, body).await;
    server.signal("TERM");
    until_refused(&server).await;
    slow.write_all(b"}").await.expect("still open");
    let mut answer = String::new();
    slow.read_to_string(&mut answer)
        .await
        .expect("an answer, then the end");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(answer.contains("Just in time"), "{answer}");
    assert!(server.end().success());
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_block_shutdown() {
    let mut server = sandbox(&[], &[("GROUPDESK_SERVE_DRAIN_SECONDS", "0")]);
    let _slow = begin_to_ask(&server, "{}").await;
    server.signal("INT");
    assert!(server.end().success());
    assert!(server.log_at_the_end().contains("work unfinished"));
}

#[tokio::test]
async fn readiness_fails_first_and_a_second_signal_ends_it_at_once() {
    let mut server = sandbox(&[], &[("GROUPDESK_SERVE_LINGER_SECONDS", "600")]);
    server.signal("TERM");
    let ready = format!("{}/readyz", server.origin());
    until("readiness is red", async || {
        let answer = http().get(&ready).send().await.expect("an answer");
        (answer.status() == 503).then_some(())
    })
    .await;
    // Everything else is still served.
    let key = server.key(0, "all").to_owned();
    let made = server
        .ask("POST", &key, "/sessions", Some(&json!({})))
        .await;
    assert_eq!(made.status, 201);
    // Signals within a second of the first are the same request; a later one ends it at once.
    let asked = Instant::now();
    while !server.has_ended() {
        assert!(asked.elapsed() < PATIENCE);
        server.signal("TERM");
    }
    assert_eq!(server.end().code(), Some(1));
    assert!(server.log_at_the_end().contains("second signal"));
}

#[tokio::test]
async fn two_signals_at_once_count_as_one() {
    let mut server = sandbox(&[], &[]);
    let mut slow = begin_to_ask(&server, "{}").await;
    // coreutils' `timeout`, npm and nodemon send a second signal besides a terminal's Ctrl-C.
    for signal in ["TERM", "INT", "TERM"] {
        server.signal(signal);
    }
    until_refused(&server).await;
    slow.write_all(b"}").await.expect("still open");
    let mut answer = String::new();
    slow.read_to_string(&mut answer)
        .await
        .expect("an answer, then the end");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert!(server.end().success());
}

#[tokio::test]
async fn a_realtime_stream_is_closed_with_going_away() {
    let mut server = sandbox(&[], &[]);
    let key = server.key(0, "events");
    let ticket = server.ask("POST", key, "/realtime/ticket", None).await.json;
    let url = ticket["url"].as_str().expect("a url");
    let (mut stream, _) = tokio_tungstenite::connect_async(url)
        .await
        .expect("a stream");
    server.signal("TERM");
    let closing = async {
        loop {
            let message = stream.next().await.expect("a close frame");
            if let Message::Close(frame) = message.expect("a frame") {
                return frame.expect("with a code").code;
            }
        }
    };
    let code = tokio::time::timeout(PATIENCE, closing)
        .await
        .expect("in time");
    assert_eq!(code, CloseCode::Away);
    assert!(server.end().success());
}

/// `systemctl reload` and logrotate send it, whether or not there is a certificate.
#[tokio::test]
async fn sighup_without_a_certificate_ends_nothing() {
    let mut server = sandbox(&[], &[]);
    server.signal("HUP");
    server
        .until_logged("there is no certificate to read again")
        .await;
    let health = format!("{}/healthz", server.origin());
    let answer = http().get(&health).send().await.expect("an answer");
    assert!(answer.status().is_success());
    server.signal("TERM");
    assert!(server.end().success());
}
