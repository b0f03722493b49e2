//! The four settings and the invite link.

use super::desk::{Desk, Kind};
use crate::loopback::Oddity;
use groupdesk::api::{Audience, Setting};
use groupdesk::gateway::whatsapp::sandbox::DriverCall;
use groupdesk::gateway::whatsapp::{DriverError, GroupChange};

over_both_drivers!(
    each_setting_is_changed_and_reported,
    a_description_that_changed_meanwhile_is_not_overwritten,
    a_frozen_description_cannot_be_changed,
    a_plain_member_changes_no_setting,
    only_a_community_and_its_announcement_group_refuse_the_announce_switch,
    members_have_the_link_while_the_mode_allows_it,
    an_invite_link_can_be_read_and_reset,
    a_member_gets_no_invite_link,
);

async fn each_setting_is_changed_and_reported(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("5-a-side Mondays ⚽");
    for setting in [
        Setting::Subject("Fußball am Montag ⚽️".to_owned()),
        Setting::Description("£5 each.\nBring a bib.".to_owned()),
        Setting::Description("Short".to_owned()),
        Setting::Description(String::new()),
        Setting::Description("Again".to_owned()),
        Setting::Announce(true),
        Setting::Announce(false),
        Setting::Locked(true),
        Setting::Locked(false),
        Setting::JoinApproval(true),
        Setting::JoinApproval(false),
        Setting::AddBy(Audience::Members),
        Setting::AddBy(Audience::Admins),
        Setting::EphemeralSeconds(604_800),
        Setting::EphemeralSeconds(0),
    ] {
        desk.driver.set(&group, &setting).await.unwrap();
        let event = desk.change(&group).await;
        assert_eq!(event.change, GroupChange::Setting(setting.clone()));
        assert_eq!(event.by, Some(desk.me()));
        let truth = desk.truth(&group);
        match setting {
            Setting::Subject(subject) => assert_eq!(truth.subject, subject),
            Setting::Description(description) => assert_eq!(truth.description, description),
            Setting::Announce(announce) => assert_eq!(truth.announce, announce),
            Setting::Locked(locked) => assert_eq!(truth.locked, locked),
            Setting::InviteBy(who) => assert_eq!(truth.invite_by, Some(who)),
            Setting::JoinApproval(on) => assert_eq!(truth.join_approval, on),
            Setting::AddBy(who) => assert_eq!(truth.add_by, Some(who)),
            Setting::EphemeralSeconds(seconds) => assert_eq!(truth.ephemeral_seconds, seconds),
        }
    }
}

async fn a_description_that_changed_meanwhile_is_not_overwritten(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("5-a-side Mondays ⚽");
    let conflict = DriverError::Conflict(String::new());
    desk.refuse(DriverCall::Set, 409, &conflict);
    let setting = Setting::Description("Mine".to_owned());
    let refused = desk.driver.set(&group, &setting).await;
    assert!(
        matches!(refused, Err(DriverError::Conflict(_))),
        "{refused:?}"
    );
    assert_ne!(desk.truth(&group).description, "Mine");
    desk.driver.set(&group, &setting).await.unwrap();
}

async fn a_frozen_description_cannot_be_changed(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("5-a-side Mondays ⚽");
    let before = desk.truth(&group).description;
    desk.world
        .act(|rules| rules.freeze_description(&group))
        .unwrap();
    for text in ["Mine", ""] {
        let setting = Setting::Description(text.to_owned());
        let Err(DriverError::Refused(why)) = desk.driver.set(&group, &setting).await else {
            panic!("a refusal of {text:?}");
        };
        assert!(why.contains("nobody can change it"), "{why}");
        assert!(!why.contains("try again"), "{why}");
    }
    assert_eq!(desk.truth(&group).description, before);
    let subject = Setting::Subject("New".to_owned());
    desk.driver.set(&group, &subject).await.unwrap();
}

/// The description's id is all that the driver needs of a group that cannot be read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_description_of_a_group_that_cannot_be_read_can_be_changed() {
    let desk = Desk::connected(Kind::Wire).await;
    let group = desk.group("5-a-side Mondays ⚽");
    let oddity = Some(Oddity::EvolutionVersion);
    desk.server().make_odd(&group, oddity);
    let setting = Setting::Description("Mine".to_owned());
    desk.driver.set(&group, &setting).await.unwrap();
    assert_eq!(desk.truth(&group).description, "Mine");
}

