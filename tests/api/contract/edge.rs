//! Rules for every request: paths, methods, credentials, connections.

use crate::contract::table::{NO_MEMBER, endpoints};
use crate::support::{Ask, Gateway, Key, RawClient};

#[tokio::test]
async fn unknown_paths_are_not_found_with_or_without_credentials() {
    let gateway = Gateway::start().await;
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/sessions",
        "/api/v1/sessions/",
        "/api/v1//sessions",
        "/api/v1/sessions/x:fly",
        "/api/v1/nothing?ticket=1",
        "/API/V1/sessions",
        "/%00",
        "/%zz",
        // A proxy's rule for a path must apply to every spelling that is served.
        "/%6detrics",
        "/%6Detrics",
        "/healt%68z",
        "/api/v1/%73essions",
        "/api/v1/sessions/x/%67roups",
        "//metrics",
        "/metrics/",
        "/METRICS",
        "/metrics;x",
    ] {
        for key in [Key::None, Key::All] {
            let reply = Ask::new("GET", path).key(key).to(&gateway).await;
            reply.error(404, "not_found");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_the_allowed_ones() {
    let gateway = Gateway::start().await;
    let session = gateway.session("Support line");
    for (method, path, allow) in [
        ("PUT", "/api/v1/sessions", "GET, HEAD, POST"),
        ("PUT", "/api/v1/sessions/{s}", "GET, HEAD, PATCH, DELETE"),
        ("GET", "/api/v1/sessions/{s}:start", "POST"),
        ("OPTIONS", "/api/v1/sessions/{s}/groups:join", "POST"),
        (
            "POST",
            "/api/v1/sessions/{s}/groups/1@g.us/invite",
            "GET, HEAD, DELETE",
        ),
        ("GET", "/api/v1/realtime/ticket", "POST"),
        ("DELETE", "/healthz", "GET, HEAD"),
        ("BREW", "/api/v1/keys", "GET, HEAD, POST"),
    ] {
        let reply = Ask::new(method, &path.replace("{s}", &session))
            .to(&gateway)
            .await;
        assert_eq!(reply.header("allow"), allow, "{method} {path}");
        reply.error(405, "validation_error");
    }
    // Every path of the contract refuses at least one method.
    for endpoint in endpoints() {
        let path = endpoint
            .path
            .replace("{g}", "1@g.us")
            .replace("{m}", NO_MEMBER);
        let reply = Ask::new("TRACE", &format!("/api/v1{path}"))
            .to(&gateway)
            .await;
        assert!(reply.header("allow").contains(endpoint.method));
        reply.error(405, "validation_error");
    }
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let gateway = Gateway::start().await;
    let path = gateway.support();
    let get = gateway.get(&path).await;
    let head = Ask::new("HEAD", &path).to(&gateway).await;
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), get.text.len().to_string());
    assert_eq!(Ask::new("HEAD", "/none").to(&gateway).await.status, 404);
}

#[tokio::test]
async fn an_api_key_is_accepted_as_a_bearer_or_in_its_own_header() {
    let gateway = Gateway::start().await;
    let ask = || Ask::get("/api/v1/sessions").key(Key::None);
    let secret = Key::Read.secret();
    for (name, value) in [
        ("authorization", format!("Bearer {secret}")),
        ("authorization", format!("bEaReR  {secret}")),
        ("x-api-key", secret.to_owned()),
    ] {
        ask().header(name, &value).to(&gateway).await.ok(200);
    }
    for (name, value) in [
        ("authorization", secret.to_owned()),
        ("authorization", format!("Basic {secret}")),
        ("authorization", "Bearer".to_owned()),
        ("authorization", format!("Bearer {}", secret.to_uppercase())),
        ("authorization", format!("Bearer {secret}x")),
        ("authorization", format!("Bearer {}", "x".repeat(4096))),
        ("x-api-key", format!("Bearer {secret}")),
    ] {
        ask()
            .header(name, &value)
            .to(&gateway)
            .await
            .error(401, "unauthorized");
    }
}

#[tokio::test]
async fn both_spellings_of_a_jid_are_equal() {
    let gateway = Gateway::start().await;
    let raw = gateway.support_group("Weekend Volunteers");
    let encoded = raw.replace('@', "%40");
    let hex = raw.replace("@g", "%40%67");
    let group = gateway.get(&raw).await.ok(200);
    assert_eq!(gateway.get(&encoded).await.ok(200), group);
    assert_eq!(gateway.get(&hex).await.ok(200), group);
    for path in ["/members", "/invite"] {
        assert_eq!(
            gateway.get(&format!("{raw}{path}")).await.ok(200),
            gateway.get(&format!("{encoded}{path}")).await.ok(200)
        );
    }
}

#[tokio::test]
async fn every_answer_has_a_unique_request_id() {
    let gateway = Gateway::start().await;
    let ask = || Ask::get("/healthz").header("x-request-id", "mine");
    let first = ask().to(&gateway).await.header("x-request-id");
    let second = ask().to(&gateway).await.header("x-request-id");
    assert_ne!(first, second);
    assert_ne!(first, "mine");
}

