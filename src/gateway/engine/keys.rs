//! Creating, listing, changing and deleting api-keys.

use super::Engine;
use super::audit::AuditDraft;
use super::sessions::label_of;
use crate::api::{
    ApiKey, AuditAction, Capabilities, Capability, CreateKey, CreatedKey, EpochMillis, LABEL_MAX,
    OVERLAP_MAX, RotateKey, UpdateKey,
};
use crate::gateway::auth::{self, Caller};
use crate::gateway::clock;
use crate::gateway::domain::OrganizationId;
use crate::gateway::error::Error;
use crate::gateway::store::rows::StoredKey;
use crate::gateway::store::{StoreError, Write, within};
use serde_json::{Value, json};
use std::sync::Weak;
use std::time::Duration;

/// Most keys of an organization, disabled and expired ones included: each has a rate limit and an
/// entry in memory.
pub(crate) const KEYS_MAX: usize = 1000;
/// How often the times of last use are stored.
const STORE_USES: Duration = Duration::from_mins(1);

type Job = Box<dyn FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send>;

/// The write, and the new value for the audit log.
struct Change {
    job: Job,
    new: Option<Value>,
}

impl Engine {
    /// The stored keys in the caller's scope, oldest first.
    ///
    /// # Errors
    /// The store.
    pub async fn list_keys(&self, caller: &Caller) -> Result<Vec<ApiKey>, Error> {
        let scope = caller.scope.clone();
        let mut keys = self
            .inner
            .store
            .read(move |rows| rows.api_keys(&within(rows, &scope)?))
            .await?;
        let uses = self.inner.keys.last_uses();
        for key in &mut keys {
            // The time in memory is newer than the stored one.
            key.last_used_at = uses.get(&key.id).copied().or(key.last_used_at);
        }
        Ok(keys)
    }

    /// Creates a key for the caller's organization. The secret is returned once and never again.
    ///
    /// # Errors
    /// [`Error::MissingCapability`] for a capability that the caller lacks; validation; the organization
    /// has `KEYS_MAX` keys.
    pub async fn create_key(&self, caller: &Caller, body: CreateKey) -> Result<CreatedKey, Error> {
        let organization = caller.scope.home()?.clone();
        let mut record = AuditDraft::new(caller, &organization, AuditAction::KeyCreate);
        record.new = Some(wish(&body));
        let engine = self.clone();
        let caller = caller.clone();
        self.detached(async move {
            let _turn = engine.inner.key_changes.lock().await;
            match engine.check(&caller, &organization, &body).await {
                Ok(wanted) => {
                    engine
                        .store_key(&caller, organization, wanted, record)
                        .await
                }
                Err(error) => record.finish(&engine.inner.store, Err(error)).await,
            }
        })
        .await
    }

    /// Whether the caller may make this key, now that it is the caller's turn.
    async fn check(
        &self,
        caller: &Caller,
        organization: &OrganizationId,
        body: &CreateKey,
    ) -> Result<Wanted, Error> {
        caller.ensure_valid()?;
        let wanted = wanted(caller, body)?;
        let owner = [organization.clone()];
        let count = self.inner.store.read(move |rows| rows.api_keys(&owner));
        if count.await?.len() >= KEYS_MAX {
            return Err(too_many());
        }
        Ok(wanted)
    }

    /// Stores a key, in the caller's turn.
    async fn store_key(
        &self,
        caller: &Caller,
        organization: OrganizationId,
        wanted: Wanted,
        mut record: AuditDraft,
    ) -> Result<CreatedKey, Error> {
        let secret = auth::new_secret(auth::KEY_PREFIX);
        let hash = auth::hash(&secret);
        let Wanted {
            label,
            capabilities,
            expires_at,
        } = wanted;
        let stored = self
            .write_for(caller, move |w| {
                let key = ApiKey {
                    id: w.next_id().to_string(),
                    label,
                    capabilities: capabilities.iter().collect(),
                    disabled: false,
                    created_at: clock::now(),
                    expires_at,
                    last_used_at: None,
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
                    previous: None,
                    key,
                };
                w.rows.insert_key(&stored)?;
                record.insert_success(w)?;
                Ok(stored)
            })
            .await?;
        self.inner.keys.set(&stored.key.id, Some(&stored));
        Ok(CreatedKey {
            secret,
            key: stored.key,
        })
    }

