//! Validity of tokens.

use super::{ask, refused};
use crate::support::{Ask, Frontend, Gateway, ISSUER, Key, SigningKey, claims, seconds};
use groupdesk::gateway::auth::Login;
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// Valid claims of a member of the first organization.
fn member(gateway: &Gateway) -> Value {
    claims(&gateway.organization(0), "member")
}

/// Valid claims with some of them replaced; `null` removes one.
fn with(gateway: &Gateway, changes: &Value) -> Value {
    let mut claims = member(gateway);
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    claims
}

#[tokio::test]
async fn valid_tokens_of_each_algorithm_are_accepted() {
    let keys = [
        SigningKey::ed25519("ed"),
        SigningKey::p256("ec"),
        SigningKey::rsa("rsa", 2048),
    ];
    let frontend = Frontend::start(&keys.each_ref()).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    for key in &keys {
        let listed = ask(&gateway, &key.token(&member(&gateway))).await.ok(200);
        assert!(!listed["data"].as_array().unwrap().is_empty());
        // The only key of its algorithm needs no key id.
        let header = json!({ "alg": key.algorithm() });
        let unnamed = key.token_with(&header, &member(&gateway));
        ask(&gateway, &unnamed).await.ok(200);
    }
    assert_eq!(frontend.asked(), 1);
}

#[tokio::test]
async fn every_invalid_token_gets_the_same_answer_and_the_log_has_the_reason() {
    let key = SigningKey::ed25519("ed");
    let (p256, stranger) = (SigningKey::p256("ec"), SigningKey::ed25519("ed"));
    let frontend = Frontend::start(&[&key, &p256]).await;
    let trap = Frontend::start(&[&stranger]).await;
    let log = Log::default();
    // Without a second subscriber, tracing caches a callsite that another test's thread reaches first as
    // disabled, and its lines would be missing here.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _capturing = tracing::subscriber::set_default(
        tracing_subscriber::fmt()
            .with_writer(log.clone())
            .with_max_level(tracing::Level::TRACE)
            .finish(),
    );
    let gateway = Gateway::with_login(frontend.login()).await;
    let good = member(&gateway);
    let header = |changes: &Value| {
        let mut header = key.header();
        let changes = changes.as_object().unwrap().clone();
        header.as_object_mut().unwrap().extend(changes);
        header
    };
    let changed = |changes: &Value| key.token(&with(&gateway, changes));
    let own = key.token(&good);
    ask(&gateway, &own).await.ok(200);
    let parts = |token: &str| -> Vec<String> { token.split('.').map(str::to_owned).collect() };
    let (mine, other) = (parts(&own), parts(&changed(&json!({ "sub": "another" }))));

    let table = [
        (
            "alg none",
            key.token_with(&json!({ "alg": "none", "kid": "ed" }), &good),
            "no readable header",
        ),
        (
            "HMAC with the public key",
            key.hmac_token(&json!({ "alg": "HS256", "kid": "ed" }), &good),
            "an algorithm that is not accepted",
        ),
        (
            "an algorithm of another key",
            key.token_with(&header(&json!({ "alg": "ES256" })), &good),
            "no trusted key",
        ),
        (
            "RSA's other padding",
            key.token_with(&header(&json!({ "alg": "PS256" })), &good),
            "an algorithm that is not accepted",
        ),
        (
            "another issuer",
            changed(&json!({ "iss": "https://evil.example" })),
            "another issuer",
        ),
        (
            "no issuer",
            changed(&json!({ "iss": null })),
            "a claim is missing",
        ),
        (
            "several issuers",
            changed(&json!({ "iss": [ISSUER, "https://evil.example"] })),
            "a claim is missing",
        ),
        (
            "another audience",
            changed(&json!({ "aud": "https://other.example" })),
            "another audience",
        ),
        (
            "no audience",
            changed(&json!({ "aud": null })),
            "a claim is missing",
        ),
        (
            "expired",
            changed(&json!({ "exp": seconds(-60) })),
            "expired",
        ),
        (
            "never expires",
            changed(&json!({ "exp": null })),
            "a claim is missing",
        ),
        (
            "expires in words",
            changed(&json!({ "exp": "tomorrow" })),
            "a claim is missing",
        ),
        (
            "not yet valid",
            changed(&json!({ "nbf": seconds(60) })),
            "not valid yet",
        ),
        (
            "no sub",
            changed(&json!({ "sub": null })),
            "a claim is missing",
        ),
        ("empty sub", changed(&json!({ "sub": "" })), "the subject"),
        (
            "an organization that cannot be",
            changed(&json!({ "activeOrganizationId": "a b" })),
            "activeOrganizationId",
        ),
        (
            "the signature of another token",
            format!("{}.{}.{}", mine[0], mine[1], other[2]),
            "the signature",
        ),
        (
            "the claims of another token",
            format!("{}.{}.{}", mine[0], other[1], mine[2]),
            "the signature",
        ),
        (
            "a stranger's key under a known id",
            stranger.token(&good),
            "the signature",
        ),
        (
            "a key in the header",
            stranger.token_with(&header(&json!({ "jwk": stranger.jwk() })), &good),
            "the signature",
        ),
        (
            "addresses of keys in the header",
            stranger.token_with(
                &header(&json!({ "jku": trap.url(), "x5u": trap.url() })),
                &good,
            ),
            "the signature",
        ),
        (
            "an extension that must be understood",
            key.token_with(&header(&json!({ "crit": ["b64"], "b64": false })), &good),
            "crit",
        ),
        (
            "64 KiB",
            changed(&json!({ "more": "x".repeat(64 * 1024) })),
            "longer than 8192 bytes",
        ),
        ("no JSON", "a.b.c".to_owned(), "no readable header"),
        ("no base64", "wa_1.*.*".to_owned(), "no readable header"),
    ];
    for (what, token, reason) in &table {
        log.clear();
        refused(&ask(&gateway, token).await, what);
        let logged = log.text();
        assert!(
            logged.contains("a login was refused") && logged.contains(reason),
            "{what}: {logged}"
        );
        // Short parts may occur in the log by chance.
        for part in parts(token).iter().filter(|part| part.len() > 8) {
            assert!(!logged.contains(part), "{what}: the log holds the token");
        }
    }
    assert_eq!(trap.asked(), 0, "a header selects the key set's address");
    // Clocks may differ a little.
    for close in [json!({ "exp": seconds(-5) }), json!({ "nbf": seconds(5) })] {
        ask(&gateway, &changed(&close)).await.ok(200);
    }
}

