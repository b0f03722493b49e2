//! A wrapper around any driver that counts, times and logs its calls.

use super::{
    Driver, DriverError, GroupSnapshot, JoinOutcome, MemberChange, MembershipRequest, UnreadGroup,
};
use crate::api::{BudgetWindow, EpochMillis, Missed, PasskeyAssertion, Setting};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::metrics::Metrics;
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

/// A driver behind a counter.
pub(crate) struct Metered {
    inner: Arc<dyn Driver>,
    metrics: Arc<Metrics>,
}

impl Metered {
    #[must_use]
    pub(crate) fn around(inner: Arc<dyn Driver>, metrics: Arc<Metrics>) -> Arc<dyn Driver> {
        Arc::new(Self { inner, metrics })
    }

    async fn count<T>(
        &self,
        operation: &'static str,
        call: impl Future<Output = Result<T, DriverError>> + Send,
    ) -> Result<T, DriverError> {
        let mut running = Running {
            metrics: &self.metrics,
            operation,
            began: Instant::now(),
            outcome: "cut",
        };
        let answer = call.await;
        running.outcome = match &answer {
            Ok(_) => "ok",
            Err(error) => error.kind(),
        };
        answer
    }
}

/// Counts and logs a call when it ends or is dropped.
struct Running<'a> {
    metrics: &'a Metrics,
    operation: &'static str,
    began: Instant,
    outcome: &'static str,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let (operation, outcome, took) = (self.operation, self.outcome, self.began.elapsed());
        self.metrics.driver_call(operation, outcome, took);
        tracing::debug!(
            operation,
            outcome,
            took = took.as_secs_f64(),
            "called WhatsApp"
        );
    }
}

#[async_trait]
impl Driver for Metered {
    async fn connect(&self) -> Result<(), DriverError> {
        self.count("connect", self.inner.connect()).await
    }

    async fn disconnect(&self) {
        let call = async {
            self.inner.disconnect().await;
            Ok(())
        };
        let _ = self.count("disconnect", call).await;
    }

    async fn pair_with_code(&self, phone: &str) -> Result<String, DriverError> {
        self.count("pair_with_code", self.inner.pair_with_code(phone))
            .await
    }

    async fn answer_passkey(&self, assertion: &PasskeyAssertion) -> Result<(), DriverError> {
        self.count("answer_passkey", self.inner.answer_passkey(assertion))
            .await
    }

    async fn confirm_passkey(&self) -> Result<(), DriverError> {
        self.count("confirm_passkey", self.inner.confirm_passkey())
            .await
    }

    async fn log_out(&self) -> Result<(), DriverError> {
        self.count("log_out", self.inner.log_out()).await
    }

    async fn erase(&self) -> Result<(), DriverError> {
        self.count("erase", self.inner.erase()).await
    }

    async fn list_groups(
        &self,
        found: mpsc::UnboundedSender<GroupSnapshot>,
    ) -> Result<Vec<UnreadGroup>, DriverError> {
        self.count("list_groups", self.inner.list_groups(found))
            .await
    }

    fn is_list_due(&self) -> bool {
        self.inner.is_list_due()
    }

    async fn group(&self, group: &GroupJid) -> Result<GroupSnapshot, DriverError> {
        self.count("group", self.inner.group(group)).await
    }

    async fn set(&self, group: &GroupJid, setting: &Setting) -> Result<(), DriverError> {
        self.count("set", self.inner.set(group, setting)).await
    }

    async fn invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError> {
        self.count("invite", self.inner.invite(group)).await
    }

    async fn reset_invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError> {
        self.count("reset_invite", self.inner.reset_invite(group))
            .await
    }

    async fn join(&self, code: &InviteCode) -> Result<JoinOutcome, DriverError> {
        self.count("join", self.inner.join(code)).await
    }

    async fn leave(&self, group: &GroupJid) -> Result<(), DriverError> {
        self.count("leave", self.inner.leave(group)).await
    }

    async fn create(
        &self,
        subject: &str,
        participants: &[MemberJid],
    ) -> Result<GroupSnapshot, DriverError> {
        self.count("create", self.inner.create(subject, participants))
            .await
    }

    async fn change_members(
        &self,
        group: &GroupJid,
        change: MemberChange,
        members: &[MemberJid],
    ) -> Result<Vec<Result<(), DriverError>>, DriverError> {
        let call = self.inner.change_members(group, change, members);
        self.count("change_members", call).await
    }

    async fn preview(&self, code: &InviteCode) -> Result<GroupSnapshot, DriverError> {
        self.count("preview", self.inner.preview(code)).await
    }

    async fn membership_requests(
        &self,
        group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, DriverError> {
        let call = self.inner.membership_requests(group);
        self.count("membership_requests", call).await
    }

    async fn restricted_until(&self) -> Result<Option<EpochMillis>, DriverError> {
        self.count("restricted_until", self.inner.restricted_until())
            .await
    }

    fn pace(&self) -> Option<BudgetWindow> {
        self.inner.pace()
    }

    fn missed(&self) -> Option<Missed> {
        self.inner.missed()
    }

    fn last_traffic(&self) -> Option<EpochMillis> {
        self.inner.last_traffic()
    }
}
