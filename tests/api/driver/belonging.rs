//! Joining, creating and leaving groups.

use super::desk::{Desk, Kind, change_of, in_seconds};
use groupdesk::api::{JoinedVia, MemberRole};
use groupdesk::gateway::domain::{InviteCode, MemberJid};
use groupdesk::gateway::whatsapp::{DriverError, GroupChange, GroupSnapshot, JoinOutcome};

over_both_drivers!(
    a_link_joins_its_group_also_a_second_time,
    a_dead_link_joins_nothing,
    joining_a_group_that_needs_approval_is_pending,
    a_group_can_be_left,
    a_group_can_be_created,
    a_group_needs_a_subject,
);

async fn a_link_joins_its_group_also_a_second_time(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Chess Club ♟️");
    let code = desk.driver.invite(&group).await.unwrap();
    let joined = Ok(JoinOutcome::Joined(group.clone()));
    assert_eq!(desk.driver.join(&code).await, joined);
    desk.driver.leave(&group).await.unwrap();
    assert_eq!(desk.change(&group).await.change, GroupChange::Exited);
    assert_eq!(desk.driver.join(&code).await, joined);
    let entered = change_of(desk.change(&group).await);
    let mut truth = desk.truth(&group);
    truth.set_own_via(Some(JoinedVia::Link));
    assert_eq!(entered, GroupChange::Entered(Box::new(truth)));
    assert_eq!(desk.driver.join(&code).await, joined);
}

async fn a_dead_link_joins_nothing(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let dead = InviteCode::parse("AbCdEf1234567890XyZ123").unwrap();
    assert_eq!(desk.driver.join(&dead).await, Err(DriverError::DeadInvite));
}

async fn joining_a_group_that_needs_approval_is_pending(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("ועד הבית – הרצל 12");
    let code = desk.driver.invite(&group).await.unwrap();
    desk.driver.leave(&group).await.unwrap();
    for _ in 0..2 {
        let asked = desk.driver.join(&code).await;
        assert_eq!(asked, Ok(JoinOutcome::Pending(group.clone())));
    }
    assert!(desk.world.requests(&group).contains(&desk.me()));
}

async fn a_group_can_be_left(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Þórsmörk Ferðafélag");
    desk.driver.leave(&group).await.unwrap();
    assert_eq!(desk.change(&group).await.change, GroupChange::Exited);
    let left = desk.driver.joined_groups().await.unwrap();
    assert!(left.iter().all(|other| other.jid != group));
    assert_eq!(
        desk.driver.leave(&group).await,
        Err(DriverError::NotInGroup)
    );
}

async fn a_group_can_be_created(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let somewhere = desk.group("Chess Club ♟️");
    let people: Vec<MemberJid> = desk
        .world
        .outsiders(&somewhere, 3)
        .iter()
        .map(|person| desk.world.number_of(person).unwrap())
        .collect();
    let created = desk.driver.create("Board games 🎲", &people).await.unwrap();
    assert_eq!(created.subject, "Board games 🎲");
    assert_eq!(created.members.len(), 4);
    let me = created.members.iter().find(|member| member.is_me).unwrap();
    assert_eq!(me.role, MemberRole::Superadmin);
    let group = created.jid.clone();
    // WhatsApp's answer says nothing about the modes and the size.
    let truth = desk.truth(&group);
    let made = GroupSnapshot {
        invite_by: truth.invite_by.clone(),
        add_by: truth.add_by.clone(),
        size: truth.size,
        ..in_seconds(created)
    };
    assert_eq!(made, truth);
    let entered = change_of(desk.change(&group).await);
    assert_eq!(entered, GroupChange::Entered(Box::new(desk.truth(&group))));
}

async fn a_group_needs_a_subject(kind: Kind) {
    let desk = Desk::connected(kind).await;
    for subject in [String::new(), "x".repeat(101)] {
        let refused = desk.driver.create(&subject, &[]).await;
        assert!(
            matches!(refused, Err(DriverError::Refused(_))),
            "{refused:?}"
        );
    }
}

/// Here the library needs the phone number of a LID, which the sandbox always knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_without_a_number_cannot_be_in_a_new_group() {
    let desk = Desk::connected(Kind::Wire).await;
    let somewhere = desk.group("Chess Club ♟️");
    let people = desk.world.outsiders(&somewhere, 1);
    let refused = desk.driver.create("Board games", &people).await;
    let Err(DriverError::Refused(why)) = refused else {
        panic!("{refused:?}");
    };
    assert!(why.contains("phone number"), "{why}");
}
