//! A world with a WhatsApp server in front of it, and a data directory with its sessions.

use super::engine::{Engine, Machine};
use crate::loopback::Server;
use groupdesk::gateway::SeedSession;
use groupdesk::gateway::domain::{GroupJid, OrganizationId, SessionId};
use groupdesk::gateway::whatsapp::Account;
use groupdesk::gateway::whatsapp::sandbox::{World, WorldOptions};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// The organization of the desk's own sessions.
pub const ORGANIZATION: &str = "local";
/// A linked session of the world, with groups of every kind.
pub const SUPPORT: &str = "Support line";
/// An unlinked session of the desk, and its id.
pub const NEW: &str = "Second phone";
const NEW_ID: &str = "01KZ0000000000000000000002";

pub struct House {
    pub world: Arc<World>,
    pub server: Server,
    pub data: TempDir,
    support: Account,
}

impl House {
    /// With at least this many groups of the support line.
    pub async fn new(groups: Option<usize>) -> Self {
        groupdesk::client::install_tls();
        let options = WorldOptions {
            seed: Some(7),
            groups,
            ..WorldOptions::default()
        };
        let world = World::load(options).unwrap();
        let server = Server::start(Arc::clone(&world)).await.unwrap();
        let support = world.session(SUPPORT).unwrap();
        let house = Self {
            data: tempfile::tempdir().unwrap(),
            world,
            server,
            support,
        };
        house.link_support_again().await;
        let (server, keys) = (&house.server, house.keys());
        let new = House::new_phone();
        server.seed_unlinked(&keys, new).await.unwrap();
        house
    }

    /// The support line's groups are stored, and it is stopped.
    pub async fn furnished() -> (Self, SessionId) {
        let house = Self::new(None).await;
        let support = house.support().session;
        let engine = house.engine().await;
        let groups = super::sessions::groups_of(&house, &support);
        engine.desk.until_complete(&support, groups).await;
        engine.stop().await;
        (house, support)
    }

    /// Gives the support line the keys of a linked device.
    pub async fn link_support_again(&self) {
        let seeds = self.world.seed_sessions();
        let mut seeds = seeds.into_iter();
        let support = self.support();
        let identity = seeds.find(|seed| seed.account.session == support.session);
        let identity = identity.unwrap().identity.unwrap();
        let keys = self.keys();
        let linked = self.server.seed_linked(&keys, support, identity);
        linked.await.unwrap();
    }

    /// The initial contents of the desk's database.
    fn seeds(&self) -> Vec<SeedSession> {
        let session = |label: &str, account, start| SeedSession {
            account,
            label: Some(label.to_owned()),
            identity: None,
            start,
            groups: Vec::new(),
        };
        vec![
            session(SUPPORT, self.support(), true),
            session(NEW, Self::new_phone(), false),
        ]
    }

    /// An engine in this process, on the house's data.
    pub async fn engine(&self) -> Engine {
        Engine::start(&self.machine(), self.seeds()).await
    }

    /// An engine on the house's data, without new sessions.
    pub async fn engine_as_it_was_left(&self) -> Engine {
        Engine::start(&self.machine(), Vec::new()).await
    }

    /// The configuration of an engine.
    pub fn machine(&self) -> Machine {
        Machine {
            data: self.data.path().to_owned(),
            url: self.server.url(),
        }
    }

    pub fn support(&self) -> Account {
        Account {
            organization: OrganizationId::parse(ORGANIZATION).unwrap(),
            ..self.support.clone()
        }
    }

    pub fn new_phone() -> Account {
        Account {
            session: SessionId::parse(NEW_ID).unwrap(),
            organization: OrganizationId::parse(ORGANIZATION).unwrap(),
        }
    }

    pub fn keys(&self) -> PathBuf {
        self.data.path().join("keys")
    }

    pub fn key_file(&self, session: &SessionId) -> PathBuf {
        self.keys().join(format!("{session}.sqlite"))
    }

    pub fn group(&self, subject: &str) -> GroupJid {
        self.world.group_named(subject).unwrap()
    }
}
