//! The engine in this process: on the user's own data, or on a simulated world.

use super::{Demo, fresh_key};
use crate::api::Capabilities;
use crate::client::{Client, Secret};
use crate::config;
use crate::gateway::auth::MemoryKey;
use crate::gateway::domain::OrganizationId;
use crate::gateway::whatsapp::Backend;
#[cfg(feature = "live")]
use crate::gateway::whatsapp::live::{Live, Options};
use crate::gateway::whatsapp::sandbox::{World, WorldOptions};
#[cfg(not(feature = "live"))]
use crate::gateway::whatsapp::unavailable::Unavailable;
use crate::gateway::{self, Config, Handle};
use anyhow::Context;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The tenant that owns the user's own sessions.
const OWN_ORGANIZATION: &str = "local";
/// A free port that only this machine reaches.
const LOCAL: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A running engine and what goes with it.
pub struct Embedded {
    handle: Handle,
    key: Secret,
    shutdown: CancellationToken,
    world: Option<Arc<World>>,
    /// The throw-away data directory of a demo; removed when dropped.
    scratch: Option<tempfile::TempDir>,
    data: PathBuf,
}

impl Embedded {
    /// On the user's own data, with real accounts where the build has a way to WhatsApp.
    pub async fn own(settings: &config::Config) -> anyhow::Result<Self> {
        let data = settings.data_dir.as_path();
        let organization = OrganizationId::parse(OWN_ORGANIZATION)?;
        let key = fresh_key();
        let config = Config {
            database: data.join("groupdesk.sqlite"),
            gateway_id: "embedded".to_owned(),
            backend: backend(settings)?,
            memory_keys: vec![memory_key(
                "console",
                &key,
                organization,
                Capabilities::all(),
            )],
            seed: Vec::new(),
        };
        Self::start(config, key, LOCAL, None, None, data.to_owned()).await
    }

    /// On a simulated world. Without a data directory it is thrown away at the end. `script_keys`
    /// are api-keys beside the console's own.
    pub async fn demo(
        world: Arc<World>,
        demo: &Demo,
        data_dir: Option<&Path>,
        script_keys: Vec<MemoryKey>,
    ) -> anyhow::Result<Self> {
        let (organization, _) = world
            .organizations()
            .into_iter()
            .next()
            .context("the sandbox world has no organization")?;
        let (scratch, data) = if let Some(data_dir) = data_dir {
            (None, data_dir.join("demo"))
        } else {
            let scratch = tempfile::tempdir().context("no directory for the demo's data")?;
            let data = scratch.path().to_owned();
            (Some(scratch), data)
        };
        let key = fresh_key();
        let mut memory_keys = vec![memory_key(
            "console",
            &key,
            organization,
            Capabilities::all(),
        )];
        memory_keys.extend(script_keys);
        let config = Config {
            database: data.join("groupdesk.sqlite"),
            gateway_id: "demo".to_owned(),
            seed: world.seed_sessions(),
            backend: Backend::Sandbox(Arc::clone(&world)),
            memory_keys,
        };
        Self::start(config, key, demo.address(), Some(world), scratch, data).await
    }

    async fn start(
        config: Config,
        key: Secret,
        address: SocketAddr,
        world: Option<Arc<World>>,
        scratch: Option<tempfile::TempDir>,
        data: PathBuf,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}"))?;
        let shutdown = CancellationToken::new();
        let handle = gateway::start(config, listener, shutdown.clone()).await?;
        Ok(Self {
            handle,
            key,
            shutdown,
            world,
            scratch,
            data,
        })
    }

    /// The address of its API's host.
    pub fn url(&self) -> String {
        format!("http://{}", self.handle.address())
    }

    /// A client with every capability.
    pub fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::new(&self.url(), &self.key, false)?)
    }

    /// Where its log goes.
    pub fn log_file(&self) -> PathBuf {
        self.data.join("groupdesk.log")
    }

    /// Stops it gracefully.
    pub async fn stop(self) {
        if let Some(world) = &self.world {
            world.stop();
        }
        self.shutdown.cancel();
        self.handle.stopped().await;
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
    let live =
        Live::new(options).with_context(|| format!("cannot keep keys in {}", keys.display()))?;
    Ok(Backend::Live(live))
}

#[cfg(not(feature = "live"))]
fn backend(_settings: &config::Config) -> anyhow::Result<Backend> {
    Ok(Backend::Custom(Arc::new(|_, events| {
        Arc::new(Unavailable(events))
    })))
}

/// The world that a demo is about.
pub fn world(demo: &Demo) -> anyhow::Result<Arc<World>> {
    Ok(World::load(WorldOptions {
        seed: demo.seed,
        groups: demo.groups.map(|groups| groups as usize),
        alive: !demo.still,
        ..WorldOptions::default()
    })?)
}

/// A key that lives as long as the process.
pub fn memory_key(
    id: &str,
    secret: &Secret,
    organization: OrganizationId,
    capabilities: Capabilities,
) -> MemoryKey {
    MemoryKey {
        secret: secret.expose().to_owned(),
        id: id.to_owned(),
        organization,
        capabilities,
    }
}
