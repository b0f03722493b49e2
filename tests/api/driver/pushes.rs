//! Changes by others.

use super::desk::{Desk, Kind, change_of, in_seconds};
use crate::loopback::Push;
use groupdesk::api::{JoinedVia, MemberRole, RequestOutcome, Setting};
use groupdesk::gateway::domain::{GroupJid, InviteCode, MemberJid};
use groupdesk::gateway::whatsapp::{DriverEvent, GroupChange, GroupEvent, Member, MemberChange};

over_both_drivers!(
    settings_changed_elsewhere_are_reported,
    a_link_reset_elsewhere_is_reported_without_the_new_code,
    joining_and_leaving_members_are_reported,
    how_members_came_is_reported,
    requests_that_come_and_are_settled_are_reported,
    membership_changes_of_the_account_itself_are_reported,
    changes_made_elsewhere_name_their_author,
    sessions_receive_each_others_changes,
);

async fn settings_changed_elsewhere_are_reported(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    for setting in [
        Setting::Subject("Weekend Volunteers 2027".to_owned()),
        Setting::Description("Meet at the south gate.".to_owned()),
        Setting::Description(String::new()),
        Setting::Announce(false),
        Setting::Announce(true),
        Setting::Locked(true),
        Setting::Locked(false),
    ] {
        desk.world.phone().set(&group, &setting).unwrap();
        let event = desk.change(&group).await;
        assert_eq!(event.change, GroupChange::Setting(setting));
    }
}

/// The library passes on WhatsApp's pushes in any order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_within_one_second_end_in_the_groups_state() {
    let mut desk = Desk::connected(Kind::Wire).await;
    let group = desk.group("Weekend Volunteers");
    // At least two of them are of the same second.
    for subject in ["First", "Second", "Third"] {
        let subject = Setting::Subject(subject.to_owned());
        desk.world.phone().set(&group, &subject).unwrap();
    }
    assert_eq!(desk.seen(&group).await.subject, "Third");
}

async fn a_link_reset_elsewhere_is_reported_without_the_new_code(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let new = desk.world.phone().reset_invite(&group).unwrap();
    let event = desk.change(&group).await;
    assert_eq!(event.change, GroupChange::InviteReset(None));
    assert_eq!(desk.driver.invite(&group).await.unwrap(), new);
}

async fn joining_and_leaving_members_are_reported(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let person = desk.world.outsiders(&group, 1).remove(0);
    let member = Member {
        lid: person.clone(),
        role: MemberRole::Member,
        phone: desk.world.phone_of(&person),
        is_me: false,
        joined_via: Some(JoinedVia::Added),
    };
    for (change, expected) in [
        (MemberChange::Add, GroupChange::Joined(vec![member])),
        (
            MemberChange::Promote,
            GroupChange::Promoted(vec![person.clone()]),
        ),
        (
            MemberChange::Demote,
            GroupChange::Demoted(vec![person.clone()]),
        ),
        (
            MemberChange::Remove,
            GroupChange::Left(vec![person.clone()]),
        ),
    ] {
        desk.world
            .phone()
            .change_member(&group, change, &person)
            .unwrap();
        assert_eq!(desk.change(&group).await.change, expected);
    }
    desk.world
        .phone()
        .change_member(&group, MemberChange::Add, &person)
        .unwrap();
    desk.change(&group).await;
    desk.world.phone().leave(&group, &person).unwrap();
    let event = desk.change(&group).await;
    assert_eq!(event.change, GroupChange::Left(vec![person.clone()]));
    assert_eq!(event.by, Some(person));
}

async fn membership_changes_of_the_account_itself_are_reported(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let me = desk.me();
    let by_phone = |desk: &Desk, change: MemberChange| {
        desk.world
            .phone()
            .change_member(&group, change, &me)
            .unwrap();
    };
    by_phone(&desk, MemberChange::Demote);
    let change = desk.change(&group).await.change;
    assert_eq!(change, GroupChange::Demoted(vec![me.clone()]));
    by_phone(&desk, MemberChange::Remove);
    assert_eq!(desk.change(&group).await.change, GroupChange::Exited);
    by_phone(&desk, MemberChange::Add);
    let change = change_of(desk.change(&group).await);
    let mut truth = desk.truth(&group);
    truth.set_own_via(Some(JoinedVia::Added));
    assert_eq!(change, GroupChange::Entered(Box::new(truth)));
    by_phone(&desk, MemberChange::Promote);
    let change = desk.change(&group).await.change;
    assert_eq!(change, GroupChange::Promoted(vec![me.clone()]));
}

async fn changes_made_elsewhere_name_their_author(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group: GroupJid = desk.group("Weekend Volunteers");
    desk.world.phone().rename(&group, "Renamed").unwrap();
    let event = desk.change(&group).await;
    let by = event.by.expect("the author of the change");
    let truth = desk.truth(&group);
    let admin = truth
        .members
        .iter()
        .find(|member| member.lid == by)
        .unwrap();
    assert_ne!(admin.role, MemberRole::Member);
    assert!(!admin.is_me);
}

async fn sessions_receive_each_others_changes(kind: Kind) {
    let mut support = Desk::connected(kind).await;
    let mut sales = support.beside("Sales").await;
    sales.connect().await;
    let group = support.group("Incident Bridge 🚨");
    let new = sales.driver.reset_invite(&group).await.unwrap();
    let event = support.change(&group).await;
    assert_eq!(event.change, GroupChange::InviteReset(None));
    assert_eq!(event.by, Some(sales.me()));
    assert_eq!(support.driver.invite(&group).await.unwrap(), new);

    let subject = Setting::Subject("Incident Bridge (closed)".to_owned());
    support.driver.set(&group, &subject).await.unwrap();
    sales.change(&group).await;
    let event = sales.change(&group).await;
    assert_eq!(event.change, GroupChange::Setting(subject));
    assert_eq!(event.by, Some(support.me()));
}

