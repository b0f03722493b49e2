//! The colours follow the terminal's background.

use super::{BINARY, DEMO, demo};
use crate::support::pty::Pty;
use vt100::{Color, Screen};

const QUERY: &str = "\x1b]11;?\x1b\\";

fn has_colour(screen: &Screen, index: u8) -> bool {
    let (rows, columns) = screen.size();
    (0..rows.get()).any(|row| {
        (0..columns.get()).any(|column| {
            let cell = screen.cell(row, column);
            cell.is_some_and(|cell| cell.fgcolor() == Color::Idx(index))
        })
    })
}

fn is_asked(pty: &Pty) -> bool {
    String::from_utf8_lossy(pty.raw()).contains(QUERY)
}

#[test]
fn the_terminals_answer_changes_the_colours_and_is_not_typed() {
    let mut pty = demo(80, 24);
    assert!(is_asked(&pty));
    // Between typed keys: help, and a letter in its search.
    pty.send("?\x1b]11;rgb:ffff/ffff/ffff\x1b\\copy");
    pty.wait_for("─ Help");
    pty.wait_until("the colours for a light background", |screen| {
        has_colour(screen, 24) && !has_colour(screen, 80)
    });
    pty.wait_for("copy");
    pty.wait_gone("rgb");
    pty.send("\x1b]11;rgb:0000/0000/0000\x07");
    pty.wait_until("those for a dark one", |screen| {
        has_colour(screen, 80) && !has_colour(screen, 24)
    });
    // The first Esc clears the search.
    pty.send("\x1b");
    pty.wait_for("type a word or a key");
    pty.send("\x1b");
    pty.wait_gone("─ Help");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn the_setting_and_the_environment_select_the_background() {
    for (variable, index, asked) in [
        (("GROUPDESK_UI_BACKGROUND", "light"), 24, false),
        (("GROUPDESK_UI_BACKGROUND", "dark"), 80, false),
        (("COLORFGBG", "0;15"), 24, true),
        (("COLORFGBG", "15;0"), 80, true),
    ] {
        let mut pty = Pty::spawn(80, 24, BINARY, &DEMO, &[variable]);
        pty.wait_for("3 of 5 connected");
        assert!(has_colour(pty.screen(), index), "{variable:?}");
        assert_eq!(is_asked(&pty), asked, "{variable:?}");
    }
}

/// A theme paints its background, whatever the terminal's is.
#[test]
fn a_theme_from_the_setting_is_painted_and_a_key_changes_it() {
    let light = ("GROUPDESK_UI_THEME", "light");
    let mut pty = Pty::spawn(80, 24, BINARY, &DEMO, &[light, ("TERM", "xterm-256color")]);
    pty.wait_for("3 of 5 connected");
    let corner = |screen: &Screen| screen.cell(0, 0).map(vt100::Cell::bgcolor);
    assert_eq!(corner(pty.screen()), Some(Color::Idx(255)));
    pty.send("\x1b]11;rgb:0000/0000/0000\x07T");
    pty.wait_for("Theme: high-contrast");
    assert_eq!(corner(pty.screen()), Some(Color::Idx(16)));
    // The terminal's own cursor could have the colour of the painted background.
    let raw = String::from_utf8_lossy(pty.raw()).into_owned();
    assert!(raw.contains("\x1b]12;rgb:26/26/26\x1b\\"), "{raw:?}");
    assert!(raw.contains("\x1b]12;rgb:ff/ff/ff\x1b\\"), "{raw:?}");
    pty.send("TT");
    pty.wait_for("Theme: auto");
    assert_eq!(corner(pty.screen()), Some(Color::Default));
    pty.send("T");
    pty.wait_for("Theme: dark");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
    let raw = String::from_utf8_lossy(pty.raw()).into_owned();
    let after = raw.rsplit("\x1b]12;").next().unwrap_or_default();
    assert!(after.contains("\x1b]112\x1b\\"), "{after:?}");
}
