//! A desk on a foreign gateway: other clients change things, keys lack capabilities, the gateway goes away.

use super::headless::Headless;
use super::{code, link};
use crate::support::pty::Pty;
use serde_json::json;

const VOLUNTEERS: &str = "Weekend Volunteers";

fn open_the_volunteers(pty: &mut Pty) {
    pty.wait_for("3 of 5 connected");
    pty.send("j");
    pty.wait_for("▌● Support line");
    pty.send("/weekvol");
    pty.wait_for("1 of 65");
    pty.send("\r\r");
    pty.wait_until("the code of the shown link", |screen| {
        link(screen).is_some() && code(screen) == link(screen)
    });
}

#[test]
fn changes_by_another_client_appear() {
    let gateway = Headless::start();
    let mut pty = gateway.desk("all", 120, 40);
    open_the_volunteers(&mut pty);
    pty.wait_for("live");
    let group = gateway.group("Support line", VOLUNTEERS);

    gateway.ask(
        "PATCH",
        &group,
        Some(&json!({"subject": "Weekend Helpers"})),
    );
    pty.wait_until("the new name in list and card", |screen| {
        let text = screen.contents();
        text.matches("Weekend Helpers").count() == 2 && !text.contains(VOLUNTEERS)
    });

    let old = link(pty.screen()).expect("a link");
    let answer = gateway.ask("DELETE", &format!("{group}/invite"), None);
    let new = answer["invite"].as_str().expect("a link").to_owned();
    assert_ne!(new, old);
    pty.wait_until("the new link and its code", |screen| {
        link(screen).as_ref() == Some(&new) && code(screen).as_ref() == Some(&new)
    });
    pty.wait_for("reset ");
    // After the new link was shown, the old one was not drawn again.
    pty.send("y");
    pty.wait_for("clipboard");
    assert!(!pty.screen().contents().contains(&old));
}

#[test]
fn status_changes_of_sessions_appear() {
    let gateway = Headless::start();
    let mut pty = gateway.desk("all", 80, 24);
    pty.wait_for("3 of 5 connected");
    let session = gateway.session("Support line");
    gateway.ask("POST", &format!("{session}:stop"), None);
    pty.wait_for("2 of 5 connected");
    gateway.ask("POST", &format!("{session}:start"), None);
    pty.wait_for("3 of 5 connected");
}

#[test]
fn when_the_gateway_dies_the_link_is_hidden() {
    let mut gateway = Headless::start();
    let mut pty = gateway.desk("all", 80, 24);
    open_the_volunteers(&mut pty);
    gateway.kill();
    pty.wait_for("gateway away");
    pty.wait_until("neither link nor code", |screen| {
        link(screen).is_none() && code(screen).is_none()
    });
    pty.wait_for("The gateway does not answer");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0, "the desk can still be quit");
}

#[test]
fn a_read_only_key_gets_messages_about_missing_capabilities() {
    let gateway = Headless::start();
    let mut pty = gateway.desk("read", 80, 24);
    open_the_volunteers(&mut pty);
    // It may not read events either, so the desk polls.
    pty.wait_for("polling");
    // Opening hours are read with `send`, so that the desk knows before anything is typed that it is missing.
    pty.send("e");
    pty.wait_for("Your key lacks");
    assert!(!pty.screen().contents().contains("Subject"));
    pty.send("R");
    pty.wait_for("Your key lacks");
    assert!(!pty.screen().contents().contains("Cancel"));
}

#[test]
fn an_unknown_key_gets_a_message() {
    let gateway = Headless::start();
    let mut pty = gateway.desk_with("wa_0000000000000000000000000000000000000000000", 80, 24);
    pty.wait_for("groupdesk doctor");
}
