//! Undoing a save from its message.

use super::*;
use crate::api::SettingsPatch;
use crate::client::ClientError;
use crate::console::state::{FormPhase, Profile, ToastKind};

/// The subject and the first switch, changed and saved.
fn saved() -> Harness {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Tab");
    desk.press("Tab");
    desk.press("Space");
    desk.press("Ctrl-s");
    desk.wait(2_000);
    desk.answer_change(Reply::Updated(Ok(Some(desk.clock))));
    let read = Call::Group(key_of("a", "1"));
    desk.answer(&read, stored("Allotment 2", true));
    assert!(desk.state.layers.is_empty());
    desk
}

fn stored(subject: &str, announce: bool) -> Reply {
    let mut group = group("1", subject);
    group.is_announce = Some(announce);
    Reply::Group(Ok(group))
}

fn former() -> SettingsPatch {
    SettingsPatch {
        subject: Some("Allotment".to_owned()),
        announce: Some(false),
        ..SettingsPatch::default()
    }
}

fn undo_call() -> Call {
    Call::Update {
        group: key_of("a", "1"),
        patch: former(),
    }
}

fn sends_nothing(desk: &Harness) -> bool {
    !desk.asked.iter().any(|(_, call)| call.changes())
}

#[test]
fn a_save_is_undone_within_ten_seconds() {
    let mut desk = saved();
    assert_eq!(
        desk.toast(),
        "Allotment: saved subject, announce · u undoes"
    );
    desk.wait(9_900);
    desk.press("u");
    assert_eq!(desk.change(), undo_call());
    assert_eq!(desk.toast(), "Allotment 2: undoing the save");
    desk.press("u");
    assert!(desk.toast().starts_with("Nothing to undo"));
    desk.answer_change(Reply::Updated(Ok(Some(desk.clock))));
    assert_eq!(desk.selected(), "Allotment");
    assert_eq!(
        desk.toast(),
        "Allotment 2: undone, subject, announce as before"
    );
    desk.press("u");
    assert!(sends_nothing(&desk), "an undo is not undone");
}

#[test]
fn after_ten_seconds_nothing_is_undone() {
    let mut desk = saved();
    desk.wait(10_000);
    assert!(!desk.screen().contains("undoes"), "the message goes too");
    desk.press("u");
    assert!(sends_nothing(&desk) && desk.state.layers.is_empty());
    assert!(desk.toast().starts_with("Nothing to undo"));
}

#[test]
fn a_refused_save_and_a_reset_link_offer_no_undo() {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Ctrl-s");
    desk.answer_change(Reply::Updated(Err(failure(FailureKind::NotAdmin))));
    desk.press("Esc");
    desk.press("Esc");
    desk.press("Tab");
    desk.press("Enter");
    desk.state.layers.clear();
    desk.press("u");
    assert!(sends_nothing(&desk));
    assert!(desk.toast().starts_with("Nothing to undo"));
}

#[test]
fn what_was_changed_meanwhile_opens_the_form_with_the_former_values() {
    let mut desk = saved();
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "subject": "Theirs", "sender": "6@lid"}),
    );
    desk.press("u");
    assert!(sends_nothing(&desk));
    let Some(Layer::Form(form)) = desk.top() else {
        panic!("no form")
    };
    assert_eq!(form.base.subject, "Theirs");
    assert_eq!(form.patch(), former());
    desk.press("Ctrl-s");
    assert_eq!(desk.change(), undo_call());
}

#[test]
fn an_undo_with_a_lost_answer_is_looked_up_and_not_sent_again() {
    let lost = || CallFailure::from(ClientError::Lost("connection reset".to_owned()));
    for (answer, words, kind) in [
        (
            stored("Allotment", false),
            "subject is now “Allotment”: applied",
            ToastKind::Good,
        ),
        (
            stored("Allotment 2", true),
            "subject is “Allotment 2”: not applied",
            ToastKind::Bad,
        ),
    ] {
        let mut desk = saved();
        desk.press("u");
        desk.answer_change(Reply::Updated(Err(lost())));
        assert!(sends_nothing(&desk));
        desk.press("u");
        assert!(sends_nothing(&desk));
        desk.answer(&Call::Group(key_of("a", "1")), answer);
        assert!(desk.toast().contains(words), "{}", desk.toast());
        assert_eq!(desk.state.toasts.last().unwrap().kind, kind);
        assert!(sends_nothing(&desk));
    }
}

#[test]
fn a_refused_undo_is_reported() {
    let mut desk = saved();
    desk.press("u");
    desk.answer_change(Reply::Updated(Err(failure(FailureKind::NotAdmin))));
    assert!(
        desk.toast().starts_with("Allotment 2: not all was saved."),
        "{}",
        desk.toast()
    );
    assert!(desk.state.layers.is_empty());
}

#[test]
fn a_form_that_is_typed_into_during_an_undo_keeps_its_text() {
    for lost in [false, true] {
        let mut desk = saved();
        desk.press("u");
        desk.press("e");
        desk.press("Tab");
        desk.type_text(" Bring gloves.");
        desk.press("Ctrl-s");
        assert_eq!(desk.change(), undo_call(), "the undo is still in flight");
        let answer = if lost {
            Err(CallFailure::from(ClientError::Lost("reset".to_owned())))
        } else {
            Ok(Some(desk.clock))
        };
        desk.answer_change(Reply::Updated(answer));
        if lost {
            desk.answer(&Call::Group(key_of("a", "1")), stored("Allotment 2", true));
            assert!(desk.toast().contains("not applied"), "{}", desk.toast());
        }
        let Some(Layer::Form(form)) = desk.top() else {
            panic!("no form")
        };
        assert_eq!(form.phase, FormPhase::Editing);
        assert_eq!(form.typed().description, "Meet at eight. Bring gloves.");
    }
}

#[test]
fn another_gateway_has_nothing_to_undo() {
    let mut desk = saved();
    let profile = |name: &str| Profile {
        name: name.to_owned(),
        address: String::new(),
        session_ids: Vec::new(),
        prompts: false,
        known: false,
        is_demo: false,
        flood_joins: 0,
    };
    desk.state.options.profiles = vec![profile("here"), profile("there")];
    desk.press("p");
    desk.press("Down");
    desk.press("Enter");
    let Some(Effect::Connect { id, .. }) = desk.others.last() else {
        panic!("{:?}", desk.others)
    };
    desk.send(Msg::Reply(*id, Reply::Connected(Ok(()))));
    desk.press("u");
    assert!(sends_nothing(&desk));
    assert!(desk.toast().starts_with("Nothing to undo"));
}

#[test]
fn the_message_wakes_the_process_once() {
    let mut desk = saved();
    desk.wait(1_000);
    assert!(desk.asked.is_empty());
    desk.wait(1_000);
    let until = desk.state.undo.offer.as_ref().unwrap().until;
    assert_eq!(desk.state.requests.wake_requested, Some(until));
}
