//! What the tasks send to the loop, and the clock that both use.

use crate::api::EpochMillis;
use crate::client::Client;
use crate::client::realtime::RealtimeEvent;
use crate::console::effect::GatewayFault;
use crate::console::ids::RequestId;
use crate::console::msg::{Msg, Reply};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::OwnedSemaphorePermit;

/// What a task sends to the loop.
#[derive(Debug)]
// Nearly all of them are messages; a box for each would save nothing.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Notice {
    Msg(Msg),
    /// The answer to a request. A read's answer holds its permit, so that no more is read than the loop takes
    /// in.
    Answer(RequestId, Reply, Option<OwnedSemaphorePermit>),
    /// News of the stream, and its place in the queue.
    Realtime(RealtimeEvent, OwnedSemaphorePermit),
    /// Bytes for the terminal: an OSC 52 sequence.
    Raw(Vec<u8>),
    /// Another gateway has answered, and this is the client for it.
    Connected(RequestId, Result<Client, String>),
    /// A new gateway was saved, and this is the client for it.
    Added(RequestId, Result<Client, GatewayFault>),
}

/// The time now, in milliseconds since the epoch.
pub(super) fn now() -> EpochMillis {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_millis() as EpochMillis)
}
