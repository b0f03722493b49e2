//! `groupdesk demo --headless`: the sandbox world as a server, for scripts.

use crate::support::process::{PATIENCE, Process, complaint, complaint_with, http};
use serde_json::json;

fn demo(arguments: &[&str]) -> Process {
    Process::start(&[&["demo", "--headless"], arguments].concat())
}

#[tokio::test]
async fn the_first_line_names_the_url_and_a_key_for_every_capability() {
    let demo = demo(&["--still"]);
    let organizations = demo.ready["organizations"]
        .as_array()
        .expect("organizations");
    assert!(organizations.len() >= 2);
    let sessions = |key: String| {
        let demo = &demo;
        async move { demo.get(&key, "/sessions").await }
    };
    for (position, organization) in organizations.iter().enumerate() {
        let (status, list) = sessions(demo.key(position, "all").to_owned()).await;
        assert_eq!(status, 200);
        for session in list["data"].as_array().expect("data") {
            assert_eq!(session["organizationId"], organization["id"]);
        }
        assert_eq!(sessions(demo.key(position, "read").to_owned()).await.0, 200);
        for lone in ["send", "manage", "events"] {
            let (status, body) = sessions(demo.key(position, lone).to_owned()).await;
            assert_eq!(
                (status, &body["error"]["details"]["capability"]),
                (403, &json!("read"))
            );
        }
    }
}

#[tokio::test]
async fn the_first_line_is_written_when_everything_can_be_read() {
    for arguments in [
        &["--still", "--seed", "7"][..],
        &["--still", "--groups", "3000"],
    ] {
        let demo = demo(arguments);
        let key = demo.key(0, "all");
        let (_, sessions) = demo.get(key, "/sessions").await;
        let rows = sessions["data"].as_array().expect("data");
        for session in rows {
            assert_ne!(session["status"], "starting", "{session}");
            if session["status"] == "working" {
                assert_ne!(session["groupCount"], 0, "{session}");
                let id = session["id"].as_str().expect("id");
                let (_, groups) = demo.get(key, &format!("/sessions/{id}/groups")).await;
                let groups = groups["data"].as_array().expect("data");
                assert_eq!(json!(groups.len()), session["groupCount"]);
            }
        }
        if arguments.contains(&"3000") {
            let most = rows
                .iter()
                .filter_map(|session| session["groupCount"].as_u64());
            assert!(most.max() >= Some(3000), "{sessions}");
        }
    }
}

#[tokio::test]
async fn the_same_seed_creates_the_same_world() {
    let mut worlds = Vec::new();
    for _ in 0..2 {
        let demo = demo(&["--still", "--seed", "7"]);
        let key = demo.key(0, "all");
        let (_, sessions) = demo.get(key, "/sessions").await;
        let mut world = vec![demo.ready["organizations"][0]["id"].clone()];
        for session in sessions["data"].as_array().expect("data") {
            let id = session["id"].as_str().expect("id");
            let (_, groups) = demo.get(key, &format!("/sessions/{id}/groups")).await;
            for group in groups["data"].as_array().expect("data") {
                let jid = group["groupJid"].as_str().expect("jid");
                world.push(json!([
                    id,
                    jid,
                    group["subject"],
                    group["participantCount"]
                ]));
                if group["myRole"] == "admin" && session["status"] == "working" {
                    let (status, link) = demo
                        .get(key, &format!("/sessions/{id}/groups/{jid}/invite"))
                        .await;
                    assert_eq!(status, 200, "{link}");
                    world.push(link);
                }
            }
        }
        assert!(world.len() > 60, "{} facts", world.len());
        worlds.push(world);
    }
    assert_eq!(worlds[0], worlds[1]);
}

#[tokio::test]
async fn sigterm_ends_it_with_exit_code_zero() {
    let mut demo = demo(&["--still"]);
    demo.signal("TERM");
    assert!(demo.end().success());
}

