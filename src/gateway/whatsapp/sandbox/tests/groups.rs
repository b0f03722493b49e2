//! Settings, invites, joining, leaving, creating.

use super::*;
use crate::api::{Audience, GroupKind, Setting};
use crate::gateway::domain::InviteCode;
use crate::gateway::whatsapp::{DriverError, JoinOutcome};

const ADMIN_IN: &str = "Weekend Volunteers";
const MEMBER_IN: &str = "School Volleyball";
const MEMBER_IN_LOCKED: &str = "Родительский комитет 7Б";
const NOT_IN: &str = "Leads – Europe";

fn subject(text: &str) -> Setting {
    Setting::Subject(text.to_owned())
}

#[tokio::test]
async fn an_admin_can_change_everything() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, ADMIN_IN);
    let description = Setting::Description("LoginVerifier B\nat nine".to_owned());
    for setting in [
        subject("  Renamed "),
        description,
        Setting::Announce(false),
        Setting::Locked(true),
    ] {
        support.driver.set(&group, &setting).await.unwrap();
    }
    let now = support.driver.group(&group).await.unwrap();
    assert_eq!(now.subject, "Renamed");
    assert_eq!(now.description, "LoginVerifier B\nat nine");
    assert!(!now.announce && now.locked);
}

#[tokio::test]
async fn a_member_can_change_only_the_info_of_an_unlocked_group() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let open = named(&world, MEMBER_IN);
    assert_eq!(support.driver.set(&open, &subject("Ours")).await, Ok(()));
    let locked = named(&world, MEMBER_IN_LOCKED);
    for (group, setting) in [
        (&locked, subject("Ours")),
        (&locked, Setting::Description(String::new())),
        (&open, Setting::Announce(true)),
        (&open, Setting::Locked(true)),
    ] {
        let refused = support.driver.set(group, &setting).await;
        assert_eq!(refused, Err(DriverError::NotAdmin), "{setting:?}");
    }
    let invite = support.driver.invite(&open).await;
    assert_eq!(invite, Err(DriverError::NotAdmin));
    let reset = support.driver.reset_invite(&open).await;
    assert_eq!(reset, Err(DriverError::NotAdmin));
}

#[tokio::test]
async fn lengths_are_checked() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, ADMIN_IN);
    for setting in [
        subject("é".repeat(100).as_str()),
        Setting::Description("é".repeat(2048)),
    ] {
        assert_eq!(support.driver.set(&group, &setting).await, Ok(()));
    }
    for setting in [
        subject(" "),
        subject(&"é".repeat(101)),
        Setting::Description("é".repeat(2049)),
    ] {
        let refused = support.driver.set(&group, &setting).await;
        assert!(matches!(refused, Err(DriverError::Refused(_))));
    }
    let refused = support.driver.create("", &[]).await;
    assert!(matches!(refused, Err(DriverError::Refused(_))));
}

#[tokio::test]
async fn only_a_community_and_its_announcement_group_refuse_the_announce_switch() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let general = named(&world, "Riverside Community · General");
    let community = named(&world, "Riverside Community");
    for setting in [Setting::Locked(false), Setting::Announce(true)] {
        assert_eq!(support.driver.set(&general, &setting).await, Ok(()));
    }
    let switch = Setting::Announce(true);
    let Err(DriverError::Refused(why)) = support.driver.set(&community, &switch).await else {
        panic!("{switch:?} was not refused");
    };
    assert!(why.contains("community"));
    for setting in [subject("River"), Setting::Description("New".to_owned())] {
        assert_eq!(support.driver.set(&community, &setting).await, Ok(()));
    }
}

#[tokio::test]
async fn an_announcement_group_lists_few_of_its_members() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let groups = support.driver.joined_groups().await.unwrap();
    let mut groups = groups.iter();
    let found = groups.find(|group| group.kind == GroupKind::Announcements);
    let group = found.unwrap();
    assert!(group.is_partial());
    assert_eq!(group.count(), 402);
    assert!(group.members.iter().any(|member| member.is_me));
    assert_eq!(group.community, Some(named(&world, &group.subject)));
}

#[tokio::test]
async fn members_have_the_link_while_the_mode_allows_it() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, "Riverside Gardeners");
    let link = support.driver.invite(&group).await.unwrap();
    world
        .phone()
        .set(&group, &Setting::InviteBy(Audience::Admins))
        .unwrap();
    let refused = support.driver.invite(&group).await;
    assert_eq!(refused, Err(DriverError::NotAdmin));
    assert_eq!(
        support.driver.preview(&link).await,
        Err(DriverError::DeadInvite)
    );
}

