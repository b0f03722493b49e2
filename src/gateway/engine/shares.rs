//! Per-caller limits on requests, bodies and answers.

use super::Engine;
use crate::gateway::auth::Caller;
use crate::gateway::error::{Error, Limit};
use crate::gateway::shares::{Full, Share};
use std::time::Duration;

/// Bytes of a body that cost as much as a request. The first of them belong to the request itself.
pub(crate) const BLOCK: usize = 16 * 1024;
/// When something that is held now may be free again.
const SOON: Duration = Duration::from_secs(1);
/// The quota holder for requests without credentials.
const ANONYMOUS: &str = "";

impl Engine {
    /// Counts a request of this caller, or what costs as much as several.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`].
    pub fn count(&self, caller: &Caller, requests: u32) -> Result<(), Error> {
        if caller.own || requests == 0 {
            return Ok(());
        }
        let refusal = |limit| move |wait| Error::TooManyRequests { limit, wait };
        let inner = &self.inner;
        inner
            .callers
            .take(&caller.actor, requests)
            .map_err(refusal(Limit::Caller))?;
        if let Ok(organization) = caller.scope.home() {
            inner
                .organizations
                .take(organization.as_str(), requests)
                .map_err(refusal(Limit::Organization))?;
        }
        Ok(())
    }

    /// Counts what this caller has cost already.
    fn charge(&self, caller: &Caller, requests: u32) {
        if caller.own {
            return;
        }
        self.inner.callers.charge(&caller.actor, requests);
        if let Ok(organization) = caller.scope.home() {
            let organizations = &self.inner.organizations;
            organizations.charge(organization.as_str(), requests);
        }
    }

    /// A request of a caller (its actor) in flight, for as long as the share is kept.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`].
    pub(crate) fn begin_request(&self, actor: &str) -> Result<Share, Error> {
        let share = self.inner.under_way.take(actor, 1);
        share.map_err(|_| later(Limit::UnderWay))
    }

    /// A request without credentials whose body is being received; `None` when there are too many.
    pub(crate) fn begin_anonymous(&self) -> Option<Share> {
        self.inner.under_way.take(ANONYMOUS, 1).ok()
    }

    /// Room for a body of this caller.
    pub(crate) fn body_room<'a>(&'a self, caller: &'a Caller) -> BodyRoom<'a> {
        BodyRoom {
            engine: self,
            caller,
            bytes: 0,
            share: None,
        }
    }

    /// Quota for an answer to this caller until it was sent.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`].
    pub(crate) fn hold_answer(&self, actor: &str, bytes: usize) -> Result<Share, Error> {
        let share = self.inner.unread.take(actor, bytes);
        share.map_err(|_| later(Limit::Unread))
    }
}

fn later(limit: Limit) -> Error {
    Error::TooManyRequests { limit, wait: SOON }
}

/// The quota of a body that is being received: its bytes are held until this is dropped, and each
/// [`BLOCK`] of them counts as a request.
pub(crate) struct BodyRoom<'a> {
    engine: &'a Engine,
    caller: &'a Caller,
    bytes: usize,
    share: Option<Share>,
}

impl BodyRoom<'_> {
    /// Reserves `bytes` more.
    ///
    /// # Errors
    /// [`Error::TooManyRequests`].
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Error> {
        let cost = blocks(self.bytes + bytes) - blocks(self.bytes);
        self.engine.count(self.caller, cost)?;
        let taken: Result<(), Full> = if let Some(share) = &mut self.share {
            share.grow(bytes)
        } else {
            let bodies = &self.engine.inner.bodies;
            let taken = bodies.take(&self.caller.actor, bytes);
            taken.map(|share| self.share = Some(share))
        };
        taken.map_err(|_| later(Limit::Bodies))?;
        self.bytes += bytes;
        Ok(())
    }

    /// Counts a body that is refused because of its size as if it had been read.
    pub(crate) fn refuse(&self, bytes: usize) {
        self.engine
            .charge(self.caller, blocks(bytes) - blocks(self.bytes));
    }
}

/// The blocks beyond the first.
fn blocks(bytes: usize) -> u32 {
    let blocks = bytes.div_ceil(BLOCK).saturating_sub(1);
    blocks.try_into().unwrap_or(u32::MAX)
}
