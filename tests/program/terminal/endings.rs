//! However the desk ends, the terminal is restored.

use super::{BINARY, DEMO, demo};
use crate::support::pty::Pty;
use groupdesk::console::locale::Charset;
use vt100::{MouseProtocolMode, Screen};

/// All terminal modes are restored.
#[track_caller]
pub(super) fn assert_sane(screen: &Screen) {
    assert!(!screen.alternate_screen(), "alternate screen");
    assert!(!screen.hide_cursor(), "hidden cursor");
    assert!(!screen.bracketed_paste(), "bracketed paste");
    assert_eq!(screen.mouse_protocol_mode(), MouseProtocolMode::None);
}

/// A shell that prints a word, runs the demo, and prints its exit code.
pub(super) fn in_a_shell() -> (Pty, String) {
    let script = format!(
        "echo before; {BINARY} {}; echo ended $?; read line",
        DEMO.join(" ")
    );
    let mut pty = Pty::spawn(80, 24, "sh", &["-c", &script], &[]);
    pty.wait_for("before");
    let settings = pty.line_settings();
    pty.wait_for("3 of 5 connected");
    assert!(pty.screen().alternate_screen() && pty.screen().bracketed_paste());
    assert_ne!(pty.line_settings(), settings, "the desk reads keys raw");
    (pty, settings)
}

#[test]
fn quitting_restores_the_terminal() {
    let (mut pty, settings) = in_a_shell();
    pty.send("q");
    pty.wait_for("ended 0");
    pty.wait_for("before");
    assert_sane(pty.screen());
    assert_eq!(pty.line_settings(), settings);
}

#[test]
fn signals_restore_the_terminal() {
    for signal in ["TERM", "HUP", "INT"] {
        let (mut pty, settings) = in_a_shell();
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

#[test]
fn a_suspended_desk_leaves_the_shell_usable_and_resumes() {
    let mut pty = Pty::spawn(
        80,
        24,
        "bash",
        &["--norc", "--noprofile", "--noediting", "-i"],
        &[("PS1", "ready> ")],
    );
    pty.wait_for("ready>");
    pty.send(&format!("{BINARY} {}\r", DEMO.join(" ")));
    pty.wait_for("3 of 5 connected");
    pty.send("\x1a");
    pty.wait_for("Stopped");
    assert_sane(pty.screen());
    pty.send("echo still $((40 + 2))\r");
    pty.wait_for("still 42");
    pty.send("fg\r");
    pty.wait_for("3 of 5 connected");
    assert!(pty.screen().alternate_screen());
    pty.send("?");
    pty.wait_for("Help");
    pty.send("\x1b");
    pty.wait_gone("─ Help");
    pty.send("q");
    pty.wait_until("the shell", |screen| {
        !screen.alternate_screen() && screen.contents().contains("ready>")
    });
    assert_sane(pty.screen());
}

#[test]
fn without_a_shell_to_resume_it_the_desk_does_not_suspend() {
    // A program that runs directly on a new terminal has no shell as its parent there.
    let mut pty = demo(80, 24);
    pty.send("\x1a");
    pty.wait_until("the terminal given back", |screen| {
        !screen.alternate_screen()
    });
    // Typed as early as possible: before the desk has drawn or read keys.
    pty.wait_until("the desk again", Screen::alternate_screen);
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

/// The child of the next test: enters the terminal modes of the desk, and panics.
#[test]
fn panics_on_request() {
    if std::env::var_os("GROUPDESK_TEST_PANIC").is_none() {
        return;
    }
    let _screen = groupdesk::console::io::terminal::RealScreen::take(true, Charset::Unicode)
        .expect("a terminal");
    panic!("on purpose");
}

#[test]
fn a_panic_restores_the_terminal_before_it_is_printed() {
    let this = std::env::current_exe().expect("a path");
    let mut pty = Pty::spawn(
        80,
        24,
        this.to_str().expect("UTF-8"),
        &[
            "--exact",
            "terminal::endings::panics_on_request",
            "--nocapture",
            "--test-threads=1",
        ],
        &[("GROUPDESK_TEST_PANIC", "1")],
    );
    assert_ne!(pty.wait_end(), 0);
    assert!(
        String::from_utf8_lossy(pty.raw()).contains("\x1b[?1049h"),
        "the screen was taken"
    );
    assert!(pty.screen().contents().contains("on purpose"));
    assert_sane(pty.screen());
}

#[test]
fn without_a_terminal_the_message_says_what_to_do() {
    let output = std::process::Command::new(BINARY)
        .args(DEMO)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the binary starts");
    assert!(!output.status.success());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        complaint.contains("terminal") && complaint.contains("groupdesk serve"),
        "{complaint}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn with_the_mouse_disabled_no_mouse_mode_is_set() {
    let mut pty = demo(80, 24);
    assert_ne!(pty.screen().mouse_protocol_mode(), MouseProtocolMode::None);
    pty.send("q");
    pty.wait_end();
    let mut pty = Pty::spawn(80, 24, BINARY, &[&DEMO[..], &["--no-mouse"]].concat(), &[]);
    pty.wait_for("3 of 5 connected");
    assert_eq!(pty.screen().mouse_protocol_mode(), MouseProtocolMode::None);
}

#[test]
fn a_terminal_without_cursor_control_is_refused() {
    for term in ["dumb", ""] {
        let mut pty = Pty::spawn(80, 24, BINARY, &DEMO, &[("TERM", term)]);
        assert_eq!(pty.wait_end(), 2, "TERM={term:?}");
        let said = pty.screen().contents().replace('\n', " ");
        assert!(
            said.contains("TERM") && said.contains("xterm-256color"),
            "{said}"
        );
        assert!(!String::from_utf8_lossy(pty.raw()).contains("\x1b[?1049h"));
    }
}

#[test]
fn two_signals_at_once_count_as_one() {
    let (mut pty, settings) = in_a_shell();
    let parent = pty.process_id().to_string();
    for signal in ["-TERM", "-INT"] {
        let arguments = [signal, "-P", &parent];
        let status = std::process::Command::new("pkill").args(arguments).status();
        // The first one may have ended it already.
        status.expect("pkill runs");
    }
    pty.wait_for("ended 0");
    assert_sane(pty.screen());
    assert_eq!(pty.line_settings(), settings);
}
