//! Reading groups from the store, and the invite link from WhatsApp.

use super::{Engine, OwnedSession, Page};
use crate::api::{Group, GroupMember, InviteLink, InvitePreview, List, MembershipRequest};
use crate::gateway::domain::{GroupJid, InviteCode};
use crate::gateway::error::Error;
use crate::gateway::session::requests;
use crate::gateway::store::{cursor, listing};
use crate::gateway::whatsapp::DriverError;
use axum::body::Bytes;

impl Engine {
    /// The JSON of a `List<Group>`, by JID. The whole list comes from a cache that is invalidated
    /// by every write to the session's groups; a page comes from the store.
    ///
    /// # Errors
    /// Validation of the limit and the cursor; the store.
    pub async fn list_groups(&self, session: &OwnedSession, page: &Page) -> Result<Bytes, Error> {
        let limit = page.limit()?;
        let after = page.after(cursor::group)?;
        if limit.is_none() && after.is_none() {
            return self.all_groups(session).await;
        }
        let (organization, id) = (session.organization.clone(), session.id.clone());
        let limit = limit.unwrap_or(Page::MOST);
        Ok(self
            .inner
            .store
            .read(move |rows| {
                let list = listing::list(rows, &organization, &id, after.as_ref(), Some(limit))?;
                Ok(serde_json::to_vec(&list)?.into())
            })
            .await?)
    }

    async fn all_groups(&self, session: &OwnedSession) -> Result<Bytes, Error> {
        let version = match session.handle.listing.get() {
            Ok(json) => return Ok(json),
            Err(version) => version,
        };
        let (organization, id) = (session.organization.clone(), session.id.clone());
        let json: Bytes = self
            .inner
            .store
            .read(move |rows| {
                let list = listing::list(rows, &organization, &id, None, None)?;
                Ok(serde_json::to_vec(&list)?.into())
            })
            .await?;
        session.handle.listing.put(version, json.clone());
        Ok(json)
    }

    /// # Errors
    /// `NotFound("group")` when it is not stored.
    pub async fn get_group(
        &self,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Result<Group, Error> {
        let (organization, id, jid) = (
            session.organization.clone(),
            session.id.clone(),
            group.clone(),
        );
        self.inner
            .store
            .read(move |rows| rows.group(&organization, &id, &jid))
            .await?
            .ok_or(Error::NotFound("group"))
    }

    /// A group's members, by LID.
    ///
    /// # Errors
    /// `NotFound("group")` when it is not stored.
    pub async fn list_members(
        &self,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Result<List<GroupMember>, Error> {
        let (organization, id, jid) = (
            session.organization.clone(),
            session.id.clone(),
            group.clone(),
        );
        let data = self
            .inner
            .store
            .read(move |rows| rows.members(&organization, &id, &jid))
            .await?
            .ok_or(Error::NotFound("group"))?;
        Ok(List {
            data,
            next_cursor: String::new(),
        })
    }

    /// The current link, asked of WhatsApp each time.
    ///
    /// It is a live call, so a link that is requested after a reset began is never the revoked one.
    /// It runs in the caller's task and is cancelled with it.
    ///
    /// # Errors
    /// The driver's.
    pub async fn invite(
        &self,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Result<InviteLink, Error> {
        self.accept()?;
        let handle = &session.handle;
        let turn = session.turn(1).await?;
        let code = turn.ask(handle.driver.invite(group)).await?;
        Ok(InviteLink {
            invite: code.link(),
        })
    }

    /// The group that an invite code leads to, asked of WhatsApp each time.
    ///
    /// # Errors
    /// [`Error::DeadLink`]; the driver's.
    pub async fn preview(
        &self,
        session: &OwnedSession,
        code: &InviteCode,
    ) -> Result<InvitePreview, Error> {
        self.accept()?;
        let turn = session.turn(1).await?;
        let asked = turn.ask(session.handle.driver.preview(code)).await;
        let group = asked.map_err(|error| match error {
            DriverError::DeadInvite => Error::DeadLink,
            error => error.into(),
        })?;
        Ok(InvitePreview {
            group_jid: group.jid.to_string(),
            participant_count: u32::try_from(group.count()).ok(),
            subject: Some(group.subject),
            description: Some(group.description),
            join_approval: Some(group.join_approval),
            kind: Some(group.kind),
        })
    }

    /// Pending requests to join, queried from WhatsApp each time.
    ///
    /// # Errors
    /// The driver's.
    pub async fn membership_requests(
        &self,
        session: &OwnedSession,
        group: &GroupJid,
    ) -> Result<List<MembershipRequest>, Error> {
        self.accept()?;
        let turn = session.turn(1).await?;
        let requests = requests::look_up(turn, &self.inner.store, group).await?;
        self.with_names(session, requests).await
    }
}
