//! The commands for scripts and the doctor, as processes, on the public gateway.

use crate::public_gateway::described::{Fault, Live};
use crate::public_gateway::{
    CHESS, KEY, KEY_READ_SEND, LOGGED_OUT, PublicGateway, SECOND, SESSION, UNPAIRED, VOLUNTEERS,
};
use serde_json::Value;
use std::process::Command;

/// A profile for a key, with one configured session.
struct Profile {
    key: &'static str,
    directory: tempfile::TempDir,
}

/// A finished command.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    #[track_caller]
    fn json(self) -> Value {
        serde_json::from_str(&self.ok()).expect("JSON")
    }
}

impl Profile {
    fn new(gateway: &PublicGateway, key: &'static str) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let profile = format!(
            "[profiles.public]\nurl = {:?}\ntoken_env = \"GATEWAY_TOKEN\"\nsessions = [{SESSION:?}]\n",
            gateway.base
        );
        std::fs::write(directory.path().join("config.toml"), profile).expect("a file");
        Self { key, directory }
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_groupdesk"));
        command
            .env_clear()
            .env("HOME", self.directory.path())
            .env("GATEWAY_TOKEN", self.key)
            .current_dir(self.directory.path())
            .arg("--config")
            .arg(self.directory.path().join("config.toml"))
            .args(["--profile", "public"])
            .args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.expect("a thread").expect("the binary starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran {
            code: output.status.code().expect("an exit code"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_read_in_full() {
    let gateway = PublicGateway::start().await;
    for (key, sessions, groups) in [(KEY, 4, 2_012), (KEY_READ_SEND, 1, 2_000)] {
        let profile = Profile::new(&gateway, key);
        let ran = profile.run(&["sessions", "--json"]).await;
        assert_eq!(ran.err, "");
        let listed = ran.json();
        let listed = listed["sessions"].as_array().expect("rows");
        assert_eq!(listed.len(), sessions);
        let main = listed.iter().find(|row| row["id"] == SESSION);
        let status = if key == KEY { "working" } else { "unknown" };
        assert_eq!(main.expect("a row")["status"], status);
        let ran = profile.run(&["groups", "--json"]).await;
        assert_eq!(ran.err, "");
        let listed = ran.json();
        assert_eq!(listed["groups"].as_array().expect("rows").len(), groups);
        let table = profile.run(&["groups", "--session", SESSION]).await.ok();
        assert!(table.contains("Chess Club"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_work_from_list_to_reset() {
    for key in [KEY, KEY_READ_SEND] {
        let gateway = PublicGateway::connected().await;
        let profile = Profile::new(&gateway, key);
        let old = gateway.link();
        assert_eq!(
            profile.run(&["invite", "get", VOLUNTEERS]).await.ok(),
            format!("{old}\n")
        );
        let new = profile
            .run(&["invite", "reset", "Weekend Volunteers", "--yes"])
            .await
            .ok();
        assert_eq!(new, format!("{}\n", gateway.link()));
        assert_ne!(new.trim_end(), old);
        let drawn = profile
            .run(&["invite", "qr", VOLUNTEERS, "--out", "poster.svg"])
            .await;
        drawn.ok();
        let picture = std::fs::read_to_string(profile.directory.path().join("poster.svg"));
        assert!(picture.expect("a picture").contains("<svg"));
        let set = profile
            .run(&["group", "set", VOLUNTEERS, "--subject", "Helpers"])
            .await
            .ok();
        assert!(set.contains("applied"), "{set}");
        assert_eq!(gateway.changes().len(), 2, "{:?}", gateway.changes());
        for missing in [&["audit"][..], &["keys", "list"]] {
            let ran = profile.run(missing).await;
            assert_ne!(ran.code, 0);
            assert!(ran.err.contains("this gateway"), "{}", ran.err);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_id_belongs_to_the_session_that_lists_it() {
    let gateway = PublicGateway::start().await;
    gateway.live(SESSION, Live::Connected);
    let profile = Profile::new(&gateway, KEY);
    let invite = profile
        .run(&["invite", "get", CHESS, "--json"])
        .await
        .json();
    assert_eq!(invite["sessionId"], SESSION);
    assert_eq!(invite["invite"], gateway.link());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporarily_unavailable_session_differs_from_a_missing_group() {
    let gateway = PublicGateway::start().await;
    let profile = Profile::new(&gateway, KEY);
    let unpaired = profile
        .run(&[
            "invite",
            "get",
            "Unpaired 1",
            "--session",
            UNPAIRED,
            "--json",
        ])
        .await;
    let error: Value = serde_json::from_str(&unpaired.err).expect("JSON");
    assert_eq!(error["error"]["code"], "not_connected", "{error}");
    assert!(
        unpaired.err.contains("its engine does not have it"),
        "{}",
        unpaired.err
    );
    gateway.live(UNPAIRED, Live::Unpaired);
    let described = profile
        .run(&[
            "invite",
            "get",
            "Unpaired 1",
            "--session",
            UNPAIRED,
            "--json",
        ])
        .await;
    assert_eq!(described.code, unpaired.code);
    let dropped = profile
        .run(&["invite", "get", CHESS, "--session", SESSION])
        .await;
    assert!(
        dropped.err.contains("cannot reach WhatsApp"),
        "{}",
        dropped.err
    );
    for session in [SECOND, LOGGED_OUT] {
        let missing = profile
            .run(&[
                "invite",
                "get",
                "Chess Club",
                "--session",
                session,
                "--json",
            ])
            .await;
        let error: Value = serde_json::from_str(&missing.err).expect("JSON");
        assert_eq!(error["error"]["code"], "not_found", "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unavailable_database_is_not_a_wrong_token() {
    let gateway = PublicGateway::start().await;
    let profile = Profile::new(&gateway, KEY);
    for fault in [Fault::DatabaseAway, Fault::DatabaseAwayAndKeysForgotten] {
        gateway.describe(|described| described.fault = fault);
        let ran = profile
            .run(&["groups", "--session", SESSION, "--json"])
            .await;
        let error: Value = serde_json::from_str(&ran.err).expect("JSON");
        assert_eq!(error["error"]["code"], "gateway_away", "{error}");
        assert!(ran.err.contains("not ready"), "{}", ran.err);
        assert!(!ran.err.contains("accept"), "{}", ran.err);
    }
}

/// Where roles, kinds, approvals, requests and previews are not reported, nothing is claimed about them.
#[tokio::test(flavor = "multi_thread")]
async fn the_checks_of_a_group_claim_only_what_is_reported() {
    let gateway = PublicGateway::connected().await;
    let profile = Profile::new(&gateway, KEY_READ_SEND);
    let report = profile
        .run(&["invite", "check", VOLUNTEERS, "--json"])
        .await
        .json();
    let expected = [
        ("session", "unknown"),
        ("role", "unknown"),
        ("link", "ok"),
        ("approval", "unknown"),
        ("requests", "unknown"),
        ("size", "ok"),
        ("community", "unknown"),
        ("restriction", "unknown"),
    ];
    let expected = expected.map(|(check, result)| (check.to_owned(), result.to_owned()));
    assert_eq!(results(&report), expected, "{report:#}");
    assert_eq!(report["problem"], false);
    let requests = report["checks"][4]["seen"].as_str().expect("a text");
    assert!(
        requests.contains("this gateway does not report requests"),
        "{requests}"
    );
    let link = profile.run(&["invite", "check", &gateway.link()]).await;
    assert_eq!(link.code, 13, "{}{}", link.out, link.err);
    assert!(
        link.err.contains("does not report where a link leads"),
        "{}",
        link.err
    );
}

/// The result of each check of the doctor, or of a group.
fn results(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    report["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .map(|check| (text(&check["check"]), text(&check["result"])))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_every_available_feature() {
    let gateway = PublicGateway::start().await;
    for (key, manage, events) in [(KEY, "ok", "ok"), (KEY_READ_SEND, "warn", "warn")] {
        let profile = Profile::new(&gateway, key);
        let report = profile.run(&["doctor", "--json"]).await.json();
        let results = results(&report);
        for (check, expected) in [
            ("access", "ok"),
            ("capability.read", "ok"),
            ("capability.send", "ok"),
            ("capability.manage", manage),
            ("capability.events", events),
            ("groups", "ok"),
        ] {
            let found = results.iter().find(|(name, _)| name == check);
            assert_eq!(found.expect("a check").1, expected, "{check}: {report:#}");
        }
        assert!(report.to_string().contains(" groups of "), "{report:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_reports_unreadable_answers() {
    let gateway = PublicGateway::start().await;
    gateway.change_groups(SESSION, |rows| {
        for row in rows.iter_mut().take(3) {
            row["groupJid"] = Value::Null;
        }
    });
    let profile = Profile::new(&gateway, KEY_READ_SEND);
    let report = profile.run(&["doctor", "--json"]).await.json();
    let groups = ("groups".to_owned(), "warn".to_owned());
    assert!(results(&report).contains(&groups), "{report:#}");
    assert!(
        report.to_string().contains("3 groups cannot be read"),
        "{report:#}"
    );
}
