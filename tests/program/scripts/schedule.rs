//! `schedule`, on a demo and on a gateway without opening hours.

use super::World;
use super::faults::on;
use super::stub::{Answer, Stub};
use serde_json::{Value, json};

const GROUP: &str = "Weekend Volunteers";

#[test]
fn opening_hours_are_set_shown_listed_and_cleared() {
    let world = World::start();
    let run = |arguments: &[&str]| world.run(&[&["schedule"], arguments].concat());
    let which = [GROUP, "--session", "Support line"];
    let with =
        |action: &'static str, more: &[&'static str]| run(&[&[action][..], &which, more].concat());
    let none = with("show", &[]).ok();
    assert_eq!(none, "no opening hours\n");
    let set = with(
        "set",
        &[
            "--zone",
            "Europe/Berlin",
            "--open",
            "08:00",
            "--close",
            "22:00",
            "--days",
            "mon-fri",
            "--json",
        ],
    );
    let set = set.json();
    assert_eq!(set["zone"], "Europe/Berlin");
    let days = json!(["mon", "tue", "wed", "thu", "fri"]);
    let rule = json!({ "days": days, "open": "08:00", "close": "22:00" });
    assert_eq!(set["rules"], json!([rule]));
    assert_eq!(set["subject"], GROUP);
    let rules = [
        "--rule",
        "mon-fri 08:00-22:00",
        "--rule",
        "sat,sun 10:00-02:00",
    ];
    let words = with("set", &[&["--zone", "Asia/Jakarta"][..], &rules].concat()).ok();
    let shown = "open Mon–Fri 08:00–22:00; Sat,Sun 10:00–02:00 Asia/Jakarta\n";
    assert!(words.starts_with(shown), "{words}");
    assert!(with("show", &[]).ok().starts_with(shown));
    let listed = run(&["list", "--json"]).json();
    assert_eq!(listed["schedules"][0]["zone"], "Asia/Jakarta");
    assert!(run(&["list"]).ok().contains("Mon–Fri 08:00–22:00"));
    assert_eq!(with("clear", &[]).ok(), "no opening hours\n");
    assert_eq!(run(&["list", "--json"]).json(), json!({ "schedules": [] }));

    let refused = with(
        "set",
        &[
            "--zone",
            "Mars/Base",
            "--rule",
            "daily 08:00-22:00",
            "--json",
        ],
    );
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(
        refused.error()["message"].to_string().contains("zone"),
        "{}",
        refused.err
    );
    let overlap = [
        "--zone",
        "UTC",
        "--rule",
        "mon 08:00-12:00",
        "--rule",
        "mon 11:00-13:00",
    ];
    assert_eq!(with("set", &overlap).code, 2);
    assert_eq!(
        with("set", &["--zone", "UTC", "--rule", "someday 08:00-22:00"]).code,
        2
    );
    assert_eq!(with("set", &["--zone", "UTC"]).code, 2);
    let reader = world.run_with(
        "read",
        &["schedule", "show", GROUP, "--session", "Support line"],
    );
    assert_eq!(reader.code, 5, "{}", reader.err);
}

#[test]
fn a_gateway_without_opening_hours_is_named_as_such() {
    let gateway = Stub::start(|request, _| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let group = json!({ "groupJid": "1@g.us", "subject": "Choir" });
        match path {
            "/sessions" => {
                Answer::Json(200, json!({ "data": [{ "id": "a", "status": "working" }] }))
            }
            "/sessions/a/groups" => Answer::Json(200, json!({ "data": [group] })),
            _ => Answer::Json(
                404,
                json!({ "error": { "code": "not_found", "message": "no such path" } }),
            ),
        }
    });
    for arguments in [
        &["schedule", "show", "Choir"][..],
        &[
            "schedule",
            "set",
            "Choir",
            "--zone",
            "UTC",
            "--rule",
            "daily 08:00-22:00",
        ],
        &["schedule", "clear", "Choir"],
        &["schedule", "list"],
        &["audit", "verify"],
        &["audit", "head"],
        &["audit", "trim", "--before", "2020-01-01", "--yes"],
    ] {
        let ran = on(&gateway.url, arguments);
        assert_eq!(ran.code, 13, "{arguments:?}: {}{}", ran.out, ran.err);
    }
    // An audit log without hashes.
    let gateway = Stub::start(|_, _| {
        let entry: Value =
            json!({ "id": "1", "at": 1, "actor": "x", "action": "y", "outcome": "ok" });
        Answer::Json(200, json!({ "data": [entry] }))
    });
    let ran = on(&gateway.url, &["audit", "verify"]);
    assert_eq!(ran.code, 13, "{}{}", ran.out, ran.err);
}
