//! `/keys`: api-keys (an extension).

use super::extract::AuthedRequest;
use super::fields::{array, flag, owned_text, seconds, text, time};
use super::respond::{self, Reply};
use crate::api::{ApiKey, Capability, CreateKey, RotateKey, UpdateKey};
use crate::gateway::Error;
use crate::gateway::auth::Caller;
use serde_json::Value;

pub(super) async fn list(request: &mut AuthedRequest) -> Reply {
    respond::list(request.engine.list_keys(&request.caller).await?)
}

pub(super) async fn create(request: &mut AuthedRequest) -> Reply {
    let mut fields = request.fields().await?;
    let label = fields.optional("label", owned_text);
    let capabilities = fields.required("capabilities", capabilities);
    let expires_at = fields.optional("expiresAt", time);
    let lacks = lacks(&request.caller, capabilities.as_deref().unwrap_or_default());
    let body = fields.finish(capabilities.map(|capabilities| CreateKey {
        label,
        capabilities,
        expires_at,
    }));
    let body = body.map_err(|fault| first(lacks, fault))?;
    respond::created(&request.engine.create_key(&request.caller, body).await?)
}

pub(super) async fn update(request: &mut AuthedRequest) -> Reply {
    let id = find(request).await?.id;
    let mut fields = request.fields().await?;
    let disabled = fields.required("disabled", flag);
    let body = fields.finish(disabled.map(|disabled| UpdateKey { disabled }))?;
    respond::ok(
        &request
            .engine
            .update_key(&request.caller, &id, body)
            .await?,
    )
}

pub(super) async fn rotate(request: &mut AuthedRequest) -> Reply {
    let key = find(request).await?;
    let lacks = lacks(&request.caller, &key.capabilities);
    let body = rotation(request).await;
    let body = body.map_err(|fault| first(lacks, fault))?;
    respond::ok(
        &request
            .engine
            .rotate_key(&request.caller, &key.id, body)
            .await?,
    )
}

async fn rotation(request: &mut AuthedRequest) -> Result<RotateKey, Error> {
    let mut fields = request.optional_fields().await?;
    let overlap_seconds = fields.optional("overlapSeconds", seconds);
    fields.finish(Some(RotateKey { overlap_seconds }))
}

pub(super) async fn delete(request: &mut AuthedRequest) -> Reply {
    request
        .engine
        .delete_key(&request.caller, request.param("id"))
        .await?;
    Ok(respond::no_content())
}

/// The path's key. Comes before the body: 404 wins over 400.
async fn find(request: &mut AuthedRequest) -> Result<ApiKey, Error> {
    request
        .engine
        .find_key(&request.caller, request.param("id"))
        .await
}

/// The refusal of a key that can do what the caller cannot.
fn lacks(caller: &Caller, capabilities: &[Capability]) -> Option<Error> {
    let mut capabilities = capabilities.iter();
    capabilities.find_map(|capability| caller.require(*capability).err())
}

/// A missing capability comes before whatever is wrong with the body.
fn first(lacks: Option<Error>, fault: Error) -> Error {
    match fault {
        Error::Validation(_) => lacks.unwrap_or(fault),
        other => other,
    }
}

/// Capabilities by their words, each once.
fn capabilities(value: &Value) -> Result<Vec<Capability>, String> {
    let mut capabilities = array(value, |word| {
        let word = text(word)?;
        Capability::ALL
            .into_iter()
            .find(|capability| capability.as_str() == word)
            .ok_or_else(|| "must be one of read, send, manage, events".to_owned())
    })?;
    capabilities.sort_unstable();
    capabilities.dedup();
    Ok(capabilities)
}