async fn how_members_came_is_reported(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let people = desk.world.outsiders(&group, 2);
    let phone = desk.world.phone();
    phone.join(&group, &people[0]).unwrap();
    phone
        .change_member(&group, MemberChange::Add, &people[1])
        .unwrap();
    let mut came = [
        came(&desk.change(&group).await),
        came(&desk.change(&group).await),
    ];
    came.sort_by_key(|(lid, _)| *lid != people[0]);
    let [link, added] = came;
    assert_eq!(link, (people[0].clone(), Some(JoinedVia::Link)));
    assert_eq!(added, (people[1].clone(), Some(JoinedVia::Added)));

    // WhatsApp does not say that an admin approved; the group does.
    let group = desk.group("ועד הבית – הרצל 12");
    let person = desk.world.requests(&group).remove(0);
    desk.world
        .phone()
        .change_member(&group, MemberChange::Approve, &person)
        .unwrap();
    let event = desk.change(&group).await;
    assert_eq!(self::came(&event), (person, Some(JoinedVia::Link)));
}

fn came(event: &GroupEvent) -> (MemberJid, Option<JoinedVia>) {
    match &event.change {
        GroupChange::Joined(members) => (members[0].lid.clone(), members[0].joined_via),
        other => panic!("{other:?}"),
    }
}

/// The simulated world does not distinguish these from other changes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_links_and_deleted_groups_are_reported() {
    let mut desk = Desk::connected(Kind::Wire).await;
    let group = desk.group("Weekend Volunteers");
    let session = desk.account.session.clone();
    let code = InviteCode::parse("AbCdEf1234567890XyZ123").unwrap();
    let link = Push::NewLink(code.clone());
    desk.server().push(&session, &group, link).unwrap();
    let change = desk.change(&group).await.change;
    assert_eq!(change, GroupChange::InviteReset(Some(code)));
    desk.server().push(&session, &group, Push::Deleted).unwrap();
    assert_eq!(desk.change(&group).await.change, GroupChange::Exited);
}

/// What such a change means is not said, so the driver looks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_not_described_is_looked_at() {
    let mut desk = Desk::connected(Kind::Wire).await;
    let group = desk.group("Weekend Volunteers");
    let me = desk.me();
    let session = desk.account.session.clone();
    for tag in [
        "linked_group_promote",
        "linked_group_demote",
        "suspended",
        "growth_locked",
        "something_new",
    ] {
        let pushed = Push::Tagged(tag, vec![me.clone()]);
        desk.server().push(&session, &group, pushed).unwrap();
        let seen = desk.seen(&group).await;
        assert_eq!(in_seconds(seen), desk.truth(&group), "{tag}");
    }
    desk.server().say_stale(&session).unwrap();
    desk.until("stale groups", |event| {
        (event == DriverEvent::GroupsStale).then_some(())
    })
    .await;
    assert!(desk.driver.is_list_due());
    desk.driver.joined_groups().await.unwrap();
    assert!(!desk.driver.is_list_due());
}

/// WhatsApp keeps what a linked device misses.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_during_a_short_drop_is_told_without_a_list() {
    let mut desk = Desk::connected(Kind::Wire).await;
    let group = desk.group("Weekend Volunteers");
    let session = desk.account.session.clone();
    assert!(desk.driver.is_list_due());
    desk.driver.joined_groups().await.unwrap();
    desk.world.drop_connection(&session, None);
    desk.until_lost().await;
    desk.world.phone().rename(&group, "Renamed").unwrap();
    let me = desk.me();
    let change = MemberChange::Demote;
    desk.world
        .phone()
        .change_member(&group, change, &me)
        .unwrap();
    desk.world.reconnect(&session);
    let told = [
        desk.change(&group).await.change,
        desk.change(&group).await.change,
    ];
    let subject = Setting::Subject("Renamed".to_owned());
    assert!(told.contains(&GroupChange::Setting(subject)), "{told:?}");
    assert!(told.contains(&GroupChange::Demoted(vec![me])), "{told:?}");
    assert!(!desk.driver.is_list_due());
}

async fn requests_that_come_and_are_settled_are_reported(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("ועד הבית – הרצל 12");
    let people = desk.world.outsiders(&group, 2);
    let world = std::sync::Arc::clone(&desk.world);
    let phone = world.phone();
    for person in &people {
        phone.join(&group, person).unwrap();
        let event = desk.change(&group).await;
        let GroupChange::Asked(asked) = &event.change else {
            panic!("{event:?}");
        };
        assert_eq!(asked[0].person, *person);
        assert_eq!(asked[0].phone, desk.world.phone_of(person));
        assert!(asked[0].at.is_some());
    }
    phone.withdraw(&group, &people[0]).unwrap();
    let event = desk.change(&group).await;
    let withdrawn = GroupChange::Settled(people[..1].to_vec(), RequestOutcome::Withdrawn);
    assert_eq!(event.change, withdrawn);
    let reject = MemberChange::Reject;
    phone.change_member(&group, reject, &people[1]).unwrap();
    let event = desk.change(&group).await;
    let rejected = GroupChange::Settled(people[1..].to_vec(), RequestOutcome::Rejected);
    assert_eq!(event.change, rejected);
}
