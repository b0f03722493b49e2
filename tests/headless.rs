//! `groupdesk demo --headless`: the sandbox world as a server, for scripts.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A headless demo and what its first line said.
struct Demo {
    child: Child,
    ready: Value,
}

impl Demo {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_groupdesk"))
            .args(["demo", "--headless", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("stdout is piped"))
            .read_line(&mut line)
            .expect("a first line");
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| {
            let mut complaint = String::new();
            let _ = child
                .stderr
                .as_mut()
                .map(|stderr| stderr.read_to_string(&mut complaint));
            panic!("the first line is JSON: {error}: {line:?} {complaint}")
        });
        Self { child, ready }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.ready["url"].as_str().expect("url"))
    }

    fn key(&self, organization: usize, name: &str) -> &str {
        self.ready["organizations"][organization]["keys"][name]
            .as_str()
            .expect("a key")
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success());
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn http() -> reqwest::Client {
    groupdesk::client::install_tls();
    reqwest::Client::new()
}

async fn get(demo: &Demo, key: &str, path: &str) -> (u16, Value) {
    let answer = http()
        .get(demo.url(path))
        .bearer_auth(key)
        .send()
        .await
        .expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn the_first_line_names_the_url_and_a_key_for_every_capability() {
    let demo = Demo::start(&["--still"]);
    let organizations = demo.ready["organizations"]
        .as_array()
        .expect("organizations");
    assert!(organizations.len() >= 2);
    let sessions = |key: String| {
        let demo = &demo;
        async move { get(demo, &key, "/sessions").await }
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

/// The sessions, once those that connect have their groups.
async fn imported(demo: &Demo, key: &str) -> Value {
    let reading = async {
        loop {
            let (_, sessions) = get(demo, key, "/sessions").await;
            let unfinished = |session: &Value| match session["status"].as_str() {
                Some("working") => session["groupCount"] == 0,
                status => status == Some("starting"),
            };
            if !sessions["data"]
                .as_array()
                .expect("data")
                .iter()
                .any(unfinished)
            {
                return sessions;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), reading)
        .await
        .expect("the groups are imported")
}

#[tokio::test]
async fn a_seed_makes_the_same_world_again() {
    let mut worlds = Vec::new();
    for _ in 0..2 {
        let demo = Demo::start(&["--still", "--seed", "7"]);
        let key = demo.key(0, "all");
        let sessions = imported(&demo, key).await;
        let mut world = vec![demo.ready["organizations"][0]["id"].clone()];
        for session in sessions["data"].as_array().expect("data") {
            let id = session["id"].as_str().expect("id");
            let (_, groups) = get(&demo, key, &format!("/sessions/{id}/groups")).await;
            for group in groups["data"].as_array().expect("data") {
                let jid = group["groupJid"].as_str().expect("jid");
                world.push(json!([
                    id,
                    jid,
                    group["subject"],
                    group["participantCount"]
                ]));
                if group["myRole"] == "admin" && session["status"] == "working" {
                    let (status, link) =
                        get(&demo, key, &format!("/sessions/{id}/groups/{jid}/invite")).await;
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
async fn sigterm_ends_it_with_success() {
    let mut demo = Demo::start(&["--still"]);
    demo.signal("TERM");
    assert!(demo.child.wait().expect("an exit status").success());
}

#[tokio::test]
async fn acknowledged_writes_survive_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().to_str().expect("UTF-8");
    let mut acknowledged = Vec::new();
    {
        let demo = Demo::start(&["--still", "--seed", "7", "--data-dir", data]);
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
    let demo = Demo::start(&["--still", "--seed", "7", "--data-dir", data]);
    let key = demo.key(0, "all");
    let (_, sessions) = get(&demo, key, "/sessions").await;
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
    let (_, audit) = get(&demo, key, "/audit?limit=1000").await;
    let creations = audit["data"]
        .as_array()
        .expect("data")
        .iter()
        .filter(|entry| entry["action"] == "session.create")
        .count();
    assert!(creations >= acknowledged.len(), "{creations} audit entries");
}

#[test]
fn a_taken_port_is_told_plainly() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_groupdesk"))
        .args(["demo", "--headless", "--listen", &address])
        .output()
        .expect("the binary starts");
    assert!(!output.status.success());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains(&address), "{complaint}");
}

/// What a demo on this data directory complains about.
fn complaint(data: &std::path::Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_groupdesk"))
        .args(["demo", "--headless", "--still", "--data-dir"])
        .arg(data)
        .output()
        .expect("the binary starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn a_data_directory_that_cannot_be_used_is_named_with_one_reason() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let demo = Demo::start(&["--still", "--data-dir", data.to_str().expect("UTF-8")]);
    assert!(complaint(&data).contains("already in use by another groupdesk"));
    drop(demo);

    let database = data.join("demo/groupdesk.sqlite");
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(data.join(format!("demo/groupdesk.sqlite{suffix}")));
    }
    std::fs::write(&database, vec![7; 8192]).expect("the file is ours");
    let told = complaint(&data);
    assert!(told.contains("is it damaged"), "{told}");
    assert_eq!(told.matches("file is not a database").count(), 1, "{told}");

    let file = directory.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let told = complaint(&file);
    assert!(told.contains("cannot open"), "{told}");
    assert_eq!(told.matches("Not a directory").count(), 1, "{told}");
}
