//! Changes of groups: stored, published once, recorded.

use super::fake::{self, Fault, me, member};
use super::*;
use crate::api::{AuditAction, AuditOutcome, MemberRole, SessionRole, Setting, SettingsPatch};
use crate::gateway::Error;
use crate::gateway::domain::{InviteCode, MemberJid};
use crate::gateway::engine::Page;
use crate::gateway::session::{SessionAction, limits as session_limits};
use crate::gateway::whatsapp::{
    DriverError, DriverEvent, GroupChange, GroupEvent, JoinOutcome, MemberChange,
};
use serde_json::json;

fn patch() -> SettingsPatch {
    SettingsPatch {
        subject: Some("Renamed".to_owned()),
        announce: Some(true),
        locked: Some(true),
        ..SettingsPatch::default()
    }
}

pub(super) fn elsewhere(number: u64, change: GroupChange) -> DriverEvent {
    DriverEvent::Group(GroupEvent {
        group: jid(number),
        by: Some(MemberJid::parse("222@lid").unwrap()),
        at: 7,
        change,
    })
}

#[tokio::test]
async fn a_patch_is_visible_in_every_read_and_published_once() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let listing = desk.engine.list_groups(&owned, &Page::default()).await;
    assert!(!String::from_utf8_lossy(&listing.unwrap()).contains("Renamed"));
    desk.engine
        .update_group(&desk.caller, &owned, &jid(1), patch())
        .await
        .unwrap();
    let listing = desk.engine.list_groups(&owned, &Page::default()).await;
    assert!(String::from_utf8_lossy(&listing.unwrap()).contains("Renamed"));
    let group = desk.engine.get_group(&owned, &jid(1)).await.unwrap();
    assert_eq!(group.is_locked, Some(true));
    assert_eq!(group.my_role, Some(SessionRole::Superadmin));

    let events = desk.so_far().await;
    let updates: Vec<_> = events
        .iter()
        .filter(|event| event.event.as_str() == "group.update")
        .map(|event| &event.payload)
        .collect();
    assert_eq!(
        updates.len(),
        3,
        "the driver's echoes are not published: {updates:?}"
    );
    assert_eq!(updates[0]["subject"], "Renamed");
    assert_eq!(updates[0]["sender"], me().as_str());

    let entry = desk.audit().await.remove(0);
    assert_eq!(entry.action, AuditAction::GroupUpdate);
    assert_eq!(entry.outcome, AuditOutcome::Ok);
    assert_eq!(entry.actor, "key:test");
    let old = json!({"subject": "Group 1", "announce": false, "locked": false});
    assert_eq!(entry.old, Some(old));
}

#[tokio::test]
async fn a_patch_that_fails_partway_reports_its_progress() {
    let desk = desk().await;
    let owned = desk.session(1);
    let refusal = Fault::Error(DriverError::NotAdmin);
    let world = desk.worlds.of(owned.id.as_str());
    world.lock().unwrap().faults.insert("announce", refusal);
    let error = desk
        .engine
        .update_group(&desk.caller, &owned, &jid(1), patch())
        .await
        .unwrap_err()
        .to_object();
    assert_eq!(
        json!(error.details),
        json!({
            "applied": ["subject"], "failed": "announce", "notAttempted": ["locked"],
            "reason": "not_admin",
        })
    );
    let group = desk.engine.get_group(&owned, &jid(1)).await.unwrap();
    assert_eq!(group.subject.as_deref(), Some("Renamed"));
    let entry = desk.audit().await.remove(0);
    assert_eq!(entry.outcome, AuditOutcome::Failed("not_admin".to_owned()));
    assert_eq!(entry.new.unwrap()["failed"], "announce");
}

#[tokio::test]
async fn a_change_completes_after_the_caller_disconnects() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    {
        let group = jid(1);
        let call = desk
            .engine
            .update_group(&desk.caller, &owned, &group, patch());
        tokio::pin!(call);
        // After one poll the change is in flight. Then the caller disconnects.
        assert!(futures_util::poll!(&mut call).is_pending());
    }
    loop {
        let event = desk.next("group.update").await;
        if event.payload["isLocked"] == true {
            break;
        }
    }
}