#[tokio::test]
async fn a_connection_survives_errors() {
    let gateway = Gateway::start().await;
    let mut client = RawClient::connect(&gateway).await;
    let key = format!("host: x\r\nx-api-key: {}\r\n", Key::All.secret());
    let body = "content-length: 20\r\n\r\n{\"name\": 1, \"oh\": no";
    let path = gateway.support_group("Weekend Volunteers");
    for (request, status) in [
        (format!("GET /none HTTP/1.1\r\n{key}\r\n"), 404),
        (format!("PUT /healthz HTTP/1.1\r\n{key}{body}"), 405),
        (format!("PATCH {path} HTTP/1.1\r\nhost: x\r\n{body}"), 401),
        (format!("PATCH {path} HTTP/1.1\r\n{key}{body}"), 400),
        (
            format!(
                "PATCH {path}x HTTP/1.1\r\n{key}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n0\r\n\r\n"
            ),
            400,
        ),
        (format!("GET {path} HTTP/1.1\r\n{key}{body}"), 200),
        (format!("GET /api/v1/sessions HTTP/1.1\r\n{key}\r\n"), 200),
    ] {
        assert_eq!(client.ask(&request).await.status, status, "{request}");
    }
}

#[tokio::test]
async fn http_1_0_and_missing_hosts_are_served() {
    let gateway = Gateway::start().await;
    let mut client = RawClient::connect(&gateway).await;
    let reply = client.ask("GET /healthz HTTP/1.0\r\n\r\n").await;
    assert_eq!(reply.status, 200);
    client.closed().await;
}

#[tokio::test]
async fn unusual_request_lines_get_the_same_kind_of_answer() {
    let gateway = Gateway::start().await;
    for (line, status) in [
        ("GET /api/v1/sessions/é HTTP/1.1", 401),
        ("GET /api/v1/sess\u{fffd}ions HTTP/1.1", 404),
        ("GET http://example.com/healthz HTTP/1.1", 200),
        ("OPTIONS * HTTP/1.1", 404),
        ("CONNECT example.com:80 HTTP/1.1", 404),
        ("GET /healthz?ticket=%FF&=&& HTTP/1.1", 200),
        ("GET /api/v1/sessions/../../healthz HTTP/1.1", 404),
        ("GET /./metrics HTTP/1.1", 404),
        ("GET /api/../metrics HTTP/1.1", 404),
        ("GET //metrics HTTP/1.1", 404),
        ("GET /metrics/ HTTP/1.1", 404),
        ("CONNECT localhost/metrics HTTP/1.1", 400),
        ("GET /api/v1/sessions/%2e%2e/keys HTTP/1.1", 404),
        ("GET /api/v1/sessions/a%2fgroups HTTP/1.1", 401),
        ("get /healthz HTTP/1.1", 405),
    ] {
        let mut client = RawClient::connect(&gateway).await;
        let reply = client.ask(&format!("{line}\r\nhost: x\r\n\r\n")).await;
        assert_eq!(reply.status, status, "{line}: {reply:?}");
        assert!(reply.head.contains("x-request-id: "), "{line}");
        if status != 200 {
            assert!(reply.json["error"]["code"].is_string(), "{line}");
        }
    }
}

#[tokio::test]
async fn metrics_are_local_however_the_target_is_spelled() {
    let gateway = Gateway::start().await;
    let local = gateway.address();
    for (target, host, status) in [
        ("/metrics", local.as_str(), 200),
        (&format!("http://{local}/metrics"), local.as_str(), 200),
        ("http://gateway.example.com/metrics", local.as_str(), 401),
        ("http://gateway.example.com/metrics", "localhost", 401),
        ("http://user@localhost/metrics", "localhost", 401),
        (
            &format!("http://{local}/metrics"),
            "gateway.example.com",
            401,
        ),
        ("/metrics?a=b", "gateway.example.com", 401),
        ("http://localhost/%6detrics", "localhost", 404),
    ] {
        let mut client = RawClient::connect(&gateway).await;
        let request = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n\r\n");
        let reply = client.ask(&request).await;
        assert_eq!(reply.status, status, "{target} {host}");
    }
}

#[tokio::test]
async fn a_request_needs_exactly_one_valid_host() {
    let gateway = Gateway::start().await;
    for hosts in [
        "host: localhost\r\nhost: localhost",
        "host: localhost\r\nHost: gateway.example.com",
        "host: user@localhost",
        "host: local host",
        "host: localhost/metrics",
        "host: localhost, gateway.example.com",
    ] {
        for path in ["/metrics", "/healthz", "/api/v1/sessions", "/none"] {
            let mut client = RawClient::connect(&gateway).await;
            let key = Key::All.secret();
            let reply = client
                .ask(&format!(
                    "GET {path} HTTP/1.1\r\n{hosts}\r\nx-api-key: {key}\r\n\r\n"
                ))
                .await;
            assert_eq!(reply.status, 400, "{hosts} {path} {reply:?}");
            assert_eq!(reply.json["error"]["code"], "validation_error");
            client.closed().await;
        }
    }
}

#[tokio::test]
async fn a_truncated_body_changes_nothing() {
    let gateway = Gateway::start().await;
    let mut client = RawClient::connect(&gateway).await;
    let path = gateway.support_group("Weekend Volunteers");
    client
        .write(
            format!(
                "PATCH {path} HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\ncontent-length: 20\r\n\r\n{{\"subject\":",
                Key::All.secret()
            )
            .as_bytes(),
        )
        .await;
    drop(client);
    let group = gateway.get(&path).await.ok(200);
    assert_eq!(group["subject"], "Weekend Volunteers");
}
