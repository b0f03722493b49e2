//! Requests to join.

use super::{TestStore, group, jid, member, organization, scope, session};
use crate::api::{GroupRequestPayload, MemberRole, PendingRequest, RequestOutcome};
use crate::gateway::auth::Lease;
use crate::gateway::domain::{MemberJid, PhoneNumber};
use crate::gateway::realtime::{Filter, Subscription};
use crate::gateway::store::{changes, requests};
use crate::gateway::whatsapp::{
    GroupChange, GroupEvent, GroupSnapshot, Member, MembershipRequest, NameSource, Named,
};
use serde_json::Value;

fn person(number: u32) -> MemberJid {
    MemberJid::parse(&format!("{number}@lid")).unwrap()
}

fn request(number: u32, at: Option<i64>) -> MembershipRequest {
    MembershipRequest {
        person: person(number),
        phone: PhoneNumber::parse(&format!("4477009009{number:02}")),
        at,
    }
}

/// A group that asks its admins, of which the account is one.
fn asking(number: u32) -> GroupSnapshot {
    GroupSnapshot {
        join_approval: true,
        ..group(number)
    }
}

/// Session 1 of acme and session 2 of other, each with the groups 1 and 2. In group 2 the account is a
/// member.
async fn with_groups(place: &TestStore) {
    for (name, number) in [("acme", 1), ("other", 2)] {
        place.session(&organization(name), &session(number)).await;
        let scope = scope(organization(name), session(number));
        let mut as_member = asking(2);
        as_member.members[0] = member(1, MemberRole::Member);
        let groups = [asking(1), as_member];
        let written = place
            .store
            .write(move |w| changes::seed(w, &scope, &groups));
        written.await.unwrap();
    }
}

async fn listed(place: &TestStore, number: u32, rows: Vec<MembershipRequest>) {
    let scope = scope(organization("acme"), session(1));
    let written = place
        .store
        .write(move |w| requests::store_list(w, &scope, &jid(number), &rows));
    written.await.unwrap();
}

async fn pending(place: &TestStore, number: u32) -> Option<u32> {
    let group = place
        .store
        .read(move |rows| rows.group(&organization("acme"), &session(1), &jid(number)));
    group.await.unwrap().unwrap().pending_requests
}

async fn all(place: &TestStore, organizations: &[&str], limit: usize) -> Vec<PendingRequest> {
    let names: Vec<_> = organizations
        .iter()
        .map(|name| organization(name))
        .collect();
    let found = place.store.read(move |rows| rows.requests(&names, limit));
    found.await.unwrap()
}

async fn apply(place: &TestStore, change: GroupChange) {
    let scope = scope(organization("acme"), session(1));
    let event = GroupEvent {
        group: jid(1),
        by: Some(person(9)),
        at: 7_000,
        change,
    };
    let written = place
        .store
        .write(move |w| changes::apply(w, &scope, &event));
    written.await.unwrap();
}

pub(super) async fn requests_are_counted_once_they_were_listed(place: TestStore) {
    with_groups(&place).await;
    apply(&place, GroupChange::Asked(vec![request(4, Some(10))])).await;
    assert_eq!(pending(&place, 1).await, None);
    assert_eq!(all(&place, &["acme"], 9).await.len(), 1);
    listed(&place, 1, vec![request(4, Some(10)), request(5, None)]).await;
    assert_eq!(pending(&place, 1).await, Some(2));
    apply(&place, GroupChange::Asked(vec![request(6, Some(12))])).await;
    assert_eq!(pending(&place, 1).await, Some(3));
    // By the number's JID.
    let number = MemberJid::parse("447700900905@s.whatsapp.net").unwrap();
    let rejected = GroupChange::Settled(vec![number, person(8)], RequestOutcome::Rejected);
    apply(&place, rejected).await;
    assert_eq!(pending(&place, 1).await, Some(2));
    // Who is not named cannot be counted.
    apply(&place, GroupChange::Asked(Vec::new())).await;
    assert_eq!(pending(&place, 1).await, None);
    listed(&place, 1, Vec::new()).await;
    assert_eq!(pending(&place, 1).await, Some(0));
    assert_eq!(pending(&place, 2).await, None);
}

pub(super) async fn requests_are_listed_within_organizations_oldest_first(place: TestStore) {
    with_groups(&place).await;
    let rows = vec![request(4, Some(30)), request(5, None), request(6, Some(20))];
    listed(&place, 1, rows.clone()).await;
    // Of no use to an account that is no admin.
    listed(&place, 2, rows).await;
    place
        .write(|rows| {
            let people = [Named {
                person: person(6),
                name: "Zoë".to_owned(),
                source: NameSource::Push,
            }];
            rows.put_names(&organization("acme"), &session(1), &people)
        })
        .await;
    let found = all(&place, &["acme"], 9).await;
    let people: Vec<&str> = found.iter().map(|request| request.jid.as_str()).collect();
    assert_eq!(people, ["6@lid", "4@lid", "5@lid"]);
    assert_eq!(
        found[0],
        PendingRequest {
            session_id: session(1).to_string(),
            group_jid: jid(1).to_string(),
            jid: "6@lid".to_owned(),
            requested_at: Some(20),
            name: Some("Zoë".to_owned()),
            phone_number: Some("447700900906".to_owned()),
        }
    );
    assert_eq!(all(&place, &["acme"], 2).await.len(), 2);
    assert_eq!(all(&place, &["other"], 9).await, []);
    assert_eq!(all(&place, &["other", "acme"], 9).await.len(), 3);
    place
        .write(|rows| rows.delete_session(&organization("acme"), &session(1)))
        .await;
    assert_eq!(all(&place, &["acme"], 9).await, []);
}

