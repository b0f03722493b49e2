//! An account is added in a running demo: the test reads the code off the screen, the simulated phone scans
//! it, and its groups appear.

use super::{BINARY, code};
use crate::support::pty::Pty;

#[test]
fn an_account_is_added_by_its_code_and_leads_to_its_groups() {
    let mut pty = Pty::spawn(100, 40, BINARY, &["demo", "--seed", "7"], &[]);
    pty.wait_for("of 5 connected");
    pty.send("a");
    pty.wait_for("Add an account");
    pty.send("Front desk\r");
    pty.wait_until("a pairing code that can be scanned", |screen| {
        code(screen).is_some_and(|text| text.starts_with("2@") && text.len() > 200)
    });
    pty.wait_for("Next code in");
    pty.wait_for("Link a phone · Front desk");
    let secret = code(pty.screen()).expect("the code to scan");

    // A window that is too small offers the pairing code; the QR code returns with the space.
    pty.resize(80, 24);
    pty.wait_for("16 more rows");
    pty.resize(100, 40);

    // After some seconds the simulated phone scans it.
    pty.wait_for("groups so far");
    pty.wait_for("is linked: 5 groups");
    pty.wait_for("Groups · Front desk · 5");
    assert!(code(pty.screen()).is_none_or(|text| !text.starts_with("2@")));
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
    let written = String::from_utf8_lossy(pty.raw());
    assert!(
        !written.contains(&secret),
        "the code's text was never written"
    );
}

#[test]
fn an_unlinked_account_is_removed_on_request() {
    let mut pty = Pty::spawn(100, 40, BINARY, &["demo", "--still", "--seed", "7"], &[]);
    pty.wait_for("3 of 5 connected");
    pty.send("a");
    pty.wait_for("A name for the account");
    pty.send("Front desk\r");
    pty.wait_for("Next code in");
    pty.send("\t");
    pty.wait_for("For which");
    pty.send("+62 812-3456-7890\r");
    pty.wait_for("Other number");
    pty.send("\u{1b}");
    pty.wait_for("no phone is linked to it");
    pty.send("\u{1b}[D\r");
    pty.wait_for("Front desk was removed");
    pty.wait_for("3 of 5 connected");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
}
