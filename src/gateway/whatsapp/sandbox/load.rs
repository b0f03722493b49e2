//! Creating a world and starting its activity.

use super::activity;
use super::asset::{Asset, Link};
use super::build::{self, Built, SessionSeed};
use super::clock::Clock;
use super::endpoint::Endpoint;
use super::world::World;
use crate::api::EpochMillis;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Default timeout of a call.
pub const CALL_LIMIT: Duration = Duration::from_secs(20);

/// Options of a world.
#[derive(Debug, Clone, Copy)]
pub struct WorldOptions {
    /// The same seed makes the same ids, links, codes and changes. `None`: another world each time.
    pub seed: Option<u64>,
    /// The start time of the world's clock; ages of groups are relative to it.
    pub now: EpochMillis,
    /// At least how many groups the first session has; the asset's own ones are always there.
    pub groups: Option<usize>,
    /// Whether the world changes by itself. Needs a tokio runtime.
    pub active: bool,
    /// Timeout of an unanswered call.
    pub call_limit: Duration,
}

impl Default for WorldOptions {
    /// A still world that begins now.
    fn default() -> Self {
        Self {
            seed: None,
            now: jiff::Timestamp::now().as_millisecond(),
            groups: None,
            active: false,
            call_limit: CALL_LIMIT,
        }
    }
}

/// Why a world cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the sandbox world cannot be read: {0}")]
    Asset(#[from] toml::de::Error),
    #[error("the sandbox world cannot be built: {0}")]
    Build(String),
    #[error("a living world needs a tokio runtime")]
    NoRuntime,
}

impl World {
    /// Makes a world.
    ///
    /// # Errors
    /// The embedded asset is invalid (a test prevents that), or an active world is requested
    /// outside of a runtime.
    pub fn load(options: WorldOptions) -> Result<Arc<Self>, LoadError> {
        let asset = Asset::read()?;
        let seed = options.seed.unwrap_or_else(rand::random);
        let clock = Clock::starting_at(options.now);
        let Built {
            rules,
            organizations,
            sessions,
        } = build::build(&asset, seed, clock.clone(), options.groups).map_err(LoadError::Build)?;
        let endpoints = sessions
            .iter()
            .zip(0..)
            .map(|(session, number)| {
                (
                    session.account.session.clone(),
                    endpoint_of(session, number),
                )
            })
            .collect();
        let world = Arc::new(Self {
            seed,
            active: options.active,
            call_limit: options.call_limit,
            clock,
            organizations,
            sessions,
            asset,
            rules: Mutex::new(rules),
            endpoints: Mutex::new(endpoints),
            stopped: CancellationToken::new(),
        });
        if options.active {
            let runtime =
                tokio::runtime::Handle::try_current().map_err(|_| LoadError::NoRuntime)?;
            activity::start(&world, &runtime);
        }
        Ok(world)
    }

    /// A still world with this seed that begins now.
    ///
    /// # Errors
    /// As [`World::load`].
    pub fn still(seed: u64) -> Result<Arc<Self>, LoadError> {
        Self::load(WorldOptions {
            seed: Some(seed),
            ..WorldOptions::default()
        })
    }
}

fn endpoint_of(session: &SessionSeed, number: u64) -> Endpoint {
    Endpoint {
        linked: (session.link != Link::Unpaired).then_some(session.person),
        owner: Some(session.person),
        surprise: session.link,
        flaky: session.flaky,
        number,
        ..Endpoint::default()
    }
}
