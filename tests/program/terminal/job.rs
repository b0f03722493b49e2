//! A complete run: find a group, show and copy its link, scan its code, reset it, change it.

use super::{code, demo, link};
use crate::support::pty::Pty;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Opens "Weekend Volunteers" of the first session by typing part of its name.
fn open_the_volunteers(pty: &mut Pty) {
    pty.send("j");
    pty.wait_for("connected   Support line");
    pty.send("/weekvol");
    pty.wait_for("1 of 65");
    pty.send("\r");
    pty.send("\r");
    pty.wait_until("the code of the shown link", |screen| {
        link(screen).is_some() && code(screen) == link(screen)
    });
}

pub fn the_whole_job(mut pty: Pty) {
    open_the_volunteers(&mut pty);
    let old = link(pty.screen()).expect("a link");

    pty.send("y");
    pty.wait_for("clipboard");
    let copied = format!("\x1b]52;c;{}\x07", STANDARD.encode(&old));
    assert!(
        String::from_utf8_lossy(pty.raw()).contains(&copied),
        "the link went to the terminal's clipboard"
    );

    pty.send("Q");
    pty.wait_gone("Members");
    pty.wait_until("the code, full screen", |screen| {
        code(screen).as_ref() == Some(&old)
    });
    pty.send("\x1b");
    pty.wait_for("Members");

    pty.send("R");
    pty.wait_for("Cancel");
    pty.send("\t\r");
    pty.wait_until("a new link", |screen| {
        link(screen).is_some_and(|link| link != old)
    });
    pty.send("\x1b");
    pty.wait_for("Members");
    pty.wait_until("the new link's code", |screen| {
        link(screen).is_some() && code(screen) == link(screen)
    });
    assert_ne!(link(pty.screen()), Some(old));

    pty.send("e");
    pty.wait_for("Subject");
    pty.send("\x1b[F 2031");
    pty.wait_for("Save 1 change");
    pty.send("\x13");
    pty.wait_for("saved");
    pty.wait_gone("Save 1 change");
    pty.send("\x1b");
    pty.wait_until("the list with the new subject", |screen| {
        let text = screen.contents();
        text.contains("Weekend Volunteers 2031") && text.contains("↵ open")
    });

    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn a_complete_run_on_a_small_screen() {
    the_whole_job(demo(80, 24));
}

#[test]
fn a_complete_run_on_a_wide_screen() {
    the_whole_job(demo(200, 60));
}

#[test]
fn a_code_can_be_scanned_without_colours() {
    let mut pty = Pty::spawn(80, 24, super::BINARY, &super::DEMO, &[("NO_COLOR", "1")]);
    pty.wait_for("3 of 5 connected");
    open_the_volunteers(&mut pty);
}

#[test]
fn a_hostile_name_reaches_the_terminal_cleaned() {
    let mut pty = demo(120, 40);
    pty.send("/exe\r");
    // The end of the name, which is truncated in the middle.
    pty.wait_for("namesss · through");
    pty.send("\r");
    pty.wait_for("Members");
    let raw = String::from_utf8_lossy(pty.raw()).into_owned();
    for escape in [
        "\x1b]0;owned",
        "\x1b]52;c;cHduZWQ=",
        "\u{202e}",
        "\u{2066}",
        "\u{9b}1;1H",
    ] {
        assert!(!raw.contains(escape), "{escape:?} reached the terminal");
    }
}

#[test]
fn a_terminal_that_is_too_small_shows_a_message_and_recovers() {
    let mut pty = demo(80, 24);
    pty.resize(30, 8);
    pty.wait_gone("Support line");
    pty.resize(80, 24);
    pty.wait_for("Support line");
}
