//! Sessions and their owners.

use super::{TestStore, group, organization, row, session};
use crate::api::{Session, SessionStatus};
use crate::gateway::store::rows::StoredSession;
use ulid::Ulid;

async fn all(place: &TestStore) -> Vec<StoredSession> {
    place.store.read(|rows| rows.sessions()).await.unwrap()
}

/// Every field that is stored, each with a value of its own.
fn full() -> Session {
    Session {
        organization_id: "acme".to_owned(),
        status: SessionStatus::Failed,
        label: Some("Support".to_owned()),
        phone_number: Some("628123456789".to_owned()),
        wa_jid: Some("628123456789@s.whatsapp.net".to_owned()),
        wa_lid: Some("1@lid".to_owned()),
        auto_read: true,
        presence_typing: true,
        rate_per_min: 40,
        rate_per_hour: 400,
        created_by_user_id: Some("user-1".to_owned()),
        last_connected_at: Some(3),
        created_at: 1,
        updated_at: 2,
        status_reason: Some("why".to_owned()),
        ..row(&session(1))
    }
}

pub(super) async fn a_session_is_inserted_once(place: TestStore) {
    let insert = |label: &'static str| {
        let session = Session {
            label: Some(label.to_owned()),
            ..full()
        };
        place.write(move |rows| {
            rows.put_organization(&organization("acme"), 1)?;
            rows.insert_session(&organization("acme"), &session, false)
        })
    };
    assert!(insert("Support").await);
    assert!(!insert("another").await);
    let stored = all(&place).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].session, full());
    assert_eq!(stored[0].organization, organization("acme"));
    assert!(!stored[0].should_run);
    assert_eq!(stored[0].not_before, None);
    assert_eq!(stored[0].group_count, 0);
}

pub(super) async fn an_update_writes_the_session_s_state(place: TestStore) {
    place.session(&organization("acme"), &session(1)).await;
    place
        .write(|rows| rows.update_session(&organization("acme"), &full(), false, Some(7)))
        .await;
    let stored = all(&place).await.remove(0);
    let expected = Session {
        // What is settled when a session is made.
        label: None,
        auto_read: false,
        presence_typing: false,
        rate_per_min: 0,
        rate_per_hour: 0,
        created_by_user_id: None,
        created_at: 0,
        ..full()
    };
    assert_eq!(stored.session, expected);
    assert!(!stored.should_run);
    assert_eq!(stored.not_before, Some(7));
}

pub(super) async fn only_the_owner_renames_a_session(place: TestStore) {
    place.session(&organization("acme"), &session(1)).await;
    let rename = |of: &'static str, label: Option<&'static str>, at| {
        place.write(move |rows| {
            rows.put_organization(&organization(of), 1)?;
            rows.rename_session(&organization(of), &session(1), label, at)
        })
    };
    rename("other", Some("theirs"), 5).await;
    let before = all(&place).await.remove(0).session;
    assert_eq!((before.label, before.updated_at), (None, 0));
    rename("acme", Some("Sales"), 7).await;
    let named = all(&place).await.remove(0).session;
    assert_eq!(named.label.as_deref(), Some("Sales"));
    assert_eq!(named.updated_at, 7);
    // What changes in a life leaves the name alone.
    place
        .write(|rows| rows.update_session(&organization("acme"), &full(), false, None))
        .await;
    let lived = all(&place).await.remove(0).session;
    assert_eq!(lived.label.as_deref(), Some("Sales"));
    rename("acme", None, 8).await;
    assert_eq!(all(&place).await.remove(0).session.label, None);
}

pub(super) async fn deleting_a_session_deletes_its_groups_and_members(place: TestStore) {
    let acme = organization("acme");
    for number in [1, 2] {
        place.session(&acme, &session(number)).await;
        place
            .write(move |rows| {
                let id = Ulid::from(number);
                rows.insert_group(&organization("acme"), &session(number), id, &group(1), 1)
            })
            .await;
    }
    let number_of = async |id: u128| {
        let stored = place.store.read(move |rows| {
            rows.stored_group(&organization("acme"), &session(id), &group(1).jid)
        });
        stored.await.unwrap().map(|stored| stored.number)
    };
    let (gone, kept) = (number_of(1).await.unwrap(), number_of(2).await.unwrap());
    place
        .write(|rows| rows.delete_session(&organization("acme"), &session(1)))
        .await;
    let left = all(&place).await;
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id.clone(), left[0].group_count), (session(2), 1));
    assert_eq!(number_of(1).await, None);
    let members = async |group: i64| {
        let members = place.store.read(move |rows| rows.stored_members(group));
        members.await.unwrap().len()
    };
    assert_eq!((members(gone).await, members(kept).await), (0, 3));
}

pub(super) async fn another_organization_s_session_is_not_written(place: TestStore) {
    place.session(&organization("acme"), &session(1)).await;
    place
        .write(|rows| {
            let other = organization("other");
            rows.put_organization(&other, 1)?;
            rows.update_session(&other, &full(), false, Some(7))?;
            rows.delete_session(&other, &session(1))?;
            let new = rows.insert_group(&other, &session(1), Ulid::from(1), &group(1), 1)?;
            assert!(!new);
            Ok(())
        })
        .await;
    let stored = all(&place).await;
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].session.status, Session::default().status);
    assert!(stored[0].should_run);
    assert_eq!(stored[0].not_before, None);
    assert_eq!(stored[0].group_count, 0);
}
