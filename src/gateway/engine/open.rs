//! Opening the engine: store, seeds, keys, sessions.

use super::{Engine, Inner};
use crate::api::EpochMillis;
use crate::api::{Session, SessionStatus};
use crate::gateway::auth::KeyRing;
use crate::gateway::auth::login::LoginVerifier;
use crate::gateway::hub::Hub;
use crate::gateway::metrics::Metrics;
use crate::gateway::rate::CallerRates;
use crate::gateway::realtime::Tickets;
use crate::gateway::session::{self, SessionHandle};
use crate::gateway::shares::Shares;
use crate::gateway::store::changes;
use crate::gateway::store::context::SessionContext;
use crate::gateway::store::rows::{AuditFilter, StoredSession};
use crate::gateway::store::{Store, StoreError, Write, sqlite};
use crate::gateway::{Config, Limits, SeedSession, clock};
use anyhow::Context as _;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// Entries of the audit log that are read at a time.
const RECALLED: u32 = 200;

impl Engine {
    /// Opens the store, stores the seeded sessions, and starts every session that should run, in
    /// parallel and slightly staggered.
    ///
    /// # Errors
    /// The store is in use, unreadable, damaged or newer than this program. The text names the file.
    pub async fn open(config: Config) -> anyhow::Result<Self> {
        let Config {
            database,
            gateway_id,
            backend,
            memory_keys,
            login,
            seed,
            limits,
            connect,
        } = config;
        let login_verifier = login.map(LoginVerifier::new).transpose()?;
        let hub = Arc::new(Hub::default());
        let events = Arc::clone(&hub);
        let path = database.clone();
        let metrics = Arc::new(Metrics::default());
        let times = metrics.store_times();
        let open = move || Store::open(sqlite::open(&path)?, events, times);
        let store = tokio::task::spawn_blocking(open).await??;
        if connect {
            // Connected sessions have to be stored; an engine that only reads works without
            // writing.
            let takes = store.check_writable().await;
            takes
                .with_context(|| format!("cannot write to the database {}", database.display()))?;
        }
        let (stored, ring) = load(&store, seed, &limits)
            .await
            .with_context(|| format!("cannot read the database {}", database.display()))?;
        let schedules = store
            .read(|rows| rows.schedules())
            .await
            .with_context(|| format!("cannot read the database {}", database.display()))?;
        for key in &memory_keys {
            ring.insert_memory(key);
        }
        let tasks = TaskTracker::new();
        let mut delay = Duration::ZERO;
        let mut handles = std::collections::BTreeMap::new();
        for mut stored in stored {
            stored.session.gateway_id.clone_from(&gateway_id);
            stored.should_run &= connect;
            // Keep only bans that have not ended yet.
            stored.not_before = stored
                .not_before
                .filter(|at| stored.should_run && *at > clock::now());
            stored.session.rate_per_min = limits.calls_per_minute;
            stored.session.rate_per_hour = limits.calls_per_hour;
            let status = &mut stored.session.status;
            let starts = stored.should_run && stored.not_before.is_none();
            if starts {
                *status = SessionStatus::Starting;
                stored.session.status_reason = None;
            } else if !matches!(status, SessionStatus::LoggedOut | SessionStatus::Failed) {
                *status = SessionStatus::Stopped;
            }
            let handle = session::spawn(
                stored,
                &backend,
                store.clone(),
                &metrics,
                &tasks,
                &limits,
                delay,
            );
            if starts {
                delay += backend.stagger();
            }
            handles.insert(handle.id.to_string(), handle);
        }
        for handle in handles.values() {
            recall(&store, handle)
                .await
                .with_context(|| format!("cannot read the database {}", database.display()))?;
        }
        tracing::info!(sessions = handles.len(), "the engine is open");
        let inner = Arc::new(Inner {
            store,
            database,
            hub,
            backend,
            gateway_id,
            keys: ring,
            key_changes: tokio::sync::Mutex::default(),
            login_verifier,
            callers: CallerRates::new(limits.requests_per_minute),
            organizations: CallerRates::new(limits.organization_requests_per_minute),
            under_way: Shares::new(0, limits.connections_per_client as usize),
            bodies: Shares::new(limits.body_bytes, limits.body_bytes_per_caller),
            unread: Shares::new(limits.unread_bytes, limits.unread_bytes_per_caller),
            limits,
            tickets: Tickets::default(),
            schedules: super::timetable::Schedules::new(schedules),
            sessions: RwLock::new(handles),
            tasks,
            metrics,
            draining: AtomicBool::new(false),
        });
        tokio::spawn(super::keys::keep_uses(Arc::downgrade(&inner)));
        let faults = inner.store.watch();
        tokio::spawn(super::outage::watch(Arc::downgrade(&inner), faults));
        tokio::spawn(super::schedules::keep(Arc::downgrade(&inner)));
        Ok(Self { inner })
    }
}

/// Counts what the session did before this process, from the audit log: its budgets span a day.
async fn recall(store: &Store, session: &Arc<SessionHandle>) -> Result<(), StoreError> {
    if session.budget.reach().is_none() {
        return Ok(());
    }
    let session = Arc::clone(session);
    store
        .read(move |rows| {
            let organizations = [session.organization.clone()];
            let mut filter = AuditFilter {
                session: Some(session.id.to_string()),
                limit: RECALLED,
                ..AuditFilter::default()
            };
            loop {
                let entries = rows.audit(&organizations, &filter)?;
                let oldest = entries.last().and_then(|entry| entry.id.parse().ok());
                if !session.budget.recall(&entries) || oldest.is_none() {
                    return Ok(());
                }
                filter.before = oldest;
            }
        })
        .await
}

async fn load(
    store: &Store,
    seed: Vec<SeedSession>,
    limits: &Limits,
) -> Result<(Vec<StoredSession>, KeyRing), StoreError> {
    if !seed.is_empty() {
        let limits = limits.clone();
        store
            .write(move |w| {
                let now = clock::now();
                seed.iter()
                    .try_for_each(|session| seed_session(w, session, &limits, now))
            })
            .await?;
    }
    let (stored, stored_keys) = store
        .read(|rows| Ok((rows.sessions()?, rows.keys()?)))
        .await?;
    let ring = KeyRing::default();
    for key in &stored_keys {
        ring.set(&key.key.id, Some(key));
    }
    Ok((stored, ring))
}

/// Stores a seeded session with its groups, unless it is there already.
fn seed_session(
    w: &mut Write<'_>,
    seed: &SeedSession,
    limits: &Limits,
    now: EpochMillis,
) -> Result<(), StoreError> {
    let organization = &seed.account.organization;
    w.rows.put_organization(organization, now)?;
    let identity = seed.identity.as_ref();
    let session = Session {
        id: seed.account.session.to_string(),
        label: seed.label.clone(),
        status: SessionStatus::Stopped,
        phone_number: identity.map(|identity| identity.phone_number.clone()),
        wa_jid: identity.map(|identity| identity.jid.to_string()),
        wa_lid: identity.map(|identity| identity.lid.to_string()),
        rate_per_min: limits.calls_per_minute,
        rate_per_hour: limits.calls_per_hour,
        created_at: now,
        updated_at: now,
        ..Session::default()
    };
    if w.rows.insert_session(organization, &session, seed.start)? {
        let scope = SessionContext {
            organization: organization.clone(),
            session: seed.account.session.clone(),
            me: None,
            cache: Arc::default(),
            silent: true,
        };
        changes::seed(w, &scope, &seed.groups)?;
    }
    Ok(())
}
