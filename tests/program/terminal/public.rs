//! A complete run on the public gateway of the same contract, and with network faults.

use super::proxy::{Mode, Proxy};
use super::{BINARY, code, link};
use crate::public_gateway::{KEY, KEY_READ_SEND, LOGGED_OUT, PublicGateway, SESSION};
use crate::support::pty::Pty;
use serde_json::json;
use tokio::runtime::Runtime;

/// The gateway, a faulty proxy to it, and a desk.
struct Place {
    gateway: PublicGateway,
    proxy: Proxy,
    pty: Pty,
    /// The runtime of the two servers.
    _runtime: Runtime,
    _directory: tempfile::TempDir,
}

impl Place {
    /// Sessions are listed; stored reads follow changes at once.
    fn new(columns: u16, rows: u16) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let gateway = runtime.block_on(PublicGateway::connected());
        gateway.catch_up();
        gateway.change_sessions(|rows| {
            let asleep = rows.iter_mut().find(|row| row["id"] == LOGGED_OUT);
            asleep.expect("a row")["status"] = json!("hibernating");
        });
        Self::on(runtime, gateway, KEY, columns, rows)
    }

    /// A desk with one configured session.
    fn on(runtime: Runtime, gateway: PublicGateway, key: &str, columns: u16, rows: u16) -> Self {
        let proxy = runtime.block_on(Proxy::start(&gateway.base));
        let directory = tempfile::tempdir().expect("a directory");
        let data = directory.path().to_str().expect("UTF-8");
        let config = directory.path().join("config.toml");
        let profile = format!(
            "[profiles.public]\nurl = {:?}\ntoken_env = \"GATEWAY_TOKEN\"\nsessions = [{SESSION:?}]\n",
            proxy.base
        );
        std::fs::write(&config, profile).expect("a file");
        let config = config.to_str().expect("UTF-8");
        let pty = Pty::spawn(
            columns,
            rows,
            BINARY,
            &[
                "--config",
                config,
                "--profile",
                "public",
                "--data-dir",
                data,
            ],
            &[("GATEWAY_TOKEN", key), ("HOME", data)],
        );
        Self {
            gateway,
            proxy,
            pty,
            _runtime: runtime,
            _directory: directory,
        }
    }

    /// Finds the volunteers and opens their card.
    fn open_the_volunteers(&mut self) -> String {
        let pty = &mut self.pty;
        pty.wait_for("2 of 4 connected");
        pty.wait_for("2,012");
        pty.send("/weekvol");
        pty.wait_for("1 of 2,012");
        pty.send("\r\r");
        pty.wait_until("the code of the shown link", |screen| {
            link(screen).is_some() && code(screen) == link(screen)
        });
        link(pty.screen()).expect("a link")
    }
}

/// From the list: filters for the choir and opens its card.
fn open_the_choir(pty: &mut Pty) {
    pty.wait_for("↵ open");
    pty.send("/\x15choir\r");
    pty.wait_until("one row, and it is the choir", |screen| {
        let text = screen.contents();
        text.contains("Choir") && text.contains("1 of 2,012")
    });
    pty.send("\r");
}

