//! The engine in this process, on real accounts or on the sandbox.
//!
//! The console, the demo and the server all start it here. They differ in the keys: the console
//! gets a key that only this process knows, a served sandbox prints its keys.

use super::args::Sandbox;
use crate::api::Capabilities;
use crate::client::{Client, Secret};
use crate::config;
use crate::gateway::auth::{Login, MemoryKey};
use crate::gateway::domain::OrganizationId;
use crate::gateway::whatsapp::Backend;
#[cfg(feature = "live")]
use crate::gateway::whatsapp::live::{Live, Options};
use crate::gateway::whatsapp::sandbox::{World, WorldOptions};
#[cfg(not(feature = "live"))]
use crate::gateway::whatsapp::unavailable::Unavailable;
use crate::gateway::{self, Config, Handle, Serving};
use anyhow::Context;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The tenant that owns the user's own sessions.
const OWN_ORGANIZATION: &str = "local";
/// The seed of the demo's world, unless another one is given.
const DEMO_SEED: u64 = 1;
/// A free port that only this machine reaches.
const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// How long the start of a sandbox waits for its groups. Usual worlds need a second or two; with a
/// hundred thousand groups, the rest is imported later.
const SETTLING: Duration = Duration::from_secs(20);

/// An engine that is about to start.
pub(super) struct Prepared {
    config: Config,
    /// The organization of the console.
    organization: OrganizationId,
    world: Option<Arc<World>>,
    /// The throw-away data directory of a sandbox; removed when dropped.
    scratch: Option<tempfile::TempDir>,
    data: PathBuf,
}

impl Prepared {
    /// On the user's own data, with real accounts where the build has a way to WhatsApp.
    pub(super) fn own(settings: &config::Config) -> anyhow::Result<Self> {
        let data = settings.data_dir.clone();
        Ok(Self {
            config: Config {
                database: data.join("groupdesk.sqlite"),
                gateway_id: "embedded".to_owned(),
                backend: backend(settings)?,
                memory_keys: Vec::new(),
                login: None,
                seed: Vec::new(),
                limits: settings.limits.clone(),
                connect: true,
            },
            organization: OrganizationId::parse(OWN_ORGANIZATION)?,
            world: None,
            scratch: None,
            data,
        })
    }

    /// On the demo's simulated world: without a seed the same one at every start, so that favourites and notes of the
    /// demo find their groups again.
    ///
    /// # Errors
    /// As [`Self::sandbox`].
    pub(super) fn demo(
        settings: &config::Config,
        sandbox: &Sandbox,
        data_dir: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let sandbox = Sandbox {
            seed: sandbox.seed.or(Some(DEMO_SEED)),
            ..sandbox.clone()
        };
        Self::sandbox(settings, &sandbox, data_dir)
    }

    /// On a simulated world. Without a data directory it is thrown away at the end.
    pub(super) fn sandbox(
        settings: &config::Config,
        sandbox: &Sandbox,
        data_dir: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let world = World::load(WorldOptions {
            seed: sandbox.seed,
            groups: sandbox.groups.map(|groups| groups as usize),
            active: !sandbox.still,
            ..WorldOptions::default()
        })?;
        let (organization, _) = world
            .organizations()
            .into_iter()
            .next()
            .context("the sandbox world has no organization")?;
        let (scratch, data) = if let Some(data_dir) = data_dir {
            (None, data_dir.join("demo"))
        } else {
            let scratch = tempfile::tempdir().context("no directory for the sandbox's data")?;
            let data = scratch.path().to_owned();
            (Some(scratch), data)
        };
        Ok(Self {
            config: Config {
                database: data.join("groupdesk.sqlite"),
                gateway_id: "demo".to_owned(),
                seed: world.seed_sessions(),
                backend: Backend::Sandbox(Arc::clone(&world)),
                memory_keys: Vec::new(),
                login: None,
                limits: if sandbox.limits {
                    settings.limits.clone()
                } else {
                    settings.limits.clone().without_call_limits()
                },
                connect: true,
            },
            organization,
            world: Some(world),
            scratch,
            data,
        })
    }

    /// Does not connect the sessions, for reading stored data only.
    pub(super) fn without_connecting(&mut self) {
        self.config.connect = false;
    }