    /// # Errors
    /// `NotFound("key")`, also for a key beyond the caller's scope.
    pub async fn find_key(&self, caller: &Caller, id: &str) -> Result<ApiKey, Error> {
        let id = id.to_owned();
        let found = self.inner.store.read(move |rows| rows.key(&id)).await?;
        match found {
            Some(found) if caller.scope.covers(&found.organization) => Ok(found.key),
            _ => Err(Error::NotFound("key")),
        }
    }

    /// Gives a key a new secret, which is returned once. The old secret is invalid at once, or
    /// after the overlap; a secret that was still valid from an earlier rotation is invalid at
    /// once.
    ///
    /// # Errors
    /// `NotFound("key")`, also for a key beyond the caller's scope; [`Error::MissingCapability`] for
    /// a capability of the key's that the caller lacks: it would get it by the new secret; the key has
    /// expired.
    pub async fn rotate_key(
        &self,
        caller: &Caller,
        id: &str,
        body: RotateKey,
    ) -> Result<CreatedKey, Error> {
        let secret = auth::new_secret(auth::KEY_PREFIX);
        let hash = auth::hash(&secret);
        let (who, key) = (caller.clone(), id.to_owned());
        let overlap = body.overlap_seconds.unwrap_or_default();
        let rotated = self
            .change_key(caller, id, AuditAction::KeyRotate, move |found| {
                may_grant(&who, &found.key.capabilities)?;
                if overlap > OVERLAP_MAX {
                    return Err(Error::field(
                        "overlapSeconds",
                        format!("must be at most {OVERLAP_MAX}, which is a week"),
                    ));
                }
                let now = clock::now();
                if found.key.expires_at.is_some_and(|at| at <= now) {
                    return Err(expired());
                }
                let until = (overlap > 0).then(|| now + EpochMillis::from(overlap) * 1000);
                Ok(Change {
                    job: Box::new(move |w| w.rows.replace_secret(&key, &hash, until)),
                    new: Some(json!({ "overlapSeconds": overlap })),
                })
            })
            .await?;
        rotated
            .map(|key| CreatedKey { secret, key })
            .ok_or(Error::NotFound("key"))
    }

    /// Disables a key, which is refused from then on, or enables it again, which grants what it can do.
    ///
    /// # Errors
    /// `NotFound("key")`, also for a key beyond the caller's scope; [`Error::MissingCapability`] for
    /// enabling a key with a capability that the caller lacks.
    pub async fn update_key(
        &self,
        caller: &Caller,
        id: &str,
        body: UpdateKey,
    ) -> Result<ApiKey, Error> {
        let (who, key) = (caller.clone(), id.to_owned());
        let disabled = body.disabled;
        self.change_key(caller, id, AuditAction::KeyUpdate, move |found| {
            if !disabled {
                may_grant(&who, &found.key.capabilities)?;
            }
            Ok(Change {
                job: Box::new(move |w| w.rows.set_disabled(&key, disabled)),
                new: Some(json!({ "disabled": disabled })),
            })
        })
        .await?
        .ok_or(Error::NotFound("key"))
    }

    /// Deletes a key; it is refused from then on.
    ///
    /// # Errors
    /// `NotFound("key")`, also for a key beyond the caller's scope.
    pub async fn delete_key(&self, caller: &Caller, id: &str) -> Result<(), Error> {
        let key = id.to_owned();
        self.change_key(caller, id, AuditAction::KeyDelete, move |_| {
            Ok(Change {
                job: Box::new(move |w| w.rows.delete_key(&key)),
                new: None,
            })
        })
        .await
        .map(|_| ())
    }

