//! Marks in the list, and what is done with marked groups.

use super::*;
use crate::console::layout::{Target, hit};
use crate::console::state::{CopyText, Pane};
use crate::links::Step;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// [`Harness::ready`] in all accounts, with the cursor on the first of four groups.
fn desk() -> Harness {
    let mut desk = Harness::ready(NARROW);
    assert_eq!(desk.names(), ["Allotment", "Book club", "Choir", "Darts"]);
    desk.asked.clear();
    desk
}

fn marked(desk: &Harness) -> Vec<&str> {
    let entries = desk.state.groups.entries.iter().enumerate();
    let marked = entries.filter(|(at, _)| desk.state.groups.marks.contains(*at));
    marked.map(|(_, entry)| entry.name.as_str()).collect()
}

/// The line of the marks.
fn line(desk: &Harness) -> String {
    let screen = desk.screen();
    let line = screen.lines().find(|line| line.contains(" marked"));
    line.unwrap_or_default().trim_matches(['"', ' ']).to_owned()
}

fn open(desk: &mut Harness, entry: &str) {
    desk.press("A");
    for _ in 0..20 {
        let screen = desk.screen();
        if screen
            .lines()
            .any(|line| line.contains(&format!("▌ {entry}")))
        {
            desk.press("Enter");
            return;
        }
        desk.press("Down");
    }
    panic!("no {entry}:\n{}", desk.screen());
}

#[test]
fn space_marks_the_group_and_goes_down_and_takes_a_mark_away() {
    let mut desk = desk();
    assert_eq!(line(&desk), "");
    desk.press("Space");
    desk.press("Space");
    assert_eq!(desk.selected(), "Choir");
    assert_eq!(marked(&desk), ["Allotment", "Book club"]);
    assert!(desk.screen().contains("✓Allotment"), "{}", desk.screen());
    assert!(
        line(&desk).starts_with("✓ 2 marked   y copy list"),
        "{}",
        line(&desk)
    );
    desk.press("Home");
    desk.press("Space");
    assert_eq!(marked(&desk), ["Book club"]);
}

#[test]
fn space_in_a_text_field_is_text() {
    let mut desk = desk();
    desk.press("/");
    desk.type_text("k c");
    assert_eq!(desk.state.groups.filter, "k c");
    assert!(marked(&desk).is_empty());
}

#[test]
fn marks_stay_with_their_groups_and_hidden_ones_are_counted() {
    let mut desk = desk();
    desk.press("Space");
    desk.press("Down");
    desk.press("Space");
    assert_eq!(marked(&desk), ["Allotment", "Choir"]);
    desk.press("O");
    assert_eq!(marked(&desk), ["Allotment", "Choir"]);
    desk.press("/");
    desk.type_text("choir");
    desk.press("Enter");
    assert!(
        line(&desk).starts_with("✓ 2 marked (1 hidden)"),
        "{}",
        line(&desk)
    );
    // The account without the marked groups.
    desk.press("Esc");
    desk.press("BackTab");
    desk.press("End");
    assert_eq!(desk.names(), ["Darts"]);
    assert!(
        line(&desk).starts_with("✓ 2 marked (2 hidden)"),
        "{}",
        line(&desk)
    );
    // A resync brings another order, a new group, and a new name.
    desk.press("Home");
    desk.press("Tab");
    desk.press("r");
    let listed = ["0", "3", "2", "1"].map(|jid| group(jid, &format!("Group {jid}")));
    desk.list("a", listed.to_vec());
    assert_eq!(marked(&desk), ["Group 1", "Group 3"]);
    assert!(line(&desk).starts_with("✓ 2 marked   "), "{}", line(&desk));
}

#[test]
fn a_group_that_is_gone_leaves_the_marks_and_it_is_said() {
    let mut desk = desk();
    desk.press("Space");
    desk.press("Space");
    desk.press("r");
    desk.list("a", vec![group("2", "Book club"), group("3", "Choir")]);
    assert_eq!(marked(&desk), ["Book club"]);
    assert_eq!(
        desk.toast(),
        "1 marked group left the list and the marks: Allotment"
    );
}

#[test]
fn a_range_follows_the_cursor_until_it_is_ended() {
    for end in ["V", "Esc"] {
        let mut desk = desk();
        desk.press("Down");
        desk.press("V");
        desk.press("End");
        assert!(
            line(&desk).starts_with("✓ 3 marked · range of 3"),
            "{}",
            line(&desk)
        );
        desk.press("Up");
        let screen = desk.screen();
        assert!(
            screen.contains("✓Choir") && !screen.contains("✓Darts"),
            "{screen}"
        );
        assert!(screen.contains("Esc end range"), "{screen}");
        desk.press(end);
        desk.press("End");
        assert_eq!(marked(&desk), ["Book club", "Choir"]);
        assert_eq!(desk.state.focus, Pane::Groups);
    }
}

