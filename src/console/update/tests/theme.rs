//! The theme, changed while the console runs.

use super::*;
use crate::console::theme::{Background, ThemeName};
use crate::console::update::theme::choose;

#[test]
fn a_key_goes_through_all_themes_and_says_how_to_keep_one() {
    let mut desk = Harness::ready(WIDE);
    let mut seen = Vec::new();
    for _ in ThemeName::ALL {
        desk.press("T");
        seen.push(desk.state.options.theme.name.name());
    }
    assert_eq!(seen, ["dark", "light", "high-contrast", "terminal", "auto"]);
    let said = &desk.state.toasts.last().unwrap().text;
    assert!(said.contains("theme = \"auto\" under [ui]"), "{said}");
}

#[test]
fn a_chosen_theme_stays_when_the_terminal_answers_late() {
    let mut desk = Harness::ready(WIDE);
    choose(&mut desk.state, ThemeName::Dark);
    let dark = desk.state.options.theme;
    desk.send(Msg::Background(Background::Light));
    assert_eq!(desk.state.options.theme.accent, dark.accent);
    // What the terminal said counts again as soon as it is followed again.
    choose(&mut desk.state, ThemeName::Auto);
    assert_ne!(desk.state.options.theme.accent, dark.accent);
}
