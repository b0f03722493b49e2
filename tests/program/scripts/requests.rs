//! `requests list|approve|reject`: people who ask to join.

use super::World;
use serde_json::Value;

const ALLOTMENT: &str = "Allotment Waiting List";

/// The people who ask to join the group, by id.
fn waiting(world: &World) -> Vec<String> {
    let list = world.run(&["requests", "list", "--json"]).json();
    let rows = list["requests"].as_array().expect("requests").iter();
    rows.filter(|row| row["subject"] == ALLOTMENT)
        .map(|row| row["jid"].as_str().expect("a JID").to_owned())
        .collect()
}

fn outcomes(answer: &Value) -> Vec<&str> {
    let people = answer["people"].as_array().expect("people").iter();
    people
        .map(|one| one["outcome"].as_str().expect("an outcome"))
        .collect()
}

#[test]
fn people_are_listed_let_in_and_rejected() {
    let world = World::start();
    // Nothing is sent for somebody who does not ask; those who do are listed, and stored by this.
    let nobody = world.run(&["requests", "approve", ALLOTMENT, "9@lid"]);
    assert_eq!(nobody.code, 3, "{}", nobody.err);
    assert_eq!(nobody.err.lines().count(), 6, "{}", nobody.err);
    let people = waiting(&world);
    assert_eq!(people.len(), 5);

    let one = world.run(&["requests", "approve", ALLOTMENT, &people[0], "--json"]);
    assert_eq!(outcomes(&one.json()), ["applied"]);
    assert_eq!(waiting(&world), people[1..]);
    let table = world.run(&["requests", "list"]).ok();
    assert!(table.starts_with("NAME"), "{table}");
    let csv = world.run(&["requests", "list", "--csv"]).ok();
    assert!(csv.starts_with("sessionId,sessionLabel,groupJid,subject,jid,"));
    assert!(
        csv.contains(&people[1]) && !csv.contains(&people[0]),
        "{csv}"
    );

    let all = ["requests", "reject", ALLOTMENT, "--all"];
    assert_eq!(world.run(&all).code, 12);
    let all = world.run(&[&all[..], &["--yes", "--json"]].concat());
    assert_eq!(outcomes(&all.json()), ["applied"; 4]);
    assert!(waiting(&world).is_empty());
    // Nobody is left, which is no failure.
    let none = world.run(&["requests", "approve", ALLOTMENT, "--all", "--yes", "--json"]);
    assert!(outcomes(&none.json()).is_empty());
}

#[test]
fn refusals_have_their_exit_codes() {
    let world = World::start();
    let not_admin = world.run(&["requests", "approve", "School Volleyball", "9@lid"]);
    assert_eq!(not_admin.code, 6, "{}", not_admin.err);
    let reads_only = world.run_with("read", &["requests", "list", "--json"]);
    assert_eq!(reads_only.code, 0, "{}", reads_only.err);
    assert_eq!(world.run(&["requests", "approve", ALLOTMENT]).code, 2);
}
