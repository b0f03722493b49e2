//! Tickets: a secret in a WebSocket's URL that works once, and not for long.

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
/// Of them, those of one organization: nobody takes the places of everybody.
const MOST_OF_ONE: usize = 1_000;

/// The tickets that were issued and not redeemed yet.
#[derive(Default)]
pub struct Tickets {
    waiting: Mutex<HashMap<[u8; 32], (Instant, Filter)>>,
}

impl Tickets {
    /// Issues a ticket; the secret is not kept, only its hash.
    ///
    /// # Errors
    /// Too many tickets wait, of this organization or of all.
    pub fn issue(&self, filter: Filter) -> Result<String, Error> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut of_one = 0;
        waiting.retain(|_, (issued, other)| {
            let waits = issued.elapsed() < TICKET_LIFETIME;
            of_one += usize::from(waits && other.scope == filter.scope);
            waits
        });
        if waiting.len() >= MOST || of_one >= MOST_OF_ONE {
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
    pub fn redeem(&self, secret: &str) -> Option<Filter> {
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

    fn filter(organization: &str) -> Filter {
        Filter {
            scope: OrganizationId::parse(organization).unwrap().into(),
            lease: auth::Lease::default(),
            session: None,
            kinds: None,
            since: None,
        }
    }

    #[test]
    fn one_organization_s_tickets_leave_room_for_others() {
        let tickets = Tickets::default();
        let first = tickets.issue(filter("acme")).unwrap();
        for _ in 1..MOST_OF_ONE {
            tickets.issue(filter("acme")).unwrap();
        }
        let refused = tickets.issue(filter("acme"));
        assert!(matches!(
            refused,
            Err(Error::TooManyRequests {
                limit: Limit::Tickets,
                ..
            })
        ));
        tickets.issue(filter("other")).unwrap();
        tickets.redeem(&first).unwrap();
        tickets.issue(filter("acme")).unwrap();
        tickets.issue(filter("acme")).unwrap_err();
    }

    #[test]
    fn a_ticket_works_once_and_for_thirty_seconds() {
        let tickets = Tickets::default();
        let filter = filter("acme");
        let ticket = tickets.issue(filter.clone()).unwrap();
        assert!(ticket.starts_with("rt_") && ticket.len() == 46, "{ticket}");
        assert!(tickets.redeem(&ticket).is_some());
        assert!(tickets.redeem(&ticket).is_none());
        let late = tickets.issue(filter).unwrap();
        let then = Instant::now() + TICKET_LIFETIME;
        assert!(tickets.redeem_at(&late, then).is_none());
    }
}
