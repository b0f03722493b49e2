//! Commands for scripts, as processes: their output and exit codes.

mod audit;
mod batches;
mod changes;
mod checks;
mod faults;
mod foreign;
mod keys;
mod life;
mod lists;
mod members;
mod own;
mod places;
mod requests;
mod schedule;
mod sheets;
mod shell;
mod stub;
mod unconfirmed;
mod unconfirmed_members;

use crate::support::process::{PATIENCE, Process};
use serde_json::Value;
use std::process::{Command, Output};
use std::time::Instant;

/// A finished command.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    #[track_caller]
    pub fn json(self) -> Value {
        let out = self.ok();
        assert_eq!(
            out.matches('\n').count(),
            1,
            "one document on one line: {out}"
        );
        serde_json::from_str(&out).expect("JSON")
    }

    /// The error object, after checking that it agrees with the exit code.
    #[track_caller]
    fn error(&self) -> Value {
        let document: Value = serde_json::from_str(&self.err)
            .unwrap_or_else(|error| panic!("{error}: {:?}", self.err));
        assert_eq!(document["error"]["exitCode"], self.code);
        document["error"].clone()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// The program without this machine's settings.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_groupdesk"));
    command
        .env_clear()
        .env("HOME", "/nonexistent")
        .stdin(std::process::Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Ran {
    let output = program().args(arguments).output();
    output.expect("the binary starts").into()
}

/// A simulated world in a process of its own, whose sessions are connected and have their groups.
pub struct World {
    gateway: Process,
}

impl World {
    fn start() -> Self {
        Self::start_with(&[])
    }

    /// With further arguments of the demo.
    fn start_with(arguments: &[&str]) -> Self {
        Self::start_by(&["demo", "--headless"], arguments, &[])
    }

    /// The same world served for a team, with further arguments. One who asks much is not limited.
    pub fn serve(arguments: &[&str]) -> Self {
        let unlimited = [
            ("GROUPDESK_LIMITS_REQUESTS_PER_MINUTE", "0"),
            ("GROUPDESK_LIMITS_ORGANIZATION_REQUESTS_PER_MINUTE", "0"),
        ];
        Self::start_by(&["serve", "--sandbox"], arguments, &unlimited)
    }

    fn start_by(command: &[&str], arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let usual = ["--still", "--seed", "7"];
        let gateway = Process::start_with(&[command, &usual, arguments].concat(), environment);
        let world = Self { gateway };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let sessions = world.run(&["sessions", "--json"]).json();
            let unfinished = |session: &Value| match session["status"].as_str() {
                Some("working") => session["groupCount"] == 0,
                status => status == Some("starting"),
            };
            let list = sessions["sessions"].as_array().expect("sessions");
            if !list.iter().any(unfinished) {
                return world;
            }
            assert!(Instant::now() < deadline, "{sessions}");
        }
    }

    /// `http://127.0.0.1:PORT`
    pub fn origin(&self) -> &str {
        self.gateway.origin()
    }

    /// The secret of the key with this name.
    pub fn key(&self, name: &str) -> &str {
        self.gateway.key(0, name)
    }

    pub fn command(&self, key: &str) -> Command {
        let mut command = program();
        command
            .env("GROUPDESK_KEY", self.key(key))
            .args(["--gateway", self.origin()]);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with("all", arguments)
    }

    /// With a key of one capability.
    fn run_with(&self, key: &str, arguments: &[&str]) -> Ran {
        let output = self.command(key).args(arguments).output();
        output.expect("the binary starts").into()
    }

    fn group(&self, session: &str, name: &str) -> Value {
        let groups = self.run(&["groups", "--session", session, "--json"]).json();
        let list = groups["groups"].as_array().expect("groups");
        let found = list.iter().find(|group| group["subject"] == name);
        found.unwrap_or_else(|| panic!("no {name}")).clone()
    }
}
