//! Opening hours.

use super::{TestStore, jid, organization, session};
use crate::api::{AuditOutcome, ScheduleOutcome};
use crate::gateway::store::rows::StoredSchedule;

fn schedule(owner: &str, number: u128, group: u32) -> StoredSchedule {
    StoredSchedule {
        organization: organization(owner),
        session: session(number),
        group: jid(group),
        zone: "Europe/Berlin".to_owned(),
        rules: vec!["mon-fri 08:00-22:00".parse().unwrap()],
        handled_at: None,
        last: None,
    }
}

async fn put(place: &TestStore, schedule: &StoredSchedule) -> bool {
    let schedule = schedule.clone();
    place.write(move |rows| rows.put_schedule(&schedule)).await
}

async fn all(place: &TestStore) -> Vec<StoredSchedule> {
    place.store.read(|rows| rows.schedules()).await.unwrap()
}

pub(super) async fn a_schedule_reads_back_as_written(place: TestStore) {
    place.session(&organization("acme"), &session(1)).await;
    place.session(&organization("other"), &session(2)).await;
    let (second, other) = (schedule("acme", 1, 2), schedule("other", 2, 1));
    let mut first = schedule("acme", 1, 1);
    for written in [&second, &first, &other] {
        assert!(put(&place, written).await);
    }
    let written = [first.clone(), second.clone(), other.clone()];
    assert_eq!(all(&place).await, written);
    first.zone = "Asia/Jakarta".to_owned();
    first.rules.push("sun 10:00-02:00".parse().unwrap());
    first.handled_at = Some(7);
    first.last = Some(ScheduleOutcome {
        at: 8,
        announce: true,
        outcome: AuditOutcome::Failed("not_admin".to_owned()),
    });
    assert!(put(&place, &first).await);
    assert_eq!(
        all(&place).await,
        [first.clone(), second.clone(), other.clone()]
    );
    // Another organization's session is as if it did not exist.
    assert!(!put(&place, &schedule("acme", 2, 3)).await);
    let delete = |owner: &'static str, number| {
        place.write(move |rows| {
            rows.delete_schedule(&organization(owner), &session(1), &jid(number))
        })
    };
    assert!(!delete("other", 1).await);
    assert!(delete("acme", 2).await);
    assert!(!delete("acme", 2).await);
    assert!(!delete("acme", 9).await);
    assert_eq!(all(&place).await, [first, other]);
}

pub(super) async fn a_deleted_session_s_schedules_are_gone(place: TestStore) {
    let acme = organization("acme");
    place.session(&acme, &session(1)).await;
    put(&place, &schedule("acme", 1, 1)).await;
    place
        .write(move |rows| rows.delete_session(&acme, &session(1)))
        .await;
    assert!(!put(&place, &schedule("acme", 1, 1)).await);
    place.session(&organization("acme"), &session(1)).await;
    assert_eq!(all(&place).await, []);
}