#[test]
fn a_complete_run_on_the_public_gateway() {
    let mut place = Place::new(120, 40);
    place.pty.wait_for("polling");
    place.pty.wait_for("hibernating");
    let old = place.open_the_volunteers();
    let pty = &mut place.pty;
    pty.wait_for("0 stored of 12");
    pty.send("y");
    pty.wait_for("clipboard");

    pty.send("e");
    pty.wait_for("Subject");
    pty.send("\x1b[F 2031");
    pty.wait_for("Save 1 change");
    pty.send("\x13");
    pty.wait_for("saved subject");
    pty.wait_for("─ Weekend Volunteers 2031 · through ");

    pty.send("R");
    pty.wait_for("[ Cancel ]");
    pty.send("\t\r");
    pty.wait_until("a new link", |screen| {
        link(screen).is_some_and(|link| link != old)
    });
    pty.send("\x1b");
    pty.wait_gone("Copy link");
    let new = place.gateway.link();
    pty.wait_until("the new link's code", |screen| {
        code(screen).as_ref() == Some(&new)
    });

    // If the account is not an admin this gateway answers only 500; the desk finds the cause.
    pty.send("\x1b");
    open_the_choir(pty);
    pty.wait_for("─ Choir · through ");
    pty.wait_for("is not an admin of the");
    pty.wait_for("3 stored of 9");

    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
    let changes = place.gateway.changes();
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(changes[0].ends_with(r#"{"subject":"Weekend Volunteers 2031"}"#));
    assert!(changes[1].starts_with("DELETE "));
}

#[test]
fn lost_answers_are_looked_up_and_no_change_is_sent_twice() {
    let mut place = Place::new(120, 40);
    let old = place.open_the_volunteers();
    place.proxy.set(Mode::LoseChanges);
    let pty = &mut place.pty;
    pty.send("R");
    pty.wait_for("[ Cancel ]");
    pty.send("\t\r");
    pty.wait_for("another one than before");
    let new = place.gateway.link();
    assert_ne!(new, old);
    pty.wait_until("the new link", |screen| link(screen).as_ref() == Some(&new));
    pty.send("\x1b");
    pty.wait_gone("Copy link");

    pty.send("e");
    pty.wait_for("Subject");
    pty.send("\x1b[F 2031");
    pty.wait_for("Save 1 change");
    pty.send("\x13");
    pty.wait_for("applied");
    pty.wait_for("─ Weekend Volunteers 2031 · through ");
    let changes = place.gateway.changes();
    assert_eq!(changes.len(), 2, "{changes:?}");

    // A request that never arrives changes nothing, and is not sent again either. This gateway's stored reads
    // may lag behind, so the outcome stays open.
    place.proxy.set(Mode::DropChanges);
    pty.send("e");
    pty.wait_for("Subject");
    pty.send("\x1b[F!");
    pty.wait_for("Save 1 change");
    pty.send("\x13");
    pty.wait_for("not known whether it was applied");
    pty.wait_for("Retry 1");
    assert_eq!(place.gateway.changes().len(), 2);
    assert_eq!(place.proxy.dropped(), 1);
}

#[test]
fn a_change_that_stored_reads_do_not_show_yet_is_not_reported_as_not_made() {
    let mut place = Place::new(120, 40);
    place.open_the_volunteers();
    place.gateway.lag();
    place.proxy.set(Mode::LoseChanges);
    let pty = &mut place.pty;
    pty.send("e");
    pty.wait_for("Subject");
    pty.send("\x1b[F 2031");
    pty.wait_for("Save 1 change");
    pty.send("\x13");
    pty.wait_for("the gateway still shows");
    pty.wait_for("not known whether it was applied");
    assert!(!pty.screen().contents().contains("not applied"));
    assert_eq!(place.gateway.changes().len(), 1);
    // A confirmed save stays confirmed, whatever the reads return.
    place.proxy.set(Mode::Pass);
    pty.send("\r");
    pty.wait_for("saved subject");
    pty.wait_for("─ Weekend Volunteers 2031 · through ");
    assert_eq!(place.gateway.changes().len(), 2);
}

#[test]
fn a_hanging_gateway_leaves_the_screen_responsive() {
    let mut place = Place::new(80, 24);
    place.open_the_volunteers();
    place.proxy.set(Mode::Hang);
    let pty = &mut place.pty;
    pty.send("\x1b");
    open_the_choir(pty);
    pty.wait_for("Fetching the link");
    pty.send("?");
    pty.wait_for("─ Help");
    pty.send("\x1b");
    pty.wait_gone("─ Help");
    // Esc closes the card although its answers never arrived.
    pty.send("\x1b");
    pty.wait_for("↵ open");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn the_desk_can_be_quit_while_the_gateway_hangs_from_the_start() {
    let mut place = Place::new(80, 24);
    place.proxy.set(Mode::Hang);
    place.pty.wait_for("groupdesk");
    place.pty.send("?");
    place.pty.wait_for("─ Help");
    place.pty.send("\x1b");
    place.pty.wait_gone("─ Help");
    place.pty.send("q");
    assert_eq!(place.pty.wait_end(), 0);
}

#[test]
fn groups_are_shown_to_a_key_that_may_not_read_sessions() {
    let runtime = Runtime::new().expect("a runtime");
    let gateway = runtime.block_on(PublicGateway::connected());
    let mut place = Place::on(runtime, gateway, KEY_READ_SEND, 80, 24);
    place.pty.wait_for("2,000 groups");
    place.pty.send("\t");
    place.pty.wait_for("Chess Club");
    place.pty.wait_for("2,000");
    place.pty.send("q");
    assert_eq!(place.pty.wait_end(), 0);
}

#[test]
fn a_key_that_may_not_read_sessions_gets_links_and_keeps_saved_values() {
    let runtime = Runtime::new().expect("a runtime");
    // Stored rows lag behind changes here, as on the public gateway.
    let gateway = runtime.block_on(PublicGateway::connected());
    let mut place = Place::on(runtime, gateway, KEY_READ_SEND, 120, 40);
    let pty = &mut place.pty;
    pty.wait_for("status unknown");
    pty.wait_for("2,000");
    pty.send("/weekvol");
    pty.wait_for("1 of 2,000");
    pty.send("\r\r");
    pty.wait_until("the code of the shown link", |screen| {
        link(screen).is_some() && code(screen) == link(screen)
    });
    pty.send("e");
    pty.wait_for("Subject");
    pty.send("\x1b[F 2031");
    pty.wait_for("Save 1 change");
    pty.send("\x13");
    pty.wait_for("saved subject");
    pty.wait_for("2031 · through ");
    pty.wait_for("has not stored it yet:");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn a_failed_link_names_both_of_its_likely_causes() {
    let runtime = Runtime::new().expect("a runtime");
    let gateway = runtime.block_on(PublicGateway::start());
    let mut place = Place::on(runtime, gateway, KEY_READ_SEND, 80, 24);
    let pty = &mut place.pty;
    pty.wait_for("2,000");
    pty.send("/weekvol");
    pty.wait_for("1 of 2,000");
    pty.send("\r\r");
    pty.wait_for("The gateway failed without saying");
    pty.wait_for("connected to WhatsApp. Press !");
    assert!(!pty.screen().contents().contains("not found"));
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}

#[test]
fn people_are_found_among_the_opened_groups_only_and_the_screen_says_so() {
    let mut place = Place::new(120, 40);
    let pty = &mut place.pty;
    pty.wait_for("2,012");
    pty.send("/weber");
    pty.wait_for("cannot search for people");
    pty.send("\x1b");
    pty.wait_for("Esc leave");
    pty.send("\x03");
    assert_eq!(pty.wait_end(), 0);
}
