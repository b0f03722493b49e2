//! Copying inside tmux.

use super::{BINARY, DEMO, link};
use crate::support::pty::Pty;
use std::path::Path;

/// A desk inside "tmux", whose command is this script, after copying the displayed link.
fn copied(directory: &Path, script: &str) -> (Pty, String) {
    let tmux = directory.join("tmux");
    std::fs::write(&tmux, format!("#!/bin/sh\n{script}\n")).expect("a script");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&tmux, mode).expect("made executable");
    let path = std::env::var("PATH").expect("PATH");
    let path = format!("{}:{path}", directory.display());
    let environment = [("PATH", path.as_str()), ("TMUX", "/tmp/tmux-0/default,1,0")];
    let mut pty = Pty::spawn(120, 40, BINARY, &DEMO, &environment);
    pty.wait_for("3 of 5 connected");
    pty.send("/weekvol");
    pty.wait_for("1 of 65");
    pty.send("\r\r");
    pty.wait_for("Members");
    pty.wait_until("a link", |screen| link(screen).is_some());
    let shown = link(pty.screen()).expect("a link");
    pty.send("y");
    (pty, shown)
}

#[test]
fn inside_tmux_its_buffer_receives_the_link_on_standard_input() {
    let directory = tempfile::tempdir().expect("a directory");
    let (text, arguments) = (directory.path().join("text"), directory.path().join("args"));
    let script = format!(
        "echo \"$@\" > '{}'; cat > '{}'",
        arguments.display(),
        text.display()
    );
    let (mut pty, link) = copied(directory.path(), &script);
    pty.wait_for("✔ Weekend Volunteers: link copied to tmux");
    let read = |file| std::fs::read_to_string(file).expect("written");
    assert_eq!(read(&text), link);
    assert_eq!(read(&arguments).trim(), "load-buffer -w -");
    assert!(!String::from_utf8_lossy(pty.raw()).contains("\x1b]52;"));
}

#[test]
fn if_tmux_refuses_the_terminal_gets_the_link_without_a_success_message() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut pty, _) = copied(directory.path(), "exit 1");
    pty.wait_for("· Weekend Volunteers: link sent to the terminal");
    assert!(!pty.screen().contents().contains("✔ Weekend"));
    assert!(String::from_utf8_lossy(pty.raw()).contains("\x1b]52;"));
}
