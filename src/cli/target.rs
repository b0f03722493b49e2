//! The gateway that a command works on: a profile's, or the local one in this process.

use super::engine::{Prepared, Running};
use super::output::CommandError;
use super::token;
use crate::client::{self, Authorities, Client, Secret};
use crate::config::{Config, Profile, TokenFrom};
use anyhow::Context;
use std::io::Read as _;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Bytes of a file with certificates.
const AUTHORITIES_MAX: u64 = 8 << 20;

/// The gateway as shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GatewayInfo {
    pub name: String,
    /// The profile that leads here, where it is one of the configuration.
    pub profile: Option<String>,
    /// Its address, or a description.
    pub address: String,
    /// It runs in this process.
    pub is_own: bool,
    /// Session ids to use where the gateway does not list its sessions.
    pub session_ids: Vec<String>,
}

impl GatewayInfo {
    /// A gateway in this process.
    #[must_use]
    pub(super) fn own(name: &str, address: &str) -> Self {
        Self {
            name: name.to_owned(),
            profile: None,
            address: address.to_owned(),
            is_own: true,
            session_ids: Vec::new(),
        }
    }
}

/// A connected gateway, and what is stopped with the command.
pub(super) struct Target {
    pub client: Client,
    pub place: GatewayInfo,
    /// The token that was typed at a prompt.
    pub typed: Option<Secret>,
    engine: Option<Running>,
}

impl Target {
    /// The configured gateway: the selected profile's, or the local one, which is started on the
    /// data directory.
    ///
    /// # Errors
    /// A sentence: the token, the certificates or the data directory is missing.
    pub(super) async fn open(
        config: &Config,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<Self> {
        Self::open_with(config, shutdown, true).await
    }

    /// As [`Target::open`], but a local engine does not connect its sessions.
    ///
    /// # Errors
    /// As [`Target::open`].
    pub(super) async fn open_stored(
        config: &Config,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<Self> {
        Self::open_with(config, shutdown, false).await
    }

    /// Can be interrupted, because a prompt or a password manager may take long.
    async fn open_with(
        config: &Config,
        shutdown: &CancellationToken,
        connect: bool,
    ) -> anyhow::Result<Self> {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {
                Err(CommandError::interrupted("nothing was done").into())
            }
            opened = Self::opened(config, shutdown, connect) => opened,
        }
    }

    async fn opened(
        config: &Config,
        shutdown: &CancellationToken,
        connect: bool,
    ) -> anyhow::Result<Self> {
        if let Some(profile) = &config.profile {
            let token = token::read(profile, shutdown).await?;
            let typed = (profile.token == TokenFrom::Prompt).then(|| token.clone());
            return Ok(Self {
                client: client(profile, token).await?,
                place: GatewayInfo {
                    name: profile.name.clone(),
                    profile: config
                        .profiles
                        .contains(profile)
                        .then(|| profile.name.clone()),
                    address: profile.url.clone(),
                    is_own: false,
                    session_ids: profile.sessions.clone(),
                },
                typed,
                engine: None,
            });
        }
        let mut engine = Prepared::own(config)?;
        if !connect {
            engine.without_connecting();
        }
        let (engine, client) = engine.embed().await?;
        Ok(Self {
            client,
            place: GatewayInfo::own("this machine", "the gateway in this process"),
            typed: None,
            engine: Some(engine),
        })
    }

    /// Whether the gateway runs in this process, so that its sessions only begin to connect now.
    #[must_use]
    pub(super) fn is_own(&self) -> bool {
        self.engine.is_some()
    }

    /// Ends what was started for it.
    pub(super) async fn close(self) {
        if let Some(engine) = self.engine {
            engine.stop().await;
        }
    }
}

/// A client for the gateway of a profile.
///
/// # Errors
/// The certificates, the proxy or the token are invalid.
pub(super) async fn client(profile: &Profile, token: Secret) -> anyhow::Result<Client> {
    let options = options(profile, token).await?;
    // Loading the system's certificates blocks.
    tokio::task::spawn_blocking(move || Client::open(&options))
        .await?
        .with_context(|| format!("profile `{}`", profile.name))
}

/// The connection options of a profile.
///
/// # Errors
/// The certificate file is invalid.
pub(super) async fn options(profile: &Profile, token: Secret) -> anyhow::Result<client::Options> {
    let authorities = match profile.ca_file.clone() {
        Some(file) => tokio::task::spawn_blocking(move || authorities(&file)).await??,
        None => Authorities::default(),
    };
    Ok(client::Options {
        source: token::source(profile),
        allow_insecure: profile.allow_insecure,
        authorities,
        proxy: profile.proxy.clone(),
        ..client::Options::new(&profile.url, token)
    })
}

fn authorities(file: &Path) -> anyhow::Result<Authorities> {
    let mut pem = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(AUTHORITIES_MAX).read_to_end(&mut pem))
        .with_context(|| format!("cannot read {}", file.display()))?;
    Authorities::from_pem(&pem).with_context(|| file.display().to_string())
}
