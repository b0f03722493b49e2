//! The layout of the list: zoom, columns, and the place that is kept.

use super::*;
use crate::console::notebook::ListPlace;
use crate::console::state::{GroupColumn, Pane};

fn place(session: &str, jid: &str) -> ListPlace {
    ListPlace {
        sort: "members".to_owned(),
        reversed: true,
        hidden_columns: ["age".to_owned()].into(),
        session: Some(session.to_owned()),
        group: Some((session.to_owned(), format!("{jid}@g.us"))),
    }
}

/// A console whose notebook holds this place, before any other answer.
fn with_place(list: ListPlace) -> Harness {
    let mut desk = Harness::with(options(), WIDE);
    let (id, _) = desk.noted.remove(0);
    let notebook = Notebook {
        list: Some(list),
        ..Notebook::default()
    };
    desk.send(Msg::Reply(id, Reply::Notebook(Ok(notebook))));
    desk
}

fn answer_lists(desk: &mut Harness) {
    let rows = vec![
        session("a", SessionStatus::Working),
        session("b", SessionStatus::Working),
    ];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    desk.list("b", vec![group("4", "Darts"), group("5", "Euchre")]);
}

#[test]
fn the_list_comes_back_as_it_was_left() {
    let mut desk = with_place(place("b", "5"));
    answer_lists(&mut desk);
    let groups = &desk.state.groups;
    assert_eq!(desk.state.sessions.selected().unwrap().id, "b");
    assert_eq!(groups.sort.word(), "members");
    assert!(groups.reversed);
    assert!(groups.hidden_columns.contains(&GroupColumn::Age));
    assert_eq!(desk.selected(), "Euchre");
    assert!(!desk.screen().contains("Age"));
}

#[test]
fn who_has_moved_already_is_not_moved_again() {
    let mut desk = with_place(place("b", "5"));
    desk.press("Tab");
    answer_lists(&mut desk);
    assert_eq!(desk.state.sessions.cursor, 0);
}

#[test]
fn a_place_that_is_gone_is_ignored() {
    let mut desk = with_place(place("gone", "5"));
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    desk.list("a", vec![group("1", "Allotment")]);
    assert_eq!(desk.selected(), "Allotment");
    assert!(desk.state.groups.restoring.is_none());
}

#[test]
fn the_place_is_written_once_the_list_rests() {
    let mut desk = Harness::ready(WIDE);
    desk.noted.clear();
    desk.press("Down");
    desk.press("o");
    desk.wait(2_999);
    assert_eq!(desk.noted.len(), 0);
    desk.wait(1);
    let (_, change) = desk.noted.pop().expect("a change");
    let Some(NotebookChange::List(list)) = change else {
        panic!("{change:?}");
    };
    assert_eq!(list.sort, "members");
    desk.wait(60_000);
    assert_eq!(desk.noted.len(), 0, "once");
}

#[test]
fn zoom_gives_the_focused_pane_the_screen() {
    let mut desk = Harness::opened(WIDE);
    assert!(desk.screen().contains("Sessions"));
    desk.press("z");
    let screen = desk.screen();
    assert!(!screen.contains("─ Sessions"), "{screen}");
    desk.press("Esc");
    assert_eq!(desk.state.focus, Pane::Groups);
    assert!(!desk.screen().contains("─ Sessions"));
    desk.press("z");
    assert!(desk.screen().contains("─ Sessions"));
}

#[test]
fn columns_are_left_out_and_come_back() {
    let mut desk = Harness::ready(WIDE);
    assert!(desk.screen().contains("Role"));
    desk.press("v");
    desk.press("Down");
    desk.press("Down");
    desk.press("Space");
    desk.press("Esc");
    assert!(desk.top().is_none());
    assert!(!desk.screen().contains("Role"));
    desk.press("v");
    desk.press("Down");
    desk.press("Down");
    desk.press("Space");
    desk.press("Enter");
    assert!(desk.screen().contains("Role"));
}
