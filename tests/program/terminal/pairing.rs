//! An account is added in a running demo: the test reads the code off the screen, the simulated phone scans
//! it, and its groups appear.

use super::{BINARY, code};
use crate::support::passkey;
use crate::support::pty::Pty;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use groupdesk::api::PasskeyRequest;

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

/// The text that was copied last, as the terminal's clipboard received it.
fn copied(raw: &[u8]) -> Option<String> {
    let raw = String::from_utf8_lossy(raw);
    let (_, after) = raw.rsplit_once("\x1b]52;c;")?;
    let (text, _) = after.split_once('\x07')?;
    String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
}

/// The simulated phone's account has a passkey because its number ends in 0077; the test is the browser.
#[test]
fn an_account_with_a_passkey_is_linked() {
    let mut pty = Pty::spawn(80, 24, BINARY, &["demo", "--seed", "7"], &[]);
    pty.wait_for("of 5 connected");
    pty.send("a");
    pty.wait_for("Add an account");
    pty.send("Front desk\r");
    pty.wait_for("For which");
    pty.send("+44 7700 900077\r");
    pty.wait_for("Other number");
    // After some seconds the simulated phone types the code.
    pty.wait_for("Passkey · Front desk");
    pty.wait_for("4  Copy");
    pty.send("\r");
    pty.wait_for("sent to the terminal's clipboard");
    let line = copied(pty.raw()).expect("a copied text");
    let request = line
        .split_once("parseRequestOptionsFromJSON(")
        .and_then(|(_, rest)| rest.strip_suffix(")})))"))
        .expect("the line of the documentation");
    let request = PasskeyRequest::parse(request).expect("a request");
    let answer = passkey::printed(&passkey::challenge_of(&request));

    pty.send("\x1b[200~NotAllowedError\x1b[201~");
    pty.wait_for("is not the JSON");
    pty.send("\x15");
    pty.wait_gone("is not the JSON");
    let answer = serde_json::to_string_pretty(&answer).expect("JSON");
    pty.send(&format!("\x1b[200~{}\x1b[201~", answer.replace('\n', "\r")));
    pty.wait_for("Enter sends it");
    pty.send("\r");
    pty.wait_for("They are the same");
    pty.send("\x1b[C");
    pty.send("\r");
    pty.wait_for("+44 7700 900077 is linked.");
    pty.wait_for("+44 7700 900077 is linked: ");
    pty.send("q");
    assert_eq!(pty.wait_end(), 0);
    let written = String::from_utf8_lossy(pty.raw());
    assert!(!written.contains("MEUCIQDqasecrets"), "the answer is drawn");
}
