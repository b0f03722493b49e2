//! "Print sheet": the dialog, reading of links, and what is written.

use super::*;
use crate::api::{BudgetWindow, SessionBudget};
use crate::console::effect::SheetOrder;
use crate::console::state::{CopyText, SheetDialog, SheetField, SheetPhase};
use crate::links::Step;
use crate::sheet::{Layout, SheetFormat};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

fn desk(size: (u16, u16)) -> Harness {
    let mut desk = Harness::ready(size);
    let house = CopyText::parse("House", "Scan for {name}: {link}").unwrap();
    desk.state.options.copy = copy_texts(vec![house]);
    desk
}

#[track_caller]
fn dialog(desk: &Harness) -> &SheetDialog {
    match desk.top() {
        Some(Layer::Sheet(dialog)) => dialog,
        _ => panic!("no dialog"),
    }
}

#[track_caller]
fn order(desk: &Harness) -> (RequestId, SheetOrder) {
    let found = desk.others.iter().rev().find_map(|effect| match effect {
        Effect::SaveSheet { id, order } => Some((*id, order.clone())),
        _ => None,
    });
    found.expect("no sheet is written")
}

#[test]
fn the_selected_group_is_printed_with_the_chosen_layout_text_and_name() {
    let mut desk = desk(NARROW);
    for key in [
        "S", "Down", "Right", "Right", "Down", "Left", "Down", "Space", "Left", "Tab",
    ] {
        desk.press(key);
    }
    assert_eq!(dialog(&desk).field(), Some(SheetField::Name));
    desk.press("Ctrl-u");
    desk.type_text("Poster q");
    let screen = desk.screen();
    for shown in [
        "“Allotment”",
        "2 to a page, A4",
        "House",
        "HTML",
        "Poster q",
    ] {
        assert!(screen.contains(shown), "{shown}\n{screen}");
    }
    desk.press("Enter");
    let (id, groups) = desk.links_asked();
    assert_eq!(groups, [key_of("a", "1")]);
    desk.send(Msg::LinksStep(id, Step::Answered { done: 1 }));
    desk.send(Msg::Reply(id, Reply::Links(vec![Ok(LINK.to_owned())])));
    let (id, order) = order(&desk);
    assert_eq!(order.title, "Poster q");
    assert_eq!(
        (order.layout, order.format),
        (Layout::Two, SheetFormat::Html)
    );
    assert_eq!(order.made, "2023-11-14");
    let page = crate::sheet::html(&order.groups, order.layout, &order.made).unwrap();
    assert!(page.contains("Scan for <bdi>Allotment</bdi>"), "{page}");
    let file = "/home/desk/Pictures/Poster q.html";
    desk.send(Msg::Reply(id, Reply::SheetSaved(Ok(file.into()))));
    let screen = desk.screen();
    assert!(
        screen.contains("1 group: /home/desk/Pictures/Poster q.html"),
        "{screen}"
    );
    desk.press("Enter");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn all_groups_of_the_list_are_printed_and_the_others_left_out_with_the_reason() {
    let mut desk = desk(NARROW);
    desk.press("S");
    desk.press("Right");
    assert!(desk.screen().contains("all 4 that the list shows"));
    assert!(
        desk.screen().contains("sheet 2023-11-14"),
        "{}",
        desk.screen()
    );
    desk.press("Enter");
    // "Choir" has its link for admins only, and the session of "Darts" is stopped.
    let (id, groups) = desk.links_asked();
    assert_eq!(groups, [key_of("a", "1"), key_of("a", "2")]);
    desk.send(Msg::LinksStep(id, Step::Answered { done: 1 }));
    assert!(
        desk.screen().contains("Reading links: 1 of 2"),
        "{}",
        desk.screen()
    );
    let refused = failure(FailureKind::NotAdmin);
    desk.send(Msg::Reply(
        id,
        Reply::Links(vec![Ok(LINK.to_owned()), Err(refused)]),
    ));
    let (id, order) = order(&desk);
    assert_eq!(order.groups.len(), 1);
    desk.send(Msg::Reply(
        id,
        Reply::SheetSaved(Ok("/x/sheet.html".into())),
    ));
    let screen = desk.screen();
    assert!(screen.contains("3 groups are left out:"), "{screen}");
    desk.press("End");
    assert!(desk.screen().contains("Book club ·"), "{}", desk.screen());
    let names: Vec<&str> = dialog(&desk)
        .left_out
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["Choir", "Darts", "Book club"]);
    assert!(dialog(&desk).left_out.iter().all(|(_, why)| why.len() > 10));
}

#[test]
fn a_group_of_several_accounts_is_printed_once_through_one_that_has_the_link() {
    let mut desk = Harness::with(options(), WIDE);
    desk.realtime(RealtimeEvent::Connected);
    let sessions = vec![
        session("a", SessionStatus::Stopped),
        session("b", SessionStatus::Working),
    ];
    desk.answer(&Call::Sessions, Reply::Sessions(Ok(sessions)));
    desk.list("a", vec![group("1", "Allotment"), group("2", "Book club")]);
    desk.list("b", vec![group("1", "Allotment"), group("2", "Book club")]);
    for key in ["Tab", "S", "Right", "Enter"] {
        desk.press(key);
    }
    assert_eq!(desk.links_asked().1, [key_of("b", "1"), key_of("b", "2")]);
}

