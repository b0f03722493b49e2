//! The palette.

use super::*;
use crate::api::Capability;
use crate::console::keymap::Action;
use crate::console::state::{PaletteItem, Pane};
use crate::console::theme::ThemeName;

fn found(desk: &Harness) -> &[PaletteItem] {
    match desk.top() {
        Some(Layer::Palette(palette)) => &palette.found,
        _ => panic!("no palette"),
    }
}

/// Opens the palette and types.
fn ask(desk: &mut Harness, text: &str) {
    desk.press(":");
    desk.type_text(text);
}

#[test]
fn a_group_of_any_account_opens_by_its_name() {
    let mut desk = Harness::ready(NARROW);
    desk.press("BackTab");
    desk.press("Down");
    ask(&mut desk, "darts");
    assert_eq!(found(&desk)[0], PaletteItem::Group(key_of("b", "4")));
    assert!(
        desk.screen().contains("group · Desk b"),
        "{}",
        desk.screen()
    );
    desk.press("Enter");
    assert_eq!(desk.state.focus, Pane::Group);
    assert_eq!(desk.state.card.as_ref().unwrap().key, key_of("b", "4"));
}

#[test]
fn an_action_shows_its_key_and_group_and_is_done() {
    let mut desk = Harness::opened(WIDE);
    ask(&mut desk, "reset");
    assert_eq!(found(&desk)[0], PaletteItem::Action(Action::ResetLink));
    let screen = desk.screen();
    let line = screen
        .lines()
        .find(|line| line.contains("Reset the invite link"));
    let line = line.expect("the action's row");
    assert!(line.contains("Allotment") && line.contains('R'), "{line}");
    desk.press("Enter");
    assert!(matches!(desk.top(), Some(Layer::Reset(_))));
}

#[test]
fn what_cannot_work_says_why_and_stays() {
    let mut desk = Harness::opened(WIDE);
    desk.state.lacking.push(Capability::Send);
    ask(&mut desk, "reset");
    assert!(desk.screen().contains("your key lacks `send`"));
    desk.press("Enter");
    assert!(matches!(desk.top(), Some(Layer::Palette(_))));
    assert!(desk.toast().contains("your key lacks `send`"));
}

#[test]
fn accounts_and_themes_are_chosen() {
    let mut desk = Harness::ready(WIDE);
    ask(&mut desk, "desk b");
    let account = PaletteItem::Account("b".to_owned());
    assert!(found(&desk).contains(&account), "{:?}", found(&desk));
    let at = found(&desk)
        .iter()
        .position(|item| *item == account)
        .unwrap();
    for _ in 0..at {
        desk.press("Down");
    }
    desk.press("Enter");
    assert_eq!(desk.state.sessions.selected().unwrap().id, "b");
    desk.press("Ctrl-p");
    desk.type_text("high contrast");
    assert_eq!(found(&desk)[0], PaletteItem::Theme(ThemeName::HighContrast));
    desk.press("Enter");
    assert_eq!(desk.state.options.theme.name, ThemeName::HighContrast);
}

#[test]
fn typed_keys_are_text_and_esc_goes_back_one_step() {
    let mut desk = Harness::ready(NARROW);
    ask(&mut desk, "q?:R");
    desk.send(Msg::Paste("\u{1b}[31m\nx".to_owned()));
    assert!(desk.others.is_empty());
    desk.press("Esc");
    assert!(matches!(desk.top(), Some(Layer::Palette(_))));
    desk.press("Esc");
    assert!(desk.top().is_none());
    desk.press("/");
    desk.press("Ctrl-p");
    assert!(desk.top().is_none(), "in the filter it moves");
}

#[test]
fn the_reason_of_each_dimmed_action_is_about_that_action() {
    let mut desk = Harness::ready(WIDE);
    for (search, reason) in [
        ("undo", "nothing was saved in the last ten seconds"),
        ("restart", "select one account first"),
        ("admin same", "no other connected account"),
    ] {
        ask(&mut desk, search);
        assert!(
            desk.screen().contains(reason),
            "{search}: {}",
            desk.screen()
        );
        desk.press("Esc");
        desk.press("Esc");
    }
}
