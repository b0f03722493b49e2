//! `groupdesk batch`: outcomes of rows.

use super::faults::{error, link, stub};
use super::stub::Answer;
use super::{Ran, program};
use crate::kills::journals::{self, files};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
    let id = journals::id(&newest);
    assert!(
        ended.err.contains(&format!("--resume {id}")),
        "{}",
        ended.err
    );
    let listed = busy.count("GET /sessions");
    let shown = on(&busy.url, directory.path(), &["--resume", id, "--json"]);
    assert_eq!(outcome(&shown, 0), "applied");
    // The journal has all that is needed: a gateway that is busy, or lists nothing, cannot prevent it.
    assert_eq!(busy.count("GET /sessions"), listed);
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
fn a_proxy_that_answers_for_the_gateway_ends_no_row() {
    let directory = tempfile::tempdir().unwrap();
    let gateway = stub(|request, earlier| {
        let reads = earlier.iter().filter(|one| one.ends_with("/invite"));
        match (request.split(' ').next(), reads.count()) {
            (Some("DELETE"), _) => link(NEW),
            (_, 0) => Answer::Json(502, error("bad_gateway")),
            _ => link(OLD),
        }
    });
    let reset = ["reset", "Choir", "--yes", "--json"];
    let ran = on(&gateway.url, directory.path(), &reset);
    assert_eq!(outcome(&ran, 0), "applied");
    assert_eq!(gateway.count(RESET), 1);
}

#[test]
fn rows_of_a_session_that_this_key_does_not_see_are_left() {
    let directory = tempfile::tempdir().unwrap();
    let sees = Arc::new(AtomicBool::new(false));
    let is_known = Arc::clone(&sees);
    let gateway = stub(move |request, _| {
        let unknown = json!({ "error": { "code": "not_found", "message": "session not found" } });
        match request.split(' ').next() {
            _ if !is_known.load(Ordering::Relaxed) => Answer::Json(404, unknown),
            Some("DELETE") => link(NEW),
            _ => link(OLD),
        }
    });
    let reset = ["reset", "Choir", "--yes", "--json"];
    let ran = on(&gateway.url, directory.path(), &reset);
    assert_eq!(ran.code, 9, "{}", ran.err);
    assert_eq!(
        ran.error()["message"]
            .as_str()
            .map(|why| why.contains("session not found")),
        Some(true)
    );
    sees.store(true, Ordering::Relaxed);
    let ran = on(&gateway.url, directory.path(), &["--resume", "--json"]);
    assert_eq!(outcome(&ran, 0), "applied");
    assert_eq!(gateway.count(RESET), 1);
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
