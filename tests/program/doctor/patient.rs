//! A profile for the doctor to examine, and its report.

use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_groupdesk");
/// The token of every profile without another one.
pub const TOKEN: &str = "wa_a-secret-that-is-never-shown";

/// A configuration with one profile, `patient`.
pub struct Patient {
    directory: TempDir,
    lines: String,
    variables: Vec<(String, String)>,
    seconds: u32,
}

/// The result of an examination.
pub struct Report {
    pub json: Value,
    pub code: i32,
}

impl Patient {
    /// A profile without a token yet.
    pub fn bare(url: &str) -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            lines: format!("[profiles.patient]\nurl = \"{url}\"\n"),
            variables: Vec::new(),
            seconds: 20,
        }
    }

    pub fn new(url: &str) -> Self {
        Self::bare(url).token(TOKEN)
    }

    /// With this token in a file.
    pub fn token(self, token: &str) -> Self {
        let file = self.file("token", token, 0o600);
        self.line("token_file", file.to_str().unwrap())
    }

    /// With a setting that is a string.
    pub fn line(mut self, setting: &str, value: &str) -> Self {
        writeln!(self.lines, "{setting} = \"{value}\"").unwrap();
        self
    }

    /// With a setting of any type.
    pub fn raw(mut self, line: &str) -> Self {
        writeln!(self.lines, "{line}").unwrap();
        self
    }

    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The time limit of each step; short where something hangs on purpose.
    pub fn patience(mut self, seconds: u32) -> Self {
        self.seconds = seconds;
        self
    }

    /// A file next to the configuration.
    pub fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let file = self.directory.path().join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let home = self.directory.path();
        let config = self.file("config.toml", &self.lines, 0o600);
        let mut command = Command::new(BINARY);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", home)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .args(["doctor", "--profile", "patient", "--config"])
            .arg(config)
            .args(["--timeout", &self.seconds.to_string()])
            .args(arguments);
        command
    }

    /// Runs the doctor; returns its exit code and its output.
    pub fn run(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.command(arguments).output().unwrap();
        let written = String::from_utf8(output.stdout).unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        for text in [&written, &complaint] {
            assert!(!text.contains(TOKEN), "a token is shown: {text}");
        }
        (output.status.code().unwrap(), written)
    }

    /// Runs the doctor with a pipe that is never read; returns its exit code and its stderr.
    pub fn run_unread(&self, arguments: &[&str]) -> (i32, String) {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = self.command(arguments).stdout(writer).output().unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), complaint)
    }

    pub fn examine(&self) -> Report {
        let (code, written) = self.run(&["--json"]);
        let json: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(json["ok"] == true, code == 0, "{written}");
        Report { json, code }
    }
}

impl Report {
    /// The result and the code of a step.
    #[track_caller]
    pub fn step(&self, check: &str) -> (&str, &str) {
        let mut checks = self.json["checks"].as_array().unwrap().iter();
        let found = checks.find(|found| found["check"] == check);
        let found = found.unwrap_or_else(|| panic!("no {check} in {:#}", self.json));
        (
            found["result"].as_str().unwrap(),
            found["code"].as_str().unwrap(),
        )
    }

    /// Only this step failed, for this reason, and its message says what to do.
    #[track_caller]
    pub fn fails_only(&self, check: &str, code: &str) {
        assert_eq!(self.step(check), ("fail", code), "{:#}", self.json);
        assert_eq!(self.code, 1);
        for found in self.json["checks"].as_array().unwrap() {
            if found["result"] == "fail" {
                assert_eq!(found["check"], check, "{:#}", self.json);
                assert!(found["todo"].as_str().is_some_and(|todo| !todo.is_empty()));
            }
        }
    }

    /// No step failed.
    #[track_caller]
    pub fn passes(&self) {
        assert_eq!(self.code, 0, "{:#}", self.json);
    }
}

/// Runs the doctor on the built-in gateway's data.
pub fn own(data: &Path) -> (i32, Value) {
    let output = Command::new(BINARY)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", "/nonexistent")
        .args(["doctor", "--json", "--profile", "local", "--data-dir"])
        .arg(data)
        .output()
        .unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), json)
}