/// Another admin changes the description between the driver's read of it and its own change.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_description_that_changes_during_the_call_is_a_conflict() {
    let desk = Desk::connected(Kind::Wire).await;
    let group = desk.group("5-a-side Mondays ⚽");
    desk.server().be_quicker(&desk.account.session, "Theirs");
    let setting = Setting::Description("Mine".to_owned());
    let refused = desk.driver.set(&group, &setting).await;
    assert!(
        matches!(refused, Err(DriverError::Conflict(_))),
        "{refused:?}"
    );
    assert_eq!(desk.truth(&group).description, "Theirs");
    desk.driver.set(&group, &setting).await.unwrap();
    assert_eq!(desk.truth(&group).description, "Mine");
}

async fn a_plain_member_changes_no_setting(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let open = desk.group("School Volleyball");
    let locked = desk.group("Родительский комитет 7Б");
    let subject = Setting::Subject("New".to_owned());
    desk.driver.set(&open, &subject).await.unwrap();
    for (group, setting) in [
        (&open, Setting::Announce(true)),
        (&open, Setting::Locked(true)),
        (&locked, subject),
        (&locked, Setting::Description(String::new())),
    ] {
        let refused = desk.driver.set(group, &setting).await;
        assert_eq!(refused, Err(DriverError::NotAdmin), "{setting:?}");
    }
}

async fn only_a_community_and_its_announcement_group_refuse_the_announce_switch(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let general = desk.group("Riverside Community · General");
    let community = desk.group("Riverside Community");
    for setting in [Setting::Announce(true), Setting::Locked(false)] {
        assert_eq!(desk.driver.set(&general, &setting).await, Ok(()));
    }
    let subject = Setting::Subject("Riverside".to_owned());
    assert_eq!(desk.driver.set(&community, &subject).await, Ok(()));
    let refused = desk.driver.set(&community, &Setting::Announce(true)).await;
    assert!(
        matches!(refused, Err(DriverError::Refused(_))),
        "{refused:?}"
    );
}

/// The link mode is set by GraphQL, and reported by a tag that the library does not know.
async fn members_have_the_link_while_the_mode_allows_it(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let opened = Setting::InviteBy(Audience::Members);
    assert_eq!(desk.driver.set(&group, &opened).await, Ok(()));
    let read = desk.driver.group(&group).await.unwrap();
    assert_eq!(read.invite_by, Some(Audience::Members));
    let link = desk.driver.invite(&group).await.unwrap();
    let preview = desk.driver.preview(&link).await.unwrap();
    assert_eq!(preview.count(), read.count());
    assert_eq!(preview.jid, group);
    let closed = Setting::InviteBy(Audience::Admins);
    assert_eq!(desk.driver.set(&group, &closed).await, Ok(()));
    let dead = desk.driver.preview(&link).await;
    assert_eq!(dead, Err(DriverError::DeadInvite));
    let gardeners = desk.group("Riverside Gardeners");
    assert!(desk.driver.invite(&gardeners).await.is_ok(), "as a member");
}

async fn an_invite_link_can_be_read_and_reset(kind: Kind) {
    let mut desk = Desk::connected(kind).await;
    let group = desk.group("Weekend Volunteers");
    let first = desk.driver.invite(&group).await.unwrap();
    assert_eq!(desk.driver.invite(&group).await.unwrap(), first);
    let second = desk.driver.reset_invite(&group).await.unwrap();
    assert_ne!(first, second);
    let event = desk.change(&group).await;
    assert!(
        matches!(&event.change, GroupChange::InviteReset(code) if code.as_ref().is_none_or(|code| *code == second)),
        "{event:?}"
    );
    assert_eq!(desk.driver.invite(&group).await.unwrap(), second);
    assert_eq!(desk.driver.join(&first).await, Err(DriverError::DeadInvite));
}

async fn a_member_gets_no_invite_link(kind: Kind) {
    let desk = Desk::connected(kind).await;
    let group = desk.group("School Volleyball");
    assert_eq!(desk.driver.invite(&group).await, Err(DriverError::NotAdmin));
    assert_eq!(
        desk.driver.reset_invite(&group).await,
        Err(DriverError::NotAdmin)
    );
}
