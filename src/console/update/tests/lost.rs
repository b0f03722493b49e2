//! Lost answers: nothing is sent twice, the gateway is read, and what it says is told. Reads that
//! are tried again, and pauses that are asked for.

use super::*;
use crate::api::{PartialUpdate, SettingField};
use crate::client::ClientError;
use crate::console::msg::Pause;
use crate::console::state::{FieldOutcome, FormPhase, Link, ResetPhase};
use std::time::Duration;

fn lost() -> Failure {
    Failure::from(ClientError::Lost("connection reset".to_owned()))
}

fn away() -> Failure {
    Failure::from(ClientError::Unreachable("connection refused".to_owned()))
}

fn key() -> GroupKey {
    key_of("a", "1")
}

fn sessions() -> Reply {
    Reply::Sessions(Ok(vec![
        session("a", SessionStatus::Working),
        session("b", SessionStatus::Stopped),
    ]))
}

/// A save of a new subject and the first switch, and its lost answer.
fn lost_save() -> Desk {
    let mut desk = Desk::opened(WIDE);
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Tab");
    desk.press("Tab");
    desk.press("Space");
    desk.press("Ctrl-s");
    desk.answer_change(Reply::Updated(Err(lost())));
    desk
}

fn stored(subject: &str, announce: bool) -> Reply {
    let mut group = group("1", subject);
    group.is_announce = Some(announce);
    Reply::Group(Ok(group))
}

fn phase(desk: &Desk) -> &FormPhase {
    match desk.top() {
        Some(Layer::Edit(form)) => &form.phase,
        _ => panic!("no form"),
    }
}

fn outcomes(desk: &Desk) -> Vec<FieldOutcome> {
    match desk.top() {
        Some(Layer::Edit(form)) => form.outcomes.iter().map(|(_, o)| o.clone()).collect(),
        _ => panic!("no form"),
    }
}

fn nothing_is_sent(desk: &Desk) -> bool {
    desk.asked.iter().all(|(_, call)| !call.changes())
}

#[test]
fn a_save_that_arrived_is_found_to_be_applied() {
    let mut desk = lost_save();
    assert_eq!(*phase(&desk), FormPhase::Checking);
    assert!(nothing_is_sent(&desk));
    desk.press("Ctrl-s");
    desk.press("Enter");
    assert!(nothing_is_sent(&desk), "not even when keys are pressed");
    desk.answer(&Call::Group(key()), stored("Allotment 2", true));
    assert!(desk.state.layers.is_empty());
    for words in [
        "answer was lost",
        "subject is now “Allotment 2”: applied",
        "announce is now on: applied",
    ] {
        assert!(desk.toast().contains(words), "{}", desk.toast());
    }
    assert!(nothing_is_sent(&desk));
}

#[test]
fn a_save_that_did_not_arrive_is_found_not_to_be_and_can_be_sent_again() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), stored("Allotment", false));
    assert_eq!(
        outcomes(&desk),
        [FieldOutcome::NotApplied, FieldOutcome::NotApplied]
    );
    let FormPhase::Failed(failure) = phase(&desk) else {
        panic!("{:?}", phase(&desk));
    };
    let sentence = desk.state.sentence(failure, None);
    assert!(
        sentence.contains("subject is “Allotment”: not applied"),
        "{sentence}"
    );
    assert!(nothing_is_sent(&desk));
    desk.press("Enter");
    assert!(matches!(desk.change(), Call::Update { patch, .. } if patch.announce == Some(true)));
}

#[test]
fn a_save_that_half_arrived_is_told_field_by_field_and_only_the_rest_is_left() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), stored("Allotment 2", false));
    assert_eq!(
        outcomes(&desk),
        [FieldOutcome::Applied, FieldOutcome::NotApplied]
    );
    desk.press("Enter");
    let Call::Update { patch, .. } = desk.change() else {
        panic!("no save");
    };
    assert_eq!((patch.subject, patch.announce), (None, Some(true)));
}

