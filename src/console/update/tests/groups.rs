//! Rows, filter, sort, and a cursor that follows its group.

use super::*;
use crate::console::state::{Pane, Sort};

#[test]
fn each_esc_goes_back_one_step() {
    let mut desk = Harness::ready(WIDE);
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
fn the_filter_can_invite_hides_groups_of_plain_members() {
    let mut desk = Harness::ready(WIDE);
    desk.press("i");
    assert_eq!(desk.names(), ["Allotment", "Book club"]);
    assert_eq!(desk.state.groups.total, 4);
    // Without a role in the gateway's row, inviting may be possible.
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
    let mut desk = Harness::ready(WIDE);
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
fn the_cursor_follows_its_group_through_changes_by_others() {
    let mut desk = Harness::ready(NARROW);
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
fn the_opened_group_stays_listed_when_it_stops_being_invitable() {
    let mut desk = Harness::ready(WIDE);
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
fn a_new_group_is_read_and_inserted_in_order() {
    let mut desk = Harness::ready(WIDE);
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
fn a_list_older_than_an_event_does_not_revert_it() {
    let mut desk = Harness::ready(WIDE);
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
fn groups_missing_from_the_list_are_removed() {
    let mut desk = Harness::ready(WIDE);
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
fn a_failed_list_is_reported_and_read_again_on_request() {
    let mut desk = Harness::with(options(), WIDE);
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
    let mut desk = Harness::ready(NARROW);
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
fn without_realtime_the_groups_in_scope_are_polled() {
    let mut desk = Harness::ready(WIDE);
    desk.lose_realtime();
    desk.wait(29_000);
    let call = |session: &str| Call::Groups {
        session: session.to_owned(),
    };
    assert!(!desk.is_asked(&call("a")));
    desk.wait(1_000);
    assert!(desk.is_asked(&call("a")) && desk.is_asked(&call("b")));
    desk.wait(30_000);
    assert_eq!(desk.count(&call("a")), 1, "never two reads at once");
}

#[test]
fn lists_that_arrive_one_by_one_leave_the_first_row_selected() {
    let mut desk = Harness::with(options(), WIDE);
    desk.realtime(RealtimeEvent::Connected);
    let sessions = ["a", "b"].map(|id| session(id, SessionStatus::Working));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions.to_vec())));
    desk.list("b", vec![group("4", "Darts")]);
    assert_eq!(desk.selected(), "Darts");
    desk.list("a", vec![group("1", "Allotment")]);
    assert_eq!(
        desk.selected(),
        "Allotment",
        "the user did not choose the other row"
    );
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
    assert_eq!(desk.selected(), "Allotment", "the user opened this row");
}

#[test]
fn a_group_that_several_sessions_see_counts_once() {
    let mut desk = Harness::with(options(), WIDE);
    let sessions = ["a", "b"].map(|id| session(id, SessionStatus::Working));
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions.to_vec())));
    let (shared, book) = (group("1", "Allotment"), group("2", "Book club"));
    desk.list("a", vec![shared.clone(), book]);
    assert_eq!(
        (desk.state.groups.total, desk.state.groups_everywhere()),
        (2, 2)
    );
    desk.list("b", vec![shared.clone(), group("4", "Darts")]);
    assert_eq!(
        desk.names(),
        ["Allotment", "Allotment", "Book club", "Darts"]
    );
    assert_eq!(
        (desk.state.groups.total, desk.state.groups_everywhere()),
        (3, 3)
    );
    desk.press("/");
    desk.type_text("allot");
    assert_eq!((desk.state.groups.shown, desk.state.groups.total), (1, 3));
    desk.press("Esc");
    desk.press("Esc");
    desk.press("Esc");
    desk.press("End");
    assert_eq!(
        (desk.state.groups.total, desk.state.groups_everywhere()),
        (2, 3)
    );
    desk.press("Home");
    desk.press("r");
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    assert_eq!(
        (desk.state.groups.total, desk.state.groups_everywhere()),
        (2, 2)
    );
    let heard = json!({"groupJid": "9@g.us", "subject": "Choir"});
    desk.event(EventKind::GroupUpdate, "a", heard);
    let call = Call::Group(key_of("a", "9"));
    desk.answer(&call, Reply::Group(Ok(group("9", "Choir"))));
    assert_eq!((desk.state.groups.total, desk.state.groups.shown), (3, 3));
}

/// The names of some groups of one session, in the order of the list.
fn listed(names: &[&str]) -> Harness {
    let mut desk = Harness::with(options(), WIDE);
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    let groups = names.iter().enumerate();
    let groups = groups.map(|(at, name)| group(&at.to_string(), name));
    desk.list("a", groups.collect());
    desk
}

#[test]
fn names_are_sorted_by_the_unicode_collation() {
    let desk = listed(&[
        "Zebra",
        "Österreich",
        "äpfel",
        "Ostern",
        "Class 10",
        "Class 9",
    ]);
    assert_eq!(
        desk.names(),
        [
            "äpfel",
            "Class 9",
            "Class 10",
            "Ostern",
            "Österreich",
            "Zebra"
        ]
    );
}

#[test]
fn an_exact_name_ranks_first() {
    let mut desk = listed(&["Chess club alumni", "Chess club", "A chess club"]);
    desk.press("/");
    desk.type_text("chess club");
    assert_eq!(desk.names()[0], "Chess club");
    assert_eq!(desk.selected(), "Chess club");
}

#[test]
fn groups_are_sorted_by_role_and_by_session_too() {
    let mut desk = Harness::ready(WIDE);
    for sort in [Sort::Members, Sort::Age, Sort::Changed, Sort::Role] {
        desk.press("o");
        assert_eq!(desk.state.groups.sort, sort);
    }
    assert_eq!(desk.names(), ["Allotment", "Book club", "Darts", "Choir"]);
    desk.press("o");
    assert_eq!(desk.state.groups.sort, Sort::Session);
    assert_eq!(desk.names(), ["Allotment", "Book club", "Choir", "Darts"]);
    desk.press("r");
    let mut rows = ["a", "b"].map(|id| session(id, SessionStatus::Working));
    rows[1].label = Some("A desk".to_owned());
    desk.wait(60_000);
    desk.realtime(RealtimeEvent::Connected);
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows.to_vec())));
    assert_eq!(desk.names(), ["Darts", "Allotment", "Book club", "Choir"]);
    desk.press("o");
    assert_eq!(desk.state.groups.sort, Sort::Name);
}

