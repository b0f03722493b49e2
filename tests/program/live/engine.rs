//! An engine with the live driver: in this process, or in one that can be killed.

use super::house::ORGANIZATION;
use futures_util::StreamExt as _;
use groupdesk::api::Capabilities;
use groupdesk::gateway::auth::MemoryKey;
use groupdesk::gateway::domain::{GroupJid, OrganizationId, SessionId};
use groupdesk::gateway::whatsapp::Backend;
use groupdesk::gateway::whatsapp::live::{Live, Options};
use groupdesk::gateway::{self, Config, Handle, SeedSession};
use reqwest::{Method, Response};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use tokio_util::sync::CancellationToken;

const KEY: &str = "wa_a-key-of-these-tests";
/// The test that runs as such an engine in a process of its own.
const CHILD: &str = "live::engine::an_engine_to_kill";
const DATA: &str = "LIVE_TEST_DATA";
const URL: &str = "LIVE_TEST_URL";
/// The timeout of every wait.
pub const PATIENCE: Duration = Duration::from_mins(2);
/// Poll interval of a state beside its events: not every change has an event.
const POLL: Duration = Duration::from_millis(200);

/// The data directory of an engine, and its server.
pub struct Machine {
    pub data: PathBuf,
    pub url: String,
}

/// A client of one engine.
pub struct Desk {
    url: String,
    http: reqwest::Client,
}

/// An open realtime stream.
pub struct Stream(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Stream {
    /// The payload of the next event of this name of a session; skips others.
    pub async fn next(&mut self, name: &str, session: &SessionId) -> Value {
        let found = async {
            loop {
                let mut event = self.any(session).await;
                if event["event"] == name {
                    return event["payload"].take();
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| panic!("no {name}"))
    }

    /// The next event of a session.
    async fn any(&mut self, session: &SessionId) -> Value {
        loop {
            let frame = self.0.next().await.unwrap().unwrap();
            let Message::Text(text) = frame else { continue };
            let event: Value = serde_json::from_str(&text).unwrap();
            if event["session"] == session.as_str() {
                return event;
            }
        }
    }
}

/// An engine in this process.
pub struct Engine {
    pub desk: Desk,
    handle: Handle,
    shutdown: CancellationToken,
}

impl Engine {
    pub async fn start(machine: &Machine, seed: Vec<SeedSession>) -> Self {
        let options = Options {
            url: Some(machine.url.clone()),
            ..Options::new(machine.data.join("keys"))
        };
        let config = Config {
            database: machine.data.join("groupdesk.sqlite"),
            gateway_id: "embedded".to_owned(),
            backend: Backend::Live(Live::new(options).unwrap()),
            login: None,
            memory_keys: vec![MemoryKey {
                secret: KEY.to_owned(),
                id: "test".to_owned(),
                organization: OrganizationId::parse(ORGANIZATION).unwrap(),
                capabilities: Capabilities::all(),
                own: true,
            }],
            seed,
            limits: gateway::Limits::default().without_call_limits(),
            connect: true,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shutdown = CancellationToken::new();
        let handle = gateway::start(config, listener, shutdown.clone())
            .await
            .unwrap();
        Self {
            desk: Desk::at(&format!("http://{}", handle.address())),
            handle,
            shutdown,
        }
    }

    pub async fn stop(self) {
        self.shutdown.cancel();
        self.handle.stopped().await;
    }
}

/// An engine in a separate process.
pub struct Doomed {
    pub desk: Desk,
    child: Child,
}

impl Doomed {
    pub fn start(machine: &Machine) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", CHILD, "--nocapture"])
            .env(DATA, &machine.data)
            .env(URL, &machine.url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let ready = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("ready at ")?.1.to_owned()));
        Self {
            desk: Desk::at(&ready.unwrap()),
            child,
        }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_engine_to_kill() {
    let Some(data) = std::env::var_os(DATA) else {
        return;
    };
    let machine = Machine {
        data: Path::new(&data).to_owned(),
        url: std::env::var(URL).unwrap(),
    };
    groupdesk::client::install_tls();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let engine = runtime.block_on(Engine::start(&machine, Vec::new()));
    println!("ready at {}", engine.desk.url);
    // The parent process kills it, or ends.
    let _ = std::io::stdin().read_line(&mut String::new());
}

impl Desk {
    fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            http: reqwest::Client::new(),
        }
    }

    /// Requests `/api/v1/sessions/{session}{rest}`.
    pub async fn ask(
        &self,
        method: Method,
        session: &SessionId,
        rest: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Response> {
        let path = format!("{}/api/v1/sessions/{session}{rest}", self.url);
        let ask = self.http.request(method, path).bearer_auth(KEY);
        match body {
            Some(body) => ask.body(body.to_string()),
            None => ask,
        }
        .header("content-type", "application/json")
        .send()
        .await
    }

    /// Opens a realtime stream of all events.
    pub async fn listen(&self) -> Stream {
        let path = format!("{}/api/v1/realtime/ticket", self.url);
        let ask = self.http.post(path).bearer_auth(KEY).body("{}");
        let ask = ask.header("content-type", "application/json");
        let ticket: Value = ask.send().await.unwrap().json().await.unwrap();
        let url = ticket["url"].as_str().unwrap();
        let (socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        Stream(socket)
    }

    pub async fn get(&self, session: &SessionId, rest: &str) -> Value {
        let answer = self.ask(Method::GET, session, rest, None).await.unwrap();
        answer.json().await.unwrap()
    }

    /// The audit log's entries about a group.
    pub async fn audit(&self, group: &GroupJid) -> Vec<Value> {
        let path = format!("{}/api/v1/audit?group={group}", self.url);
        let answer = self.http.get(path).bearer_auth(KEY).send().await.unwrap();
        let mut answer: Value = answer.json().await.unwrap();
        serde_json::from_value(answer["data"].take()).unwrap()
    }

    /// Waits until the answer is as wanted: it is requested again after each event.
    pub async fn until(
        &self,
        session: &SessionId,
        rest: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let begin = std::time::Instant::now();
        // Opened before the first request, so that no event is missed.
        let mut stream = self.listen().await;
        loop {
            let answer = self.get(session, rest).await;
            if wanted(&answer) {
                return answer;
            }
            assert!(begin.elapsed() < PATIENCE, "{rest} is {answer}");
            // Also requested again without an event.
            let _ = tokio::time::timeout(POLL, stream.any(session)).await;
        }
    }

    /// Waits until a session is connected and has its groups.
    pub async fn until_complete(&self, session: &SessionId, groups: usize) -> Value {
        self.until(session, "", |view| {
            view["status"] == "working" && view["groupCount"] == groups
        })
        .await
    }

    /// The QR code of a session.
    pub async fn qr(&self, session: &SessionId) -> String {
        let answer = self
            .until(session, "/qr", |answer| answer["code"].is_string())
            .await;
        answer["code"].as_str().unwrap().to_owned()
    }
}