#[tokio::test]
async fn an_event_during_a_change_is_stored_after_it() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let turn = owned.handle.turn(0).await.unwrap();
    let held = turn.hold(Some(&jid(1)));
    let later = Setting::Subject("Later".to_owned());
    let other = Setting::Subject("Other".to_owned());
    desk.worlds
        .send(owned.id.as_str(), elsewhere(1, GroupChange::Setting(later)));
    desk.worlds
        .send(owned.id.as_str(), elsewhere(2, GroupChange::Setting(other)));
    assert_eq!(desk.next("group.update").await.payload["subject"], "Other");
    drop(held);
    assert_eq!(desk.next("group.update").await.payload["subject"], "Later");
}

#[tokio::test]
async fn own_and_foreign_resets_are_published_once() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let old = desk.engine.invite(&owned, &jid(1)).await.unwrap();
    let new = desk
        .engine
        .reset_invite(&desk.caller, &owned, &jid(1))
        .await
        .unwrap();
    assert_ne!(old, new);
    let events = desk.so_far().await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0].payload["newInviteLink"], new.invite);
    let entry = desk.audit().await.remove(0);
    let text = serde_json::to_string(&entry).unwrap();
    assert!(
        !text.contains(&old.invite) && !text.contains(&new.invite),
        "{text}"
    );
    let event = elsewhere(1, GroupChange::InviteReset(None));
    desk.worlds.send(owned.id.as_str(), event);
    let event = desk.next("group.update").await;
    assert_eq!(event.payload["reason"], "invite_reset");
    // The event did not carry the new link.
    desk.engine
        .reset_invite(&desk.caller, &owned, &jid(1))
        .await
        .unwrap();
    assert_eq!(desk.audit().await.remove(0).old, None);
}

/// A reset by the account's own phone.
fn reset_on_the_phone() -> DriverEvent {
    DriverEvent::Group(GroupEvent {
        group: jid(1),
        by: Some(me()),
        at: 9,
        change: GroupChange::InviteReset(None),
    })
}

/// A desk that reset the link of group 1 and received no echo of it.
async fn unechoed() -> (Desk, OwnedSession) {
    let mut desk = desk().await;
    let owned = desk.session(1);
    desk.worlds.of(owned.id.as_str()).lock().unwrap().mute = true;
    desk.engine
        .reset_invite(&desk.caller, &owned, &jid(1))
        .await
        .unwrap();
    let event = desk.next("group.update").await;
    assert!(event.payload.get("newInviteLink").is_some());
    (desk, owned)
}

#[tokio::test]
async fn a_missing_echo_does_not_hide_a_later_reset_from_the_phone() {
    let (mut desk, owned) = unechoed().await;
    pass(session_limits::RESET_ECHO + Duration::from_secs(1)).await;
    desk.worlds.send(owned.id.as_str(), reset_on_the_phone());
    let event = desk.next("group.update").await;
    assert_eq!(event.payload["reason"], "invite_reset");
}

#[tokio::test]
async fn an_echo_is_only_expected_within_its_connection() {
    for end in [
        DriverEvent::ConnectionLost,
        DriverEvent::LoggedOut {
            reason: "unlinked on the phone".to_owned(),
        },
    ] {
        let (mut desk, owned) = unechoed().await;
        let is_unlinked = end != DriverEvent::ConnectionLost;
        desk.worlds.send(owned.id.as_str(), end);
        if is_unlinked {
            desk.status(SessionStatus::LoggedOut).await;
            desk.engine
                .act(&desk.caller, &owned, SessionAction::Start)
                .await
                .unwrap();
        }
        desk.worlds
            .send(owned.id.as_str(), DriverEvent::Connected(identity()));
        desk.status(SessionStatus::Working).await;
        desk.worlds.send(owned.id.as_str(), reset_on_the_phone());
        let event = loop {
            // Reading the groups again publishes an event of group 2 as well.
            let event = desk.next("group.update").await;
            if event.payload["groupJid"] == jid(1).as_str() {
                break event;
            }
        };
        assert_eq!(event.payload["reason"], "invite_reset");
    }
}