#[tokio::test]
async fn other_header_fields_of_a_valid_token_are_ignored() {
    let (key, stranger) = (SigningKey::ed25519("ed"), SigningKey::p256("other"));
    let frontend = Frontend::start(&[&key]).await;
    let trap = Frontend::start(&[&stranger]).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    let mut header = key.header();
    header["jwk"] = stranger.jwk();
    header["jku"] = json!(trap.url());
    header["x5u"] = json!(trap.url());
    let token = key.token_with(&header, &member(&gateway));
    ask(&gateway, &token).await.ok(200);
    assert_eq!(trap.asked(), 0);
}

#[tokio::test]
async fn rsa_keys_need_2048_bits() {
    let short = SigningKey::rsa("rsa", 1024);
    let frontend = Frontend::start(&[&short]).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    let token = short.token(&member(&gateway));
    refused(&ask(&gateway, &token).await, "1024 bits");
}

#[tokio::test]
async fn the_audience_may_be_configured_and_be_one_of_several() {
    let key = SigningKey::ed25519("ed");
    let frontend = Frontend::start(&[&key]).await;
    let gateway = Gateway::with_login(Login {
        audience: Some("groupdesk".to_owned()),
        ..frontend.login()
    })
    .await;
    for audience in [json!("groupdesk"), json!(["other", "groupdesk"])] {
        let token = key.token(&with(&gateway, &json!({ "aud": audience })));
        ask(&gateway, &token).await.ok(200);
    }
    for audience in [json!(ISSUER), json!([]), json!(["other"])] {
        let token = key.token(&with(&gateway, &json!({ "aud": audience })));
        refused(&ask(&gateway, &token).await, &audience.to_string());
    }
}

#[tokio::test]
async fn a_refused_login_is_never_tried_as_a_key_and_logins_can_be_disabled() {
    let key = SigningKey::ed25519("ed");
    let frontend = Frontend::start(&[&key]).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    let expired = key.token(&with(&gateway, &json!({ "exp": seconds(-60) })));
    let both = Ask::get(super::SESSIONS)
        .login(&expired)
        .header("x-api-key", Key::All.secret());
    refused(&both.to(&gateway).await, "a good key beside a bad login");
    // A login is a bearer; in the key's header it is not accepted.
    let good = key.token(&member(&gateway));
    let as_key = Ask::get(super::SESSIONS)
        .key(Key::None)
        .header("x-api-key", &good);
    refused(&as_key.to(&gateway).await, "a login in x-api-key");
    ask(&gateway, &good).await.ok(200);

    let closed = Gateway::start().await;
    refused(&ask(&closed, &good).await, "no login configured");
}

/// The engine's log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
