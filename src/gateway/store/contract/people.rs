//! Names and numbers of people.

use super::{TestStore, group, jid, member, organization, scope, session};
use crate::api::{FoundMember, GroupMember, GroupParticipantPayload, JoinedVia, MemberRole};
use crate::gateway::auth::Lease;
use crate::gateway::domain::{MemberJid, PhoneNumber};
use crate::gateway::realtime::{Filter, Subscription};
use crate::gateway::store::people::Wanted;
use crate::gateway::store::{changes, compare};
use crate::gateway::whatsapp::{GroupChange, GroupEvent, GroupSnapshot, Member, NameSource, Named};
use ulid::Ulid;

fn numbered() -> GroupSnapshot {
    let mut group = group(1);
    group.members[1].phone = PhoneNumber::parse("6280100005510");
    group.members[2].phone = PhoneNumber::parse("447700900951");
    group
}

fn named(jid: &str, name: &str) -> Named {
    Named {
        person: MemberJid::parse(jid).unwrap(),
        name: name.to_owned(),
        source: NameSource::Business,
    }
}

/// Session 1 of acme and session 2 of other, each with group 1 and the name of the member 2.
async fn with_people(place: &TestStore) {
    for (name, number, called) in [("acme", 1, "Zoë Örsted"), ("other", 2, "Somebody else")] {
        let (organization, session) = (organization(name), session(number));
        place.session(&organization, &session).await;
        place
            .write(move |rows| {
                let id = Ulid::from(number);
                assert!(rows.insert_group(&organization, &session, id, &numbered(), 1000)?);
                rows.put_names(&organization, &session, &[named("2@lid", called)])
            })
            .await;
    }
}

async fn members(place: &TestStore) -> Vec<GroupMember> {
    let acme = organization("acme");
    let found = place
        .store
        .read(move |rows| rows.members(&acme, &session(1), &jid(1)));
    found.await.unwrap().unwrap()
}

async fn known(place: &TestStore) -> Vec<(Option<String>, Option<String>)> {
    let members = members(place).await.into_iter();
    members
        .map(|member| (member.name, member.phone_number))
        .collect()
}

async fn found(place: &TestStore, organizations: &[&str], text: &str) -> Vec<FoundMember> {
    let organizations: Vec<_> = organizations
        .iter()
        .map(|name| organization(name))
        .collect();
    let wanted = Wanted::new(text);
    let found = place
        .store
        .read(move |rows| rows.find_members(&organizations, &wanted, 3));
    found.await.unwrap()
}

/// A text that is known. An option, since it is compared with fields.
#[allow(clippy::unnecessary_wraps)]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(super) async fn members_have_the_names_and_numbers_that_are_known(place: TestStore) {
    with_people(&place).await;
    let mut expected = vec![
        (None, None),
        (some("Zoë Örsted"), some("6280100005510")),
        (None, some("447700900951")),
    ];
    assert_eq!(known(&place).await, expected);
    // A contact is known by the number, and a name changes.
    place
        .write(|rows| {
            let people = [
                named("447700900951@s.whatsapp.net", "Ann"),
                named("2@lid", "Zoë Ö."),
            ];
            rows.put_names(&organization("acme"), &session(1), &people)
        })
        .await;
    expected[1].0 = some("Zoë Ö.");
    expected[2].0 = some("Ann");
    assert_eq!(known(&place).await, expected);
    // The better source wins, whichever JID and order the names come with.
    place
        .write(|rows| {
            let from = |source, jid, name| Named {
                source,
                ..named(jid, name)
            };
            let people = [
                from(NameSource::Contact, "3@lid", "Ann B."),
                from(NameSource::Push, "2@lid", "zoe"),
                from(NameSource::Push, "3@lid", "ann"),
                from(NameSource::Push, "5@lid", "bo"),
                from(NameSource::Contact, "15555@s.whatsapp.net", "Bo C."),
                from(NameSource::Push, "6280100005510@s.whatsapp.net", "z"),
            ];
            rows.put_names(&organization("acme"), &session(1), &people)
        })
        .await;
    expected[2].0 = some("Ann B.");
    assert_eq!(known(&place).await, expected);
    let names = async |organization_name: &str, jid: &'static str, phone: &str| {
        let organization = organization(organization_name);
        let phone = PhoneNumber::parse(phone);
        let name = place
            .store
            .read(move |rows| rows.name(&organization, &session(1), jid, phone));
        name.await.unwrap()
    };
    assert_eq!(names("acme", "2@lid", "").await, some("Zoë Ö."));
    assert_eq!(names("acme", "1@lid", "").await, None);
    assert_eq!(names("other", "2@lid", "").await, None);
    assert_eq!(names("acme", "5@lid", "").await, some("bo"));
    assert_eq!(names("acme", "5@lid", "15555").await, some("Bo C."));
}

pub(super) async fn a_number_that_is_no_longer_reported_is_kept(place: TestStore) {
    with_people(&place).await;
    let differences = async |group: GroupSnapshot| {
        let scope = scope(organization("acme"), session(1));
        let differences = place
            .store
            .read(move |rows| compare::differences(rows, &scope, vec![group], &[]));
        differences.await.unwrap().changed.len()
    };
    let mut fresh = numbered();
    fresh.members[1] = member(2, MemberRole::Member);
    assert_eq!(differences(fresh.clone()).await, 0);
    fresh.members[1].role = MemberRole::Admin;
    fresh.members[0].phone = PhoneNumber::parse("6280100005501");
    assert_eq!(differences(fresh.clone()).await, 1);
    let scope = scope(organization("acme"), session(1));
    let stored = place
        .store
        .write(move |w| changes::store_snapshot(w, &scope, &fresh, None))
        .await;
    stored.unwrap();
    let numbers = members(&place).await.into_iter();
    let numbers: Vec<_> = numbers.map(|member| member.phone_number).collect();
    let expected = ["6280100005501", "6280100005510", "447700900951"];
    assert_eq!(numbers, expected.map(some));
}

