//! After an internal error or an unreadable answer, the gateway may have made the change.

use super::*;
use crate::console::state::{FormPhase, ResetPhase};

fn internal() -> CallFailure {
    let error = json!({"code": "internal", "message": "internal server error"});
    CallFailure::from(ClientError::Api {
        status: 500,
        error: serde_json::from_value(error).unwrap(),
        request_id: None,
        retry_after: None,
    })
}

fn unreadable(status: u16) -> CallFailure {
    CallFailure::from(ClientError::NotTheContract {
        status,
        text: "its answer is empty".to_owned(),
    })
}

fn reset(failure: CallFailure) -> Harness {
    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Err(failure)));
    desk
}

fn reset_phase(desk: &Harness) -> &ResetPhase {
    match desk.top() {
        Some(Layer::Reset(dialog)) => &dialog.phase,
        _ => panic!("no dialog"),
    }
}

#[test]
fn a_reset_is_looked_up() {
    for failure in [
        internal(),
        unreadable(200),
        unreadable(500),
        unreadable(503),
    ] {
        let what = format!("{failure:?}");
        let mut desk = reset(failure);
        assert_eq!(*reset_phase(&desk), ResetPhase::Checking, "{what}");
        assert!(nothing_is_sent(&desk));
        desk.answer(
            &Call::Invite(key()),
            Reply::Invite(Ok(OTHER_LINK.to_owned())),
        );
        assert!(matches!(reset_phase(&desk), ResetPhase::Done { .. }));
        assert_eq!(desk.shown(), Some(OTHER_LINK));
        assert!(desk.toast().contains("It was reset"), "{}", desk.toast());
    }
}

#[test]
fn a_reset_answered_without_a_valid_link_is_looked_up() {
    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Ok("https://evil.test/x".to_owned())));
    assert_eq!(*reset_phase(&desk), ResetPhase::Checking);
    desk.answer(
        &Call::Invite(key()),
        Reply::Invite(Ok(OTHER_LINK.to_owned())),
    );
    assert_eq!(desk.shown(), Some(OTHER_LINK));
}

#[test]
fn a_reset_that_cannot_be_looked_up_is_not_reported_as_not_done() {
    let mut desk = reset(internal());
    desk.answer(&Call::Invite(key()), Reply::Invite(Err(internal())));
    let ResetPhase::Failed(failure) = reset_phase(&desk) else {
        panic!("{:?}", reset_phase(&desk));
    };
    assert!(failure.unconfirmed);
    let sentence = desk.state.sentence(failure, Some(&key()));
    assert!(sentence.contains("not known"), "{sentence}");
    assert!(sentence.contains("internal server error"), "{sentence}");
    assert!(!desk.toast().contains("not reset"), "{}", desk.toast());
}

#[test]
fn an_internal_error_of_a_reset_is_not_called_a_lost_answer() {
    let mut desk = reset(internal());
    desk.answer(&Call::Invite(key()), Reply::Invite(Ok(LINK.to_owned())));
    let ResetPhase::Failed(failure) = reset_phase(&desk) else {
        panic!("{:?}", reset_phase(&desk));
    };
    let sentence = desk.state.sentence(failure, Some(&key()));
    assert!(sentence.contains("the same as before"), "{sentence}");
    assert!(!sentence.contains("answer was lost"), "{sentence}");
}

#[test]
fn a_save_of_one_field_is_looked_up() {
    for failure in [internal(), unreadable(200), unreadable(500)] {
        let mut desk = Harness::opened(WIDE);
        desk.press("e");
        desk.type_text(" 2");
        desk.press("Ctrl-s");
        desk.answer_change(Reply::Updated(Err(failure)));
        let Some(Layer::Form(form)) = desk.top() else {
            panic!("no form");
        };
        assert_eq!(form.phase, FormPhase::Checking);
        desk.answer(
            &Call::Group(key()),
            Reply::Group(Ok(group("1", "Allotment 2"))),
        );
        assert!(desk.state.layers.is_empty());
        assert!(desk.toast().contains("applied"), "{}", desk.toast());
        assert!(nothing_is_sent(&desk));
    }
}

#[test]
fn a_session_action_is_looked_up() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("Down");
    desk.press("L");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::SessionActed(Err(internal())));
    assert!(nothing_is_sent(&desk));
    let rows = ["a", "b"].map(|id| session(id, SessionStatus::LoggedOut));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows.to_vec())));
    let toast = desk.toast();
    assert!(toast.contains("logging out"), "{toast}");
    assert!(toast.contains("internal server error"), "{toast}");
    assert!(toast.contains("The gateway says"), "{toast}");
}
