//! Api-keys in memory: who presents a key, without a look into the store.

use super::{Caller, MemoryKey, hash};
use crate::api::{Capabilities, EpochMillis};
use crate::gateway::clock;
use crate::gateway::store::keys::StoredKey;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use subtle::ConstantTimeEq;

/// Every key, by the SHA-256 of its secret.
#[derive(Default)]
pub struct KeyRing {
    keys: RwLock<HashMap<[u8; 32], Entry>>,
}

struct Entry {
    id: String,
    hash: [u8; 32],
    caller: Caller,
    disabled: bool,
    expires_at: Option<EpochMillis>,
}

impl KeyRing {
    /// Takes in a stored key.
    pub fn insert(&self, key: &StoredKey) {
        let capabilities: Capabilities = key.key.capabilities.iter().copied().collect();
        self.put(Entry {
            id: key.key.id.clone(),
            hash: key.hash,
            caller: Caller {
                organization: key.organization.clone(),
                capabilities,
                actor: format!("key:{}", key.key.id),
            },
            disabled: key.key.disabled,
            expires_at: key.key.expires_at,
        });
    }

    /// Takes in a key that lives only in memory.
    pub fn insert_memory(&self, key: &MemoryKey) {
        self.put(Entry {
            id: key.id.clone(),
            hash: hash(&key.secret),
            caller: Caller {
                organization: key.organization.clone(),
                capabilities: key.capabilities,
                actor: format!("key:{}", key.id),
            },
            disabled: false,
            expires_at: None,
        });
    }

    /// Forgets a key at once.
    pub fn remove(&self, id: &str) {
        self.keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|_, entry| entry.id != id);
    }

    /// Who presents this key. The map is keyed by a hash, so its timing tells nothing about
    /// secrets; the comparison itself is constant in time.
    pub fn find(&self, secret: &str) -> Option<Caller> {
        if !secret.starts_with(super::KEY_PREFIX) {
            return None;
        }
        let hash = hash(secret);
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let entry = keys.get(&hash)?;
        let same = bool::from(entry.hash.ct_eq(&hash));
        let alive = !entry.disabled && entry.expires_at.is_none_or(|at| at > clock::now());
        (same && alive).then(|| entry.caller.clone())
    }

    fn put(&self, entry: Entry) {
        self.keys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(entry.hash, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ApiKey, Capability};
    use crate::gateway::auth::{KEY_PREFIX, new_secret};
    use crate::gateway::domain::OrganizationId;

    fn key(id: &str, secret: &str, disabled: bool, expires_at: Option<EpochMillis>) -> StoredKey {
        StoredKey {
            organization: OrganizationId::parse("acme").unwrap(),
            hash: hash(secret),
            key: ApiKey {
                id: id.to_owned(),
                label: None,
                capabilities: vec![Capability::Read],
                disabled,
                created_at: 0,
                expires_at,
            },
        }
    }

    #[test]
    fn only_a_live_key_is_found() {
        let ring = KeyRing::default();
        let secrets: Vec<String> = (0..4).map(|_| new_secret(KEY_PREFIX)).collect();
        let now = clock::now();
        ring.insert(&key("live", &secrets[0], false, Some(now + 60_000)));
        ring.insert(&key("disabled", &secrets[1], true, None));
        ring.insert(&key("expired", &secrets[2], false, Some(now - 1)));
        let found: Vec<bool> = secrets.iter().map(|s| ring.find(s).is_some()).collect();
        assert_eq!(found, [true, false, false, false]);
        assert_eq!(ring.find(&secrets[0]).unwrap().actor, "key:live");
        ring.remove("live");
        assert!(ring.find(&secrets[0]).is_none());
    }
}