    /// Sets the accepted logins.
    pub(super) fn set_login(&mut self, login: Option<Login>) {
        self.config.login = login;
    }

    /// The tenants of a simulated world.
    pub(super) fn organizations(&self) -> Vec<OrganizationId> {
        self.world
            .iter()
            .flat_map(|world| world.organizations())
            .map(|(organization, _)| organization)
            .collect()
    }

    /// Adds a key, valid as long as the process.
    pub(super) fn add_key(
        &mut self,
        id: &str,
        organization: OrganizationId,
        capabilities: Capabilities,
    ) -> Secret {
        let secret = fresh_key();
        self.config.memory_keys.push(MemoryKey {
            secret: secret.expose().to_owned(),
            id: id.to_owned(),
            organization,
            capabilities,
            own: false,
        });
        secret
    }

    /// Starts the engine and serves it.
    pub(super) async fn serve(self, serving: Serving) -> anyhow::Result<Running> {
        let shutdown = CancellationToken::new();
        let scheme = if serving.tls.is_some() {
            "https"
        } else {
            "http"
        };
        let handle = gateway::start(self.config, serving, shutdown.clone()).await?;
        Ok(Running {
            url: format!("{scheme}://{}", handle.address()),
            handle,
            shutdown,
            world: self.world,
            scratch: self.scratch,
            data: self.data,
        })
    }

    /// Starts the engine for this process, with a client that has every capability.
    pub(super) async fn embed(mut self) -> anyhow::Result<(Running, Client)> {
        let key = fresh_key();
        self.config.memory_keys.push(MemoryKey {
            secret: key.expose().to_owned(),
            id: "console".to_owned(),
            organization: self.organization.clone(),
            capabilities: Capabilities::all(),
            own: true,
        });
        let running = self.serve(listen(LOCAL).await?.into()).await?;
        let client = Client::new(running.url(), &key, false)?;
        Ok((running, client))
    }
}

/// A fresh 256-bit api-key.
fn fresh_key() -> Secret {
    use std::fmt::Write as _;
    let bytes: [u8; 32] = rand::random();
    let mut key = String::from("wa_");
    for byte in bytes {
        let _ = write!(key, "{byte:02x}");
    }
    Secret::new(key)
}

/// Takes the address.
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}

/// A running engine and what goes with it.
pub(super) struct Running {
    url: String,
    handle: Handle,
    shutdown: CancellationToken,
    world: Option<Arc<World>>,
    scratch: Option<tempfile::TempDir>,
    data: PathBuf,
}

impl Running {
    /// The address of its API's host.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the sandbox's sessions are connected with their groups stored, at most
    /// [`SETTLING`]. Does not wait for real accounts: their phones may be off for days.
    pub(super) async fn sessions_ready(&self) {
        if self.world.is_some() {
            self.handle.engine().sessions_ready(SETTLING).await;
        }
    }

    /// The path of its log.
    pub(super) fn log_file(&self) -> PathBuf {
        self.data.join("groupdesk.log")
    }

    /// Stops it gracefully.
    pub(super) async fn stop(self) {
        self.shutdown.cancel();
        self.handle.stopped().await;
        if let Some(world) = &self.world {
            world.stop();
        }
        drop(self.scratch);
    }
}

/// Real accounts, with their keys in a directory of their own.
#[cfg(feature = "live")]
fn backend(settings: &config::Config) -> anyhow::Result<Backend> {
    let keys = settings.data_dir.join("keys");
    let mut options = Options::new(&keys);
    options.url.clone_from(&settings.whatsapp.url);
    options.version = settings.whatsapp.version;
    options.appear_online = settings.whatsapp.appear_online;
    let live =
        Live::new(options).with_context(|| format!("cannot keep keys in {}", keys.display()))?;
    Ok(Backend::Live(live))
}

#[cfg(not(feature = "live"))]
#[expect(clippy::unnecessary_wraps, reason = "with real accounts it can fail")]
fn backend(_settings: &config::Config) -> anyhow::Result<Backend> {
    Ok(Backend::Custom(Arc::new(|_, events| {
        Arc::new(Unavailable(events))
    })))
}
