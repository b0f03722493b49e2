//! The gateways that the console can switch to: the one it was started on, every profile, and the demo.

use super::args::Sandbox;
use super::doctor;
use super::engine::{Prepared, Running};
use super::state_files::{self, StateName};
use super::target::{self, GatewayInfo};
use super::token;
use crate::client::{self, Client, ClientError, Secret};
use crate::config::{Config, NewProfile, Profile, TokenFrom};
use crate::console::effect::{GatewayFault, GatewayField, NewGateway};
use crate::console::io::connectors::GatewayConnector;
use crate::console::state;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// Limit of each step of checking a new gateway.
const CHECK_LIMIT: Duration = Duration::from_secs(10);

/// A gateway in the list.
#[derive(Clone)]
enum Entry {
    /// The one that the desk was started on, which no profile describes.
    Started(Client),
    Profile(Box<Profile>),
    /// The sandbox of this process, which starts when it is first gone to.
    Demo,
}

/// The gateways, and how to connect to them.
pub(super) struct Gateways {
    /// In the order of the console's list. New profiles are added at the end.
    entries: Mutex<Vec<Entry>>,
    /// Typed tokens by position: an accepted token is not asked for again.
    typed: Mutex<BTreeMap<usize, Secret>>,
    /// The name of the gateway that the desk was started on.
    started: String,
    config: Config,
    /// The configuration file, for new profiles.
    file: Option<PathBuf>,
    /// Started once, and kept until the desk ends.
    demo: Arc<OnceCell<(Running, Client)>>,
}

impl Gateways {
    /// The list, what the console shows of it, and where in it the desk is. `typed` is the token
    /// that was typed at the start. `with_demo`: whether the list offers the demo.
    pub(super) fn new(
        client: &Client,
        place: &GatewayInfo,
        config: &Config,
        file: Option<PathBuf>,
        typed: Option<Secret>,
        with_demo: bool,
    ) -> (Self, Vec<state::Profile>, usize) {
        let profiles = &config.profiles;
        let here = profiles
            .iter()
            .position(|profile| place.profile.as_deref() == Some(&profile.name));
        let entries = profiles.iter().cloned().map(Box::new);
        let mut entries: Vec<_> = entries.map(Entry::Profile).collect();
        let mut shown: Vec<_> = profiles.iter().map(shown).collect();
        if here.is_none() {
            entries.insert(0, Entry::Started(client.clone()));
            let started = state::Profile {
                session_ids: place.session_ids.clone(),
                flood_joins: if place.is_own { config.flood_joins } else { 0 },
                ..of_process(&place.name, &place.address)
            };
            shown.insert(0, started);
        }
        if with_demo {
            entries.push(Entry::Demo);
            shown.push(state::Profile {
                is_demo: true,
                flood_joins: config.flood_joins,
                ..of_process("demo", "a simulated world in this process")
            });
        }
        let here = here.unwrap_or(0);
        shown[here].known = true;
        let gateways = Self {
            entries: Mutex::new(entries),
            typed: Mutex::new(typed.map(|typed| (here, typed)).into_iter().collect()),
            started: place.name.clone(),
            config: config.clone(),
            file,
            demo: Arc::default(),
        };
        (gateways, shown, here)
    }

    /// Ends the demo, if it was started.
    pub(super) async fn close(self: Arc<Self>) {
        let demo = Arc::clone(&self.demo);
        drop(self);
        if let Some((running, _)) = Arc::into_inner(demo).and_then(OnceCell::into_inner) {
            running.stop().await;
        }
    }

    fn name_of(&self, at: usize) -> StateName {
        match self.entry(at) {
            Some(Entry::Profile(profile)) => StateName::of_profile(&profile.name),
            Some(Entry::Demo) => StateName::of("demo"),
            Some(Entry::Started(_)) | None => StateName::of(&self.started),
        }
    }

    fn entry(&self, at: usize) -> Option<Entry> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(at).cloned()
    }

    /// The demo's client. Its start goes on when the caller does not wait for it any more.
    async fn demo(&self) -> Result<Client, String> {
        let (demo, config) = (Arc::clone(&self.demo), self.config.clone());
        let start = async move {
            let (_, client) = demo
                .get_or_try_init(async || {
                    let prepared = tokio::task::spawn_blocking(move || {
                        Prepared::demo(&config, &Sandbox::default(), None)
                    });
                    prepared.await??.embed().await
                })
                .await?;
            anyhow::Ok(client.clone())
        };
        match tokio::spawn(start).await {
            Ok(started) => started.map_err(|error| format!("{error:#}")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn remembered(&self, at: usize) -> Option<Secret> {
        let typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner);
        typed.get(&at).cloned()
    }

    fn remember(&self, at: usize, token: Secret) {
        let mut typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner);
        typed.insert(at, token);
    }
}

