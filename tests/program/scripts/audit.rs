//! `audit head`, `verify` and `trim`, on a data directory that somebody else wrote into.

use super::{Ran, program};
use groupdesk::api::audit_chain::{FIRST, hash};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::path::Path;

fn run(data: &Path, arguments: &[&str]) -> Ran {
    let mut command = program();
    let output = command.arg("--data-dir").arg(data).args(arguments).output();
    output.expect("the binary starts").into()
}

fn database(data: &Path) -> Connection {
    Connection::open(data.join("groupdesk.sqlite")).expect("a database")
}

/// The ids in the log, oldest first.
fn ids(data: &Path) -> Vec<String> {
    let listed = run(data, &["audit", "--json"]).json();
    let entries = listed["entries"].as_array().expect("entries").iter().rev();
    entries
        .map(|entry| entry["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// A copy of the data of a closed gateway, changed by SQL.
fn tampered(data: &Path, sql: &str, ids: &[&str]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a directory");
    let file = "groupdesk.sqlite";
    std::fs::copy(data.join(file), copy.path().join(file)).expect("a copy");
    let database = database(copy.path());
    let changed = database.execute(sql, rusqlite::params_from_iter(ids));
    assert!(changed.expect("a change") > 0);
    copy
}

#[test]
fn changes_to_the_log_are_found_and_named() {
    let data = tempfile::tempdir().expect("a directory");
    let data = data.path();
    for number in 0..5 {
        let label = format!("key {number}");
        run(
            data,
            &[
                "keys",
                "create",
                "--capabilities",
                "read",
                "--label",
                &label,
            ],
        )
        .ok();
    }
    let ids = ids(data);
    let head = run(data, &["audit", "head"]).ok();
    assert!(head.starts_with(&format!("{}:", ids[4])), "{head}");
    let earlier = head.trim().strip_suffix(":local").expect("an owner");
    let read = run(data, &["audit", "verify", "--head", earlier, "--json"]).json();
    assert_eq!(read["heads"][0]["result"], "found", "as it was kept once");
    let heads = data.join("heads.txt");
    std::fs::write(&heads, &head).expect("a file");
    let heads = heads.to_str().expect("UTF-8");
    let whole = run(data, &["audit", "verify", "--head", heads, "--json"]).json();
    assert_eq!(whole["ok"], true);
    assert_eq!(whole["chains"][0]["entries"], 5);
    assert_eq!(whole["heads"][0]["result"], "found");
    let words = run(data, &["audit", "verify", "--head", head.trim()]).ok();
    assert!(words.contains("5 entries, all hashes fit"), "{words}");

    // What was done to the row of the third entry, and which entry is named.
    let cases: [(&str, &[&str], &str); 4] = [
        (
            "UPDATE audit SET actor = 'key:other' WHERE id = ?1",
            &[&ids[2]],
            &ids[2],
        ),
        ("DELETE FROM audit WHERE id = ?1", &[&ids[2]], &ids[3]),
        (
            "INSERT INTO audit SELECT organization, id || 'X', at, actor, action, session, group_jid, old, new,
             outcome, hash FROM audit WHERE id = ?1",
            &[&ids[2]],
            &format!("{}X", ids[2]),
        ),
        (
            "UPDATE audit SET (actor, new, hash) = (SELECT actor, new, hash FROM audit other
             WHERE other.id = CASE audit.id WHEN ?1 THEN ?2 ELSE ?1 END) WHERE id IN (?1, ?2)",
            &[&ids[2], &ids[3]],
            &ids[2],
        ),
    ];
    for (sql, named, broken) in cases {
        let copy = tampered(data, sql, named);
        let ran = run(copy.path(), &["audit", "verify", "--json"]);
        assert_eq!(ran.code, 16, "{sql}: {}{}", ran.out, ran.err);
        let message = ran.error()["message"].to_string();
        assert!(message.contains(broken), "{sql}: {message}");
        let report: Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(report["chains"][0]["firstBroken"]["id"], broken, "{sql}");
    }
    // Without its newest entry the log is whole in itself: only the head shows it.
    let cut = tampered(data, "DELETE FROM audit WHERE id = ?1", &[&ids[4]]);
    run(cut.path(), &["audit", "verify"]).ok();
    let ran = run(cut.path(), &["audit", "verify", "--head", head.trim()]);
    assert_eq!(ran.code, 16, "{}{}", ran.out, ran.err);
    assert!(ran.err.contains(&ids[4]), "{}", ran.err);

    // One entry in place of all, which says that retention removed them.
    let forged = tampered(data, "DELETE FROM audit", &[]);
    let mut entry = json!({
        "id": ids[4], "organizationId": "local", "at": 1, "actor": "key:1", "action": "audit.trim",
        "new": { "lastId": format!("7{}", "Z".repeat(25)), "lastHash": FIRST }, "outcome": "ok",
    });
    let hash = hash(entry.as_object().expect("an object"), FIRST);
    database(forged.path())
        .execute(
            "INSERT INTO audit (organization, id, at, actor, action, new, outcome, hash)
             VALUES ('local', ?1, 1, 'key:1', 'audit.trim', ?2, 'ok', ?3)",
            params![ids[4], entry["new"].take().to_string(), hash],
        )
        .expect("an entry");
    let older = earlier.replacen(&ids[4], &ids[0], 1);
    let verify = ["audit", "verify", "--json", "--head", &older];
    let ran = run(forged.path(), &verify);
    assert_eq!(ran.code, 16, "{}{}", ran.out, ran.err);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(report["heads"][0]["result"], "missing");
}

#[test]
fn after_a_trim_the_chain_is_checked_from_there_on() {
    let data = tempfile::tempdir().expect("a directory");
    let data = data.path();
    assert_eq!(run(data, &["audit", "head"]).code, 3);
    let verified = run(data, &["audit", "verify", "--json"]).json();
    assert_eq!(verified, json!({ "ok": true, "chains": [], "heads": [] }));
    // Entries of the years 2020 to 2022.
    let database = database(data);
    let mut previous = FIRST.to_owned();
    let mut heads = Vec::new();
    for year in 0..3_u64 {
        let at = 1_580_000_000_000 + year * 31_536_000_000;
        let id = ulid::Ulid::from_parts(at, 1).to_string();
        let entry = json!({
            "id": id, "organizationId": "local", "at": at, "actor": "key:1", "action": "key.create",
            "outcome": "ok",
        });
        previous = hash(entry.as_object().expect("an object"), &previous);
        heads.push(format!("{id}:{previous}"));
        database
            .execute(
                "INSERT INTO audit (organization, id, at, actor, action, outcome, hash)
                 VALUES ('local', ?1, ?2, 'key:1', 'key.create', 'ok', ?3)",
                params![id, at as i64, previous],
            )
            .expect("an entry");
    }
    drop(database);
    run(data, &["keys", "create", "--capabilities", "read"]).ok();
    let verified = run(data, &["audit", "verify", "--json"]).json();
    assert_eq!(verified["chains"][0]["entries"], 4);

    let trim = ["audit", "trim", "--before", "2021-06-01"];
    assert_eq!(run(data, &trim).code, 12);
    let ran = run(data, &[&trim[..], &["--yes", "--json"]].concat());
    let trimmed = ran.json();
    assert_eq!(trimmed["removed"], 2);
    let arguments = [
        "audit", "verify", "--json", "--head", &heads[0], "--head", &heads[1],
    ];
    let verified = run(data, &arguments).json();
    let chain = &verified["chains"][0];
    assert_eq!(chain["entries"], 3);
    assert_eq!(chain["removedUntil"]["id"], trimmed["lastId"]);
    assert_eq!(verified["heads"][0]["result"], "removed");
    assert_eq!(verified["heads"][1]["result"], "found");
    let words = run(data, &["audit", "verify"]).ok();
    assert!(words.contains("were removed by retention"), "{words}");
    // Removing more than that is noticed.
    let copy = tampered(data, "DELETE FROM audit WHERE id = ?1", &[&heads[2][..26]]);
    assert_eq!(run(copy.path(), &["audit", "verify"]).code, 16);

    let ran = run(
        data,
        &["audit", "trim", "--before", "2999-01-01", "--yes", "--json"],
    );
    assert_eq!(ran.code, 2, "{}", ran.err);
}
