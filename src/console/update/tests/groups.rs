//! Rows, filter, sort, and a cursor that stays with its group.

use super::*;
use crate::console::state::{Pane, Sort};

#[test]
fn typing_filters_and_the_best_match_is_selected() {
    let mut desk = Desk::ready(WIDE);
    desk.press("Down");
    desk.press("/");
    desk.type_text("choq");
    desk.press("Backspace");
    assert_eq!(desk.names(), ["Choir"]);
    assert_eq!(desk.selected(), "Choir");
    desk.press("Enter");
    assert!(!desk.state.groups.typing);
    assert_eq!(desk.state.groups.filter, "cho");
    desk.press("Enter");
    assert_eq!(desk.state.focus, Pane::Group);
}

#[test]
fn keys_are_text_while_the_filter_is_typed() {
    let mut desk = Desk::ready(WIDE);
    desk.press("/");
    desk.type_text("q?/yR");
    assert_eq!(desk.state.groups.filter, "q?/yR");
    assert!(desk.others.is_empty() && desk.state.layers.is_empty());
    desk.press("Ctrl-u");
    desk.send(Msg::Paste("book\nclub \u{1b}".to_owned()));
    desk.press("Ctrl-w");
    assert_eq!(desk.state.groups.filter, "book club ");
    desk.press("Ctrl-w");
    assert_eq!(desk.state.groups.filter, "book ");
}

#[test]
fn esc_goes_back_one_step_each() {
    let mut desk = Desk::ready(WIDE);
    desk.press("/");
    desk.type_text("club");
    desk.press("Esc");
    assert!(desk.state.groups.typing && desk.state.groups.filter.is_empty());
    assert_eq!(desk.selected(), "Book club", "the selection stays");
    desk.press("Esc");
    assert!(!desk.state.groups.typing);
    desk.press("/");
    desk.type_text("club");
    desk.press("Enter");
    desk.press("Esc");
    assert_eq!(desk.state.groups.filter, "");
    assert_eq!(desk.state.focus, Pane::Groups);
    desk.press("Esc");
    assert_eq!(desk.state.focus, Pane::Sessions);
}

#[test]
fn only_groups_where_one_can_invite() {
    let mut desk = Desk::ready(WIDE);
    desk.press("i");
    assert_eq!(desk.names(), ["Allotment", "Book club"]);
    assert_eq!(desk.state.groups.total, 4);
    // A gateway that does not tell the role leaves it possible.
    let mut unknown = group("9", "Zoo");
    unknown.my_role = None;
    desk.press("r");
    desk.list("b", vec![group("4", "Darts")]);
    desk.list("a", vec![group("1", "Allotment"), unknown]);
    assert_eq!(desk.names(), ["Allotment", "Zoo"]);
    desk.status("b", "working");
    assert_eq!(desk.names(), ["Allotment", "Darts", "Zoo"]);
}

#[test]
fn sorting_keeps_the_selection() {
    let mut desk = Desk::ready(WIDE);
    desk.event(
        EventKind::GroupParticipant,
        "b",
        json!({"groupJid": "4@g.us", "join": ["8@lid", "9@lid"]}),
    );
    desk.press("End");
    assert_eq!(desk.selected(), "Darts");
    desk.press("o");
    assert_eq!(desk.state.groups.sort, Sort::Members);
    assert_eq!(desk.names()[0], "Darts");
    assert_eq!(desk.state.groups.cursor, 0);
}

#[test]
fn the_cursor_stays_with_its_group_whatever_others_do() {
    let mut desk = Desk::ready(NARROW);
    desk.press("Down");
    desk.press("Down");
    assert_eq!(desk.selected(), "Choir");
    let rename = |jid: &str, subject: &str| json!({"groupJid": jid, "subject": subject});
    desk.event(EventKind::GroupUpdate, "a", rename("1@g.us", "Zebra"));
    assert_eq!(desk.names(), ["Book club", "Choir", "Darts", "Zebra"]);
    assert_eq!(desk.selected(), "Choir");
    desk.event(EventKind::GroupUpdate, "b", rename("4@g.us", "Aardvark"));
    assert_eq!(desk.selected(), "Choir");
    desk.event(EventKind::GroupUpdate, "a", rename("3@g.us", "A choir"));
    assert_eq!(desk.names(), ["A choir", "Aardvark", "Book club", "Zebra"]);
    assert_eq!(desk.selected(), "A choir");
}

#[test]
fn the_opened_group_stays_when_it_stops_being_invitable() {
    let mut desk = Desk::ready(WIDE);
    desk.press("i");
    desk.press("Enter");
    desk.event(
        EventKind::GroupParticipant,
        "a",
        json!({"groupJid": "1@g.us", "demote": ["a@lid"]}),
    );
    assert_eq!(desk.selected(), "Allotment");
    assert_eq!(desk.state.focus, Pane::Group);
    desk.press("Esc");
    desk.press("i");
    desk.press("i");
    assert_eq!(desk.names(), ["Book club"]);
}

#[test]
fn a_changed_name_is_found_a_moment_later_under_a_filter() {
    let mut desk = Desk::ready(WIDE);
    desk.press("/");
    desk.type_text("zebra");
    assert!(desk.state.groups.is_empty());
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "2@g.us", "subject": "Zebra watch"}),
    );
    desk.wait(250);
    assert_eq!(desk.names(), ["Zebra watch"]);
}

