//! A store in a directory of its own, and the tests of the store as a whole.

use super::changes::Scope;
use super::groups::ListCache;
use super::*;
use crate::api::Session;
use crate::gateway::domain::{OrganizationId, SessionId};
use crate::gateway::metrics::StoreTimes;

pub(in crate::gateway) struct Place {
    pub store: Store,
    pub hub: Arc<Hub>,
    pub directory: tempfile::TempDir,
}

pub(in crate::gateway) fn store() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let hub = Arc::new(Hub::default());
    let store = Store::open(
        &directory.path().join("desk.db"),
        Arc::clone(&hub),
        StoreTimes::default(),
    )
    .unwrap();
    Place {
        store,
        hub,
        directory,
    }
}

pub(in crate::gateway) fn organization(name: &str) -> OrganizationId {
    OrganizationId::parse(name).unwrap()
}

pub(in crate::gateway) fn session(number: u128) -> SessionId {
    SessionId::parse(&ulid::Ulid::from(number).to_string()).unwrap()
}

pub(in crate::gateway) fn scope(organization: OrganizationId, session: SessionId) -> Scope {
    Scope {
        organization,
        session,
        me: None,
        cache: Arc::new(ListCache::default()),
        silent: false,
    }
}

pub(in crate::gateway) async fn add_session(store: &Store, scope: &Scope) {
    let scope = scope.clone();
    store
        .write(move |w| {
            sessions::ensure_organization(w, &scope.organization, 1)?;
            let row = Session {
                id: scope.session.to_string(),
                ..Session::default()
            };
            sessions::insert(w, &scope.organization, &row, true)
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_failing_or_panicking_job_takes_nobody_with_it() {
    let place = store();
    let insert = |id: &'static str| {
        place.store.write(move |w| {
            sessions::ensure_organization(w, &organization(id), 1)?;
            assert!(id != "panics", "on purpose");
            if id == "fails" {
                w.conn.execute("INSERT INTO nowhere VALUES (1)", [])?;
            }
            Ok(())
        })
    };
    let (a, fails, panics, b) =
        tokio::join!(insert("a"), insert("fails"), insert("panics"), insert("b"));
    assert!(matches!(fails, Err(StoreError::Sqlite(_))));
    assert!(matches!(panics, Err(StoreError::Panicked)));
    a.unwrap();
    b.unwrap();
    let names: Vec<String> = place
        .store
        .read(|conn| {
            let mut query = conn.prepare("SELECT id FROM organizations ORDER BY id")?;
            let rows = query.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
        .unwrap();
    assert_eq!(names, ["a", "b"]);
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening_and_ids_go_on() {
    let place = store();
    let acme = scope(organization("acme"), session(1));
    add_session(&place.store, &acme).await;
    let first = place.store.write(|w| {
        w.publish(
            &organization("acme"),
            &session(1),
            crate::api::EventKind::SessionStatus,
            &(),
        )?;
        Ok(w.next_id())
    });
    let first = first.await.unwrap();
    let path = place.directory.path().join("desk.db");
    assert!(
        Store::open(&path, Arc::default(), StoreTimes::default()).is_err(),
        "in use"
    );
    place.store.close().await;
    place.store.close().await;
    assert!(matches!(
        place.store.read(sessions::load_all).await,
        Err(StoreError::Closed)
    ));
    let again = Store::open(&path, Arc::default(), StoreTimes::default()).unwrap();
    assert_eq!(again.read(sessions::load_all).await.unwrap().len(), 1);
    assert!(again.write(|w| Ok(w.next_id())).await.unwrap() > first);
}

#[tokio::test]
async fn a_damaged_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("broken.db");
    std::fs::write(
        &path,
        "this is not a database, whatever its name says".repeat(100),
    )
    .unwrap();
    let error = Store::open(&path, Arc::default(), StoreTimes::default())
        .err()
        .unwrap();
    assert!(format!("{error:#}").contains("broken.db"), "{error:#}");
}
