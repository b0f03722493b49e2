//! The engine against the loopback WhatsApp server, from inside the crate: panics in the library,
//! and time limits of minutes and hours with a paused clock.

#[path = "../../../../../tests/loopback/mod.rs"]
#[allow(dead_code)]
mod loopback;

mod backlog;
mod lists;
mod names;
mod outdated;
mod panics;
mod presence;
mod slow;
mod waits;

use super::session::Session;
use super::{Live, Options, driver};
use crate::api::{Capabilities, SessionStatus, TicketRequest};
use crate::gateway::auth::{Caller, Lease};
use crate::gateway::domain::SessionId;
use crate::gateway::realtime::Subscription;
use crate::gateway::whatsapp::sandbox::{World, WorldOptions};
use crate::gateway::whatsapp::{Account, Backend, Identity};
use crate::gateway::{Config, Engine, Limits, OwnedSession, SeedSession};
use loopback::Server;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// Two sessions of the world that are linked, of one organization.
const SUPPORT: &str = "Support line";
const SALES: &str = "Sales";
/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Seconds, a little more than `KEY_SHARE_GRACE_SECS` in `client/node_io.rs` of whatsapp-rust 0.7.
const KEY_SHARE: u32 = 11;

type Sessions = Arc<Mutex<HashMap<SessionId, Arc<Session>>>>;

struct Desk {
    world: Arc<World>,
    server: Server,
    engine: Engine,
    caller: Caller,
    /// The driver's own side of the sessions.
    sessions: Sessions,
    events: Subscription,
    home: TempDir,
}

impl Desk {
    /// Neither of the two is started yet. `change` may change what they share.
    async fn new(change: impl FnOnce(&mut Live)) -> Self {
        let options = WorldOptions {
            seed: Some(7),
            ..WorldOptions::default()
        };
        let world = World::load(options).unwrap();
        let server = Server::start(Arc::clone(&world)).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let keys = home.path().join("keys");
        let mut seed = Vec::new();
        for label in [SUPPORT, SALES] {
            let account = world.session(label).unwrap();
            let identity = identity(&world, &account);
            let linked = server.seed_linked(&keys, account.clone(), identity.clone());
            linked.await.unwrap();
            seed.push(SeedSession {
                account,
                label: Some(label.to_owned()),
                identity: Some(identity),
                start: false,
                groups: Vec::new(),
            });
        }
        let mut live = Live::new(Options {
            url: Some(server.url()),
            ..Options::new(keys)
        })
        .unwrap();
        change(Arc::get_mut(&mut live).unwrap());
        let caller = Caller {
            scope: seed[0].account.organization.clone().into(),
            capabilities: Capabilities::all(),
            actor: "key:test".to_owned(),
            lease: Lease::default(),
            own: true,
        };
        let sessions = Sessions::default();
        let engine = Engine::open(Config {
            database: home.path().join("desk.db"),
            gateway_id: "gateway".to_owned(),
            backend: backend(live, Arc::clone(&sessions)),
            memory_keys: Vec::new(),
            login: None,
            seed,
            limits: Limits::default(),
            connect: true,
        })
        .await
        .unwrap();
        let ticket = engine
            .issue_ticket(&caller, TicketRequest::default())
            .unwrap();
        let events = engine.redeem_ticket(&ticket).unwrap();
        Self {
            world,
            server,
            engine,
            caller,
            sessions,
            events,
            home,
        }
    }

    /// Replaces the keys of a session, which was not started yet, by those of a device that was linked
    /// just now.
    async fn link_afresh(&self, label: &str) {
        let account = self.world.session(label).unwrap();
        let identity = identity(&self.world, &account);
        let keys = self.home.path().join("keys");
        super::keys::erase(&super::keys::path(&keys, &account.session)).unwrap();
        let linked = self.server.seed_fresh(&keys, account, identity);
        linked.await.unwrap();
    }

    /// Waits until a session that was linked just now has caught up, and lets the time pass until it
    /// asks for app state.
    async fn until_app_state(&self, label: &str) {
        let mut caught_up = self.server.caught_up(&self.session(label).id).unwrap();
        let over = tokio::time::timeout(PATIENCE, caught_up.wait_for(|count| *count > 0));
        over.await.expect("the login stands still").unwrap();
        // The library first waits for the phone to share its keys.
        seconds(KEY_SHARE).await;
    }

    fn session(&self, label: &str) -> OwnedSession {
        let id = self.world.session(label).unwrap().session;
        self.engine.find_session(&self.caller, id.as_str()).unwrap()
    }

    fn insider(&self, label: &str) -> Arc<Session> {
        let id = self.world.session(label).unwrap().session;
        Arc::clone(&self.sessions.lock().unwrap()[&id])
    }

    async fn start(&self, label: &str) {
        let start = crate::gateway::SessionAction::Start;
        let session = self.session(label);
        self.engine
            .act(&self.caller, &session, start)
            .await
            .unwrap();
    }

    /// Waits until a session has a status, with a reason or without; returns it.
    async fn until(&mut self, label: &str, status: SessionStatus, with_reason: bool) -> String {
        let session = self.session(label);
        let waiting = async {
            loop {
                let view = session.view();
                if view.status == status && view.status_reason.is_some() == with_reason {
                    return view.status_reason.unwrap_or_default();
                }
                self.events.next().await.unwrap();
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.unwrap_or_else(|_| panic!("{label} is {:?}", self.session(label).view()))
    }

    async fn working(&mut self, label: &str) {
        self.until(label, SessionStatus::Working, false).await;
    }
}

/// The live driver, whose sessions are kept where a test finds them.
fn backend(live: Arc<Live>, sessions: Sessions) -> Backend {
    Backend::Custom(Arc::new(move |account: Account, events| {
        let id = account.session.clone();
        let session = Session::new(Arc::clone(&live), account, events);
        sessions.lock().unwrap().insert(id, Arc::clone(&session));
        driver::over(session)
    }))
}

/// Moves the clock, for both sides of the connection.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// Moves the clock second by second, as it runs for a process that is not suspended.
async fn seconds(count: u32) {
    for _ in 0..count {
        pass(Duration::from_secs(1)).await;
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
    }
}

fn identity(world: &Arc<World>, account: &Account) -> Identity {
    let mut seeds = world.seed_sessions().into_iter();
    let seed = seeds.find(|seed| seed.account == *account);
    seed.unwrap().identity.unwrap()
}
