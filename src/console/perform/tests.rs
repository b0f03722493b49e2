//! Pictures, turns and floods.

use super::*;
use crate::console::clipboard::{ClipboardChoice, Surroundings};

#[test]
fn a_strangers_name_never_leaves_the_directory() {
    for (title, name) in [
        ("Weekend Volunteers", "Weekend Volunteers"),
        ("../../etc/passwd", "etc passwd"),
        ("\u{1b}[31mred\u{202e}", "31mred"),
        ("🎉", "invite"),
        ("a.b:c", "a b c"),
    ] {
        assert_eq!(file_name(title), name, "{title:?}");
    }
    assert_eq!(file_name(&"x".repeat(500)).len(), 60);
}

/// There is no other gateway.
struct Nowhere;

#[async_trait::async_trait]
impl Places for Nowhere {
    async fn open(&self, _: usize, _: Option<Secret>) -> Result<Client, String> {
        Err("nowhere to go".to_owned())
    }
}

#[tokio::test]
async fn reads_that_wait_for_their_next_attempt_leave_the_turn_to_others() {
    // Nobody listens there any more, so every attempt fails at once.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&base, &Secret::new("wa_key"), false).unwrap();
    let clipboard = Clipboard::new(ClipboardChoice::Auto, Surroundings::default());
    let places = Arc::new(Nowhere);
    let (mut performer, mut notices) = Performer::new(client, clipboard, PathBuf::new(), places);
    performer.retry.first = Duration::from_hours(1);
    performer.retry.most = Duration::from_hours(1);
    let reads = PARALLEL_READS as u64 * 2;
    for id in 0..reads {
        let session = "s".to_owned();
        performer.call(RequestId(id), Call::Groups { session });
    }
    performer.call(RequestId(reads), Call::Sessions);
    let mut paused = 0;
    let mut answered = false;
    while paused < reads || !answered {
        match notices.recv().await.unwrap() {
            Notice::Msg(Msg::Pause(_, pause)) => {
                assert!(pause.until > now() + 1_000_000);
                paused += 1;
            }
            Notice::Msg(Msg::Reply(id, Reply::Sessions(Err(_)))) => {
                assert_eq!(id, RequestId(reads));
                answered = true;
            }
            // The stream has nobody to talk to either.
            Notice::Realtime(..) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_flood_of_news_waits_outside_until_some_were_taken_in() {
    let (inbox, mut notices) = mpsc::unbounded_channel();
    let (sink, events) = mpsc::channel(1);
    tokio::spawn(pass_on(events, inbox));
    let flood = 3 * EVENTS_WAITING;
    let sent = tokio::spawn(async move {
        for _ in 0..flood {
            sink.send(RealtimeEvent::Connected).await.unwrap();
        }
    });
    // Both tasks go on for as long as there is room.
    for _ in 0..10 * flood {
        tokio::task::yield_now().await;
    }
    assert_eq!(notices.len(), EVENTS_WAITING);
    for _ in 0..flood {
        notices.recv().await.expect("none is lost");
    }
    sent.await.unwrap();
}

#[test]
fn an_older_picture_is_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let first = save(directory.path(), "https://chat.whatsapp.com/one", "Choir").unwrap();
    let kept = std::fs::read(&first.png).unwrap();
    let second = save(directory.path(), "https://chat.whatsapp.com/two", "Choir").unwrap();
    assert_ne!(first, second);
    assert_eq!(std::fs::read(&first.png).unwrap(), kept);
    assert!(second.svg.exists());
}