#[tokio::test]
async fn of_two_concurrent_changes_the_second_records_the_result_of_the_first() {
    let desk = desk().await;
    let owned = desk.session(1);
    let group = jid(1);
    let rename = |subject: &str| {
        let patch = SettingsPatch {
            subject: Some(subject.to_owned()),
            ..SettingsPatch::default()
        };
        desk.engine
            .update_group(&desk.caller, &owned, &group, patch)
    };
    let (one, other) = tokio::join!(rename("One"), rename("Other"));
    one.and(other).unwrap();
    let entries = desk.audit().await;
    assert_eq!(entries[1].old, Some(json!({ "subject": "Group 1" })));
    assert_eq!(entries[0].old, entries[1].new);
}

#[tokio::test]
async fn of_two_concurrent_actions_the_second_records_the_result_of_the_first() {
    let desk = desk().await;
    let owned = desk.session(1);
    let act = |action| desk.engine.act(&desk.caller, &owned, action);
    let (stop, start) = tokio::join!(act(SessionAction::Stop), act(SessionAction::Start));
    stop.and(start).unwrap();
    let entries = desk.audit().await;
    assert_eq!(entries[1].old, Some(json!({ "status": "working" })));
    assert_eq!(entries[0].old, entries[1].new);
}

#[tokio::test]
async fn the_first_import_publishes_only_the_status() {
    let worlds = Worlds::default();
    {
        let world = worlds.of(session(1).as_str());
        let mut world = world.lock().unwrap();
        world.paired = true;
        for number in 0..1_200 {
            let group = fake::group(number);
            world.groups.insert(group.jid.to_string(), group);
        }
    }
    let mut desk = idle(worlds, vec![seeded(1, true)]).await;
    let mut statuses = Vec::new();
    while statuses
        .iter()
        .filter(|status| *status == "working")
        .count()
        < 2
    {
        let text = desk.events.next().await.unwrap();
        let event: Envelope = serde_json::from_str(&text).unwrap();
        assert_eq!(event.event.as_str(), "session.status");
        statuses.push(event.payload["status"].as_str().unwrap().to_owned());
    }
    let view = desk.session(1).view();
    assert_eq!(view.group_count, Some(1_200));
}

#[tokio::test]
async fn changes_during_a_short_absence_are_published_per_group() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let world = desk.worlds.of(owned.id.as_str());
    {
        let mut world = world.lock().unwrap();
        world.groups.remove(jid(2).as_str());
        world.groups.get_mut(jid(1).as_str()).unwrap().subject = "Renamed".to_owned();
    }
    desk.engine
        .act(&desk.caller, &owned, SessionAction::Restart)
        .await
        .unwrap();
    assert_eq!(
        desk.next("group.update").await.payload["subject"],
        "Renamed"
    );
    let left = desk.next("group.participant").await.payload;
    assert_eq!(left["groupJid"], jid(2).as_str());
    assert_eq!(left["leave"], json!([me().as_str()]));
}

#[tokio::test]
async fn joins_and_leaves_change_the_members() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    let group = jid(1);
    let lid = |text: &str| MemberJid::parse(text).unwrap();
    let change = |change, members: &[&str]| {
        let members = members.iter().copied().map(lid).collect();
        desk.engine
            .change_members(&desk.caller, &owned, &group, change, members)
    };
    change(MemberChange::Add, &["333@lid"]).await.unwrap();
    change(MemberChange::Promote, &["333@lid"]).await.unwrap();
    let error = change(MemberChange::Add, &["444@lid", "999@lid"]).await;
    let details = error.unwrap_err().to_object().details;
    assert_eq!(details["applied"], json!(["444@lid"]));
    assert_eq!(details["failed"][0]["jid"], "999@lid");
    let error = change(MemberChange::Add, &["999@lid"]).await.unwrap_err();
    assert!(matches!(error, Error::Driver(DriverError::Refused(_))));
    let members = desk.engine.list_members(&owned, &jid(1)).await.unwrap();
    let roles: Vec<_> = members
        .data
        .iter()
        .map(|member| (member.lid.as_str(), member.role.as_str()))
        .collect();
    assert_eq!(
        roles,
        [
            ("111@lid", "superadmin"),
            ("222@lid", "member"),
            ("333@lid", "admin"),
            ("444@lid", "member")
        ]
    );
    let joined = desk.next("group.participant").await.payload;
    assert_eq!(joined["join"], json!(["333@lid"]));

    desk.worlds.send(
        owned.id.as_str(),
        elsewhere(1, GroupChange::Demoted(vec![lid("333@lid"), me()])),
    );
    desk.worlds.send(
        owned.id.as_str(),
        elsewhere(
            1,
            GroupChange::Joined(vec![member("555@lid", MemberRole::Member)]),
        ),
    );
    desk.so_far().await;
    let group = desk.engine.get_group(&owned, &jid(1)).await.unwrap();
    assert_eq!(group.participant_count, Some(5));
}

