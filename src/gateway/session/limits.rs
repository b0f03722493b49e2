//! Time limits and bounds of a session, in one place.

use std::time::Duration;

/// One driver query: WhatsApp answers within a second or two, or not at all.
pub(crate) const QUERY: Duration = Duration::from_secs(20);
/// How long a live call is queued. With its query it is shorter than the client's timeout (30 s for
/// ours): a call that runs after its client timed out would be repeated by the client.
pub(crate) const TURN: Duration = Duration::from_secs(8);
/// Time limit of a pairing code: connecting, codes on offer, then the code. Shorter than the
/// client's timeout.
pub(crate) const PAIRING_CODE: Duration = Duration::from_secs(28);
/// An assertion or a confirmation of the passkey step: two queries of the driver. Shorter than the client's timeout.
pub(crate) const PASSKEY: Duration = Duration::from_secs(28);
/// Fetching every group: one answer, but megabytes of it for a large account.
pub(crate) const SYNC: Duration = Duration::from_secs(90);
/// Between two tries of a sync that failed.
pub(crate) const SYNC_PAUSE: Duration = Duration::from_secs(5);
/// Failed tries of a sync before it waits for the next connection. Rate limiting does not count as
/// one.
pub(crate) const SYNC_TRIES: u32 = 5;
/// Before each query for a group's requests to join that no caller waits for: 12 a minute, of the 40 that the
/// live driver makes.
pub(crate) const REQUESTS_PAUSE: Duration = Duration::from_secs(5);
/// After a query for a group's requests to join that WhatsApp did not answer. When these are used up, it
/// is not made again until something happens in the group, or the session connects anew.
pub(crate) const REQUESTS_RETRIES: [Duration; 3] = [
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
];
/// How long a session may be `starting` before its reason says so; it goes on trying. A driver that
/// has not begun to connect by then counts as failed.
pub(crate) const STARTING: Duration = Duration::from_mins(1);
/// Delay between the end of a ban and the automatic start, because clocks differ.
pub(crate) const AFTER_BAN: Duration = Duration::from_mins(1);
/// Upper bound of a random addition to that delay, so that accounts that were banned together start
/// one by one.
pub(crate) const BAN_SPREAD: Duration = Duration::from_mins(1);
/// Minimum duration of a ban, whatever end WhatsApp reports.
pub(crate) const SHORTEST_BAN: Duration = Duration::from_mins(5);
/// Time limit of an orderly disconnect.
pub(crate) const DISCONNECT: Duration = Duration::from_secs(5);
/// Live calls that may wait for a session.
pub(crate) const WAITING: usize = 256;
/// Driver events taken at a time.
pub(crate) const EVENTS: usize = 256;
/// How long the echo of our own reset is expected: both arrive on the same socket, at most a query
/// timeout apart. A later reset event is a reset made on the phone.
pub(crate) const RESET_ECHO: Duration = QUERY;
