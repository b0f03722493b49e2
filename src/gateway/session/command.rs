//! The commands of a session's task.

use crate::api::{self, SessionStatus};
use crate::gateway::auth::Lease;
use crate::gateway::error::Error;
use crate::gateway::store::{StoreError, Write};
use tokio::sync::oneshot;

/// An operator's action on a session.
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

/// The result of an action.
pub(crate) struct Acted {
    /// The status right before it.
    pub before: SessionStatus,
    /// The session after it.
    pub outcome: Result<api::Session, Error>,
}

pub(super) type Reply<T> = oneshot::Sender<T>;

/// A write in the same transaction as the change.
pub(super) type AlsoWrite = Box<dyn FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send>;

/// A command to the session's task, with the span of the request that sent it: the log shows the
/// task's work under that request.
pub(super) struct Command {
    pub(super) kind: CommandKind,
    pub(super) span: tracing::Span,
}

impl From<CommandKind> for Command {
    fn from(kind: CommandKind) -> Self {
        Self {
            kind,
            span: tracing::Span::current(),
        }
    }
}

/// The kind of a command. Commands are queued: a command is executed only if the caller's
/// credentials are still valid by then.
pub(super) enum CommandKind {
    Act(SessionAction, Lease, Reply<Acted>),
    /// Begin to pair unless that is already in progress; answers whether it began now.
    Pair(Lease, Reply<Result<bool, Error>>),
    /// A pairing code was issued: the status becomes `scan_qr_code`.
    AwaitPhone,
    /// Rename, and the write in the same transaction.
    Rename(
        Option<String>,
        AlsoWrite,
        Lease,
        Reply<Result<api::Session, Error>>,
    ),
    Delete(AlsoWrite, Lease, Reply<Result<(), Error>>),
    /// The engine is closing: disconnect and end the task; the stored desired state is kept.
    Close(Reply<()>),
    /// The store was not writable for a while: store the session again and read its groups again.
    CatchUp,
    /// A sync changed too many groups to publish each: publish the status again, so that listeners
    /// read the groups anew.
    AnnounceResync,
    /// WhatsApp refused what it refuses to restricted accounts: ask whether this one is.
    LookForRestriction,
    /// The driver failed to connect or panicked.
    Broken(String),
}