#[test]
fn esc_stops_the_reading_and_nothing_is_written() {
    let mut desk = desk(NARROW);
    for key in ["S", "Enter"] {
        desk.press(key);
    }
    let (id, _) = desk.links_asked();
    assert!(desk.screen().contains("Stop"));
    desk.press("Esc");
    assert!(desk.others.contains(&Effect::Cancel(id)));
    assert!(dialog(&desk).is_choosing());
    assert!(desk.screen().contains("Stopped; nothing was written."));
    // A late answer is dropped.
    desk.send(Msg::Reply(id, Reply::Links(vec![Ok(LINK.to_owned())])));
    assert!(
        !desk
            .others
            .iter()
            .any(|effect| matches!(effect, Effect::SaveSheet { .. }))
    );
    desk.press("Esc");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn what_cannot_be_made_says_why_and_the_dialog_stays() {
    let mut desk = desk(NARROW);
    desk.press("S");
    desk.press("Enter");
    let (id, _) = desk.links_asked();
    let evil = "https://evil.test/x".to_owned();
    desk.send(Msg::Reply(id, Reply::Links(vec![Ok(evil)])));
    assert!(
        desk.screen().contains("No link could be read."),
        "{}",
        desk.screen()
    );
    desk.press("Enter");
    let (id, _) = desk.links_asked();
    desk.send(Msg::Reply(id, Reply::Links(vec![Ok(LINK.to_owned())])));
    let (id, _) = order(&desk);
    desk.send(Msg::Reply(
        id,
        Reply::SheetSaved(Err("The disk\u{1b} is full.".to_owned())),
    ));
    assert!(
        desk.screen().contains("The disk\u{fffd} is full."),
        "{}",
        desk.screen()
    );
    assert!(matches!(dialog(&desk).phase, SheetPhase::Choosing(Some(_))));
    // A group that has no link at all.
    desk.press("Esc");
    for key in ["End", "S", "Enter"] {
        desk.press(key);
    }
    assert!(
        desk.screen().contains("No link can be read."),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_time_follows_the_budget_and_a_pause_is_shown() {
    let mut desk = desk(NARROW);
    let window = BudgetWindow {
        window_seconds: 60,
        limit: 1,
        left: 0,
        resets_at: None,
    };
    let mut busy = session("a", SessionStatus::Working);
    busy.budget = Some(SessionBudget {
        read: vec![window],
        ..SessionBudget::default()
    });
    desk.state.sessions.rows[0] = busy;
    for key in ["S", "Right", "Enter"] {
        desk.press(key);
    }
    assert!(
        desk.screen().contains("about 2 min left"),
        "{}",
        desk.screen()
    );
    let (id, _) = desk.links_asked();
    desk.send(Msg::LinksStep(id, Step::Waits(Duration::from_secs(40))));
    assert!(
        desk.screen()
            .contains("The gateway asks for a pause until 22:14:00."),
        "{}",
        desk.screen()
    );
    desk.send(Msg::LinksStep(id, Step::Answered { done: 1 }));
    assert!(!desk.screen().contains("pause"));
}

#[test]
fn the_mouse_chooses_changes_and_makes() {
    let mut desk = desk(NARROW);
    desk.press("S");
    let click = |desk: &mut Harness, words: &str| {
        let screen = desk.screen();
        let found = screen.lines().enumerate().find_map(|(row, line)| {
            let at = line.find(words)?;
            Some((line[..at].chars().count() - 1, row))
        });
        let (column, row) = found.unwrap_or_else(|| panic!("no {words}\n{screen}"));
        desk.send(Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: u16::try_from(column).unwrap(),
            row: u16::try_from(row).unwrap(),
            modifiers: KeyModifiers::NONE,
        }));
    };
    click(&mut desk, "Layout");
    assert_eq!(dialog(&desk).field(), Some(SheetField::Layout));
    click(&mut desk, "Layout");
    assert_eq!(dialog(&desk).layout, Layout::A5);
    click(&mut desk, "Make the sheet");
    desk.links_asked();
    click(&mut desk, "Stop");
    assert!(dialog(&desk).is_choosing());
    click(&mut desk, "Cancel");
    assert!(desk.state.layers.is_empty());
}

#[test]
fn in_the_full_screen_code_s_saves_the_picture_as_before() {
    let mut desk = Harness::opened(NARROW);
    desk.press("Q");
    desk.press("S");
    assert!(
        desk.others
            .iter()
            .any(|effect| matches!(effect, Effect::SaveQr { .. }))
    );
    assert!(matches!(desk.top(), Some(Layer::Qr)));
}

#[test]
fn marked_groups_are_the_first_choice() {
    let mut desk = desk(NARROW);
    for key in ["Space", "Space", "S"] {
        desk.press(key);
    }
    let marked = &dialog(&desk).sources[0];
    assert_eq!(marked.label, "2 marked");
    assert_eq!(marked.groups, [key_of("a", "1"), key_of("a", "2")]);
    assert!(desk.screen().contains("2 marked"), "{}", desk.screen());
}
