//! The audit log and the events log.

use super::{TestStore, organization, session};
use crate::api::{AuditAction, AuditEntry, AuditOutcome, EventKind, audit_chain};
use crate::gateway::store::rows::{AuditFilter, AuditRow, hash};
use crate::gateway::store::{self, StoreError, cursor};
use serde_json::json;
use ulid::Ulid;

fn entry(owner: &str, about: Option<&str>, group: Option<&str>) -> AuditRow {
    AuditRow {
        organization: organization(owner),
        actor: "key:1".to_owned(),
        action: AuditAction::GroupUpdate,
        session: about.map(str::to_owned),
        group: group.map(str::to_owned),
        old: Some(json!({ "subject": "old" })),
        new: None,
        outcome: AuditOutcome::Failed("not_admin".to_owned()),
    }
}

/// Six entries of acme, one of another's; acme's ids, oldest first.
async fn fill(place: &TestStore) -> Vec<Ulid> {
    let ids = place.store.write(|w| {
        let mut ids = Vec::new();
        for number in 0..6_u32 {
            let about = (number % 2 == 0).then_some("s1");
            let group = (number % 3 == 0).then_some("g1");
            w.record_at(i64::from(number), &entry("acme", about, group))?;
            ids.extend(w.logged);
        }
        w.record(&entry("other", Some("s1"), Some("g1")))?;
        Ok(ids)
    });
    ids.await.unwrap()
}

async fn read(place: &TestStore, owners: &[&str], filter: AuditFilter) -> Vec<AuditEntry> {
    let owners: Vec<_> = owners.iter().map(|name| organization(name)).collect();
    let read = place.store.read(move |rows| rows.audit(&owners, &filter));
    read.await.unwrap()
}

fn ids(entries: &[AuditEntry]) -> Vec<Ulid> {
    let ids = entries.iter().map(|entry| Ulid::from_string(&entry.id));
    ids.collect::<Result<_, _>>().unwrap()
}

fn most(limit: u32) -> AuditFilter {
    AuditFilter {
        limit,
        ..AuditFilter::default()
    }
}

pub(super) async fn the_audit_log_is_read_backwards(place: TestStore) {
    let mut written = fill(&place).await;
    written.reverse();
    let read_back = read(&place, &["acme"], most(100)).await;
    assert_eq!(ids(&read_back), written);
    let oldest = read_back.last().unwrap();
    let expected = AuditEntry {
        id: oldest.id.clone(),
        organization_id: Some("acme".to_owned()),
        at: 0,
        actor: "key:1".to_owned(),
        action: AuditAction::GroupUpdate,
        session_id: Some("s1".to_owned()),
        group_jid: Some("g1".to_owned()),
        old: Some(json!({ "subject": "old" })),
        new: None,
        outcome: AuditOutcome::Failed("not_admin".to_owned()),
        hash: oldest.hash.clone(),
    };
    assert_eq!(*oldest, expected);
    assert_eq!(ids(&read(&place, &["acme"], most(2)).await), written[..2]);
    assert_eq!(read(&place, &["other"], most(100)).await.len(), 1);
    let both = ids(&read(&place, &["acme", "other"], most(3)).await);
    assert_eq!(both.len(), 3);
    assert_eq!(both[1..], written[..2], "the newest is the other's");
    assert!(read(&place, &[], most(100)).await.is_empty());
    let known = place.store.read(|rows| rows.organizations()).await.unwrap();
    assert_eq!(
        known,
        ["acme", "other"].map(organization),
        "recording makes them known"
    );
}

/// Asserts that entries, newest first, are chained on each other and on `first`.
fn assert_chained(entries: &[AuditEntry], first: &str) {
    let mut previous = first.to_owned();
    for entry in entries.iter().rev() {
        let expected = hash(entry, &previous).unwrap();
        assert_eq!(entry.hash.as_deref(), Some(expected.as_str()), "{entry:?}");
        previous = expected;
    }
}

pub(super) async fn entries_are_chained_in_the_order_of_their_ids(place: TestStore) {
    fill(&place).await;
    // What waited during an outage is written later, with the time when it happened.
    let late = place.store.write(|w| {
        w.record_at(3, &entry("acme", None, None))?;
        w.record_at(1, &entry("acme", Some("s1"), None))
    });
    late.await.unwrap();
    // A job that fails leaves no gap.
    let failing = place.store.write(|w| {
        w.record(&entry("acme", None, None))?;
        Err::<(), _>(StoreError::Panicked)
    });
    failing.await.unwrap_err();
    let last = place.store.write(|w| w.record(&entry("acme", None, None)));
    last.await.unwrap();
    let chain = read(&place, &["acme"], most(100)).await;
    assert_eq!(chain.len(), 9);
    assert_chained(&chain, audit_chain::FIRST);
    let other = read(&place, &["other"], most(100)).await;
    assert_chained(&other, audit_chain::FIRST);
}

