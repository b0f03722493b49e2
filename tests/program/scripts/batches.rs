//! `groupdesk batch`: outcomes of rows, and kills in the middle.

use super::faults::{error, link, stub};
use super::stub::Answer;
use super::{Ran, World, program};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::support::process::PATIENCE;

const RESET: &str = "DELETE /sessions/s1/groups/1%40g.us/invite";
const PATCH: &str = "PATCH /sessions/s1/groups/1%40g.us";
const OLD: &str = "OldCode0000000000001";
const NEW: &str = "NewCode0000000000002";

fn on(url: &str, directory: &Path, arguments: &[&str]) -> Ran {
    let output = program()
        .env("GROUPDESK_KEY", "wa_stub")
        .args(["--gateway", url, "--data-dir"])
        .arg(directory)
        .arg("batch")
        .args(arguments)
        .output();
    output.expect("the binary starts").into()
}

/// The one outcome of a batch that ended with this code.
#[track_caller]
fn outcome(ran: &Ran, code: i32) -> String {
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
    answer["rows"][0]["outcome"]
        .as_str()
        .expect("an outcome")
        .to_owned()
}

#[test]
fn a_lost_answer_is_looked_up_and_never_sent_again() {
    let directory = tempfile::tempdir().unwrap();
    for (becomes, code, expected) in [(NEW, 0, "applied"), (OLD, 14, "unconfirmed")] {
        let gateway = stub(move |request, earlier| {
            let sent = earlier.iter().any(|one| one.starts_with("DELETE"));
            match request.split(' ').next() {
                Some("DELETE") => Answer::Nothing,
                _ => link(if sent { becomes } else { OLD }),
            }
        });
        let reset = ["reset", "Choir", "--yes", "--json"];
        let ran = on(&gateway.url, directory.path(), &reset);
        assert_eq!(outcome(&ran, code), expected);
        assert_eq!(gateway.count(RESET), 1);
    }
    let journals = files(directory.path());
    assert_eq!(journals.len(), 2);
    for journal in journals {
        let text = fs::read_to_string(journal).unwrap();
        assert!(
            !text.contains(OLD) && !text.contains(NEW),
            "a code in {text}"
        );
    }
}

#[test]
fn what_was_turned_away_is_sent_again_and_a_refusal_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let busy = stub(|request, earlier| {
        let sent = earlier
            .iter()
            .filter(|one| one.starts_with("DELETE"))
            .count();
        match (request.split(' ').next(), sent) {
            (Some("DELETE"), 0 | 1) => Answer::Pause(0, error("rate_limited")),
            (Some("DELETE"), _) => link(NEW),
            _ => link(OLD),
        }
    });
    let reset = ["reset", "Choir", "--yes", "--json"];
    let ran = on(&busy.url, directory.path(), &reset);
    assert_eq!(outcome(&ran, 0), "applied");
    assert_eq!(busy.count(RESET), 3);

    // Nothing is left to go on with: the batch that has ended is named, and shown by its id.
    let ended = on(&busy.url, directory.path(), &["--resume"]);
    assert_eq!(ended.code, 3, "{}", ended.err);
    let newest = files(directory.path()).pop().expect("a journal");
    let id = newest.file_stem().and_then(|id| id.to_str()).unwrap();
    assert!(
        ended.err.contains(&format!("--resume {id}")),
        "{}",
        ended.err
    );
    let shown = on(&busy.url, directory.path(), &["--resume", id, "--json"]);
    assert_eq!(outcome(&shown, 0), "applied");
    assert_eq!(busy.count(RESET), 3);

    let firm = stub(|request, _| match request.split(' ').next() {
        Some("PATCH") => Answer::Json(403, error("forbidden")),
        _ => link(OLD),
    });
    let set = ["set", "Choir", "--announce", "on", "--yes", "--json"];
    let ran = on(&firm.url, directory.path(), &set);
    assert_eq!(outcome(&ran, 1), "refused");
    assert_eq!(firm.count(PATCH), 1);
}

#[test]
fn a_gateway_that_goes_away_can_be_resumed() {
    let directory = tempfile::tempdir().unwrap();
    let gateway = stub(|request, _| match request.split(' ').next() {
        Some("PATCH") => Answer::Json(401, error("unauthorized")),
        _ => link(OLD),
    });
    // A gateway that refuses the key says so at the first look: the batch ends before its rows.
    let set = ["set", "Choir", "--announce", "on", "--dry-run", "--json"];
    let plan = on(&gateway.url, directory.path(), &set).json();
    assert_eq!(
        (&plan["sent"], &plan["rows"][0]["plan"]),
        (&json!(1), &json!("send"))
    );
    assert_eq!(gateway.count(PATCH), 0);
    assert_eq!(files(directory.path()), Vec::<PathBuf>::new());

    let without = on(&gateway.url, directory.path(), &["--resume"]);
    assert_eq!(without.code, 3, "{}", without.err);
    assert!(!without.err.contains("newest"), "{}", without.err);
    let unconfirmed = on(&gateway.url, directory.path(), &["reset", "Choir"]);
    assert_eq!(unconfirmed.code, 12, "{}", unconfirmed.err);
}

#[test]
fn thirty_kills_lose_no_row_and_send_none_twice() {
    kill(30);
}

/// The same for a night: `cargo test --test program -- --ignored a_thousand_kills`.
#[test]
#[ignore = "takes long"]
fn a_thousand_kills_lose_no_row_and_send_none_twice() {
    kill(1_000);
}

