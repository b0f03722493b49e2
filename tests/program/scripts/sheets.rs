//! `sheet` and `sheet check`

use super::stub::{Answer, Stub};
use super::{Ran, World, program};
use crate::support::process::PATIENCE;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

struct Folder {
    place: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        Self { place }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        names(self.place.path())
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_sheet_of_one_account_is_made_and_checked_until_a_link_is_reset() {
    let world = World::start();
    let folder = Folder::new();
    let out = folder.path("wall.html");
    let file = out.to_str().unwrap();
    let made = world.run(&[
        "sheet",
        "Chess Club",
        "Weekend Volunteers",
        "--session",
        "Support line",
        "--layout",
        "12",
        "--text",
        "Scan to join {name}",
        "--out",
        file,
        "--json",
    ]);
    let document = made.json();
    assert_eq!(document["leftOut"], json!([]));
    assert_eq!(document["layout"], "12");
    let groups = document["groups"].as_array().expect("groups");
    assert_eq!(groups.len(), 2, "{document:#}");
    let page = std::fs::read_to_string(&out).unwrap();
    for group in groups {
        let link = group["invite"].as_str().expect("a link");
        assert!(page.contains(&format!("data-link=\"{link}\"")));
    }
    assert!(
        page.contains("Scan to join <bdi>Weekend Volunteers</bdi>"),
        "{page}"
    );
    assert_eq!(folder.names(), ["wall.html"]);

    let alive = world.run(&["sheet", "check", file, "--json"]).json();
    assert_eq!((&alive["dead"], &alive["unknown"]), (&json!(0), &json!(0)));

    world
        .run(&[
            "invite",
            "reset",
            "Chess Club",
            "--session",
            "Support line",
            "--yes",
        ])
        .ok();
    let dead = world.run(&["sheet", "check", file, "--json"]);
    assert_eq!(dead.code, 16, "{}", dead.err);
    assert_eq!(dead.error()["code"], "problem_found");
    let dead: Value = serde_json::from_str(&dead.out).expect("JSON");
    let rows = dead["groups"].as_array().expect("groups");
    let of = |name: &str| {
        rows.iter()
            .find(|row| {
                row["name"]
                    .as_str()
                    .is_some_and(|known| known.starts_with(name))
            })
            .expect("a row")
    };
    assert_eq!(of("Chess Club")["result"], "dead");
    let current = of("Chess Club")["current"].as_str().expect("the new link");
    assert_ne!(of("Chess Club")["invite"], current);
    assert_eq!(of("Weekend Volunteers")["result"], "alive");
    let table = world.run(&["sheet", "check", file]);
    assert!(table.out.starts_with("GROUP"), "{}", table.out);
}

#[test]
fn groups_without_a_link_are_left_out_with_the_reason() {
    let world = World::start();
    let folder = Folder::new();
    let out = folder.path("all.csv");
    let all = world.run(&[
        "sheet",
        "--filter",
        "a",
        "--format",
        "csv",
        "--out",
        out.to_str().unwrap(),
        "--json",
    ]);
    assert_eq!(all.code, 10, "{}", all.err);
    let document: Value = serde_json::from_str(&all.out).expect("JSON");
    let left_out = document["leftOut"].as_array().expect("groups");
    assert!(!left_out.is_empty());
    assert!(
        left_out
            .iter()
            .all(|one| one["reason"].is_string() && one["code"].is_string())
    );
    let rows = document["groups"].as_array().expect("groups").len();
    let csv = std::fs::read_to_string(&out).unwrap();
    assert_eq!(csv.lines().count(), rows + 1);
    assert!(
        csv.starts_with("name,link,account,groupJid,sessionId\n"),
        "{csv}"
    );
    let mut jids: Vec<&Value> = document["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["groupJid"])
        .collect();
    jids.sort_by_key(ToString::to_string);
    jids.dedup();
    assert_eq!(
        jids.len(),
        rows,
        "a group of several accounts is there once"
    );
}

#[test]
fn pictures_go_into_a_new_folder() {
    let world = World::start();
    let folder = Folder::new();
    let out = folder.path("codes");
    let arguments = [
        "sheet",
        "Chess Club",
        "--session",
        "Support line",
        "--format",
        "svg",
        "--out",
        out.to_str().unwrap(),
    ];
    assert_eq!(world.run(&arguments).ok(), format!("{}\n", out.display()));
    assert_eq!(names(&out), ["Chess Club.svg"]);
    let again = world.run(&arguments);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("not empty"), "{}", again.err);
}

#[test]
fn what_is_missing_is_reported_before_anything_is_asked() {
    let folder = Folder::new();
    let out = folder.path("x.html");
    let out = out.to_str().unwrap();
    let gateway = Stub::start(|_, _| Answer::Nothing);
    let run = |arguments: &[&str]| -> Ran {
        let mut command = program();
        command
            .env("GROUPDESK_KEY", "wa_key")
            .args(["--gateway", &gateway.url])
            .args(arguments);
        command.output().expect("the binary starts").into()
    };
    for (arguments, words) in [
        (vec!["sheet", "--out", out], "--all"),
        (vec!["sheet", "--all"], "--out"),
        (
            vec!["sheet", "--all", "--out", out, "--text", "{nmae}"],
            "unknown placeholder {nmae}",
        ),
        (
            vec!["sheet", "--all", "--out", out, "--template", "Nothing"],
            "Name and link",
        ),
        (
            vec!["sheet", "--all", "--out", out, "--layout", "3"],
            "a4, a5, 2, 4, 8, 12",
        ),
        (
            vec!["sheet", "check", "/no/such/file"],
            "cannot check /no/such/file",
        ),
    ] {
        let ran = run(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{arguments:?}: {}", ran.err);
    }
    let nowhere = run(&["sheet", "--all", "--out", "/no/such/place/x.html"]);
    assert_eq!(nowhere.code, 1, "{}", nowhere.err);
    assert_eq!(gateway.count("GET /sessions"), 0);
    assert_eq!(folder.names(), [""; 0]);
}

/// Sessions and groups of a gateway without budgets; the first link is rate limited.
fn limited(request: &str, earlier: &[String]) -> Answer {
    const INVITE: &str = "GET /sessions/01A/groups/1@g.us/invite";
    let list = |rows: Value| Answer::Json(200, json!({ "data": rows }));
    match request {
        "GET /sessions" => list(json!([{ "id": "01A", "label": "Support", "status": "working" }])),
        "GET /sessions/01A" => Answer::Json(200, json!({ "id": "01A", "status": "working" })),
        "GET /sessions/01A/groups" => list(
            json!([{ "sessionId": "01A", "groupJid": "1@g.us", "subject": "Choir", "myRole": "admin", "updatedAt": 1 }]),
        ),
        request if request.replace("%40", "@") == INVITE => {
            if earlier.iter().any(|one| one == request) {
                let link = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12";
                Answer::Json(200, json!({ "invite": link }))
            } else {
                Answer::Pause(
                    1,
                    json!({ "error": { "code": "rate_limited", "message": "slow down" } }),
                )
            }
        }
        _ => Answer::Json(
            404,
            json!({ "error": { "code": "not_found", "message": "no such route" } }),
        ),
    }
}

#[test]
fn a_foreign_gateway_that_asks_for_a_pause_gets_it() {
    let folder = Folder::new();
    let out = folder.path("x.html");
    let gateway = Stub::start(limited);
    let run = |arguments: &[&str]| -> Ran {
        let mut command = program();
        command
            .env("GROUPDESK_KEY", "wa_key")
            .args(["--gateway", &gateway.url])
            .args(arguments);
        command.output().expect("the binary starts").into()
    };
    run(&["sheet", "--all", "--out", out.to_str().unwrap()]).ok();
    let page = std::fs::read_to_string(&out).unwrap();
    assert!(page.contains("AbCdEf1234567890XyZ12"), "{page}");
    // It cannot say where a link leads, but it has the group's.
    let file = out.to_str().unwrap();
    run(&["sheet", "check", file]).ok();
    let other = page.replace("1@g.us", "2@g.us");
    std::fs::write(&out, other).unwrap();
    let unknown = run(&["sheet", "check", file]);
    assert_eq!(unknown.code, 10, "{}", unknown.err);
    assert!(
        unknown.out.contains("does not report where a link leads"),
        "{}",
        unknown.out
    );
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_nothing_half_written() {
    let folder = Folder::new();
    let (asking, asked) = std::sync::mpsc::channel();
    let out = folder.path("x.html");
    let gateway = Stub::start(move |request, earlier| {
        if request.contains("/invite") {
            let _ = asking.send(());
            Answer::Pause(600, json!({ "error": { "code": "rate_limited" } }))
        } else {
            limited(request, earlier)
        }
    });
    let mut command = program();
    let child = command
        .env("GROUPDESK_KEY", "wa_key")
        .args(["--gateway", &gateway.url, "sheet", "--all", "--out"])
        .arg(&out)
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary starts");
    asked.recv_timeout(PATIENCE).expect("a link is asked for");
    let pid = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(pid.unwrap(), rustix::process::Signal::INT).unwrap();
    let ran: Ran = child.wait_with_output().expect("it ends").into();
    assert_eq!(ran.code, 130, "{}", ran.err);
    assert_eq!(folder.names(), [""; 0]);
}
