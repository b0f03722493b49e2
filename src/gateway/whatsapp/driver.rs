//! The interface of a driver.

use super::error::DriverError;
use super::group::{GroupSnapshot, JoinOutcome, MemberChange, MembershipRequest, UnreadGroup};
use crate::api::{BudgetWindow, EpochMillis, Missed, PasskeyAssertion, Setting};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use async_trait::async_trait;
use tokio::sync::mpsc;

/// The refusal of an answer that nothing asked for.
pub(crate) const NO_PASSKEY: &str = "WhatsApp does not ask for a passkey now";

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

    /// Gives the assertion that [`DriverEvent::PasskeyAsked`](super::DriverEvent::PasskeyAsked) asked for.
    /// [`DriverEvent::PasskeyCode`](super::DriverEvent::PasskeyCode) follows.
    ///
    /// # Errors
    /// `Refused` when none is asked for, or WhatsApp does not accept it; another one may be given then.
    async fn answer_passkey(&self, _assertion: &PasskeyAssertion) -> Result<(), DriverError> {
        Err(DriverError::Refused(NO_PASSKEY.to_owned()))
    }

    /// Says that the phone shows the code of [`DriverEvent::PasskeyCode`](super::DriverEvent::PasskeyCode).
    /// [`DriverEvent::Paired`](super::DriverEvent::Paired) follows.
    ///
    /// # Errors
    /// As [`Driver::answer_passkey`]; after one, the step begins again with an assertion.
    async fn confirm_passkey(&self) -> Result<(), DriverError> {
        Err(DriverError::Refused(NO_PASSKEY.to_owned()))
    }

    /// Unlinks the device, at WhatsApp if possible, and deletes the keys. Idempotent. When it
    /// returns, [`DriverEvent::LoggedOut`](super::DriverEvent::LoggedOut) was sent if a phone was linked; its reason says whether
    /// WhatsApp confirmed.
    async fn log_out(&self) -> Result<(), DriverError>;

    /// Removes everything that the driver keeps for the account.
    async fn erase(&self) -> Result<(), DriverError>;

    /// Sends every group of the account, with its members, as soon as it is parsed, and returns those
    /// that could not be read: one of them must not hide the others. After a failure some may have
    /// been sent; these are valid.
    async fn list_groups(
        &self,
        found: mpsc::UnboundedSender<GroupSnapshot>,
    ) -> Result<Vec<UnreadGroup>, DriverError>;

    /// Whether changes of groups may have been missed since the last complete list. Asked after each
    /// connect; a driver that is told of everything that happened while it was away need not list all
    /// groups again.
    fn is_list_due(&self) -> bool {
        true
    }

    /// All of [`Driver::list_groups`] that could be read.
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

    /// The group that an invite code leads to. The account need not be in it; its members may be
    /// left out.
    async fn preview(&self, code: &InviteCode) -> Result<GroupSnapshot, DriverError>;

    async fn leave(&self, group: &GroupJid) -> Result<(), DriverError>;

    /// Creates a group with the account as its superadmin.
    async fn create(
        &self,
        subject: &str,
        participants: &[MemberJid],
    ) -> Result<GroupSnapshot, DriverError>;

    /// Changes members and returns one outcome per JID, in the order given. Needs an admin. `Err`
    /// means that the whole call failed and no member was changed.
    async fn change_members(
        &self,
        group: &GroupJid,
        change: MemberChange,
        members: &[MemberJid],
    ) -> Result<Vec<Result<(), DriverError>>, DriverError>;

    /// Pending requests to join. Needs an admin. Decided with [`MemberChange::Approve`] and
    /// [`MemberChange::Reject`].
    async fn membership_requests(
        &self,
        group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, DriverError>;

    /// Until when WhatsApp has restricted the account; `None` while it is not.
    async fn restricted_until(&self) -> Result<Option<EpochMillis>, DriverError> {
        Ok(None)
    }

    /// How many queries may be made now, where the driver paces them.
    fn pace(&self) -> Option<BudgetWindow> {
        None
    }

    /// How much of what the account missed has arrived, while a login is being completed. Each change is
    /// reported as [`DriverEvent::CatchingUp`](super::DriverEvent::CatchingUp), within a second and at most once a second.
    fn missed(&self) -> Option<Missed> {
        None
    }

    /// When WhatsApp last sent anything, for as long as that is known.
    fn last_traffic(&self) -> Option<EpochMillis> {
        None
    }
}
