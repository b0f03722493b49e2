//! `/sessions`: the accounts, their state and their pairing.

use super::extract::AuthedRequest;
use super::fields::{confirmed, flag, owned_text};
use super::respond::{self, Reply};
use crate::api::{CreateSession, PasskeyAnswer, PasskeyAssertion, UpdateSession};
use crate::gateway::{Error, SessionAction};

pub(super) async fn list(request: &mut AuthedRequest) -> Reply {
    respond::list(request.engine.list_sessions(&request.caller)?)
}

pub(super) async fn create(request: &mut AuthedRequest) -> Reply {
    let mut fields = request.optional_fields().await?;
    let body = CreateSession {
        label: fields.optional("label", owned_text),
        start: fields.optional("start", flag),
        auto_read: fields.optional("autoRead", flag),
        presence_typing: fields.optional("presenceTyping", flag),
    };
    let body = fields.finish(Some(body))?;
    respond::created(&request.engine.create_session(&request.caller, body).await?)
}

pub(super) async fn get(request: &mut AuthedRequest) -> Reply {
    respond::ok(&request.session()?.view())
}

pub(super) async fn update(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    let mut fields = request.fields().await?;
    let label = fields.required("label", owned_text);
    let label = fields.finish(label)?;
    let body = UpdateSession { label };
    respond::ok(
        &request
            .engine
            .rename_session(&request.caller, &session, body)
            .await?,
    )
}

pub(super) async fn delete(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    request
        .engine
        .delete_session(&request.caller, &session)
        .await?;
    Ok(respond::no_content())
}

pub(super) async fn start(request: &mut AuthedRequest) -> Reply {
    act(request, SessionAction::Start).await
}

pub(super) async fn stop(request: &mut AuthedRequest) -> Reply {
    act(request, SessionAction::Stop).await
}

pub(super) async fn restart(request: &mut AuthedRequest) -> Reply {
    act(request, SessionAction::Restart).await
}

pub(super) async fn logout(request: &mut AuthedRequest) -> Reply {
    act(request, SessionAction::Logout).await
}

async fn act(request: &mut AuthedRequest, action: SessionAction) -> Reply {
    let session = request.session()?;
    respond::ok(
        &request
            .engine
            .act(&request.caller, &session, action)
            .await?,
    )
}

pub(super) async fn me(request: &mut AuthedRequest) -> Reply {
    respond::ok(&request.session()?.me())
}

pub(super) async fn qr(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    respond::ok(&request.engine.qr(&request.caller, &session).await?)
}

pub(super) async fn pairing_code(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    let mut fields = request.fields().await?;
    let phone = fields.required("phone", owned_text);
    let phone = fields.finish(phone)?;
    respond::ok(
        &request
            .engine
            .pairing_code(&request.caller, &session, &phone)
            .await?,
    )
}

pub(super) async fn passkey(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    respond::ok(&request.engine.passkey(&session)?)
}

pub(super) async fn answer_passkey(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    let mut fields = request.fields().await?;
    let assertion = fields.optional("assertion", PasskeyAssertion::read);
    let confirm = fields.optional("confirm", confirmed);
    let (assertion, confirm) = fields.finish(Some((assertion, confirm)))?;
    let answer = match (assertion, confirm) {
        (Some(assertion), None) => PasskeyAnswer::Assertion(assertion),
        (None, Some(())) => PasskeyAnswer::Confirm(true),
        _ => return Err(Error::field("", "needs either assertion or confirm")),
    };
    request
        .engine
        .answer_passkey(&request.caller, &session, answer)
        .await?;
    Ok(respond::no_content())
}
