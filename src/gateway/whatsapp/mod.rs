//! WhatsApp as the engine sees it: one [`Driver`] per session, and the events it sends.
//!
//! A driver knows how to talk to an account. It holds no policy: which status a session has, what is
//! stored and what is published are decided by the session's task in `gateway::sessions`.

#[cfg(feature = "live")]
pub mod live;
pub mod metered;
pub mod sandbox;
#[cfg(not(feature = "live"))]
pub mod unavailable;

use super::domain::{GroupJid, InviteCode, MemberJid, OrganizationId, SessionId};
use crate::api::{EpochMillis, MemberRole, Setting};
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Where drivers come from.
#[derive(Clone)]
pub enum Backend {
    /// A simulated world in memory.
    Sandbox(Arc<sandbox::World>),
    /// Real accounts.
    #[cfg(feature = "live")]
    Live(Arc<live::Live>),
    /// Whatever the function makes.
    Custom(DriverFactory),
}

/// Makes the driver of one session; what it reports goes to the sender.
pub type DriverFactory =
    Arc<dyn Fn(Account, mpsc::UnboundedSender<DriverEvent>) -> Arc<dyn Driver> + Send + Sync>;

impl Backend {
    /// The driver of one session. Nothing connects yet. The driver reports on `events` until it is
    /// dropped.
    #[must_use]
    pub fn open(
        &self,
        account: Account,
        events: mpsc::UnboundedSender<DriverEvent>,
    ) -> Arc<dyn Driver> {
        match self {
            Self::Sandbox(world) => sandbox::open(Arc::clone(world), account, events),
            #[cfg(feature = "live")]
            Self::Live(live) => live::open(Arc::clone(live), account, events),
            Self::Custom(make) => make(account, events),
        }
    }

    /// How far apart the sessions of an opening engine should begin to connect.
    #[must_use]
    pub fn stagger(&self) -> Duration {
        match self {
            #[cfg(feature = "live")]
            Self::Live(_) => live::STAGGER,
            Self::Sandbox(_) | Self::Custom(_) => Duration::from_millis(20),
        }
    }
}

/// Which session a driver is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub session: SessionId,
    pub organization: OrganizationId,
}

/// One account's connection to WhatsApp.
///
/// Every call has its own time limit inside and may be dropped at any time. Calls that need a
/// connection answer [`DriverError::NotConnected`] at once without one.
#[async_trait]
pub trait Driver: Send + Sync + 'static {
    /// Begins to connect, or to pair when no phone is linked. Progress arrives as events; calling it
    /// again while connecting or connected changes nothing.
    async fn connect(&self) -> Result<(), DriverError>;

    /// Closes the connection and keeps the link to the phone. Idempotent.
    async fn disconnect(&self);

    /// Asks for a pairing code for a phone (digits of an E.164 number), beginning to pair if need be.
    /// The code has eight characters and is valid for about three minutes.
    async fn pair_with_code(&self, phone: &str) -> Result<String, DriverError>;

    /// Unlinks from the phone, at the server where possible, and removes the keys. Idempotent. When
    /// it returns, [`DriverEvent::LoggedOut`] has been sent, if a phone was linked; its reason says
    /// whether WhatsApp knows.
    async fn log_out(&self) -> Result<(), DriverError>;

    /// Removes everything that the driver keeps for the account.
    async fn erase(&self) -> Result<(), DriverError>;

    /// Hands on every group that the account is in, with its members, each as soon as it is known: there
    /// can be thousands, and who stores them need not wait for the last. After a failure some may have
    /// been handed on; they are true.
    async fn list_groups(
        &self,
        found: mpsc::UnboundedSender<GroupSnapshot>,
    ) -> Result<(), DriverError>;

    /// All of [`Driver::list_groups`].
    async fn joined_groups(&self) -> Result<Vec<GroupSnapshot>, DriverError> {
        let (found, mut groups) = mpsc::unbounded_channel();
        self.list_groups(found).await?;
        let mut all = Vec::with_capacity(groups.len());
        while let Ok(group) = groups.try_recv() {
            all.push(group);
        }
        Ok(all)
    }

    /// One group, freshly asked.
    async fn group(&self, group: &GroupJid) -> Result<GroupSnapshot, DriverError>;

    /// Applies one setting.
    async fn set(&self, group: &GroupJid, setting: &Setting) -> Result<(), DriverError>;

    /// The current invite code. Needs an admin.
    async fn invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError>;

    /// Cancels the current invite code and returns the new one. Needs an admin.
    async fn reset_invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError>;

    /// Joins by invite code. Already a member, or waiting already: the same answer.
    async fn join(&self, code: &InviteCode) -> Result<JoinOutcome, DriverError>;

    async fn leave(&self, group: &GroupJid) -> Result<(), DriverError>;

    /// Creates a group with the account as its superadmin.
    async fn create(
        &self,
        subject: &str,
        participants: &[MemberJid],
    ) -> Result<GroupSnapshot, DriverError>;

    /// Changes members; one outcome per JID, in the order given. Needs an admin. `Err` means that the
    /// call as a whole failed and nobody was changed.
    async fn change_members(
        &self,
        group: &GroupJid,
        change: MemberChange,
        members: &[MemberJid],
    ) -> Result<Vec<Result<(), DriverError>>, DriverError>;

    /// People who asked to join. Needs an admin. [`MemberChange::Approve`] and
    /// [`MemberChange::Reject`] decide.
    async fn membership_requests(
        &self,
        group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, DriverError>;

    /// When WhatsApp last sent anything, for as long as that is known.
    fn last_traffic(&self) -> Option<EpochMillis> {
        None
    }
}