#[tokio::test]
async fn acknowledged_writes_survive_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().to_str().expect("UTF-8");
    let mut acknowledged = Vec::new();
    {
        let demo = demo(&["--still", "--seed", "7", "--data-dir", data]);
        let key = demo.key(0, "all").to_owned();
        let (client, url) = (http(), demo.url("/sessions"));
        let (sender, mut made) = tokio::sync::mpsc::unbounded_channel();
        let writer = tokio::spawn(async move {
            for number in 0.. {
                let request = client
                    .post(&url)
                    .bearer_auth(&key)
                    .json(&json!({ "label": format!("kept {number}") }));
                match request.send().await {
                    Ok(answer) if answer.status() == 201 => {
                        if sender.send(format!("kept {number}")).is_err() {
                            return;
                        }
                    }
                    _ => return,
                }
            }
        });
        for _ in 0..20 {
            acknowledged.push(made.recv().await.expect("an acknowledged write"));
        }
        demo.signal("KILL");
        writer.await.expect("the writer ends with the server");
        while let Ok(label) = made.try_recv() {
            acknowledged.push(label);
        }
    }
    let demo = demo(&["--still", "--seed", "7", "--data-dir", data]);
    let key = demo.key(0, "all");
    let (_, sessions) = demo.get(key, "/sessions").await;
    let labels: Vec<_> = sessions["data"]
        .as_array()
        .expect("data")
        .iter()
        .filter_map(|session| session["label"].as_str())
        .collect();
    for label in &acknowledged {
        assert!(
            labels.contains(&label.as_str()),
            "{label} was acknowledged and is gone"
        );
    }
    let (_, audit) = demo.get(key, "/audit?limit=1000").await;
    let creations = audit["data"]
        .as_array()
        .expect("data")
        .iter()
        .filter(|entry| entry["action"] == "session.create")
        .count();
    assert!(creations >= acknowledged.len(), "{creations} audit entries");
}

#[tokio::test]
async fn acknowledged_opening_hours_survive_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().to_str().expect("UTF-8");
    let (path, set) = {
        let demo = demo(&["--still", "--seed", "7", "--data-dir", data]);
        let key = demo.key(0, "all");
        let path = group_path(&demo, key).await;
        let body = json!({
            "zone": "Europe/Berlin",
            "rules": [{ "days": ["mon"], "open": "08:00", "close": "22:00" }],
        });
        let path = format!("{path}/schedule");
        let request = http().put(demo.url(&path)).bearer_auth(key).json(&body);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        demo.signal("KILL");
        (path, body)
    };
    let demo = demo(&["--still", "--seed", "7", "--data-dir", data]);
    let (status, kept) = demo.get(demo.key(0, "all"), &path).await;
    assert_eq!(status, 200, "{kept}");
    assert_eq!(
        (&kept["zone"], &kept["rules"]),
        (&set["zone"], &set["rules"])
    );
}

/// The path of a stored group of the first session that has one.
async fn group_path(demo: &Process, key: &str) -> String {
    let look = async {
        loop {
            let (_, sessions) = demo.get(key, "/sessions").await;
            for session in sessions["data"].as_array().expect("data") {
                let id = session["id"].as_str().expect("an id");
                let (_, groups) = demo.get(key, &format!("/sessions/{id}/groups")).await;
                if let Some(jid) = groups["data"][0]["groupJid"].as_str() {
                    return format!("/sessions/{id}/groups/{jid}");
                }
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, look).await;
    found.expect("a stored group")
}

#[test]
fn a_port_in_use_is_reported_with_its_address() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let complaint_text = complaint(&["demo", "--headless", "--listen", &address]);
    assert!(complaint_text.contains(&address), "{complaint_text}");
}

/// The complaint of a demo on this data directory.
fn complaint_about(data: &std::path::Path) -> String {
    let data = data.to_str().expect("UTF-8");
    complaint(&["demo", "--headless", "--still", "--data-dir", data])
}

#[test]
fn an_unusable_data_directory_is_named_with_one_reason() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let demo = demo(&["--still", "--data-dir", data.to_str().expect("UTF-8")]);
    let path = data.to_str().expect("UTF-8");
    let complaint_text = complaint_with(11, &["demo", "--headless", "--still", "--data-dir", path]);
    assert!(
        complaint_text.contains("already in use by another groupdesk"),
        "{complaint_text}"
    );
    drop(demo);

    let database = data.join("demo/groupdesk.sqlite");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(data.join(format!("demo/groupdesk.sqlite{suffix}")));
    }
    std::fs::write(&database, vec![7; 8192]).expect("the file is ours");
    let complaint_text = complaint_about(&data);
    assert!(complaint_text.contains("is it damaged"), "{complaint_text}");
    assert_eq!(
        complaint_text.matches("file is not a database").count(),
        1,
        "{complaint_text}"
    );

    let file = directory.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let complaint_text = complaint_about(&file);
    assert!(complaint_text.contains("cannot open"), "{complaint_text}");
    assert_eq!(
        complaint_text.matches("Not a directory").count(),
        1,
        "{complaint_text}"
    );
}
