//! The driver of a build without WhatsApp: stored data can be read, nothing connects.

use super::{
    Driver, DriverError, DriverEvent, GroupSnapshot, JoinOutcome, MemberChange, MembershipRequest,
    Retry, UnreadGroup,
};
use crate::api::Setting;
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;

/// The error of every attempt to connect.
const REASON: &str = "this build of groupdesk has no connection to WhatsApp; try `groupdesk demo`";

/// See the module.
pub(crate) struct Unavailable(pub UnboundedSender<DriverEvent>);

#[async_trait]
impl Driver for Unavailable {
    async fn connect(&self) -> Result<(), DriverError> {
        // An error means that the session has ended.
        let _ = self.0.send(DriverEvent::Failed {
            retry: Retry::OnRestart,
            reason: REASON.to_owned(),
        });
        Ok(())
    }

    async fn disconnect(&self) {}

    async fn pair_with_code(&self, _phone: &str) -> Result<String, DriverError> {
        Err(DriverError::Refused(REASON.to_owned()))
    }

    async fn log_out(&self) -> Result<(), DriverError> {
        Ok(())
    }

    async fn erase(&self) -> Result<(), DriverError> {
        Ok(())
    }

    async fn list_groups(
        &self,
        _found: UnboundedSender<GroupSnapshot>,
    ) -> Result<Vec<UnreadGroup>, DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn group(&self, _group: &GroupJid) -> Result<GroupSnapshot, DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn set(&self, _group: &GroupJid, _setting: &Setting) -> Result<(), DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn invite(&self, _group: &GroupJid) -> Result<InviteCode, DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn reset_invite(&self, _group: &GroupJid) -> Result<InviteCode, DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn join(&self, _code: &InviteCode) -> Result<JoinOutcome, DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn leave(&self, _group: &GroupJid) -> Result<(), DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn create(
        &self,
        _subject: &str,
        _participants: &[MemberJid],
    ) -> Result<GroupSnapshot, DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn change_members(
        &self,
        _group: &GroupJid,
        _change: MemberChange,
        _members: &[MemberJid],
    ) -> Result<Vec<Result<(), DriverError>>, DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn preview(&self, _code: &InviteCode) -> Result<GroupSnapshot, DriverError> {
        Err(DriverError::NotConnected)
    }

    async fn membership_requests(
        &self,
        _group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, DriverError> {
        Err(DriverError::NotConnected)
    }
}
