//! `requests list|approve|reject`: people who ask to join.

use super::faults::{error, on};
use super::stub::{Answer, Stub};
use super::{Ran, World, program};
use crate::support::process::PATIENCE;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Instant;

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

/// A gateway without limits of its own where so many people ask to join one group. `settle` answers the approval of a
/// person who was named so often before, and the list once somebody was.
fn asked_by(
    count: usize,
    settle: impl Fn(Option<usize>, usize) -> Answer + Send + 'static,
) -> Stub {
    let people = move |from: usize| {
        let people = (from..=count).map(|one| json!({ "jid": format!("{one}@lid") }));
        Answer::Json(200, json!({ "data": people.collect::<Vec<_>>() }))
    };
    Stub::start(move |request, earlier| {
        let is_sent = |one: &&String| one.starts_with("POST");
        let before = earlier.iter().filter(|one| *one == request).count();
        match request {
            "GET /sessions" => {
                let session = json!({ "id": "s1", "status": "working", "budget": {} });
                Answer::Json(200, json!({ "data": [session] }))
            }
            "GET /sessions/s1/groups" => {
                let group = json!({ "groupJid": "1@g.us", "subject": "Choir" });
                Answer::Json(200, json!({ "data": [group] }))
            }
            LIST if earlier.iter().any(|one| is_sent(&one)) => settle(None, before),
            LIST => people(1),
            _ => {
                let person = request
                    .strip_prefix(LIST_OF)
                    .and_then(|rest| rest.split('%').next());
                settle(person.and_then(|one| one.parse().ok()), before)
            }
        }
    })
}

const LIST: &str = "GET /sessions/s1/groups/1%40g.us/requests";
const LIST_OF: &str = "POST /sessions/s1/groups/1%40g.us/requests/";

fn approval(person: usize) -> String {
    format!("{LIST_OF}{person}%40lid/approve")
}

fn done() -> Answer {
    Answer::Json(200, json!({}))
}

fn answer(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).expect("JSON")
}

const ALL: [&str; 6] = ["requests", "approve", "Choir", "--all", "--yes", "--json"];

#[test]
fn twenty_are_let_in_although_the_gateway_asks_to_wait() {
    let gateway = asked_by(20, |person, before| match person {
        Some(one) if one % 4 == 0 && before == 0 => Answer::Pause(0, error("rate_limited")),
        _ => done(),
    });
    let ran = on(&gateway.url, &ALL);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(outcomes(&answer(&ran)), ["applied"; 20]);
    for person in 1..=20 {
        let sent = if person % 4 == 0 { 2 } else { 1 };
        assert_eq!(gateway.count(&approval(person)), sent, "{person}");
    }

    // A longer pause is noted, and so is how long it took.
    let gateway = asked_by(2, |person, before| match (person, before) {
        (Some(2), 0) => Answer::Pause(2, error("rate_limited")),
        _ => done(),
    });
    let ran = on(&gateway.url, &ALL[..5]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for words in ["rate limited; going on in 2 s", "2 let in within "] {
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn a_pause_that_is_too_long_leaves_the_others_as_they_are() {
    let gateway = asked_by(4, |person, _| match person {
        Some(1) => done(),
        _ => Answer::Pause(7_200, error("rate_limited")),
    });
    let ran = on(&gateway.url, &ALL);
    assert_eq!(ran.code, 10, "{}", ran.err);
    assert_eq!(ran.error()["cause"], "rate_limited");
    let expected = ["applied", "refused", "not_tried", "not_tried"];
    assert_eq!(outcomes(&answer(&ran)), expected);
    assert_eq!(gateway.count(&approval(3)), 0);
}

#[test]
fn a_lost_answer_is_looked_up_and_nobody_is_sent_twice() {
    // Whether the second person still asks afterwards; `None`: that cannot be read.
    for (asks, code, expected) in [
        (Some(false), 0, ["applied", "applied", "applied"]),
        (Some(true), 10, ["applied", "not_applied", "applied"]),
        (None, 10, ["applied", "unknown", "not_tried"]),
    ] {
        let gateway = asked_by(3, move |person, before| match (person, asks) {
            (Some(2), _) => Answer::Nothing,
            (Some(_), _) => done(),
            // The look-up is turned away at first; the list was read once before.
            (None, Some(_)) if before < 2 => Answer::Pause(0, error("rate_limited")),
            (None, Some(true)) => Answer::Json(200, json!({ "data": [{ "jid": "2@lid" }] })),
            (None, Some(false)) => Answer::Json(200, json!({ "data": [] })),
            (None, None) => Answer::Json(500, error("internal")),
        });
        let ran = on(&gateway.url, &ALL);
        assert_eq!(ran.code, code, "{}", ran.err);
        assert_eq!(outcomes(&answer(&ran)), expected);
        assert_eq!(gateway.count(&approval(2)), 1);
    }
}

#[test]
fn a_signal_ends_the_wait_and_the_outcomes_are_written() {
    let gateway = asked_by(3, |person, _| match person {
        Some(1) => done(),
        _ => Answer::Pause(600, error("rate_limited")),
    });
    let child = program()
        .env("GROUPDESK_KEY", "wa_stub")
        .args(["--gateway", &gateway.url])
        .args(ALL)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let deadline = Instant::now() + PATIENCE;
    while gateway.count(&approval(2)) == 0 {
        assert!(Instant::now() < deadline, "the second person is not sent");
        std::thread::yield_now();
    }
    let killed = std::process::Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    let ran = Ran::from(child.wait_with_output().expect("an end"));
    assert_eq!(ran.error()["code"], "interrupted", "{}", ran.err);
    let expected = ["applied", "not_tried", "not_tried"];
    assert_eq!(outcomes(&answer(&ran)), expected);
    assert_eq!(gateway.count(&approval(3)), 0);
}
