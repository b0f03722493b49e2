//! How the gateway follows the frontend's key set.

use super::{ask, refused};
use crate::support::{
    Answer, Ask, Frontend, Gateway, ISSUER, RawClient, SigningKey, claims, key_set,
};
use groupdesk::gateway::auth::Login;
use groupdesk::gateway::auth::login::KeySource;
use serde_json::json;

fn member(gateway: &Gateway, key: &SigningKey) -> String {
    key.token(&claims(&gateway.organization(0), "member"))
}

#[tokio::test]
async fn an_unknown_key_id_causes_one_fetch_and_no_second() {
    let (old, new) = (SigningKey::ed25519("old"), SigningKey::p256("new"));
    let frontend = Frontend::start(&[&old]).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    assert_eq!(frontend.asked(), 0, "keys are fetched on demand");
    ask(&gateway, &member(&gateway, &old)).await.ok(200);
    assert_eq!(frontend.asked(), 1);

    // The frontend rotates its key: one fetch finds the new one, and the old one is invalid.
    frontend.publish(&[&new]);
    ask(&gateway, &member(&gateway, &old)).await.ok(200);
    ask(&gateway, &member(&gateway, &new)).await.ok(200);
    assert_eq!(frontend.asked(), 2);
    refused(
        &ask(&gateway, &member(&gateway, &old)).await,
        "a key rotated away",
    );
    for _ in 0..3 {
        let unknown = member(&gateway, &SigningKey::ed25519("unknown"));
        refused(&ask(&gateway, &unknown).await, "an unknown key");
    }
    assert_eq!(frontend.asked(), 2, "at most once a minute");
}

#[tokio::test]
async fn the_old_set_is_used_while_the_frontend_is_down() {
    let key = SigningKey::ed25519("ed");
    for down in [
        Answer::Text(500, "no".to_owned()),
        Answer::Text(200, "<html>Sign in</html>".to_owned()),
        Answer::Text(
            200,
            format!("{{\"keys\": [], \"x\": \"{}\"}}", "x".repeat(300_000)),
        ),
    ] {
        let frontend = Frontend::start(&[&key]).await;
        let gateway = Gateway::with_login(frontend.login()).await;
        ask(&gateway, &member(&gateway, &key)).await.ok(200);
        frontend.say(down.clone());
        let unknown = member(&gateway, &SigningKey::ed25519("unknown"));
        refused(&ask(&gateway, &unknown).await, "an unknown key");
        assert_eq!(frontend.asked(), 2);
        let still = ask(&gateway, &member(&gateway, &key)).await;
        assert_eq!(still.status, 200, "{down:?}");
    }
}

#[tokio::test]
async fn the_old_set_is_used_while_the_frontend_does_not_answer() {
    let key = SigningKey::ed25519("ed");
    let unknown = SigningKey::ed25519("unknown");
    let frontend = Frontend::start(&[&key]).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    ask(&gateway, &member(&gateway, &key)).await.ok(200);
    // It accepts the request and never answers.
    frontend.hold();
    let mut stranger = RawClient::connect(&gateway).await;
    let request = format!(
        "GET /api/v1/sessions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        member(&gateway, &unknown)
    );
    stranger.write(request.as_bytes()).await;
    frontend.until_asked(2).await;
    ask(&gateway, &member(&gateway, &key)).await.ok(200);
    // It refuses the connection.
    frontend.leave().await;
    ask(&gateway, &member(&gateway, &key)).await.ok(200);
}

#[tokio::test]
async fn without_a_key_set_and_a_reachable_frontend_every_login_is_refused() {
    let key = SigningKey::ed25519("ed");
    let frontend = Frontend::start(&[&key]).await;
    let login = frontend.login();
    let gateway = Gateway::with_login(login.clone()).await;
    ask(&gateway, &member(&gateway, &key)).await.ok(200);
    frontend.leave().await;
    let unknown = member(&gateway, &SigningKey::ed25519("unknown"));
    refused(&ask(&gateway, &unknown).await, "an unknown key");
    ask(&gateway, &member(&gateway, &key)).await.ok(200);
    // No key set was ever fetched.
    let empty = Gateway::with_login(login).await;
    refused(&ask(&empty, &member(&empty, &key)).await, "no key set");
}

#[tokio::test]
async fn with_an_unusable_key_set_every_login_is_refused() {
    let key = SigningKey::ed25519("ed");
    let good = Frontend::start(&[&key]).await;
    for closed in [
        Answer::Keys(key_set(&[])),
        Answer::Keys(json!({ "keys": [{ "kty": "oct", "kid": "ed", "k": "c2VjcmV0" }] })),
        Answer::Text(503, "down".to_owned()),
        Answer::Redirect(good.url().to_owned()),
    ] {
        let frontend = Frontend::start(&[]).await;
        frontend.say(closed.clone());
        let gateway = Gateway::with_login(frontend.login()).await;
        let reply = ask(&gateway, &member(&gateway, &key)).await;
        refused(&reply, &format!("{closed:?}"));
        assert_eq!(frontend.asked(), 1);
    }
    assert_eq!(good.asked(), 0, "a redirect is not followed");
}

#[tokio::test]
async fn a_hundred_first_requests_share_one_fetch() {
    let key = SigningKey::ed25519("ed");
    let frontend = Frontend::start(&[&key]).await;
    let gateway = Gateway::with_login(frontend.login()).await;
    frontend.hold();
    let request = format!(
        "GET /api/v1/sessions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        member(&gateway, &key)
    );
    let mut clients = Vec::new();
    for _ in 0..100 {
        let mut client = RawClient::connect(&gateway).await;
        client.write(request.as_bytes()).await;
        clients.push(client);
    }
    frontend.until_asked(1).await;
    // A request without a login does not wait for the key set.
    Ask::get("/api/v1/sessions").to(&gateway).await.ok(200);
    frontend.release();
    for mut client in clients {
        assert_eq!(client.read().await.status, 200);
    }
    assert_eq!(frontend.asked(), 1);
}

#[tokio::test]
async fn a_key_set_may_be_a_file() {
    let (key, later) = (SigningKey::ed25519("ed"), SigningKey::ed25519("later"));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jwks.json");
    let write = |keys: &[&SigningKey]| std::fs::write(&file, key_set(keys).to_string()).unwrap();
    let gateway = Gateway::with_login(Login {
        issuer: ISSUER.to_owned(),
        audience: None,
        keys: KeySource::File(file.clone()),
    })
    .await;
    write(&[&key]);
    ask(&gateway, &member(&gateway, &key)).await.ok(200);
    write(&[&key, &later]);
    ask(&gateway, &member(&gateway, &later)).await.ok(200);
}
