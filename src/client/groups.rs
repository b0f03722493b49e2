//! Calls about groups, their members and their invite links.

use super::call::Client;
use super::encode::encode;
use super::error::ClientError;
use super::listing::Listing;
use crate::api::{
    CreateGroup, EpochMillis, FoundMember, Group, GroupInfo, GroupMember, GroupSchedule,
    InviteLink, InvitePreview, JoinGroup, JoinedGroup, List, MembershipRequest, Participants,
    PendingRequest, PutSchedule, ScheduledGroup, SettingsPatch,
};
use reqwest::Method;

/// The status of a join that waits for an admin.
const ACCEPTED: u16 = 202;

impl Client {
    /// `GET /sessions/{session}/groups`: the whole set, however the gateway pages it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn list_groups(&self, session: &str) -> Result<Listing<Group>, ClientError> {
        self.read_all(&groups(session)).await
    }

    /// `GET /sessions/{session}/groups/{group}`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn get_group(&self, session: &str, group: &str) -> Result<Group, ClientError> {
        self.read(&one(session, group)).await
    }

    /// `GET /sessions/{session}/groups/{group}/members`, every page.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn members(
        &self,
        session: &str,
        group: &str,
    ) -> Result<Listing<GroupMember>, ClientError> {
        self.read_all(&format!("{}/members", one(session, group)))
            .await
    }

    /// `GET /members` (an extension): members of all groups whose name, number or LID contains `query`.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 where the gateway cannot find members.
    pub async fn find_members(&self, query: &str) -> Result<Listing<FoundMember>, ClientError> {
        self.read_page(&format!("/members?query={}", encode(query)))
            .await
    }

    /// `PATCH /sessions/{session}/groups/{group}`: only the fields of the patch are sent. Returns
    /// the `Date` of the answer, in whole seconds: an older stored row does not show the change.
    ///
    /// # Errors
    /// See [`ClientError`]; the error of a partial change has the progress.
    pub async fn update_settings(
        &self,
        session: &str,
        group: &str,
        patch: &SettingsPatch,
    ) -> Result<Option<EpochMillis>, ClientError> {
        // Each field is a call to WhatsApp.
        let fields = u32::try_from(patch.clone().into_settings().len()).unwrap_or(1);
        let limit = self.limits.live * fields.max(1);
        let answer = self
            .send(Method::PATCH, &one(session, group), Some(patch), limit)
            .await?;
        answer.nothing_needed()?;
        Ok(answer.answered_at())
    }

    /// `GET /sessions/{session}/groups/{group}/invite`: asks WhatsApp.
    ///
    /// # Errors
    /// See [`ClientError`]; 501 when the session is not connected, 403 when its account is no admin.
    pub async fn invite(&self, session: &str, group: &str) -> Result<InviteLink, ClientError> {
        self.ask_link(Method::GET, session, group).await
    }

    /// `DELETE /sessions/{session}/groups/{group}/invite`: the new link; the old one is dead.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn reset_invite(
        &self,
        session: &str,
        group: &str,
    ) -> Result<InviteLink, ClientError> {
        self.ask_link(Method::DELETE, session, group).await
    }

    /// An answer without a WhatsApp link is an error; its text must not be shown.
    async fn ask_link(
        &self,
        method: Method,
        session: &str,
        group: &str,
    ) -> Result<InviteLink, ClientError> {
        let path = format!("{}/invite", one(session, group));
        let answer = self
            .send(method, &path, None::<&()>, self.limits.live)
            .await?;
        let link: InviteLink = answer.json()?;
        if InviteLink::is_link(&link.invite) {
            Ok(link)
        } else {
            Err(ClientError::NotALink)
        }
    }

    /// `GET /sessions/{session}/invites/{code}`: the group that an invite link leads to.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 for a link that was reset.
    pub async fn preview(&self, session: &str, code: &str) -> Result<InvitePreview, ClientError> {
        let path = format!("/sessions/{}/invites/{}", encode(session), encode(code));
        self.call(Method::GET, &path, None::<&()>, self.limits.live)
            .await
    }

    /// `GET /sessions/{session}/groups/{group}/requests` (an extension): the requests to join that wait for an
    /// admin, asked of WhatsApp.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 where the gateway has no such call.
    pub async fn membership_requests(
        &self,
        session: &str,
        group: &str,
    ) -> Result<List<MembershipRequest>, ClientError> {
        let path = format!("{}/requests", one(session, group));
        self.call(Method::GET, &path, None::<&()>, self.limits.live)
            .await
    }

    /// `GET /requests` (an extension): the requests to join of all groups that wait for an admin, as the gateway
    /// has stored them.
    ///
    /// # Errors
    /// See [`ClientError`]; 404 where the gateway has no such call.
    pub async fn all_requests(&self) -> Result<Listing<PendingRequest>, ClientError> {
        self.read_page("/requests").await
    }

    /// `POST /sessions/{session}/groups/{group}/requests/{person}/approve` (an extension).
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn approve_request(
        &self,
        session: &str,
        group: &str,
        person: &str,
    ) -> Result<(), ClientError> {
        self.settle(session, group, person, "approve").await
    }

    /// `POST /sessions/{session}/groups/{group}/requests/{person}/reject` (an extension).
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn reject_request(
        &self,
        session: &str,
        group: &str,
        person: &str,
    ) -> Result<(), ClientError> {
        self.settle(session, group, person, "reject").await
    }

    async fn settle(
        &self,
        session: &str,
        group: &str,
        person: &str,
        verb: &str,
    ) -> Result<(), ClientError> {
        let path = format!("{}/requests/{}/{verb}", one(session, group), encode(person));
        self.send(Method::POST, &path, None::<&()>, self.limits.live)
            .await
            .map(|_| ())
    }

    /// `POST /sessions/{session}/groups`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn create_group(
        &self,
        session: &str,
        group: &CreateGroup,
    ) -> Result<GroupInfo, ClientError> {
        self.call(
            Method::POST,
            &groups(session),
            Some(group),
            self.limits.live,
        )
        .await
    }

    /// `POST /sessions/{session}/groups:join`, with an invite code or a full link.
    ///
    /// # Errors
    /// See [`ClientError`]; 400 for a link that is malformed, expired or was reset. A join that an admin must
    /// approve first is a success with `pending`.
    pub async fn join(&self, session: &str, invite: &str) -> Result<JoinedGroup, ClientError> {
        let body = JoinGroup {
            invite: invite.to_owned(),
        };
        let path = format!("{}:join", groups(session));
        let answer = self
            .send(Method::POST, &path, Some(&body), self.limits.live)
            .await?;
        let mut joined: JoinedGroup = answer.json()?;
        // 202 means accepted, not done.
        joined.pending |= answer.status() == ACCEPTED;
        Ok(joined)
    }

    /// `POST /sessions/{session}/groups/{group}:leave`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn leave(&self, session: &str, group: &str) -> Result<(), ClientError> {
        let path = format!("{}:leave", one(session, group));
        self.command(Method::POST, &path, None::<&()>, self.limits.live)
            .await
    }

    /// `POST /sessions/{session}/groups/{group}/members`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn add_members(
        &self,
        session: &str,
        group: &str,
        members: &[String],
    ) -> Result<(), ClientError> {
        self.name_members(session, group, "", members).await
    }

    /// `POST /sessions/{session}/groups/{group}/members:approve`: approves requests to join.
    ///
    /// # Errors
    /// See [`ClientError`]; some gateways always answer 501.
    pub async fn approve_members(
        &self,
        session: &str,
        group: &str,
        members: &[String],
    ) -> Result<(), ClientError> {
        self.name_members(session, group, ":approve", members).await
    }

    async fn name_members(
        &self,
        session: &str,
        group: &str,
        action: &str,
        members: &[String],
    ) -> Result<(), ClientError> {
        let path = format!("{}/members{action}", one(session, group));
        let body = Participants {
            participants: members.to_vec(),
        };
        self.command(Method::POST, &path, Some(&body), self.limits.live)
            .await
    }

    /// `DELETE /sessions/{session}/groups/{group}/members/{member}`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn remove_member(
        &self,
        session: &str,
        group: &str,
        member: &str,
    ) -> Result<(), ClientError> {
        let path = format!("{}/members/{}", one(session, group), encode(member));
        self.command(Method::DELETE, &path, None::<&()>, self.limits.live)
            .await
    }

    /// `POST /sessions/{session}/groups/{group}/members/{member}/promote`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn promote_member(
        &self,
        session: &str,
        group: &str,
        member: &str,
    ) -> Result<(), ClientError> {
        self.rank(session, group, member, "promote").await
    }

    /// `POST /sessions/{session}/groups/{group}/members/{member}/demote`
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn demote_member(
        &self,
        session: &str,
        group: &str,
        member: &str,
    ) -> Result<(), ClientError> {
        self.rank(session, group, member, "demote").await
    }

    async fn rank(
        &self,
        session: &str,
        group: &str,
        member: &str,
        action: &str,
    ) -> Result<(), ClientError> {
        let group = one(session, group);
        let path = format!("{group}/members/{}/{action}", encode(member));
        self.command(Method::POST, &path, None::<&()>, self.limits.live)
            .await
    }
}

