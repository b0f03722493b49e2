//! Counter mode: only the way out works, and the code stays current by itself.

use super::*;
use crate::console::state::{Connection, LinkHidden, Pin};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const MINUTE: i64 = 60_000;
const SIZES: [(u16, u16); 3] = [NARROW, (120, 40), WIDE];

fn ask() -> Call {
    Call::Invite(key_of("a", "1"))
}

/// The first group's counter, locked with this PIN or without one from the list, its link shown.
fn locked(pin: &str, size: (u16, u16)) -> Harness {
    let mut desk = Harness::opened(size);
    desk.press("Esc");
    desk.press("K");
    desk.type_text(pin);
    desk.press("Enter");
    assert!(desk.state.is_locked());
    desk
}

fn with_dark(mut desk: Harness, after: i64) -> Harness {
    desk.state.options.counter.dark_after = after;
    desk
}

fn is_blank(desk: &Harness) -> bool {
    let is_frame = |character: char| character.is_whitespace() || character == '"';
    desk.screen().chars().all(is_frame)
}

/// Keys of one read of the terminal.
fn burst(desk: &mut Harness, keys: &[&str]) {
    desk.send(Msg::Keys(keys.iter().map(|key| key_event(key)).collect()));
}

#[test]
fn three_esc_within_two_seconds_unlock_without_a_pin() {
    let mut desk = locked("", NARROW);
    for _ in 0..5 {
        desk.press("Esc");
        desk.wait(1_500);
    }
    assert!(desk.state.is_locked(), "too slow");
    desk.wait(2_001);
    desk.press("Esc");
    desk.press("Esc");
    desk.press("x");
    desk.press("Esc");
    assert!(desk.state.is_locked(), "not in a row");
    desk.press("Esc");
    desk.press("Esc");
    assert!(!desk.state.is_locked());
    assert!(desk.top().is_none());
}

#[test]
fn the_pin_unlocks_and_nothing_else_does() {
    let mut desk = locked("4711", NARROW);
    for key in [
        "Esc", "Esc", "Esc", "Ctrl-c", "Ctrl-z", "q", "Enter", "?", "F1",
    ] {
        desk.press(key);
    }
    desk.send(Msg::Paste("4711".to_owned()));
    assert!(desk.state.is_locked());
    assert!(desk.others.is_empty(), "{:?}", desk.others);
    desk.type_text("4711");
    assert!(!desk.state.is_locked());
    desk.press("Q");
    desk.press("K");
    burst(&mut desk, &["1", "2", "3", "4", "5", "Enter"]);
    assert!(desk.state.is_locked(), "from the full-screen code");
    // Typed ahead, in one read: what follows the PIN is no command.
    burst(&mut desk, &["1", "2", "3", "4", "5", "q"]);
    assert!(matches!(desk.top(), Some(Layer::Qr)));
    assert!(desk.others.is_empty(), "{:?}", desk.others);
}

#[test]
fn digits_of_a_visitor_do_not_spoil_the_pin() {
    let mut desk = locked("4711", NARROW);
    desk.type_text("99");
    desk.wait(10_000);
    desk.type_text("4711");
    assert!(!desk.state.is_locked(), "they are forgotten");
    for clears in ["Backspace", "Esc"] {
        let mut desk = locked("4711", NARROW);
        desk.type_text("99");
        desk.press(clears);
        desk.type_text("4711");
        assert!(!desk.state.is_locked(), "{clears}");
    }
}

#[test]
fn wrong_pins_start_pauses_that_double_up_to_ten_minutes() {
    let mut desk = locked("4711", NARROW);
    for seconds in [10, 20, 40, 80, 160, 320, 600, 600] {
        for wrong in ["0000", "4712", "4710"] {
            assert!(!desk.screen().contains("wait "), "before the third one");
            desk.type_text(wrong);
        }
        assert!(desk.screen().contains(&format!("wait {seconds} s")));
        desk.wait(seconds * 1_000 - 1);
        desk.type_text("4711");
        assert!(desk.state.is_locked(), "{seconds} s are not over");
        desk.wait(1);
    }
    desk.type_text("4711");
    assert!(!desk.state.is_locked());
}