#[test]
fn esc_leaves_what_is_nearest_and_says_so() {
    let mut desk = desk();
    desk.press("Space");
    desk.press("/");
    desk.type_text("o");
    desk.press("Enter");
    desk.press("V");
    desk.press("Down");
    for (word, filter, marks, focus) in [
        ("Esc end range", "o", 2, Pane::Groups),
        ("Esc clear filter", "", 2, Pane::Groups),
        ("Esc clear marks", "", 0, Pane::Groups),
        ("Esc back", "", 0, Pane::Sessions),
    ] {
        assert!(desk.screen().contains(word), "{word}: {}", desk.screen());
        desk.press("Esc");
        assert_eq!(desk.state.groups.filter, filter, "{word}");
        assert_eq!(marked(&desk).len(), marks, "{word}");
        assert_eq!(desk.state.focus, focus, "{word}");
    }
    // The card is nearer than the marks.
    desk.press("Tab");
    desk.press("Space");
    desk.press("Enter");
    desk.press("Esc");
    assert_eq!((desk.state.focus, marked(&desk).len()), (Pane::Groups, 1));
}

#[test]
fn the_menu_marks_what_matches_inverts_and_clears() {
    let mut desk = desk();
    desk.press("A");
    assert!(
        desk.screen().contains("nothing is marked"),
        "{}",
        desk.screen()
    );
    desk.press("Esc");
    desk.press("/");
    desk.type_text("ar");
    desk.press("Enter");
    open(&mut desk, "Mark all that match");
    assert_eq!(marked(&desk), ["Darts"]);
    desk.press("Esc");
    open(&mut desk, "Invert");
    assert_eq!(marked(&desk), ["Allotment", "Book club", "Choir"]);
    open(&mut desk, "Clear all");
    assert!(marked(&desk).is_empty());
    assert!(desk.state.layers.is_empty());
}

#[test]
fn a_click_before_the_name_marks() {
    let mut desk = Harness::ready((144, 40));
    let cells = (0..40).flat_map(|row| (0..144).map(move |column| (column, row)));
    let (column, row) = cells
        .into_iter()
        .find(|(column, row)| hit(&desk.state, *column, *row) == Target::Mark(1))
        .unwrap();
    let click = Msg::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    });
    desk.send(click.clone());
    assert_eq!(marked(&desk), ["Book club"]);
    assert_eq!(desk.selected(), "Allotment");
    desk.send(click);
    assert!(marked(&desk).is_empty());
}

fn links(links: &[&str]) -> Reply {
    let links = links.iter().map(|link| (*link).to_owned());
    Reply::Links(links.map(Ok).collect())
}

#[test]
fn the_links_of_marked_groups_are_read_at_a_pace_and_copied() {
    let mut desk = desk();
    open(&mut desk, "Mark all");
    desk.press("y");
    // "Choir" allows only admins to have the link, and the account of "Darts" is not connected.
    let (request, groups) = desk.links_asked();
    assert_eq!(groups, [key_of("a", "1"), key_of("a", "2")]);
    desk.send(Msg::LinksStep(request, Step::Answered { done: 1 }));
    let screen = desk.screen();
    assert!(screen.contains("reading links: 3 of 4"), "{screen}");
    let pause = Duration::from_secs(20);
    desk.send(Msg::LinksStep(request, Step::Waits(pause)));
    let screen = desk.screen();
    assert!(screen.contains("goes on in 20 s"), "{screen}");
    desk.send(Msg::Reply(request, links(&[LINK, OTHER_LINK])));
    assert_eq!(
        desk.copied(),
        Some(format!("Allotment, {LINK}\nBook club, {OTHER_LINK}\n").as_str())
    );
    assert!(
        desk.toast().starts_with("No link of 2 groups: Choir ("),
        "{}",
        desk.toast()
    );
    assert!(desk.state.link_list.is_none());
    assert_eq!(marked(&desk).len(), 4, "the marks stay");
}

#[test]
fn a_link_that_cannot_be_read_is_named() {
    let mut desk = desk();
    open(&mut desk, "Mark all");
    desk.press("y");
    let (request, _) = desk.links_asked();
    let refused = vec![
        Ok("https://example.com/not-a-link".to_owned()),
        Err(failure(FailureKind::GatewayAway)),
    ];
    desk.send(Msg::Reply(request, Reply::Links(refused)));
    assert_eq!(desk.copied(), None);
    let toast = desk.toast();
    assert!(
        toast.starts_with("No link of 4 groups: Allotment (the gateway sent"),
        "{toast}"
    );
}