    /// Changes a key in the caller's scope and returns it, unless it was deleted. Leases on the old
    /// state of the key end with the change.
    async fn change_key(
        &self,
        caller: &Caller,
        id: &str,
        action: AuditAction,
        change: impl FnOnce(&StoredKey) -> Result<Change, Error> + Send + 'static,
    ) -> Result<Option<ApiKey>, Error> {
        let engine = self.clone();
        let (caller, id) = (caller.clone(), id.to_owned());
        self.detached(async move {
            let store = &engine.inner.store;
            // Memory follows the store in the same order.
            let _turn = engine.inner.key_changes.lock().await;
            let key = id.clone();
            let found = store
                .read(move |rows| rows.key(&key))
                .await?
                .filter(|found| caller.scope.covers(&found.organization));
            let owner = found.as_ref().map(|found| &found.organization);
            let Ok(owner) = owner.map_or_else(|| caller.scope.home(), Ok) else {
                return Err(Error::NotFound("key"));
            };
            let mut record = AuditDraft::new(&caller, owner, action);
            // An id is untrusted: record at most the length of a valid one.
            record.old = Some(json!({ "id": id.chars().take(64).collect::<String>() }));
            let found = found.as_ref().ok_or(Error::NotFound("key"));
            let changed = caller.ensure_valid().and(found).and_then(change);
            let change = match changed {
                Ok(change) => change,
                Err(error) => return record.finish(store, Err(error)).await,
            };
            record.new = change.new;
            let recorded = record.success();
            let key = id.clone();
            let written = engine
                .write_for(&caller, move |w| {
                    (change.job)(w)?;
                    recorded(w)?;
                    w.rows.key(&key)
                })
                .await;
            match written {
                Ok(stored) => {
                    engine.inner.keys.set(&id, stored.as_ref());
                    Ok(stored.map(|stored| stored.key))
                }
                Err(error) => record.finish(store, Err(error)).await,
            }
        })
        .await
    }

    /// Stores when keys were last used.
    pub(super) async fn store_uses(&self) {
        let uses = self.inner.keys.unstored_uses();
        if uses.is_empty() {
            return;
        }
        let rows: Vec<_> = uses.iter().map(|(id, at, _)| (id.clone(), *at)).collect();
        match self
            .inner
            .store
            .write(move |w| w.rows.set_last_used(&rows))
            .await
        {
            Ok(()) => uses.iter().for_each(|(_, at, used)| used.is_stored(*at)),
            Err(error) => tracing::warn!(%error, "the last uses of keys were not stored"),
        }
    }
}

/// Stores when keys were last used, now and then, as long as there is an engine.
pub(super) async fn keep_uses(inner: Weak<super::Inner>) {
    loop {
        tokio::time::sleep(STORE_USES).await;
        let Some(inner) = inner.upgrade() else {
            return;
        };
        let engine = Engine { inner };
        if !engine.is_open() {
            return;
        }
        engine.store_uses().await;
    }
}

/// The error for rotating an expired key.
pub(crate) fn expired() -> Error {
    Error::Conflict {
        message: "the key has expired: make a new one".to_owned(),
        reason: None,
    }
}

/// The error for an organization that has [`KEYS_MAX`] keys.
pub(crate) fn too_many() -> Error {
    Error::Conflict {
        message: format!(
            "this organization has {KEYS_MAX} api-keys, which is the limit: delete unused ones"
        ),
        reason: None,
    }
}

/// Whether the caller may grant these capabilities: only those that it has. Creating, rotating and
/// enabling a key grant them.
fn may_grant(caller: &Caller, capabilities: &[Capability]) -> Result<(), Error> {
    let mut capabilities = capabilities.iter();
    capabilities.try_for_each(|capability| caller.require(*capability))
}

/// A key that may be made.
struct Wanted {
    label: Option<String>,
    capabilities: Capabilities,
    expires_at: Option<EpochMillis>,
}

fn wanted(caller: &Caller, body: &CreateKey) -> Result<Wanted, Error> {
    may_grant(caller, &body.capabilities)?;
    let label = label_of(body.label.as_deref())?;
    if body.capabilities.is_empty() {
        return Err(Error::field("capabilities", "must name at least one"));
    }
    if body.expires_at.is_some_and(|at| at <= clock::now()) {
        return Err(Error::field("expiresAt", "must be in the future"));
    }
    Ok(Wanted {
        label,
        capabilities: body.capabilities.iter().copied().collect(),
        expires_at: body.expires_at,
    })
}

/// The requested values for the audit log, before validation, truncated to their valid size.
fn wish(body: &CreateKey) -> Value {
    let label = body.label.as_deref();
    let label = label.map(|label| label.chars().take(LABEL_MAX).collect::<String>());
    let capabilities: Capabilities = body.capabilities.iter().copied().collect();
    json!({ "label": label, "capabilities": capabilities.iter().collect::<Vec<_>>() })
}
