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

/// The tickets that were issued and not redeemed yet.
#[derive(Default)]
pub struct Tickets {
    waiting: Mutex<HashMap<[u8; 32], (Instant, Filter)>>,
}

impl Tickets {
    /// Issues a ticket; the secret is not kept, only its hash.
    ///
    /// # Errors
    /// Too many tickets wait.
    pub fn issue(&self, filter: Filter) -> Result<String, Error> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, (issued, _)| issued.elapsed() < TICKET_LIFETIME);
        if waiting.len() >= MOST {
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

    #[test]
    fn a_ticket_works_once_and_for_thirty_seconds() {
        let tickets = Tickets::default();
        let filter = Filter {
            scope: OrganizationId::parse("acme").unwrap().into(),
            lease: auth::Lease::default(),
            session: None,
            kinds: None,
            since: None,
        };
        let ticket = tickets.issue(filter.clone()).unwrap();
        assert!(ticket.starts_with("rt_") && ticket.len() == 46, "{ticket}");
        assert!(tickets.redeem(&ticket).is_some());
        assert!(tickets.redeem(&ticket).is_none());
        let late = tickets.issue(filter).unwrap();
        let then = Instant::now() + TICKET_LIFETIME;
        assert!(tickets.redeem_at(&late, then).is_none());
    }
}
