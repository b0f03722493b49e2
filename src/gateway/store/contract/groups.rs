//! Groups and members.

use super::{TestStore, group, jid, member, organization, scope, session};
use crate::api::{Audience, Group, GroupKind, GroupMember, MemberRole, SessionRole, Setting};
use crate::gateway::realtime::{Filter, Subscription};
use crate::gateway::store::rows::{StoredGroup, StoredMember};
use crate::gateway::store::{changes, compare, cursor, listing};
use crate::gateway::whatsapp::GroupSnapshot;
use ulid::Ulid;

/// Session 1 of acme with these groups, stored at 1000.
async fn with_groups(place: &TestStore, numbers: impl IntoIterator<Item = u32>) {
    place.session(&organization("acme"), &session(1)).await;
    let numbers: Vec<u32> = numbers.into_iter().collect();
    place
        .write(move |rows| {
            for number in numbers {
                let id = Ulid::from(u128::from(number));
                let acme = organization("acme");
                assert!(rows.insert_group(&acme, &session(1), id, &group(number), 1000)?);
            }
            Ok(())
        })
        .await;
}

async fn read(place: &TestStore, number: u32) -> Group {
    let found = place
        .store
        .read(move |rows| rows.group(&organization("acme"), &session(1), &jid(number)));
    found.await.unwrap().unwrap()
}

async fn stored(place: &TestStore, number: u32) -> StoredGroup {
    let found = place
        .store
        .read(move |rows| rows.stored_group(&organization("acme"), &session(1), &jid(number)));
    found.await.unwrap().unwrap()
}

async fn members(place: &TestStore, number: u32) -> Vec<GroupMember> {
    let found = place
        .store
        .read(move |rows| rows.members(&organization("acme"), &session(1), &jid(number)));
    found.await.unwrap().unwrap()
}

pub(super) async fn groups_are_listed_by_jid_in_pages(place: TestStore) {
    with_groups(&place, [3, 1, 5, 2, 4]).await;
    let page = async |after: Option<u32>, limit: Option<u32>| {
        let list = place.store.read(move |rows| {
            let after = after.map(jid);
            let acme = organization("acme");
            listing::list(rows, &acme, &session(1), after.as_ref(), limit)
        });
        let list = list.await.unwrap();
        let jids: Vec<String> = list.data.into_iter().map(|group| group.group_jid).collect();
        (jids, cursor::group(&list.next_cursor))
    };
    let named = |numbers: &[u32]| -> Vec<String> {
        numbers
            .iter()
            .map(|number| jid(*number).to_string())
            .collect()
    };
    assert_eq!(page(None, None).await, (named(&[1, 2, 3, 4, 5]), None));
    assert_eq!(page(None, Some(2)).await, (named(&[1, 2]), Some(jid(2))));
    assert_eq!(page(Some(2), Some(2)).await, (named(&[3, 4]), Some(jid(4))));
    assert_eq!(page(Some(4), Some(2)).await, (named(&[5]), None));
    assert_eq!(page(None, Some(5)).await, (named(&[1, 2, 3, 4, 5]), None));
    assert_eq!(page(Some(5), None).await, (Vec::new(), None));
}

pub(super) async fn a_group_reads_back_as_written(place: TestStore) {
    with_groups(&place, [1]).await;
    let expected = Group {
        id: Ulid::from(1).to_string(),
        group_jid: jid(1).to_string(),
        subject: Some("Group 1".to_owned()),
        description: Some("what it is for".to_owned()),
        owner_jid: Some("3@lid".to_owned()),
        participant_count: Some(3),
        is_announce: Some(true),
        is_locked: Some(false),
        created_at_wa: Some(1_500_000_000_000),
        first_seen_at: 1000,
        updated_at: 1000,
        my_role: Some(SessionRole::Admin),
        kind: Some(GroupKind::Group),
        join_approval: Some(false),
        ephemeral_seconds: Some(0),
        ..Group::default()
    };
    assert_eq!(read(&place, 1).await, expected);
    let row = stored(&place, 1).await;
    assert!(row.is(&group(1)));
    assert_eq!(row.my_role, SessionRole::Admin);
    let read = members(&place, 1).await;
    let lids: Vec<_> = read
        .iter()
        .map(|member| (&*member.lid, &member.role))
        .collect();
    assert_eq!(
        lids,
        [
            ("1@lid", &MemberRole::Admin),
            ("2@lid", &MemberRole::Member),
            ("3@lid", &MemberRole::Superadmin)
        ]
    );
    assert_eq!(read[0].session_id, session(1).as_str());
    assert_eq!(read[0].group_jid, jid(1).as_str());
    assert_eq!((read[0].first_seen_at, read[0].last_seen_at), (1000, 1000));
    assert_eq!(read[0].id, format!("{}-1", expected.id));
}

