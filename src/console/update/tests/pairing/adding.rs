//! The name, the account that is made of it, and leaving before a phone is linked.

use super::*;

#[test]
fn the_account_is_added_once_whatever_is_pressed() {
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
fn nothing_is_asked_on_leaving_before_anything_was_added() {
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
fn what_the_gateway_says_of_the_name_stands_at_the_name() {
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
fn without_an_answer_nobody_knows_whether_it_was_added() {
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
        "not sent again by itself"
    );
    assert_eq!(desk.asked.len(), 1);
}

#[test]
fn leaving_a_half_session_asks_with_the_careful_answer_in_focus() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    assert!(matches!(desk.pairing().step, PairingStep::AskLeave(None)));
    assert_eq!(desk.pairing().focus, FieldOrButton::Button(ButtonId::Keep));
    desk.press("Enter");
    assert!(desk.state.layers.is_empty());
    assert!(desk.asked.is_empty(), "nothing is removed");
    assert!(desk.toast().contains("Front desk is kept"));
}

#[test]
fn leaving_the_question_too_removes_what_the_dialog_made() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    assert_eq!(desk.change(), Call::DeleteSession("new".to_owned()));
    desk.answer_change(Reply::SessionDeleted(Ok(())));
    assert!(desk.state.sessions.get("new").is_none());
}

#[test]
fn going_on_after_the_question_waits_for_the_phone_again() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Esc");
    desk.press("Right");
    desk.press("Enter");
    assert_eq!(desk.pairing().step, PairingStep::Link);
    assert_eq!(desk.code(), Some(text(1).as_str()));
}

#[test]
fn removing_leaves_nothing_behind() {
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
fn quitting_asks_about_the_half_session_first() {
    let mut desk = Harness::with_code(BROAD);
    desk.press("Ctrl-c");
    assert!(matches!(desk.pairing().step, PairingStep::AskLeave(None)));
    assert!(desk.others.is_empty());
    desk.press("Ctrl-c");
    assert_eq!(desk.others, [Effect::Quit]);
}

#[test]
fn leaving_while_it_is_added_says_what_became_of_it() {
    let mut desk = Harness::adding(BROAD);
    desk.type_text("Front desk");
    desk.press("Enter");
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    desk.press("a");
    assert!(desk.state.layers.is_empty(), "no second one meanwhile");
    let new = unlinked("new", SessionStatus::Starting);
    desk.answer(&created(), Reply::SessionCreated(Ok(new)));
    assert!(
        desk.toast()
            .contains("Front desk was added, not linked yet")
    );
    assert!(!desk.is_asked(&qr_call()));
}