#[test]
fn a_setting_that_whatsapp_did_not_answer_is_not_called_refused() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), stored("Allotment", false));
    desk.press("Enter");
    let mut silent = failure(FailureKind::Offline);
    silent.unclear = true;
    silent.partial = Some(PartialUpdate {
        applied: vec![SettingField::Subject],
        failed: SettingField::Announce,
        not_attempted: Vec::new(),
    });
    desk.answer_change(Reply::Updated(Err(silent)));
    assert_eq!(
        outcomes(&desk),
        [FieldOutcome::Applied, FieldOutcome::Unknown]
    );
    let FormPhase::Failed(failure) = phase(&desk) else {
        panic!("{:?}", phase(&desk));
    };
    let sentence = desk.state.sentence(failure, None);
    assert!(sentence.contains("may have been done"), "{sentence}");
}

#[test]
fn a_save_that_cannot_be_looked_up_stays_open_until_the_gateway_answers() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), Reply::Group(Err(away())));
    assert_eq!(
        outcomes(&desk),
        [FieldOutcome::Unknown, FieldOutcome::Unknown]
    );
    desk.answer(&Call::Sessions, Reply::Sessions(Err(away())));
    assert!(matches!(desk.state.link, Link::Away { .. }));
    desk.wait(1_000);
    desk.answer(&Call::Sessions, sessions());
    assert!(nothing_is_sent(&desk));
    desk.answer(&Call::Group(key()), stored("Allotment 2", true));
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("applied"), "{}", desk.toast());
}

#[test]
fn a_form_that_was_left_is_told_about_too() {
    let mut desk = lost_save();
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    desk.answer(&Call::Group(key()), stored("Allotment", false));
    assert!(desk.toast().contains("not applied"), "{}", desk.toast());
    desk.press("e");
    assert!(matches!(phase(&desk), FormPhase::Failed(_)));
}

#[test]
fn a_read_that_began_before_the_answer_was_lost_tells_nothing() {
    let mut desk = Desk::opened(WIDE);
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Ctrl-s");
    // Somebody else's change makes the group be read while ours is on its way.
    let event = json!({"groupJid": "1@g.us", "leave": ["a@lid"]});
    desk.event(EventKind::GroupParticipant, "a", event);
    let older = desk
        .asked
        .iter()
        .position(|(_, call)| *call == Call::Group(key()));
    let (older, _) = desk.asked.remove(older.expect("a read"));
    desk.answer_change(Reply::Updated(Err(lost())));
    desk.send(Msg::Reply(older, stored("Allotment", false)));
    assert_eq!(*phase(&desk), FormPhase::Checking);
    desk.answer(&Call::Group(key()), stored("Allotment 2", false));
    assert!(desk.toast().contains("applied"));
}

fn lost_reset() -> Desk {
    let mut desk = Desk::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Err(lost())));
    desk
}

fn reset_phase(desk: &Desk) -> &ResetPhase {
    match desk.top() {
        Some(Layer::Reset(dialog)) => &dialog.phase,
        _ => panic!("no dialog"),
    }
}

#[test]
fn a_reset_that_arrived_is_found_by_its_new_link() {
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
fn a_reset_that_did_not_arrive_is_found_by_the_same_link_and_can_be_sent_again() {
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
fn a_reset_whose_old_link_nobody_knew_leaves_it_open() {
    let mut desk = Desk::ready(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Err(lost())));
    desk.answer(&Call::Invite(key()), Reply::Invite(Ok(LINK.to_owned())));
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("cannot be told"), "{}", desk.toast());
}

