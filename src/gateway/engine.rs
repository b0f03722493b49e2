//! The use cases behind the contract. (Signatures; bodies follow.)

use super::auth::Caller;
use super::domain::{GroupJid, InviteCode, MemberJid, OrganizationId, SessionId};
use super::whatsapp::MemberChange;
use super::{Config, Error};
use crate::api;

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine;

/// Proof that a session exists and belongs to the caller's organization. Only
/// [`Engine::find_session`] makes one.
#[derive(Debug, Clone)]
pub struct OwnedSession {
    pub(in crate::gateway) id: SessionId,
    pub(in crate::gateway) organization: OrganizationId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionAction {
    Start,
    Stop,
    Restart,
    Logout,
}

/// A page of a listing: `limit` 1..=1000 and the opaque cursor of the page before.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    pub session: Option<String>,
    pub group: Option<String>,
    pub page: Page,
}

/// A redeemed ticket: replayed events first, then live ones.
pub struct Subscription;

impl Subscription {
    /// The next event as the JSON text of its envelope, shared between listeners; `None` when the engine stops.
    pub async fn next(&mut self) -> Option<std::sync::Arc<str>> {
        todo!()
    }
}

impl Engine {
    pub async fn open(_config: Config) -> anyhow::Result<Self> {
        todo!()
    }
    /// Refuses new work, stops the sessions, closes the store.
    pub async fn close(&self) {
        todo!()
    }
    /// Whether the store is open and new work is accepted (`/readyz`).
    pub fn is_ready(&self) -> bool {
        todo!()
    }
    /// Who presents this api-key; `None` for every cause of refusal. From memory, constant time.
    pub fn authenticate(&self, _key: &str) -> Option<Caller> {
        todo!()
    }

    /// # Errors
    /// `NotFound("session")`, also for one of another organization.
    pub fn find_session(&self, _caller: &Caller, _id: &str) -> Result<OwnedSession, Error> {
        todo!()
    }
    pub async fn list_sessions(&self, _caller: &Caller) -> Result<Vec<api::Session>, Error> {
        todo!()
    }
    pub async fn create_session(
        &self,
        _caller: &Caller,
        _body: api::CreateSession,
    ) -> Result<api::Session, Error> {
        todo!()
    }
    pub async fn get_session(&self, _session: &OwnedSession) -> Result<api::Session, Error> {
        todo!()
    }
    pub async fn delete_session(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
    ) -> Result<(), Error> {
        todo!()
    }
    pub async fn act(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
        _action: SessionAction,
    ) -> Result<api::Session, Error> {
        todo!()
    }
    pub async fn me(&self, _session: &OwnedSession) -> Result<api::SessionMe, Error> {
        todo!()
    }
    pub async fn qr(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
    ) -> Result<api::QrCode, Error> {
        todo!()
    }
    pub async fn pairing_code(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
        _phone: &str,
    ) -> Result<api::PairingCode, Error> {
        todo!()
    }

    /// The JSON of a `List<Group>`. The whole set comes from a cache that every write of the session's groups drops.
    pub async fn list_groups(
        &self,
        _session: &OwnedSession,
        _page: &Page,
    ) -> Result<axum::body::Bytes, Error> {
        todo!()
    }
    pub async fn get_group(
        &self,
        _session: &OwnedSession,
        _group: &GroupJid,
    ) -> Result<api::Group, Error> {
        todo!()
    }
    pub async fn list_members(
        &self,
        _session: &OwnedSession,
        _group: &GroupJid,
    ) -> Result<api::List<api::GroupMember>, Error> {
        todo!()
    }
    pub async fn update_group(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
        _group: &GroupJid,
        _patch: api::SettingsPatch,
    ) -> Result<(), Error> {
        todo!()
    }
    pub async fn invite(
        &self,
        _session: &OwnedSession,
        _group: &GroupJid,
    ) -> Result<api::InviteLink, Error> {
        todo!()
    }
    pub async fn reset_invite(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
        _group: &GroupJid,
    ) -> Result<api::InviteLink, Error> {
        todo!()
    }
    pub async fn create_group(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
        _subject: &str,
        _participants: Vec<MemberJid>,
    ) -> Result<api::GroupInfo, Error> {
        todo!()
    }
    pub async fn join(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
        _code: &InviteCode,
    ) -> Result<GroupJid, Error> {
        todo!()
    }
    pub async fn leave(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
        _group: &GroupJid,
    ) -> Result<(), Error> {
        todo!()
    }
    pub async fn change_members(
        &self,
        _caller: &Caller,
        _session: &OwnedSession,
        _group: &GroupJid,
        _change: MemberChange,
        _members: Vec<MemberJid>,
    ) -> Result<(), Error> {
        todo!()
    }

    pub async fn audit(
        &self,
        _caller: &Caller,
        _query: &AuditQuery,
    ) -> Result<api::List<api::AuditEntry>, Error> {
        todo!()
    }
    pub async fn list_keys(&self, _caller: &Caller) -> Result<Vec<api::ApiKey>, Error> {
        todo!()
    }
    pub async fn create_key(
        &self,
        _caller: &Caller,
        _body: api::CreateKey,
    ) -> Result<api::CreatedKey, Error> {
        todo!()
    }
    pub async fn delete_key(&self, _caller: &Caller, _id: &str) -> Result<(), Error> {
        todo!()
    }

    /// The ticket's secret; the HTTP layer adds the url.
    pub async fn issue_ticket(
        &self,
        _caller: &Caller,
        _body: api::TicketRequest,
    ) -> Result<String, Error> {
        todo!()
    }
    /// `None` when unknown, used or older than 30 s.
    pub async fn redeem_ticket(&self, _ticket: &str) -> Option<Subscription> {
        todo!()
    }
}
