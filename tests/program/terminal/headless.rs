//! A gateway in a process of its own, and a second client of it: changes by a colleague at another desk.

use super::BINARY;
use crate::support::pty::Pty;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

pub struct Headless {
    child: Child,
    ready: Value,
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    /// The directory of the desks' logs.
    directory: tempfile::TempDir,
}

impl Headless {
    /// The world of the other tests, on a free port.
    pub fn start() -> Self {
        Self::run(&["demo", "--headless"], &[])
    }

    /// The same world served for a team, with these flags and variables.
    pub fn serve(flags: &[&str], environment: &[(&str, &str)]) -> Self {
        let serve = ["serve", "--sandbox", "--listen", "127.0.0.1:0"];
        Self::run(&[&serve, flags].concat(), environment)
    }

    fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(BINARY)
            .args(arguments)
            .args(["--still", "--seed", "7"])
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("stdout is piped"))
            .read_line(&mut line)
            .expect("a first line");
        groupdesk::client::install_tls();
        Self {
            child,
            ready: serde_json::from_str(&line).expect("the first line is JSON"),
            runtime: tokio::runtime::Runtime::new().expect("a runtime"),
            client: reqwest::Client::new(),
            directory: tempfile::tempdir().expect("a directory"),
        }
    }

    pub fn url(&self) -> &str {
        self.ready["url"].as_str().expect("a url")
    }

    /// The id of the first organization.
    pub fn organization(&self) -> &str {
        let organization = &self.ready["organizations"][0]["id"];
        organization.as_str().expect("an id")
    }

    /// The key of the first organization with this capability, or `all` of them.
    pub fn key(&self, name: &str) -> &str {
        let keys = &self.ready["organizations"][0]["keys"];
        keys[name].as_str().expect("a key")
    }

    /// A desk on this gateway, with the key of that name.
    pub fn desk(&self, key: &str, columns: u16, rows: u16) -> Pty {
        self.desk_with(self.key(key), columns, rows)
    }

    /// A desk with this key.
    pub fn desk_with(&self, secret: &str, columns: u16, rows: u16) -> Pty {
        let directory = self.directory.path().to_str().expect("UTF-8");
        Pty::spawn(
            columns,
            rows,
            BINARY,
            &["--gateway", self.url(), "--data-dir", directory],
            &[("GROUPDESK_KEY", secret), ("HOME", directory)],
        )
    }

    /// The gateway's answer; must be a success.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let method = method.parse().expect("a method");
        let url = format!("{}/api/v1{path}", self.url());
        let mut request = self.client.request(method, url);
        request = request.bearer_auth(self.key("all"));
        if let Some(body) = body {
            request = request.json(body);
        }
        self.runtime.block_on(async {
            let answer = request.send().await.expect("an answer");
            let status = answer.status();
            let text = answer.text().await.expect("a body");
            assert!(status.is_success(), "{status}: {text}");
            serde_json::from_str(&text).unwrap_or_default()
        })
    }

    /// The path of the session with this label.
    pub fn session(&self, label: &str) -> String {
        let id = self.first("/sessions", "label", label)["id"].clone();
        format!("/sessions/{}", id.as_str().expect("an id"))
    }

    /// The path of a group that a session knows by this name.
    pub fn group(&self, session: &str, subject: &str) -> String {
        let path = format!("{}/groups", self.session(session));
        let jid = self.first(&path, "subject", subject)["groupJid"].clone();
        format!("{path}/{}", jid.as_str().expect("a JID"))
    }

    fn first(&self, path: &str, field: &str, value: &str) -> Value {
        let list = self.ask("GET", path, None);
        let mut rows = list["data"].as_array().expect("a list").iter();
        let row = rows.find(|row| row[field] == value);
        row.unwrap_or_else(|| panic!("no {value} in {path}"))
            .clone()
    }

    /// Kills it without a shutdown.
    pub fn kill(&mut self) {
        self.child.kill().expect("it ran");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Headless {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
