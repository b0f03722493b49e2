//! A panic ends its own session with a reason, and no other.

use super::super::requery::Requery;
use super::super::version::Version;
use super::super::{listener, reason};
use super::{Desk, SALES, SUPPORT};
use crate::api::SessionStatus;
use crate::gateway::domain::GroupJid;
use async_trait::async_trait;
use std::sync::Arc;
use tokio::time::Instant;
use whatsapp_rust::anyhow;
use whatsapp_rust::http::{HttpClient, HttpRequest, HttpResponse};
use whatsapp_rust::types::events::{Event, EventHandler, EventInterest, EventKind};

impl Desk {
    /// Both sessions, connected.
    async fn with_both() -> Self {
        let mut desk = Self::new(|_| ()).await;
        for label in [SUPPORT, SALES] {
            desk.start(label).await;
            desk.working(label).await;
        }
        desk
    }

    /// Sales has failed by a panic; the support line goes on, and Sales does after a start.
    async fn only_sales_broke(&mut self) {
        let reason = self.until(SALES, SessionStatus::Failed, true).await;
        assert_eq!(reason, reason::BROKEN);
        let support = self.session(SUPPORT);
        assert_eq!(support.view().status, SessionStatus::Working);
        let group = self.world.group_named("Weekend Volunteers").unwrap();
        self.engine.invite(&support, &group).await.unwrap();
        self.start(SALES).await;
        self.working(SALES).await;
    }

    fn group_of_sales(&self) -> GroupJid {
        let person = self.world.person(&self.session(SALES).id).unwrap();
        self.world
            .act(|rules| rules.joined_groups(person).remove(0).jid)
    }
}

/// A listener with a fault.
struct Faulty(EventKind);

impl EventHandler for Faulty {
    fn interest(&self) -> EventInterest {
        EventInterest::of(&[self.0])
    }

    fn handle_event(&self, _: Arc<Event>) {
        panic!("on purpose");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_middle_of_the_librarys_work() {
    let mut desk = Desk::with_both().await;
    let group = desk.group_of_sales();
    let sales = desk.session(SALES).id;
    for kind in [EventKind::GroupUpdate, EventKind::Disconnected] {
        let (_, client) = desk.insider(SALES).connected().unwrap();
        client.subscribe_handler(Arc::new(Faulty(kind))).detach();
        drop(client);
        if kind == EventKind::GroupUpdate {
            desk.world.phone().reset_invite(&group).unwrap();
        } else {
            desk.world.drop_connection(&sales, None);
            desk.world.reconnect(&sales);
        }
        desk.only_sales_broke().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_group_is_looked_at() {
    let mut desk = Desk::with_both().await;
    let insider = desk.insider(SALES);
    let run = insider.run().unwrap();
    let requeries = listener::requeries(Arc::downgrade(&insider), Arc::downgrade(&run));
    let look = Requery {
        group: desk.group_of_sales(),
        by: None,
        at: 1,
        via: None,
        from: Instant::now(),
        into_change: |_| panic!("on purpose"),
    };
    requeries.send(look).unwrap();
    desk.only_sales_broke().await;
}

/// Every request panics.
struct Broken;

#[async_trait]
impl HttpClient for Broken {
    async fn execute(&self, _: HttpRequest) -> Result<HttpResponse, anyhow::Error> {
        panic!("on purpose");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_client_is_being_built() {
    let mut desk = Desk::new(|live| {
        let file = live.options.keys_dir.join("whatsapp-version");
        live.version = Version::new(None, file, Arc::new(Broken));
    })
    .await;
    // The version is asked for once, by whoever comes first.
    desk.start(SALES).await;
    let reason = desk.until(SALES, SessionStatus::Failed, true).await;
    assert_eq!(reason, reason::BROKEN);
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    desk.start(SALES).await;
    desk.working(SALES).await;
}
