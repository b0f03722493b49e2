//! `invite check`

use super::{World, run};
use serde_json::Value;

/// The code of a check.
#[track_caller]
fn code(document: &str, check: &str) -> String {
    let document: Value = serde_json::from_str(document).expect("JSON");
    let checks = document["checks"].as_array().expect("checks");
    let found = checks.iter().find(|one| one["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no {check}: {document:#}"));
    found["code"].as_str().expect("a code").to_owned()
}

#[test]
fn a_healthy_group_ends_with_0() {
    let world = World::start();
    let report = world
        .run(&["invite", "check", "Chess Club", "--json"])
        .json();
    assert_eq!(report["problem"], false, "{report:#}");
    assert_eq!(report["sessionLabel"], "Support line");
    let checks = report["checks"].as_array().expect("checks");
    assert!(checks.iter().all(|one| one["result"] == "ok"), "{report:#}");
    let table = world.run(&["invite", "check", "Chess Club"]).ok();
    assert!(table.starts_with("CHECK"), "{table}");
    assert!(
        table.contains("Nothing found that keeps people from joining."),
        "{table}"
    );
    let csv = world.run(&["invite", "check", "Chess Club", "--csv"]).ok();
    assert!(
        csv.starts_with("check,result,code,seen,todo\nsession,ok,ok,"),
        "{csv}"
    );
}

#[test]
fn a_problem_has_its_exit_code_and_the_answer_all_the_same() {
    let world = World::start();
    let full = world.run(&["invite", "check", "Community Announcements", "--json"]);
    assert_eq!(full.code, 16, "{}", full.err);
    assert_eq!(code(&full.out, "size"), "full");
    let error = full.error();
    assert_eq!(error["code"], "problem_found");
    assert_eq!(error["problem"], "full");
    // A member of a group whose link only admins have; another account of ours is one.
    let group = world.group("Sales", "上海门店群");
    let jid = group["groupJid"].as_str().expect("a JID");
    let member = world.run(&["invite", "check", jid, "--session", "Support line"]);
    assert_eq!(member.code, 16);
    assert!(
        member.out.contains("→ role: use Sales, which is an admin"),
        "{}",
        member.out
    );
    assert!(
        member.err.contains("possibly: this account is no admin"),
        "{}",
        member.err
    );
    let stopped = world.run(&["invite", "check", "Old friends", "--json"]);
    assert_eq!(stopped.code, 3, "no such group: {}", stopped.err);
}

#[test]
fn a_link_is_followed_to_its_group() {
    let world = World::start();
    let old = world.run(&["invite", "get", "Chess Club"]).ok();
    let old = old.trim_end();
    let alive = world.run(&["invite", "check", old, "--json"]);
    assert_eq!(alive.code, 0, "{}{}", alive.out, alive.err);
    assert_eq!(code(&alive.out, "given_link"), "ok");
    assert_eq!(code(&alive.out, "link"), "ok", "its group's checks follow");
    world.run(&["invite", "reset", "Chess Club", "--yes"]).ok();
    let dead = world.run(&["invite", "check", old, "--json"]);
    assert_eq!(dead.code, 16, "{}", dead.err);
    assert_eq!(code(&dead.out, "given_link"), "dead_link");
    let report: Value = serde_json::from_str(&dead.out).expect("JSON");
    assert_eq!(report["checks"].as_array().map(Vec::len), Some(1));
    assert_eq!(report.get("groupJid"), None);
}

#[test]
fn what_is_no_invite_link_is_refused_without_a_gateway() {
    let nowhere = ["--gateway", "http://127.0.0.1:9"];
    let ran = run(&[
        &nowhere[..],
        &["invite", "check", "https://evil.test/x", "--json"],
    ]
    .concat());
    assert_eq!(ran.code, 16, "{}", ran.err);
    assert_eq!(code(&ran.out, "given_link"), "not_a_link");
}
