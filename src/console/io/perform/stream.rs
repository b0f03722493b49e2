//! The realtime stream, slowed down when its events are not taken.

use crate::client::Client;
use crate::client::realtime::{self, RealtimeEvent};
use crate::console::io::notice::Notice;
use futures_util::FutureExt as _;
use serde_json::Value;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc};

/// Maximum realtime events in the queue to the loop before the stream is slowed down.
pub(super) const EVENTS_WAITING: usize = 1_024;
/// Maximum bytes of memory that the queued events may take together.
pub(super) const EVENT_BYTES_WAITING: usize = 4 << 20;

/// Passes the realtime stream on until the loop ends.
pub(super) async fn stream(client: Client, inbox: mpsc::UnboundedSender<Notice>) {
    // Queued events are counted and weighed once, on the way to the loop.
    let (sink, events) = mpsc::channel(1);
    let stream = AssertUnwindSafe(realtime::run(client, None, sink)).catch_unwind();
    let _ = tokio::join!(stream, pass_on(events, inbox));
}

pub(super) async fn pass_on(
    mut events: mpsc::Receiver<RealtimeEvent>,
    inbox: mpsc::UnboundedSender<Notice>,
) {
    // The loop's inbox is unbounded: a flood is held back here, which slows the gateway down.
    let room = Arc::new(Semaphore::new(EVENT_BYTES_WAITING));
    let mut ended = false;
    while let Some(event) = events.recv().await {
        ended = matches!(event, RealtimeEvent::Unavailable { .. });
        let Ok(held) = Arc::clone(&room).acquire_many_owned(weight(&event)).await else {
            return;
        };
        if inbox.send(Notice::Realtime(event, held)).is_err() {
            return;
        }
    }
    // Without a last event the stream panicked: the displayed state must not count as live.
    if !ended && let Ok(held) = room.acquire_owned().await {
        let reason = "the desk's stream broke; its log has more".to_owned();
        let event = RealtimeEvent::Unavailable { reason };
        let _ = inbox.send(Notice::Realtime(event, held));
    }
}

/// The permits of an event: its bytes of memory, and at least its share of the maximum number of events.
pub(super) fn weight(event: &RealtimeEvent) -> u32 {
    let bytes = match event {
        RealtimeEvent::Event(envelope) => memory(&envelope.payload),
        _ => 0,
    };
    let least = EVENT_BYTES_WAITING / EVENTS_WAITING;
    bytes.clamp(least, EVENT_BYTES_WAITING) as u32
}

/// The approximate size of a value in bytes.
pub(super) fn memory(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(list) => list.iter().map(memory).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| size_of::<String>() + name.len() + memory(value))
            .sum(),
        _ => 0,
    };
    size_of::<Value>() + inside
}
