//! `/sessions/{session}/groups`: the groups of a session and their settings.

use super::body::invalid;
use super::extract::AuthedRequest;
use super::fields::{participants, text};
use super::respond::{self, Reply};
use crate::api::{SettingsPatch, check_subject};

pub(super) async fn list(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    let page = request.query()?.page()?;
    let json = request.engine.list_groups(&session, &page).await?;
    Ok(respond::ready_json(json))
}

pub(super) async fn get(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    respond::ok(&request.engine.get_group(&session, &group).await?)
}

pub(super) async fn update(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    let patch = SettingsPatch::parse(&request.json().await?).map_err(invalid)?;
    request
        .engine
        .update_group(&request.caller, &session, &group, patch)
        .await?;
    Ok(respond::no_content())
}

pub(super) async fn create(request: &mut AuthedRequest) -> Reply {
    let session = request.session()?;
    let mut fields = request.fields().await?;
    let name = fields.required("name", |name| check_subject(text(name)?));
    let members = fields.optional("participants", participants);
    let name = fields.finish(name)?;
    let group = request
        .engine
        .create_group(
            &request.caller,
            &session,
            &name,
            members.unwrap_or_default(),
        )
        .await?;
    respond::created(&group)
}

pub(super) async fn leave(request: &mut AuthedRequest) -> Reply {
    let (session, group) = request.session_and_group()?;
    request
        .engine
        .leave(&request.caller, &session, &group)
        .await?;
    Ok(respond::no_content())
}
