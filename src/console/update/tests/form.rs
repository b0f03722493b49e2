//! The settings form: typing, sending only the changed fields, and the outcome per field.

use super::*;
use crate::api::{FieldError, PartialUpdate, SettingField, SettingsPatch};
use crate::console::state::{ButtonId, EditForm, FieldOutcome, FormFocus, FormPhase};

fn editing() -> Harness {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk
}

#[track_caller]
fn form(desk: &Harness) -> &EditForm {
    match desk.top() {
        Some(Layer::Form(form)) => form,
        _ => panic!("no form"),
    }
}

#[track_caller]
fn patch(desk: &Harness) -> SettingsPatch {
    match desk.change() {
        Call::Update { patch, .. } => patch,
        other => panic!("{other:?}"),
    }
}

/// Subject and the announce switch changed, and sent.
fn saving() -> Harness {
    let mut desk = editing();
    desk.type_text(" 2");
    for _ in 0..2 {
        desk.press("Tab");
    }
    desk.press("Space");
    desk.press("Ctrl-s");
    desk
}

#[test]
fn keys_are_text_in_the_fields() {
    let mut desk = editing();
    desk.type_text("q?/!yR");
    assert_eq!(form(&desk).typed().subject, "Allotmentq?/!yR");
    desk.press("Enter");
    desk.press("Enter");
    desk.type_text("jk");
    assert_eq!(form(&desk).typed().description, "Meet at eight.\njk");
    assert!(desk.asked.is_empty() && desk.others.is_empty());
}

#[test]
fn a_line_is_cleared_and_restored_as_in_a_shell() {
    let mut desk = editing();
    desk.press("Ctrl-u");
    assert_eq!(form(&desk).typed().subject, "");
    desk.press("Ctrl-y");
    assert_eq!(form(&desk).typed().subject, "Allotment");
    desk.press("Ctrl-w");
    desk.press("Ctrl-7");
    assert_eq!(form(&desk).typed().subject, "Allotment");
    desk.press("Ctrl-j");
    desk.press("Ctrl-m");
    assert_eq!(form(&desk).subject.lines(), ["Allotment"]);
}

#[test]
fn focus_cycles_and_arrows_leave_the_description_at_its_ends() {
    let mut desk = editing();
    desk.press("Down");
    assert_eq!(
        form(&desk).focus,
        FormFocus::Field(SettingField::Description)
    );
    desk.press("Enter");
    desk.press("Up");
    assert_eq!(
        form(&desk).focus,
        FormFocus::Field(SettingField::Description)
    );
    desk.press("Up");
    assert_eq!(form(&desk).focus, FormFocus::Field(SettingField::Subject));
    desk.press("BackTab");
    assert_eq!(form(&desk).focus, FormFocus::Button(ButtonId::Cancel));
    desk.press("Left");
    assert_eq!(form(&desk).focus, FormFocus::Button(ButtonId::Save));
}

#[test]
fn pasted_line_breaks_become_spaces_in_the_subject() {
    let mut desk = editing();
    desk.send(Msg::Paste(" of\r\n2027\u{1b}".to_owned()));
    assert_eq!(form(&desk).typed().subject, "Allotment of 2027\u{FFFD}");
    desk.press("Tab");
    desk.send(Msg::Paste("\r\nBring water.".to_owned()));
    assert_eq!(
        form(&desk).typed().description,
        "Meet at eight.\nBring water."
    );
}

#[test]
fn only_changed_fields_are_sent_and_only_once() {
    let mut desk = saving();
    let expected = SettingsPatch {
        subject: Some("Allotment 2".to_owned()),
        announce: Some(true),
        ..SettingsPatch::default()
    };
    assert_eq!(patch(&desk), expected);
    desk.press("Ctrl-s");
    desk.press("Enter");
    desk.type_text("more");
    assert_eq!(patch(&desk), expected);
    assert_eq!(form(&desk).typed().subject, "Allotment 2");
    desk.answer_change(Reply::Updated(Ok(None)));
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("saved subject, announce"));
    assert_eq!(desk.selected(), "Allotment 2");
    assert!(desk.is_asked(&Call::Group(key_of("a", "1"))));
}