pub(super) async fn another_organization_s_rows_are_not_read(place: TestStore) {
    with_groups(&place, [1]).await;
    place.session(&organization("other"), &session(2)).await;
    for (owner, id) in [("other", 1), ("acme", 2), ("unknown", 1), ("acme", 9)] {
        let seen = place.store.read(move |rows| {
            let (owner, id) = (organization(owner), session(id));
            Ok((
                rows.groups(&owner, &id, None, None)?.len(),
                rows.group(&owner, &id, &jid(1))?.is_some(),
                rows.members(&owner, &id, &jid(1))?.is_some(),
                rows.stored_group(&owner, &id, &jid(1))?.is_some(),
                rows.joined(&owner, &id)?.len(),
                rows.count_groups(&owner, &id)?,
            ))
        });
        let nothing = (0, false, false, false, 0, 0);
        assert_eq!(seen.await.unwrap(), nothing, "{owner} {id}");
    }
}

pub(super) async fn a_group_needs_its_session(place: TestStore) {
    place.session(&organization("acme"), &session(1)).await;
    let new = place
        .write(|rows| {
            rows.insert_group(
                &organization("acme"),
                &session(9),
                Ulid::from(1),
                &group(1),
                1,
            )
        })
        .await;
    assert!(!new);
}

pub(super) async fn updates_move_forward(place: TestStore) {
    with_groups(&place, [1]).await;
    let number = stored(&place, 1).await.number;
    let fresh = GroupSnapshot {
        subject: "renamed".to_owned(),
        description: String::new(),
        owner: None,
        announce: false,
        locked: true,
        created_at: None,
        ..group(1)
    };
    for (at, expected) in [(500, 1001), (1001, 1002), (5000, 5000)] {
        let change = fresh.clone();
        place
            .write(move |rows| rows.update_group(number, &change, at))
            .await;
        assert_eq!(read(&place, 1).await.updated_at, expected);
    }
    assert!(stored(&place, 1).await.is(&fresh));
    let read = read(&place, 1).await;
    assert_eq!(read.first_seen_at, 1000);
    assert_eq!(read.participant_count, Some(3));
}

pub(super) async fn each_setting_is_written_alone(place: TestStore) {
    with_groups(&place, [1, 2]).await;
    let number = stored(&place, 1).await.number;
    let mut expected = read(&place, 1).await;
    let settings = [
        Setting::Subject("it's \"new\"; --".to_owned()),
        Setting::Description(String::new()),
        Setting::Announce(false),
        Setting::Locked(true),
        Setting::InviteBy(Audience::Members),
        Setting::JoinApproval(true),
        Setting::AddBy(Audience::Admins),
        Setting::EphemeralSeconds(604_800),
    ];
    for setting in settings {
        match &setting {
            Setting::Subject(text) => expected.subject = Some(text.clone()),
            Setting::Description(text) => expected.description = Some(text.clone()),
            Setting::Announce(on) => expected.is_announce = Some(*on),
            Setting::Locked(on) => expected.is_locked = Some(*on),
            Setting::InviteBy(who) => expected.invite_by = Some(who.clone()),
            Setting::JoinApproval(on) => expected.join_approval = Some(*on),
            Setting::AddBy(who) => expected.add_by = Some(who.clone()),
            Setting::EphemeralSeconds(seconds) => expected.ephemeral_seconds = Some(*seconds),
        }
        expected.updated_at += 1;
        place
            .write(move |rows| rows.set_setting(number, &setting, 1))
            .await;
        assert_eq!(read(&place, 1).await, expected);
    }
    assert_eq!(read(&place, 2).await.updated_at, 1000);
}

pub(super) async fn groups_of_a_community_name_it_and_count_their_members(place: TestStore) {
    with_groups(&place, [1, 2]).await;
    let number = stored(&place, 2).await.number;
    let announcements = GroupSnapshot {
        kind: GroupKind::Announcements,
        community: Some(jid(1)),
        size: Some(900),
        ..group(2)
    };
    let (partial, fresh) = (announcements.clone(), announcements.clone());
    place
        .write(move |rows| rows.update_group(number, &partial, 2000))
        .await;
    let read_back = read(&place, 2).await;
    assert_eq!(read_back.kind, Some(GroupKind::Announcements));
    assert_eq!(read_back.community_jid, Some(jid(1).to_string()));
    assert_eq!(read_back.community_subject.as_deref(), Some("Group 1"));
    assert_eq!(read_back.participant_count, Some(900));
    let restricted = read_back.restricted.unwrap();
    assert_eq!(restricted.keys().collect::<Vec<_>>(), ["announce"]);
    assert!(stored(&place, 2).await.is(&announcements));
    // Members that are listed say nothing about the number of all of them.
    let changed = place
        .write(move |rows| {
            rows.delete_member(number, "2@lid")?;
            rows.refresh_member_summary(number)
        })
        .await;
    assert!(!changed);
    assert_eq!(read(&place, 2).await.participant_count, Some(900));
    let smaller = GroupSnapshot {
        size: Some(899),
        ..fresh
    };
    assert!(!stored(&place, 2).await.is(&smaller));
}

