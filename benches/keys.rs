//! Growth of a session's key file: groups with 200 members each, of whom every one writes once, and then
//! further messages of the same people. The WhatsApp server on loopback runs in the same process.
//!
//! `cargo bench --bench keys`, or with the numbers of groups and of further messages:
//! `cargo bench --bench keys -- 100 10000`

// A fault here ends the measurement, which is all that can be done about it.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/loopback/mod.rs"]
#[allow(dead_code)]
mod loopback;

use groupdesk::gateway::domain::{GroupJid, MemberJid, OrganizationId, SessionId};
use groupdesk::gateway::whatsapp::DriverEvent;
use groupdesk::gateway::whatsapp::live::{self, Live, Options};
use groupdesk::gateway::whatsapp::sandbox::{BulkAccounts, World};
use loopback::Server;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc::unbounded_channel;

/// Members of each group, the account included.
const MEMBERS: usize = 200;
/// Messages on the way at a time.
const BURST: usize = 64;
/// Tables of the library that grow with what is received.
const TABLES: [&str; 7] = [
    "sessions",
    "identities",
    "sender_keys",
    "lid_pn_mapping",
    "device_registry",
    "msg_secrets",
    "pending_inbound_messages",
];

#[tokio::main]
async fn main() {
    let asked: Vec<usize> = std::env::args()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [groups, further] = asked[..] else {
        return measure(20, 10_000).await;
    };
    measure(groups, further).await;
}

async fn measure(groups: usize, further: usize) {
    let world = World::still(7).unwrap();
    let crowd = BulkAccounts {
        sessions: 1,
        groups,
        members: MEMBERS,
    };
    let organization = OrganizationId::parse("local").unwrap();
    let seed = world.add_bulk_accounts(&organization, crowd).remove(0);
    let server = Server::start(Arc::clone(&world)).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let (account, identity) = (seed.account, seed.identity.unwrap());
    let me = identity.lid.clone();
    let session = account.session.clone();
    let linked = server.seed_linked(home.path(), account.clone(), identity);
    linked.await.unwrap();
    let file = home.path().join(format!("{session}.sqlite"));

    let options = Options {
        url: Some(server.url()),
        ..Options::new(home.path().to_owned())
    };
    let (report, mut events) = unbounded_channel();
    let driver = live::open(Live::new(options).unwrap(), account, report);
    driver.connect().await.unwrap();
    while !matches!(events.recv().await.unwrap(), DriverEvent::Connected(_)) {}
    let writers: Vec<(GroupJid, MemberJid)> = driver
        .joined_groups()
        .await
        .unwrap()
        .into_iter()
        .flat_map(|group| {
            let jid = group.jid;
            group
                .members
                .into_iter()
                .map(move |member| (jid.clone(), member.lid))
        })
        .filter(|(_, member)| *member != me)
        .collect();

    println!("{groups} groups of {MEMBERS}, {} writers", writers.len());
    let empty = look("connected, the groups read", &file);
    let mut largest_log = 0;
    let begin = Instant::now();
    for burst in writers.chunks(BURST) {
        write(&server, &session, burst).await;
        largest_log = largest_log.max(log(&file));
    }
    let took = begin.elapsed();
    let first = look("everybody has written once", &file);
    println!(
        "  {:.0} bytes a writer and group, {took:.0?}",
        (first - empty) as f64 / writers.len() as f64
    );
    let again: Vec<_> = writers.iter().cycle().take(further).cloned().collect();
    let begin = Instant::now();
    for burst in again.chunks(BURST) {
        write(&server, &session, burst).await;
        largest_log = largest_log.max(log(&file));
    }
    let took = begin.elapsed();
    let second = look("after the further messages", &file);
    println!(
        "  {:.1} bytes a further message of {further}, {took:.0?}",
        (second as f64 - first as f64) / further as f64
    );
    println!("  the log had at most {:.1} MB", largest_log as f64 / 1e6);
    driver.disconnect().await;
    look("disconnected", &file);
}

/// Lets people write, and waits until the session has read it all.
async fn write(server: &Server, session: &SessionId, people: &[(GroupJid, MemberJid)]) {
    let mut receipts = server.receipts(session).unwrap();
    let mut ids = Vec::with_capacity(people.len());
    for (group, member) in people {
        let id = server.write(session, group, member, "See you at the north gate at 8.");
        ids.push(id.await.unwrap());
    }
    let all = receipts.wait_for(|receipts| ids.iter().all(|id| receipts.contains_key(id)));
    let all = all.await.unwrap();
    assert!(ids.iter().all(|id| all[id]), "a message was not understood");
}

fn log(file: &Path) -> u64 {
    let log = file.with_extension("sqlite-wal");
    std::fs::metadata(log).map_or(0, |found| found.len())
}

/// Prints the size of the key file and the rows in it; returns the bytes without the log.
fn look(when: &str, file: &Path) -> u64 {
    let conn = rusqlite::Connection::open(file).unwrap();
    // The library flushes within 25 ms; what it has not flushed yet is a burst at most.
    conn.query_row("PRAGMA wal_checkpoint(passive)", [], |_| Ok(()))
        .unwrap();
    let bytes = std::fs::metadata(file).unwrap().len();
    let rows: Vec<String> = TABLES
        .iter()
        .filter_map(|table| {
            let count = format!("SELECT count(*) FROM {table}");
            let count: u32 = conn.query_row(&count, [], |row| row.get(0)).ok()?;
            let pages = "SELECT sum(pgsize) FROM dbstat WHERE name IN \
                (SELECT name FROM sqlite_schema WHERE tbl_name = ?1)";
            let bytes: i64 = conn.query_row(pages, [table], |row| row.get(0)).unwrap();
            (count > 0).then(|| format!("{table} {count} rows, {} kB", bytes / 1000))
        })
        .collect();
    println!("{when}: {:.2} MB; {}", bytes as f64 / 1e6, rows.join("; "));
    bytes
}
