//! The filter of the members on the card.

use super::*;
use crate::console::layout::{self, card_parts};
use crate::console::state::Pane;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

/// The card with three members in sight, and the focus on it.
fn desk() -> Harness {
    let mut desk = Harness::opened(WIDE);
    let one = |lid: &str, name: &str, tag: &str, phone: &str| {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        GroupMember {
            lid: lid.to_owned(),
            name: some(name),
            tag: some(tag),
            phone_number: some(phone),
            ..GroupMember::default()
        }
    };
    let members = vec![
        one("10@lid", "Zoë Örsted", "", "6280100005510"),
        one("20@lid", "", "Gate keys", "447700900951"),
        one("30@lid", "Sari", "", ""),
    ];
    desk.press("r");
    desk.answer(
        &Call::Members(key_of("a", "1")),
        Reply::Members(Ok(members)),
    );
    desk
}

fn shown(desk: &Harness) -> Vec<&str> {
    let card = desk.state.card.as_ref().unwrap();
    card.shown_members()
        .map(|member| member.lid.as_str())
        .collect()
}

#[test]
fn members_are_found_by_name_number_tag_and_id() {
    for (text, lid) in [
        ("orst", "10@lid"),
        ("zoe", "10@lid"),
        ("7700", "20@lid"),
        ("gate", "20@lid"),
        ("30", "30@lid"),
    ] {
        let mut desk = desk();
        desk.press("/");
        desk.type_text(text);
        assert_eq!(shown(&desk), [lid], "{text}");
        assert!(desk.screen().contains("1 of 3"), "{}", desk.screen());
    }
}

#[test]
fn keys_are_text_in_the_members_filter_until_it_ends() {
    let mut desk = desk();
    assert_eq!(shown(&desk), ["10@lid", "20@lid", "30@lid"]);
    desk.press("/");
    desk.type_text("qeRy?");
    assert!(desk.state.is_finding_member() && desk.others.is_empty());
    assert!(desk.state.layers.is_empty() && desk.state.groups.filter.is_empty());
    assert!(desk.screen().contains("No member matches.") && desk.screen().contains("Esc clear"));
    desk.press("Ctrl-u");
    desk.send(Msg::Paste("sa\u{202e}\nri".to_owned()));
    assert_eq!(desk.state.card.as_ref().unwrap().find.text, "sa ri");
    desk.press("Ctrl-w");
    desk.press("Enter");
    assert!(!desk.state.is_finding_member());
    assert_eq!(shown(&desk), ["30@lid"]);
    // The first Esc clears the filter, the second one leaves the card.
    desk.press("Esc");
    assert_eq!((desk.state.focus, shown(&desk).len()), (Pane::Group, 3));
    desk.press("Esc");
    assert_eq!(desk.state.focus, Pane::Groups);
}

#[test]
fn typing_ends_with_the_focus() {
    let mut desk = desk();
    desk.press("/");
    desk.press("Tab");
    assert!(!desk.state.is_finding_member());
    assert_ne!(desk.state.focus, Pane::Group);
    desk.press("?");
    assert!(!desk.state.layers.is_empty());
}

#[test]
fn the_filter_outlives_a_new_list_and_not_the_card() {
    let mut desk = desk();
    desk.press("/");
    desk.type_text("sari");
    let key = key_of("a", "1");
    desk.press("Enter");
    desk.press("r");
    desk.answer(&Call::Members(key), Reply::Members(Ok(Vec::new())));
    assert!(shown(&desk).is_empty());
    desk.press("Esc");
    desk.press("Esc");
    desk.press("Down");
    assert_eq!(desk.state.card.as_ref().unwrap().find.text, "");
}

#[test]
fn a_click_on_the_heading_starts_the_filter() {
    let mut desk = desk();
    desk.press("Tab");
    let screen = layout::screen(&desk.state).unwrap();
    let head = card_parts(&desk.state, screen.card.unwrap())
        .unwrap()
        .members_head;
    desk.send(Msg::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: head.x,
        row: head.y,
        modifiers: KeyModifiers::NONE,
    }));
    assert!(desk.state.is_finding_member());
    desk.type_text("zo");
    assert_eq!(shown(&desk), ["10@lid"]);
}
