//! Limits per party: requests of a caller, calls of a session to WhatsApp, connections, and
//! timeouts for slow clients.

use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// The limits of one engine. 0 means unlimited for limits per minute or hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Requests of one api-key or login; as many at once after a rest, then evenly. A body counts as
    /// further requests by its size. The process's own key is not counted.
    pub requests_per_minute: u32,
    /// Requests of all keys and logins of one organization, counted the same way: additional keys do not allow
    /// more requests.
    pub organization_requests_per_minute: u32,
    /// A session's `ratePerMin`: calls to WhatsApp, of all callers.
    pub calls_per_minute: u32,
    /// A session's `ratePerHour`.
    pub calls_per_hour: u32,
    /// How often operators may let a session connect: start, restart, pair. Reconnects of the
    /// driver do not count.
    pub connects_per_minute: u32,
    pub connects_per_hour: u32,
    /// Groups that a session may create. WhatsApp publishes no numbers; these are guesses below what
    /// got accounts restricted.
    pub creates_per_hour: u32,
    pub creates_per_day: u32,
    /// Groups that a session may join by a link.
    pub joins_per_hour: u32,
    pub joins_per_day: u32,
    /// People whom a session may add to groups.
    pub adds_per_hour: u32,
    /// Invite links that a session may reset.
    pub resets_per_hour: u32,
    /// Connections at a time, realtime streams included.
    pub connections: u32,
    /// Connections per address. Also the concurrent requests (realtime streams included) of one key
    /// or login, which matters behind a proxy, and the concurrent bodies of all requests without
    /// credentials.
    pub connections_per_client: u32,
    /// Bytes of bodies that are being received, of all callers and of one.
    pub body_bytes: usize,
    pub body_bytes_per_caller: usize,
    /// Bytes of answers that clients have not read yet, of all callers and of one. Small answers are
    /// bounded by the connections and not counted.
    pub unread_bytes: usize,
    pub unread_bytes_per_caller: usize,
    /// For a request's head; an idle connection is closed after it too.
    pub head: Duration,
    /// For a request's body.
    pub body: Duration,
    /// Timeout of an unread answer, extended for slow readers.
    pub unread: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_minute: 1200,
            organization_requests_per_minute: 6000,
            calls_per_minute: 60,
            calls_per_hour: 1200,
            connects_per_minute: 5,
            connects_per_hour: 30,
            creates_per_hour: 5,
            creates_per_day: 15,
            joins_per_hour: 5,
            joins_per_day: 20,
            adds_per_hour: 20,
            resets_per_hour: 20,
            connections: 1024,
            connections_per_client: 256,
            body_bytes: 64 * MIB,
            body_bytes_per_caller: 8 * MIB,
            unread_bytes: 256 * MIB,
            unread_bytes_per_caller: 64 * MIB,
            head: Duration::from_secs(30),
            body: Duration::from_secs(30),
            unread: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// Removes the limits on what sessions do at WhatsApp, for the sandbox.
    #[must_use]
    pub fn without_call_limits(self) -> Self {
        Self {
            calls_per_minute: 0,
            calls_per_hour: 0,
            connects_per_minute: 0,
            connects_per_hour: 0,
            creates_per_hour: 0,
            creates_per_day: 0,
            joins_per_hour: 0,
            joins_per_day: 0,
            adds_per_hour: 0,
            resets_per_hour: 0,
            ..self
        }
    }
}
