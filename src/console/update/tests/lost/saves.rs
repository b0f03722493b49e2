//! Saves whose answer was lost, or leaves open how far they came.

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

/// What the form says about the save that failed.
fn sentence(desk: &Harness) -> String {
    let FormPhase::Failed(failure) = phase(desk) else {
        panic!("{:?}", phase(desk));
    };
    desk.state.sentence(failure, None)
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
    silent.unconfirmed = true;
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

/// The group as a gateway tells it that knows no roles: its stored reads may lag behind.
fn foreign(subject: &str, announce: bool) -> Reply {
    let Reply::Group(Ok(mut group)) = stored(subject, announce) else {
        panic!("no group");
    };
    group.my_role = None;
    Reply::Group(Ok(group))
}

#[test]
fn an_old_value_proves_nothing_where_stored_reads_may_lag_behind() {
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
fn a_failure_inside_the_gateway_is_looked_into_however_many_fields_were_sent() {
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
    // Nor does it prove anything about a single one.
    desk.press("Enter");
    desk.answer_change(Reply::Updated(Err(inside(500))));
    assert_eq!(*phase(&desk), FormPhase::Checking);
    desk.answer(&Call::Group(key()), stored("Allotment 2", false));
    assert_eq!(outcomes(&desk), [FieldOutcome::NotApplied]);
    // A gateway that gives its reason has refused.
    let mut desk = saved();
    let refused = failure(FailureKind::Offline);
    desk.answer_change(Reply::Updated(Err(refused)));
    assert!(matches!(outcomes(&desk)[0], FieldOutcome::Refused(_)));
}

#[test]
fn the_look_up_of_a_first_save_leaves_a_second_ones_form_alone() {
    let mut desk = lost_save();
    desk.answer(&Call::Group(key()), Reply::Group(Err(away())));
    while !matches!(desk.top(), Some(Layer::Form(form)) if form.focus == FormFocus::Field(SettingField::Subject))
    {
        desk.press("Tab");
    }
    desk.type_text("3");
    desk.press("Ctrl-s");
    assert!(matches!(phase(&desk), FormPhase::Saving(_)));
    // The list is read meanwhile, and shows what the first save brought.
    desk.lose_realtime();
    desk.wait(30_000);
    let mut first = group("1", "Allotment 2");
    first.is_announce = Some(true);
    desk.list("a", vec![first, group("2", "Book club")]);
    assert!(
        matches!(phase(&desk), FormPhase::Saving(_)),
        "its own answer is awaited"
    );
}

#[test]
fn what_was_typed_after_a_lost_save_outlives_the_news_that_it_arrived() {
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
