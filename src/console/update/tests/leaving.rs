//! Quitting and switching gateways ask before text or an outcome is lost.

use super::*;
use crate::client::ClientError;
use crate::console::state::{FormPhase, Leaving, Question};

fn quits(desk: &Harness) -> bool {
    desk.others.contains(&Effect::Quit)
}

/// The losses that the question names.
#[track_caller]
fn losses(desk: &Harness) -> (Leaving, String) {
    match desk.top() {
        Some(Layer::Confirm(dialog)) => match &dialog.question {
            Question::Leave { then, losses } => (*then, losses.join("; ")),
            question => panic!("{question:?}"),
        },
        _ => panic!("nothing is asked"),
    }
}

/// A save was sent, its form left, and the save refused.
fn failed_save() -> Harness {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Ctrl-s");
    desk.press("Esc");
    desk.answer_change(Reply::Updated(Err(failure(FailureKind::NotAdmin))));
    assert!(desk.state.layers.is_empty());
    desk
}

#[test]
fn quitting_asks_before_the_text_of_a_failed_save_is_lost() {
    for key in ["q", "Ctrl-c"] {
        let mut desk = failed_save();
        desk.press(key);
        assert!(!quits(&desk));
        let (then, named) = losses(&desk);
        assert_eq!(then, Leaving::Quit);
        assert!(named.contains("Allotment: subject as typed"), "{named}");
        desk.press("Enter");
        assert!(!quits(&desk), "Cancel is in focus");
        assert!(desk.state.layers.is_empty());
        desk.press("e");
        let Some(Layer::Form(form)) = desk.top() else {
            panic!("the form is gone");
        };
        assert_eq!(form.typed().subject, "Allotment 2");
    }
}

#[test]
fn a_second_press_confirms() {
    let mut desk = failed_save();
    desk.press("Ctrl-c");
    assert!(!quits(&desk));
    desk.press("Ctrl-c");
    assert!(quits(&desk));
}

#[test]
fn quitting_asks_while_an_outcome_is_being_looked_up() {
    let lost = || CallFailure::from(ClientError::Lost("connection reset".to_owned()));
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Ctrl-s");
    desk.answer_change(Reply::Updated(Err(lost())));
    assert!(matches!(desk.top(), Some(Layer::Form(form)) if form.phase == FormPhase::Checking));
    desk.press("Ctrl-c");
    assert!(losses(&desk).1.contains("Allotment: subject as typed"));

    let mut desk = Harness::opened(WIDE);
    desk.press("R");
    desk.press("Tab");
    desk.press("Enter");
    desk.answer_change(Reply::InviteReset(Err(lost())));
    desk.press("Ctrl-c");
    assert!(losses(&desk).1.contains("whether its link was reset"));
}

#[test]
fn switching_gateways_asks_too() {
    let mut desk = failed_save();
    desk.press("p");
    let (then, named) = losses(&desk);
    assert_eq!(then, Leaving::Gateway);
    assert!(named.contains("Allotment"), "{named}");
    desk.press("Tab");
    desk.press("Enter");
    assert!(matches!(desk.top(), Some(Layer::Profiles(_))));
    // With nothing to lose there is no question.
    let mut desk = Harness::opened(WIDE);
    desk.press("p");
    assert!(matches!(desk.top(), Some(Layer::Profiles(_))));
}

#[test]
fn a_form_being_edited_asks_itself_and_a_second_press_quits() {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.type_text(" 2");
    desk.press("Ctrl-c");
    assert!(!quits(&desk));
    assert!(matches!(desk.top(), Some(Layer::Form(form)) if form.phase == FormPhase::AskLeave));
    desk.press("Ctrl-c");
    assert!(quits(&desk));
}
