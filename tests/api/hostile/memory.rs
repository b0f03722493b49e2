//! How much memory a hostile gateway can make the client use: the peak of a separate process.

use super::server::{Act, Server};
use super::{KEY, SESSION, client, hasty};
use groupdesk::client::realtime::{self, RealtimeEvent, Timing, run_with};
use groupdesk::client::{Client, Limits, Options, Secret};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Maximum memory of a client in kibibytes, its code and the runtime included.
const PEAK_MAX: u64 = 200 << 10;
/// The child aborts beyond this, so that a failing test does not exhaust the machine.
const PEAK_HARMFUL: u64 = 600 << 10;
const BASE: &str = "HOSTILE_GATEWAY";
const TASK: &str = "HOSTILE_TASK";

/// What the stream sends after `connected`, to a client that never reads from its socket's peer.
#[derive(Clone)]
struct Sends {
    bytes: Vec<u8>,
    times: usize,
}

/// A frame of a server.
fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        length @ 0..126 => frame.push(length as u8),
        length @ 126..65_536 => {
            frame.push(126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            frame.push(127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame
}

fn event(id: &str) -> Vec<u8> {
    let text = format!(
        r#"{{"schema":"v1","id":"{id}","event":"session.status","session":"s","organization":"o","timestamp":1,"payload":{{"status":"working"}}}}"#
    );
    frame(1, text.as_bytes())
}

/// A gateway whose stream sends these bytes this many times; counts the bytes sent.
async fn gateway(bytes: Vec<u8>, times: usize) -> (String, Arc<AtomicUsize>) {
    let sends = Sends { bytes, times };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, sends.clone(), count.clone()));
        }
    });
    (base, sent)
}

async fn serve(mut stream: TcpStream, sends: Sends, sent: Arc<AtomicUsize>) -> Option<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    if head.starts_with("POST") {
        let body = r#"{"ticket": "rt_1", "expiresInSeconds": 30, "url": ""}"#;
        let answer = super::server::answer(201, "", body);
        return stream.write_all(&answer).await.ok();
    }
    let key = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("sec-websocket-key")
            .then_some(value)
    })?;
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-accept: {accept}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    let hello = frame(1, br#"{"event":"connected","heartbeatSeconds":20}"#);
    stream.write_all(&hello).await.ok()?;
    for _ in 0..sends.times {
        stream.write_all(&sends.bytes).await.ok()?;
        sent.fetch_add(sends.bytes.len(), Ordering::Relaxed);
    }
    stream.shutdown().await.ok()
}

/// Runs a task of [`child`] in a process of its own: the peak of its memory in kibibytes, and its output.
async fn in_child(task: &'static str, base: String) -> (u64, String) {
    let child = tokio::task::spawn_blocking(move || {
        Command::new(std::env::current_exe().expect("a path"))
            .args([
                "--exact",
                "hostile::memory::child",
                "--ignored",
                "--nocapture",
            ])
            .env(TASK, task)
            .env(BASE, base)
            .output()
            .expect("a child")
    });
    let output = child.await.expect("an output");
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = output.lines().find_map(|line| line.split_once("peak "));
    let (peak, outcome) = line
        .and_then(|(_, outcome)| outcome.split_once(' '))
        .unwrap_or_else(|| panic!("no peak: {output}"));
    (peak.parse().expect("a number"), outcome.to_owned())
}

/// The peak memory of this process, in kibibytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.expect("a peak").parse().expect("a number")
}

/// The client of the other tests here.
#[tokio::test]
#[ignore = "the other tests run it as a process of its own"]
async fn child() {
    let (Ok(task), Ok(base)) = (std::env::var(TASK), std::env::var(BASE)) else {
        return;
    };
    let limits = Limits {
        stored: Duration::from_mins(5),
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::new(base, Secret::new(KEY))
    };
    let client = Client::open(&options).expect("a client");
    let outcome = match task.as_str() {
        "stream" => lost(client).await,
        _ => listed(client).await,
    };
    println!("peak {} {outcome}", peak());
}

/// Why the stream was lost.
async fn lost(client: Client) -> String {
    let (sink, mut events) = mpsc::channel(64);
    tokio::spawn(realtime::run(client, None, sink));
    let mut look = tokio::time::interval(Duration::from_millis(20));
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(RealtimeEvent::Lost { reason, .. }) => return reason,
                Some(_) => {}
                None => return "ended".to_owned(),
            },
            _ = look.tick() => if peak() > PEAK_HARMFUL {
                return "too much memory".to_owned();
            },
        }
    }
}

/// Eight concurrent listings.
async fn listed(client: Client) -> String {
    let reads = (0..8).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.list_groups(SESSION).await })
    });
    for read in reads.collect::<Vec<_>>() {
        let groups = read.await.expect("no panic");
        assert_eq!(groups.map(|groups| groups.rows.len()), Ok(0));
    }
    "listed".to_owned()
}

#[tokio::test]
async fn pings_with_unread_pongs_use_no_memory() {
    let pings = frame(9, &[b'x'; 125]).repeat(1_000);
    let (base, _) = gateway(pings, usize::MAX).await;
    let (peak, outcome) = in_child("stream", base).await;
    assert!(peak < PEAK_MAX, "{peak} KiB, {outcome}");
    assert!(outcome.contains("too many pings"), "{outcome}");
}

#[tokio::test]
async fn a_gateway_that_never_reads_the_pongs_is_disconnected() {
    let pings = frame(9, &[b'x'; 125]).repeat(1_000);
    let (base, sent) = gateway(pings, usize::MAX).await;
    let timing = Timing {
        pong: Duration::from_millis(300),
        pings: u32::MAX,
        ..Timing::default()
    };
    let (sink, mut events) = mpsc::channel(64);
    tokio::spawn(run_with(client(&base, hasty()), None, sink, timing));
    let reason = loop {
        let event = events.recv().await.expect("the stream to go on");
        if let RealtimeEvent::Lost { reason, .. } = event {
            break reason;
        }
    };
    assert!(reason.contains("does not read"), "{reason}");
    // Only what the sockets of both sides buffered.
    assert!(sent.load(Ordering::Relaxed) < 64 << 20);
}

#[tokio::test]
async fn ids_of_900_kilobytes_use_no_memory() {
    let events = event(&"x".repeat(900_000));
    let (base, _) = gateway(events, 6_000).await;
    let (peak, outcome) = in_child("stream", base).await;
    assert!(peak < PEAK_MAX, "{peak} KiB, {outcome}");
    assert!(outcome.contains("oversized"), "{outcome}");
}

#[tokio::test]
async fn long_ids_within_the_message_limit_use_no_memory_either() {
    // With valid events between them, so that it counts as the contract's stream. Every id is new.
    let mut events = Vec::new();
    for number in 0..1_000 {
        events.extend(event(&format!("{number}{}", "x".repeat(200_000))));
        events.extend(event(&format!("evt_{number}")));
    }
    let (base, _) = gateway(events, 1).await;
    let (peak, outcome) = in_child("stream", base).await;
    assert!(peak < PEAK_MAX, "{peak} KiB, {outcome}");
    assert!(outcome.contains("closed"), "{outcome}");
}

#[tokio::test]
async fn large_answers_are_read_one_at_a_time() {
    let body = format!("{{\"data\": []{}}}", " ".repeat(40 << 20));
    let answer = super::server::answer(200, "", &body);
    let server = Server::start(vec![Act::Say(answer)]).await;
    let (peak, outcome) = in_child("lists", server.base.clone()).await;
    assert_eq!(server.requests().len(), 8);
    assert!(peak < PEAK_MAX, "{peak} KiB, {outcome}");
}
