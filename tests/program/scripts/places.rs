//! Selecting the gateway: profiles, their sessions and tokens, and errors in them.

use super::stub::{Answer, Stub};
use super::{Ran, program, run};
use crate::support::pty::Pty;
use serde_json::{Value, json};

/// A configuration with one profile, `team`.
struct Team {
    directory: tempfile::TempDir,
}

impl Team {
    fn new(url: &str, lines: &str) -> Self {
        let team = Self {
            directory: tempfile::tempdir().expect("a directory"),
        };
        let text = format!("[profiles.team]\nurl = \"{url}\"\n{lines}\n");
        std::fs::write(team.config(), text).expect("a file");
        team
    }

    fn config(&self) -> String {
        let file = self.directory.path().join("config.toml");
        file.to_str().expect("UTF-8").to_owned()
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let output = program()
            .env("TEAM_TOKEN", "wa_team")
            .args(["--config", &self.config(), "--profile", "team"])
            .args(arguments)
            .output();
        output.expect("the binary starts").into()
    }

    /// In a terminal, which allows prompts.
    fn on_a_terminal(&self, arguments: &[&str]) -> Pty {
        let config = self.config();
        let home = self.directory.path().to_str().expect("UTF-8");
        let all = [&["--config", &config, "--profile", "team"], arguments].concat();
        Pty::spawn(
            80,
            24,
            env!("CARGO_BIN_EXE_groupdesk"),
            &all,
            &[("HOME", home)],
        )
    }
}

/// A gateway that does not list sessions and has two of them, each with a group.
fn unlisted() -> Stub {
    Stub::start(|request, _| {
        let error = |code: &str| json!({ "error": { "code": code, "message": "so it is" } });
        let path = request.split(' ').nth(1).unwrap_or_default();
        let mut parts = path.split('/').skip(2);
        match (parts.next(), parts.next()) {
            (None, _) => Answer::Json(403, error("forbidden")),
            (Some(id @ ("s1" | "s3")), None) => {
                Answer::Json(200, json!({ "id": id, "status": "working" }))
            }
            (Some(id @ ("s1" | "s3")), Some(_)) => {
                let group = json!({ "groupJid": format!("{id}@g.us"), "subject": id });
                Answer::Json(200, json!({ "data": [group] }))
            }
            _ => Answer::Json(404, error("not_found")),
        }
    })
}

fn names(document: &Value, list: &str, name: &str) -> Vec<String> {
    let rows = document[list].as_array().expect("a list").iter();
    rows.map(|row| row[name].as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn a_profile_uses_its_configured_sessions_and_those_of_the_command_line() {
    let gateway = unlisted();
    // The second one does not exist any more.
    let team = Team::new(
        &gateway.url,
        "token_env = \"TEAM_TOKEN\"\nsessions = [\"s1\", \"s2\"]",
    );
    let sessions = team.run(&["sessions", "--json"]).json();
    assert_eq!(names(&sessions, "sessions", "id"), ["s1"]);
    for session in ["s1", "s3"] {
        let groups = team.run(&["groups", "--session", session, "--json"]).json();
        assert_eq!(names(&groups, "groups", "subject"), [session]);
    }
    let gone = team.run(&["groups", "--session", "s2", "--json"]);
    assert_eq!(gone.code, 3, "{}", gone.err);
    let team = Team::new(
        &gateway.url,
        "token_env = \"TEAM_TOKEN\"\nsessions = [\"s2\"]",
    );
    let nothing = team.run(&["sessions", "--json"]);
    assert_eq!(nothing.code, 3, "{}", nothing.err);
}

#[test]
fn an_invalid_configuration_is_a_usage_error() {
    for wrong in [
        &["--gateway", "http://other.host", "sessions", "--json"][..],
        &["--profile", "typo", "sessions", "--json"],
    ] {
        let ran = run(wrong);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert_eq!(ran.error()["code"], "usage");
    }
}

#[test]
fn without_a_token_the_command_is_not_allowed() {
    for lines in [
        "token_env = \"NOT_SET_ANYWHERE\"",
        "token_file = \"/nowhere/token\"",
        "token_command = [\"false\"]",
        "token_prompt = true",
    ] {
        let ran = Team::new("http://127.0.0.1:9", lines).run(&["sessions", "--json"]);
        assert_eq!(ran.code, 5, "{}", ran.err);
        assert_eq!(ran.error()["code"], "not_allowed", "{lines}");
    }
}

#[test]
fn a_key_with_two_actions_is_reported_with_file_and_line() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("config.toml");
    std::fs::write(&file, "[keys]\nedit = [\"R\"]\nreset_link = [\"R\"]\n").expect("a file");
    let file = file.to_str().expect("UTF-8");
    let ran = run(&["--config", file]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let place = format!("{file}:3: `keys.reset_link`: `R` would mean both `edit` and ");
    assert!(ran.err.contains(&place), "{}", ran.err);
}

#[test]
fn a_signal_ends_the_wait_for_a_token() {
    let closed_port = "http://127.0.0.1:9";
    let prompt = Team::new(closed_port, "token_prompt = true");
    let patient = Team::new(
        closed_port,
        "token_command = [\"sh\", \"-c\", \"echo unlock me >/dev/tty; exec sleep 600\"]",
    );
    for (team, sign) in [(&prompt, "Token of team:"), (&patient, "unlock me")] {
        let mut pty = team.on_a_terminal(&["sessions"]);
        pty.wait_for(sign);
        let status = std::process::Command::new("kill")
            .args(["-TERM", &pty.process_id().to_string()])
            .status();
        assert!(status.expect("kill runs").success());
        assert_eq!(pty.wait_end(), 130, "{sign}");
    }
    let mut pty = prompt.on_a_terminal(&["sessions"]);
    pty.wait_for("Token of team:");
    pty.send("\x03");
    assert_eq!(pty.wait_end(), 130);
}

#[cfg(unix)]
#[test]
fn an_unreadable_home_directory_is_no_error() {
    let world = super::World::start();
    let directory = tempfile::tempdir().expect("a directory");
    // Reading it fails, for root too.
    let home = directory.path().join("loop");
    std::os::unix::fs::symlink(&home, &home).expect("a link");
    let output = world
        .command("all")
        .env("HOME", &home)
        .arg("sessions")
        .output();
    let ran: Ran = output.expect("the binary starts").into();
    let note =
        "config.toml: Too many levels of symbolic links (os error 40): the defaults are used";
    assert!(
        cfg!(not(target_os = "linux")) || ran.err.contains(note),
        "{}",
        ran.err
    );
    ran.ok();
}

#[test]
fn unknown_variables_are_a_warning() {
    let world = super::World::start();
    let output = world
        .command("all")
        .envs([
            ("GROUPDESK_PORT", "tcp://10.0.0.7:8080"),
            ("GROUPDESK_LOG_LEVL", "debug"),
        ])
        .args(["sessions", "--json"])
        .output();
    let ran: Ran = output.expect("the binary starts").into();
    for line in [
        "groupdesk: warning: unknown variable GROUPDESK_LOG_LEVL is ignored; did you mean GROUPDESK_LOG_LEVEL?",
        "groupdesk: warning: unknown variables are ignored: GROUPDESK_PORT",
    ] {
        assert!(ran.err.contains(line), "{}", ran.err);
    }
    ran.json();
}
