//! Invite links: the current one, a new one, and joining by one.

use super::extract::AuthedRequest;
use super::fields::text;
use super::respond::{self, Reply};
use crate::api::JoinedGroup;
use crate::gateway::domain::InviteCode;
use crate::gateway::whatsapp::JoinOutcome;

pub(super) async fn get(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    respond::ok(&request.engine.invite(&session, &group).await?)
}

pub(super) async fn preview(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    let code = request.invite_code()?;
    respond::ok(&request.engine.preview(&session, &code).await?)
}

pub(super) async fn reset(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    let invite = request
        .engine
        .reset_invite(&request.caller, &session, &group)
        .await?;
    respond::ok(&invite)
}

pub(super) async fn join(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    let mut fields = request.fields().await?;
    let code = fields.required("invite", |invite| {
        InviteCode::parse(text(invite)?).map_err(|fault| fault.0)
    });
    let code = fields.finish(code)?;
    let (group, pending) = match request
        .engine
        .join(&request.caller, &session, &code)
        .await?
    {
        JoinOutcome::Joined(group) => (group, false),
        JoinOutcome::Pending(group) => (group, true),
    };
    let joined = JoinedGroup {
        group_jid: group.to_string(),
        pending,
    };
    if pending {
        respond::accepted(&joined)
    } else {
        respond::ok(&joined)
    }
}
