//! The engine in the command's own process, on a data directory.
//!
//! It runs real accounts only: a simulated world keeps no state from one command to the next, so commands use
//! it through `demo --headless` and `serve --sandbox`. Only reads and creating keys can succeed here;
//! successful live calls are tested in `changes` and in `tests/program/live`.

use super::{Ran, program};
use crate::support::process::Process;
use groupdesk::gateway::domain::OrganizationId;
use groupdesk::gateway::whatsapp::Backend;
use groupdesk::gateway::whatsapp::sandbox::{World, WorldOptions};
use groupdesk::gateway::{Config, Engine, SeedSession};
use serde_json::Value;
use std::path::Path;

/// A data directory of an earlier engine with an account with groups.
struct Desk {
    directory: tempfile::TempDir,
}

impl Desk {
    async fn with(should_run: bool) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let world = World::load(WorldOptions {
            seed: Some(7),
            ..WorldOptions::default()
        })
        .expect("a world");
        let stored = world
            .seed_sessions()
            .into_iter()
            .find(|session| session.label.as_deref() == Some("Old phone"))
            .expect("a session with stored groups");
        let mut account = stored.account.clone();
        // The organization of a desk's own sessions.
        account.organization = OrganizationId::parse("local").expect("a name");
        let config = Config {
            database: directory.path().join("groupdesk.sqlite"),
            gateway_id: "test".to_owned(),
            backend: Backend::Sandbox(world),
            memory_keys: Vec::new(),
            login: None,
            seed: vec![SeedSession {
                account,
                start: should_run,
                ..stored
            }],
            limits: groupdesk::gateway::Limits::default(),
            connect: false,
        };
        Engine::open(config).await.expect("an engine").close().await;
        Self { directory }
    }

    fn data(&self) -> &Path {
        self.directory.path()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let output = program()
            .arg("--data-dir")
            .arg(self.data())
            .args(arguments)
            .output();
        output.expect("the binary starts").into()
    }

    fn group(&self) -> String {
        let groups = self.run(&["groups", "--json"]).json();
        let jid = groups["groups"][0]["groupJid"].as_str();
        jid.expect("a group").to_owned()
    }
}

#[tokio::test]
async fn stored_data_is_read_without_connecting() {
    let desk = Desk::with(true).await;
    for _ in 0..2 {
        let sessions = desk.run(&["sessions", "--json"]).json();
        let session = &sessions["sessions"][0];
        assert_eq!(session["label"], "Old phone");
        assert_eq!(session["status"], "stopped");
        assert_eq!(session["statusReason"], Value::Null);
    }
    let table = desk.run(&["groups"]).ok();
    assert!(
        table.lines().count() > 1 && table.contains("Old phone"),
        "{table}"
    );
    let audit = desk.run(&["audit", "--json"]).json();
    assert_eq!(
        audit["entries"],
        serde_json::json!([]),
        "a read changes nothing"
    );
}

#[tokio::test]
async fn a_stopped_session_stays_stopped() {
    let desk = Desk::with(false).await;
    let ran = desk.run(&["invite", "get", &desk.group(), "--json"]);
    assert_eq!(ran.code, 7, "{}", ran.err);
    let error = ran.error();
    assert_eq!(error["sessionStatus"], "stopped");
    let message = error["message"].as_str().expect("a sentence");
    assert!(message.contains("start it at the desk"), "{message}");
}

/// A build with real accounts would connect to WhatsApp.
#[cfg(not(feature = "live"))]
#[tokio::test]
async fn a_session_that_should_run_connects_for_live_calls() {
    let desk = Desk::with(true).await;
    // The earlier reads did not change whether it should run.
    let group = desk.group();
    let ran = desk.run(&["group", "set", &group, "--announce", "on"]);
    assert_eq!(ran.code, 7, "{}", ran.err);
    assert!(ran.err.contains("no connection to WhatsApp"), "{}", ran.err);
    assert!(ran.out.is_empty());
}

#[tokio::test]
async fn two_processes_never_run_the_same_sessions() {
    let desk = Desk::with(false).await;
    let data = desk.data().to_str().expect("UTF-8");
    let running = Process::start(&["serve", "--data-dir", data]);
    for arguments in [
        &["sessions", "--json"][..],
        &["invite", "get", "x", "--json"],
    ] {
        let ran = desk.run(arguments);
        assert_eq!(ran.code, 11, "{}", ran.err);
        let message = ran.error()["message"].to_string();
        assert!(
            message.contains("already in use by another groupdesk"),
            "{message}"
        );
        assert!(message.contains("--gateway"), "{message}");
    }
    // The kernel releases the lock of a killed process.
    drop(running);
    desk.run(&["sessions"]).ok();
}

#[test]
fn an_unusable_directory_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let output = program()
        .args(["groups", "--json", "--data-dir"])
        .arg(file.path())
        .output();
    let ran: Ran = output.expect("the binary starts").into();
    assert_eq!(ran.code, 1);
    let message = ran.error()["message"].to_string();
    assert!(
        message.contains(&file.path().display().to_string()),
        "{message}"
    );
}

#[test]
fn without_accounts_a_list_says_how_to_add_the_first_one() {
    let directory = tempfile::tempdir().expect("a directory");
    for list in ["groups", "sessions"] {
        let output = program()
            .args([list, "--json", "--data-dir"])
            .arg(directory.path())
            .output();
        let ran: Ran = output.expect("the binary starts").into();
        let complaint = ran.err.clone();
        assert_eq!(ran.json()[list], serde_json::json!([]));
        assert!(complaint.contains("no accounts yet"), "{complaint}");
        assert!(complaint.contains("press a to link a phone"), "{complaint}");
    }
}
