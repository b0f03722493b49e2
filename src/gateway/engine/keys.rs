//! Api-keys: making, listing, deleting.

use super::Engine;
use super::audit::Record;
use super::sessions::check_label;
use crate::api::{ApiKey, AuditAction, Capabilities, CreateKey, CreatedKey};
use crate::gateway::auth::{self, Caller};
use crate::gateway::clock;
use crate::gateway::error::Error;
use crate::gateway::store::keys::{self, StoredKey};
use serde_json::json;

impl Engine {
    /// The organization's stored keys, oldest first.
    ///
    /// # Errors
    /// The store.
    pub async fn list_keys(&self, caller: &Caller) -> Result<Vec<ApiKey>, Error> {
        let organization = caller.organization.clone();
        Ok(self
            .inner
            .store
            .read(move |conn| keys::list(conn, &organization))
            .await?)
    }

    /// Makes a key of the caller's organization. Its secret is told here and never again.
    ///
    /// # Errors
    /// Validation; [`Error::MissingCapability`] for a capability that the caller lacks.
    pub async fn create_key(&self, caller: &Caller, body: CreateKey) -> Result<CreatedKey, Error> {
        let mut record = Record::new(caller, AuditAction::KeyCreate);
        record.new = Some(json!({ "label": body.label, "capabilities": body.capabilities }));
        let engine = self.clone();
        let caller = caller.clone();
        self.detached(async move {
            match check(&caller, &body) {
                Ok((label, capabilities)) => {
                    engine
                        .store_key(&caller, label, capabilities, &body, record)
                        .await
                }
                Err(error) => record.close(&engine.inner.store, Err(error)).await,
            }
        })
        .await
    }

    async fn store_key(
        &self,
        caller: &Caller,
        label: Option<String>,
        capabilities: Capabilities,
        body: &CreateKey,
        mut record: Record,
    ) -> Result<CreatedKey, Error> {
        let secret = auth::new_secret(auth::KEY_PREFIX);
        let hash = auth::hash(&secret);
        let organization = caller.organization.clone();
        let expires_at = body.expires_at;
        let stored = self
            .inner
            .store
            .write(move |w| {
                let key = ApiKey {
                    id: w.next_id().to_string(),
                    label,
                    capabilities: capabilities.iter().collect(),
                    disabled: false,
                    created_at: clock::now(),
                    expires_at,
                };
                record.new = Some(json!({
                    "id": key.id,
                    "label": key.label,
                    "capabilities": key.capabilities,
                    "expiresAt": key.expires_at,
                }));
                let stored = StoredKey {
                    organization,
                    hash,
                    key,
                };
                keys::insert(w, &stored)?;
                record.insert_ok(w)?;
                Ok(stored)
            })
            .await?;
        self.inner.keys.insert(&stored);
        Ok(CreatedKey {
            secret,
            key: stored.key,
        })
    }

    /// Deletes a key; it is refused from then on.
    ///
    /// # Errors
    /// `NotFound("key")`, also for a key of another organization.
    pub async fn delete_key(&self, caller: &Caller, id: &str) -> Result<(), Error> {
        let mut record = Record::new(caller, AuditAction::KeyDelete);
        // An id comes from outside and may be anything: keep what an id can be.
        record.old = Some(json!({ "id": id.chars().take(64).collect::<String>() }));
        let organization = caller.organization.clone();
        let engine = self.clone();
        let id = id.to_owned();
        self.detached(async move {
            let (key, recorded) = (id.clone(), record.success());
            let gone = engine
                .inner
                .store
                .write(move |w| {
                    let gone = keys::delete(w, &organization, &key)?;
                    if gone {
                        recorded(w)?;
                    }
                    Ok(gone)
                })
                .await;
            let refusal = match gone {
                Ok(true) => {
                    engine.inner.keys.remove(&id);
                    return Ok(());
                }
                Ok(false) => Error::NotFound("key"),
                Err(error) => error.into(),
            };
            record.close(&engine.inner.store, Err(refusal)).await
        })
        .await
    }
}

fn check(caller: &Caller, body: &CreateKey) -> Result<(Option<String>, Capabilities), Error> {
    let label = check_label(body.label.as_deref())?;
    if body.capabilities.is_empty() {
        return Err(Error::field("capabilities", "must name at least one"));
    }
    if body.expires_at.is_some_and(|at| at <= clock::now()) {
        return Err(Error::field("expiresAt", "must be in the future"));
    }
    for capability in &body.capabilities {
        caller.require(*capability)?;
    }
    Ok((label, body.capabilities.iter().copied().collect()))
}
