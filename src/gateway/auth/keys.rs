//! Api-keys in memory: authentication does not read the store.

use super::{Caller, Lease, MemoryKey, hash};
use crate::api::{Capabilities, EpochMillis};
use crate::gateway::clock;
use crate::gateway::store::rows::StoredKey;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use subtle::ConstantTimeEq;

/// Every secret that is accepted, by its SHA-256.
#[derive(Default)]
pub struct KeyRing {
    secrets: RwLock<Secrets>,
}

#[derive(Default)]
struct Secrets {
    by_hash: HashMap<Hash, Entry>,
    /// The hashes of each key, so that changing one does not scan the others.
    of_key: HashMap<String, Vec<Hash>>,
}

type Hash = [u8; 32];

impl Secrets {
    fn insert(&mut self, entry: Entry) {
        let hashes = self.of_key.entry(entry.key.clone()).or_default();
        hashes.push(entry.hash);
        self.by_hash.insert(entry.hash, entry);
    }

    /// Takes a key out, with all its secrets.
    fn remove(&mut self, id: &str) -> HashMap<Hash, Entry> {
        let hashes = self.of_key.remove(id).unwrap_or_default();
        hashes
            .into_iter()
            .filter_map(|hash| self.by_hash.remove_entry(&hash))
            .collect()
    }
}

/// One secret. A key that was rotated may have two for a while.
struct Entry {
    key: String,
    hash: Hash,
    /// Its lease is over when the key has expired or is disabled.
    caller: Caller,
    /// `None` for a key that is not stored.
    used: Option<Arc<Used>>,
}

/// When a key was last used. Kept here and stored now and then: a request costs no write.
#[derive(Debug, Default)]
pub struct Used {
    /// 0 for never.
    last: AtomicI64,
    stored: AtomicI64,
}

impl Used {
    fn at(stored: Option<EpochMillis>) -> Arc<Self> {
        let stored = stored.unwrap_or_default();
        Arc::new(Self {
            last: stored.into(),
            stored: stored.into(),
        })
    }

    /// Notes that this use was stored.
    pub fn is_stored(&self, at: EpochMillis) {
        self.stored.store(at, Ordering::Relaxed);
    }
}

impl KeyRing {
    /// Takes in a stored key as it is now, or forgets it: what it was before ends at once.
    pub fn set(&self, id: &str, key: Option<&StoredKey>) {
        let mut secrets = self.write();
        let mut before = secrets.remove(id);
        if let Some(key) = key {
            let used = before
                .values()
                .find_map(|entry| entry.used.clone())
                .unwrap_or_else(|| Used::at(key.key.last_used_at));
            let capabilities: Capabilities = key.key.capabilities.iter().copied().collect();
            for (hash, until) in leases(key) {
                let lease = match before.remove(&hash) {
                    // Existing leases stay valid, until the new end.
                    Some(entry) if !entry.caller.lease.is_expired() => {
                        entry.caller.lease.set(until);
                        entry.caller.lease
                    }
                    _ => Lease::until(until),
                };
                let entry = Entry {
                    key: id.to_owned(),
                    hash,
                    caller: Caller {
                        scope: key.organization.clone().into(),
                        capabilities,
                        actor: format!("key:{id}"),
                        lease,
                        own: false,
                    },
                    used: Some(Arc::clone(&used)),
                };
                secrets.insert(entry);
            }
        }
        for entry in before.into_values() {
            entry.caller.lease.end();
        }
    }

    /// Takes in a key that lives only in memory.
    pub fn insert_memory(&self, key: &MemoryKey) {
        let hash = hash(&key.secret);
        let entry = Entry {
            key: key.id.clone(),
            hash,
            caller: Caller {
                scope: key.organization.clone().into(),
                capabilities: key.capabilities,
                actor: format!("key:{}", key.id),
                lease: Lease::default(),
                own: key.own,
            },
            used: None,
        };
        self.write().insert(entry);
    }

    /// The caller of a key. The map is keyed by a hash, so its timing reveals nothing about
    /// secrets; the comparison itself takes constant time.
    pub fn find(&self, secret: &str) -> Option<Caller> {
        if !secret.starts_with(super::KEY_PREFIX) {
            return None;
        }
        let hash = hash(secret);
        let secrets = self.read();
        let entry = secrets.by_hash.get(&hash)?;
        let same = bool::from(entry.hash.ct_eq(&hash));
        if !same || entry.caller.lease.is_expired() {
            return None;
        }
        if let Some(used) = &entry.used {
            used.last.store(clock::now(), Ordering::Relaxed);
        }
        Some(entry.caller.clone())
    }

    /// The times of last use by key id; unused keys are left out.
    pub fn last_uses(&self) -> HashMap<String, EpochMillis> {
        let secrets = self.read();
        let uses = secrets.by_hash.values().filter_map(|entry| {
            let last = entry.used.as_ref()?.last.load(Ordering::Relaxed);
            (last > 0).then(|| (entry.key.clone(), last))
        });
        uses.collect()
    }

