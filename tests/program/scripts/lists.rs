//! `sessions`, `groups`, `audit`: tables, JSON and CSV.

use super::World;
use std::process::Stdio;

#[test]
fn sessions_in_every_format() {
    let world = World::start();
    insta::assert_snapshot!("sessions", world.run(&["sessions"]).ok());

    let document = world.run(&["sessions", "--json"]).json();
    let sessions = document["sessions"].as_array().expect("sessions");
    let support = sessions
        .iter()
        .find(|session| session["label"] == "Support line")
        .expect("the support line");
    assert_eq!(support["status"], "working");
    assert_eq!(support["phoneNumber"], "6280100005501");

    let csv = world.run(&["sessions", "--csv"]).ok();
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let header = rows.headers().expect("a header").clone();
    assert_eq!(&header[0], "id");
    let records: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
    assert_eq!(records.len(), sessions.len());
    for (record, session) in records.iter().zip(sessions) {
        assert_eq!(session["id"], record[0]);
        assert_eq!(session["status"], record[3]);
    }
}

#[test]
fn groups_are_listed_found_and_filtered() {
    let world = World::start();
    let table = world.run(&["groups", "--session", "Sales"]).ok();
    insta::assert_snapshot!("groups", table);

    let all = world.run(&["groups", "--json"]).json();
    let all = all["groups"].as_array().expect("groups");
    let sales = world.run(&["groups", "--json", "--session", "+44 7700 900951"]);
    let sales = sales.json();
    let sales = sales["groups"].as_array().expect("groups");
    assert!(!sales.is_empty() && sales.len() < all.len());
    assert!(sales.iter().all(|group| group["sessionLabel"] == "Sales"));

    let found = world
        .run(&["groups", "--json", "--filter", "weekvol"])
        .json();
    let found = found["groups"].as_array().expect("groups").clone();
    assert_eq!(found[0]["subject"], "Weekend Volunteers");
    assert!(found.len() < all.len());
    let none = world.run(&["groups", "--filter", "xyzzyxyzzy"]).ok();
    assert_eq!(none.lines().count(), 1, "{none}");
    let none = world
        .run(&["groups", "--filter", "xyzzyxyzzy", "--json"])
        .json();
    assert_eq!(none["groups"], serde_json::json!([]));
}

#[test]
fn a_hostile_name_is_raw_in_json_and_cleaned_elsewhere() {
    let world = World::start();
    let json = world.run(&["groups", "--json", "--session", "Support line"]);
    assert!(!json.out.trim_end().chars().any(groupdesk::text::is_hidden));
    let document = json.json();
    let hostile = document["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .find(|group| {
            group["subject"]
                .as_str()
                .is_some_and(|name| name.contains("owned"))
        })
        .expect("the hostile group")
        .clone();
    let name = hostile["subject"].as_str().expect("a name");
    assert!(
        name.contains('\u{1b}') && name.contains('\u{202e}'),
        "{name:?}"
    );

    let line = |format: &[&str]| {
        let arguments = [&["groups", "--filter", "owned"], format].concat();
        world.run(&arguments).ok()
    };
    for text in [line(&[]), line(&["--csv"])] {
        let hidden = |character: char| character != '\n' && groupdesk::text::is_hidden(character);
        assert!(!text.chars().any(hidden), "{text:?}");
        assert!(text.contains("owned"));
    }
}

#[test]
fn the_audit_log_shows_the_actor_and_the_change() {
    let world = World::start();
    let group = world.group("Support line", "Three of us");
    let jid = group["groupJid"].as_str().expect("a JID");
    let set = ["group", "set", "Chess Club", "--announce", "on"];
    world.run(&set).ok();
    let chess = world
        .run(&["audit", "--group", "chess club", "--json"])
        .json();
    let entries = chess["entries"].as_array().expect("entries").clone();
    assert_eq!(entries.len(), 1, "{chess}");
    assert_eq!(entries[0]["action"], "group.update");
    assert_eq!(entries[0]["outcome"], "ok");
    assert_eq!(entries[0]["sessionLabel"], "Support line");
    let subject = entries[0]["subject"].as_str().expect("a name");
    assert!(subject.starts_with("Chess Club"), "{subject}");

    let csv = world.run(&["audit", "--csv", "--limit", "1"]).ok();
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let record = rows.records().next().expect("a row").expect("a row");
    assert_eq!(entries[0]["id"], record[0]);
    assert!(record[1].ends_with('Z'), "{record:?}");
    assert_eq!(&record[3], "group.update");
    assert_eq!(&record[10], "Support line");
    assert!(record[11].starts_with("Chess Club"), "{record:?}");
    assert!(rows.records().next().is_none());

    let table = world.run(&["audit"]).ok();
    assert!(
        table.starts_with("TIME") && table.contains("Chess Club"),
        "{table}"
    );
    let none = world.run(&["audit", "--group", jid, "--json"]).json();
    assert_eq!(none["entries"], serde_json::json!([]));
    let refused = world.run_with("read", &["audit", "--json"]);
    assert_eq!(refused.code, 5);
    assert_eq!(refused.error()["capability"], "manage");
}

#[test]
fn a_reader_that_closes_early_is_no_failure() {
    let world = World::start();
    for format in [&["groups"][..], &["groups", "--json"], &["groups", "--csv"]] {
        let mut child = world
            .command("all")
            .args(format)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{format:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format:?}");
    }
}
