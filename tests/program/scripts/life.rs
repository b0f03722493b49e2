//! `group create`, `join` and `leave`.

use super::{World, run};
use serde_json::{Value, json};

const CHESS: &str = "Chess Club";
const SUPPORT: [&str; 2] = ["--session", "Support line"];

#[test]
fn a_group_is_created_with_settings_and_members() {
    let world = World::start();
    let create = [
        "group",
        "create",
        "Sunday Volunteers",
        "--description",
        "Every Sunday",
        "--announce",
        "on",
        "--member",
        "+44 7700 900101",
        "--member",
        "+44 7700 900799",
        "--json",
    ];
    let several = world.run(&create);
    assert_eq!(several.code, 4, "{}", several.err);
    assert!(several.err.contains("--session"), "{}", several.err);

    let ran = world.run(&[&create[..], &SUPPORT].concat());
    // A person whose privacy settings forbid it is not in the group.
    assert_eq!(ran.code, 10, "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(answer["created"], "applied");
    assert_eq!(
        answer["fields"],
        json!([
            { "field": "description", "outcome": "applied" },
            { "field": "announce", "outcome": "applied" },
        ])
    );
    assert_eq!(answer["members"][0]["outcome"], "applied");
    assert_eq!(answer["members"][1]["outcome"], "refused");
    let group = world.group("Support line", "Sunday Volunteers");
    assert_eq!(group["groupJid"], answer["groupJid"]);
    assert_eq!(group["isAnnounce"], true);
    assert_eq!(group["description"], "Every Sunday");

    let plain = ["group", "create", "Plain"];
    let out = world.run(&[&plain[..], &SUPPORT].concat()).ok();
    assert!(out.contains("create Plain"), "{out}");
}

#[test]
fn bad_numbers_create_nothing() {
    let world = World::start();
    let create = ["group", "create", "Never", "--member", "12"];
    let ran = world.run(&[&create[..], &SUPPORT].concat());
    assert_eq!(ran.code, 2, "{}", ran.err);
    let groups = world.run(&["groups", "--json"]).ok();
    assert!(!groups.contains("Never"), "{groups}");
}

#[test]
fn a_link_is_shown_and_joined() {
    let world = World::start();
    let link = world.run(&["invite", "get", CHESS]).ok();
    let link = link.trim_end();
    let join = ["group", "join", link, "--session", "Sales"];
    let refused = world.run(&join);
    assert_eq!(refused.code, 12, "{}", refused.err);
    let ran = world.run(&[&join[..], &["--yes"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(", 44 members"), "{}", ran.err);
    assert!(ran.out.starts_with("joined "), "{}", ran.out);
    world.group("Sales", "Chess Club ♟️");

    let ran = run(&[
        "group",
        "join",
        "https://evil.test/AbCdEf1234567890",
        "--yes",
    ]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let dead = ["group", "join", "AbCdEf1234567890XyZ12", "--yes"];
    let ran = world.run(&[&dead[..], &SUPPORT].concat());
    assert_eq!(ran.code, 3, "{}", ran.err);
}

#[test]
fn a_join_that_an_admin_has_to_approve_is_pending() {
    let world = World::start();
    world
        .run(&["group", "set", CHESS, "--join-approval", "on"])
        .ok();
    let link = world.run(&["invite", "get", CHESS]).ok();
    let join = [
        "group",
        "join",
        link.trim_end(),
        "--yes",
        "--session",
        "Sales",
    ];
    let ran = world.run(&join);
    assert!(ran.err.contains("has to approve"), "{}", ran.err);
    assert!(ran.out.starts_with("asked to join "), "{}", ran.out);
    let answer = world.run(&[&join[..], &["--json"]].concat()).json();
    assert_eq!(answer["pending"], true);
}

#[test]
fn leaving_asks_and_warns_the_only_admin() {
    let world = World::start();
    let refused = world.run(&["group", "leave", CHESS]);
    assert_eq!(refused.code, 12, "{}", refused.err);
    let create = ["group", "create", "Short", "--member", "+44 7700 900101"];
    world.run(&[&create[..], &SUPPORT].concat()).ok();
    let ran = world.run(&["group", "leave", "Short", "--yes"]);
    assert!(ran.err.contains("members promote"), "{}", ran.err);
    assert!(ran.out.starts_with("left "), "{}", ran.out);
    let again = world.run(&["group", "leave", "Short", "--yes"]);
    assert_ne!(again.code, 0, "{}", again.out);
}
