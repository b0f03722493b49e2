//! "Copy as": the menu, its keys, and what is copied.

use super::*;
use crate::console::msg::ClipboardKind;
use crate::console::state::CopyText;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

fn desk(size: (u16, u16), opened: bool) -> Harness {
    let mut desk = if opened {
        Harness::opened(size)
    } else {
        Harness::ready(size)
    };
    let text = |name: &str, text: &str| CopyText::parse(name, text).unwrap();
    desk.state.options.copy = copy_texts(vec![
        text("Français", "Rejoignez « {name} » : {link} ({account})"),
        text("Filipino", "Sumali sa {name}: {link}"),
        text("Deutsch", "{{{name}}} {link}"),
    ]);
    desk
}

fn cursor(desk: &Harness) -> usize {
    match desk.top() {
        Some(Layer::CopyAs(menu)) => menu.cursor,
        _ => panic!("no menu"),
    }
}

#[test]
fn a_digit_a_letter_or_enter_copies_and_the_menu_closes() {
    for (keys, copied) in [
        (&["1"][..], LINK.to_owned()),
        (&["l"], LINK.to_owned()),
        (&["Enter"], LINK.to_owned()),
        (&["N"], format!("Allotment\n{LINK}")),
        (&["Down", "Enter"], format!("Allotment\n{LINK}")),
        (&["Tab", "Tab", "Space"], french()),
        (&["f", "Enter"], french()),
        (&["f", "f", "Enter"], format!("Sumali sa Allotment: {LINK}")),
        (&["BackTab", "Enter"], format!("{{Allotment}} {LINK}")),
        (&["d"], format!("{{Allotment}} {LINK}")),
        (&["End", "Up", "3"], french()),
    ] {
        let mut desk = desk(NARROW, true);
        desk.press("Y");
        for key in keys {
            assert!(matches!(desk.top(), Some(Layer::CopyAs(_))), "{keys:?}");
            desk.press(key);
        }
        assert_eq!(desk.copied(), Some(copied.as_str()), "{keys:?}");
        assert!(desk.state.layers.is_empty(), "{keys:?}");
    }
}

fn french() -> String {
    format!("Rejoignez « Allotment » : {LINK} (Desk a)")
}

#[test]
fn the_toast_names_group_and_text() {
    let mut desk = desk(NARROW, true);
    desk.press("Y");
    desk.press("3");
    let Some(Effect::Copy { id, .. }) = desk.others.pop() else {
        panic!("{:?}", desk.others)
    };
    desk.send(Msg::Reply(id, Reply::Copied(Ok(ClipboardKind::System))));
    assert_eq!(
        desk.toast(),
        "Allotment: “Français” copied to the system clipboard"
    );
}

#[test]
fn the_last_choice_is_the_next_default() {
    let mut desk = desk(NARROW, true);
    desk.press("Y");
    desk.press("4");
    desk.press("Y");
    assert_eq!(cursor(&desk), 3);
    desk.press("Esc");
    desk.press("Y");
    assert_eq!(cursor(&desk), 3, "Esc chooses nothing");
    assert_eq!(
        desk.state.groups.notebook.copy_as.as_deref(),
        Some("Filipino")
    );
    // A text that the configuration has no longer.
    desk.press("Esc");
    desk.state.groups.notebook.copy_as = Some("Klingon".to_owned());
    desk.press("Y");
    assert_eq!(cursor(&desk), 0);
}

#[test]
fn wrong_keys_and_pastes_copy_nothing() {
    let mut desk = desk(NARROW, true);
    desk.press("Y");
    for key in ["6", "0", "x", "Ctrl-d", "%"] {
        desk.press(key);
        assert_eq!(cursor(&desk), 0);
        assert_eq!(desk.copied(), None, "{key}");
    }
    assert!(
        desk.toast().contains("does nothing here"),
        "{}",
        desk.toast()
    );
    desk.send(Msg::Paste("2 rubbish".to_owned()));
    let keys = "2 rubbish".chars().map(KeyCode::Char).map(KeyEvent::from);
    desk.send(Msg::Keys(keys.collect()));
    assert_eq!(desk.copied(), None);
    desk.wait(1_000);
    // Keys of the read that opens the menu do not choose in it.
    desk.press("Esc");
    desk.send(Msg::Keys(["Y", "1"].map(key_event).to_vec()));
    assert!(matches!(desk.top(), Some(Layer::CopyAs(_))));
    assert_eq!(desk.copied(), None);
}