#[tokio::test]
async fn other_groups_and_missing_groups_have_different_errors() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    for (group, error) in [
        (named(&world, NOT_IN), DriverError::NotInGroup),
        (GroupJid::parse("1@g.us").unwrap(), DriverError::NoSuchGroup),
    ] {
        let driver = &support.driver;
        assert_eq!(driver.group(&group).await, Err(error.clone()));
        assert_eq!(driver.invite(&group).await, Err(error.clone()));
        assert_eq!(driver.set(&group, &subject("x")).await, Err(error.clone()));
        assert_eq!(driver.leave(&group).await, Err(error));
    }
}

#[tokio::test]
async fn a_reset_revokes_the_old_link() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let sales = Session::connected(&world, "Sales").await;
    let group = named(&world, "متطوعون · Vol. Cairo");
    let old = support.driver.invite(&group).await.unwrap();
    assert_eq!(old.as_str().len(), 22);
    let new = support.driver.reset_invite(&group).await.unwrap();
    assert_ne!(old, new);
    assert_eq!(support.driver.invite(&group).await, Ok(new.clone()));
    assert_eq!(sales.driver.join(&old).await, Err(DriverError::DeadInvite));
    for _ in 0..2 {
        let joined = sales.driver.join(&new).await;
        assert_eq!(joined, Ok(JoinOutcome::Joined(group.clone())));
    }
    assert!(sales.driver.group(&group).await.is_ok());
    let unknown = InviteCode::parse("AbCdEf1234567890XyZ12").unwrap();
    let refused = sales.driver.join(&unknown).await;
    assert_eq!(refused, Err(DriverError::DeadInvite));
    let newest = support.driver.reset_invite(&group).await.unwrap();
    assert!(newest != new && newest != old);
}

#[tokio::test]
async fn a_group_may_require_approval_to_join() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let sales = Session::connected(&world, "Sales").await;
    let group = named(&world, "ועד הבית – הרצל 12");
    let before = world.requests(&group).len();
    let code = support.driver.invite(&group).await.unwrap();
    for _ in 0..2 {
        let asked = sales.driver.join(&code).await;
        assert_eq!(asked, Ok(JoinOutcome::Pending(group.clone())));
    }
    let requests = world.requests(&group);
    assert_eq!(requests.len(), before + 1);
    assert_eq!(requests.last(), world.phone().jid(sales.id()).as_ref());
}

#[tokio::test]
async fn a_full_group_cannot_be_joined() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let sales = Session::connected(&world, "Sales").await;
    let group = named(&world, "Community Announcements");
    let code = support.driver.invite(&group).await.unwrap();
    let refused = sales.driver.join(&code).await;
    assert!(matches!(refused, Err(DriverError::Refused(_))));
}

#[tokio::test]
async fn leaving_is_permanent_and_another_member_becomes_admin() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let group = named(&world, "Book keepers");
    support.driver.leave(&group).await.unwrap();
    let again = support.driver.leave(&group).await;
    assert_eq!(again, Err(DriverError::NotInGroup));
    let rules = world.rules();
    let index = rules.find(&group).unwrap();
    let seats = &rules.groups[index].seats;
    assert_eq!(seats.len(), 2);
    assert!(seats.iter().any(|seat| seat.rank == Rank::Admin));
}

#[tokio::test]
async fn a_new_group_belongs_to_its_creator() {
    let world = world();
    let support = Session::connected(&world, "Support line").await;
    let guests = world.outsiders(&named(&world, ADMIN_IN), 2);
    let unknown = MemberJid::parse("1234567@s.whatsapp.net").unwrap();
    let asked = [
        guests[0].clone(),
        unknown,
        guests[1].clone(),
        guests[0].clone(),
    ];
    let made = support.driver.create(" Picnic ", &asked).await.unwrap();
    assert_eq!(made.subject, "Picnic");
    let me = world.phone().jid(support.id());
    assert_eq!(made.owner, me);
    let roles: Vec<_> = made
        .members
        .iter()
        .map(|member| (member.role.as_str(), member.is_me))
        .collect();
    assert_eq!(
        roles,
        [("superadmin", true), ("member", false), ("member", false)]
    );
    assert_eq!(support.driver.group(&made.jid).await, Ok(made.clone()));
    assert!(support.driver.invite(&made.jid).await.is_ok());
}
