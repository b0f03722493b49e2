//! The server on loopback by itself: the bare client library against it.

#[path = "mod.rs"]
mod loopback;

use groupdesk::gateway::whatsapp::sandbox::World;
use loopback::Server;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use whatsapp_rust::bot::{Bot, BotHandle};
use whatsapp_rust::store::SqliteStore;
use whatsapp_rust::transport::TokioWebSocketTransportFactory;
use whatsapp_rust::types::events::Event;

const PATIENCE: Duration = Duration::from_secs(20);

/// The bare client on the key file of the world's first session.
async fn client(server: &Server, keys: &std::path::Path) -> (BotHandle, mpsc::UnboundedReceiver<Arc<Event>>) {
    let file = std::fs::read_dir(keys)
        .expect("the directory of the keys")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|kind| kind == "sqlite"))
        .expect("a key file");
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
                let _ = report.send(event);
            }
        })
        .build()
        .await
        .expect("a client");
    (bot.spawn(), events)
}

async fn until<T>(
    events: &mut mpsc::UnboundedReceiver<Arc<Event>>,
    mut wanted: impl FnMut(&Event) -> Option<T>,
) -> T {
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
async fn a_linked_device_logs_in_and_sees_the_groups_of_the_world() {
    let world = World::still(1).unwrap();
    let server = Server::start(Arc::clone(&world)).await.unwrap();
    let keys = tempfile::tempdir().unwrap();
    let session = world.seed_sessions().remove(0);
    let identity = session.identity.clone().unwrap();
    server
        .seed_linked(keys.path(), session.account, identity)
        .await
        .unwrap();

    let (bot, mut events) = client(&server, keys.path()).await;
    until(&mut events, |event| matches!(event, Event::Connected(_)).then_some(())).await;
    let groups = bot.client().groups().get_participating().await.unwrap();
    assert_eq!(groups.len(), session.groups.len().max(1));
    bot.shutdown().await;
}
