//! Members, with one outcome each; join requests.

use super::desk::{Desk, Kind};
use groupdesk::api::MemberRole;
use groupdesk::gateway::domain::{GroupJid, MemberJid};
use groupdesk::gateway::whatsapp::{DriverError, MemberChange};

over_both_drivers!(
    each_person_has_an_outcome,
    only_admins_change_members,
    a_refused_add_offers_a_private_invite,
    requests_are_listed_approved_and_rejected,
);

fn word(outcome: &Result<(), DriverError>) -> &'static str {
    match outcome {
        Ok(()) => "ok",
        Err(DriverError::Refused(_)) => "refused",
        Err(DriverError::Conflict(_)) => "conflict",
        Err(_) => "something else",
    }
}

/// The role of a person in a group; `None` if not a member.
fn role(desk: &Desk, group: &GroupJid, person: &MemberJid) -> Option<MemberRole> {
    let group = desk.truth(group);
    let mut members = group.members.into_iter();
    Some(members.find(|member| member.lid == *person)?.role)
}

async fn each_person_has_an_outcome(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("متطوعون · Vol. Cairo");
    let present = desk.truth(&group);
    let with = |role: MemberRole| {
        let mut others = present.members.iter().filter(|member| !member.is_me);
        others
            .find(|member| member.role == role)
            .unwrap()
            .lid
            .clone()
    };
    let outsider = desk.world.outsiders(&group, 1).remove(0);
    let people = [
        outsider.clone(),
        with(MemberRole::Member),
        MemberJid::parse("1@lid").unwrap(),
        with(MemberRole::Superadmin),
    ];
    for (change, expected, after) in [
        (
            MemberChange::Promote,
            ["refused", "ok", "refused", "ok"],
            None,
        ),
        (
            MemberChange::Add,
            ["ok", "conflict", "refused", "conflict"],
            Some(MemberRole::Member),
        ),
        (
            MemberChange::Demote,
            ["ok", "ok", "refused", "refused"],
            Some(MemberRole::Member),
        ),
        (
            MemberChange::Approve,
            ["refused"; 4],
            Some(MemberRole::Member),
        ),
        (MemberChange::Remove, ["ok", "ok", "ok", "refused"], None),
        (MemberChange::Remove, ["ok", "ok", "ok", "refused"], None),
    ] {
        let changed = desk.driver.change_members(&group, change, &people).await;
        let words: Vec<&str> = changed.unwrap().iter().map(word).collect();
        assert_eq!(words, expected, "{change:?}");
        assert_eq!(role(&desk, &group, &outsider), after, "{change:?}");
    }
}

async fn a_refused_add_offers_a_private_invite(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let people = desk.world.outsiders(&group, 1);
    desk.world.act(|rules| rules.make_private(&people[0]));
    let outcomes = desk
        .driver
        .change_members(&group, MemberChange::Add, &people)
        .await
        .unwrap();
    let [
        Err(DriverError::PrivateInvite {
            person, expires_at, ..
        }),
    ] = outcomes.as_slice()
    else {
        panic!("{outcomes:?}");
    };
    assert_eq!(*person, people[0]);
    assert!(*expires_at > desk.world.now());
}

async fn only_admins_change_members(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("School Volleyball");
    let people = desk.world.outsiders(&group, 2);
    for change in [
        MemberChange::Add,
        MemberChange::Remove,
        MemberChange::Promote,
    ] {
        let refused = desk.driver.change_members(&group, change, &people).await;
        assert_eq!(refused, Err(DriverError::NotAdmin), "{change:?}");
    }
    let requests = desk.driver.membership_requests(&group).await;
    assert_eq!(requests, Err(DriverError::NotAdmin));
}

async fn requests_are_listed_approved_and_rejected(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("ועד הבית – הרצל 12");
    let waiting = async || -> Vec<MemberJid> {
        let requests = desk.driver.membership_requests(&group).await.unwrap();
        requests.into_iter().map(|request| request.person).collect()
    };
    let people = waiting().await;
    assert_eq!(people, desk.world.requests(&group));
    let [first, second, rest @ ..] = &people[..] else {
        panic!("four people wait, not {people:?}");
    };
    let outsider = desk.world.outsiders(&group, 1).remove(0);

    let both = [first.clone(), outsider.clone()];
    let decided = desk
        .driver
        .change_members(&group, MemberChange::Approve, &both);
    let words: Vec<&str> = decided.await.unwrap().iter().map(word).collect();
    assert_eq!(words, ["ok", "refused"]);
    assert_eq!(role(&desk, &group, first), Some(MemberRole::Member));

    let both = [second.clone(), outsider];
    let decided = desk
        .driver
        .change_members(&group, MemberChange::Reject, &both);
    let words: Vec<&str> = decided.await.unwrap().iter().map(word).collect();
    assert_eq!(words, ["ok", "refused"]);
    assert_eq!(role(&desk, &group, second), None);
    assert_eq!(waiting().await, rest);
}
