//! Changes of members, one outcome each.

use super::*;
use crate::gateway::whatsapp::{DriverError, MemberChange};

const GROUP: &str = "متطوعون · Vol. Cairo";

/// A word for each outcome.
fn words(outcomes: Vec<Result<(), DriverError>>) -> Vec<&'static str> {
    outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Ok(()) => "ok",
            Err(DriverError::Refused(_)) => "refused",
            Err(DriverError::Conflict(_)) => "conflict",
            Err(_) => "other",
        })
        .collect()
}

struct Cast {
    support: Session,
    group: GroupJid,
    creator: MemberJid,
    member: MemberJid,
    outsider: MemberJid,
    stranger: MemberJid,
}

async fn cast(world: &Arc<World>) -> Cast {
    let support = Session::connected(world, "Support line").await;
    let group = named(world, GROUP);
    let now = support.driver.group(&group).await.unwrap();
    let with = |role: &str| {
        let mut members = now.members.iter().filter(|member| !member.is_me);
        let found = members.find(|member| member.role.as_str() == role);
        found.unwrap().lid.clone()
    };
    Cast {
        creator: with("superadmin"),
        member: with("member"),
        outsider: world.outsiders(&group, 1).remove(0),
        stranger: MemberJid::parse("1@lid").unwrap(),
        support,
        group,
    }
}

#[tokio::test]
async fn each_person_has_an_outcome_in_the_order_of_the_call() {
    let world = world();
    let cast = cast(&world).await;
    let me = world.phone().jid(cast.support.id()).unwrap();
    let everybody = [
        cast.outsider.clone(),
        cast.member.clone(),
        cast.stranger.clone(),
        cast.creator.clone(),
        me,
    ];
    for (change, expected) in [
        (MemberChange::Approve, ["refused"; 5]),
        (
            MemberChange::Promote,
            ["refused", "ok", "refused", "ok", "ok"],
        ),
        (
            MemberChange::Add,
            ["ok", "conflict", "refused", "conflict", "conflict"],
        ),
        (
            MemberChange::Remove,
            ["ok", "ok", "ok", "refused", "refused"],
        ),
        (
            MemberChange::Remove,
            ["ok", "ok", "ok", "refused", "refused"],
        ),
        (
            MemberChange::Demote,
            ["refused", "refused", "refused", "refused", "ok"],
        ),
    ] {
        let driver = &cast.support.driver;
        let outcomes = driver.change_members(&cast.group, change, &everybody).await;
        assert_eq!(words(outcomes.unwrap()), expected, "{change:?}");
    }
    let changed = cast
        .support
        .driver
        .change_members(&cast.group, MemberChange::Add, &[cast.outsider])
        .await;
    assert_eq!(changed, Err(DriverError::NotAdmin));
}

#[tokio::test]
async fn promoting_and_demoting_change_the_role() {
    let world = world();
    let cast = cast(&world).await;
    let person = [cast.member.clone()];
    for (change, role) in [
        (MemberChange::Promote, "admin"),
        (MemberChange::Promote, "admin"),
        (MemberChange::Demote, "member"),
    ] {
        let driver = &cast.support.driver;
        let outcomes = driver.change_members(&cast.group, change, &person).await;
        assert_eq!(words(outcomes.unwrap()), ["ok"]);
        let now = driver.group(&cast.group).await.unwrap();
        let mut members = now.members.iter();
        let found = members.find(|member| member.lid == cast.member).unwrap();
        assert_eq!(found.role.as_str(), role);
    }
}

#[tokio::test]
async fn pending_join_requests_are_approved_once() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, "ועד הבית – הרצל 12");
    let waiting = world.requests(&group);
    assert!(!waiting.is_empty());
    for expected in ["ok", "refused"] {
        let outcomes = support
            .driver
            .change_members(&group, MemberChange::Approve, &waiting)
            .await
            .unwrap();
        assert!(words(outcomes).iter().all(|word| *word == expected));
    }
    assert!(world.requests(&group).is_empty());
    let now = support.driver.group(&group).await.unwrap();
    let lids: Vec<_> = now.members.iter().map(|member| &member.lid).collect();
    assert!(waiting.iter().all(|lid| lids.contains(&lid)));
}

#[tokio::test]
async fn no_member_is_added_beyond_the_group_limit() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, "Community Announcements");
    let now = support.driver.group(&group).await.unwrap();
    let mut members = now.members.iter();
    let plain = members.find(|member| member.role.as_str() == "member");
    let leaver = plain.unwrap().lid.clone();
    world.phone().leave(&group, &leaver).unwrap();
    let two = world.outsiders(&group, 2);
    let outcomes = support
        .driver
        .change_members(&group, MemberChange::Add, &two)
        .await;
    assert_eq!(words(outcomes.unwrap()), ["ok", "refused"]);
}

#[tokio::test]
async fn a_phone_number_and_its_lid_are_the_same_person() {
    let world = world();
    let cast = cast(&world).await;
    let sales = world.session("Sales").unwrap();
    let lid = world.phone().jid(&sales.session).unwrap();
    let by_phone = ["447700900951@s.whatsapp.net", "447700900951@c.us"];
    let by_phone = by_phone.map(|jid| MemberJid::parse(jid).unwrap());
    let driver = &cast.support.driver;
    let outcomes = driver
        .change_members(&cast.group, MemberChange::Add, &by_phone)
        .await;
    // A person named twice in one call is added once.
    assert_eq!(words(outcomes.unwrap()), ["ok", "ok"]);
    let now = driver.group(&cast.group).await.unwrap();
    let added = now.members.iter().filter(|member| member.lid == lid);
    assert_eq!(added.count(), 1);
}
