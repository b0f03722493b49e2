//! `members`: the list, and changes person by person.

use super::{World, run};
use crate::support::pty::Pty;
use serde_json::{Value, json};

const CHESS: &str = "Chess Club";
/// A person of the simulated world whose privacy settings forbid adding them.
const PRIVATE: &str = "+44 7700 900799";

fn members(world: &World) -> Vec<Value> {
    let answer = world.run(&["members", "list", CHESS, "--json"]).json();
    answer["members"].as_array().expect("members").clone()
}

fn is_in(world: &World, number: &str) -> bool {
    members(world)
        .iter()
        .any(|member| member["phoneNumber"] == number)
}

/// A number of the crowd that is not in the group.
fn outsiders(world: &World) -> Vec<String> {
    let inside = members(world);
    (101..104)
        .map(|which| format!("447700900{which:03}"))
        .filter(|number| {
            !inside
                .iter()
                .any(|member| member["phoneNumber"] == number.as_str())
        })
        .collect()
}

#[test]
fn members_are_listed_in_three_forms() {
    let world = World::start();
    let all = members(&world);
    assert!(all.len() > 10, "{}", all.len());
    let table = world.run(&["members", "list", CHESS]).ok();
    assert!(table.starts_with("NAME"), "{table}");
    assert_eq!(table.lines().count(), all.len() + 1);
    assert!(table.contains("superadmin"), "{table}");
    let csv = world.run(&["members", "list", CHESS, "--csv"]).ok();
    assert!(
        csv.starts_with("lid,name,phoneNumber,role,joinedVia,firstSeenAt\n"),
        "{csv}"
    );
}

#[test]
fn people_are_added_promoted_demoted_and_removed() {
    let world = World::start();
    let number = outsiders(&world).remove(0);
    let (head, tail) = number.split_at(6);
    let written = format!("New Member: +{head} {tail}");
    let answer = world
        .run(&["members", "add", CHESS, &written, "--json"])
        .json();
    assert_eq!(answer["members"][0]["outcome"], "applied");
    assert_eq!(answer["members"][0]["name"], "New Member");
    assert!(is_in(&world, &number));

    for (change, role) in [("promote", "admin"), ("demote", "member")] {
        let ran = world.run(&["members", change, CHESS, &number]).ok();
        assert!(ran.contains("applied"), "{ran}");
        let now = members(&world);
        let member = now.iter().find(|one| one["phoneNumber"] == number.as_str());
        assert_eq!(member.expect("a member")["role"], role);
    }

    let refused = world.run(&["members", "remove", CHESS, &number]);
    assert_eq!(refused.code, 12, "{}", refused.err);
    assert!(is_in(&world, &number));
    world
        .run(&["members", "remove", CHESS, &number, "--yes"])
        .ok();
    assert!(!is_in(&world, &number));
}

#[test]
fn a_refused_add_shows_the_private_invite_beside_what_was_done() {
    let world = World::start();
    let number = outsiders(&world).remove(0);
    let add = ["members", "add", CHESS, PRIVATE, &number];
    let ran = world.run(&[&add[..], &["--json"]].concat());
    assert_eq!(ran.code, 10, "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
    let private = &answer["members"][0];
    assert_eq!(private["outcome"], "refused");
    let code = private["invite"]["code"].as_str().expect("a code");
    assert_eq!(
        private["invite"]["link"],
        format!("https://chat.whatsapp.com/{code}")
    );
    assert!(private["invite"]["expiresAt"].is_i64(), "{private}");
    assert_eq!(answer["members"][1]["outcome"], "applied");
    assert_eq!(ran.error()["code"], "partly_applied");
    assert!(!ran.err.contains(code), "{}", ran.err);

    let alone = world.run(&["members", "add", CHESS, PRIVATE]);
    assert_eq!(alone.code, 1, "{}", alone.err);
    assert!(alone.out.contains("PRIVATE INVITE"), "{}", alone.out);
    assert!(alone.out.contains(code), "{}", alone.out);
}

#[test]
fn every_bad_number_is_named_before_anything_is_sent() {
    let world = World::start();
    let number = outsiders(&world).remove(0);
    let ran = world.run(&["members", "add", CHESS, &number, "12", "+62 abc, Ann"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    for part in ["12: ", "+62 abc"] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
    assert!(!is_in(&world, &number));
    let ran = world.run(&["members", "remove", CHESS, "Nobody Here", "9@lid", "--yes"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(ran.err.contains("9@lid"), "{}", ran.err);
    assert_eq!(run(&["members", "add", "x"]).code, 2);
}

#[test]
fn a_refusal_of_one_person_does_not_stop_the_others() {
    let world = World::start();
    let all = members(&world);
    let with = |role: &str| {
        let found = all.iter().find(|one| one["role"] == role);
        found.expect(role)["lid"]
            .as_str()
            .expect("a LID")
            .to_owned()
    };
    let (creator, member) = (with("superadmin"), with("member"));
    let ran = world.run(&[
        "members", "remove", CHESS, &creator, &member, "--yes", "--json",
    ]);
    assert_eq!(ran.code, 10, "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
    let outcomes: Vec<_> = answer["members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|one| one["outcome"].clone())
        .collect();
    assert_eq!(outcomes, [json!("refused"), json!("applied")]);
}

#[test]
fn on_a_terminal_a_removal_asks_first() {
    let world = World::start();
    let all = members(&world);
    let member = all.iter().find(|one| one["role"] == "member");
    let lid = member.expect("a member")["lid"].as_str().expect("a LID");
    let mut terminal = Pty::spawn(
        120,
        30,
        env!("CARGO_BIN_EXE_groupdesk"),
        &["--gateway", world.origin(), "members", "remove", CHESS, lid],
        &[("GROUPDESK_KEY", world.key("all"))],
    );
    terminal.wait_for("They are out at once. [y/N]");
    terminal.send("no\r");
    assert_eq!(terminal.wait_end(), 12);
    assert_eq!(members(&world).len(), all.len());
}
