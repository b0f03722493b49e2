//! The filter of the groups.

use super::*;
use crate::console::state::Pane;

#[test]
fn typing_filters_and_selects_the_best_match() {
    let mut desk = Harness::ready(WIDE);
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
fn keys_are_text_in_the_filter() {
    let mut desk = Harness::ready(WIDE);
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
fn under_a_filter_a_changed_name_is_found_shortly_after() {
    let mut desk = Harness::ready(WIDE);
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
fn equal_matches_follow_the_sort_whichever_session_answered_first() {
    let mut desk = Harness::with(options(), WIDE);
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
fn matches_hidden_by_can_invite_are_counted() {
    let mut desk = Harness::ready(WIDE);
    desk.press("i");
    desk.press("/");
    desk.type_text("choir");
    assert!(desk.names().is_empty());
    assert_eq!(desk.state.groups.hidden, 1);
    desk.press("Esc");
    desk.type_text("allot");
    assert_eq!(desk.names(), ["Allotment"]);
    assert_eq!(desk.state.groups.hidden, 0);
}

#[test]
fn groups_are_found_by_the_number_of_their_account() {
    let mut desk = Harness::with(options(), WIDE);
    let mut sessions = ["a", "b"].map(|id| session(id, SessionStatus::Working));
    sessions[0].phone_number = Some("447700900951".to_owned());
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions.to_vec())));
    desk.list("a", vec![group("1", "Allotment")]);
    desk.list("b", vec![group("4", "Darts")]);
    desk.press("/");
    desk.type_text("+44 7700 900951");
    assert_eq!(desk.names(), ["Allotment"]);
    desk.press("Ctrl-u");
    desk.type_text("+62 812-3456-7890");
    assert!(desk.names().is_empty());
    sessions[1].phone_number = Some("6281234567890".to_owned());
    desk.wait(60_000);
    desk.realtime(RealtimeEvent::Connected);
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions.to_vec())));
    assert_eq!(desk.names(), ["Darts"]);
}

/// A desk whose filter holds `caf`, with two matches.
fn typing_caf(options: Options) -> Harness {
    let mut desk = Harness::with(options, WIDE);
    desk.realtime(RealtimeEvent::Connected);
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    let groups = ["Café North", "Café South", "Allotment"];
    let groups = (1..)
        .zip(groups)
        .map(|(at, name): (usize, _)| group(&at.to_string(), name));
    desk.list("a", groups.collect());
    desk.press("/");
    desk.type_text("caf");
    desk.others.clear();
    desk
}

#[track_caller]
fn assert_nothing_acted(desk: &Harness) {
    assert!(!desk.asked.iter().any(|(_, call)| call.changes()));
    assert!(desk.state.sessions.acting.is_empty() && desk.state.layers.is_empty());
    let acts = |effect: &&Effect| !matches!(effect, Effect::Wake(_));
    assert!(
        !desk.others.iter().any(|effect| acts(&effect)),
        "{:?}",
        desk.others
    );
    assert_eq!(desk.state.focus, Pane::Groups);
    assert!(desk.state.groups.typing);
}

#[test]
fn the_cursor_moves_in_the_list_while_typing_continues() {
    let mut desk = typing_caf(options());
    desk.press("Down");
    assert_eq!(desk.selected(), "Café South");
    desk.type_text("hx");
    assert_nothing_acted(&desk);
    assert_eq!(desk.state.groups.filter, "cafhx");
    desk.press("Backspace");
    desk.press("Backspace");
    for (key, selected) in [
        ("Ctrl-n", "Café South"),
        ("Ctrl-p", "Café North"),
        ("PageDown", "Café South"),
        ("Up", "Café North"),
        ("Down", "Café South"),
        ("PageUp", "Café North"),
    ] {
        desk.press(key);
        assert_eq!(desk.selected(), selected, "{key}");
        assert_nothing_acted(&desk);
    }
    for key in ["Left", "Right", "Home", "End", "Ctrl-e", "Ctrl-z"] {
        desk.press(key);
        assert!(desk.state.groups.typing, "{key}");
        assert_eq!(desk.state.groups.filter, "caf", "{key}");
    }
}

#[test]
fn no_letter_triggers_an_action_while_the_filter_is_typed() {
    for letter in (' '..='~').chain(['é', 'ß', '東', 'п']) {
        for before in ["", "Down", "Up", "PageDown", "Ctrl-n", "Ctrl-p", "Left"] {
            let mut desk = typing_caf(options());
            if !before.is_empty() {
                desk.press(before);
            }
            desk.send(Msg::Key(KeyEvent::from(KeyCode::Char(letter))));
            assert_nothing_acted(&desk);
            assert_eq!(desk.state.groups.filter, format!("caf{letter}"), "{before}");
        }
    }
}

#[test]
fn rebound_keys_are_text_while_the_filter_is_typed() {
    let mut options = options();
    for (action, key) in [
        ("stop_session", "Down"),
        ("down", "J"),
        ("edit", "Ctrl-n"),
        ("quit", "PageDown"),
        ("page_down", "Ctrl-f"),
        ("help", "x"),
        ("suspend", "Ctrl-p"),
        ("back", "Ctrl-u"),
        ("next_pane", "c"),
    ] {
        options.keymap.rebind(action, &[key]).unwrap();
    }
    let mut desk = typing_caf(options);
    for key in [
        "Down", "Ctrl-n", "PageDown", "x", "Ctrl-p", "c", "J", "Ctrl-f",
    ] {
        desk.press(key);
        assert_nothing_acted(&desk);
    }
    assert_eq!(desk.state.groups.filter, "cafxcJ");
    desk.press("Ctrl-u");
    assert_nothing_acted(&desk);
    assert_eq!(desk.state.groups.filter, "");
}

#[test]
fn only_enter_esc_and_tab_leave_the_filter() {
    for key in ["Enter", "Tab", "BackTab"] {
        let mut desk = typing_caf(options());
        desk.press(key);
        assert!(!desk.state.groups.typing, "{key}");
        assert_eq!(desk.state.groups.filter, "caf", "{key}");
    }
    let mut desk = typing_caf(options());
    desk.press("Esc");
    desk.press("Esc");
    assert!(!desk.state.groups.typing && desk.state.groups.filter.is_empty());
}

#[test]
fn reopening_the_filter_selects_the_old_text() {
    let again = || {
        let mut desk = typing_caf(options());
        desk.press("Enter");
        desk.press("/");
        assert!(desk.state.groups.selected_text);
        assert_eq!(desk.state.groups.filter, "caf");
        desk
    };
    for (key, filter) in [
        ("a", "a"),
        ("Backspace", ""),
        ("Ctrl-u", ""),
        ("Ctrl-w", ""),
        ("Right", "caf"),
        ("Down", "caf"),
        ("Enter", "caf"),
    ] {
        let mut desk = again();
        desk.press(key);
        assert_eq!(desk.state.groups.filter, filter, "{key}");
        assert_eq!(desk.state.groups.selected_text, key == "Down", "{key}");
    }
    let mut desk = again();
    desk.send(Msg::Paste("allot".to_owned()));
    assert_eq!(desk.names(), ["Allotment"]);
    desk.type_text("x");
    assert_eq!(desk.state.groups.filter, "allotx");
    let mut desk = again();
    desk.press("End");
    desk.type_text("e s");
    assert_eq!(desk.names(), ["Café South"]);
}
