//! The world through the driver interface.

mod faults;
mod fixtures;
mod groups;
mod leaks;
mod life;
mod members;
mod pairing;
mod visibility;

use super::*;
use crate::gateway::domain::{GroupJid, MemberJid, SessionId};
use crate::gateway::whatsapp::{Account, Driver, DriverEvent, GroupEvent};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver};

/// A driver with its reported events.
struct Session {
    account: Account,
    driver: Arc<dyn Driver>,
    events: UnboundedReceiver<DriverEvent>,
}

impl Session {
    fn open(world: &Arc<World>, label: &str) -> Self {
        let account = world.session(label).unwrap();
        Self::of(world, account)
    }

    fn of(world: &Arc<World>, account: Account) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        Self {
            driver: open(Arc::clone(world), account.clone(), sender),
            account,
            events,
        }
    }

    /// A newly created session, unknown to the world.
    fn fresh(world: &Arc<World>) -> Self {
        let session = SessionId::parse("01ARZ3NDEKTSV4RRFFQ69G5FAV").unwrap();
        let organization = world.organizations()[0].0.clone();
        Self::of(
            world,
            Account {
                session,
                organization,
            },
        )
    }

    async fn connected(world: &Arc<World>, label: &str) -> Self {
        let mut session = Self::open(world, label);
        session.driver.connect().await.unwrap();
        session.until_connected().await;
        session
    }

    async fn until_connected(&mut self) {
        while !matches!(self.next().await, DriverEvent::Connected(_)) {}
    }

    fn id(&self) -> &SessionId {
        &self.account.session
    }

    /// The next event but people's names.
    async fn next(&mut self) -> DriverEvent {
        loop {
            let event = self.events.recv().await.unwrap();
            if !matches!(event, DriverEvent::Named(_)) {
                return event;
            }
        }
    }

    /// The group events reported so far.
    fn heard(&mut self) -> Vec<GroupEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok())
            .filter_map(|event| match event {
                DriverEvent::Group(event) => Some(event),
                _ => None,
            })
            .collect()
    }
}

fn world() -> Arc<World> {
    World::still(42).unwrap()
}

fn named(world: &World, subject: &str) -> GroupJid {
    world.group_named(subject).unwrap()
}
