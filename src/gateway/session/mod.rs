//! One WhatsApp session: its task, what the rest of the engine sees of it, and live calls.
//!
//! Each session is owned by one task ([`task`]) with a mailbox: it starts and stops the driver, follows
//! the driver's events and alone decides the status. Live calls ([`live`]) run in the tasks of
//! those who ask, one after the other: each waits for its turn, first come, first served. So the
//! owner stays free to stop the session while a call hangs, and then the call ends at once.

mod actions;
mod follow;
mod handle;
mod live;
mod moment;
mod sync;
mod task;

pub use handle::SessionHandle;
pub use live::Turn;
pub use task::spawn;

use super::Error;
use super::auth::Lease;
use super::store::{StoreError, Write};
use crate::api::{self, SessionStatus};
use std::time::Duration;
use tokio::sync::oneshot;

/// Time limits and bounds, in one place.
pub mod limits {
    use super::Duration;

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
}

/// What an operator does to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionAction {
    Start,
    Stop,
    Restart,
    Logout,
}

impl SessionAction {
    /// Its name in the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Logout => "logout",
        }
    }
}

/// An action that had its turn.
pub struct Acted {
    /// The status right before it.
    pub before: SessionStatus,
    /// The session after it.
    pub outcome: Result<api::Session, Error>,
}

type Reply<T> = oneshot::Sender<T>;
/// What is written in the same transaction as a change.
type Along = Box<dyn FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send>;

/// A letter to the session's task, and the request that it was written in: the log names it with what
/// the task then does.
struct Letter {
    control: Control,
    span: tracing::Span,
}

impl From<Control> for Letter {
    fn from(control: Control) -> Self {
        Self {
            control,
            span: tracing::Span::current(),
        }
    }
}

/// What a letter asks for. Letters wait for each other: what a caller asks for is done only if the
/// caller's credentials still hold when its turn has come.
enum Control {
    Act(SessionAction, Lease, Reply<Acted>),
    /// Begin to pair unless that is under way; the answer says whether it began now.
    Pair(Lease, Reply<Result<bool, Error>>),
    /// A pairing code was given out: the phone is awaited.
    AwaitPhone,
    /// Another name, and what is written in the same transaction.
    Rename(
        Option<String>,
        Along,
        Lease,
        Reply<Result<api::Session, Error>>,
    ),
    Delete(Along, Lease, Reply<Result<(), Error>>),
    /// The engine closes: disconnect and end; what the operator wants stays as it is.
    Close(Reply<()>),
    /// The store took nothing for a while: what the session knows is stored, its groups are read again.
    CatchUp,
    /// So much was stored in silence that listeners should read everything anew.
    TellAgain,
    /// The driver refused to connect or broke.
    Broken(String),
}
