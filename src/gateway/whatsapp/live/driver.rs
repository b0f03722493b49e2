//! The `Driver` of a live session.

use super::Live;
use super::session::Session;
use crate::api::{BudgetWindow, EpochMillis, Missed, PasskeyAssertion, Setting};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::{
    Account, Driver, DriverError, DriverEvent, GroupSnapshot, JoinOutcome, MemberChange,
    MembershipRequest, UnreadGroup,
};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::mpsc;

struct LiveDriver(Arc<Session>);

/// The driver of one session; its key file is `<keys_dir>/<session>.sqlite`. Nothing is opened yet.
#[must_use]
pub fn open(
    live: Arc<Live>,
    account: Account,
    events: mpsc::UnboundedSender<DriverEvent>,
) -> Arc<dyn Driver> {
    over(Session::new(live, account, events))
}

pub(super) fn over(session: Arc<Session>) -> Arc<dyn Driver> {
    Arc::new(LiveDriver(session))
}

impl Drop for LiveDriver {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

#[async_trait]
impl Driver for LiveDriver {
    async fn connect(&self) -> Result<(), DriverError> {
        self.0.connect().await;
        Ok(())
    }

    async fn disconnect(&self) {
        self.0.disconnect().await;
    }

    async fn pair_with_code(&self, phone: &str) -> Result<String, DriverError> {
        self.0.pair_with_code(phone).await
    }

    async fn answer_passkey(&self, assertion: &PasskeyAssertion) -> Result<(), DriverError> {
        self.0.answer_passkey(assertion).await
    }

    async fn confirm_passkey(&self) -> Result<(), DriverError> {
        self.0.confirm_passkey().await
    }

    async fn log_out(&self) -> Result<(), DriverError> {
        self.0.log_out().await
    }

    async fn erase(&self) -> Result<(), DriverError> {
        self.0.erase().await
    }

    async fn list_groups(
        &self,
        found: mpsc::UnboundedSender<GroupSnapshot>,
    ) -> Result<Vec<UnreadGroup>, DriverError> {
        self.0.list_groups(found).await
    }

    fn is_list_due(&self) -> bool {
        self.0.is_list_due()
    }

    async fn group(&self, group: &GroupJid) -> Result<GroupSnapshot, DriverError> {
        self.0.group(group).await
    }

    async fn set(&self, group: &GroupJid, setting: &Setting) -> Result<(), DriverError> {
        self.0.set(group, setting).await
    }

    async fn invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError> {
        self.0.invite(group, false).await
    }

    async fn reset_invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError> {
        self.0.invite(group, true).await
    }

    async fn join(&self, code: &InviteCode) -> Result<JoinOutcome, DriverError> {
        self.0.join(code).await
    }

    async fn leave(&self, group: &GroupJid) -> Result<(), DriverError> {
        self.0.leave(group).await
    }

    async fn create(
        &self,
        subject: &str,
        participants: &[MemberJid],
    ) -> Result<GroupSnapshot, DriverError> {
        self.0.create(subject, participants).await
    }

    async fn change_members(
        &self,
        group: &GroupJid,
        change: MemberChange,
        members: &[MemberJid],
    ) -> Result<Vec<Result<(), DriverError>>, DriverError> {
        self.0.change_members(group, change, members).await
    }

    async fn preview(&self, code: &InviteCode) -> Result<GroupSnapshot, DriverError> {
        self.0.preview(code).await
    }

    async fn membership_requests(
        &self,
        group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, DriverError> {
        self.0.membership_requests(group).await
    }

    async fn restricted_until(&self) -> Result<Option<EpochMillis>, DriverError> {
        self.0.restricted_until().await
    }

    fn pace(&self) -> Option<BudgetWindow> {
        Some(self.0.budget.view())
    }

    fn missed(&self) -> Option<Missed> {
        self.0.run()?.backlog.missed()
    }

    fn last_traffic(&self) -> Option<EpochMillis> {
        self.0.last_traffic()
    }
}
