//! Help, the full-screen code, the list of failures, toasts, quitting.

use super::*;
use crate::console::effect::SavedQr;
use crate::console::state::Pane;

#[test]
fn typing_searches_the_help_and_esc_goes_back_one_step() {
    let mut desk = Harness::ready(WIDE);
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
fn the_help_opens_once_also_over_a_form() {
    let mut desk = Harness::opened(WIDE);
    desk.press("e");
    desk.press("F1");
    desk.press("F1");
    assert_eq!(desk.state.layers.len(), 2);
    desk.press("Enter");
    assert!(matches!(desk.top(), Some(Layer::Form(_))));
}

#[test]
fn the_full_screen_code_requests_its_link_and_saves_it() {
    let mut desk = Harness::ready(NARROW);
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
fn the_full_screen_code_is_hidden_with_the_cards_link() {
    let mut desk = Harness::opened(NARROW);
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
    let mut desk = Harness::opened(WIDE);
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
fn displayed_failures_are_listed_with_time_group_and_action_newest_first() {
    let mut desk = Harness::opened(NARROW);
    desk.press("r");
    let refused = || failure(FailureKind::NotAdmin);
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Err(refused())),
    );
    // A background read that fails is not listed.
    desk.answer(
        &Call::Group(key_of("a", "1")),
        Reply::Group(Err(failure(FailureKind::Other))),
    );
    desk.wait(60_000);
    desk.press("e");
    desk.type_text("!");
    desk.press("Ctrl-s");
    desk.answer_change(Reply::Updated(Err(failure(FailureKind::Other))));
    desk.press("Esc");
    desk.press("Tab");
    desk.press("Enter");
    let entries: Vec<_> = desk
        .state
        .failures
        .iter()
        .map(|entry| entry.action.as_str())
        .collect();
    assert_eq!(
        entries,
        [
            "Save the settings · Allotment (through Desk a)",
            "Get the invite link · Allotment (through Desk a)",
        ]
    );
    desk.press("!");
    let screen = desk.screen();
    assert!(
        screen.contains("22:14:20  Save the settings · Allotment"),
        "{screen}"
    );
    assert!(screen.contains("22:13:20  Get the invite link"), "{screen}");
    desk.press("y");
    let copied = desk.copied().unwrap().to_owned();
    assert!(copied.find("Save the settings") < copied.find("Get the invite link"));
}

#[test]
fn a_repeated_failure_is_one_entry() {
    let mut desk = Harness::ready(WIDE);
    desk.lose_realtime();
    for _ in 0..4 {
        desk.answer(
            &Call::Sessions,
            Reply::Sessions(Err(failure(FailureKind::GatewayAway))),
        );
        desk.wait(60_000);
    }
    assert_eq!(desk.state.failures.len(), 1);
    assert_eq!(desk.state.failures[0].times, 4);
}

#[test]
fn an_unbound_key_is_reported_in_one_line() {
    let mut desk = Harness::ready(WIDE);
    desk.press("E");
    assert_eq!(desk.toast(), "Key E does nothing here; ? shows the keys.");
    desk.press("x");
    assert!(
        desk.toast().starts_with("x works under Sessions"),
        "{}",
        desk.toast()
    );
    desk.press("b");
    assert!(
        desk.toast().contains("full-screen code"),
        "{}",
        desk.toast()
    );
    desk.press("R");
    desk.press("Esc");
    desk.press("BackTab");
    desk.press("Down");
    desk.press("x");
    desk.press("E");
    assert_eq!(desk.toast(), "Key E does nothing here; ? shows the keys.");
}

#[test]
fn card_keys_act_on_the_visible_card_from_any_pane_or_report_why_not() {
    let mut desk = Harness::opened(WIDE);
    desk.press("Tab");
    assert_eq!(desk.state.focus, Pane::Sessions);
    desk.press("y");
    assert_eq!(desk.copied(), Some(LINK));
    for key in ["e", "R", "Q"] {
        desk.press(key);
        let is_open = match desk.top() {
            Some(Layer::Form(_)) => key == "e",
            Some(Layer::Reset(_)) => key == "R",
            Some(Layer::Qr) => key == "Q",
            _ => false,
        };
        assert!(is_open, "{key}");
        desk.press("Esc");
    }
    let mut desk = Harness::opened(NARROW);
    desk.press("Tab");
    assert_eq!(desk.state.focus, Pane::Sessions);
    for key in ["y", "e", "R", "Q"] {
        desk.state.toasts.clear();
        desk.press(key);
        assert!(desk.state.layers.is_empty(), "{key}");
        assert!(
            desk.toast().contains("No group's card is in sight"),
            "{key}"
        );
    }
    assert_eq!(desk.copied(), None);
}

#[test]
fn every_pane_leads_to_adding_the_first_account() {
    for size in [WIDE, NARROW] {
        for panes in 0..3 {
            let mut desk = Harness::with(options(), size);
            desk.realtime(RealtimeEvent::Connected);
            desk.answer(&Call::Sessions, Reply::Sessions(Ok(Vec::new())));
            for _ in 0..panes {
                desk.press("Tab");
            }
            let screen = desk.screen();
            assert!(screen.contains("No accounts yet"), "{screen}");
            assert!(screen.contains("a  Link a phone"), "{screen}");
            assert!(screen.contains("a add account"), "{screen}");
            assert!(!screen.contains("This key sees"), "{screen}");
            desk.press("a");
            assert!(matches!(desk.top(), Some(Layer::Pairing(_))));
        }
    }
}

#[test]
fn the_help_finds_synonyms_and_explains_the_signs() {
    for (search, found) in [
        ("rename", "Rename the group, change its description"),
        ("rename", "Rename the account"),
        ("barcode", "Fill the screen"),
        ("unlink", "Log the session out"),
        ("logout", "Log the session out"),
        ("undo", "Ctrl-z"),
        ("★", "An admin"),
        ("heard", "When WhatsApp last sent"),
        ("announce", "only admins can post"),
        ("◐", "Connecting"),
        ("▣", "Waits for a phone"),
        ("▌", "Selected"),
        ("locked", "only admins can edit"),
    ] {
        let mut desk = Harness::ready(NARROW);
        desk.press("?");
        desk.type_text(search);
        let screen = desk.screen();
        assert!(screen.contains(found), "{search}: {screen}");
    }
}

#[test]
fn at_most_three_toasts_are_shown_and_each_expires() {
    let mut desk = Harness::ready(WIDE);
    for _ in 0..5 {
        desk.press("o");
    }
    assert_eq!(desk.state.toasts.len(), 3);
    desk.wait(5_000);
    assert!(desk.state.toasts.is_empty());
}

#[test]
fn quit_and_sleep() {
    let mut desk = Harness::ready(WIDE);
    desk.press("Ctrl-z");
    desk.press("q");
    assert_eq!(desk.others, [Effect::Suspend, Effect::Quit]);
}

#[test]
fn when_the_clock_is_set_back_toasts_expire_and_wakes_are_in_the_future() {
    let mut desk = Harness::ready(WIDE);
    desk.press("o");
    desk.wait(-86_400_000);
    assert_eq!(desk.state.toasts.len(), 1);
    desk.wait(5_000);
    assert!(desk.state.toasts.is_empty());
}