impl Client {
    /// `GET /sessions/{session}/groups/{group}/schedule` (an extension)
    ///
    /// # Errors
    /// See [`ClientError`]; 404 where the gateway has no opening hours.
    pub async fn schedule(&self, session: &str, group: &str) -> Result<GroupSchedule, ClientError> {
        self.read(&schedule(session, group)).await
    }

    /// `PUT /sessions/{session}/groups/{group}/schedule` (an extension)
    ///
    /// # Errors
    /// See [`Client::schedule`].
    pub async fn set_schedule(
        &self,
        session: &str,
        group: &str,
        body: &PutSchedule,
    ) -> Result<GroupSchedule, ClientError> {
        let limit = self.limits.stored;
        self.call(Method::PUT, &schedule(session, group), Some(body), limit)
            .await
    }

    /// `DELETE /sessions/{session}/groups/{group}/schedule` (an extension)
    ///
    /// # Errors
    /// See [`Client::schedule`].
    pub async fn clear_schedule(&self, session: &str, group: &str) -> Result<(), ClientError> {
        let path = schedule(session, group);
        self.command(Method::DELETE, &path, None::<&()>, self.limits.stored)
            .await
    }

    /// `GET /schedules` (an extension)
    ///
    /// # Errors
    /// See [`Client::schedule`].
    pub async fn list_schedules(&self) -> Result<Listing<ScheduledGroup>, ClientError> {
        self.read_all("/schedules").await
    }
}

fn schedule(session: &str, group: &str) -> String {
    format!("{}/schedule", one(session, group))
}

fn groups(session: &str) -> String {
    format!("/sessions/{}/groups", encode(session))
}

fn one(session: &str, group: &str) -> String {
    format!("{}/{}", groups(session), encode(group))
}
