//! The gateways that the console can switch to: the one it was started on, and every profile.

use super::target::{self, GatewayInfo};
use super::token;
use crate::client::{Client, ClientError, Secret};
use crate::config::{Profile, TokenFrom};
use crate::console::io::connectors::GatewayConnector;
use crate::console::state;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A gateway in the list.
enum Entry {
    /// The one that the desk was started on, which no profile describes.
    Started(Client),
    Profile(Profile),
}

/// The gateways, and how to connect to them.
pub(super) struct Gateways {
    entries: Vec<Entry>,
    /// Typed tokens by position: an accepted token is not asked for again.
    typed: Mutex<BTreeMap<usize, Secret>>,
    /// The directory of the notebooks, and their files by position.
    notebooks: (PathBuf, Vec<String>),
}

impl Gateways {
    /// The list, what the console shows of it, and where in it the desk is. `typed` is the token
    /// that was typed at the start.
    pub(super) fn new(
        client: &Client,
        place: &GatewayInfo,
        profiles: &[Profile],
        typed: Option<Secret>,
        state_dir: &Path,
    ) -> (Self, Vec<state::Profile>, usize) {
        let here = profiles
            .iter()
            .position(|profile| place.profile.as_deref() == Some(&profile.name));
        let mut entries: Vec<_> = profiles.iter().cloned().map(Entry::Profile).collect();
        let mut shown: Vec<_> = profiles.iter().map(shown).collect();
        if here.is_none() {
            entries.insert(0, Entry::Started(client.clone()));
            shown.insert(
                0,
                state::Profile {
                    name: place.name.clone(),
                    address: place.address.clone(),
                    session_ids: place.session_ids.clone(),
                    prompts: false,
                    known: true,
                },
            );
        }
        let file = |entry: &Entry| match entry {
            Entry::Started(_) => file_name("", &place.name),
            Entry::Profile(profile) => file_name("profile-", &profile.name),
        };
        let notebooks = (state_dir.join("desk"), entries.iter().map(file).collect());
        let here = here.unwrap_or(0);
        shown[here].known = true;
        let gateways = Self {
            entries,
            notebooks,
            typed: Mutex::new(typed.map(|typed| (here, typed)).into_iter().collect()),
        };
        (gateways, shown, here)
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

/// A name as a part of a file's name.
fn file_name(prefix: &str, name: &str) -> String {
    let plain = |character: char| {
        if character.is_alphanumeric() {
            character
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(plain).take(80).collect();
    format!("{prefix}{name}.json")
}

fn shown(profile: &Profile) -> state::Profile {
    state::Profile {
        name: profile.name.clone(),
        address: profile.url.clone(),
        session_ids: profile.sessions.clone(),
        prompts: profile.token == TokenFrom::Prompt,
        known: false,
    }
}

#[async_trait]
impl GatewayConnector for Gateways {
    async fn open(&self, at: usize, token: Option<Secret>) -> Result<Client, String> {
        let profile = match self.entries.get(at) {
            Some(Entry::Started(client)) => return check_access(client.clone()).await,
            Some(Entry::Profile(profile)) => profile,
            None => return Err("there is no such profile".to_owned()),
        };
        let token = match token.or_else(|| self.remembered(at)) {
            Some(typed) => token::one_token(typed.expose(), "what was typed")?,
            None => token::unattended(&profile.token).await?,
        };
        let client = target::client(profile, token.clone())
            .await
            .map_err(|error| format!("{error:#}"))?;
        let client = check_access(client).await?;
        if profile.token == TokenFrom::Prompt {
            self.remember(at, token);
        }
        Ok(client)
    }

    fn notebook(&self, at: usize) -> PathBuf {
        let (directory, files) = &self.notebooks;
        directory.join(files.get(at).map_or("unknown.json", String::as_str))
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