#[test]
fn a_link_that_is_being_read_is_copied_when_it_arrives() {
    let mut desk = desk(NARROW, false);
    let call = Call::Invite(key_of("a", "1"));
    desk.press("Y");
    assert!(desk.is_asked(&call), "the menu asks for the link at once");
    assert!(desk.screen().contains("‹link›"));
    desk.press("3");
    assert_eq!(desk.copied(), None);
    desk.answer(&call, Reply::Invite(Ok(LINK.to_owned())));
    assert_eq!(desk.copied(), Some(french().as_str()));
}

#[test]
fn a_dead_link_is_not_copied() {
    let mut desk = desk(NARROW, true);
    desk.press("Y");
    assert!(desk.screen().contains(LINK.split_at(30).0));
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "newInviteLink": OTHER_LINK, "sender": "6@lid"}),
    );
    assert!(!desk.screen().contains(LINK.split_at(30).0));
    desk.press("3");
    assert_eq!(desk.copied(), None);
    desk.answer(
        &Call::Invite(key_of("a", "1")),
        Reply::Invite(Ok(OTHER_LINK.to_owned())),
    );
    assert_eq!(
        desk.copied(),
        Some(french().replace(LINK, OTHER_LINK).as_str())
    );

    // The session goes away while the menu is open.
    desk.press("Y");
    desk.status("a", "stopped");
    desk.others.clear();
    desk.press("Enter");
    assert_eq!(desk.copied(), None);
    assert!(desk.toast().starts_with("No link: "), "{}", desk.toast());
}

#[test]
fn a_group_that_leaves_the_list_closes_the_menu() {
    let mut desk = desk(NARROW, true);
    desk.press("Y");
    desk.press("Esc");
    desk.press("r");
    desk.press("Y");
    desk.state.groups.cursor = 1;
    desk.send(Msg::Tick);
    assert!(desk.state.layers.is_empty());
    assert!(desk.toast().contains("not in the list"), "{}", desk.toast());
}

#[test]
fn without_a_link_the_menu_stays_closed() {
    let mut desk = desk(NARROW, false);
    desk.press("Down");
    desk.press("Down");
    desk.press("Y");
    assert_eq!(desk.selected(), "Choir");
    assert!(desk.state.layers.is_empty() && desk.toast().starts_with("No link: "));
}

#[test]
fn the_mouse_selects_and_copies() {
    let mut desk = desk(WIDE, true);
    desk.press("Q");
    desk.press("Y");
    let click = |desk: &mut Harness, words: &str| {
        let screen = desk.screen();
        let (row, line) = screen
            .lines()
            .enumerate()
            .find(|(_, line)| line.contains(words))
            .unwrap_or_else(|| panic!("{words}:\n{screen}"));
        // The test's screen is drawn in quotes.
        let column = line[..line.find(words).unwrap()].chars().count() - 1;
        desk.send(Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: column as u16,
            row: row as u16,
            modifiers: KeyModifiers::NONE,
        }));
    };
    click(&mut desk, "Filipino");
    assert_eq!((cursor(&desk), desk.copied()), (3, None));
    click(&mut desk, "Filipino");
    let filipino = format!("Sumali sa Allotment: {LINK}");
    assert_eq!(desk.copied(), Some(filipino.as_str()));
    assert!(matches!(desk.top(), Some(Layer::Qr)));
    desk.press("Y");
    click(&mut desk, "[ Cancel ]");
    assert!(matches!(desk.top(), Some(Layer::Qr)));
    desk.press("Y");
    click(&mut desk, "[ Copy ]");
    assert_eq!(desk.others.len(), 2);
}