#[test]
fn an_unchanged_form_sends_nothing() {
    let mut desk = editing();
    desk.type_text("x ");
    desk.press("Backspace");
    desk.press("Backspace");
    desk.type_text("  ");
    desk.press("Ctrl-s");
    assert!(desk.asked.is_empty());
    assert!(desk.toast().contains("nothing was sent"));
    desk.press("Esc");
    assert!(desk.state.layers.is_empty(), "no text would be lost");
}

#[test]
fn an_invalid_field_is_marked_and_not_sent() {
    let mut desk = editing();
    desk.press("Ctrl-u");
    for _ in 0..20 {
        desk.press("Backspace");
    }
    assert_eq!(form(&desk).faults[0].0, SettingField::Subject);
    desk.press("Tab");
    desk.press("Ctrl-s");
    assert!(desk.asked.is_empty());
    assert_eq!(form(&desk).focus, FormFocus::Field(SettingField::Subject));
    desk.type_text("Plot");
    assert!(form(&desk).faults.is_empty());
}

#[test]
fn leaving_a_changed_form_asks_and_keeps_it_by_default() {
    let mut desk = editing();
    desk.type_text("!");
    desk.press("Esc");
    assert_eq!(form(&desk).phase, FormPhase::AskLeave);
    assert_eq!(form(&desk).focus, FormFocus::Button(ButtonId::KeepEditing));
    desk.press("Enter");
    assert_eq!(form(&desk).typed().subject, "Allotment!");
    desk.press("Esc");
    desk.press("Right");
    desk.press("Enter");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn quitting_a_changed_form_asks_first() {
    let mut desk = editing();
    desk.type_text("!");
    desk.press("Ctrl-c");
    assert_eq!(form(&desk).phase, FormPhase::AskLeave);
    assert!(desk.others.is_empty());
    desk.press("Ctrl-c");
    assert_eq!(desk.others, [Effect::Quit]);
}

#[test]
fn a_partial_refusal_reports_the_outcome_of_each_field() {
    let mut desk = saving();
    let mut refused = failure(FailureKind::NotAdmin);
    refused.partial = Some(Box::new(PartialUpdate {
        applied: vec![SettingField::Subject],
        failed: SettingField::Announce,
        not_attempted: Vec::new(),
    }));
    desk.answer_change(Reply::Updated(Err(refused.clone())));
    assert_eq!(
        form(&desk).outcomes,
        [
            (SettingField::Subject, FieldOutcome::Applied),
            (SettingField::Announce, FieldOutcome::Refused(refused)),
        ]
    );
    assert_eq!(form(&desk).focus, FormFocus::Button(ButtonId::Save));
    assert_eq!(desk.selected(), "Allotment 2");
    desk.press("Enter");
    let rest = SettingsPatch {
        announce: Some(true),
        ..SettingsPatch::default()
    };
    assert_eq!(patch(&desk), rest, "only the remaining fields");
}

#[test]
fn field_errors_of_the_gateway_are_shown_at_their_fields() {
    let mut desk = saving();
    let mut refused = failure(FailureKind::Other);
    refused.fields = vec![FieldError {
        field: "subject".to_owned(),
        message: "is taken".to_owned(),
    }];
    desk.answer_change(Reply::Updated(Err(refused)));
    let outcomes = &form(&desk).outcomes;
    assert!(
        matches!(&outcomes[0].1, FieldOutcome::Refused(why) if why.message.contains("is taken"))
    );
    assert_eq!(outcomes[1].1, FieldOutcome::NotAttempted);
}

#[test]
fn untouched_fields_follow_and_touched_ones_keep_the_typed_text() {
    let mut desk = editing();
    desk.type_text(" club");
    let changed_elsewhere =
        json!({"groupJid": "1@g.us", "subject": "Gardens", "description": "At nine."});
    desk.event(EventKind::GroupUpdate, "a", changed_elsewhere);
    let form = form(&desk);
    assert_eq!(form.typed().subject, "Allotment club");
    assert_eq!(form.base.subject, "Gardens");
    assert_eq!(form.typed().description, "At nine.");
    assert_eq!(
        form.changed_elsewhere,
        [SettingField::Subject, SettingField::Description]
    );
    assert_eq!(form.changes(), [SettingField::Subject]);
}

#[test]
fn an_untouched_switch_follows_without_a_message() {
    let mut desk = editing();
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "isAnnounce": true}),
    );
    assert!(form(&desk).typed().announce);
    assert!(form(&desk).changes().is_empty());
    let screen = desk.screen();
    assert!(screen.contains("changed meanwhile to “on”"), "{screen}");
    assert!(!screen.contains("yours is kept"), "{screen}");
    desk.type_text("!");
    let changed_elsewhere = json!({"groupJid": "1@g.us", "subject": "Gardens"});
    desk.event(EventKind::GroupUpdate, "a", changed_elsewhere);
    assert!(desk.screen().contains("yours is kept"));
}