#[test]
fn a_clock_that_is_set_back_does_not_lengthen_a_pause() {
    let mut desk = locked("4711", NARROW);
    desk.type_text("000000000000");
    desk.wait(-3_600_000);
    desk.wait(10_000);
    desk.type_text("4711");
    assert!(!desk.state.is_locked());
}

#[test]
fn a_pin_has_four_to_eight_digits_or_none() {
    let mut desk = Harness::opened(NARROW);
    for (typed, locks) in [
        ("123", false),
        ("1234", true),
        ("123456789", true),
        ("a", true),
    ] {
        desk.press("K");
        desk.type_text(typed);
        desk.press("Enter");
        assert_eq!(desk.state.is_locked(), locks, "{typed}");
        desk.state.layers.clear();
    }
    desk.press("K");
    assert!(!desk.screen().contains('•'));
    desk.type_text("777");
    let screen = desk.screen();
    assert!(
        screen.contains("•••") && !screen.contains("777"),
        "{screen}"
    );
    assert_eq!(desk.state.requests.last_key, None);
    desk.press("Esc");
    assert!(desk.top().is_none());
}

#[test]
fn a_pin_is_not_printed() {
    let mut pin = Pin::default();
    pin.push('7');
    assert_eq!(format!("{pin:?}"), "Pin(..)");
    let desk = locked("7777", NARROW);
    let (counter, lock) = desk.state.locked_counter().unwrap();
    assert!(!format!("{counter:?} {lock:?}").contains("7777"));
}

#[test]
fn the_screen_goes_dark_and_a_key_only_wakes_it() {
    let mut desk = with_dark(locked("4711", NARROW), 10 * MINUTE);
    desk.wait(10 * MINUTE - 1);
    assert!(!is_blank(&desk));
    let wake = desk.state.requests.wake_requested.unwrap();
    assert!(wake <= desk.state.now + 1, "it goes dark in time");
    desk.wait(1);
    assert!(is_blank(&desk));
    desk.send(Msg::Mouse(click(10, 10)));
    desk.send(Msg::Paste("4".to_owned()));
    assert!(is_blank(&desk), "only a key wakes it");
    desk.press("4");
    assert!(!is_blank(&desk));
    desk.type_text("711");
    assert!(desk.state.is_locked(), "the first key was no digit");
    desk.wait(10_000);
    desk.type_text("4711");
    assert!(!desk.state.is_locked());

    let mut desk = with_dark(locked("", NARROW), 0);
    desk.wait(1_000 * MINUTE);
    desk.wait(1_000);
    assert!(!is_blank(&desk), "0 is never");
}

fn click(column: u16, row: u16) -> MouseEvent {
    MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }
}

#[test]
fn a_reset_elsewhere_is_followed() {
    for size in SIZES {
        let mut desk = locked("4711", size);
        desk.press("Esc");
        let event = json!({"groupJid": "1@g.us", "newInviteLink": OTHER_LINK, "sender": "6@lid"});
        desk.event(EventKind::GroupUpdate, "a", event);
        assert_eq!(desk.shown(), None);
        let screen = desk.screen();
        assert!(screen.contains("One moment, please"), "{screen}");
        assert!(screen.contains("the link was reset"), "{screen}");
        assert!(!screen.contains("Ana"), "no person is named: {screen}");
        desk.wait(1_000);
        desk.answer(&ask(), Reply::Invite(Ok(OTHER_LINK.to_owned())));
        assert_eq!(desk.shown(), Some(OTHER_LINK));
        assert!(!desk.screen().contains("One moment"));
    }
}

#[test]
fn a_session_that_was_lost_brings_the_code_back() {
    let mut desk = locked("4711", NARROW);
    desk.status("a", "starting");
    desk.status("a", "stopped");
    assert_eq!(desk.shown(), None);
    let screen = desk.screen();
    assert!(screen.contains("the account is stopped"), "{screen}");
    desk.wait(30 * MINUTE);
    desk.status("a", "working");
    desk.wait(700);
    desk.answer(&ask(), Reply::Invite(Ok(LINK.to_owned())));
    assert_eq!(desk.shown(), Some(LINK));
}

