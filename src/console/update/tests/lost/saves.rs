//! Saves whose answer was lost, or does not say which fields were applied.

use super::*;
use crate::api::{PartialUpdate, SettingField};
use crate::console::state::{Connection, FieldOutcome, FormFocus, FormPhase};

/// A save of a new subject and the first switch, and its lost answer.
fn lost_save() -> Harness {
    let mut desk = Harness::opened(WIDE);
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

fn phase(desk: &Harness) -> &FormPhase {
    match desk.top() {
        Some(Layer::Form(form)) => &form.phase,
        _ => panic!("no form"),
    }
}

fn outcomes(desk: &Harness) -> Vec<FieldOutcome> {
    match desk.top() {
        Some(Layer::Form(form)) => form.outcomes.iter().map(|(_, o)| o.clone()).collect(),
        _ => panic!("no form"),
    }
}

/// The form's message about the failed save.
fn sentence(desk: &Harness) -> String {
    let FormPhase::Failed(failure) = phase(desk) else {
        panic!("{:?}", phase(desk));
    };
    desk.state.sentence(failure, None)
}

#[test]
fn a_lost_save_with_the_new_values_was_applied() {
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
fn a_lost_save_with_the_old_values_was_not_applied_and_can_be_sent_again() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), stored("Allotment", false));
    assert_eq!(
        outcomes(&desk),
        [FieldOutcome::NotApplied, FieldOutcome::NotApplied]
    );
    let sentence = sentence(&desk);
    assert!(
        sentence.contains("subject is “Allotment”: not applied"),
        "{sentence}"
    );
    assert!(nothing_is_sent(&desk));
    desk.press("Enter");
    assert!(matches!(desk.change(), Call::Update { patch, .. } if patch.announce == Some(true)));
}

#[test]
fn a_partially_applied_save_is_reported_by_field_and_only_the_rest_is_left() {
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
fn a_setting_without_whatsapps_answer_is_not_reported_as_refused() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), stored("Allotment", false));
    desk.press("Enter");
    let mut silent = failure(FailureKind::Offline);
    silent.unconfirmed = true;
    silent.partial = Some(Box::new(PartialUpdate {
        applied: vec![SettingField::Subject],
        failed: SettingField::Announce,
        not_attempted: Vec::new(),
    }));
    desk.answer_change(Reply::Updated(Err(silent)));
    assert_eq!(
        outcomes(&desk),
        [FieldOutcome::Applied, FieldOutcome::Unknown]
    );
    let sentence = sentence(&desk);
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
    assert!(matches!(desk.state.connection, Connection::Away { .. }));
    desk.wait(1_000);
    desk.answer(&Call::Sessions, sessions());
    assert!(nothing_is_sent(&desk));
    desk.answer(&Call::Group(key()), stored("Allotment 2", true));
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("applied"), "{}", desk.toast());
}

#[test]
fn the_outcome_of_a_form_that_was_left_is_reported_too() {
    let mut desk = lost_save();
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    desk.answer(&Call::Group(key()), stored("Allotment", false));
    assert!(desk.toast().contains("not applied"), "{}", desk.toast());
    desk.press("e");
    assert!(matches!(phase(&desk), FormPhase::Failed(_)));
}

#[test]
fn a_read_that_began_before_the_answer_was_lost_proves_nothing() {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Ctrl-s");
    // Another admin's change triggers a read of the group while our save is in flight.
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

/// The group from a gateway without roles, whose stored reads may lag behind.
fn foreign(subject: &str, announce: bool) -> Reply {
    let Reply::Group(Ok(mut group)) = stored(subject, announce) else {
        panic!("no group");
    };
    group.my_role = None;
    Reply::Group(Ok(group))
}

#[test]
fn an_old_value_proves_nothing_if_stored_reads_may_lag_behind() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), foreign("Allotment 2", false));
    assert_eq!(
        outcomes(&desk),
        [FieldOutcome::Applied, FieldOutcome::Unknown]
    );
    let sentence = sentence(&desk);
    assert!(
        sentence.contains("the gateway still shows announce off"),
        "{sentence}"
    );
    assert!(!sentence.contains("not applied"), "{sentence}");
}

#[test]
fn after_an_internal_error_a_save_is_looked_up_however_many_fields_were_sent() {
    let inside = |status| {
        let error = serde_json::from_value(json!({"code": "internal", "message": "oops"}));
        CallFailure::from(ClientError::Api {
            status,
            error: error.unwrap(),
            request_id: None,
            retry_after: None,
        })
    };
    let saved = || {
        let mut desk = lost_save();
        desk.answer(&Call::Group(key()), stored("Allotment", false));
        desk.press("Enter");
        desk
    };
    let mut desk = saved();
    desk.answer_change(Reply::Updated(Err(inside(500))));
    assert_eq!(*phase(&desk), FormPhase::Checking);
    desk.answer(&Call::Group(key()), stored("Allotment 2", false));
    assert_eq!(
        outcomes(&desk),
        [FieldOutcome::Applied, FieldOutcome::NotApplied]
    );
    let sentence = sentence(&desk);
    assert!(sentence.contains("oops"), "{sentence}");
    assert!(!sentence.contains("lost"), "{sentence}");
    // It proves nothing about a single field either.
    desk.press("Enter");
    desk.answer_change(Reply::Updated(Err(inside(500))));
    assert_eq!(*phase(&desk), FormPhase::Checking);
    desk.answer(&Call::Group(key()), stored("Allotment 2", false));
    assert_eq!(outcomes(&desk), [FieldOutcome::NotApplied]);
    // A gateway that gives a reason has refused.
    let mut desk = saved();
    let refused = failure(FailureKind::Offline);
    desk.answer_change(Reply::Updated(Err(refused)));
    assert!(matches!(outcomes(&desk)[0], FieldOutcome::Refused(_)));
}

#[test]
fn the_look_up_of_a_first_save_leaves_the_form_of_a_second_one_alone() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), Reply::Group(Err(away())));
    while !matches!(desk.top(), Some(Layer::Form(form)) if form.focus == FormFocus::Field(SettingField::Subject))
    {
        desk.press("Tab");
    }
    desk.type_text("3");
    desk.press("Ctrl-s");
    assert!(matches!(phase(&desk), FormPhase::Saving(_)));
    // The list is read meanwhile, with the values of the first save.
    desk.lose_realtime();
    desk.wait(30_000);
    let mut first = group("1", "Allotment 2");
    first.is_announce = Some(true);
    desk.list("a", vec![first, group("2", "Book club")]);
    assert!(
        matches!(phase(&desk), FormPhase::Saving(_)),
        "the second save waits for its own answer"
    );
}

#[test]
fn text_typed_after_a_lost_save_is_kept_when_the_save_is_found_applied() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), Reply::Group(Err(away())));
    while !matches!(desk.top(), Some(Layer::Form(form)) if form.focus == FormFocus::Field(SettingField::Subject))
    {
        desk.press("Tab");
    }
    desk.type_text("34");
    desk.lose_realtime();
    desk.wait(30_000);
    let mut first = group("1", "Allotment 2");
    first.is_announce = Some(true);
    desk.list("a", vec![first, group("2", "Book club")]);
    let Some(Layer::Form(form)) = desk.top() else {
        panic!("the form is gone, and with it what was typed");
    };
    assert_eq!(form.typed().subject, "Allotment 234");
    assert_eq!(form.changes(), [SettingField::Subject]);
}
