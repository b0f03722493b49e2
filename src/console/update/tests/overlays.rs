//! Help, the full-screen code, failures in full, toasts, quitting.

use super::*;
use crate::console::effect::SavedQr;

#[test]
fn the_help_is_searched_by_typing_and_esc_goes_back_one_step() {
    let mut desk = Desk::ready(WIDE);
    desk.press("?");
    desk.type_text("qr?");
    desk.press("Backspace");
    assert!(matches!(desk.top(), Some(Layer::Help(help)) if help.search == "qr"));
    desk.press("Esc");
    assert!(matches!(desk.top(), Some(Layer::Help(help)) if help.search.is_empty()));
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn the_help_opens_once_and_over_a_form_too() {
    let mut desk = Desk::opened(WIDE);
    desk.press("e");
    desk.press("F1");
    desk.press("F1");
    assert_eq!(desk.state.layers.len(), 2);
    desk.press("Enter");
    assert!(matches!(desk.top(), Some(Layer::Edit(_))));
}

#[test]
fn the_full_screen_code_asks_for_its_link_and_saves_it() {
    let mut desk = Desk::ready(NARROW);
    desk.press("Q");
    assert!(matches!(desk.top(), Some(Layer::Qr)));
    desk.press("S");
    assert!(desk.others.is_empty());
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Ok(LINK.to_owned())),
    );
    desk.press("b");
    assert!(desk.state.whole_blocks);
    desk.press("S");
    let Some(Effect::SaveQr { id, text, title }) = desk.others.pop() else {
        panic!("{:?}", desk.others)
    };
    assert_eq!((text.as_str(), title.as_str()), (LINK, "Allotment"));
    let saved = SavedQr {
        png: "/tmp/allotment.png".into(),
        svg: "/tmp/allotment.svg".into(),
    };
    desk.send(Msg::Reply(id, Reply::QrSaved(Ok(saved))));
    assert!(desk.toast().contains("/tmp/allotment.png"));
    desk.press("y");
    assert_eq!(desk.copied(), Some(LINK));
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn the_full_screen_code_blanks_with_the_card() {
    let mut desk = Desk::opened(NARROW);
    desk.press("Q");
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "newInviteLink": OTHER_LINK}),
    );
    assert_eq!(desk.shown(), None);
    desk.wait(1_000);
    assert!(desk.asks_for_link());
}

#[test]
fn the_last_failure_opens_in_full_and_is_copied() {
    let mut desk = Desk::opened(WIDE);
    desk.press("!");
    assert!(desk.toast().contains("Nothing has failed"));
    desk.press("r");
    let refused = failure(FailureKind::Other);
    desk.answer(&Call::Invite(key_of("a", "1")), Reply::Invite(Err(refused)));
    desk.press("!");
    desk.press("!");
    assert_eq!(desk.state.layers.len(), 1);
    desk.press("y");
    assert!(desk.copied().unwrap().contains("req-1"));
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn at_most_three_toasts_and_each_ends() {
    let mut desk = Desk::ready(WIDE);
    for _ in 0..5 {
        desk.press("o");
    }
    assert_eq!(desk.state.toasts.len(), 3);
    desk.wait(5_000);
    assert!(desk.state.toasts.is_empty());
}

#[test]
fn quit_and_sleep() {
    let mut desk = Desk::ready(WIDE);
    desk.press("Ctrl-z");
    desk.press("q");
    assert_eq!(desk.others, [Effect::Suspend, Effect::Quit]);
}

#[test]
fn a_clock_that_is_set_back_lets_toasts_end_and_wakes_lie_ahead() {
    let mut desk = Desk::ready(WIDE);
    desk.press("o");
    desk.wait(-86_400_000);
    assert_eq!(desk.state.toasts.len(), 1);
    desk.wait(5_000);
    assert!(desk.state.toasts.is_empty());
}
