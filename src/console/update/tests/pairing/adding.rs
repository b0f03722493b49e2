//! The name, creating the account, and leaving before a phone is linked.

use super::*;

#[test]
fn the_account_is_added_once_whichever_keys_are_pressed() {
    let mut desk = Harness::adding(BROAD);
    desk.type_text("Front desk");
    for _ in 0..3 {
        desk.press("Enter");
        desk.press("Tab");
    }
    assert_eq!(desk.change(), created());
    let new = unlinked("new", SessionStatus::Starting);
    desk.answer(&created(), Reply::SessionCreated(Ok(new)));
    assert_eq!(desk.count(&qr_call()), 1);
    assert_eq!(
        desk.state.sessions.scope(),
        SessionScope::Session("new".to_owned())
    );
    for key in ["Enter", "Enter", "Tab", "Tab", "Enter", "Esc", "Enter"] {
        desk.press(key);
        assert!(!desk.is_asked(&created()));
    }
}

#[test]
fn leaving_before_an_account_was_added_asks_nothing() {
    let mut desk = Harness::adding(BROAD);
    desk.press("Esc");
    assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
    desk.press("a");
    desk.press("Tab");
    desk.press("Tab");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty() && desk.asked.is_empty());
}

#[test]
fn a_name_that_is_too_long_is_not_sent() {
    let mut desk = Harness::adding(BROAD);
    desk.send(Msg::Paste("x".repeat(101)));
    desk.press("Enter");
    assert!(desk.asked.is_empty());
    assert!(desk.pairing().fault.as_ref().unwrap().contains("101"));
    desk.press("Backspace");
    desk.press("Enter");
    assert!(
        matches!(desk.change(), Call::CreateSession { label: Some(label) } if label.len() == 100)
    );
}

#[test]
fn a_refusal_of_the_name_is_shown_at_the_name() {
    let mut desk = Harness::adding(BROAD);
    desk.press("Enter");
    let mut failure = refused("validation_error", FailureKind::Other);
    failure.fields.push(FieldError {
        field: "label".to_owned(),
        message: "is taken".to_owned(),
    });
    desk.answer_change(Reply::SessionCreated(Err(failure)));
    assert_eq!(desk.pairing().step, PairingStep::Label);
    assert!(desk.screen().contains("is taken"));
}

#[test]
fn without_an_answer_it_is_unknown_whether_the_account_was_added() {
    let mut desk = Harness::adding(BROAD);
    desk.press("Enter");
    let away = failure(FailureKind::GatewayAway);
    desk.answer_change(Reply::SessionCreated(Err(away)));
    assert!(desk.screen().contains("Perhaps it was added"));
    assert!(desk.is_asked(&Call::Sessions));
    desk.press("Enter");
    assert_eq!(
        desk.pairing().step,
        PairingStep::Label,
        "it is not sent again without the user"
    );
    assert_eq!(desk.asked.len(), 1);
}

#[test]
fn leaving_before_the_phone_is_linked_asks_with_the_safe_answer_focused() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    assert!(matches!(desk.pairing().step, PairingStep::AskLeave(None)));
    assert_eq!(desk.pairing().focus, FieldOrButton::Button(ButtonId::Keep));
    desk.press("Enter");
    assert!(desk.state.layers.is_empty());
    assert!(desk.asked.is_empty(), "no session is removed");
    assert!(desk.toast().contains("Front desk is kept"));
}

#[test]
fn a_second_esc_removes_the_new_session() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    assert_eq!(desk.change(), Call::DeleteSession("new".to_owned()));
    desk.answer_change(Reply::SessionDeleted(Ok(())));
    assert!(desk.state.sessions.get("new").is_none());
}

#[test]
fn continuing_after_the_question_waits_for_the_phone_again() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    desk.press("Right");
    desk.press("Enter");
    assert_eq!(desk.pairing().step, PairingStep::Link);
    assert_eq!(desk.code(), Some(text(1).as_str()));
}

#[test]
fn a_removal_leaves_no_state_behind() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    desk.press("Left");
    desk.press("Enter");
    let call = Call::DeleteSession("new".to_owned());
    assert_eq!(desk.change(), call);
    desk.press("Enter");
    desk.answer(&call, Reply::SessionDeleted(Ok(())));
    assert!(desk.state.layers.is_empty());
    assert!(desk.state.sessions.get("new").is_none());
    assert!(desk.toast().contains("Front desk was removed"));
}

#[test]
fn a_removal_that_fails_asks_again() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    desk.press("Left");
    desk.press("Enter");
    let failure = refused("internal", FailureKind::Other);
    desk.answer_change(Reply::SessionDeleted(Err(failure)));
    assert!(desk.screen().contains("Not removed"));
    assert_eq!(desk.pairing().focus, FieldOrButton::Button(ButtonId::Keep));
}

#[test]
fn quitting_asks_about_the_unlinked_session_first() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Ctrl-c");
    assert!(matches!(desk.pairing().step, PairingStep::AskLeave(None)));
    assert!(desk.others.is_empty());
    desk.press("Ctrl-c");
    assert_eq!(desk.others, [Effect::Quit]);
}

#[test]
fn leaving_while_the_account_is_being_added_reports_the_outcome() {
    let mut desk = Harness::adding(BROAD);
    desk.type_text("Front desk");
    desk.press("Enter");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    desk.press("a");
    assert!(desk.state.layers.is_empty(), "no second request meanwhile");
    let new = unlinked("new", SessionStatus::Starting);
    desk.answer(&created(), Reply::SessionCreated(Ok(new)));
    assert!(
        desk.toast()
            .contains("Front desk was added, not linked yet")
    );
    assert!(!desk.is_asked(&qr_call()));
}