/// Batches that are killed at random moments, and resumed until they end.
fn kill(kills: usize) {
    let world = World::start_with(&["--groups", "60"]);
    let directory = tempfile::tempdir().unwrap();
    let (mut killed, mut round) = (0, 0);
    let mut resets: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    while killed < kills {
        round += 1;
        let text = format!("Round {round}.");
        let change: &[&str] = if round % 2 == 1 {
            &[
                "reset",
                "--all",
                "--session",
                "Support line",
                "--yes",
                "--json",
            ]
        } else {
            &[
                "append",
                "--all",
                "--session",
                "Support line",
                "--yes",
                "--json",
                "--text",
                &text,
            ]
        };
        let mut ran = run_or_kill(&world, directory.path(), change, &mut killed, kills);
        while ran.is_none() {
            // By its id: a kill after the last row leaves a batch that is finished and was not reported.
            let newest = files(directory.path()).pop().expect("a journal");
            let id = newest.file_stem().and_then(|id| id.to_str());
            let resume = ["--resume", id.expect("a name"), "--json"];
            ran = run_or_kill(&world, directory.path(), &resume, &mut killed, kills);
        }
        let ran = ran.unwrap();
        assert!(
            ran.code == 0 || ran.code == 10 || ran.code == 14,
            "{}",
            ran.err
        );
        let answer: Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(answer["left"], 0, "forgotten rows: {answer}");
        if round % 2 == 0 {
            check_descriptions(&world, &answer, &text);
            continue;
        }
        for row in answer["rows"].as_array().expect("rows") {
            let group = row["groupJid"].as_str().expect("a JID").to_owned();
            let (least, most) = resets.entry(group).or_default();
            match row["outcome"].as_str() {
                Some("applied") => (*least, *most) = (*least + 1, *most + 1),
                Some("unconfirmed") => *most += 1,
                Some("not_attempted") => {}
                other => panic!("{other:?}: {row}"),
            }
        }
    }
    check_resets(&world, &resets);
}

/// Runs a batch to its end, or kills it when its journal has reached a random length.
fn run_or_kill(
    world: &World,
    directory: &Path,
    arguments: &[&str],
    killed: &mut usize,
    kills: usize,
) -> Option<Ran> {
    let mut command: Command = world.command("all");
    command
        .arg("--data-dir")
        .arg(directory)
        .arg("batch")
        .args(arguments);
    let before = total(directory);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A line has some 30 bytes, and the first one thousands.
    let further = rand::random_range(1..900);
    let is_resumed = arguments.contains(&"--resume");
    let deadline = Instant::now() + PATIENCE;
    while *killed < kills {
        if child.try_wait().expect("a status").is_some() {
            break;
        }
        let grown = total(directory).saturating_sub(before);
        let head = if is_resumed { 0 } else { first_line(directory) };
        if grown > head + further && (is_resumed || head > 0) {
            child.kill().expect("a signal");
            child.wait().expect("an end");
            *killed += 1;
            return None;
        }
        assert!(Instant::now() < deadline, "it neither grows nor ends");
        std::thread::yield_now();
    }
    Some(child.wait_with_output().expect("an end").into())
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(gateways) = fs::read_dir(directory.join("batches")) else {
        return Vec::new();
    };
    let mut files: Vec<_> = gateways
        .flatten()
        .filter_map(|gateway| fs::read_dir(gateway.path()).ok())
        .flat_map(|files| files.flatten().map(|file| file.path()))
        .filter(|file| file.extension().is_some_and(|ending| ending == "jsonl"))
        .collect();
    files.sort();
    files
}

/// Bytes of all journals.
fn total(directory: &Path) -> u64 {
    let size = |file: &PathBuf| fs::metadata(file).map_or(0, |file| file.len());
    files(directory).iter().map(size).sum()
}

/// Bytes of the newest journal's first line.
fn first_line(directory: &Path) -> u64 {
    let newest = files(directory).pop();
    let text = newest
        .and_then(|file| fs::read(file).ok())
        .unwrap_or_default();
    text.iter()
        .position(|byte| *byte == b'\n')
        .map_or(0, |at| at as u64)
}

/// The gateway's own log has as many resets of each group as the outcomes say.
fn check_resets(world: &World, resets: &BTreeMap<String, (u64, u64)>) {
    let log = world.run(&["audit", "--limit", "100000", "--json"]).json();
    let mut logged: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in log["entries"].as_array().expect("entries") {
        if entry["action"] == "group.invite.reset" {
            *logged
                .entry(entry["groupJid"].as_str().expect("a JID"))
                .or_default() += 1;
        }
    }
    assert!(!logged.is_empty());
    for (group, (least, most)) in resets {
        let count = logged.remove(group.as_str()).unwrap_or(0);
        assert!(
            (*least..=*most).contains(&count),
            "{group}: {count} resets, not {least} to {most}"
        );
    }
    assert!(
        logged.is_empty(),
        "resets of groups that were not to be reset: {logged:?}"
    );
}

/// Each description has the text once where it was applied, and at most once elsewhere.
fn check_descriptions(world: &World, answer: &Value, text: &str) {
    let groups = world
        .run(&["groups", "--session", "Support line", "--json"])
        .json();
    for row in answer["rows"].as_array().expect("rows") {
        let list = groups["groups"].as_array().expect("groups");
        let group = list
            .iter()
            .find(|group| group["groupJid"] == row["groupJid"])
            .expect("the group");
        let description = group["description"].as_str().unwrap_or_default();
        let count = description.matches(text).count();
        match row["outcome"].as_str() {
            Some("applied") => assert_eq!(count, 1, "{row}"),
            Some("unconfirmed") => assert!(count <= 1, "{row}"),
            _ => assert_eq!(count, 0, "{row}"),
        }
    }
}
