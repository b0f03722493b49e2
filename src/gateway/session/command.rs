//! The commands of a session's task.

use crate::api::{self, SessionStatus};
use crate::gateway::auth::Lease;
use crate::gateway::error::Error;
use crate::gateway::store::{StoreError, Write};
use tokio::sync::oneshot;

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

pub(super) type Reply<T> = oneshot::Sender<T>;

/// What is written in the same transaction as a change.
pub(super) type AlsoWrite = Box<dyn FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send>;

/// A command to the session's task, and the request that it was written in: the log names it with what
/// the task then does.
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

/// What a command asks for. Letters wait for each other: what a caller asks for is done only if the
/// caller's credentials still hold when its turn has come.
pub(super) enum CommandKind {
    Act(SessionAction, Lease, Reply<Acted>),
    /// Begin to pair unless that is under way; the answer says whether it began now.
    Pair(Lease, Reply<Result<bool, Error>>),
    /// A pairing code was given out: the phone is awaited.
    AwaitPhone,
    /// Another name, and what is written in the same transaction.
    Rename(
        Option<String>,
        AlsoWrite,
        Lease,
        Reply<Result<api::Session, Error>>,
    ),
    Delete(AlsoWrite, Lease, Reply<Result<(), Error>>),
    /// The engine closes: disconnect and end; what the operator wants stays as it is.
    Close(Reply<()>),
    /// The store took nothing for a while: what the session knows is stored, its groups are read again.
    CatchUp,
    /// So much was stored in silence that listeners should read everything anew.
    AnnounceResync,
    /// The driver refused to connect or broke.
    Broken(String),
}