#[test]
fn a_new_group_is_asked_for_and_appears_in_its_place() {
    let mut desk = Desk::ready(WIDE);
    desk.press("Down");
    let key = key_of("a", "7");
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "7@g.us", "subject": "Anglers"}),
    );
    desk.answer(&Call::Group(key), Reply::Group(Ok(group("7", "Anglers"))));
    assert_eq!(
        desk.names(),
        ["Allotment", "Anglers", "Book club", "Choir", "Darts"]
    );
    assert_eq!(desk.selected(), "Book club");
    assert_eq!(desk.state.groups.total, 5);
}

#[test]
fn a_list_that_is_older_than_an_event_does_not_take_it_back() {
    let mut desk = Desk::ready(WIDE);
    desk.press("r");
    desk.event(
        EventKind::GroupUpdate,
        "b",
        json!({"groupJid": "4@g.us", "subject": "Dartboard"}),
    );
    desk.list("b", vec![group("4", "Darts")]);
    assert!(desk.names().contains(&"Dartboard"));
}

#[test]
fn groups_that_are_gone_from_the_list_vanish() {
    let mut desk = Desk::ready(WIDE);
    desk.press("End");
    desk.press("r");
    desk.list("a", vec![group("2", "Book club")]);
    assert_eq!(desk.names(), ["Book club", "Darts"]);
    assert_eq!(desk.selected(), "Darts");
    desk.press("/");
    desk.type_text("dart");
    assert_eq!(desk.names(), ["Darts"], "the index follows");
}

#[test]
fn a_list_that_fails_says_so_and_is_asked_for_again_on_request() {
    let mut desk = Desk::with(options(), WIDE);
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    let call = Call::Groups {
        session: "a".to_owned(),
    };
    assert!(desk.state.groups.loading.contains_key("a"));
    desk.answer(&call, Reply::Groups(Err(failure(FailureKind::Other))));
    assert!(desk.state.groups.failures.contains_key("a"));
    assert!(!desk.is_asked(&call));
    desk.press("Tab");
    desk.press("r");
    assert!(desk.is_asked(&call));
}

#[test]
fn pages_and_ends() {
    let mut desk = Desk::ready(NARROW);
    let many = (0..100).map(|n| group(&format!("1{n:03}"), &format!("Group {n:03}")));
    desk.press("r");
    desk.list("b", Vec::new());
    desk.list("a", many.collect());
    desk.press("Home");
    desk.press("PageDown");
    let page = crate::console::layout::group_rows(&desk.state);
    assert_eq!(desk.state.groups.cursor, page - 1);
    desk.press("G");
    assert_eq!(desk.state.groups.cursor, 99);
    assert_eq!(desk.state.groups.offset, 100 - page);
    desk.press("g");
    assert_eq!((desk.state.groups.cursor, desk.state.groups.offset), (0, 0));
}

#[test]
fn equally_good_matches_stand_in_the_chosen_order_whoever_answered_first() {
    let mut desk = Desk::with(options(), WIDE);
    let (a, b) = ("a", "b");
    let sessions = [a, b].map(|id| session(id, SessionStatus::Working));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions.to_vec())));
    desk.list(b, vec![group("1", "Choir"), group("2", "Choir")]);
    desk.list(a, vec![group("2", "Choir"), group("3", "A choir")]);
    desk.press("/");
    desk.type_text("choir");
    let groups = &desk.state.groups;
    let rows = groups.rows.iter().map(|row| &groups.entries[*row].key);
    let rows: Vec<_> = rows.map(|key| (&*key.session, &*key.jid)).collect();
    let expected = [(a, "2@g.us"), (b, "1@g.us"), (b, "2@g.us"), (a, "3@g.us")];
    assert_eq!(rows, expected);
}

#[test]
fn without_realtime_the_groups_in_scope_are_asked_for_now_and_then() {
    let mut desk = Desk::ready(WIDE);
    desk.lose_realtime();
    desk.wait(29_000);
    let call = |session: &str| Call::Groups {
        session: session.to_owned(),
    };
    assert!(!desk.is_asked(&call("a")));
    desk.wait(1_000);
    assert!(desk.is_asked(&call("a")) && desk.is_asked(&call("b")));
    desk.wait(30_000);
    assert_eq!(desk.count(&call("a")), 1, "never twice at once");
}

#[test]
fn lists_that_come_one_by_one_leave_the_first_row_selected() {
    let mut desk = Desk::with(options(), WIDE);
    desk.realtime(Realtime::Connected);
    let sessions = ["a", "b"].map(|id| session(id, SessionStatus::Working));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions.to_vec())));
    desk.list("b", vec![group("4", "Darts")]);
    assert_eq!(desk.selected(), "Darts");
    desk.list("a", vec![group("1", "Allotment")]);
    assert_eq!(desk.selected(), "Allotment", "nobody chose the other one");
    let heard = json!({"groupJid": "5@g.us", "subject": "Aardvarks"});
    desk.event(EventKind::GroupUpdate, "a", heard);
    desk.answer(
        &Call::Group(key_of("a", "5")),
        Reply::Group(Ok(group("5", "Aardvarks"))),
    );
    assert_eq!(desk.selected(), "Aardvarks");
    let renamed = json!({"groupJid": "5@g.us", "subject": "Zebras"});
    desk.event(EventKind::GroupUpdate, "a", renamed);
    assert_eq!(desk.selected(), "Allotment");
    desk.press("Tab");
    desk.press("r");
    desk.list("a", vec![group("1", "Allotment"), group("2", "Aikido")]);
    assert_eq!(desk.selected(), "Allotment", "somebody looks at it");
}
