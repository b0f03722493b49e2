//! Resets and session actions without an answer.

use super::*;
use crate::console::state::ResetPhase;

fn lost_reset() -> Harness {
    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Err(lost())));
    desk
}

fn reset_phase(desk: &Harness) -> &ResetPhase {
    match desk.top() {
        Some(Layer::Reset(dialog)) => &dialog.phase,
        _ => panic!("no dialog"),
    }
}

#[test]
fn a_lost_reset_with_a_new_link_was_done() {
    let mut desk = lost_reset();
    assert_eq!(*reset_phase(&desk), ResetPhase::Checking);
    assert!(nothing_is_sent(&desk));
    assert_eq!(desk.shown(), None);
    desk.answer(
        &Call::Invite(key()),
        Reply::Invite(Ok(OTHER_LINK.to_owned())),
    );
    let done = ResetPhase::Done {
        link: OTHER_LINK.to_owned(),
        differs: Some(true),
    };
    assert_eq!(*reset_phase(&desk), done);
    assert!(
        desk.toast().contains("another one than before"),
        "{}",
        desk.toast()
    );
    assert_eq!(desk.shown(), Some(OTHER_LINK));
    assert!(nothing_is_sent(&desk));
}

#[test]
fn a_lost_reset_with_the_same_link_was_not_done_and_can_be_sent_again() {
    let mut desk = lost_reset();
    desk.answer(&Call::Invite(key()), Reply::Invite(Ok(LINK.to_owned())));
    let ResetPhase::Failed(failure) = reset_phase(&desk) else {
        panic!("{:?}", reset_phase(&desk));
    };
    assert!(
        desk.state
            .sentence(failure, None)
            .contains("the same as before")
    );
    assert_eq!(desk.shown(), Some(LINK));
    assert!(nothing_is_sent(&desk));
    desk.press("Tab");
    desk.press("Enter");
    assert_eq!(desk.change(), Call::ResetInvite(key()));
}

#[test]
fn a_lost_reset_without_a_known_old_link_stays_open() {
    let mut desk = Harness::ready(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Err(lost())));
    desk.answer(&Call::Invite(key()), Reply::Invite(Ok(LINK.to_owned())));
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("cannot be told"), "{}", desk.toast());
}

#[test]
fn a_lost_reset_is_looked_up_after_the_dialog_is_left_and_once_the_gateway_is_back() {
    let mut desk = lost_reset();
    desk.press("Esc");
    desk.press("Esc");
    desk.press("Down");
    let call = Call::Invite(key());
    assert!(
        desk.is_asked(&call),
        "no dialog is open, but the outcome must be looked up"
    );
    desk.answer(&call, Reply::Invite(Err(away())));
    assert!(desk.toast().contains("not known"), "{}", desk.toast());
    desk.answer(&Call::Sessions, Reply::Sessions(Err(away())));
    assert!(!desk.is_asked(&call));
    desk.wait(1_000);
    desk.answer(&Call::Sessions, sessions());
    desk.answer(&call, Reply::Invite(Ok(OTHER_LINK.to_owned())));
    assert!(desk.toast().contains("It was reset"), "{}", desk.toast());
    assert!(nothing_is_sent(&desk));
}

#[test]
fn an_outcome_that_waited_for_the_session_is_still_reported() {
    let mut desk = lost_reset();
    desk.status("a", "starting");
    let call = Call::Invite(key());
    assert!(!desk.is_asked(&call), "the link could be dead");
    desk.status("a", "working");
    desk.answer(&call, Reply::Invite(Ok(OTHER_LINK.to_owned())));
    assert!(matches!(reset_phase(&desk), ResetPhase::Done { .. }));
}

#[test]
fn a_lost_session_action_is_looked_up_too() {
    let mut desk = Harness::ready(WIDE);
    desk.press("BackTab");
    desk.press("Down");
    desk.press("x");
    desk.press("Right");
    desk.press("Enter");
    desk.answer_change(Reply::SessionActed(Err(lost())));
    assert!(nothing_is_sent(&desk));
    let rows = [SessionStatus::Stopped, SessionStatus::Stopped];
    let rows = (["a", "b"].iter().zip(rows)).map(|(id, status)| session(id, status));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows.collect())));
    let toast = desk.toast();
    assert!(
        toast.contains("answer was lost") && toast.contains("stopped"),
        "{toast}"
    );
}

#[test]
fn a_503_without_a_reason_is_unconfirmed_and_one_with_a_reason_is_a_refusal() {
    for (details, is_lost) in [
        (json!({}), true),
        (json!({"reason": "of their own"}), true),
        (json!({"reason": "draining"}), false),
    ] {
        let error = json!({"code": "gateway_unavailable", "message": "m", "details": details});
        let failure = CallFailure::from(ClientError::Api {
            status: 503,
            error: serde_json::from_value(error).unwrap(),
            request_id: None,
            retry_after: None,
        });
        let mut desk = Harness::opened(WIDE);
        desk.press("R");
        desk.press("Tab");
        desk.press("Enter");
        desk.answer_change(Reply::InviteReset(Err(failure)));
        assert_eq!(
            *reset_phase(&desk) == ResetPhase::Checking,
            is_lost,
            "{details}"
        );
    }
}

#[test]
fn a_refused_or_unsent_change_is_not_unconfirmed() {
    for failure in [
        away(),
        CallFailure::from(ClientError::WebPage {
            status: 200,
            login: true,
        }),
    ] {
        let mut desk = Harness::opened(WIDE);
        desk.press("R");
        desk.press("Tab");
        desk.press("Enter");
        desk.answer_change(Reply::InviteReset(Err(failure)));
        assert!(matches!(reset_phase(&desk), ResetPhase::Failed(failure) if !failure.unconfirmed));
    }
}
