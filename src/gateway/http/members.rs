//! `/sessions/{session}/groups/{gid}/members` and `/requests`: who is in a group and with which role,
//! and who wants to be.

use super::extract::Call;
use super::fields::participants;
use super::respond::{self, Reply};
use crate::gateway::whatsapp::MemberChange;

pub(super) async fn list(call: &mut Call) -> Reply {
    let (session, group) = call.session_and_group()?;
    respond::ok(&call.engine.list_members(&session, &group).await?)
}

pub(super) async fn add(call: &mut Call) -> Reply {
    change_many(call, MemberChange::Add).await
}

pub(super) async fn approve(call: &mut Call) -> Reply {
    change_many(call, MemberChange::Approve).await
}

pub(super) async fn remove(call: &mut Call) -> Reply {
    change_one(call, MemberChange::Remove).await
}

pub(super) async fn promote(call: &mut Call) -> Reply {
    change_one(call, MemberChange::Promote).await
}

pub(super) async fn demote(call: &mut Call) -> Reply {
    change_one(call, MemberChange::Demote).await
}

pub(super) async fn requests(call: &mut Call) -> Reply {
    let (session, group) = call.session_and_group()?;
    respond::ok(&call.engine.membership_requests(&session, &group).await?)
}

pub(super) async fn let_in(call: &mut Call) -> Reply {
    change_one(call, MemberChange::Approve).await
}

pub(super) async fn reject(call: &mut Call) -> Reply {
    change_one(call, MemberChange::Reject).await
}

/// The members that the body names.
async fn change_many(call: &mut Call, change: MemberChange) -> Reply {
    let (session, group) = call.session_and_group()?;
    let mut fields = call.fields().await?;
    let members = fields.required("participants", |jids| match participants(jids)? {
        none if none.is_empty() => Err("must hold at least one JID".to_owned()),
        jids => Ok(jids),
    });
    let members = fields.finish(members)?;
    call.engine
        .change_members(&call.caller, &session, &group, change, members)
        .await?;
    Ok(respond::no_content())
}

/// The member that the path names.
async fn change_one(call: &mut Call, change: MemberChange) -> Reply {
    let (session, group) = call.session_and_group()?;
    let members = vec![call.member()?];
    call.engine
        .change_members(&call.caller, &session, &group, change, members)
        .await?;
    Ok(respond::no_content())
}
