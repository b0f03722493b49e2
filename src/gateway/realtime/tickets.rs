//! Tickets: single-use, short-lived secrets in the URL of a WebSocket.

use super::Filter;
use crate::gateway::auth;
use crate::gateway::error::{Error, Limit};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a ticket can be redeemed.
const TICKET_LIFETIME: Duration = Duration::from_secs(30);
/// Tickets that may wait at a time: a bound on memory.
const MOST: usize = 10_000;
/// Most of one organization, so that others can get tickets.
const MOST_OF_ORGANIZATION: usize = 1_000;
/// Most of one api-key or login.
const MOST_OF_CALLER: usize = 100;

/// The tickets that were issued and not redeemed yet.
pub(crate) struct Tickets {
    most: usize,
    waiting: Mutex<HashMap<[u8; 32], (Instant, Filter)>>,
}

impl Default for Tickets {
    fn default() -> Self {
        Self {
            most: MOST,
            waiting: Mutex::default(),
        }
    }
}

impl Tickets {
    /// Issues a ticket; the secret is not kept, only its hash.
    ///
    /// # Errors
    /// Too many tickets wait, of this caller, of its organization or of all.
    pub(crate) fn issue(&self, filter: Filter) -> Result<String, Error> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut of_organization, mut of_caller) = (0, 0);
        waiting.retain(|_, (issued, other)| {
            let waits = issued.elapsed() < TICKET_LIFETIME;
            of_organization += usize::from(waits && other.scope == filter.scope);
            of_caller += usize::from(waits && other.actor == filter.actor);
            waits
        });
        if waiting.len() >= self.most
            || of_organization >= MOST_OF_ORGANIZATION
            || of_caller >= MOST_OF_CALLER
        {
            return Err(Error::TooManyRequests {
                limit: Limit::Tickets,
                wait: TICKET_LIFETIME,
            });
        }
        let secret = auth::new_secret("rt_");
        waiting.insert(auth::hash(&secret), (Instant::now(), filter));
        Ok(secret)
    }

    /// Takes a ticket; `None` when it is unknown, used or too old.
    pub(crate) fn redeem(&self, secret: &str) -> Option<Filter> {
        self.redeem_at(secret, Instant::now())
    }

    fn redeem_at(&self, secret: &str, now: Instant) -> Option<Filter> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (issued, filter) = waiting.remove(&auth::hash(secret))?;
        (now.duration_since(issued) < TICKET_LIFETIME).then_some(filter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::domain::OrganizationId;

    fn filter(organization: &str, actor: &str) -> Filter {
        Filter {
            actor: actor.to_owned(),
            scope: OrganizationId::parse(organization).unwrap().into(),
            lease: auth::Lease::default(),
            session: None,
            kinds: None,
            since: None,
        }
    }

    fn refused(outcome: &Result<String, Error>) {
        assert!(matches!(
            outcome,
            Err(Error::TooManyRequests {
                limit: Limit::Tickets,
                ..
            })
        ));
    }

    #[test]
    fn one_organization_s_tickets_leave_room_for_others() {
        let tickets = Tickets::default();
        let mut first = None;
        for key in 0..MOST_OF_ORGANIZATION / MOST_OF_CALLER {
            let key = format!("key:{key}");
            for _ in 0..MOST_OF_CALLER {
                first = Some(tickets.issue(filter("acme", &key)).unwrap());
            }
        }
        refused(&tickets.issue(filter("acme", "key:new")));
        tickets.issue(filter("other", "key:other")).unwrap();
        tickets.redeem(&first.unwrap()).unwrap();
        tickets.issue(filter("acme", "key:new")).unwrap();
        refused(&tickets.issue(filter("acme", "key:new")));
    }

    #[test]
    fn one_caller_s_tickets_leave_room_for_its_organization() {
        let tickets = Tickets::default();
        for _ in 0..MOST_OF_CALLER {
            tickets.issue(filter("acme", "key:one")).unwrap();
        }
        refused(&tickets.issue(filter("acme", "key:one")));
        tickets.issue(filter("acme", "key:two")).unwrap();
    }

    #[test]
    fn the_number_of_unused_tickets_is_limited() {
        let tickets = Tickets {
            most: 3,
            ..Tickets::default()
        };
        for organization in ["one", "two", "three"] {
            tickets.issue(filter(organization, organization)).unwrap();
        }
        refused(&tickets.issue(filter("another", "another")));
    }

    #[test]
    fn a_ticket_is_valid_once_and_for_thirty_seconds() {
        let tickets = Tickets::default();
        let filter = filter("acme", "key:one");
        let ticket = tickets.issue(filter.clone()).unwrap();
        assert!(ticket.starts_with("rt_") && ticket.len() == 46, "{ticket}");
        assert!(tickets.redeem(&ticket).is_some());
        assert!(tickets.redeem(&ticket).is_none());
        let late = tickets.issue(filter).unwrap();
        let then = Instant::now() + TICKET_LIFETIME;
        assert!(tickets.redeem_at(&late, then).is_none());
    }
}
