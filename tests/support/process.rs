//! A served gateway in a separate process: its first line, its log, its end.

// Each test binary uses only a part of this.
#![allow(dead_code)]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The timeout of every wait.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A running gateway and its first line.
pub struct Process {
    child: Child,
    pub ready: Value,
    log: Arc<Mutex<String>>,
    reading: Option<std::thread::JoinHandle<()>>,
    /// An empty configuration directory.
    _home: tempfile::TempDir,
}

impl Process {
    /// Starts the binary with these arguments, on a free port of this machine.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// Like [`Process::start`], with these variables.
    pub fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::run(command(arguments, environment))
    }

    /// Like [`Process::start`], for a process whose files will be [limited](Process::limit_files): a write
    /// beyond the limit fails and does not end the process.
    #[cfg(target_os = "linux")]
    pub fn start_to_be_limited(arguments: &[&str]) -> Self {
        Self::start_to_be_limited_with(arguments, &[])
    }

    /// Like [`Process::start_to_be_limited`], with these variables.
    #[cfg(target_os = "linux")]
    pub fn start_to_be_limited_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", r#"trap '' XFSZ; exec "$@""#, "sh"])
            .arg(env!("CARGO_BIN_EXE_groupdesk"))
            .args(arguments)
            .env_remove("XDG_CONFIG_HOME")
            .envs(environment.iter().copied());
        Self::run(shell)
    }

    /// Makes every file write fail, as on a full disk, or succeed again.
    #[cfg(target_os = "linux")]
    pub fn limit_files(&self, is_limited: bool) {
        use rustix::process::{Pid, Resource, Rlimit, prlimit};
        let limit = Rlimit {
            current: is_limited.then_some(0),
            maximum: None,
        };
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        prlimit(pid, Resource::Fsize, limit).expect("a limit for our own child");
    }

    fn run(mut command: Command) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let mut child = command
            .args(["--listen", "127.0.0.1:0"])
            .env("HOME", home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (log, stderr) = (Arc::<Mutex<String>>::default(), child.stderr.take());
        let page = Arc::clone(&log);
        // Read continuously: a full pipe would lose lines.
        let reading = std::thread::spawn(move || {
            for line in BufReader::new(stderr.expect("stderr is piped")).lines() {
                let mut page = page
                    .lock()
                    .expect("no thread panics while it holds the log");
                page.push_str(&line.expect("UTF-8"));
                page.push('\n');
            }
        });
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("stdout is piped"))
            .read_line(&mut line)
            .expect("a first line");
        let mut process = Self {
            child,
            ready: Value::Null,
            log,
            reading: Some(reading),
            _home: home,
        };
        process.ready = serde_json::from_str(&line).unwrap_or_else(|error| {
            let log = process.log_at_the_end();
            panic!("the first line is JSON: {error}: {line:?} {log}")
        });
        process
    }

    /// `http://127.0.0.1:PORT`
    pub fn origin(&self) -> &str {
        self.ready["url"].as_str().expect("url")
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> &str {
        let origin = self.origin();
        origin.split_once("://").map_or(origin, |(_, rest)| rest)
    }

    /// The address of a path of the API.
    pub fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.origin())
    }

    /// A key of the sandbox.
    pub fn key(&self, organization: usize, name: &str) -> &str {
        self.ready["organizations"][organization]["keys"][name]
            .as_str()
            .expect("a key")
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success());
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_some()
    }

    /// Waits for the end.
    pub fn end(&mut self) -> ExitStatus {
        self.child.wait().expect("an exit status")
    }

    /// Its log so far.
    pub fn log(&self) -> String {
        self.log
            .lock()
            .expect("no thread panics while it holds the log")
            .clone()
    }

    /// Waits until the log contains this.
    pub async fn until_logged(&self, text: &str) {
        until(text, async || self.log().contains(text).then_some(())).await;
    }

    /// The whole log of a process that ends.
    pub fn log_at_the_end(&mut self) -> String {
        self.end();
        if let Some(reading) = self.reading.take() {
            reading.join().expect("the log is read to its end");
        }
        self.log()
    }

    /// The status and body of a request's answer.
    pub async fn ask(&self, method: &str, key: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = http()
            .request(method.parse().expect("a method"), self.url(path))
            .bearer_auth(key);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        Answer {
            status: answer.status().as_u16(),
            id: answer.headers()["x-request-id"]
                .to_str()
                .expect("an id")
                .to_owned(),
            json: serde_json::from_str(&answer.text().await.expect("a body"))
                .unwrap_or(Value::Null),
        }
    }

    /// The status and body of a `GET`.
    pub async fn get(&self, key: &str, path: &str) -> (u16, Value) {
        let answer = self.ask("GET", key, path, None).await;
        (answer.status, answer.json)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub id: String,
    pub json: Value,
}

/// The binary without the tester's environment.
pub fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_groupdesk"));
    command
        .args(arguments)
        .env_remove("XDG_CONFIG_HOME")
        .envs(environment.iter().copied());
    command
}

/// The stderr of a start that fails.
pub fn complaint(arguments: &[&str]) -> String {
    complaint_with(1, arguments)
}

/// The same, for a failure with its own exit code.
pub fn complaint_with(code: i32, arguments: &[&str]) -> String {
    let home = tempfile::tempdir().expect("a directory");
    let mut child = command(arguments, &[])
        .env("HOME", home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let (mut out, mut complaint) = (String::new(), String::new());
    let pipes = (child.stdout.take(), child.stderr.take());
    pipes
        .0
        .expect("piped")
        .read_to_string(&mut out)
        .expect("UTF-8");
    pipes
        .1
        .expect("piped")
        .read_to_string(&mut complaint)
        .expect("UTF-8");
    assert_eq!(child.wait().expect("an exit status").code(), Some(code));
    assert_eq!(out, "", "nothing but the first line goes to stdout");
    complaint
}

pub fn http() -> reqwest::Client {
    groupdesk::client::install_tls();
    reqwest::Client::new()
}

/// Repeats the request until there is an answer.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .unwrap_or_else(|_| panic!("waited too long: {what}"))
}
