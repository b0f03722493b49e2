//! Tokens that cannot be read, or say of themselves that they are of no use.

use crate::doctor::patient::{Patient, TOKEN};
use crate::doctor::stub::{self, well};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A profile of a gateway that is well, without a token.
fn bare() -> Patient {
    Patient::bare(&format!("http://127.0.0.1:{}", stub::plain(well)))
}

#[test]
fn every_source_gives_its_token() {
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
fn sources_without_a_token() {
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
        // The gateway itself is looked at all the same.
        assert_eq!(report.step("health").0, "ok");
        assert_eq!(report.step("access").0, "skip");
    }
}

#[test]
fn a_login_token_that_has_ended() {
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
fn a_configuration_that_is_wrong() {
    let report = Patient::bare("https://gateway.example").examine();
    report.fails_only("config", "config");
    assert!(report.json.to_string().contains("exactly one of"));
}
