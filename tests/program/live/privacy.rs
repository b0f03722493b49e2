//! What is left of messages that an account receives: nothing of their text.

use super::house::{House, SUPPORT};
use crate::support::process::{PATIENCE, Process};
use std::path::{Path, PathBuf};

/// In every text; no program writes it by itself.
const MARKER: &str = "Xylophon-7731-Quittengelee";

/// The files below a directory that contain the marker.
fn files_with(marker: &str, directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(marker, &path));
        } else {
            // A log of SQLite's may go while it is being looked for.
            let content = std::fs::read(&path).unwrap_or_default();
            let is_in = content
                .windows(marker.len())
                .any(|bytes| bytes == marker.as_bytes());
            found.extend(is_in.then_some(path));
        }
    }
    found
}

/// Whether the text is found that SQLite has written, in its log and in its file.
#[test]
fn the_search_finds_a_marker_in_a_database_and_in_its_log() {
    let directory = tempfile::tempdir().unwrap();
    let below = directory.path().join("keys");
    std::fs::create_dir(&below).unwrap();
    let file = below.join("planted.sqlite");
    let planted = rusqlite::Connection::open(&file).unwrap();
    planted.pragma_update(None, "journal_mode", "wal").unwrap();
    planted
        .execute_batch("CREATE TABLE messages (body BLOB)")
        .unwrap();
    planted
        .pragma_update(None, "wal_checkpoint", "truncate")
        .ok();
    assert_eq!(
        files_with(MARKER, directory.path()),
        [""; 0].map(PathBuf::from)
    );
    planted
        .execute("INSERT INTO messages VALUES (?1)", [MARKER.as_bytes()])
        .unwrap();
    let log = below.join("planted.sqlite-wal");
    assert_eq!(files_with(MARKER, directory.path()), [log]);
    drop(planted);
    assert_eq!(files_with(MARKER, directory.path()), [file]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_text_of_messages_is_neither_stored_nor_logged() {
    let (house, support) = House::furnished().await;

    let (data, url) = (house.data.path().to_str().unwrap(), house.server.url());
    let mut gateway = Process::start_with(
        &["serve", "--data-dir", data],
        &[
            ("GROUPDESK_WHATSAPP_URL", &url),
            ("GROUPDESK_LOG_LEVEL", "trace"),
        ],
    );
    let mut caught_up = house.server.caught_up(&support).unwrap();
    let connected = caught_up.wait_for(|count| *count > 1);
    tokio::time::timeout(PATIENCE, connected)
        .await
        .expect("the session connects")
        .unwrap();

    let mut receipts = house.server.receipts(&support).unwrap();
    let mut written = Vec::new();
    for group in ["Weekend Volunteers", "School Volleyball"] {
        let group = house.group(group);
        let members = house.world.look_at(&group).unwrap().members;
        for member in members.iter().take(3) {
            if Some(&member.lid) == house.world.phone().jid(&support).as_ref() {
                continue;
            }
            for number in 0..3 {
                let text = format!("{MARKER} {number}, und mehr davon ({SUPPORT})");
                let id = house.server.write(&support, &group, &member.lid, &text);
                written.push(id.await.unwrap());
            }
        }
    }
    assert!(written.len() >= 12, "{written:?}");
    // Only the first `skmsg` comes with its key: whoever answers them all has read them.
    let all = receipts.wait_for(|receipts| written.iter().all(|id| receipts.contains_key(id)));
    let all = tokio::time::timeout(PATIENCE, all).await;
    let all = all.expect("every message is answered").unwrap().clone();
    let unread: Vec<_> = written.iter().filter(|id| !all[*id]).collect();
    assert_eq!(unread, [""; 0].map(String::from).iter().collect::<Vec<_>>());

    let none = [""; 0].map(PathBuf::from);
    assert_eq!(files_with(MARKER, house.data.path()), none);
    gateway.signal("TERM");
    let log = gateway.log_at_the_end();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "{log}");
    assert!(!log.contains(MARKER), "{log}");
    assert_eq!(files_with(MARKER, house.data.path()), none);
}
