//! Tickets for the realtime stream.

use super::Engine;
use crate::api::{EventKind, TicketRequest, TicketScope};
use crate::gateway::auth::Caller;
use crate::gateway::domain::parse_ulid;
use crate::gateway::error::Error;
use crate::gateway::realtime::{Filter, Subscription};
use ulid::Ulid;

impl Engine {
    /// The ticket's secret; the HTTP layer adds the url.
    ///
    /// # Errors
    /// Validation by field; `NotFound("session")` for one that is not the caller's.
    pub fn issue_ticket(&self, caller: &Caller, body: TicketRequest) -> Result<String, Error> {
        self.accept()?;
        let session = match (body.scope, body.session) {
            (Some(TicketScope::Session), None) => {
                return Err(Error::field(
                    "session",
                    "is needed with the scope `session`",
                ));
            }
            (Some(TicketScope::Organization), Some(_)) => {
                return Err(Error::field(
                    "session",
                    "goes with the scope `session` only",
                ));
            }
            (_, Some(session)) => Some(self.find_session(caller, &session)?.id.to_string()),
            (_, None) => None,
        };
        let kinds = body.events.as_deref().map(kinds).transpose()?.flatten();
        let since = body.since.as_deref().map(event_id).transpose()?;
        self.inner.tickets.issue(Filter {
            actor: caller.actor.clone(),
            scope: caller.scope.clone(),
            lease: caller.lease.clone(),
            session,
            kinds,
            since,
        })
    }

    /// `None` when unknown, used or older than 30 s, or when the credentials that it was given to no
    /// longer hold.
    #[must_use]
    pub fn redeem_ticket(&self, ticket: &str) -> Option<Subscription> {
        let filter = self.inner.tickets.redeem(ticket)?;
        if filter.lease.is_expired() {
            return None;
        }
        Subscription::open(&self.inner.hub, self.inner.store.clone(), filter)
    }
}

/// The names to listen to; `None` for all of them.
fn kinds(names: &[String]) -> Result<Option<Vec<String>>, Error> {
    if names.is_empty() {
        return Err(Error::field(
            "events",
            "must name at least one event, or `*`",
        ));
    }
    let known = EventKind::KNOWN;
    for name in names {
        if name != "*" && !known.iter().any(|kind| kind.as_str() == name) {
            let known = known.each_ref().map(EventKind::as_str).join(", ");
            return Err(Error::field(
                "events",
                format!("an unknown event; known are *, {known}"),
            ));
        }
    }
    if names.iter().any(|name| name == "*") {
        return Ok(None);
    }
    // The requested event names, deduplicated: the ticket keeps them until it is used.
    let asked = known.iter().map(EventKind::as_str);
    let asked = asked.filter(|kind| names.iter().any(|name| name == kind));
    Ok(Some(asked.map(str::to_owned).collect()))
}

fn event_id(text: &str) -> Result<Ulid, Error> {
    text.strip_prefix("evt_")
        .and_then(parse_ulid)
        .ok_or_else(|| Error::field("since", "must be an event id such as evt_01HZ..."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_is_kept_once() {
        let names = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
            kinds(&names)
        };
        let many = ["session.status", "group.update"].repeat(50_000);
        let kept = names(&many).unwrap().unwrap();
        assert_eq!(kept, ["session.status", "group.update"]);
        assert!(kept.capacity() <= EventKind::KNOWN.len());
        assert_eq!(names(&["group.update", "*", "group.update"]).unwrap(), None);
        for wrong in [&[][..], &["group.update", "group.updates"]] {
            assert!(names(wrong).is_err(), "{wrong:?}");
        }
    }
}
