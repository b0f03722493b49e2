//! Time limits and bounds of a session, in one place.

use std::time::Duration;

/// One driver query: WhatsApp answers within a second or two, or not at all.
pub const QUERY: Duration = Duration::from_secs(20);
/// A live call's wait for its turn. With its query it is shorter than a client's patience (ours
/// has 30 s): a call that runs after its client gave up is one that the client makes again.
pub const TURN: Duration = Duration::from_secs(8);
/// A pairing code: the connection, codes on offer, then the code. Less than a client's patience.
pub const PAIRING_CODE: Duration = Duration::from_secs(28);
/// Fetching every group: one answer, but megabytes of it for a large account.
pub const SYNC: Duration = Duration::from_secs(90);
/// Between two tries of a sync that failed.
pub const SYNC_PAUSE: Duration = Duration::from_secs(5);
/// Tries of a sync before it waits for the next connection.
pub const SYNC_TRIES: u32 = 5;
/// `starting` without success; then the session's reason says so, while it is tried again. A
/// driver that has not even begun to connect by then counts as failed.
pub const STARTING: Duration = Duration::from_mins(1);
/// From the end of a ban until the session is started by itself: clocks differ.
pub const AFTER_BAN: Duration = Duration::from_mins(1);
/// At most so much is added by chance: accounts that were banned together come back one by one.
pub const BAN_SPREAD: Duration = Duration::from_mins(1);
/// The least that a ban is taken to last, however soon it is said to end.
pub const SHORTEST_BAN: Duration = Duration::from_mins(5);
/// Closing a connection; then it is abandoned.
pub const DISCONNECT: Duration = Duration::from_secs(5);
/// Live calls that may wait for a session.
pub const WAITING: usize = 256;
/// Driver events taken at a time.
pub const EVENTS: usize = 256;
/// From the answer to a reset of ours until its echo: both come over the same socket, and WhatsApp
/// leaves nothing of what it has to say unsaid for longer than a query may take. Later the phone itself
/// has reset the link.
pub const RESET_ECHO: Duration = QUERY;
