//! A desk with several gateways.

use super::BINARY;
use super::headless::Headless;
use crate::support::pty::Pty;
use std::fmt::Write as _;
use std::path::Path;

/// A desk whose configuration has a profile for each gateway, on the first of them.
fn desk(directory: &Path, gateways: &[(&str, &Headless)], columns: u16, rows: u16) -> Pty {
    desk_with(directory, gateways, "", (columns, rows))
}

/// The same with further settings in each profile.
pub fn desk_with(
    directory: &Path,
    gateways: &[(&str, &Headless)],
    settings: &str,
    (columns, rows): (u16, u16),
) -> Pty {
    let mut config = format!("profile = \"{}\"\n", gateways[0].0);
    for (name, gateway) in gateways {
        let key = directory.join(format!("{name}.token"));
        write_private(&key, gateway.key("all"));
        write!(
            config,
            "[profiles.{name}]\nurl = \"{}\"\ntoken_file = \"{}\"\n{settings}",
            gateway.url(),
            key.display()
        )
        .expect("text");
    }
    let file = directory.join("config.toml");
    std::fs::write(&file, config).expect("a writable directory");
    let file = file.to_str().expect("UTF-8");
    let directory = directory.to_str().expect("UTF-8");
    Pty::spawn(
        columns,
        rows,
        BINARY,
        &["--config", file, "--data-dir", directory],
        &[("HOME", directory)],
    )
}

fn write_private(file: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(file, text).expect("a writable directory");
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(file, mode).expect("an own file");
}

#[test]
fn the_desk_switches_gateways_and_back() {
    let (first, second) = (Headless::start(), Headless::start());
    let session = second.session("Support line");
    second.ask("POST", &format!("{session}:stop"), None);
    let group = first.group("Support line", "Weekend Volunteers");
    // Visible at once: at the top of the list.
    let renamed = serde_json::json!({"subject": "Aa first"});
    first.ask("PATCH", &group, Some(&renamed));

    let directory = tempfile::tempdir().expect("a directory");
    let gateways = [("alpha", &first), ("beta", &second)];
    let mut pty = desk(directory.path(), &gateways, 120, 40);
    pty.wait_for("3 of 5 connected");
    pty.wait_for("Aa first");
    pty.wait_for("alpha");
    pty.wait_for("live");

    pty.send("p");
    pty.wait_for("● here");
    pty.send("j\r");
    pty.wait_for("You are on beta now");
    pty.wait_for("2 of 5 connected");
    pty.wait_for("live");
    assert!(!pty.screen().contents().contains("Aa first"));

    // Events of the old gateway are not received any more; those of the new one are.
    let again = serde_json::json!({"subject": "Ab first"});
    first.ask("PATCH", &group, Some(&again));
    second.ask("POST", &format!("{session}:start"), None);
    pty.wait_for("3 of 5 connected");
    assert!(!pty.screen().contents().contains("Ab first"));

    pty.send("pk\r");
    pty.wait_for("You are on alpha now");
    pty.wait_for("Ab first");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn an_unreachable_gateway_is_reported_and_the_desk_stays() {
    let (first, mut second) = (Headless::start(), Headless::start());
    let directory = tempfile::tempdir().expect("a directory");
    let gateways = [("alpha", &first), ("beta", &second)];
    let mut pty = desk(directory.path(), &gateways, 80, 24);
    pty.wait_for("3 of 5 connected");
    second.kill();
    pty.send("pj\r");
    pty.wait_for("cannot be reached");
    pty.wait_for("doctor --profile beta");
    pty.send("\x1b");
    pty.wait_gone("cannot be reached");
    pty.wait_for("3 of 5 connected");
    pty.wait_for("alpha");
}

#[test]
fn a_token_prompt_before_the_desk_opens_does_not_echo() {
    let gateway = Headless::start();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("config.toml");
    let config = format!(
        "[profiles.guest]\nurl = \"{}\"\ntoken_prompt = true\n",
        gateway.url()
    );
    std::fs::write(&file, config).expect("a writable directory");
    let home = directory.path().to_str().expect("UTF-8");
    let arguments = [
        "--profile",
        "guest",
        "--config",
        file.to_str().expect("UTF-8"),
        "--data-dir",
        home,
    ];
    let mut pty = Pty::spawn(80, 24, BINARY, &arguments, &[("HOME", home)]);
    pty.wait_for("Token of guest:");
    pty.send(gateway.key("all"));
    pty.send("\r");
    pty.wait_for("3 of 5 connected");
    let key = gateway.key("all").as_bytes();
    assert!(!pty.raw().windows(key.len()).any(|shown| shown == key));
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}
