//! Counter mode: the way out works, the signals work, and nothing else does.

use super::endings::{assert_sane, in_a_shell};
use super::{BINARY, DEMO, code};
use crate::support::pty::Pty;

/// Locks the code of "Weekend Volunteers" with this PIN; returns its link.
fn lock(pty: &mut Pty, pin: &str) -> String {
    pty.send("/weekvol");
    pty.wait_for("1 of 65");
    pty.send("\r\r");
    pty.wait_until("the code", |screen| code(screen).is_some());
    let link = code(pty.screen()).expect("a code");
    pty.send("K");
    pty.wait_for("[ Lock ]");
    for at in 1..=pin.len() {
        pty.send(&pin[at - 1..at]);
        pty.wait_for(&format!("PIN   {}", "•".repeat(at)));
    }
    pty.send("\r");
    pty.wait_gone("[ Lock ]");
    assert_eq!(code(pty.screen()).as_ref(), Some(&link));
    assert!(!pty.screen().contents().contains("quit"));
    link
}

fn locked(pin: &str) -> (Pty, String) {
    let text = ("GROUPDESK_UI_COUNTER_TEXT", "Scan to \u{202e}join");
    let mut pty = Pty::spawn(80, 24, BINARY, &DEMO, &[text]);
    pty.wait_for("3 of 5 connected");
    let link = lock(&mut pty, pin);
    (pty, link)
}

#[test]
fn only_the_pin_leaves_the_counter() {
    let (mut pty, link) = locked("4711");
    pty.wait_for("Scan to join");
    for dead in [
        "\x03",
        "\x1a",
        "\x1c",
        "q",
        "?",
        "\x1b[200~4711\r\x1b[201~",
        "\x1b[<0;5;24M\x1b[<0;5;24m",
        "\x1bOP",
        "\r",
        "y",
        "K",
    ] {
        pty.send(dead);
    }
    // A digit that is seen was read after all of them.
    pty.send("4");
    pty.wait_for("•");
    assert_eq!(code(pty.screen()).as_ref(), Some(&link));
    assert!(pty.screen().alternate_screen());
    assert!(
        !String::from_utf8_lossy(pty.raw()).contains("\x1b]52;"),
        "nothing is copied"
    );
    pty.send("\x7f");
    pty.wait_gone("•");
    pty.resize(120, 40);
    pty.wait_until("the code in the middle of the new window", |screen| {
        let mut rows = screen.rows(0, 120);
        let name = rows.find_map(|row| row.find("Weekend Volunteers"));
        name == Some(51) && code(screen).as_ref() == Some(&link)
    });
    pty.send("4711");
    pty.wait_for("Members");
    pty.wait_for("quit");
}

#[test]
fn without_a_pin_three_esc_leave_the_counter() {
    let (mut pty, _) = locked("");
    // Two that are read together count as one.
    pty.send("\x1b\x1b\x1b\x1b\x1b\x1b");
    pty.wait_for("quit");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn signals_end_a_locked_desk_and_restore_the_terminal() {
    for signal in ["TERM", "HUP"] {
        let (mut pty, settings) = in_a_shell();
        lock(&mut pty, "4711");
        let status = std::process::Command::new("pkill")
            .args([&format!("-{signal}"), "-P", &pty.process_id().to_string()])
            .status()
            .expect("pkill runs");
        assert!(status.success());
        pty.wait_for("ended 0");
        assert_sane(pty.screen());
        assert_eq!(pty.line_settings(), settings, "{signal}");
    }
}
