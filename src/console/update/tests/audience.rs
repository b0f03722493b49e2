//! Who has the invite link, and what a kind of group does not allow.

use super::*;
use crate::api::{GroupKind, SettingField};
use crate::console::state::LinkHidden;

fn member(invite_by: Option<Audience>) -> Group {
    Group {
        invite_by,
        ..with_role(group("1", "Allotment"), SessionRole::Member)
    }
}

/// The card of a group of which the account is a plain member.
fn as_member(invite_by: Option<Audience>) -> Harness {
    let mut desk = Harness::with(options(), WIDE);
    desk.realtime(RealtimeEvent::Connected);
    let sessions = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions)));
    desk.list("a", vec![member(invite_by)]);
    desk.press("Tab");
    desk.press("Enter");
    desk
}

#[test]
fn a_member_gets_the_link_where_members_may_or_where_it_is_unknown() {
    for invite_by in [Some(Audience::Members), None] {
        let desk = as_member(invite_by.clone());
        assert!(desk.asks_for_link(), "{invite_by:?}");
    }
    let desk = as_member(Some(Audience::Admins));
    assert!(!desk.asks_for_link());
    assert_eq!(*desk.invite(), Invite::Hidden(LinkHidden::NotAdmin));
}

#[test]
fn a_shown_link_is_hidden_when_only_admins_have_it_from_now_on() {
    let mut desk = as_member(Some(Audience::Members));
    let key = key_of("a", "1");
    desk.answer(&Call::Invite(key), Reply::Invite(Ok(LINK.to_owned())));
    assert!(matches!(desk.invite(), Invite::Shown { .. }));
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "inviteBy": "admins"}),
    );
    assert_eq!(*desk.invite(), Invite::Hidden(LinkHidden::NotAdmin));
}

#[test]
fn a_restricted_switch_says_why_and_stays() {
    let mut desk = Harness::with(options(), WIDE);
    desk.realtime(RealtimeEvent::Connected);
    let sessions = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions)));
    let kind = GroupKind::Announcements;
    let announcements = Group {
        restricted: kind.restricted(),
        kind: Some(kind),
        ..group("1", "Allotment")
    };
    desk.list("a", vec![announcements]);
    desk.press("Tab");
    desk.press("e");
    desk.press("Tab");
    desk.press("Tab");
    desk.press("Space");
    assert!(
        desk.toast().contains("only admins can post"),
        "{}",
        desk.toast()
    );
    let Some(Layer::Form(form)) = desk.top() else {
        panic!("no form");
    };
    assert!(form.changes().is_empty());
}

#[test]
fn the_form_has_the_settings_that_the_gateway_has() {
    let fields = |group: Group| {
        let mut desk = Harness::with(options(), WIDE);
        desk.realtime(RealtimeEvent::Connected);
        let sessions = vec![session("a", SessionStatus::Working)];
        desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions)));
        desk.list("a", vec![group]);
        desk.press("Tab");
        desk.press("e");
        match desk.top() {
            Some(Layer::Form(form)) => form.fields(),
            _ => panic!("no form"),
        }
    };
    let foreign = Group {
        invite_by: None,
        ..group("1", "Allotment")
    };
    assert_eq!(fields(foreign), SettingField::ALL[..4]);
    let ours = Group {
        join_approval: Some(false),
        add_by: Some(Audience::Members),
        ephemeral_seconds: Some(0),
        ..group("1", "Allotment")
    };
    assert_eq!(fields(ours), SettingField::ALL);
}