pub(super) async fn old_audit_entries_are_removed_and_the_chain_goes_on(place: TestStore) {
    let written = fill(&place).await;
    let before = read(&place, &["acme"], most(100)).await;
    let last = written[3];
    let removed = place.store.write(move |w| {
        w.record(&entry("acme", None, None))?;
        w.rows.remove_audit(&organization("acme"), last)
    });
    assert_eq!(removed.await.unwrap(), 4);
    let left = read(&place, &["acme"], most(100)).await;
    assert_eq!(ids(&left)[1..], [written[5], written[4]]);
    let anchor = before[2].hash.clone().unwrap();
    assert_chained(&left, &anchor);
    assert_eq!(read(&place, &["other"], most(100)).await.len(), 1);
    let again = place
        .store
        .write(move |w| w.rows.remove_audit(&organization("acme"), last));
    assert_eq!(again.await.unwrap(), 0);
}

pub(super) async fn audit_entries_are_found_by_what_they_are_about(place: TestStore) {
    let written = fill(&place).await;
    let find = async |session: Option<&str>, group: Option<&str>, before: Option<Ulid>| {
        let filter = AuditFilter {
            session: session.map(str::to_owned),
            group: group.map(str::to_owned),
            before,
            limit: 100,
        };
        ids(&read(&place, &["acme"], filter).await)
    };
    let at = |places: &[usize]| -> Vec<Ulid> { places.iter().map(|at| written[*at]).collect() };
    assert_eq!(find(Some("s1"), None, None).await, at(&[4, 2, 0]));
    assert_eq!(find(None, Some("g1"), None).await, at(&[3, 0]));
    assert_eq!(find(Some("s1"), Some("g1"), None).await, at(&[0]));
    assert_eq!(find(None, None, Some(written[2])).await, at(&[1, 0]));
    assert_eq!(find(Some("s1"), None, Some(written[4])).await, at(&[2, 0]));
    assert_eq!(find(Some("s2"), None, None).await, []);
}

pub(super) async fn a_page_of_the_audit_log_leads_to_the_next(place: TestStore) {
    let written = fill(&place).await;
    let mut read_back = Vec::new();
    let mut before = None;
    loop {
        let filter = AuditFilter { before, ..most(4) };
        let acme = [organization("acme")];
        let page = place
            .store
            .read(move |rows| store::listing::audit(rows, &acme, filter));
        let page = page.await.unwrap();
        read_back.extend(ids(&page.data));
        before = cursor::audit(&page.next_cursor);
        if before.is_none() {
            break;
        }
    }
    read_back.reverse();
    assert_eq!(read_back, written);
}

pub(super) async fn events_are_replayed_in_order(place: TestStore) {
    let written = place.store.write(|w| {
        for name in ["acme", "other", "acme"] {
            let owner = organization(name);
            w.rows.put_organization(&owner, 1)?;
            w.publish(&owner, &session(1), EventKind::GroupUpdate, &name)?;
        }
        Ok(w.published.iter().map(|event| event.id).collect::<Vec<_>>())
    });
    let ids = written.await.unwrap();
    assert!(ids.is_sorted());
    let read = async |names: &'static [&'static str], since, limit| {
        let owners: Vec<_> = names.iter().map(|name| organization(name)).collect();
        let events = place
            .store
            .read(move |rows| rows.events(&owners, since, limit));
        events.await.unwrap()
    };
    let seen = async |names, since, limit| {
        let events = read(names, since, limit).await;
        events.iter().map(|event| event.id).collect::<Vec<_>>()
    };
    assert_eq!(seen(&["acme"], Ulid::nil(), 10).await, [ids[0], ids[2]]);
    assert_eq!(seen(&["acme"], ids[0], 10).await, ids[2..]);
    assert_eq!(seen(&["other"], ids[0], 10).await, ids[1..2]);
    assert_eq!(seen(&[], Ulid::nil(), 10).await, []);
    assert_eq!(seen(&["acme", "other"], Ulid::nil(), 10).await, ids);
    assert_eq!(seen(&["other", "acme"], Ulid::nil(), 2).await, ids[..2]);
    let first = read(&["acme"], Ulid::nil(), 1).await.remove(0);
    assert_eq!(first.session, session(1).as_str());
    assert_eq!(first.kind, "group.update");
    let envelope: serde_json::Value = serde_json::from_str(&first.text).unwrap();
    assert_eq!(envelope["payload"], "acme");
    let last = place.store.read(|rows| rows.last_id()).await.unwrap();
    assert_eq!(last, ids[2]);
}

pub(super) async fn old_events_are_swept(place: TestStore) {
    let swept = place.store.write(|w| {
        let (acme, other) = (organization("acme"), organization("other"));
        for _ in 0..20 {
            for owner in [&acme, &other] {
                w.publish(owner, &session(1), EventKind::SessionStatus, &())?;
            }
        }
        let newest = w
            .rows
            .events(std::slice::from_ref(&acme), Ulid::nil(), 100)?;
        let newest: Vec<Ulid> = newest[15..].iter().map(|event| event.id).collect();
        w.rows.sweep_events(&acme, 5)?;
        let left = w.rows.events(&[acme], Ulid::nil(), 100)?;
        let left: Vec<Ulid> = left.iter().map(|event| event.id).collect();
        let others = w.rows.events(&[other], Ulid::nil(), 100)?.len();
        Ok((newest, left, others))
    });
    let (newest, left, others) = swept.await.unwrap();
    assert_eq!(left, newest);
    assert_eq!(others, 20);
}
