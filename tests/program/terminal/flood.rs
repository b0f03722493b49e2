//! The flood alarm, with people who really come in by the link.

use super::headless::Headless;
use super::profiles::desk_with;
use serde_json::json;

/// A group in which neither of the other accounts is.
const KEEPERS: &str = "Book keepers";

#[test]
fn joins_by_link_raise_the_alarm_and_one_key_resets_the_link() {
    let gateway = Headless::start();
    let group = gateway.group("Support line", KEEPERS);
    let invite = format!("{group}/invite");
    let old = gateway.ask("GET", &invite, None)["invite"].clone();

    let directory = tempfile::tempdir().expect("a directory");
    let gateways = [("team", &gateway)];
    let mut pty = desk_with(directory.path(), &gateways, "flood_joins = 1\n", (120, 40));
    pty.wait_for("3 of 5 connected");
    pty.wait_for("live");
    let join = |session: &str| {
        let path = format!("{}/groups:join", gateway.session(session));
        gateway.ask("POST", &path, Some(&json!({ "invite": old })));
    };
    join("Sales");
    join("Jakarta desk");
    pty.wait_for(&format!("! {KEEPERS}: 2 people joined by link"));

    pty.send("F");
    pty.wait_for("Many people join");
    pty.send("R");
    pty.wait_for("New link");
    let new = gateway.ask("GET", &invite, None)["invite"].clone();
    assert_ne!(new, old);
    pty.send("\x1b");
    pty.wait_until("the end of the alarm", |screen| {
        !screen.contents().contains("joined by link")
    });
}
