//! Invalid and oversized HTTP is refused with the contract's error body too.

use crate::support::{Gateway, RawClient};

#[tokio::test]
async fn invalid_http_is_refused_with_the_contracts_body() {
    let gateway = Gateway::start().await;
    let long = "x".repeat(200_000);
    let many = "h: x\r\n".repeat(200);
    let table = [
        ("nonsense", "nonsense\r\n\r\n".to_owned(), "not valid"),
        ("no version", "GET /healthz\r\n\r\n".to_owned(), "not valid"),
        (
            "a version that never was",
            "GET /healthz HTTP/7.0\r\n\r\n".to_owned(),
            "not valid",
        ),
        (
            "a header without a colon",
            "GET /healthz HTTP/1.1\r\nhost\r\n\r\n".to_owned(),
            "not valid",
        ),
        (
            "a control character in a header",
            "GET /healthz HTTP/1.1\r\nhost: a\u{1}b\r\n\r\n".to_owned(),
            "not valid",
        ),
        (
            "a length that is no number",
            "POST /api/v1/sessions HTTP/1.1\r\ncontent-length: many\r\n\r\n".to_owned(),
            "not valid",
        ),
        (
            "two lengths",
            "POST /api/v1/sessions HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"
                .to_owned(),
            "not valid",
        ),
        (
            "the beginning of TLS",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n".to_owned(),
            "not valid",
        ),
        (
            "HTTP/2",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
            "not valid",
        ),
        (
            "HTTP/2 with what follows",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0".to_owned(),
            "not valid",
        ),
        (
            "a huge header",
            format!("GET /healthz HTTP/1.1\r\nx: {long}\r\n\r\n"),
            "128 KiB",
        ),
        (
            "two hundred headers",
            format!("GET /healthz HTTP/1.1\r\n{many}\r\n"),
            "headers",
        ),
        (
            "a huge URL",
            format!("GET /{} HTTP/1.1\r\n\r\n", &long[..70_000]),
            "URL",
        ),
    ];
    for (what, request, fault) in table {
        let mut client = RawClient::connect(&gateway).await;
        let reply = client.ask(&request).await;
        assert_eq!(reply.status, 400, "{what}: {reply:?}");
        let error = &reply.json["error"];
        assert_eq!(error["code"], "validation_error", "{what}: {reply:?}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(fault), "{what}: {message}");
        for header in [
            "x-request-id: ",
            "content-type: application/json",
            "x-content-type-options: nosniff",
        ] {
            assert!(reply.head.contains(header), "{what}: {}", reply.head);
        }
        client.closed().await;
    }
}

#[tokio::test]
async fn http_2_is_refused_in_pieces_and_after_a_request_too() {
    let gateway = Gateway::start().await;
    let good = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    for (before, pieces) in [
        ("", vec!["P", "RI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]),
        ("", vec!["PRI * HTTP/", "2.0\r\n\r\nSM\r\n\r\n"]),
        (good, vec![preface]),
        (good, vec!["PRI * HTTP/", "2.0\r\n\r\nSM\r\n\r\n"]),
    ] {
        let mut client = RawClient::connect(&gateway).await;
        if !before.is_empty() {
            assert_eq!(client.ask(before).await.status, 200);
        }
        for piece in &pieces {
            client.write(piece.as_bytes()).await;
        }
        let reply = client.read().await;
        assert_eq!(reply.status, 400, "{pieces:?}");
        assert_eq!(reply.json["error"]["code"], "validation_error");
        client.closed().await;
    }
}

#[tokio::test]
async fn earlier_requests_are_answered_first() {
    let gateway = Gateway::start().await;
    let mut client = RawClient::connect(&gateway).await;
    let good = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    client
        .write(format!("{good}{good}nonsense\r\n\r\n").as_bytes())
        .await;
    for status in [200, 200, 400] {
        let reply = client.read().await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert!(reply.head.contains("x-request-id: "), "{}", reply.head);
    }
    client.closed().await;
}