#[test]
fn a_reset_is_looked_up_though_one_leaves_and_once_the_gateway_is_back() {
    let mut desk = lost_reset();
    desk.press("Esc");
    desk.press("Esc");
    desk.press("Down");
    let call = Call::Invite(key());
    assert!(
        desk.is_asked(&call),
        "nobody looks, but the answer is needed"
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
fn an_answer_that_waited_for_the_session_to_come_back_is_still_told() {
    let mut desk = lost_reset();
    desk.status("a", "starting");
    let call = Call::Invite(key());
    assert!(!desk.is_asked(&call), "the link could be dead");
    desk.status("a", "working");
    desk.answer(&call, Reply::Invite(Ok(OTHER_LINK.to_owned())));
    assert!(matches!(reset_phase(&desk), ResetPhase::Done { .. }));
}

#[test]
fn what_was_done_to_a_session_is_looked_up_too() {
    let mut desk = Desk::ready(WIDE);
    desk.press("BackTab");
    desk.press("Down");
    desk.press("x");
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
fn what_was_refused_or_never_sent_is_not_lost() {
    for failure in [
        away(),
        Failure::from(ClientError::WebPage {
            status: 200,
            login: true,
        }),
    ] {
        let mut desk = Desk::opened(WIDE);
        desk.press("R");
        desk.press("Tab");
        desk.press("Enter");
        desk.answer_change(Reply::InviteReset(Err(failure)));
        assert!(matches!(reset_phase(&desk), ResetPhase::Failed(failure) if !failure.unclear));
    }
}

#[test]
fn a_read_that_is_tried_again_says_when() {
    let mut desk = Desk::with(options(), WIDE);
    desk.answer(&Call::Sessions, sessions());
    let call = Call::Groups {
        session: "a".to_owned(),
    };
    let (id, _) = *desk.asked.iter().find(|(_, asked)| *asked == call).unwrap();
    let until = desk.state.now + 2_500;
    let failure = away();
    desk.send(Msg::Pause(id, Pause { failure, until }));
    assert_eq!(desk.state.attempt_of(id), Some(3));
    assert_eq!(desk.state.next_attempt(), Some(3));
    assert!(
        desk.is_asked(&Call::Sessions),
        "is the gateway there at all?"
    );
    desk.wait(2_500);
    assert_eq!(desk.state.next_attempt(), None, "it is under way");
    desk.list("a", vec![group("1", "Allotment")]);
    assert_eq!(desk.names(), ["Allotment"]);
    // Nobody waits for it any more.
    let failure = away();
    let until = desk.state.now + 2_500;
    desk.send(Msg::Pause(id, Pause { failure, until }));
    assert_eq!(desk.state.next_attempt(), None);
}

#[test]
fn a_gateway_that_is_away_is_asked_less_and_less_and_says_when() {
    let mut desk = Desk::ready(WIDE);
    desk.press("BackTab");
    desk.press("r");
    let mut pauses = Vec::new();
    for _ in 0..7 {
        desk.answer(&Call::Sessions, Reply::Sessions(Err(away())));
        let mut passed = 0;
        let told = desk.state.next_attempt().expect("a time");
        while !desk.is_asked(&Call::Sessions) {
            desk.wait(100);
            passed += 100;
        }
        assert!(
            (passed - told * 1_000).abs() <= 1_000,
            "{passed} ms, not {told} s"
        );
        pauses.push(passed);
    }
    for (pause, whole) in pauses
        .iter()
        .zip([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    {
        assert!((whole / 2..=whole + 100).contains(pause), "{pauses:?}");
    }
}

#[test]
fn a_pause_that_the_gateway_asks_for_is_kept_within_reason() {
    for (asked, kept) in [(40, 40_000), (86_400, 300_000)] {
        let error =
            serde_json::from_value(json!({"code": "gateway_unavailable", "message": "draining"}));
        let failure = Failure::from(ClientError::Api {
            status: 503,
            error: error.unwrap(),
            request_id: None,
            retry_after: Some(Duration::from_secs(asked)),
        });
        let mut desk = Desk::ready(WIDE);
        desk.press("BackTab");
        desk.press("r");
        desk.answer(&Call::Sessions, Reply::Sessions(Err(failure)));
        for _ in 1..kept / 10_000 {
            desk.wait(10_000);
            assert!(!desk.is_asked(&Call::Sessions), "{asked} s");
        }
        desk.wait(10_000);
        assert!(desk.is_asked(&Call::Sessions), "{asked} s");
    }
}
