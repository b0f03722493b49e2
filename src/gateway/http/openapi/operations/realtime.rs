//! `/realtime`

use super::super::examples;
use super::super::operation::{Operation, Query, Tag};
use super::super::refusals::{too_many_under_way, unused_tickets};
use crate::api::{TicketRequest, TicketScope};
use crate::gateway::Error;

pub(super) fn operations() -> Vec<Operation> {
    let row = |method, path, id, summary| Operation::new(Tag::Realtime, method, path, id, summary);
    vec![
        row("POST", "/api/v1/realtime/ticket", "createTicket", "Get a ticket for the stream")
            .about("The body may be left out: then the ticket listens to every event of the organization. It works once, within thirty seconds.")
            .may_take(&TicketRequest {
                scope: Some(TicketScope::Session),
                session: Some(examples::SESSION.to_owned()),
                events: Some(vec!["session.status".to_owned(), "group.update".to_owned()]),
                since: None,
            })
            .gives(201, "The ticket, and the address to open with it.", &examples::ticket())
            .refuses([
                ("no_such_session", Error::NotFound("session")),
                unused_tickets(),
                ("session_is_missing", Error::field("session", "is needed with the scope `session`")),
            ]),
        row("GET", "/api/v1/realtime", "openStream", "Open the stream of events")
            .about("A WebSocket. Every frame is JSON text: first `connected`, then a `ping` every twenty seconds, and events in the envelope `Envelope`, with the payloads `SessionStatusPayload` (`session.status`), `AuthQrPayload` (`auth.qr`), `AuthCodePayload` (`auth.code`), `GroupUpdatePayload` (`group.update`) and `GroupParticipantPayload` (`group.participant`). With `since` in the ticket, what came after that event is sent first; drop ids that you have seen. The stream ends with the close code 1001 when the gateway stops, and with 1008 when the credentials that the ticket was given to no longer hold, or when the client sends more than 64 messages at once and one a second after that.")
            .query(&[Query::Ticket])
            .becomes(101, "The connection now speaks WebSocket.")
            .refuses([
                ("unauthorized", Error::Unauthorized),
                too_many_under_way(),
                ("no_upgrade", Error::field("", "this path speaks WebSocket: connect with an upgrade")),
                ("draining", Error::Draining),
            ]),
    ]
}