/// What came of joining by a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinOutcome {
    Joined(GroupJid),
    /// An admin has to approve first; the request waits.
    Pending(GroupJid),
}

/// What to do with members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberChange {
    Add,
    /// Idempotent: removing somebody who is not a member succeeds.
    Remove,
    Promote,
    Demote,
    /// Lets people in who asked to join.
    Approve,
    /// Refuses people who asked to join.
    Reject,
}

/// Somebody who asked to join a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipRequest {
    pub person: MemberJid,
    pub at: Option<EpochMillis>,
}

/// A group as WhatsApp tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSnapshot {
    pub jid: GroupJid,
    pub subject: String,
    /// Empty when there is none.
    pub description: String,
    pub owner: Option<MemberJid>,
    pub announce: bool,
    pub locked: bool,
    pub created_at: Option<EpochMillis>,
    pub members: Vec<Member>,
}

/// A member of a group. WhatsApp names members by LID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub lid: MemberJid,
    pub role: MemberRole,
    /// Whether this is the session's own account.
    pub is_me: bool,
}

/// Who the account is, known once paired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Digits of the E.164 number.
    pub phone_number: String,
    pub jid: MemberJid,
    pub lid: MemberJid,
    pub business_name: Option<String>,
    pub platform: Option<String>,
}

/// What a driver reports by itself.
#[derive(Clone, PartialEq, Eq)]
pub enum DriverEvent {
    /// Connecting or reconnecting.
    Connecting,
    /// A QR code to scan, replacing the one before.
    QrCode {
        code: String,
        expires_at: EpochMillis,
    },
    /// A phone was linked; connecting follows.
    Paired(Identity),
    Connected(Identity),
    /// The connection is gone; the driver tries again by itself.
    ConnectionLost,
    /// A pairing code that was given out is of no use any more. Codes to scan go on.
    CodeSpent {
        reason: String,
    },
    /// Pairing or connecting ended without success and is not tried again.
    Failed {
        reason: String,
        retry: Retry,
    },
    /// Unlinked from the phone.
    LoggedOut {
        reason: String,
    },
    Group(GroupEvent),
}

/// When a session that failed is tried again, beside whenever somebody wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// With the next start of the process.
    Anew,
    /// Never by itself: another device has taken the place, or WhatsApp refuses the account or this
    /// client.
    ByHand,
    /// Once, soon after this moment: until then WhatsApp has banned the account.
    After(EpochMillis),
}

impl fmt::Debug for DriverEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("Connecting"),
            // The code itself is a secret.
            Self::QrCode { expires_at, .. } => f
                .debug_struct("QrCode")
                .field("expires_at", expires_at)
                .finish_non_exhaustive(),
            Self::Paired(identity) => f.debug_tuple("Paired").field(identity).finish(),
            Self::Connected(identity) => f.debug_tuple("Connected").field(identity).finish(),
            Self::ConnectionLost => f.write_str("ConnectionLost"),
            Self::CodeSpent { reason } => f.debug_tuple("CodeSpent").field(reason).finish(),
            Self::Failed { reason, retry } => f
                .debug_struct("Failed")
                .field("reason", reason)
                .field("retry", retry)
                .finish(),
            Self::LoggedOut { reason } => f.debug_tuple("LoggedOut").field(reason).finish(),
            Self::Group(event) => f.debug_tuple("Group").field(event).finish(),
        }
    }
}

/// A change of one group, made elsewhere or by this session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEvent {
    pub group: GroupJid,
    /// Who did it, where WhatsApp says so.
    pub by: Option<MemberJid>,
    pub at: EpochMillis,
    pub change: GroupChange,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupChange {
    Setting(Setting),
    /// The invite link was reset. WhatsApp does not always tell the new code.
    InviteReset(Option<InviteCode>),
    Joined(Vec<Member>),
    Left(Vec<MemberJid>),
    Promoted(Vec<MemberJid>),
    Demoted(Vec<MemberJid>),
    /// The account came into the group (joined, was added, created it).
    Entered(Box<GroupSnapshot>),
    /// The account is no longer in the group (removed, left, group deleted).
    Exited,
    /// How the group is now: told where its last changes may have been told in another order than they
    /// were made in.
    Seen(Box<GroupSnapshot>),
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    #[error("the session is not connected")]
    NotConnected,
    #[error("the session's account is not an admin of this group")]
    NotAdmin,
    #[error("the session's account is not in this group")]
    NotInGroup,
    #[error("group not found")]
    NoSuchGroup,
    #[error("the invite is malformed, expired or was reset")]
    DeadInvite,
    /// The group or WhatsApp refuses this change; the text says why.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Conflict(String),
    #[error("WhatsApp asks to wait before the next call")]
    RateLimited { retry_after: Duration },
    #[error("the connection to WhatsApp was lost during the call")]
    ConnectionLost,
    #[error("WhatsApp did not answer in time")]
    Timeout,
    #[error("the session already has a paired phone")]
    AlreadyPaired,
    /// Anything else, with WhatsApp's own code where there is one.
    #[error("{message}")]
    Other { code: Option<u16>, message: String },
}

impl DriverError {
    /// Its kind in a word: a label of the metrics, and the name of the document's example.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotConnected => "not_connected",
            Self::NotAdmin => "not_admin",
            Self::NotInGroup => "not_in_group",
            Self::NoSuchGroup => "no_such_group",
            Self::DeadInvite => "dead_invite",
            Self::Refused(_) => "refused",
            Self::Conflict(_) => "conflict",
            Self::RateLimited { .. } => "rate_limited",
            Self::ConnectionLost => "connection_lost",
            Self::Timeout => "timeout",
            Self::AlreadyPaired => "already_paired",
            Self::Other { .. } => "whatsapp_error",
        }
    }
}
