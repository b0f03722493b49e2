//! Which accounts receive which events.

use super::*;
use crate::api::{JoinedVia, Setting};
use crate::gateway::whatsapp::{GroupChange, MemberChange};

const SHARED: &str = "Weekend Volunteers";

#[tokio::test]
async fn every_connected_account_in_the_group_receives_a_change() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let mut sales = Session::connected(&world, "Sales").await;
    let mut jakarta = Session::connected(&world, "Jakarta desk").await;
    let group = named(&world, SHARED);
    let setting = Setting::Subject("New name".to_owned());
    support.driver.set(&group, &setting).await.unwrap();
    let me = world.phone().jid(support.id());
    for session in [&mut support, &mut sales] {
        let heard = session.heard();
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0].group, group);
        assert_eq!(heard[0].by, me);
        assert_eq!(heard[0].change, GroupChange::Setting(setting.clone()));
    }
    assert!(jakarta.heard().is_empty());
    // A change to the same value sends no event.
    support.driver.set(&group, &setting).await.unwrap();
    assert!(sales.heard().is_empty());
}

#[tokio::test]
async fn accounts_of_another_organization_receive_it_too() {
    let world = world();
    let sales = Session::connected(&world, "Sales").await;
    let mut desk = Session::connected(&world, "Front desk").await;
    assert_ne!(sales.account.organization, desk.account.organization);
    let group = named(&world, "Shared Incident Bridge");
    let setting = Setting::Announce(true);
    sales.driver.set(&group, &setting).await.unwrap();
    assert_eq!(desk.heard()[0].change, GroupChange::Setting(setting));
}

#[tokio::test]
async fn only_the_account_that_resets_a_link_receives_the_new_one() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let mut sales = Session::connected(&world, "Sales").await;
    let group = named(&world, SHARED);
    let code = support.driver.reset_invite(&group).await.unwrap();
    let own = GroupChange::InviteReset(Some(code));
    assert_eq!(support.heard()[0].change, own);
    assert_eq!(sales.heard()[0].change, GroupChange::InviteReset(None));
    world.phone().reset_invite(&group).unwrap();
    assert_eq!(support.heard()[0].change, GroupChange::InviteReset(None));
}

#[tokio::test]
async fn membership_changes_are_sent_to_members_and_to_the_affected_account() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let mut sales = Session::connected(&world, "Sales").await;
    let group = named(&world, "متطوعون · Vol. Cairo");
    let lid = world.phone().jid(sales.id()).unwrap();
    let who = [lid.clone()];
    let driver = Arc::clone(&support.driver);
    let change = async |change| {
        let outcomes = driver.change_members(&group, change, &who).await;
        assert_eq!(outcomes, Ok(vec![Ok(())]), "{change:?}");
    };

    change(MemberChange::Add).await;
    let GroupChange::Joined(joined) = &support.heard()[0].change else {
        panic!("no one joined");
    };
    assert_eq!(joined[0].lid, lid);
    let GroupChange::Entered(snapshot) = &sales.heard()[0].change else {
        panic!("the account did not enter");
    };
    let mut truth = sales.driver.group(&group).await.unwrap();
    truth.set_own_via(Some(JoinedVia::Added));
    assert_eq!(**snapshot, truth);

    change(MemberChange::Promote).await;
    let promoted = GroupChange::Promoted(who.to_vec());
    assert_eq!(support.heard()[0].change, promoted);
    assert_eq!(sales.heard()[0].change, promoted);

    change(MemberChange::Demote).await;
    assert_eq!(sales.heard()[0].change, GroupChange::Demoted(who.to_vec()));

    change(MemberChange::Remove).await;
    assert_eq!(sales.heard()[0].change, GroupChange::Exited);
    let left = GroupChange::Left(who.to_vec());
    assert_eq!(support.heard().last().unwrap().change, left);

    // Joining by link is reported the same way.
    let code = support.driver.invite(&group).await.unwrap();
    sales.driver.join(&code).await.unwrap();
    assert!(matches!(support.heard()[0].change, GroupChange::Joined(_)));
    assert!(matches!(sales.heard()[0].change, GroupChange::Entered(_)));
    sales.driver.leave(&group).await.unwrap();
    assert_eq!(support.heard()[0].change, left);
    assert_eq!(sales.heard()[0].change, GroupChange::Exited);
}

#[tokio::test]
async fn a_created_group_is_reported_to_its_creator_and_initial_members() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let mut sales = Session::connected(&world, "Sales").await;
    let guest = world.phone().jid(sales.id()).unwrap();
    let made = support.driver.create("Both of us", &[guest]).await.unwrap();
    for session in [&mut support, &mut sales] {
        let heard = session.heard();
        assert_eq!(heard[0].group, made.jid);
        assert!(matches!(heard[0].change, GroupChange::Entered(_)));
    }
}

#[tokio::test]
async fn without_a_connection_no_event_arrives() {
    let world = world();
    let mut sales = Session::connected(&world, "Sales").await;
    sales.driver.disconnect().await;
    world
        .phone()
        .rename(&named(&world, SHARED), "Quiet")
        .unwrap();
    assert!(sales.heard().is_empty());
}

#[tokio::test]
async fn other_people_change_groups_and_our_accounts() {
    let world = world();
    let mut support = Session::connected(&world, "Support line").await;
    let group = named(&world, SHARED);
    let me = world.phone().jid(support.id()).unwrap();
    let phone = world.phone();
    phone.rename(&group, "Theirs").unwrap();
    phone
        .change_member(&group, MemberChange::Demote, &me)
        .unwrap();
    let heard = support.heard();
    assert!(
        heard
            .iter()
            .all(|event| event.by.is_some() && event.by.as_ref() != Some(&me))
    );
    assert_eq!(heard[1].change, GroupChange::Demoted(vec![me.clone()]));
    let invite = support.driver.invite(&group).await;
    assert_eq!(invite, Err(Refusal::NotAdmin.into()));
    phone
        .change_member(&group, MemberChange::Remove, &me)
        .unwrap();
    assert_eq!(support.heard()[0].change, GroupChange::Exited);
    let invite = support.driver.invite(&group).await;
    assert_eq!(invite, Err(Refusal::NotInGroup.into()));
}