#[test]
fn a_link_that_is_reset_while_the_list_is_read_is_read_again() {
    let mut desk = desk();
    open(&mut desk, "Mark all");
    desk.press("y");
    let (request, _) = desk.links_asked();
    desk.send(Msg::LinksStep(request, Step::Answered { done: 1 }));
    desk.event(
        EventKind::GroupUpdate,
        "a",
        json!({"groupJid": "1@g.us", "newInviteLink": OTHER_LINK, "sender": "6@lid"}),
    );
    let third = "https://chat.whatsapp.com/Third67890FeDcBa98765";
    desk.send(Msg::Reply(request, links(&[LINK, third])));
    assert_eq!(desk.copied(), None);
    let (again, groups) = desk.links_asked();
    assert_ne!(again, request);
    assert_eq!(groups, [key_of("a", "1")]);
    desk.send(Msg::Reply(again, links(&[OTHER_LINK])));
    assert_eq!(
        desk.copied(),
        Some(format!("Allotment, {OTHER_LINK}\nBook club, {third}\n").as_str())
    );
}

#[test]
fn a_list_that_is_read_can_be_stopped_and_outlives_moves() {
    let mut desk = desk();
    desk.press("Space");
    desk.press("Space");
    desk.press("Home");
    desk.press("y");
    desk.press("Down");
    let (request, _) = desk.links_asked();
    let screen = desk.screen();
    assert!(screen.contains("Esc stop the list"), "{screen}");
    desk.press("Esc");
    assert!(desk.others.contains(&Effect::Cancel(request)));
    assert!(desk.state.link_list.is_none());
    assert_eq!(marked(&desk).len(), 2);
    desk.send(Msg::Reply(request, links(&[LINK, OTHER_LINK])));
    assert_eq!(desk.copied(), None);
}

#[test]
fn a_group_marked_in_two_accounts_is_copied_once_and_csv_computes_nothing() {
    let mut desk = Harness::ready(NARROW);
    desk.press("r");
    desk.list(
        "a",
        vec![group("1", "=1+1, \"x\""), group("2", "Book club")],
    );
    desk.list("b", vec![group("1", "=1+1, \"x\"")]);
    desk.state
        .options
        .copy
        .push(CopyText::parse("Poster", "{name}: {link}").unwrap());
    open(&mut desk, "Mark all");
    assert_eq!(marked(&desk).len(), 3);
    open(&mut desk, "Copy the list as CSV");
    let (request, _) = desk.links_asked();
    desk.send(Msg::Reply(request, links(&[LINK, OTHER_LINK])));
    let csv = format!(
        "name,link,account\n\"'=1+1, \"\"x\"\"\",{LINK},Desk a\nBook club,{OTHER_LINK},Desk a\n"
    );
    assert_eq!(desk.copied(), Some(csv.as_str()));
    open(&mut desk, "Copy the list as “Poster”");
    let (request, _) = desk.links_asked();
    desk.send(Msg::Reply(request, links(&[LINK, OTHER_LINK])));
    let texts = format!("=1+1, \"x\": {LINK}\nBook club: {OTHER_LINK}\n");
    assert_eq!(desk.copied(), Some(texts.as_str()));
}

#[test]
fn with_marks_the_card_keeps_its_own_keys() {
    let mut desk = Harness::opened(NARROW);
    desk.press("Esc");
    desk.press("Space");
    desk.press("e");
    assert!(matches!(desk.top(), Some(Layer::Form(form)) if form.key == key_of("a", "2")));
}

#[test]
#[ignore = "a measurement: run with --release --nocapture"]
fn marking_a_hundred_thousand_groups_is_quick() {
    let mut desk = Harness::ready(NARROW);
    desk.press("r");
    desk.list("b", Vec::new());
    let many = (0..100_000).map(|n| group(&format!("1{n:06}"), &format!("Group {n:06}")));
    desk.list("a", many.collect());
    let time = |desk: &mut Harness, what: &str, step: &dyn Fn(&mut Harness)| {
        let start = std::time::Instant::now();
        step(desk);
        println!("{what}: {:?}", start.elapsed());
    };
    time(&mut desk, "mark all", &|desk| {
        desk.press("A");
        desk.press("Enter");
    });
    assert_eq!(desk.state.groups.marks.len(), 100_000);
    time(&mut desk, "draw", &|desk| {
        desk.screen();
    });
    time(&mut desk, "space", &|desk| desk.press("Space"));
    time(&mut desk, "targets", &|desk| {
        assert_eq!(desk.state.marked_once().len(), 99_999);
    });
    time(&mut desk, "table", &|desk| desk.press("R"));
    time(&mut desk, "draw the table", &|desk| {
        desk.screen();
    });
}
