//! Transactions: isolation, durability, and publishing after the commit.

use super::{TestStore, organization, session};
use crate::api::{AuditAction, AuditOutcome, EventKind};
use crate::gateway::metrics::StoreTimes;
use crate::gateway::store::rows::{AuditFilter, AuditRow};
use crate::gateway::store::{Store, StoreError};
use std::sync::{Arc, mpsc};
use ulid::Ulid;

pub(super) async fn a_failing_or_panicking_job_affects_no_other(place: TestStore) {
    let insert = |id: &'static str| {
        place.store.write(move |w| {
            w.rows.put_organization(&organization(id), 1)?;
            assert!(id != "panics", "on purpose");
            match id {
                "fails" => Err(StoreError::Database("on purpose".into())),
                _ => Ok(()),
            }
        })
    };
    let (a, fails, panics, b) =
        tokio::join!(insert("a"), insert("fails"), insert("panics"), insert("b"));
    assert!(matches!(fails, Err(StoreError::Database(_))));
    assert!(matches!(panics, Err(StoreError::Panicked)));
    a.unwrap();
    b.unwrap();
    let known = place.store.read(|rows| rows.organizations()).await.unwrap();
    assert_eq!(known, [organization("a"), organization("b")]);
}

pub(super) async fn uncommitted_writes_are_not_read(place: TestStore) {
    let (written, is_written) = tokio::sync::oneshot::channel();
    let (go, may_go) = mpsc::channel();
    let store = place.store.clone();
    let writing = tokio::spawn(async move {
        let job = store.write(move |w| {
            w.rows.put_organization(&organization("acme"), 1)?;
            let seen = w.rows.organizations()?.len();
            written.send(()).unwrap();
            may_go.recv().unwrap();
            Ok(seen)
        });
        job.await
    });
    is_written.await.unwrap();
    let read = async || place.store.read(|rows| rows.organizations()).await.unwrap();
    assert_eq!(read().await, []);
    go.send(()).unwrap();
    assert_eq!(
        writing.await.unwrap().unwrap(),
        1,
        "what the job itself saw"
    );
    assert_eq!(read().await, [organization("acme")]);
}

pub(super) async fn writes_survive_reopening(place: TestStore) {
    place.session(&organization("acme"), &session(1)).await;
    place.store.close().await;
    place.store.close().await;
    let closed = place.store.read(|rows| rows.sessions()).await;
    assert!(matches!(closed, Err(StoreError::Closed)));
    let closed = place.store.write(|w| Ok(w.next_id())).await;
    assert!(matches!(closed, Err(StoreError::Closed)));
    let again = reopened(&place);
    let sessions = again.read(|rows| rows.sessions()).await.unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].id, session(1));
}

pub(super) async fn ids_grow_across_openings(place: TestStore) {
    let ids = place.store.write(|w| Ok([w.next_id(), w.next_id()])).await;
    let ids = ids.unwrap();
    assert!(ids.is_sorted() && ids[0] != ids[1]);
    // As if the clock had been far ahead then.
    let ahead = Ulid::from_parts(1 << 47, 7);
    place
        .write(move |rows| {
            let event = crate::gateway::hub::Published {
                id: ahead,
                organization: organization("acme"),
                session: session(1).as_str().into(),
                kind: EventKind::SessionStatus,
                text: "{}".into(),
            };
            rows.put_organization(&organization("acme"), 1)?;
            rows.insert_event(&event)
        })
        .await;
    place.store.close().await;
    let next = reopened(&place).write(|w| Ok(w.next_id())).await.unwrap();
    assert!(next > ahead);
}

pub(super) async fn one_store_at_a_time(place: TestStore) {
    assert!(place.engine.open().is_err());
    place.store.close().await;
    assert!(place.engine.open().is_ok());
}

pub(super) async fn a_failed_job_publishes_nothing(place: TestStore) {
    let publish = |fails: bool| {
        place.store.write(move |w| {
            let acme = organization("acme");
            w.publish(&acme, &session(1), EventKind::SessionStatus, &fails)?;
            if fails {
                return Err(StoreError::Database("on purpose".into()));
            }
            Ok(())
        })
    };
    let filter = crate::gateway::realtime::Filter {
        actor: "key:test".to_owned(),
        scope: organization("acme").into(),
        lease: crate::gateway::auth::Lease::default(),
        session: None,
        kinds: None,
        since: None,
    };
    let listener =
        crate::gateway::realtime::Subscription::open(&place.hub, place.store.clone(), filter);
    let mut listener = listener.unwrap();
    publish(true).await.unwrap_err();
    publish(false).await.unwrap();
    let event: serde_json::Value = serde_json::from_str(&listener.next().await.unwrap()).unwrap();
    assert_eq!(event["payload"], false);
    let acme = [organization("acme")];
    let logged = place
        .store
        .read(move |rows| rows.events(&acme, Ulid::nil(), 9));
    assert_eq!(logged.await.unwrap().len(), 1);
}

pub(super) async fn failed_commits_are_detected_and_recovered(place: TestStore) {
    let store = &place.store;
    let entry = |action| AuditRow {
        organization: organization("acme"),
        actor: "key:test".to_owned(),
        action,
        session: None,
        group: None,
        old: None,
        new: None,
        outcome: AuditOutcome::Ok,
    };
    let fill_disk = |is_full| {
        store.write(move |w| {
            w.rows.fill_disk(is_full);
            Ok(())
        })
    };
    fill_disk(true).await.unwrap();
    store.check_written().unwrap();
    let row = entry(AuditAction::InviteReset);
    let lost = store.write(move |w| w.record(&row)).await;
    assert!(matches!(lost, Err(StoreError::NotCommitted(_))), "{lost:?}");
    let mut faults = store.watch();
    assert!(faults.borrow_and_update().is_some());
    store.check_writable().await.unwrap_err();
    store.record_later(entry(AuditAction::InviteReset));
    store.recover().await.unwrap_err();
    store.check_written().unwrap_err();

    // This one still fails.
    fill_disk(false).await.unwrap_err();
    store.recover().await.unwrap();
    store.check_writable().await.unwrap();
    assert!(faults.borrow_and_update().is_none());
    assert_eq!(store.unrecorded(), 0);
    let acme = [organization("acme")];
    let all = AuditFilter {
        limit: 9,
        ..AuditFilter::default()
    };
    let logged = store.read(move |rows| rows.audit(&acme, &all)).await;
    assert_eq!(
        logged.unwrap().len(),
        1,
        "once, although it was tried twice"
    );
}

fn reopened(place: &TestStore) -> Store {
    let database = place.engine.open().unwrap();
    Store::open(database, Arc::default(), StoreTimes::default()).unwrap()
}