fn of_process(name: &str, address: &str) -> state::Profile {
    state::Profile {
        name: name.to_owned(),
        address: address.to_owned(),
        session_ids: Vec::new(),
        prompts: false,
        known: true,
        is_demo: false,
        flood_joins: 0,
    }
}

fn shown(profile: &Profile) -> state::Profile {
    state::Profile {
        session_ids: profile.sessions.clone(),
        prompts: profile.token == TokenFrom::Prompt,
        known: false,
        flood_joins: profile.flood_joins,
        ..of_process(&profile.name, &profile.url)
    }
}

fn fault(field: GatewayField, reason: impl Into<String>) -> GatewayFault {
    GatewayFault {
        field,
        reason: reason.into(),
    }
}

#[async_trait]
impl GatewayConnector for Gateways {
    async fn open(&self, at: usize, token: Option<Secret>) -> Result<Client, String> {
        let profile = match self.entry(at) {
            Some(Entry::Started(client)) => return check_access(client).await,
            Some(Entry::Demo) => return self.demo().await,
            Some(Entry::Profile(profile)) => profile,
            None => return Err("there is no such profile".to_owned()),
        };
        let token = match token.or_else(|| self.remembered(at)) {
            Some(typed) => token::one_token(typed.expose(), "what was typed")?,
            None => token::unattended(&profile.token).await?,
        };
        let client = target::client(&profile, token.clone())
            .await
            .map_err(|error| format!("{error:#}"))?;
        let client = check_access(client).await?;
        if profile.token == TokenFrom::Prompt {
            self.remember(at, token);
        }
        Ok(client)
    }

    fn notebook(&self, at: usize) -> PathBuf {
        state_files::notebook(&self.config.state_dir, &self.name_of(at))
    }

    fn batches(&self, at: usize) -> PathBuf {
        state_files::batches(&self.config.state_dir, &self.name_of(at))
    }

    async fn add(&self, gateway: NewGateway, at: usize) -> Result<Client, GatewayFault> {
        use GatewayField::{Address, Name, Token};
        let Some(file) = &self.file else {
            let reason = "there is no home directory for a configuration file";
            return Err(fault(Name, reason));
        };
        let new = NewProfile::new(file, &gateway.name).map_err(|error| fault(Name, error.0))?;
        client::check_address(&gateway.address, false).map_err(|error| fault(Address, error.0))?;
        let token = token::one_token(gateway.token.expose(), "the key")
            .map_err(|reason| fault(Token, reason))?;
        let profile = Profile {
            token: TokenFrom::File(new.token_file()),
            ..Profile::new(&gateway.name, &gateway.address)
        };
        if let Some(found) = doctor::obstacle(&profile, &token, CHECK_LIMIT).await {
            let field = if found.of_token { Token } else { Address };
            return Err(fault(field, found.reason));
        }
        let client = target::client(&profile, token.clone())
            .await
            .map_err(|error| fault(Address, format!("{error:#}")))?;
        let client = check_access(client)
            .await
            .map_err(|reason| fault(Token, reason))?;
        let url = profile.url.clone();
        tokio::task::spawn_blocking(move || new.save(&url, token.expose()))
            .await
            .map_err(|error| fault(Name, error.to_string()))?
            .map_err(|error| fault(Name, error.0))?;
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        // The console may have stopped waiting for an earlier one.
        entries.truncate(at);
        entries.push(Entry::Profile(Box::new(profile)));
        Ok(client)
    }
}

/// Checks that the gateway answers and accepts the token. Missing capabilities are not an error.
async fn check_access(client: Client) -> Result<Client, String> {
    match client.list_sessions().await {
        Ok(_) => Ok(client),
        Err(ClientError::Api { status, .. }) if !matches!(status, 401 | 503) => Ok(client),
        Err(error) if error.status() == Some(401) => {
            Err("the gateway does not accept this token".to_owned())
        }
        Err(error) => Err(error.to_string()),
    }
}
