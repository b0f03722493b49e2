//! A desk without accounts: the demo, and another gateway that is added.

use super::BINARY;
use super::headless::Headless;
use crate::support::pty::Pty;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const BEFORE: &str = "# mine\n[ui]\nmouse = true # stays\n";

/// An own gateway without accounts, with a configuration of its own.
fn empty_desk(directory: &Path) -> Pty {
    let file = directory.join("config.toml");
    std::fs::write(&file, BEFORE).expect("a writable directory");
    let (file, home) = (
        file.to_str().expect("UTF-8"),
        directory.to_str().expect("UTF-8"),
    );
    let mut pty = Pty::spawn(
        80,
        24,
        BINARY,
        &["--config", file, "--data-dir", home],
        &[("HOME", home)],
    );
    pty.wait_for("No accounts yet");
    pty
}

#[test]
fn the_demo_is_looked_at_and_left() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut pty = empty_desk(directory.path());
    pty.wait_for("Look at the demo");
    pty.send("d");
    pty.wait_for("You are on demo now");
    pty.wait_for("3 of 5 connected");
    pty.send("p");
    pty.wait_for("● here");
    pty.send("k\r");
    pty.wait_for("You are on this machine now");
    pty.wait_for("No accounts yet");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn a_gateway_is_checked_and_becomes_a_profile() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut gateway = Headless::start();
    let (url, key) = (gateway.url(), gateway.key("all").to_owned());
    let mut pty = empty_desk(directory.path());
    pty.send("P");
    pty.wait_for("Add a gateway");
    pty.send("work\t");
    pty.send("\x1b[200~http://127.0.0.1:1\x1b[201~");
    pty.wait_for("http://127.0.0.1:1");
    pty.send("\t\x1b[200~wa_wrong\x1b[201~");
    pty.wait_for("••••••••");
    pty.send("\r");
    pty.wait_for("nothing listens there");
    // The field at fault has the focus, and everything that was typed is still there.
    pty.send(&format!("\x15\x1b[200~{url}\x1b[201~"));
    pty.wait_for(url);
    pty.send("\t\r");
    pty.wait_for("not accept");
    let config = directory.path().join("config.toml");
    assert_eq!(
        std::fs::read_to_string(&config).expect("the config"),
        BEFORE
    );
    pty.send(&format!("\x15\x1b[200~{key}\x1b[201~"));
    pty.send("\r");
    pty.wait_for("You are on work now");
    pty.wait_for("3 of 5 connected");

    let after = std::fs::read_to_string(&config).expect("the config");
    let added = after.strip_prefix(BEFORE).expect("what was there before");
    assert!(added.contains("[profiles.\"work\"]"), "{added}");
    assert!(!after.contains(&key));
    let token = directory.path().join("work.token");
    assert_eq!(
        std::fs::read_to_string(&token).expect("the key").trim(),
        key
    );
    let mode = std::fs::metadata(&token).expect("the key").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    assert!(!String::from_utf8_lossy(pty.raw()).contains(&key));
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);

    // The profile works at the next start.
    let home = directory.path().to_str().expect("UTF-8");
    let config = config.to_str().expect("UTF-8");
    let arguments = ["--config", config, "--data-dir", home, "--profile", "work"];
    let mut pty = Pty::spawn(80, 24, BINARY, &arguments, &[("HOME", home)]);
    pty.wait_for("3 of 5 connected");
    gateway.kill();
}
