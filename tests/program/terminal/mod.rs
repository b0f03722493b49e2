//! The real binary in a pseudo-terminal, used like a person would.

mod background;
mod closing;
mod copying;
mod counter;
mod endings;
mod first_run;
mod flood;
mod hands;
mod headless;
mod job;
mod locale;
mod login;
mod notebook;
mod pairing;
mod profiles;
mod proxy;
mod public;
mod remote;
mod secure;

use crate::support::pty::Pty;
use crate::support::qr;

const BINARY: &str = env!("CARGO_BIN_EXE_groupdesk");
/// Every demo in these tests is the same world, and changes only when a test changes it.
const DEMO: [&str; 4] = ["demo", "--still", "--seed", "7"];

/// The demo's desk, once its three phones are connected.
fn demo(columns: u16, rows: u16) -> Pty {
    let mut pty = Pty::spawn(columns, rows, BINARY, &DEMO, &[]);
    pty.wait_for("3 of 5 connected");
    pty
}

/// The link shown as text.
fn link(screen: &vt100::Screen) -> Option<String> {
    let text = screen.contents();
    let start = text.find(groupdesk::api::INVITE_PREFIX)?;
    let is_end = |character: char| character.is_whitespace() || character == '│';
    Some(text[start..].split(is_end).next()?.to_owned())
}

/// The one QR code on the screen.
fn code(screen: &vt100::Screen) -> Option<String> {
    match &qr::codes(screen)[..] {
        [code] => Some(code.clone()),
        _ => None,
    }
}
