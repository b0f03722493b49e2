//! Renaming and removing an account.

use super::*;
use crate::console::state::{ButtonId, RenamePhase};

fn on_a(size: (u16, u16)) -> Harness {
    let mut desk = Harness::ready(size);
    desk.press("BackTab");
    desk.press("Down");
    desk
}

fn renaming() -> Harness {
    let mut desk = on_a(NARROW);
    desk.press("n");
    desk.press("Ctrl-u");
    desk.type_text("Sales");
    desk
}

fn call(label: &str) -> Call {
    Call::RenameSession {
        session: "a".to_owned(),
        label: label.to_owned(),
    }
}

#[test]
fn a_new_name_is_sent_once_and_shown_at_once() {
    let mut desk = renaming();
    assert!(desk.screen().contains("Rename · Desk a"));
    desk.press("Enter");
    desk.press("Enter");
    assert_eq!(desk.change(), call("Sales"));
    let row = Session {
        label: Some("Sales".to_owned()),
        ..session("a", SessionStatus::Working)
    };
    desk.answer_change(Reply::SessionRenamed(Ok(row)));
    assert!(desk.state.layers.is_empty());
    assert_eq!(desk.state.session_name("a"), "Sales");
    assert_eq!(desk.toast(), "Desk a is called Sales now");
    assert!(desk.is_asked(&Call::Sessions));
}

#[test]
fn an_unchanged_name_and_one_too_long_are_not_sent() {
    let mut desk = on_a(NARROW);
    desk.press("n");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
    desk.press("n");
    desk.send(Msg::Paste("x".repeat(3_000)));
    desk.press("Enter");
    assert!(desk.asked.is_empty());
    let screen = desk.screen();
    assert!(
        screen.contains("3,006 of 100 characters: shorten it"),
        "{screen}"
    );
}

#[test]
fn a_gateway_without_renaming_is_reported_and_another_failure_keeps_the_text() {
    for status in [404, 405, 501] {
        let mut desk = renaming();
        desk.press("Enter");
        let missing = CallFailure {
            status: Some(status),
            ..failure(FailureKind::Other)
        };
        desk.answer_change(Reply::SessionRenamed(Err(missing)));
        assert!(
            desk.screen()
                .contains("This gateway cannot rename accounts")
        );
        desk.press("Enter");
        assert!(desk.state.layers.is_empty());
        assert_eq!(desk.state.session_name("a"), "Desk a");
    }
    let mut desk = renaming();
    desk.press("Enter");
    desk.answer_change(Reply::SessionRenamed(Err(failure(FailureKind::Other))));
    assert!(desk.screen().contains("✘ no (request req-1)"));
    let Some(Layer::Rename(dialog)) = desk.top() else {
        panic!("the dialog")
    };
    assert_eq!(dialog.typed(), "Sales");
    assert!(matches!(dialog.phase, RenamePhase::Failed(_)));
    desk.press("Enter");
    assert_eq!(desk.change(), call("Sales"));
}

#[test]
fn an_answer_after_leaving_is_reported() {
    let mut desk = renaming();
    desk.press("Enter");
    desk.press("Esc");
    desk.answer_change(Reply::SessionRenamed(Err(failure(FailureKind::Other))));
    assert!(
        desk.toast().starts_with("Desk a, renaming: no"),
        "{}",
        desk.toast()
    );
}

#[test]
fn removing_asks_with_the_number_of_groups_that_go_dark() {
    let mut desk = on_a(NARROW);
    desk.press("D");
    let screen = desk.screen();
    assert!(
        screen.contains("Remove?") && screen.contains("3 groups go dark"),
        "{screen}"
    );
    assert!(screen.contains("cannot be undone"), "{screen}");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
    desk.press("D");
    desk.press("Right");
    assert!(
        matches!(desk.top(), Some(Layer::Confirm(dialog)) if dialog.focus == ButtonId::Confirm)
    );
    desk.press("Enter");
    assert_eq!(desk.change(), Call::DeleteSession("a".to_owned()));
    desk.answer_change(Reply::SessionDeleted(Ok(())));
    assert!(desk.state.sessions.get("a").is_none());
    assert_eq!(desk.toast(), "Desk a was removed");
    assert_eq!(desk.names(), ["Darts"]);
}

#[test]
fn a_failed_removal_is_reported() {
    let mut desk = on_a(WIDE);
    desk.press("D");
    desk.press("Right");
    desk.press("Enter");
    desk.answer_change(Reply::SessionDeleted(Err(failure(FailureKind::Other))));
    assert!(desk.state.sessions.get("a").is_some());
    assert!(
        desk.toast().contains("Desk a, removing"),
        "{}",
        desk.toast()
    );
}

#[test]
fn a_key_without_manage_is_reported_and_no_request_sent() {
    for key in ["n", "D"] {
        let mut desk = on_a(WIDE);
        desk.state.lacking.push(crate::api::Capability::Manage);
        desk.press(key);
        assert!(desk.state.layers.is_empty());
        assert!(desk.toast().contains("`manage`"));
    }
}
