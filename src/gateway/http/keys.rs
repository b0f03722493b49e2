//! `/keys`: api-keys (an extension).

use super::extract::Call;
use super::fields::{array, flag, owned_text, seconds, text, time};
use super::respond::{self, Reply};
use crate::api::{ApiKey, Capability, CreateKey, RotateKey, UpdateKey};
use crate::gateway::Error;
use crate::gateway::auth::Caller;
use serde_json::Value;

pub(super) async fn list(call: &mut Call) -> Reply {
    respond::list(call.engine.list_keys(&call.caller).await?)
}

pub(super) async fn create(call: &mut Call) -> Reply {
    let mut fields = call.fields().await?;
    let label = fields.optional("label", owned_text);
    let capabilities = fields.required("capabilities", capabilities);
    let expires_at = fields.optional("expiresAt", time);
    let lacks = lacks(&call.caller, capabilities.as_deref().unwrap_or_default());
    let body = fields.finish(capabilities.map(|capabilities| CreateKey {
        label,
        capabilities,
        expires_at,
    }));
    let body = body.map_err(|fault| first(lacks, fault))?;
    respond::created(&call.engine.create_key(&call.caller, body).await?)
}

pub(super) async fn update(call: &mut Call) -> Reply {
    let id = find(call).await?.id;
    let mut fields = call.fields().await?;
    let disabled = fields.required("disabled", flag);
    let body = fields.finish(disabled.map(|disabled| UpdateKey { disabled }))?;
    respond::ok(&call.engine.update_key(&call.caller, &id, body).await?)
}

pub(super) async fn rotate(call: &mut Call) -> Reply {
    let key = find(call).await?;
    let lacks = lacks(&call.caller, &key.capabilities);
    let body = rotation(call).await;
    let body = body.map_err(|fault| first(lacks, fault))?;
    respond::ok(&call.engine.rotate_key(&call.caller, &key.id, body).await?)
}

async fn rotation(call: &mut Call) -> Result<RotateKey, Error> {
    let mut fields = call.optional_fields().await?;
    let overlap_seconds = fields.optional("overlapSeconds", seconds);
    fields.finish(Some(RotateKey { overlap_seconds }))
}

pub(super) async fn delete(call: &mut Call) -> Reply {
    call.engine
        .delete_key(&call.caller, call.param("id"))
        .await?;
    Ok(respond::no_content())
}

/// The path's key. Comes before the body: 404 wins over 400.
async fn find(call: &mut Call) -> Result<ApiKey, Error> {
    call.engine.find_key(&call.caller, call.param("id")).await
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
