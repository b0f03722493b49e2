//! The same group through another account that is an admin there.

use super::*;
use crate::console::layout::{Target, hit};
use crate::console::state::{Pane, SessionScope};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// Both accounts are connected and in the choir: `a` as a member, `b` as an admin.
fn shared(size: (u16, u16)) -> Harness {
    let mut desk = Harness::ready(size);
    desk.status("b", "working");
    let list = |desk: &mut Harness, session: &str, groups| {
        if desk.is_asked(&Call::Groups {
            session: session.to_owned(),
        }) {
            desk.list(session, groups);
        }
    };
    desk.press("r");
    list(
        &mut desk,
        "a",
        vec![
            group("1", "Allotment"),
            with_role(group("3", "Choir"), SessionRole::Member),
        ],
    );
    list(
        &mut desk,
        "b",
        vec![group("3", "Choir"), group("4", "Darts")],
    );
    select(&mut desk, "a");
    desk
}

/// Selects the row of the choir that this account has.
#[track_caller]
fn select(desk: &mut Harness, session: &str) {
    desk.press("Home");
    for _ in 0..desk.state.groups.len() {
        let selected = desk.state.groups.selected().expect("a row");
        if selected.key == key_of(session, "3") {
            return;
        }
        desk.press("Down");
    }
    panic!("no row of {session}: {:?}", desk.names());
}

#[track_caller]
fn assert_at(desk: &Harness, session: &str) {
    assert_eq!(desk.state.focus, Pane::Group);
    assert_eq!(desk.state.card.as_ref().unwrap().key, key_of(session, "3"));
    assert!(desk.asks_for_link());
}

#[test]
fn the_card_names_the_account_and_one_key_goes_there() {
    for size in [NARROW, WIDE] {
        let mut desk = shared(size);
        desk.press("Enter");
        let screen = desk.screen();
        assert!(
            screen.contains("Desk b is an admin here: press c"),
            "{screen}"
        );
        desk.press("c");
        assert_at(&desk, "b");
        assert!(!desk.screen().contains("is an admin here"));
    }
}

#[test]
fn it_works_under_a_filter() {
    let mut desk = shared(WIDE);
    desk.press("/");
    desk.type_text("choir");
    desk.press("Enter");
    select(&mut desk, "a");
    desk.press("c");
    assert_at(&desk, "b");
    assert_eq!(desk.state.groups.filter, "choir", "the filter stays");
}

#[test]
fn a_filter_that_only_the_former_account_matches_is_cleared() {
    let mut desk = shared(WIDE);
    let mut a = session("a", SessionStatus::Working);
    a.phone_number = Some("6281234567890".to_owned());
    desk.press("BackTab");
    desk.press("r");
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Ok(vec![a, session("b", SessionStatus::Working)])),
    );
    desk.press("/");
    desk.type_text("62812345");
    desk.press("Enter");
    select(&mut desk, "a");
    desk.press("c");
    assert_at(&desk, "b");
    assert_eq!(desk.state.groups.filter, "");
}

#[test]
fn it_works_while_one_account_is_selected() {
    let mut desk = shared(WIDE);
    desk.press("BackTab");
    desk.press("Down");
    assert_eq!(
        desk.state.sessions.scope(),
        SessionScope::Session("a".to_owned())
    );
    desk.press("Tab");
    select(&mut desk, "a");
    desk.press("c");
    assert_eq!(
        desk.state.sessions.scope(),
        SessionScope::Session("b".to_owned())
    );
    assert_at(&desk, "b");
}

#[test]
fn a_click_on_the_line_goes_there() {
    let mut desk = shared(WIDE);
    let (columns, rows) = desk.state.size;
    let wanted = Target::Hint(crate::console::keymap::Action::OtherAccount);
    let mut cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
    let (column, row) = cells
        .find(|(column, row)| hit(&desk.state, *column, *row) == wanted)
        .expect("the line is on the screen");
    desk.send(Msg::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
    assert_at(&desk, "b");
}

#[test]
fn only_what_is_known_is_claimed() {
    let line = "is an admin here";
    // Not connected.
    let mut desk = shared(WIDE);
    desk.status("b", "stopped");
    assert!(!desk.screen().contains(line));
    desk.press("c");
    assert!(
        desk.toast().contains("No other connected account"),
        "{}",
        desk.toast()
    );
    // Its groups are not loaded.
    let mut desk = Harness::with(options(), WIDE);
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Ok(vec![
            session("a", SessionStatus::Working),
            session("b", SessionStatus::Working),
        ])),
    );
    desk.list(
        "a",
        vec![with_role(group("3", "Choir"), SessionRole::Member)],
    );
    assert!(!desk.screen().contains(line));
    // Without roles nothing is known.
    let foreign = || Group {
        my_role: None,
        ..group("3", "Choir")
    };
    desk.list("b", vec![foreign()]);
    assert!(!desk.screen().contains(line));
    // This account is an admin itself.
    let mut desk = shared(WIDE);
    select(&mut desk, "b");
    assert!(!desk.screen().contains(line));
}

#[test]
fn an_admin_that_is_not_connected_is_pointed_to_another_one() {
    let mut desk = shared(WIDE);
    select(&mut desk, "b");
    desk.press("BackTab");
    desk.press("r");
    desk.answer(
        &Call::Sessions,
        Reply::Sessions(Ok(vec![
            session("a", SessionStatus::Working),
            session("b", SessionStatus::Working),
        ])),
    );
    desk.event(
        EventKind::GroupParticipant,
        "a",
        json!({ "groupJid": "3@g.us", "promote": ["a@lid"] }),
    );
    desk.status("b", "stopped");
    let better = desk.state.better_account().map(|entry| entry.key.clone());
    assert_eq!(better, Some(key_of("a", "3")));
}