#[test]
fn a_gateway_that_comes_back_brings_the_code_back() {
    let mut desk = locked("4711", NARROW);
    desk.lose_realtime();
    desk.wait(30_000);
    let away = failure(FailureKind::GatewayAway);
    desk.answer(&ask(), Reply::Invite(Err(away.clone())));
    desk.answer(&Call::Sessions, Reply::Sessions(Err(away)));
    assert!(matches!(desk.state.connection, Connection::Away { .. }));
    assert_eq!(desk.shown(), None);
    let screen = desk.screen();
    assert!(screen.contains("the gateway is away"), "{screen}");
    assert!(screen.contains("One moment, please"), "{screen}");
    desk.wait(MINUTE);
    let sessions = vec![
        session("a", SessionStatus::Working),
        session("b", SessionStatus::Stopped),
    ];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions)));
    desk.wait(700);
    desk.answer(&ask(), Reply::Invite(Ok(OTHER_LINK.to_owned())));
    assert_eq!(desk.shown(), Some(OTHER_LINK));
    assert!(!desk.screen().contains("answers again"), "no message");
}

#[test]
fn a_refused_link_is_asked_for_again_without_a_key() {
    let limited = CallFailure {
        retry_after: Some(120),
        ..failure(FailureKind::RateLimited { wait: Some(120) })
    };
    for (refusal, wait) in [(failure(FailureKind::Other), 60), (limited, 120)] {
        let mut desk = locked("4711", NARROW);
        let reset = json!({"groupJid": "1@g.us", "reason": "invite_reset", "sender": "6@lid"});
        desk.event(EventKind::GroupUpdate, "a", reset);
        desk.wait(1_000);
        desk.answer(&ask(), Reply::Invite(Err(refusal)));
        assert!(matches!(
            desk.invite(),
            Invite::Hidden(LinkHidden::Failed(_))
        ));
        assert!(desk.screen().contains("tried again later"));
        desk.wait(wait * 1_000 - 1);
        assert!(!desk.asks_for_link());
        desk.wait(1);
        desk.answer(&ask(), Reply::Invite(Ok(LINK.to_owned())));
        assert_eq!(desk.shown(), Some(LINK));
    }
}

#[test]
fn no_other_groups_code_is_shown_while_the_group_is_gone() {
    let mut desk = locked("4711", WIDE);
    let all = || {
        vec![
            group("1", "Allotment"),
            group("2", "Book club"),
            group("3", "Choir"),
        ]
    };
    let list = |desk: &mut Harness, groups: Vec<Group>| {
        desk.realtime(RealtimeEvent::Connected);
        desk.list("a", groups);
    };
    desk.lose_realtime();
    list(&mut desk, all().split_off(1));
    assert!(desk.state.is_locked());
    assert!(desk.state.card.is_none());
    desk.wait(5_000);
    assert!(!desk.asks_for_link(), "no other group's link is needed");
    let screen = desk.screen();
    assert!(screen.contains("Allotment"), "{screen}");
    assert!(screen.contains("the group is not in the list"), "{screen}");
    desk.lose_realtime();
    list(&mut desk, all());
    desk.wait(700);
    desk.answer(&ask(), Reply::Invite(Ok(OTHER_LINK.to_owned())));
    assert_eq!(desk.shown(), Some(OTHER_LINK));
}

#[test]
fn a_layer_above_the_lock_gets_no_key() {
    let mut desk = locked("4711", NARROW);
    desk.state
        .layers
        .push(Layer::Help(crate::console::state::HelpDialog::default()));
    assert!(!desk.screen().contains("Help"));
    desk.press("Esc");
    assert!(matches!(desk.top(), Some(Layer::Help(_))));
    desk.type_text("4711");
    assert!(!desk.state.is_locked());
}

#[test]
fn a_link_that_was_to_be_copied_is_not_copied_while_locked() {
    let mut desk = Harness::ready(WIDE);
    desk.press("y");
    desk.press("K");
    desk.press("Enter");
    desk.answer(&ask(), Reply::Invite(Ok(LINK.to_owned())));
    assert_eq!(desk.shown(), Some(LINK));
    assert_eq!(desk.copied(), None);
    assert!(!desk.screen().contains("copied"), "no message is drawn");
}

