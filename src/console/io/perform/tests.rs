//! Saved pictures, request slots, and bounds of the notices' queue.

use super::stream::{EVENT_BYTES_WAITING, EVENTS_WAITING, pass_on};
use super::*;
use crate::api::Envelope;
use crate::client::realtime::RealtimeEvent;
use crate::console::io::clipboard::{ClipboardChoice, Surroundings};
use crate::console::io::notice::now;
use crate::sheet::SheetFormat;
use serde_json::Value;
use serde_json::json;
use std::time::Duration;

#[test]
fn a_second_sheet_of_the_same_name_gets_a_number() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("Pictures");
    let link = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12";
    let group = crate::sheet::SheetGroup::new("Choir", link, "Support", "1@g.us", "01S");
    for (format, names) in [
        (SheetFormat::Html, ["etc sheet.html", "etc sheet (2).html"]),
        (SheetFormat::Csv, ["etc sheet.csv", "etc sheet (2).csv"]),
        (SheetFormat::Png, ["etc sheet", "etc sheet (2)"]),
    ] {
        let order = SheetOrder {
            title: "../etc/sheet".to_owned(),
            groups: vec![group.clone()],
            layout: crate::sheet::Layout::A5,
            format,
            made: "2026-11-27".to_owned(),
        };
        for name in names {
            assert_eq!(save_sheet(&place, &order), Ok(place.join(name)));
        }
    }
    assert!(place.join("etc sheet").join("Choir.png").is_file());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// No profile to switch to.
struct Nowhere;

#[async_trait::async_trait]
impl GatewayConnector for Nowhere {
    async fn open(&self, _: usize, _: Option<Secret>) -> Result<Client, String> {
        Err("nowhere to go".to_owned())
    }

    fn notebook(&self, _: usize) -> PathBuf {
        PathBuf::new()
    }

    fn batches(&self, _: usize) -> PathBuf {
        PathBuf::new()
    }

    async fn add(&self, _: NewGateway, _: usize) -> Result<Client, GatewayFault> {
        unreachable!("nothing is added")
    }
}

