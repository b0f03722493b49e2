//! The real binary in a pseudo-terminal, on real accounts.

use super::house::{House, NEW, SUPPORT};
use crate::support::{pty::Pty, qr};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::os::unix::fs::PermissionsExt as _;

const BINARY: &str = env!("CARGO_BIN_EXE_groupdesk");

/// The desk on a house's data.
fn open(house: &House) -> Pty {
    let (data, url) = (house.data.path().to_str().unwrap(), house.server.url());
    let environment = [("HOME", data), ("GROUPDESK_WHATSAPP_URL", url.as_str())];
    Pty::spawn(120, 40, BINARY, &["--data-dir", data], &environment)
}

/// The link shown as text, once the QR code contains the same one.
fn link(screen: &vt100::Screen) -> Option<String> {
    let text = screen.contents();
    let start = text.find(groupdesk::api::INVITE_PREFIX)?;
    let link = text[start..]
        .split(|c: char| c.is_whitespace() || c == '│')
        .next()?;
    (qr::codes(screen) == [link]).then(|| link.to_owned())
}

/// The one pairing QR code on the screen.
fn pairing_code(screen: &vt100::Screen) -> Option<String> {
    let code = qr::codes(screen).pop()?;
    code.starts_with("2@").then_some(code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_pairs_resets_renames_reconnects_and_logs_out() {
    let house = House::new(None).await;
    let (support, new) = (house.support().session, House::new_phone().session);
    house.engine().await.stop().await;

    // The working session reconnects without a command; the other one is linked by scanning its code.
    let mut pty = open(&house);
    pty.wait_for("1 of 2 connected");
    pty.wait_for(NEW);
    pty.send("jj");
    pty.wait_for(&format!("connected   {NEW}"));
    pty.send("a");
    pty.wait_until("a code to scan", |screen| pairing_code(screen).is_some());
    let code = pairing_code(pty.screen()).unwrap();
    house.server.scan(&code).unwrap();
    // The dialog leads to the phone's groups without a key press.
    pty.wait_for("is linked");
    pty.wait_for(&format!("Groups · {NEW} · 5"));
    pty.wait_for("q quit");
    assert!(house.key_file(&new).exists());
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
    assert!(!String::from_utf8_lossy(pty.raw()).contains(&code));

    // Both reconnect.
    let mut pty = open(&house);
    pty.wait_for("2 of 2 connected");
    // The desk is where it was left.
    pty.wait_for(&format!("─ Groups · {NEW} · "));
    pty.send("k");
    pty.wait_for(&format!("─ Groups · {SUPPORT} · "));
    pty.wait_for("Night Shift");

    // Find a group, open it, copy its link.
    pty.send("/weekvol");
    pty.wait_for("1 of 50");
    pty.send("\r");
    pty.send("\r");
    pty.wait_until("the link and its code", |screen| link(screen).is_some());
    let old = link(pty.screen()).unwrap();
    pty.send("y");
    pty.wait_for("clipboard");
    let copied = format!("\x1b]52;c;{}\x07", STANDARD.encode(&old));
    assert!(String::from_utf8_lossy(pty.raw()).contains(&copied));

    // Reset the link: the world has the new one.
    let jid = house.group("Weekend Volunteers");
    pty.send("R");
    pty.wait_for("Cancel");
    pty.send("\t\r");
    pty.wait_until("a new link", |screen| {
        let text = screen.contents();
        text.contains(groupdesk::api::INVITE_PREFIX) && !text.contains(&old)
    });
    pty.send("\x1b");
    pty.wait_until("the new link and its code", |screen| {
        link(screen).is_some_and(|link| link != old)
    });

    // An admin resets the link on a phone: the screen shows the new one instead of the dead one.
    let dead = link(pty.screen()).unwrap();
    house.world.phone().reset_invite(&jid).unwrap();
    pty.wait_until("no dead link", |screen| !screen.contents().contains(&dead));
    pty.wait_until("the phone's link and its code", |screen| {
        link(screen).is_some_and(|link| link != dead && link != old)
    });

    // Change the subject.
    pty.send("e");
    pty.wait_for("Subject");
    pty.send("\x1b[F 2031");
    pty.wait_for("Save 1 change");
    pty.send("\x13");
    // The form itself shows the new subject while it is being saved.
    pty.wait_for("saved subject");
    pty.wait_for("ers 2031 · through Support line");
    assert_eq!(
        house.world.look_at(&jid).unwrap().subject,
        "Weekend Volunteers 2031"
    );

    // An admin renames the group on a phone.
    house.world.phone().rename(&jid, "Weekday Crew").unwrap();
    pty.wait_for("Weekday Crew");

    // The connection drops, and is restored without a command.
    house.world.drop_connection(&support, None);
    pty.wait_for("1 of 2 connected");
    pty.wait_for("connecting");
    house.world.reconnect(&support);
    pty.wait_for("2 of 2 connected");

    // Log out: the keys are deleted.
    let keys = house.key_file(&support);
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&keys), mode(&house.keys())), (0o600, 0o700));
    pty.send("\x1b[Z");
    pty.send("\x1b[Z");
    pty.wait_for("log out");
    pty.send("L");
    pty.wait_for("Log out?");
    pty.send("\t\r");
    pty.wait_for("is logged out");
    pty.wait_for("1 of 2 connected");
    assert!(!keys.exists());
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);

    // The log contains no secrets.
    let log = std::fs::read_to_string(house.data.path().join("groupdesk.log")).unwrap();
    for secret in [groupdesk::api::INVITE_PREFIX, &code, "2@"] {
        assert!(!log.contains(secret), "{log}");
    }
}
