//! A terminal whose locale is not UTF-8.

use super::{BINARY, DEMO, code, link};
use crate::support::pty::Pty;

#[test]
fn without_utf_8_the_screen_is_ascii_and_the_code_can_be_scanned() {
    for variables in [
        &[("LC_ALL", "C")][..],
        &[("LANG", "de_DE.ISO-8859-1")],
        &[("LC_ALL", ""), ("LC_CTYPE", "POSIX")],
    ] {
        let mut pty = Pty::spawn(120, 60, BINARY, &DEMO, variables);
        pty.wait_for("3 of 5 connected");
        pty.send("/weekvol");
        pty.wait_for("Weekend Volunteers");
        pty.send("\r\r");
        pty.wait_for("Members");
        pty.wait_until("the link", |screen| link(screen).is_some());
        let shown = link(pty.screen()).map(|link| link.trim_end_matches('|').to_owned());
        pty.send("Q");
        pty.wait_gone("Members");
        pty.wait_until("the code, full screen", |screen| code(screen) == shown);
        let raw = String::from_utf8_lossy(pty.raw()).into_owned();
        assert!(raw.is_ascii(), "{variables:?}");
        assert!(raw.contains("The locale is not UTF-8"), "{variables:?}");
    }
}

#[test]
fn utf_8_is_drawn_unchanged() {
    for variables in [
        &[("LC_ALL", "en_US.utf8")][..],
        &[("LC_ALL", ""), ("LANG", "C.UTF-8")],
        &[("LANG", "")],
    ] {
        let mut pty = Pty::spawn(80, 24, BINARY, &DEMO, variables);
        pty.wait_for("3 of 5 connected");
        pty.wait_for("╭");
    }
}
