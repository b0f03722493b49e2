//! Api-keys.

use super::{TestStore, organization};
use crate::api::{ApiKey, Capability};
use crate::gateway::store::rows::StoredKey;

fn key(id: &str, owner: &str) -> StoredKey {
    StoredKey {
        organization: organization(owner),
        hash: [id.as_bytes()[0]; 32],
        previous: None,
        key: ApiKey {
            id: id.to_owned(),
            label: Some(format!("key {id}")),
            capabilities: vec![Capability::Read, Capability::Events],
            disabled: false,
            created_at: 5,
            expires_at: Some(6),
            last_used_at: None,
        },
    }
}

async fn insert(place: &TestStore, keys: Vec<StoredKey>) {
    place
        .write(move |rows| keys.iter().try_for_each(|key| rows.insert_key(key)))
        .await;
}

async fn read(place: &TestStore, id: &'static str) -> Option<StoredKey> {
    place.store.read(move |rows| rows.key(id)).await.unwrap()
}

pub(super) async fn a_key_reads_back_as_created(place: TestStore) {
    insert(&place, vec![key("a", "acme")]).await;
    let read = read(&place, "a").await.unwrap();
    assert_eq!(read.organization, organization("acme"));
    assert_eq!(read.hash, [b'a'; 32]);
    assert_eq!(read.previous, None);
    assert_eq!(read.key, key("a", "acme").key);
    let known = place.store.read(|rows| rows.organizations()).await.unwrap();
    assert_eq!(known, [organization("acme")]);
    let missing = place.store.read(|rows| rows.key("b")).await.unwrap();
    assert!(missing.is_none());
}

pub(super) async fn a_rotated_key_keeps_its_former_secret_for_the_overlap(place: TestStore) {
    insert(&place, vec![key("a", "acme"), key("b", "acme")]).await;
    let rotate = |hash: u8, until: Option<i64>| {
        place.write(move |rows| rows.replace_secret("a", &[hash; 32], until))
    };
    rotate(1, Some(100)).await;
    let stored = read(&place, "a").await.unwrap();
    assert_eq!(stored.hash, [1; 32]);
    assert_eq!(stored.previous, Some(([b'a'; 32], 100)));
    rotate(2, None).await;
    let stored = read(&place, "a").await.unwrap();
    assert_eq!((stored.hash, stored.previous), ([2; 32], None));
    assert_eq!(read(&place, "b").await.unwrap().hash, [b'b'; 32]);
}

pub(super) async fn keys_are_disabled_used_and_deleted(place: TestStore) {
    insert(&place, vec![key("a", "acme"), key("b", "acme")]).await;
    place
        .write(|rows| {
            rows.set_disabled("a", true)?;
            rows.set_last_used(&[("b".to_owned(), 77), ("gone".to_owned(), 78)])
        })
        .await;
    let (a, b) = (
        read(&place, "a").await.unwrap(),
        read(&place, "b").await.unwrap(),
    );
    assert_eq!((a.key.disabled, a.key.last_used_at), (true, None));
    assert_eq!((b.key.disabled, b.key.last_used_at), (false, Some(77)));
    place
        .write(|rows| {
            rows.set_disabled("a", false)?;
            rows.delete_key("b")?;
            rows.delete_key("b")
        })
        .await;
    assert!(!read(&place, "a").await.unwrap().key.disabled);
    assert!(read(&place, "b").await.is_none());
}

pub(super) async fn keys_are_listed_by_organization(place: TestStore) {
    let keys = vec![key("c", "acme"), key("a", "other"), key("b", "acme")];
    insert(&place, keys).await;
    let list = async |owners: &'static [&'static str]| {
        let owners: Vec<_> = owners.iter().map(|name| organization(name)).collect();
        let keys = place.store.read(move |rows| rows.api_keys(&owners));
        let keys = keys.await.unwrap();
        keys.into_iter().map(|key| key.id).collect::<Vec<_>>()
    };
    assert_eq!(list(&["acme"]).await, ["b", "c"]);
    assert_eq!(list(&["other", "acme"]).await, ["a", "b", "c"]);
    assert!(list(&[]).await.is_empty());
    let all = place.store.read(|rows| rows.keys()).await.unwrap();
    assert_eq!(all.len(), 3);
}