pub(super) async fn how_members_came_is_published_and_kept(place: TestStore) {
    use JoinedVia::{Added, Approved, Link};
    let (acme, id) = (organization("acme"), session(1));
    place.session(&acme, &id).await;
    let scope = scope(acme, id);
    let filter = Filter {
        actor: "key:test".to_owned(),
        scope: scope.organization.clone().into(),
        lease: Lease::default(),
        session: None,
        kinds: None,
        since: None,
    };
    let listener = Subscription::open(&place.hub, place.store.clone(), filter);
    let mut listener = listener.unwrap();
    let came = |number, via| Member {
        joined_via: via,
        ..member(number, MemberRole::Member)
    };
    let joined = |group, members| GroupEvent {
        group: jid(group),
        by: None,
        at: 2000,
        change: GroupChange::Joined(members),
    };
    let asking = GroupSnapshot {
        join_approval: true,
        ..group(2)
    };
    let events = [
        joined(
            1,
            vec![came(4, Some(Link)), came(5, Some(Added)), came(6, None)],
        ),
        // Only approval lets people in here.
        joined(2, vec![came(4, Some(Link)), came(5, Some(Added))]),
    ];
    let (of, fresh) = (scope.clone(), asking.clone());
    let written = place.store.write(move |w| {
        changes::seed(w, &of, &[group(1), fresh])?;
        events
            .iter()
            .try_for_each(|event| changes::apply(w, &of, event))
    });
    written.await.unwrap();
    let mut told = Vec::new();
    for _ in 0..5 {
        let text = listener.next().await.unwrap();
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        let payload: GroupParticipantPayload =
            serde_json::from_value(event["payload"].clone()).unwrap();
        told.push((payload.join.unwrap().join(" "), payload.via));
    }
    let expected = [
        ("4@lid", Some(Link)),
        ("5@lid", Some(Added)),
        ("6@lid", None),
        ("4@lid", Some(Approved)),
        ("5@lid", Some(Added)),
    ];
    assert_eq!(told, expected.map(|(lid, via)| (lid.to_owned(), via)));

    // A list of WhatsApp does not contain it, and is not a difference therefore.
    let mut listed = group(1);
    listed
        .members
        .extend([came(4, None), came(5, None), came(6, None)]);
    let (of, fresh) = (scope.clone(), listed.clone());
    let compared = place
        .store
        .read(move |rows| compare::differences(rows, &of, vec![fresh], &[]));
    assert_eq!(compared.await.unwrap().changed, []);
    listed.members[3].role = MemberRole::Admin;
    let of = scope.clone();
    let written = place
        .store
        .write(move |w| changes::store_snapshot(w, &of, &listed, None));
    written.await.unwrap();
    let kept = members(&place).await.into_iter();
    let kept: Vec<_> = kept.map(|member| member.joined_via).collect();
    assert_eq!(kept, [None, None, None, Some(Link), Some(Added), None]);

    // Who leaves and comes back came anew.
    let again = [
        GroupEvent {
            change: GroupChange::Left(vec![came(4, None).lid]),
            ..joined(1, Vec::new())
        },
        joined(1, vec![came(4, Some(Added))]),
    ];
    let written = place.store.write(move |w| {
        again
            .iter()
            .try_for_each(|event| changes::apply(w, &scope, event))
    });
    written.await.unwrap();
    assert_eq!(members(&place).await[3].joined_via, Some(Added));
}

pub(super) async fn members_are_found_within_organizations(place: TestStore) {
    with_people(&place).await;
    let expected = FoundMember {
        session_id: session(1).to_string(),
        group_jid: jid(1).to_string(),
        lid: "2@lid".to_owned(),
        name: some("Zoë Örsted"),
        phone_number: some("6280100005510"),
    };
    for text in ["ZOË ö", "+62 801", "2@lid"] {
        assert_eq!(
            found(&place, &["acme"], text).await,
            std::slice::from_ref(&expected),
            "{text}"
        );
    }
    assert_eq!(found(&place, &["other"], "zoë").await, []);
    assert_eq!(found(&place, &["acme"], "somebody").await, []);
    let both = found(&place, &["acme", "other"], "2@lid").await;
    let sessions: Vec<_> = both.into_iter().map(|found| found.session_id).collect();
    assert_eq!(sessions, [1, 2].map(|number| session(number).to_string()));
    assert_eq!(found(&place, &["acme", "other"], "@lid").await.len(), 3);
}

pub(super) async fn a_deleted_session_s_people_are_gone(place: TestStore) {
    with_people(&place).await;
    let acme = organization("acme");
    place
        .write(move |rows| rows.delete_session(&acme, &session(1)))
        .await;
    assert_eq!(found(&place, &["acme"], "zoë").await, []);
    place.session(&organization("acme"), &session(1)).await;
    place
        .write(|rows| {
            let acme = organization("acme");
            rows.insert_group(&acme, &session(1), Ulid::from(1), &numbered(), 1000)?;
            Ok(())
        })
        .await;
    assert_eq!(found(&place, &["acme"], "zoë").await, []);
    // Names of a session that is gone, or another's, are not written.
    place
        .write(|rows| {
            let people = [named("2@lid", "Zoë")];
            rows.put_names(&organization("acme"), &session(9), &people)?;
            rows.put_names(&organization("other"), &session(1), &people)
        })
        .await;
    assert_eq!(found(&place, &["acme", "other"], "zoë").await, []);
}
