//! The use cases against a fake driver.

mod audit;
mod bans;
mod budget;
mod ends;
mod fake;
mod groups;
mod keys;
mod lists;
mod outage;
mod requests;
mod revoked;
mod schedules;
mod sessions;
mod waiting;

use super::{AuditQuery, Engine, OwnedSession};
use crate::api::{AuditEntry, Capabilities, Envelope, SessionStatus, Setting, TicketRequest};
use crate::gateway::auth::{Caller, Lease};
use crate::gateway::domain::GroupJid;
use crate::gateway::realtime::Subscription;
use crate::gateway::store::contract::{organization, session};
use crate::gateway::whatsapp::{Account, GroupChange};
use crate::gateway::{Config, Limits, SeedSession};
use fake::{Worlds, identity};
use std::path::Path;
use std::time::Duration;

/// An engine on a fake world, and a listener that receives all events from the start.
struct Desk {
    engine: Engine,
    worlds: Worlds,
    caller: Caller,
    events: Subscription,
    directory: tempfile::TempDir,
    marks: u32,
}

fn caller(name: &str) -> Caller {
    Caller {
        scope: organization(name).into(),
        capabilities: Capabilities::all(),
        actor: "key:test".to_owned(),
        lease: Lease::default(),
        own: true,
    }
}

fn jid(number: u64) -> GroupJid {
    fake::group(number).jid
}

fn seeded(number: u128, start: bool) -> SeedSession {
    SeedSession {
        account: Account {
            session: session(number),
            organization: organization("acme"),
        },
        label: None,
        identity: start.then(identity),
        start,
        groups: Vec::new(),
    }
}

fn config(database: &Path, worlds: &Worlds) -> Config {
    Config {
        database: database.to_owned(),
        gateway_id: "gateway".to_owned(),
        backend: worlds.backend(),
        memory_keys: Vec::new(),
        login: None,
        seed: Vec::new(),
        limits: Limits::default(),
        connect: true,
    }
}

async fn open(database: &Path, worlds: &Worlds, seed: Vec<SeedSession>) -> Engine {
    let config = Config {
        seed,
        ..config(database, worlds)
    };
    Engine::open(config).await.unwrap()
}

/// A desk whose first session is paired, connected and in the groups 1 and 2.
async fn desk() -> Desk {
    desk_with(Limits::default()).await
}

async fn desk_with(limits: Limits) -> Desk {
    let worlds = Worlds::default();
    {
        let world = worlds.of(session(1).as_str());
        let mut world = world.lock().unwrap();
        world.paired = true;
        for number in [1, 2] {
            let group = fake::group(number);
            world.groups.insert(group.jid.to_string(), group);
        }
    }
    let mut desk = idle_with(worlds, vec![seeded(1, false)], limits).await;
    let owned = desk.session(1);
    desk.engine
        .act(&desk.caller, &owned, super::super::SessionAction::Start)
        .await
        .unwrap();
    // Connected, and the groups are stored.
    for _ in 0..2 {
        desk.status(SessionStatus::Working).await;
    }
    desk.so_far().await;
    desk
}

async fn idle(worlds: Worlds, seed: Vec<SeedSession>) -> Desk {
    idle_with(worlds, seed, Limits::default()).await
}

async fn idle_with(worlds: Worlds, seed: Vec<SeedSession>, limits: Limits) -> Desk {
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        seed,
        limits,
        ..config(&directory.path().join("desk.db"), &worlds)
    };
    let engine = Engine::open(config).await.unwrap();
    let caller = caller("acme");
    let ticket = engine
        .issue_ticket(&caller, TicketRequest::default())
        .unwrap();
    let events = engine.redeem_ticket(&ticket).unwrap();
    assert!(engine.redeem_ticket(&ticket).is_none());
    Desk {
        engine,
        worlds,
        caller,
        events,
        directory,
        marks: 0,
    }
}

/// Advances the clock. Must not wait for the store, which has a thread and a clock of its own.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

impl Desk {
    fn session(&self, number: u128) -> OwnedSession {
        self.engine
            .find_session(&self.caller, session(number).as_str())
            .unwrap()
    }

    /// The next event of this name; skips others.
    async fn next(&mut self, name: &str) -> Envelope {
        let wait = async {
            loop {
                let text = self.events.next().await.unwrap();
                let event: Envelope = serde_json::from_str(&text).unwrap();
                if event.event.as_str() == name {
                    return event;
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), wait)
            .await
            .unwrap_or_else(|_| panic!("no {name}"))
    }

    async fn status(&mut self, wanted: SessionStatus) -> Envelope {
        loop {
            let event = self.next("session.status").await;
            if event.payload["status"] == wanted.as_str() {
                return event;
            }
        }
    }

    /// All events published so far: of our calls, and of what the driver reported for the first
    /// session. A change of group 2 by the driver marks the end.
    async fn so_far(&mut self) -> Vec<Envelope> {
        let owned = self.session(1);
        drop(owned.handle.turn(0).await.unwrap());
        self.marks += 1;
        let mark = format!("mark {}", self.marks);
        let event = groups::elsewhere(2, GroupChange::Setting(Setting::Description(mark.clone())));
        self.worlds.send(owned.id.as_str(), event);
        let mut events = Vec::new();
        loop {
            let text = self.events.next().await.unwrap();
            let event: Envelope = serde_json::from_str(&text).unwrap();
            if event.payload["description"] == mark {
                return events;
            }
            events.push(event);
        }
    }

    async fn audit(&self) -> Vec<AuditEntry> {
        let query = AuditQuery::default();
        self.engine.audit(&self.caller, &query).await.unwrap().data
    }
}