/// State stays bounded however many rows the cursor has passed.
#[test]
fn scrolling_through_many_groups_accumulates_no_state() {
    const MANY: usize = 100_000;
    let mut desk = Harness::with(options(), WIDE);
    desk.realtime(RealtimeEvent::Connected);
    let rows = vec![session("a", SessionStatus::Working)];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(rows)));
    let groups = (0..MANY).map(|at| group(&format!("{at:06}"), &format!("Group {at:06}")));
    desk.list("a", groups.collect());
    desk.press("Tab");
    let kept = |desk: &Harness| {
        let groups = &desk.state.groups;
        let lists = [groups.entries.len(), groups.order.len(), groups.rows.len()];
        (
            lists,
            groups.positions.len(),
            desk.state.requests.group_events.len(),
        )
    };
    let before = kept(&desk);
    let mut most = 0;
    for round in 0..2_000 {
        desk.press(if round % 4 == 3 { "PageDown" } else { "Down" });
        // From time to time the cursor rests long enough for the card to request its data.
        desk.wait(if round % 10 == 0 { 1_000 } else { 10 });
        most = most.max(desk.asked.len().max(desk.state.waiting()));
    }
    assert!(desk.state.groups.cursor > 10_000);
    assert_eq!(kept(&desk), before);
    assert!(most <= 8, "{most} requests at once");
    assert!(desk.state.toasts.len() <= 3 && desk.state.layers.is_empty());
}

#[test]
fn the_sort_order_can_be_reversed() {
    let mut desk = Harness::ready(WIDE);
    desk.press("O");
    assert_eq!(desk.names(), ["Darts", "Choir", "Book club", "Allotment"]);
    assert_eq!(desk.toast(), "Sorted by name, reversed");
    assert_eq!(desk.selected(), "Allotment", "the selection stays");
    desk.event(
        EventKind::GroupUpdate,
        "b",
        json!({"groupJid": "4@g.us", "subject": "Aardvarks"}),
    );
    assert_eq!(
        desk.names(),
        ["Choir", "Book club", "Allotment", "Aardvarks"]
    );
    desk.press("o");
    assert!(
        !desk.state.groups.reversed,
        "another column starts in its own order"
    );
}