#[test]
fn without_a_link_to_be_had_the_reason_is_given_instead() {
    let mut desk = Harness::ready(WIDE);
    desk.press("Down");
    desk.press("Down");
    assert_eq!(desk.selected(), "Choir");
    desk.press("K");
    assert!(desk.top().is_none());
    assert!(desk.toast().starts_with("No code for the counter: "));
}

/// One random input: any key with any modifiers, the mouse, a paste, a burst, a resize.
fn random_input(random: &mut StdRng) -> Msg {
    let key = |random: &mut StdRng| {
        let code = match random.random_range(0..14) {
            0 => KeyCode::Esc,
            1 => KeyCode::Enter,
            2 => KeyCode::Tab,
            3 => KeyCode::F(random.random_range(1..=12)),
            4 => KeyCode::Backspace,
            5 => KeyCode::Delete,
            6 => KeyCode::Up,
            7 => KeyCode::PageDown,
            8 => KeyCode::Char(random.random_range('0'..='9')),
            9 => KeyCode::Char(random.random_range('\u{a0}'..='\u{2fff}')),
            _ => KeyCode::Char(random.random_range(' '..='~')),
        };
        let modifiers = match random.random_range(0..4) {
            0 => KeyModifiers::CONTROL,
            1 => KeyModifiers::from_bits_truncate(random.random()),
            _ => KeyModifiers::NONE,
        };
        KeyEvent::new(code, modifiers)
    };
    match random.random_range(0..10) {
        0 => {
            let kinds = [
                MouseEventKind::Down(MouseButton::Left),
                MouseEventKind::Down(MouseButton::Right),
                MouseEventKind::Up(MouseButton::Left),
                MouseEventKind::ScrollUp,
                MouseEventKind::ScrollDown,
            ];
            Msg::Mouse(MouseEvent {
                kind: kinds[random.random_range(0..kinds.len())],
                column: random.random_range(0..200),
                row: random.random_range(0..60),
                modifiers: KeyModifiers::NONE,
            })
        }
        1 => {
            let length = random.random_range(0..40);
            let text = (0..length).map(|_| random.random_range('\0'..='~'));
            Msg::Paste(text.collect())
        }
        2 => {
            let length = random.random_range(2..20);
            Msg::Keys((0..length).map(|_| key(random)).collect())
        }
        3 => Msg::Resize {
            columns: random.random_range(0..250),
            rows: random.random_range(0..80),
        },
        _ => Msg::Key(key(random)),
    }
}

#[test]
fn ten_thousand_inputs_without_the_pin_send_write_and_leave_nothing() {
    let mut random = StdRng::seed_from_u64(20_261_127);
    let mut desk = with_dark(locked("31415926", NARROW), 10 * MINUTE);
    assert!(desk.others.is_empty());
    for round in 0..10_000 {
        let input = random_input(&mut random);
        let words = format!("{round}: {input:?}");
        desk.send(input);
        assert!(desk.state.is_locked(), "{words}");
        assert_eq!(desk.state.layers.len(), 1, "{words}");
        assert!(desk.others.is_empty(), "{words}: {:?}", desk.others);
        desk.wait([0, 30, 500, 5_000, 20 * MINUTE][random.random_range(0..5)]);
        while let Some((id, call)) = desk.asked.pop() {
            assert!(!call.changes(), "{words}: {call:?}");
            let reply = match &call {
                Call::Sessions => Reply::Sessions(Ok(vec![
                    session("a", SessionStatus::Working),
                    session("b", SessionStatus::Stopped),
                ])),
                Call::Ready => Reply::Ready(Ok(true)),
                Call::Invite(_) => Reply::Invite(Ok(LINK.to_owned())),
                call => panic!("{words}: {call:?}"),
            };
            desk.send(Msg::Reply(id, reply));
        }
        if round % 100 == 0 {
            desk.screen();
        }
    }
    desk.wait(1_000);
    if desk.asks_for_link() {
        desk.answer(&ask(), Reply::Invite(Ok(LINK.to_owned())));
    }
    assert_eq!(desk.shown(), Some(LINK));
    desk.wait(20 * MINUTE);
    desk.press("x");
    desk.type_text("31415926");
    assert!(!desk.state.is_locked(), "the PIN still works");
}