#[tokio::test]
async fn a_read_that_waits_for_its_next_attempt_frees_its_slot() {
    // The listener is closed, so every attempt fails at once.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&base, &Secret::new("wa_key"), false).unwrap();
    let clipboard = Clipboard::new(ClipboardChoice::Auto, Surroundings::default());
    let connector = Arc::new(Nowhere);
    let (mut performer, mut notices) = Performer::new(client, clipboard, PathBuf::new(), connector);
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
            Notice::Answer(id, Reply::Sessions(Err(_)), _) => {
                assert_eq!(id, RequestId(reads));
                answered = true;
            }
            // The stream cannot connect either.
            Notice::Realtime(..) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_flood_of_events_is_bounded_until_the_loop_takes_some() {
    let (inbox, mut notices) = mpsc::unbounded_channel();
    let (sink, events) = mpsc::channel(1);
    tokio::spawn(pass_on(events, inbox));
    let flood = 3 * EVENTS_WAITING;
    let sent = tokio::spawn(async move {
        for _ in 0..flood {
            sink.send(RealtimeEvent::Connected).await.unwrap();
        }
    });
    // Both tasks continue while the queue has room.
    for _ in 0..10 * flood {
        tokio::task::yield_now().await;
    }
    assert_eq!(notices.len(), EVENTS_WAITING);
    for _ in 0..flood {
        notices.recv().await.expect("no event is lost");
    }
    sent.await.unwrap();
}

#[tokio::test]
async fn queued_events_are_bounded_by_their_bytes_too() {
    let (inbox, mut notices) = mpsc::unbounded_channel();
    let (sink, events) = mpsc::channel(1);
    tokio::spawn(pass_on(events, inbox));
    // Each takes a quarter of the byte limit, though its text has only a few kilobytes.
    let nothings = EVENT_BYTES_WAITING / 4 / size_of::<Value>();
    let envelope: Envelope = serde_json::from_value(json!({
        "id": "evt_1", "event": "x", "payload": vec![Value::Null; nothings - 1],
    }))
    .unwrap();
    let sent = tokio::spawn(async move {
        for _ in 0..20 {
            let event = RealtimeEvent::Event(envelope.clone());
            sink.send(event).await.unwrap();
        }
    });
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(notices.len(), 4);
    for _ in 0..20 {
        notices.recv().await.expect("no event is lost");
    }
    sent.await.unwrap();
}

#[tokio::test]
async fn an_answer_holds_its_slot_until_the_loop_takes_it() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::new(&base, &Secret::new("wa_key"), false).unwrap();
    let clipboard = Clipboard::new(ClipboardChoice::Auto, Surroundings::default());
    let (performer, mut notices) =
        Performer::new(client, clipboard, PathBuf::new(), Arc::new(Nowhere));
    for id in 0..PARALLEL_READS as u64 {
        performer.call(RequestId(id), Call::Sessions);
    }
    let mut answers = Vec::new();
    while answers.len() < PARALLEL_READS {
        match notices.recv().await.unwrap() {
            Notice::Answer(_, _, permit) => answers.push(permit),
            Notice::Realtime(..) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(performer.read_permits.available_permits(), 0);
    drop(answers);
    assert_eq!(performer.read_permits.available_permits(), PARALLEL_READS);
}

#[test]
fn an_earlier_picture_is_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let first = save(directory.path(), "https://chat.whatsapp.com/one", "Choir").unwrap();
    let kept = std::fs::read(&first.png).unwrap();
    let second = save(directory.path(), "https://chat.whatsapp.com/two", "Choir").unwrap();
    assert_ne!(first, second);
    assert_eq!(std::fs::read(&first.png).unwrap(), kept);
    assert!(second.svg.exists());
}

/// A place that breaks.
struct Broken;

#[async_trait::async_trait]
impl GatewayConnector for Broken {
    async fn open(&self, _: usize, _: Option<Secret>) -> Result<Client, String> {
        panic!("a fault of the desk")
    }

    fn notebook(&self, _: usize) -> PathBuf {
        PathBuf::new()
    }

    fn batches(&self, _: usize) -> PathBuf {
        PathBuf::new()
    }

    async fn add(&self, _: NewGateway, _: usize) -> Result<Client, GatewayFault> {
        panic!("a fault of the desk")
    }
}

#[tokio::test]
async fn a_panicking_task_still_answers_its_request() {
    let client = Client::new("http://127.0.0.1:9", &Secret::new("wa_key"), false).unwrap();
    let clipboard = Clipboard::new(ClipboardChoice::Auto, Surroundings::default());
    let (performer, mut notices) =
        Performer::new(client, clipboard, PathBuf::new(), Arc::new(Broken));
    performer.connect(RequestId(7), 0, None);
    loop {
        match notices.recv().await.expect("an answer") {
            Notice::Connected(id, answer) => {
                assert_eq!(id, RequestId(7));
                assert!(answer.unwrap_err().contains("log"));
                return;
            }
            Notice::Realtime(..) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn fault() -> Notice {
    panic!("a fault of the desk")
}

#[tokio::test]
async fn a_change_whose_task_panics_is_unconfirmed() {
    let (inbox, mut notices) = mpsc::unbounded_channel();
    let call = Call::ResetInvite(GroupKey {
        session: "s".to_owned(),
        jid: "1@g.us".to_owned(),
    });
    let id = RequestId(1);
    let task = async { fault() };
    replying(&inbox, panicked(id, call), task);
    let Some(Notice::Answer(answered, Reply::InviteReset(Err(failure)), None)) =
        notices.recv().await
    else {
        panic!("no answer to the reset");
    };
    assert_eq!(answered, id);
    assert!(failure.unconfirmed, "it may have been sent");
    drop(inbox);
    assert!(notices.recv().await.is_none(), "exactly one answer");
}

#[tokio::test]
async fn a_broken_stream_is_not_treated_as_live() {
    let (inbox, mut notices) = mpsc::unbounded_channel();
    let (sink, events) = mpsc::channel(4);
    sink.send(RealtimeEvent::Connected).await.unwrap();
    drop(sink);
    pass_on(events, inbox).await;
    let mut as_failure = Vec::new();
    while let Some(Notice::Realtime(news, _)) = notices.recv().await {
        as_failure.push(news);
    }
    assert!(matches!(
        &as_failure[..],
        [RealtimeEvent::Connected, RealtimeEvent::Unavailable { .. }]
    ));
}