pub(super) async fn members_come_change_and_go(place: TestStore) {
    with_groups(&place, [1, 2]).await;
    let number = stored(&place, 1).await.number;
    let (gone, absent) = place
        .write(move |rows| {
            let fresh = [
                member(2, MemberRole::Admin),
                member(4, MemberRole::Other("guest".to_owned())),
            ];
            rows.put_members(number, &mut fresh.iter(), 2000)?;
            Ok((
                rows.delete_member(number, "3@lid")?,
                rows.delete_member(number, "9@lid")?,
            ))
        })
        .await;
    assert!(gone && !absent);
    let read = members(&place, 1).await;
    let rows: Vec<_> = read
        .iter()
        .map(|member| {
            (
                &*member.lid,
                member.role.as_str(),
                member.first_seen_at,
                member.last_seen_at,
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("1@lid", "admin", 1000, 1000),
            ("2@lid", "admin", 1000, 2000),
            ("4@lid", "guest", 2000, 2000)
        ]
    );
    let known = place.store.read(move |rows| rows.stored_members(number));
    let known = known.await.unwrap();
    assert_eq!(known.len(), 3);
    let me = StoredMember {
        role: MemberRole::Admin,
        is_me: true,
        phone: None,
        joined_via: None,
    };
    assert_eq!(known["1@lid"], me);
    assert_eq!(members(&place, 2).await.len(), 3);
}

pub(super) async fn a_superadmin_keeps_their_role(place: TestStore) {
    with_groups(&place, [1]).await;
    let number = stored(&place, 1).await.number;
    let changed = place
        .write(move |rows| {
            let mut changed = Vec::new();
            for (lid, role) in [
                ("1@lid", MemberRole::Member),
                ("2@lid", MemberRole::Member),
                ("3@lid", MemberRole::Member),
                ("9@lid", MemberRole::Admin),
            ] {
                changed.push(rows.set_role(number, lid, &role)?);
            }
            Ok(changed)
        })
        .await;
    assert_eq!(changed, [true, false, false, false]);
    let roles: Vec<_> = members(&place, 1)
        .await
        .into_iter()
        .map(|m| m.role)
        .collect();
    let expected = [
        MemberRole::Member,
        MemberRole::Member,
        MemberRole::Superadmin,
    ];
    assert_eq!(roles, expected);
}

pub(super) async fn a_group_that_was_left_is_stored_but_not_joined(place: TestStore) {
    with_groups(&place, [1, 2]).await;
    let number = stored(&place, 1).await.number;
    let settled = place
        .write(move |rows| {
            let same = rows.refresh_member_summary(number)?;
            rows.delete_member(number, "1@lid")?;
            Ok((same, rows.refresh_member_summary(number)?))
        })
        .await;
    assert_eq!(settled, (false, true));
    let left = read(&place, 1).await;
    assert_eq!(left.my_role, Some(SessionRole::None));
    assert_eq!(left.participant_count, Some(2));
    let (joined, count, sessions) = place
        .store
        .read(|rows| {
            let acme = organization("acme");
            Ok((
                rows.joined(&acme, &session(1))?,
                rows.count_groups(&acme, &session(1))?,
                rows.sessions()?,
            ))
        })
        .await
        .unwrap();
    assert_eq!(joined, [jid(2)]);
    assert_eq!((count, sessions[0].group_count), (2, 2));
}

pub(super) async fn only_differences_are_published(place: TestStore) {
    with_groups(&place, [1, 2, 3]).await;
    let acme = scope(organization("acme"), session(1));
    let filter = Filter {
        actor: "key:test".to_owned(),
        scope: organization("acme").into(),
        lease: crate::gateway::auth::Lease::default(),
        session: None,
        kinds: None,
        since: None,
    };
    let listener = Subscription::open(&place.hub, place.store.clone(), filter);
    let mut listener = listener.unwrap();
    let renamed = GroupSnapshot {
        subject: "renamed".to_owned(),
        ..group(2)
    };
    let (fresh, of) = (vec![group(1), renamed.clone(), group(4)], acme.clone());
    let compared = place
        .store
        .read(move |rows| compare::differences(rows, &of, fresh, &[]));
    let compared = compared.await.unwrap();
    assert_eq!(compared.changed, [renamed, group(4)]);
    assert_eq!(compared.gone, [jid(3)]);
    let written = place.store.write(move |w| {
        changes::store_snapshot(w, &acme, &group(1), None)?;
        for group in &compared.changed {
            changes::store_snapshot(w, &acme, group, None)?;
        }
        for group in &compared.gone {
            changes::store_exit(w, &acme, group)?;
        }
        acme.count(w.rows)
    });
    assert_eq!(written.await.unwrap(), 4, "the one that is gone included");
    let mut events = Vec::new();
    for _ in 0..4 {
        let text = listener.next().await.unwrap();
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        let what = event["event"].as_str().unwrap().to_owned();
        events.push((
            what,
            event["payload"]["groupJid"].as_str().unwrap().to_owned(),
        ));
    }
    let expected = [
        ("group.update", jid(2)),
        ("group.update", jid(4)),
        ("group.participant", jid(4)),
        ("group.participant", jid(3)),
    ];
    let expected = expected.map(|(what, group)| (what.to_owned(), group.to_string()));
    assert_eq!(events, expected);
}