#[tokio::test]
async fn a_group_that_was_left_stays_with_the_role_none() {
    let mut desk = desk().await;
    let owned = desk.session(1);
    desk.engine
        .leave(&desk.caller, &owned, &jid(1))
        .await
        .unwrap();
    let event = elsewhere(2, GroupChange::Exited);
    desk.worlds.send(owned.id.as_str(), event);
    for _ in 0..2 {
        let event = desk.next("group.participant").await;
        assert_eq!(event.payload["leave"], json!([me().as_str()]));
    }
    for number in [1, 2] {
        let group = desk.engine.get_group(&owned, &jid(number)).await.unwrap();
        assert_eq!(group.my_role, Some(SessionRole::None));
        assert_eq!(group.participant_count, Some(1));
    }
    let code = InviteCode::parse("AbCdEf1234567890XyZ12").unwrap();
    let joined = desk.engine.join(&desk.caller, &owned, &code).await.unwrap();
    assert_eq!(joined, JoinOutcome::Joined(jid(900)));
    assert!(desk.engine.get_group(&owned, &jid(900)).await.is_ok());
    let session = owned.view();
    assert_eq!(session.group_count, Some(3), "the number of listed groups");
    assert!(session.last_traffic_at.is_some());
}

#[tokio::test]
async fn a_pending_join_request_is_recorded() {
    let desk = desk().await;
    let owned = desk.session(1);
    desk.worlds
        .of(owned.id.as_str())
        .lock()
        .unwrap()
        .asks_admins = true;
    let code = InviteCode::parse("AbCdEf1234567890XyZ12").unwrap();
    for _ in 0..2 {
        let outcome = desk.engine.join(&desk.caller, &owned, &code).await.unwrap();
        assert_eq!(outcome, JoinOutcome::Pending(jid(900)));
    }
    assert!(
        desk.engine.get_group(&owned, &jid(900)).await.is_err(),
        "not a member yet"
    );
    let entry = desk.audit().await.remove(0);
    assert_eq!(entry.new, Some(json!({ "pending": true })));
    assert_eq!(entry.group_jid.as_deref(), Some(jid(900).as_str()));
}

#[tokio::test]
async fn a_listing_comes_in_pages() {
    let desk = desk().await;
    let owned = desk.session(1);
    let page = |limit, cursor: Option<String>| {
        let owned = owned.clone();
        let engine = desk.engine.clone();
        async move {
            let page = Page { limit, cursor };
            let json = engine.list_groups(&owned, &page).await?;
            Ok::<crate::api::List<crate::api::Group>, Error>(serde_json::from_slice(&json).unwrap())
        }
    };
    let first = page(Some(1), None).await.unwrap();
    let second = page(Some(1), Some(first.next_cursor)).await.unwrap();
    assert_eq!(first.data[0].group_jid, fake::group(1).jid.as_str());
    assert_eq!(second.data[0].group_jid, fake::group(2).jid.as_str());
    assert_eq!(second.next_cursor, "");
    for (limit, cursor) in [(Some(0), None), (Some(1001), None), (None, Some("x!"))] {
        let refused = page(limit, cursor.map(str::to_owned)).await;
        assert!(matches!(refused, Err(Error::Validation(_))));
    }
}

#[tokio::test]
async fn another_organization_sees_nothing() {
    let desk = desk().await;
    let stranger = caller("other");
    let id = session(1);
    assert!(matches!(
        desk.engine.find_session(&stranger, id.as_str()),
        Err(Error::NotFound("session"))
    ));
    assert!(desk.engine.list_sessions(&stranger).unwrap().is_empty());
    let query = AuditQuery::default();
    let audit = desk.engine.audit(&stranger, &query).await.unwrap();
    assert!(audit.data.is_empty());
    // The store itself checks the organization, even with a valid session id.
    let rows = desk
        .engine
        .inner
        .store
        .read(move |rows| rows.groups(&organization("other"), &id, None, None))
        .await
        .unwrap();
    assert!(rows.is_empty());
}
