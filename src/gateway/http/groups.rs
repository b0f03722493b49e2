//! `/sessions/{session}/groups`: the groups of a session and their settings.

use super::body::invalid;
use super::extract::Call;
use super::fields::{participants, text};
use super::respond::{self, Reply};
use crate::api::{SettingsPatch, check_subject};

pub(super) async fn list(call: &mut Call) -> Reply {
    let session = call.session()?;
    let page = call.query()?.page()?;
    let json = call.engine.list_groups(&session, &page).await?;
    Ok(respond::ready_json(json))
}

pub(super) async fn get(call: &mut Call) -> Reply {
    let (session, group) = call.session_and_group()?;
    respond::ok(&call.engine.get_group(&session, &group).await?)
}

pub(super) async fn update(call: &mut Call) -> Reply {
    let (session, group) = call.session_and_group()?;
    let patch = SettingsPatch::parse(&call.json().await?).map_err(invalid)?;
    call.engine
        .update_group(&call.caller, &session, &group, patch)
        .await?;
    Ok(respond::no_content())
}

pub(super) async fn create(call: &mut Call) -> Reply {
    let session = call.session()?;
    let mut fields = call.fields().await?;
    let name = fields.required("name", |name| check_subject(text(name)?));
    let members = fields.optional("participants", participants);
    let name = fields.finish(name)?;
    let group = call
        .engine
        .create_group(&call.caller, &session, &name, members.unwrap_or_default())
        .await?;
    respond::created(&group)
}

pub(super) async fn leave(call: &mut Call) -> Reply {
    let (session, group) = call.session_and_group()?;
    call.engine.leave(&call.caller, &session, &group).await?;
    Ok(respond::no_content())
}
