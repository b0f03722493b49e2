//! Invalid answers: cut short, no JSON, the page of another server, a redirect, endless.

use super::server::{Act, Server, answer};
use super::{GROUP, KEY, SESSION, client, hasty};
use groupdesk::api::SettingsPatch;
use groupdesk::client::{ClientError, Limits};
use groupdesk::console::failure::{CallFailure, FailureContext, FailureKind};
use std::time::Instant;

const LOGIN: &str = "<!doctype html>\n<html><form><input type=\"password\"></form></html>";

fn patch() -> SettingsPatch {
    SettingsPatch {
        subject: Some("New".to_owned()),
        ..SettingsPatch::default()
    }
}

#[tokio::test]
async fn a_closed_port_means_that_nothing_was_sent() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let error = client(&base, hasty())
        .reset_invite(SESSION, GROUP)
        .await
        .unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(_)), "{error:?}");
    assert!(!error.is_unconfirmed());
}

#[tokio::test]
async fn a_gateway_that_hangs_at_any_point_times_out() {
    for said in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{\"invite\": ",
    ] {
        let server = Server::start(vec![Act::SayAndHang(said.into())]).await;
        let began = Instant::now();
        let outcome = client(&server.base, hasty())
            .reset_invite(SESSION, GROUP)
            .await;
        let limit = hasty().live;
        assert_eq!(outcome, Err(ClientError::TimedOut(limit)), "after {said:?}");
        assert!(began.elapsed() < limit * 10);
        assert!(outcome.unwrap_err().is_unconfirmed());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_truncated_answer_is_lost_and_the_change_not_sent_again() {
    let reset = || Act::Close;
    for act in [
        reset(),
        Act::Say(b"HTTP/1.1 20".to_vec()),
        Act::Say(b"HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"invite\": \"https".to_vec()),
        Act::Say(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{\"invite\"\r\n".to_vec(),
        ),
    ] {
        let server = Server::start(vec![act]).await;
        let client = client(&server.base, hasty());
        let error = client.reset_invite(SESSION, GROUP).await.unwrap_err();
        assert!(matches!(error, ClientError::Lost(_)), "{error:?}");
        assert!(error.is_unconfirmed());
        let error = client
            .update_settings(SESSION, GROUP, &patch())
            .await
            .unwrap_err();
        assert!(matches!(error, ClientError::Lost(_)), "{error:?}");
        let methods: Vec<String> = (server.requests().iter())
            .map(|request| request.split(' ').next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(methods, ["DELETE", "PATCH"]);
    }
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_no_success() {
    for body in [
        "",
        "ok",
        "{\"invite\": ",
        "[]",
        "null",
        "{\"invite\": 1}",
        "\u{feff}{}",
    ] {
        let server = Server::saying(answer(200, "", body)).await;
        let error = client(&server.base, hasty())
            .reset_invite(SESSION, GROUP)
            .await
            .unwrap_err();
        assert!(
            matches!(error, ClientError::NotTheContract { status: 200, .. }),
            "{body:?}: {error:?}"
        );
        assert!(error.is_unconfirmed(), "a success with an unreadable body");
    }
}

#[tokio::test]
async fn a_login_page_instead_of_the_gateway_is_reported_for_every_call() {
    let server = Server::saying(answer(200, "content-type: text/html\r\n", LOGIN)).await;
    let client = client(&server.base, hasty());
    let shows_no_page = |error: ClientError| {
        let sentence = CallFailure::from(error).sentence(&FailureContext::default());
        assert!(
            sentence.contains("this looks like a login page, not a gateway"),
            "{sentence}"
        );
        assert!(!sentence.contains('<'), "{sentence}");
    };
    shows_no_page(client.list_sessions().await.unwrap_err());
    shows_no_page(client.invite(SESSION, GROUP).await.unwrap_err());
    // The page is not a 204: nothing was saved, and it must not be reported as saved.
    let error = client
        .update_settings(SESSION, GROUP, &patch())
        .await
        .unwrap_err();
    assert!(!error.is_unconfirmed(), "{error:?}");
    shows_no_page(error);
    shows_no_page(client.leave(SESSION, GROUP).await.unwrap_err());
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_not_sent() {
    let other = Server::saying(answer(200, "", "{\"data\": []}")).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/api/v1/sessions?x=1\r\n", other.base);
        let server = Server::saying(answer(status, &location, "")).await;
        let error = client(&server.base, hasty())
            .list_sessions()
            .await
            .unwrap_err()
            .to_string();
        let expected = format!(
            "it redirects to {}, and the key is not sent there",
            other.base
        );
        assert!(error.contains(&expected), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
    assert!(other.requests().is_empty());
    // Not to the same host either: a redirected change would become a read.
    let server = Server::saying(answer(302, "location: /login\r\n", "")).await;
    let error = client(&server.base, hasty())
        .reset_invite(SESSION, GROUP)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("redirects elsewhere"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn fifty_mebibytes_are_refused_before_they_are_read() {
    let length = 50 << 20;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    let flood = Act::Flood(head.into_bytes(), vec![b' '; 64 << 10]);
    let server = Server::start(vec![flood]).await;
    let error = client(&server.base, Limits::default())
        .list_groups(SESSION)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("larger than"), "{error}");
    // At most what the sockets had buffered before they were closed.
    assert!(server.sent() < 32 << 20, "{} bytes", server.sent());
}

#[tokio::test]
async fn an_endless_answer_is_aborted_at_the_limit() {
    let limits = Limits {
        body: 1 << 20,
        ..Limits::default()
    };
    for head in [
        // No `Content-Length`.
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 500 Oh\r\nconnection: close\r\n\r\n",
    ] {
        let server = Server::start(vec![Act::Flood(head.into(), vec![b'['; 64 << 10])]).await;
        let error = client(&server.base, limits)
            .list_groups(SESSION)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("larger than"), "{error}");
        assert!(server.sent() < 32 << 20, "{} bytes", server.sent());
    }
}

#[tokio::test]
async fn an_endless_head_is_aborted_and_the_connection_closed() {
    let again = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000);
    let server = Server::start(vec![Act::Flood(Vec::new(), again)]).await;
    let outcome = client(&server.base, hasty()).list_groups(SESSION).await;
    assert_eq!(outcome, Err(ClientError::TimedOut(hasty().stored)));
    while server.ended() == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_listing_beyond_the_row_limit_is_aborted() {
    let rows = |count: usize| {
        let row = r#"{"groupJid":"1@g.us"}"#;
        format!(
            "{{\"data\": [{row}{}]}}",
            format!(",{row}").repeat(count - 1)
        )
    };
    for (count, fits) in [(300_000, true), (300_001, false)] {
        let server = Server::saying(answer(200, "", &rows(count))).await;
        let limits = Limits {
            stored: std::time::Duration::from_mins(5),
            ..Limits::default()
        };
        let outcome = client(&server.base, limits).list_groups(SESSION).await;
        assert_eq!(outcome.is_ok(), fits, "{count}");
    }
}

#[tokio::test]
async fn the_answer_to_a_change_has_a_small_limit() {
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    let server = Server::start(vec![Act::Flood(head.into(), vec![b' '; 64 << 10])]).await;
    let error = client(&server.base, Limits::default())
        .reset_invite(SESSION, GROUP)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("larger than 1048576 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_listing_with_repeated_or_endless_cursors_is_aborted() {
    let page = |cursor: &str| {
        let body = format!("{{\"data\": [], \"nextCursor\": \"{cursor}\"}}");
        Act::Say(answer(200, "", &body))
    };
    let server = Server::start(vec![page("a"), page("b"), page("a")]).await;
    let error = client(&server.base, hasty())
        .list_groups(SESSION)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
    assert_eq!(server.requests().len(), 3);

    // New cursors each time, and slightly more than the limit of the whole listing.
    let limits = Limits {
        body: 1_000,
        ..hasty()
    };
    let padding = " ".repeat(900);
    let pages = (0..20)
        .map(|number| page(&format!("{number}{padding}")))
        .collect();
    let server = Server::start(pages).await;
    let error = client(&server.base, limits)
        .list_groups(SESSION)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("does not end"), "{error}");
    assert!(server.requests().len() < 10);
}

#[tokio::test]
async fn deeply_nested_json_is_harmless() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    for (body, status) in [
        (deep(200_000), 200),
        (format!("{{\"invite\": {}}}", deep(100_000)), 200),
        (
            format!(
                "{{\"error\": {{\"code\": \"internal\", \"details\": {{\"a\": {}}}}}}}",
                deep(20_000)
            ),
            500,
        ),
    ] {
        let server = Server::saying(answer(status, "", &body)).await;
        let error = client(&server.base, Limits::default())
            .invite(SESSION, GROUP)
            .await
            .unwrap_err();
        assert!(
            matches!(error, ClientError::NotTheContract { .. }),
            "{error:?}"
        );
    }
    // In a field that the client ignores it does no harm.
    let body = format!(
        "{{\"invite\": \"https://chat.whatsapp.com/AbCdEf1234567890XyZ12\", \"extra\": {}}}",
        deep(100)
    );
    let server = Server::saying(answer(200, "", &body)).await;
    assert!(
        client(&server.base, hasty())
            .invite(SESSION, GROUP)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn escape_sequences_and_long_texts_of_a_refusal_are_removed() {
    let evil = "\\u001b]0;owned\\u0007\\u001b[2J\\u202e\\u009b1;1H";
    let long = "x".repeat(30_000);
    let body = format!(
        "{{\"error\": {{\"code\": \"c{evil}\", \"message\": \"m{evil}{long}\", \"details\": \
         {{\"reason\": \"r{evil}\", \"capability\": \"p{evil}\", \
         \"errors\": [{{\"field\": \"f{evil}\", \"message\": \"n{evil}\"}}]}}}}}}"
    );
    for status in [400, 403, 429, 500, 503] {
        let server = Server::saying(answer(status, "x-request-id: abc\u{202e}\r\n", &body)).await;
        let error = client(&server.base, hasty())
            .invite(SESSION, GROUP)
            .await
            .unwrap_err();
        let shown = error.to_string();
        let failure = CallFailure::from(error);
        let context = FailureContext::default();
        for text in [shown, failure.sentence(&context), failure.in_full(&context)] {
            let clean =
                |c: char| c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
            assert!(text.chars().all(clean), "{status}: {text:?}");
            assert!(text.chars().count() < 5_000, "{status}");
        }
    }
}

#[tokio::test]
async fn an_error_of_a_proxy_means_that_the_gateway_is_away() {
    let page = "<html><h1>502 Bad Gateway</h1></html>";
    for status in [502, 503, 504] {
        let server = Server::saying(answer(status, "", page)).await;
        let error = client(&server.base, hasty())
            .reset_invite(SESSION, GROUP)
            .await
            .unwrap_err();
        // Proxies also answer 503 if the connection broke after the request was sent.
        assert!(error.is_unconfirmed(), "{error:?}");
        assert_eq!(CallFailure::from(error).kind, FailureKind::GatewayAway);
    }
}

#[tokio::test]
async fn the_key_is_in_no_error_message() {
    let body = format!("who are you, {KEY}?");
    let server = Server::start(vec![Act::Close, Act::Say(answer(200, "", &body))]).await;
    let client = client(&server.base, hasty());
    let error = client.invite(SESSION, GROUP).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(KEY));
    assert!(
        server.requests()[0].contains(KEY),
        "it was sent as a header"
    );
    // A server that echoes the key knows it anyway, but it must not reach the screen and the log.
    let error = client.invite(SESSION, GROUP).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains(KEY));
}

#[tokio::test]
async fn an_unresponsive_address_times_out_and_nothing_was_sent() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    // The listener never accepts, and its backlog holds one connection.
    let hole = socket.listen(0).unwrap();
    let address = hole.local_addr().unwrap();
    let _waiting = tokio::net::TcpStream::connect(address).await.unwrap();
    let limits = Limits {
        connect: std::time::Duration::from_millis(200),
        live: std::time::Duration::from_mins(1),
        ..hasty()
    };
    let began = Instant::now();
    let error = client(&format!("http://{address}"), limits)
        .reset_invite(SESSION, GROUP)
        .await
        .unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(_)), "{error:?}");
    assert!(!error.is_unconfirmed());
    assert!(began.elapsed() < limits.live / 2);
}
