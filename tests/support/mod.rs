//! A real engine on a free loopback port, over a still sandbox world, for every HTTP test. `http.rs` sends
//! requests and checks the answers against the document (`document.rs`), `raw.rs` sends invalid ones,
//! `stream.rs` reads the realtime stream, `login.rs` signs tokens, `frontend.rs` is where users log in,
//! `certificate.rs` is for TLS.

// Each test binary uses only a part of this.
#![allow(dead_code, unused_imports)]

mod certificate;
mod document;
mod frontend;
mod http;
pub mod login;
pub mod passkey;
pub mod process;
#[cfg(unix)]
pub mod pty;
#[cfg(unix)]
pub mod qr;
mod raw;
mod stream;

pub use frontend::{Answer, Frontend};
pub use http::{Ask, Key, Reply};
pub use login::{ISSUER, SigningKey, claims, key_set, seconds};
pub use raw::RawClient;
pub use stream::Stream;

use certificate::Certificate;
use groupdesk::api::{Capabilities, Capability};
use groupdesk::gateway::auth::{Login, MemoryKey};
use groupdesk::gateway::whatsapp::sandbox::{World, WorldOptions};
use groupdesk::gateway::whatsapp::{Backend, Identity};
use groupdesk::gateway::{self, Config, Handle, Limits, Serving};
use serde_json::Value;
use std::future::Future;
use std::sync::{Arc, Once};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The timeout of every wait.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// The seed of every test's world.
const SEED: u64 = 7;

/// A running engine.
pub struct Gateway {
    /// `http://127.0.0.1:PORT`, or `https://`
    pub url: String,
    pub world: Arc<World>,
    pub shutdown: CancellationToken,
    pub client: reqwest::Client,
    handle: Handle,
    certificate: Option<Certificate>,
    directory: TempDir,
}

/// The state of a stopped engine that is needed to start it again.
pub struct Remains {
    pub world: Arc<World>,
    pub directory: TempDir,
}

impl Remains {
    /// The state of an engine that has never run.
    fn new(options: WorldOptions) -> Self {
        let world = World::load(WorldOptions {
            seed: Some(SEED),
            ..options
        });
        Self {
            world: world.unwrap(),
            directory: tempfile::tempdir().unwrap(),
        }
    }
}

impl Gateway {
    /// A still world; returns once the sessions that should run have connected, with their groups stored.
    pub async fn start() -> Self {
        Self::start_in(WorldOptions::default()).await
    }

    /// Like [`Gateway::start`]; calls that WhatsApp never answers time out after `call_limit`.
    pub async fn impatient(call_limit: Duration) -> Self {
        Self::start_in(WorldOptions {
            call_limit,
            ..WorldOptions::default()
        })
        .await
    }

    pub async fn start_in(options: WorldOptions) -> Self {
        Self::restart(Remains::new(options)).await
    }

    /// Like [`Gateway::start`], with logins beside the API keys.
    pub async fn with_login(login: Login) -> Self {
        let limits = Limits::default().without_call_limits();
        Self::limited_with_login(limits, login).await
    }

    /// Like [`Gateway::with_login`], with limits.
    pub async fn limited_with_login(limits: Limits, login: Login) -> Self {
        let remains = Remains::new(WorldOptions::default());
        Self::launch(remains, limits, Some(login), None, false).await
    }

    /// Like [`Gateway::start`], with limits.
    pub async fn limited(limits: Limits) -> Self {
        Self::limited_in(WorldOptions::default(), limits).await
    }

    /// Like [`Gateway::start_in`], with limits.
    pub async fn limited_in(options: WorldOptions, limits: Limits) -> Self {
        Self::launch(Remains::new(options), limits, None, None, false).await
    }

    /// Like [`Gateway::limited`], behind a reverse proxy.
    pub async fn limited_behind_proxy(limits: Limits) -> Self {
        let remains = Remains::new(WorldOptions::default());
        Self::launch(remains, limits, None, None, true).await
    }

    /// Like [`Gateway::limited`], over TLS.
    pub async fn limited_over_tls(limits: Limits) -> Self {
        let remains = Remains::new(WorldOptions::default());
        let certificate = Certificate::make(remains.directory.path());
        Self::launch(remains, limits, None, Some(certificate), false).await
    }

    /// Starts with the state of an earlier engine.
    pub async fn restart(remains: Remains) -> Self {
        let limits = Limits::default().without_call_limits();
        Self::launch(remains, limits, None, None, false).await
    }

    async fn launch(
        remains: Remains,
        limits: Limits,
        login: Option<Login>,
        certificate: Option<Certificate>,
        behind_proxy: bool,
    ) -> Self {
        static TLS: Once = Once::new();
        TLS.call_once(|| {
            rustls::crypto::ring::default_provider()
                .install_default()
                .unwrap();
        });
        let Remains { world, directory } = remains;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shutdown = CancellationToken::new();
        let config = Config {
            database: directory.path().join("groupdesk.db"),
            gateway_id: "test-gateway".to_owned(),
            backend: Backend::Sandbox(Arc::clone(&world)),
            login,
            memory_keys: memory_keys(&world),
            seed: world.seed_sessions(),
            limits,
            connect: true,
        };
        let serving = Serving {
            tls: certificate.as_ref().map(|it| Arc::clone(&it.tls)),
            behind_proxy,
            ..Serving::from(listener)
        };
        let handle = gateway::start(config, serving, shutdown.clone())
            .await
            .unwrap();
        let scheme = certificate.as_ref().map_or("http", |_| "https");
        let gateway = Self {
            url: format!("{scheme}://{}", handle.address()),
            world,
            shutdown,
            client: certificate
                .as_ref()
                .map_or_else(reqwest::Client::new, Certificate::client),
            handle,
            certificate,
            directory,
        };
        for (label, group, key) in [
            ("Support line", "Night Shift Nurses", Key::All),
            ("Front desk", "Cleaning Crew", Key::Other),
        ] {
            gateway.sessions_ready(label, group, key).await;
        }
        gateway
    }

