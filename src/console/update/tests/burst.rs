//! Keys that arrive in one read: held keys and typing work as usual, an unmarked paste triggers no action.

use super::*;
use crate::console::state::{FormFocus, Pane};
use crossterm::event::KeyEventKind;

impl Harness {
    /// Keys of one read, as a terminal sends a text: `\r` is Enter, `\t` Tab.
    pub(super) fn at_once(&mut self, text: &str) {
        let keys = text.chars().map(|character| {
            KeyEvent::from(match character {
                '\r' => KeyCode::Enter,
                '\t' => KeyCode::Tab,
                character => KeyCode::Char(character),
            })
        });
        self.send(Msg::Keys(keys.collect()));
    }

    fn on_session_a() -> Self {
        let mut desk = Self::ready(WIDE);
        desk.press("BackTab");
        desk.press("Down");
        desk
    }

    fn changes(&self) -> usize {
        let changes = |(_, call): &&(RequestId, Call)| call.changes();
        self.asked.iter().filter(changes).count()
    }
}

#[test]
fn a_held_restart_key_asks_once_and_restarts_nothing() {
    let mut desk = Harness::on_session_a();
    for _ in 0..7 {
        let mut event = key_event("t");
        event.kind = KeyEventKind::Repeat;
        desk.send(Msg::Key(event));
    }
    assert_eq!(desk.state.layers.len(), 1);
    assert_eq!(desk.changes(), 0);
    desk.press("Right");
    desk.press("Enter");
    assert_eq!(desk.changes(), 1);
    for _ in 0..7 {
        desk.press("t");
        desk.press("x");
    }
    assert!(desk.state.layers.is_empty(), "one is already in flight");
    assert!(desk.toast().contains("already restarting"));
}

#[test]
fn holding_the_key_that_opened_a_question_does_not_answer_it() {
    let mut options = options();
    options.keymap.rebind("stop_session", &["Space"]).unwrap();
    let mut desk = Harness::with(options, WIDE);
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Ok(vec![session("a", SessionStatus::Working)])),
    );
    desk.press("Down");
    for _ in 0..4 {
        desk.press("Space");
        assert_eq!(desk.state.layers.len(), 1, "the question stays open");
    }
    desk.press("Right");
    desk.press("Space");
    assert_eq!(desk.changes(), 1);
}

#[test]
fn a_paste_outside_a_text_field_is_ignored_with_a_message() {
    for pasted in [
        "x\t\r",
        "R\t\r",
        "t\t\r\r\r",
        "allotment\r",
        "hx",
        "https://chat.whatsapp.com/AbCdEf1234567890XyZ12\r",
        "quit\r",
        "yes\r",
        "e\tspring fair\r\t\t\t\r\r",
        "A\tB\tC\tD\tE\r",
        "La\t\r",
        "a\r\r",
    ] {
        for opened in [true, false] {
            let mut desk = if opened {
                Harness::opened(WIDE)
            } else {
                Harness::on_session_a()
            };
            desk.others.clear();
            desk.at_once(pasted);
            assert_eq!(desk.changes(), 0, "{pasted:?}");
            assert!(!desk.others.contains(&Effect::Quit), "{pasted:?}");
            assert_eq!(desk.copied(), None, "{pasted:?}");
        }
    }
    let mut desk = Harness::on_session_a();
    desk.at_once("Volunteers of the park\r");
    assert!(desk.toast().contains("Pasted text was ignored"));
    assert!(desk.state.layers.is_empty());
    // A long paste arrives in several reads; the last one may be a single letter.
    desk.press("x");
    assert!(
        desk.state.layers.is_empty(),
        "the end of the paste triggered an action"
    );
    desk.wait(1_000);
    desk.press("x");
    assert_eq!(desk.state.layers.len(), 1, "a later key press acts");
}

#[test]
fn a_paste_into_a_text_field_keeps_its_line_breaks_and_tabs() {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.press("Ctrl-u");
    desk.at_once("Spring fair\tMay\rJune\r");
    let Some(Layer::Form(form)) = desk.top() else {
        panic!("the form")
    };
    assert_eq!(form.typed().subject, "Spring fair May June");
    assert!(!form.typed().announce && !form.typed().locked);
    assert!(matches!(form.focus, FormFocus::Field(_)));
    assert_eq!(desk.changes(), 0);
}

#[test]
fn a_filter_typed_in_one_read_is_filter_text() {
    let mut desk = Harness::ready(WIDE);
    desk.at_once("/choir\r\r");
    assert_eq!(desk.state.groups.filter, "choir");
    assert_eq!(desk.selected(), "Choir");
    assert_eq!(desk.state.focus, Pane::Group);
}

#[test]
fn held_keys_and_quick_moves_work_as_usual() {
    let mut desk = Harness::ready(WIDE);
    desk.at_once("jjj");
    assert_eq!(desk.selected(), "Darts");
    desk.at_once("gjkjG");
    assert_eq!(desk.selected(), "Darts");
    desk.at_once("gj");
    assert_eq!(desk.selected(), "Book club");
    let arrows = ["Down", "Down", "Up", "Enter"].map(key_event);
    desk.send(Msg::Keys(arrows.to_vec()));
    assert_eq!(desk.selected(), "Choir");
    assert_eq!(desk.state.focus, Pane::Group);
}

#[test]
fn letters_typed_during_a_save_trigger_no_action_when_the_form_closes() {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.type_text(" two");
    desk.press("Ctrl-s");
    desk.at_once("t");
    desk.answer_change(Reply::Updated(Ok(None)));
    assert!(desk.state.layers.is_empty(), "the form is closed");
    let layers_and_changes = |desk: &Harness| (desk.state.layers.len(), desk.changes());
    for letter in ["R", "e", "Q"] {
        desk.wait(300);
        desk.at_once(letter);
        assert_eq!(layers_and_changes(&desk), (0, 0), "{letter}");
    }
    // After a pause, the next key is intended.
    desk.wait(1_500);
    desk.at_once("e");
    assert_eq!(layers_and_changes(&desk), (1, 0));
}
