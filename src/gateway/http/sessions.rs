//! `/sessions`: the accounts, their state and their pairing.

use super::extract::Call;
use super::fields::{flag, owned_text};
use super::respond::{self, Reply};
use crate::api::{CreateSession, UpdateSession};
use crate::gateway::SessionAction;

pub(super) async fn list(call: &mut Call) -> Reply {
    respond::list(call.engine.list_sessions(&call.caller)?)
}

pub(super) async fn create(call: &mut Call) -> Reply {
    let mut fields = call.optional_fields().await?;
    let body = CreateSession {
        label: fields.optional("label", owned_text),
        start: fields.optional("start", flag),
        auto_read: fields.optional("autoRead", flag),
        presence_typing: fields.optional("presenceTyping", flag),
    };
    let body = fields.finish(Some(body))?;
    respond::created(&call.engine.create_session(&call.caller, body).await?)
}

pub(super) async fn get(call: &mut Call) -> Reply {
    respond::ok(&call.session()?.view())
}

pub(super) async fn update(call: &mut Call) -> Reply {
    let session = call.session()?;
    let mut fields = call.fields().await?;
    let label = fields.required("label", owned_text);
    let label = fields.finish(label)?;
    let body = UpdateSession { label };
    respond::ok(
        &call
            .engine
            .rename_session(&call.caller, &session, body)
            .await?,
    )
}

pub(super) async fn delete(call: &mut Call) -> Reply {
    let session = call.session()?;
    call.engine.delete_session(&call.caller, &session).await?;
    Ok(respond::no_content())
}

pub(super) async fn start(call: &mut Call) -> Reply {
    act(call, SessionAction::Start).await
}

pub(super) async fn stop(call: &mut Call) -> Reply {
    act(call, SessionAction::Stop).await
}

pub(super) async fn restart(call: &mut Call) -> Reply {
    act(call, SessionAction::Restart).await
}

pub(super) async fn logout(call: &mut Call) -> Reply {
    act(call, SessionAction::Logout).await
}

async fn act(call: &mut Call, action: SessionAction) -> Reply {
    let session = call.session()?;
    respond::ok(&call.engine.act(&call.caller, &session, action).await?)
}

pub(super) async fn me(call: &mut Call) -> Reply {
    respond::ok(&call.session()?.me())
}

pub(super) async fn qr(call: &mut Call) -> Reply {
    let session = call.session()?;
    respond::ok(&call.engine.qr(&call.caller, &session).await?)
}

pub(super) async fn pairing_code(call: &mut Call) -> Reply {
    let session = call.session()?;
    let mut fields = call.fields().await?;
    let phone = fields.required("phone", owned_text);
    let phone = fields.finish(phone)?;
    respond::ok(
        &call
            .engine
            .pairing_code(&call.caller, &session, &phone)
            .await?,
    )
}
