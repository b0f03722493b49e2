//! `/sessions/{session}/groups/{gid}/members` and `/requests`: members with their roles, and
//! requests to join.

use super::extract::AuthedRequest;
use super::fields::participants;
use super::respond::{self, Reply};
use crate::gateway::Error;
use crate::gateway::whatsapp::MemberChange;

pub(super) async fn list(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    respond::ok(&request.engine.list_members(&session, &group).await?)
}

/// `/members` (an extension): members of all groups of the organization.
pub(super) async fn find(request: &mut AuthedRequest) -> Reply {
    let query = request.query()?;
    let text = query.get("query")?;
    let text = text.ok_or_else(|| Error::field("query", "is required"))?;
    respond::ok(&request.engine.find_members(&request.caller, text).await?)
}

pub(super) async fn add(request: &mut AuthedRequest) -> Reply {
    change_many(request, MemberChange::Add).await
}

pub(super) async fn approve(request: &mut AuthedRequest) -> Reply {
    change_many(request, MemberChange::Approve).await
}

pub(super) async fn remove(request: &mut AuthedRequest) -> Reply {
    change_one(request, MemberChange::Remove).await
}

pub(super) async fn promote(request: &mut AuthedRequest) -> Reply {
    change_one(request, MemberChange::Promote).await
}

pub(super) async fn demote(request: &mut AuthedRequest) -> Reply {
    change_one(request, MemberChange::Demote).await
}

pub(super) async fn requests(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    respond::ok(&request.engine.membership_requests(&session, &group).await?)
}

/// `/requests` (an extension): requests to join of all groups of the organization.
pub(super) async fn all_requests(request: &mut AuthedRequest) -> Reply {
    respond::ok(&request.engine.all_requests(&request.caller).await?)
}

pub(super) async fn let_in(request: &mut AuthedRequest) -> Reply {
    change_one(request, MemberChange::Approve).await
}

pub(super) async fn reject(request: &mut AuthedRequest) -> Reply {
    change_one(request, MemberChange::Reject).await
}

/// The members that the body names.
async fn change_many(request: &mut AuthedRequest, change: MemberChange) -> Reply {
    let (session, group) = request.session_and_group()?;
    let mut fields = request.fields().await?;
    let members = fields.required("participants", |jids| match participants(jids)? {
        none if none.is_empty() => Err("must hold at least one JID".to_owned()),
        jids => Ok(jids),
    });
    let members = fields.finish(members)?;
    request
        .engine
        .change_members(&request.caller, &session, &group, change, members)
        .await?;
    Ok(respond::no_content())
}

/// The member that the path names.
async fn change_one(request: &mut AuthedRequest, change: MemberChange) -> Reply {
    let (session, group) = request.session_and_group()?;
    let members = vec![request.member()?];
    request
        .engine
        .change_members(&request.caller, &session, &group, change, members)
        .await?;
    Ok(respond::no_content())
}
