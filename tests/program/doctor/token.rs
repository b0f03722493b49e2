//! Tokens that cannot be read, or that have expired.

use crate::doctor::patient::{Patient, TOKEN};
use crate::doctor::stub::{self, well};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A profile of a healthy gateway, without a token.
fn bare() -> Patient {
    Patient::bare(&format!("http://127.0.0.1:{}", stub::plain(well)))
}

#[test]
fn every_source_provides_its_token() {
    for patient in [
        bare()
            .line("token_env", "PATIENT")
            .variable("PATIENT", TOKEN),
        bare().token(TOKEN),
        bare().raw(&format!("token_command = [\"echo\", \"{TOKEN}\"]")),
    ] {
        let report = patient.examine();
        report.passes();
        assert_eq!(report.step("token").0, "ok");
        assert_eq!(report.step("access").0, "ok");
    }
}

#[test]
fn sources_without_a_token_are_reported() {
    let open = bare();
    let file = open.file("token", TOKEN, 0o644);
    for patient in [
        bare().line("token_env", "PATIENT"),
        open.line("token_file", file.to_str().unwrap()),
        bare().line("token_file", "/nowhere/token"),
        bare().raw("token_command = [\"false\"]"),
        // Without a terminal there is no prompt.
        bare().raw("token_prompt = true"),
    ] {
        let report = patient.examine();
        report.fails_only("token", "no_token");
        // The gateway itself is examined anyway.
        assert_eq!(report.step("health").0, "ok");
        assert_eq!(report.step("access").0, "skip");
    }
}

#[test]
fn an_expired_login_token_is_reported() {
    let login = |claims: Value| {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        bare()
            .token(&format!("e30.{payload}.c2lnbmF0dXJl"))
            .examine()
    };
    let report = login(json!({"exp": 1_000_000_000, "activeOrganizationId": "o"}));
    report.fails_only("token", "token_expired");
    let report = login(json!({"exp": 99_000_000_000_u64, "activeOrganizationId": "o"}));
    report.passes();
    let report = login(json!({"exp": 99_000_000_000_u64}));
    assert_eq!(report.step("token"), ("warn", "token_without_organization"));
}

#[test]
fn an_invalid_configuration_is_reported() {
    let report = Patient::bare("https://gateway.example").examine();
    report.fails_only("config", "config");
    assert!(report.json.to_string().contains("exactly one of"));
}
