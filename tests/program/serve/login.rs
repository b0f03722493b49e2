//! User logins at a served gateway, configured by file.

use crate::support::login::{ISSUER, SigningKey, claims, key_set};
use crate::support::process::{Process, complaint_with};
use serde_json::json;

#[tokio::test]
async fn a_login_is_accepted_or_refused_with_the_reason_only_in_the_log() {
    let (key, stranger) = (SigningKey::p256("team"), SigningKey::p256("team"));
    let directory = tempfile::tempdir().expect("a directory");
    let config = directory.path().join("config.toml");
    // The key file's path is relative to the configuration.
    std::fs::write(
        directory.path().join("jwks.json"),
        key_set(&[&key]).to_string(),
    )
    .expect("a key set");
    std::fs::write(
        &config,
        format!("[login]\nissuer = \"{ISSUER}\"\njwks_file = \"jwks.json\""),
    )
    .expect("a configuration");
    let config = config.to_str().expect("UTF-8");
    let mut server = Process::start(&[
        "serve",
        "--sandbox",
        "--still",
        "--seed",
        "7",
        "--config",
        config,
    ]);
    let organization = server.ready["organizations"][0]["id"]
        .as_str()
        .expect("an id");
    let member = claims(organization, "member");

    let token = key.token(&member);
    let (status, sessions) = server.get(&token, "/sessions").await;
    assert_eq!(status, 200);
    assert_eq!(sessions["data"][0]["organizationId"], organization);
    assert_eq!(server.get(&token, "/audit").await.0, 403);
    let forged = stranger.token(&member);
    let refused = server.ask("GET", &forged, "/sessions", None).await;
    let unauthorized =
        json!({ "code": "unauthorized", "message": "missing or invalid credentials" });
    assert_eq!(
        (refused.status, &refused.json["error"]),
        (401, &unauthorized)
    );

    server.signal("TERM");
    let log = server.log_at_the_end();
    let line = log
        .lines()
        .find(|line| line.contains("a login was refused"));
    let line = line.unwrap_or_else(|| panic!("the reason: {log}"));
    assert!(
        line.contains("the signature does not fit") && line.contains(&refused.id),
        "{line}"
    );
    for secret in [token, forged] {
        assert!(secret.split('.').all(|part| !log.contains(part)), "{log}");
    }
}

#[test]
fn an_incomplete_login_configuration_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let config = directory.path().join("config.toml");
    std::fs::write(&config, format!("[login]\nissuer = \"{ISSUER}\"")).expect("a configuration");
    let complaint = complaint_with(
        2,
        &[
            "serve",
            "--sandbox",
            "--config",
            config.to_str().expect("UTF-8"),
        ],
    );
    for part in ["config.toml:2", "login.jwks_url", "login.jwks_file"] {
        assert!(complaint.contains(part), "{part}: {complaint}");
    }
}