#[test]
fn a_long_paste_is_kept_whole_and_one_beyond_the_limit_refused() {
    let mut desk = editing();
    desk.press("Ctrl-u");
    desk.send(Msg::Paste("x".repeat(3_000)));
    assert_eq!(form(&desk).typed().subject, "x".repeat(3_000));
    let screen = desk.screen();
    assert!(screen.contains("3000 / 100"), "{screen}");
    assert!(screen.contains("at most 100 are allowed"), "{screen}");
    desk.send(Msg::Paste("y".repeat(70_000)));
    assert_eq!(form(&desk).typed().subject, "x".repeat(3_000));
    assert!(desk.toast().contains("Not pasted"), "{}", desk.toast());
}

#[test]
fn ctrl_z_undoes_typing_in_a_field_and_suspends_elsewhere() {
    let mut desk = editing();
    desk.type_text("!");
    desk.press("Ctrl-z");
    assert_eq!(form(&desk).typed().subject, "Allotment");
    desk.press("Ctrl-r");
    assert_eq!(form(&desk).typed().subject, "Allotment!");
    assert!(desk.others.is_empty());
    for _ in 0..4 {
        desk.press("Tab");
    }
    desk.press("Ctrl-z");
    assert_eq!(
        desk.others,
        [Effect::Suspend],
        "text keys do nothing on a button"
    );
}

#[test]
fn the_echo_of_our_own_save_is_not_reported_as_a_change_by_others() {
    let mut desk = saving();
    let echo = json!({"groupJid": "1@g.us", "subject": "Allotment 2"});
    desk.event(EventKind::GroupUpdate, "a", echo);
    assert!(form(&desk).changed_elsewhere.is_empty());
}

#[test]
fn a_form_left_during_a_failed_save_reopens_with_the_typed_text() {
    let mut desk = saving();
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
    desk.answer_change(Reply::Updated(Err(failure(FailureKind::Offline))));
    assert!(desk.toast().contains("Edit again"));
    desk.press("e");
    assert_eq!(form(&desk).typed().subject, "Allotment 2");
    assert!(matches!(form(&desk).phase, FormPhase::Failed(_)));
}

#[test]
fn a_form_left_during_a_save_reports_success() {
    let mut desk = saving();
    desk.press("Esc");
    desk.press("e");
    assert!(matches!(form(&desk).phase, FormPhase::Saving(_)));
    desk.press("Esc");
    desk.answer_change(Reply::Updated(Ok(None)));
    assert!(desk.toast().contains("saved"));
    desk.press("e");
    assert_eq!(form(&desk).phase, FormPhase::Editing);
    assert_eq!(form(&desk).typed().subject, "Allotment 2");
}

#[test]
fn an_event_during_our_save_triggers_a_read() {
    let mut desk = saving();
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "subject": "Theirs"}),
    );
    desk.answer_change(Reply::Updated(Ok(None)));
    let key = key_of("a", "1");
    desk.answer(&Call::Group(key), Reply::Group(Ok(group("1", "Theirs"))));
    assert_eq!(desk.selected(), "Theirs");
}

#[test]
fn a_stale_stored_read_does_not_revert_our_change() {
    let mut desk = saving();
    desk.answer_change(Reply::Updated(Ok(None)));
    let key = key_of("a", "1");
    desk.answer(&Call::Group(key), Reply::Group(Ok(group("1", "Allotment"))));
    assert_eq!(desk.selected(), "Allotment 2");
}

/// The same groups, on a gateway that reports neither roles nor times.
fn timeless(jid: &str, subject: &str) -> Group {
    let mut group = group(jid, subject);
    (group.my_role, group.updated_at) = (None, 0);
    group
}

