//! The loopback server itself, tested with the bare client library.

use crate::loopback::Server;
use groupdesk::gateway::whatsapp::sandbox::World;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc;
use whatsapp_rust::Jid;
use whatsapp_rust::bot::{Bot, BotHandle};
use whatsapp_rust::features::{GroupDescription, GroupError, PreviousDescription};
use whatsapp_rust::store::SqliteStore;
use whatsapp_rust::transport::TokioWebSocketTransportFactory;
use whatsapp_rust::types::events::Event;

const PATIENCE: Duration = Duration::from_secs(20);

type Events = mpsc::UnboundedReceiver<Arc<Event>>;

/// The bare client on a key file.
async fn client(server: &Server, file: &Path) -> (BotHandle, Events) {
    let (report, events) = mpsc::unbounded_channel();
    let store = SqliteStore::new(file.to_str().expect("a path of text")).await;
    let bot = Bot::builder()
        .with_backend(store.expect("a key file"))
        .with_transport_factory(TokioWebSocketTransportFactory::new().with_url(server.url()))
        .with_version((2, 3000, 1_023_000_000))
        .skip_history_sync()
        .on_event(move |event, _client| {
            let report = report.clone();
            async move {
                // The test may have ended.
                let _ = report.send(event);
            }
        })
        .build()
        .await
        .expect("a client");
    (bot.spawn(), events)
}

/// A world, its server, and the bare client on the support line's linked device.
struct Stage {
    world: Arc<World>,
    server: Server,
    keys: TempDir,
    bot: BotHandle,
    events: Events,
}

async fn stage() -> Stage {
    let world = World::still(1).expect("a world");
    let server = Server::start(Arc::clone(&world)).await.expect("a server");
    let keys = tempfile::tempdir().expect("a directory");
    let session = world.seed_sessions().remove(0);
    let file = keys
        .path()
        .join(format!("{}.sqlite", session.account.session));
    let identity = session.identity.expect("a linked session");
    let seeded = server.seed_linked(keys.path(), session.account, identity);
    seeded.await.expect("a key file");
    let (bot, events) = client(&server, &file).await;
    Stage {
        world,
        server,
        keys,
        bot,
        events,
    }
}

impl Stage {
    async fn connected(&mut self) {
        until(&mut self.events, |event| {
            matches!(event, Event::Connected(_)).then_some(())
        })
        .await;
    }
}

async fn until<T>(events: &mut Events, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
    let found = async {
        loop {
            let event = events.recv().await.expect("the client still runs");
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, found)
        .await
        .expect("it happens in time")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_linked_device_logs_in_and_reads_the_groups_of_the_world() {
    let mut stage = stage().await;
    stage.connected().await;
    let groups = stage
        .bot
        .client()
        .groups()
        .get_participating()
        .await
        .unwrap();
    let volunteers = stage.world.group_named("Weekend Volunteers").unwrap();
    let found = groups
        .values()
        .find(|group| group.id.to_string() == volunteers.as_str());
    assert_eq!(found.unwrap().participants.len(), 128);
    assert_eq!(*stage.server.turned_away().borrow(), 0);
    stage.bot.shutdown().await;
}

/// There is no test option that makes the client trust a server without certificates.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_without_our_key_does_not_trust_the_server() {
    let stage = stage().await;
    let mut turned_away = stage.server.turned_away();
    let (bot, _events) = client(&stage.server, &stage.keys.path().join("new.sqlite")).await;
    let refused = turned_away.wait_for(|count| *count > 0);
    tokio::time::timeout(PATIENCE, refused)
        .await
        .unwrap()
        .unwrap();
    assert!(!bot.client().is_logged_in());
    bot.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_description_is_only_replaced_with_its_current_id() {
    let mut stage = stage().await;
    stage.connected().await;
    let group = stage.world.group_named("Weekend Volunteers").unwrap();
    let jid: Jid = group.as_str().parse().unwrap();
    let client = stage.bot.client();
    let known = client
        .groups()
        .get_metadata(&jid)
        .await
        .unwrap()
        .description_id;
    let describe = async |text: &str, previous: PreviousDescription<'_>| {
        let text = GroupDescription::new(text).unwrap();
        client
            .groups()
            .set_description(jid.clone(), Some(text), previous)
            .await
    };
    let known = PreviousDescription::Id(known.as_deref().unwrap());
    describe("First", known).await.unwrap();
    for stale in [known, PreviousDescription::Absent] {
        let refused = describe("Second", stale).await;
        assert!(
            matches!(refused, Err(GroupError::DescriptionConflict)),
            "{refused:?}"
        );
    }
    describe("Third", PreviousDescription::Resolve)
        .await
        .unwrap();
    assert_eq!(stage.world.look_at(&group).unwrap().description, "Third");
    stage.bot.shutdown().await;
}