    /// The uses that are not stored yet.
    pub fn unstored_uses(&self) -> Vec<(String, EpochMillis, Arc<Used>)> {
        let secrets = self.read();
        let uses = secrets.by_hash.values().filter_map(|entry| {
            let used = entry.used.as_ref()?;
            let last = used.last.load(Ordering::Relaxed);
            (last > used.stored.load(Ordering::Relaxed))
                .then(|| (entry.key.clone(), last, Arc::clone(used)))
        });
        uses.collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Secrets> {
        self.secrets.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Secrets> {
        self.secrets.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The secrets of a key and how long each holds.
fn leases(key: &StoredKey) -> impl Iterator<Item = (Hash, EpochMillis)> {
    let until = if key.key.disabled {
        0
    } else {
        key.key.expires_at.unwrap_or(Lease::NO_EXPIRY)
    };
    let previous = key.previous.map(|(hash, end)| (hash, end.min(until)));
    [(key.hash, until)].into_iter().chain(previous)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ApiKey, Capability};
    use crate::gateway::auth::{KEY_PREFIX, new_secret};
    use crate::gateway::domain::OrganizationId;

    fn key(id: &str, secret: &str) -> StoredKey {
        StoredKey {
            organization: OrganizationId::parse("acme").unwrap(),
            hash: hash(secret),
            previous: None,
            key: ApiKey {
                id: id.to_owned(),
                label: None,
                capabilities: vec![Capability::Read],
                disabled: false,
                created_at: 0,
                expires_at: None,
                last_used_at: None,
            },
        }
    }

    #[test]
    fn only_an_enabled_unexpired_key_is_found() {
        let ring = KeyRing::default();
        let secrets: Vec<String> = (0..4).map(|_| new_secret(KEY_PREFIX)).collect();
        let now = clock::now();
        let mut live = key("live", &secrets[0]);
        live.key.expires_at = Some(now + 60_000);
        let mut disabled = key("disabled", &secrets[1]);
        disabled.key.disabled = true;
        let mut expired = key("expired", &secrets[2]);
        expired.key.expires_at = Some(now - 1);
        for key in [live, disabled, expired] {
            ring.set(&key.key.id, Some(&key));
        }
        let found: Vec<bool> = secrets.iter().map(|s| ring.find(s).is_some()).collect();
        assert_eq!(found, [true, false, false, false]);
        let caller = ring.find(&secrets[0]).unwrap();
        assert_eq!(caller.actor, "key:live");
        ring.set("live", None);
        assert!(ring.find(&secrets[0]).is_none());
        assert!(caller.lease.is_expired());
    }

    #[test]
    fn a_rotated_key_ends_its_old_secret_at_once_or_after_the_grace_period() {
        let ring = KeyRing::default();
        let secrets: Vec<String> = (0..3).map(|_| new_secret(KEY_PREFIX)).collect();
        ring.set("k", Some(&key("k", &secrets[0])));
        let first = ring.find(&secrets[0]).unwrap();
        let mut rotated = key("k", &secrets[1]);
        rotated.previous = Some((hash(&secrets[0]), clock::now() + 60_000));
        ring.set("k", Some(&rotated));
        let second = ring.find(&secrets[1]).unwrap();
        assert!(ring.find(&secrets[0]).is_some());
        assert!(!first.lease.is_expired() && !second.lease.is_expired());
        ring.set("k", Some(&key("k", &secrets[2])));
        assert!(ring.find(&secrets[0]).is_none() && ring.find(&secrets[1]).is_none());
        assert!(first.lease.is_expired() && second.lease.is_expired());
        assert!(ring.find(&secrets[2]).is_some());
    }

    #[test]
    fn disabling_a_key_revokes_its_leases_and_enabling_issues_new_ones() {
        let ring = KeyRing::default();
        let secret = new_secret(KEY_PREFIX);
        let enabled = key("k", &secret);
        let mut disabled = key("k", &secret);
        disabled.key.disabled = true;
        ring.set("k", Some(&enabled));
        let before = ring.find(&secret).unwrap();
        ring.set("k", Some(&disabled));
        assert!(ring.find(&secret).is_none());
        ring.set("k", Some(&enabled));
        assert!(ring.find(&secret).is_some());
        assert!(before.lease.is_expired());
    }

    #[test]
    fn many_uses_are_stored_once() {
        let ring = KeyRing::default();
        let secrets: Vec<String> = (0..2).map(|_| new_secret(KEY_PREFIX)).collect();
        ring.set("used", Some(&key("used", &secrets[0])));
        ring.set("unused", Some(&key("unused", &secrets[1])));
        assert!(ring.unstored_uses().is_empty());
        for _ in 0..100 {
            ring.find(&secrets[0]).unwrap();
        }
        let unstored = ring.unstored_uses();
        let [(id, at, used)] = unstored.as_slice() else {
            panic!("{unstored:?}");
        };
        assert_eq!(id, "used");
        assert_eq!(ring.last_uses(), HashMap::from([("used".to_owned(), *at)]));
        used.is_stored(*at);
        assert!(ring.unstored_uses().is_empty());
    }
}
