//! Whether realtime works: a ticket, the WebSocket, its first frame.

use super::report::{Check, Report};
use crate::api::TicketRequest;
use crate::client::Client;
use crate::client::realtime::{self, RealtimeEvent};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

const POLLS: &str = "the desk asks every few seconds instead; nothing else is missing";

pub(super) async fn check(
    client: &Client,
    limit: Duration,
    report: &mut Report,
) -> std::io::Result<()> {
    let (sink, mut events) = mpsc::channel(1);
    // Ends when the receiver is dropped.
    tokio::spawn(realtime::run(client.clone(), None, sink));
    let check = match timeout(limit, events.recv()).await {
        Ok(Some(
            RealtimeEvent::Connected | RealtimeEvent::Event(_) | RealtimeEvent::Unreadable { .. },
        )) => Check::ok("realtime", "changes arrive as they happen"),
        Ok(Some(RealtimeEvent::Unavailable { reason })) => {
            Check::warn("realtime", "no_realtime", reason, POLLS)
        }
        Ok(Some(RealtimeEvent::Lost { reason, .. })) => lost(client, &reason).await,
        Ok(None) | Err(_) => Check::fail(
            "realtime",
            "realtime_silent",
            format!("the stream said nothing within {} s", limit.as_secs()),
            "a proxy or load balancer on the way may block WebSockets: tell its operator",
        ),
    };
    report.add(check)?;
    Ok(())
}

/// The ticket call may have failed, which uses the normal API.
async fn lost(client: &Client, reason: &str) -> Check {
    match client.ticket(&TicketRequest::default()).await {
        Err(error) if error.status() == Some(429) => Check::warn(
            "realtime",
            "no_ticket",
            format!("the gateway asks for a pause before it gives a ticket: {error}"),
            "examine it again in a minute",
        ),
        Err(error) => Check::fail(
            "realtime",
            "no_ticket",
            format!("the gateway gives no ticket for the stream: {error}"),
            "try again in a minute, then tell the gateway's operator",
        ),
        Ok(_) => Check::fail(
            "realtime",
            "realtime_broken",
            format!("there is a ticket, but no stream: {reason}"),
            "a proxy or load balancer on the way must allow WebSockets: tell its operator",
        ),
    }
}
