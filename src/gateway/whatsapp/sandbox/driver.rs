//! The `Driver` of the simulated world: a handle to one session's endpoint.

use super::endpoint::{Endpoint, Phase, endpoint_mut};
use super::faults::DriverCall;
use super::rules::{PersonId, Refusal, Rules};
use super::world::World;
use crate::api::{EpochMillis, Missed, PasskeyAssertion, Setting, SettingField};
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid};
use crate::gateway::whatsapp::{
    Account, Driver, DriverError, DriverEvent, GroupSnapshot, JoinOutcome, MemberChange,
    MembershipRequest, UnreadGroup,
};
use async_trait::async_trait;
use std::sync::Arc;
use tokio::sync::mpsc;

struct SandboxDriver {
    world: Arc<World>,
    account: Account,
    serial: u64,
}

/// Opens the line of a session. One that the world does not know begins without a phone. A driver
/// that was opened for the same session before is cut off.
#[must_use]
pub fn open(
    world: Arc<World>,
    account: Account,
    events: mpsc::UnboundedSender<DriverEvent>,
) -> Arc<dyn Driver> {
    let serial = {
        let mut endpoints = world.endpoints();
        let endpoint = endpoint_mut(&mut endpoints, &account.session);
        endpoint.hang_up();
        endpoint.serial += 1;
        endpoint.events = Some(events);
        endpoint.serial
    };
    Arc::new(SandboxDriver {
        world,
        account,
        serial,
    })
}

impl SandboxDriver {
    /// Whether no other driver has taken the session's place.
    fn is_current(&self) -> bool {
        let endpoints = self.world.endpoints();
        endpoints
            .get(&self.account.session)
            .is_some_and(|endpoint| endpoint.serial == self.serial)
    }

    fn current(&self) -> Result<(), DriverError> {
        self.is_current()
            .then_some(())
            .ok_or(DriverError::NotConnected)
    }

    async fn call<T>(
        &self,
        call: DriverCall,
        field: Option<SettingField>,
        action: impl FnOnce(&mut Rules, PersonId) -> Result<T, Refusal> + Send,
    ) -> Result<T, DriverError> {
        self.current()?;
        let session = &self.account.session;
        self.world.call(session, call, field, action).await
    }
}

impl Drop for SandboxDriver {
    fn drop(&mut self) {
        let mut endpoints = self.world.endpoints();
        if let Some(endpoint) = endpoints.get_mut(&self.account.session)
            && endpoint.serial == self.serial
        {
            endpoint.hang_up();
            endpoint.events = None;
        }
    }
}

#[async_trait]
impl Driver for SandboxDriver {
    async fn connect(&self) -> Result<(), DriverError> {
        self.current()?;
        self.world.connect(&self.account.session)
    }

    async fn disconnect(&self) {
        if self.is_current() {
            self.world.disconnect(&self.account.session);
        }
    }

    async fn pair_with_code(&self, phone: &str) -> Result<String, DriverError> {
        self.current()?;
        self.world.pair_with_code(&self.account.session, phone)
    }

    async fn answer_passkey(&self, assertion: &PasskeyAssertion) -> Result<(), DriverError> {
        self.current()?;
        self.world.answer_passkey(&self.account.session, assertion)
    }

    async fn confirm_passkey(&self) -> Result<(), DriverError> {
        self.current()?;
        self.world.confirm_passkey(&self.account.session)
    }

    async fn log_out(&self) -> Result<(), DriverError> {
        if self.is_current() {
            let session = &self.account.session;
            self.world.unlink(session, "logged out by an operator");
        }
        Ok(())
    }

    async fn erase(&self) -> Result<(), DriverError> {
        let mut endpoints = self.world.endpoints();
        if let Some(endpoint) = endpoints.get_mut(&self.account.session)
            && endpoint.serial == self.serial
        {
            endpoint.hang_up();
            // The serial stays, so that this driver is still the one whose calls are answered.
            *endpoint = Endpoint {
                serial: endpoint.serial,
                number: endpoint.number,
                draws: endpoint.draws,
                events: endpoint.events.take(),
                ..Endpoint::default()
            };
        }
        Ok(())
    }

    async fn list_groups(
        &self,
        found: mpsc::UnboundedSender<GroupSnapshot>,
    ) -> Result<Vec<UnreadGroup>, DriverError> {
        let groups = self
            .call(DriverCall::JoinedGroups, None, |rules, me| {
                Ok(rules.joined_groups(me))
            })
            .await?;
        for group in groups {
            // The receiver was dropped: stop.
            let _ = found.send(group);
        }
        Ok(Vec::new())
    }

    async fn group(&self, group: &GroupJid) -> Result<GroupSnapshot, DriverError> {
        self.call(DriverCall::Group, None, |rules, me| rules.group(me, group))
            .await
    }

    async fn set(&self, group: &GroupJid, setting: &Setting) -> Result<(), DriverError> {
        let field = Some(setting.field());
        self.call(DriverCall::Set, field, |rules, me| {
            rules.set(me, group, setting)
        })
        .await
    }

    async fn invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError> {
        self.call(DriverCall::Invite, None, |rules, me| {
            rules.invite(me, group)
        })
        .await
    }

    async fn reset_invite(&self, group: &GroupJid) -> Result<InviteCode, DriverError> {
        self.call(DriverCall::ResetInvite, None, |rules, me| {
            rules.reset_invite(me, group)
        })
        .await
    }

    async fn join(&self, code: &InviteCode) -> Result<JoinOutcome, DriverError> {
        self.call(DriverCall::Join, None, |rules, me| rules.join(me, code))
            .await
    }

    async fn preview(&self, code: &InviteCode) -> Result<GroupSnapshot, DriverError> {
        self.call(DriverCall::Preview, None, |rules, _| rules.preview(code))
            .await
    }

    async fn leave(&self, group: &GroupJid) -> Result<(), DriverError> {
        self.call(DriverCall::Leave, None, |rules, me| rules.leave(me, group))
            .await
    }

    async fn create(
        &self,
        subject: &str,
        participants: &[MemberJid],
    ) -> Result<GroupSnapshot, DriverError> {
        self.call(DriverCall::Create, None, |rules, me| {
            rules.create(me, subject, participants)
        })
        .await
    }

    async fn change_members(
        &self,
        group: &GroupJid,
        change: MemberChange,
        members: &[MemberJid],
    ) -> Result<Vec<Result<(), DriverError>>, DriverError> {
        let outcomes = self
            .call(DriverCall::ChangeMembers, None, |rules, me| {
                rules.change_members(me, group, change, members)
            })
            .await?;
        Ok(outcomes
            .into_iter()
            .map(|outcome| outcome.map_err(DriverError::from))
            .collect())
    }

    fn missed(&self) -> Option<Missed> {
        let endpoints = self.world.endpoints();
        let endpoint = endpoints.get(&self.account.session)?;
        match endpoint.phase {
            Phase::CatchingUp(missed) if endpoint.serial == self.serial => Some(missed),
            _ => None,
        }
    }

    async fn restricted_until(&self) -> Result<Option<EpochMillis>, DriverError> {
        let mut endpoints = self.world.endpoints();
        let endpoint = endpoint_mut(&mut endpoints, &self.account.session);
        if !endpoint.is_connected() {
            return Err(DriverError::NotConnected);
        }
        Ok(endpoint.restricted_until)
    }

    async fn membership_requests(
        &self,
        group: &GroupJid,
    ) -> Result<Vec<MembershipRequest>, DriverError> {
        self.call(DriverCall::Requests, None, |rules, me| {
            rules.membership_requests(me, group)
        })
        .await
    }
}
