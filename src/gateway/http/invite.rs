//! Invite links: the current one, a new one, and joining by one.

use super::extract::Call;
use super::fields::text;
use super::respond::{self, Reply};
use crate::api::JoinedGroup;
use crate::gateway::domain::InviteCode;
use crate::gateway::whatsapp::JoinOutcome;

pub(super) async fn get(call: &mut Call) -> Reply {
    let (session, group) = call.session_and_group()?;
    respond::ok(&call.engine.invite(&session, &group).await?)
}

pub(super) async fn reset(call: &mut Call) -> Reply {
    let (session, group) = call.session_and_group()?;
    let invite = call
        .engine
        .reset_invite(&call.caller, &session, &group)
        .await?;
    respond::ok(&invite)
}

pub(super) async fn join(call: &mut Call) -> Reply {
    let session = call.session()?;
    let mut fields = call.fields().await?;
    let code = fields.required("invite", |invite| {
        InviteCode::parse(text(invite)?).map_err(|fault| fault.0)
    });
    let code = fields.finish(code)?;
    let (group, pending) = match call.engine.join(&call.caller, &session, &code).await? {
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