pub(super) async fn groups_whose_requests_are_due_are_found(place: TestStore) {
    with_groups(&place).await;
    let scope = scope(organization("acme"), session(1));
    let groups = [asking(3), group(4)];
    let written = place
        .store
        .write(move |w| changes::seed(w, &scope, &groups));
    written.await.unwrap();
    let due = async |since| {
        let unlisted = place
            .store
            .read(move |rows| rows.unlisted_requests(&organization("acme"), &session(1), since));
        unlisted.await.unwrap()
    };
    assert_eq!(due(0).await, [jid(1), jid(3)]);
    listed(&place, 1, Vec::new()).await;
    assert_eq!(due(0).await, [jid(3)]);
    assert_eq!(due(i64::MAX).await, [jid(3), jid(1)]);
    let strangers = place
        .store
        .read(|rows| rows.unlisted_requests(&organization("other"), &session(1), 0));
    assert_eq!(strangers.await.unwrap(), []);
}

/// What is published about requests: person, outcome, and the number of them after it.
struct Listener(Subscription);

impl Listener {
    fn on(place: &TestStore) -> Self {
        let filter = Filter {
            actor: "key:test".to_owned(),
            scope: organization("acme").into(),
            lease: Lease::default(),
            session: None,
            kinds: None,
            since: None,
        };
        Self(Subscription::open(&place.hub, place.store.clone(), filter).unwrap())
    }

    async fn next(&mut self) -> String {
        let text = self.0.next().await.unwrap();
        let event: Value = serde_json::from_str(&text).unwrap();
        let payload = event["payload"].clone();
        match event["event"].as_str().unwrap() {
            "group.request" => {
                let it: GroupRequestPayload = serde_json::from_value(payload).unwrap();
                assert_eq!(it.group_jid, jid(1).as_str());
                match it.outcome {
                    Some(outcome) => format!("{} {outcome:?} by {:?}", it.jid, it.sender),
                    None => format!("{} asks at {:?}", it.jid, it.requested_at),
                }
            }
            "group.update" => format!("{} wait", payload["pendingRequests"]),
            other => other.to_owned(),
        }
    }
}

pub(super) async fn requests_that_come_and_go_are_published(place: TestStore) {
    with_groups(&place).await;
    let mut listener = Listener::on(&place);
    listed(&place, 1, Vec::new()).await;
    assert_eq!(listener.next().await, "0 wait");
    for _ in 0..2 {
        let asked = vec![request(4, Some(10)), request(5, None), request(6, None)];
        apply(&place, GroupChange::Asked(asked)).await;
    }
    for expected in [
        "4@lid asks at Some(10)",
        "5@lid asks at None",
        "6@lid asks at None",
        "3 wait",
    ] {
        assert_eq!(listener.next().await, expected);
    }
    for _ in 0..2 {
        let rejected = GroupChange::Settled(vec![person(5)], RequestOutcome::Rejected);
        apply(&place, rejected).await;
    }
    assert_eq!(listener.next().await, "5@lid Rejected by Some(\"9@lid\")");
    assert_eq!(listener.next().await, "2 wait");
    // Whoever comes in was approved, known by LID or by number.
    let came = Member {
        phone: PhoneNumber::parse("447700900904"),
        ..member(44, MemberRole::Member)
    };
    apply(&place, GroupChange::Joined(vec![came])).await;
    assert_eq!(listener.next().await, "4@lid Approved by Some(\"9@lid\")");
    assert_eq!(listener.next().await, "1 wait");
    assert_eq!(listener.next().await, "group.participant");
}

pub(super) async fn a_list_settles_what_it_lacks(place: TestStore) {
    with_groups(&place).await;
    // 2 is a member already.
    listed(
        &place,
        1,
        (2..5).map(|number| request(number, None)).collect(),
    )
    .await;
    let mut listener = Listener::on(&place);
    listed(&place, 1, vec![request(4, Some(10)), request(6, Some(11))]).await;
    for expected in [
        "6@lid asks at Some(11)",
        "2@lid Approved by None",
        "3@lid Approved by None",
        "2 wait",
    ] {
        assert_eq!(listener.next().await, expected);
    }
    listed(&place, 1, vec![request(6, None)]).await;
    assert_eq!(listener.next().await, "4@lid Gone by None");
    assert_eq!(listener.next().await, "1 wait");
    let kept = all(&place, &["acme"], 9).await;
    assert_eq!(kept[0].requested_at, Some(11));
    // Too many to be published one by one.
    let many = (10..99).chain(110..170).map(|number| request(number, None));
    listed(&place, 1, many.collect()).await;
    assert_eq!(listener.next().await, "149 wait");
}

pub(super) async fn more_requests_than_are_kept_are_dropped(place: TestStore) {
    with_groups(&place).await;
    let many = |from: u32, to: u32| -> Vec<MembershipRequest> {
        let numbers = from..to;
        let bare = |number| MembershipRequest {
            phone: None,
            ..request(number, None)
        };
        numbers.map(bare).collect()
    };
    listed(&place, 1, many(10, 2_110)).await;
    assert_eq!(pending(&place, 1).await, Some(2_000));
    apply(&place, GroupChange::Asked(many(5_000, 5_100))).await;
    assert_eq!(pending(&place, 1).await, Some(2_000));
}
