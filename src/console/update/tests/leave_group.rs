//! "Leave the group".

use super::*;
use crate::console::state::{LeaveGroupDialog, LeavePhase};

fn dialog(desk: &Harness) -> &LeaveGroupDialog {
    match desk.top() {
        Some(Layer::LeaveGroup(dialog)) => dialog,
        _ => panic!("the question is not open"),
    }
}

/// The question about the first group, whose members are these.
fn open(members: Vec<GroupMember>) -> Harness {
    let mut desk = Harness::opened(NARROW);
    desk.press("X");
    desk.answer(
        &Call::Members(key_of("a", "1")),
        Reply::Members(Ok(members)),
    );
    desk
}

fn only_admin() -> Vec<GroupMember> {
    let member = |lid: &str, role| GroupMember {
        lid: lid.to_owned(),
        role,
        ..GroupMember::default()
    };
    vec![
        member("a@lid", MemberRole::Superadmin),
        member("5@lid", MemberRole::Member),
    ]
}

#[test]
fn cancel_has_the_focus_and_leaving_is_sent_once() {
    let mut desk = open(members());
    desk.press("Enter");
    assert!(desk.top().is_none());
    desk.press("X");
    desk.press("Left");
    desk.press("Enter");
    assert_eq!(desk.change(), Call::LeaveGroup(key_of("a", "1")));
    desk.answer_change(Reply::GroupLeft(Ok(())));
    assert!(desk.top().is_none());
    assert_eq!(desk.toast(), "Left Allotment");
}

#[test]
fn the_only_admin_is_led_to_the_members_first() {
    let mut desk = open(only_admin());
    let screen = desk.screen();
    assert!(screen.contains("only admin"), "{screen}");
    desk.press("Left");
    desk.press("Enter");
    assert!(matches!(desk.top(), Some(Layer::Roster(_))));
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
}

#[test]
fn a_lost_answer_is_looked_up_and_not_sent_again() {
    for (role, left) in [(SessionRole::None, true), (SessionRole::Admin, false)] {
        let mut desk = open(members());
        desk.press("Left");
        desk.press("Enter");
        let lost = CallFailure::lost_answer("lost", true);
        desk.answer_change(Reply::GroupLeft(Err(lost)));
        assert!(matches!(dialog(&desk).phase, LeavePhase::Checking(_)));
        let now = with_role(group("1", "Allotment"), role);
        desk.answer(&Call::Group(key_of("a", "1")), Reply::Group(Ok(now)));
        assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
        if left {
            assert!(desk.top().is_none());
        } else {
            assert!(
                desk.screen().contains("The gateway says"),
                "{}",
                desk.screen()
            );
        }
    }
}

#[test]
fn a_session_that_is_not_found_does_not_mean_that_the_account_has_left() {
    for (kind, left) in [
        (FailureKind::Other, true),
        (FailureKind::NoSuchSession, false),
    ] {
        let mut desk = open(members());
        desk.press("Left");
        desk.press("Enter");
        let lost = CallFailure::lost_answer("lost", true);
        desk.answer_change(Reply::GroupLeft(Err(lost)));
        let not_found = CallFailure {
            code: "not_found".to_owned(),
            status: Some(404),
            ..failure(kind)
        };
        desk.answer(&Call::Group(key_of("a", "1")), Reply::Group(Err(not_found)));
        assert_eq!(desk.top().is_none(), left);
    }
}