    /// Waits until a session is connected and one of its groups is stored.
    async fn sessions_ready(&self, label: &str, group: &str, key: Key) {
        let session = format!("/api/v1/sessions/{}", self.session(label));
        self.until(label, async || {
            let reply = Ask::get(&session).key(key).to(self).await;
            (reply.json["status"] == "working").then_some(())
        })
        .await;
        let group = format!("{session}/groups/{}", self.group(group));
        self.until(group.as_str(), async || {
            let reply = Ask::get(&group).key(key).to(self).await;
            (reply.status == 200).then_some(())
        })
        .await;
    }

    /// Repeats the request until there is an answer.
    pub async fn until<T, F: Future<Output = Option<T>>>(
        &self,
        what: &str,
        mut ask: impl FnMut() -> F,
    ) -> T {
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

    /// The secret of a new key of the first organization. Unlike the tests' own keys it is rate limited.
    pub async fn new_key(&self, capabilities: &[&str]) -> String {
        let body = serde_json::json!({ "capabilities": capabilities });
        let made = self.post("/api/v1/keys", body).await.ok(201);
        made["secret"].as_str().unwrap().to_owned()
    }

    /// The URL of a realtime ticket of a key.
    pub async fn ticket(&self, secret: &str) -> String {
        let ask = Ask::post("/api/v1/realtime/ticket").key(Key::None);
        let ticket = ask.header("x-api-key", secret).to(self).await.ok(201);
        ticket["url"].as_str().unwrap().to_owned()
    }

    /// Waits until a session of the first organization has a status.
    pub async fn until_status(&self, session: &str, status: &str) -> Value {
        let path = format!("/api/v1/sessions/{session}");
        self.until(status, async || {
            let reply = self.get(&path).await;
            (reply.json["status"] == status).then_some(reply.json)
        })
        .await
    }

    /// Waits until this many realtime streams are open.
    pub async fn until_subscribers(&self, count: usize) {
        let wanted = format!("groupdesk_realtime_subscribers {count}\n");
        self.until(wanted.as_str(), async || {
            let request = self.client.get(self.at("/metrics"));
            let answer = request.bearer_auth(Key::All.secret()).send().await;
            let text = answer.unwrap().text().await.unwrap();
            text.contains(&wanted).then_some(())
        })
        .await;
    }

    /// The id of a session by its label.
    pub fn session(&self, label: &str) -> String {
        self.world.session(label).unwrap().session.to_string()
    }

    /// The identity of a session's account, by the session's label.
    pub fn identity(&self, label: &str) -> Identity {
        let seeds = self.world.seed_sessions();
        let mut seeds = seeds.into_iter();
        let seed = seeds.find(|seed| seed.label.as_deref() == Some(label));
        seed.unwrap().identity.unwrap()
    }

    /// The id of an organization, in the world's order: `Key::All` belongs to the first, `Key::Other` to
    /// the second.
    pub fn organization(&self, index: usize) -> String {
        self.world.organizations()[index].0.to_string()
    }

    /// The JID of a group by its name.
    pub fn group(&self, name: &str) -> String {
        self.world.group_named(name).unwrap().to_string()
    }

    /// `/api/v1/sessions/{s}` of the connected session that most tests use.
    pub fn support(&self) -> String {
        format!("/api/v1/sessions/{}", self.session("Support line"))
    }

    /// `/api/v1/sessions/{s}/groups/{gid}` of a group of that session, with a raw `@`.
    pub fn support_group(&self, name: &str) -> String {
        format!("{}/groups/{}", self.support(), self.group(name))
    }

    /// The URL of `/api/v1/...`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// `127.0.0.1:PORT`
    pub fn address(&self) -> String {
        self.handle.address().to_string()
    }

    /// Its certificate, with TLS.
    fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    pub async fn get(&self, path: &str) -> Reply {
        Ask::get(path).to(self).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        Ask::post(path).json(&body).to(self).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        Ask::new("PATCH", path).json(&body).to(self).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        Ask::new("DELETE", path).to(self).await
    }

    /// Stops the engine and waits for its end.
    pub async fn stop(self) -> Remains {
        self.shutdown.cancel();
        tokio::time::timeout(PATIENCE, self.handle.stopped())
            .await
            .unwrap();
        Remains {
            world: self.world,
            directory: self.directory,
        }
    }
}

/// All capabilities, and each alone, in the first organization; all of them in the second.
fn memory_keys(world: &World) -> Vec<MemoryKey> {
    let organizations = world.organizations();
    let of = |key: Key, organization: usize, capabilities: Capabilities| MemoryKey {
        secret: key.secret().to_owned(),
        id: key.id().to_owned(),
        organization: organizations[organization].0.clone(),
        capabilities,
        own: true,
    };
    let only = |capability: Capability| [capability].into_iter().collect();
    vec![
        of(Key::All, 0, Capabilities::all()),
        of(Key::Read, 0, only(Capability::Read)),
        of(Key::Send, 0, only(Capability::Send)),
        of(Key::Manage, 0, only(Capability::Manage)),
        of(Key::Events, 0, only(Capability::Events)),
        of(Key::Other, 1, Capabilities::all()),
    ]
}
