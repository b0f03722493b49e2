//! A team member at the desk: a login instead of an API key, on a gateway in another process.

use super::headless::Headless;
use super::job::the_whole_job;
use crate::support::login::{ISSUER, SigningKey, claims, key_set};

#[test]
fn a_complete_run_with_a_login() {
    let key = SigningKey::ed25519("team");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("jwks.json");
    std::fs::write(&file, key_set(&[&key]).to_string()).expect("a key set");
    let login = [
        ("GROUPDESK_LOGIN_ISSUER", ISSUER),
        ("GROUPDESK_LOGIN_JWKS_FILE", file.to_str().expect("UTF-8")),
    ];
    let gateway = Headless::serve(&[], &login);
    let token = key.token(&claims(gateway.organization(), "member"));
    let mut desk = gateway.desk_with(&token, 120, 40);
    desk.wait_for("3 of 5 connected");
    the_whole_job(desk);

    let audit = gateway.ask("GET", "/audit", None);
    let entries = audit["data"].as_array().expect("entries").iter();
    let actions: Vec<_> = entries
        .filter(|entry| entry["actor"] == "user:u_member")
        .map(|entry| entry["action"].as_str().expect("a word"))
        .collect();
    assert_eq!(actions, ["group.update", "group.invite.reset"]);
}