/// A new subject was saved on such a gateway, which is polled.
fn saved_timeless() -> Harness {
    let mut desk = Harness::ready(WIDE);
    desk.press("r");
    desk.list("a", vec![timeless("1", "Allotment")]);
    desk.list("b", Vec::new());
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Ctrl-s");
    desk.answer_change(Reply::Updated(Ok(None)));
    desk
}

#[test]
fn without_times_only_a_read_with_the_old_value_counts_as_stale() {
    let mut desk = saved_timeless();
    let key = key_of("a", "1");
    let stale = Reply::Group(Ok(timeless("1", "Allotment")));
    desk.answer(&Call::Group(key), stale);
    assert_eq!(desk.selected(), "Allotment 2");
    desk.press("r");
    desk.list("b", Vec::new());
    desk.list("a", vec![timeless("1", "Gardens")]);
    assert_eq!(desk.selected(), "Gardens", "another admin's name");
}

#[test]
fn without_times_a_gateway_that_has_caught_up_is_believed_again() {
    let mut desk = saved_timeless();
    let key = key_of("a", "1");
    let fresh = Reply::Group(Ok(timeless("1", "Allotment 2")));
    desk.answer(&Call::Group(key), fresh);
    desk.press("r");
    desk.list("b", Vec::new());
    desk.list("a", vec![timeless("1", "Allotment 2")]);
    desk.press("r");
    desk.list("b", Vec::new());
    desk.list("a", vec![timeless("1", "Allotment")]);
    assert_eq!(
        desk.selected(),
        "Allotment",
        "another admin changed it back"
    );
}

#[test]
fn without_times_a_stale_value_is_believed_after_the_limit() {
    let mut desk = saved_timeless();
    desk.wait(600_000);
    desk.press("r");
    desk.list("b", Vec::new());
    desk.list("a", vec![timeless("1", "Allotment")]);
    assert_eq!(desk.selected(), "Allotment");
}

/// Starts a save of the selected group and leaves its form.
fn save_and_leave(desk: &mut Harness) {
    desk.press("e");
    desk.type_text("!");
    desk.press("Ctrl-s");
    desk.press("Esc");
}

#[test]
fn two_forms_left_during_their_saves_are_both_kept_and_reported() {
    let mut desk = Harness::ready(WIDE);
    save_and_leave(&mut desk);
    desk.press("Down");
    save_and_leave(&mut desk);
    let asked: Vec<_> = desk.asked.iter().map(|(_, call)| call.clone()).collect();
    let changes: Vec<_> = asked.into_iter().filter(Call::changes).collect();
    assert_eq!(changes.len(), 2);
    for (change, name) in changes.iter().zip(["Allotment", "Book club"]) {
        let refused = Reply::Updated(Err(failure(FailureKind::Offline)));
        desk.answer(change, refused);
        let toast = desk.toast();
        assert!(
            toast.starts_with(name) && toast.contains("Edit again"),
            "{toast}"
        );
    }
    desk.press("e");
    assert_eq!(form(&desk).typed().subject, "Book club!");
    for key in ["Esc", "Right", "Enter", "Up", "e"] {
        desk.press(key);
    }
    assert_eq!(form(&desk).typed().subject, "Allotment!");
    assert!(matches!(form(&desk).phase, FormPhase::Failed(_)));
}

#[test]
fn hostile_names_are_cleaned_on_screen_but_that_is_no_change() {
    let mut desk = Harness::ready(WIDE);
    let evil = json!({"groupJid": "1@g.us", "subject": "A\u{1b}[2J\u{202e}b"});
    desk.event(EventKind::GroupUpdate, "a", evil);
    desk.press("Home");
    while !desk.selected().starts_with('A') || desk.selected().len() < 5 {
        desk.press("Down");
    }
    desk.press("e");
    assert_eq!(form(&desk).typed().subject, "A\u{FFFD}[2Jb");
    assert!(form(&desk).changes().is_empty());
}

#[test]
fn a_predictable_refusal_is_announced_but_not_enforced() {
    let mut desk = Harness::ready(WIDE);
    desk.press("End");
    desk.press("Up");
    desk.press("e");
    assert!(desk.toast().contains("Not an admin"));
    desk.type_text("!");
    desk.press("Ctrl-s");
    assert_eq!(patch(&desk).subject.as_deref(), Some("Choir!"));
}
