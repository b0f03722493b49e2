//! External faults of the database: a full disk, removed files, a second process.

use crate::support::process::{Process, complaint, complaint_with, http, until};
use serde_json::json;
use std::path::Path;

const SANDBOX: [&str; 5] = ["serve", "--sandbox", "--still", "--seed", "7"];

/// A group that a connected session administers, as a path.
async fn group(server: &Process, key: &str) -> String {
    until("a connected session with groups", async || {
        let (_, sessions) = server.get(key, "/sessions").await;
        for session in sessions["data"].as_array()? {
            if session["status"] != "working" {
                continue;
            }
            let id = session["id"].as_str()?;
            let (_, groups) = server.get(key, &format!("/sessions/{id}/groups")).await;
            for group in groups["data"].as_array()? {
                if group["myRole"] == "admin" {
                    return Some(format!(
                        "/sessions/{id}/groups/{}",
                        group["groupJid"].as_str()?
                    ));
                }
            }
        }
        None
    })
    .await
}

async fn is_ready(server: &Process) -> bool {
    let answer = http().get(format!("{}/readyz", server.origin())).send();
    answer.await.expect("an answer").status() == 200
}

#[tokio::test]
async fn a_full_disk_costs_at_most_one_link_and_loses_no_record() {
    let server = Process::start_to_be_limited(&SANDBOX);
    let key = server.key(0, "all").to_owned();
    let invite = format!("{}/invite", group(&server, &key).await);
    let link = async || server.get(&key, &invite).await.1["invite"].clone();
    let first = link().await;
    server.limit_files(true);
    let reset = async || server.ask("DELETE", &key, &invite, None).await;
    let mut refused = reset().await;
    // A probe may have succeeded just before. The one reset that is possible then is reported as made.
    let is_done = refused.status == 500;
    if is_done {
        let details = &refused.json["error"]["details"];
        assert_eq!(details["reason"], "not_stored", "{}", refused.json);
        assert_eq!(details["applied"], json!(["invite"]));
        refused = reset().await;
    }
    assert_eq!(refused.status, 503, "{}", refused.json);
    assert_eq!(refused.json["error"]["code"], "gateway_unavailable");
    assert_eq!(
        refused.json["error"]["details"]["reason"],
        "store_unavailable"
    );
    let now = link().await;
    assert_eq!(now != first, is_done);
    for _ in 0..3 {
        assert_eq!(reset().await.status, 503);
    }
    assert_eq!(link().await, now);
    assert!(!is_ready(&server).await);
    server.until_logged("the store is not writable").await;

    server.limit_files(false);
    until("it is ready again", async || {
        is_ready(&server).await.then_some(())
    })
    .await;
    let again = reset().await;
    assert_eq!(again.status, 200, "{}", again.json);
    let (_, audit) = server.get(&key, "/audit").await;
    let resets = audit["data"].as_array().expect("data").iter();
    let outcomes: Vec<_> = resets
        .filter(|entry| entry["action"] == "group.invite.reset")
        .map(|entry| entry["outcome"].clone())
        .collect();
    assert_eq!(
        outcomes,
        vec![json!("ok"); 1 + usize::from(is_done)],
        "{audit}"
    );
    assert!(!audit.to_string().contains("chat.whatsapp.com"), "{audit}");
}

/// The complaint of a second process on the same data.
fn second(data: &Path) -> String {
    // The exit code of a data directory in use.
    complaint_with(
        11,
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            data.to_str().expect("UTF-8"),
        ],
    )
}

fn on(data: &Path) -> Process {
    Process::start(&["serve", "--data-dir", data.to_str().expect("UTF-8")])
}

#[test]
fn neither_a_removed_lock_file_nor_another_name_lets_a_second_process_in() {
    let directory = tempfile::tempdir().expect("a directory");
    let (data, other) = (
        directory.path().join("data"),
        directory.path().join("other"),
    );
    let _first = on(&data);
    std::fs::create_dir(&other).expect("a directory");
    std::fs::hard_link(
        data.join("groupdesk.sqlite"),
        other.join("groupdesk.sqlite"),
    )
    .expect("a link");
    std::fs::remove_file(data.join("groupdesk.sqlite.lock")).expect("it is there");
    for data in [&data, &other] {
        let complaint = second(data);
        assert!(
            complaint.contains("already in use by another groupdesk"),
            "{complaint}"
        );
    }
}

#[tokio::test]
async fn a_log_that_was_removed_after_a_kill_is_reported() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().to_str().expect("UTF-8");
    let mut server = Process::start(&[&SANDBOX[..], &["--data-dir", data]].concat());
    let key = server.key(0, "all").to_owned();
    let made = json!({ "label": "Made" });
    let made = server.ask("POST", &key, "/sessions", Some(&made)).await;
    assert_eq!(made.status, 201);
    server.signal("KILL");
    server.end();
    let wal = directory.path().join("demo/groupdesk.sqlite-wal");
    let kept = directory.path().join("kept");
    std::fs::rename(&wal, &kept).expect("it is there");
    let complaint = complaint(
        &[
            &SANDBOX[..],
            &["--listen", "127.0.0.1:0", "--data-dir", data],
        ]
        .concat(),
    );
    assert!(complaint.contains("groupdesk.sqlite-wal"), "{complaint}");
    std::fs::rename(&kept, &wal).expect("it can be put back");
    let server = Process::start(&[&SANDBOX[..], &["--data-dir", data]].concat());
    let (_, sessions) = server.get(server.key(0, "all"), "/sessions").await;
    let mut sessions = sessions["data"].as_array().expect("data").iter();
    assert!(sessions.any(|session| session["label"] == made.json["label"]));
}
