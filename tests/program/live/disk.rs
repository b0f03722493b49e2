//! The key file of a real account on a full disk, and its size in the metrics.

use super::house::House;
use crate::support::process::{PATIENCE, Process, http, until};
use groupdesk::gateway::domain::{GroupJid, MemberJid, SessionId};
use std::path::Path;

/// A served gateway on the house's data, whose files can be limited.
async fn serve(house: &House) -> Process {
    let (data, url) = (house.data.path().to_str().unwrap(), house.server.url());
    let mut caught_up = house.server.caught_up(&house.support().session).unwrap();
    let before = *caught_up.borrow();
    let gateway = Process::start_to_be_limited_with(
        &["serve", "--data-dir", data],
        &[("GROUPDESK_WHATSAPP_URL", &url)],
    );
    let connected = caught_up.wait_for(|count| *count > before);
    tokio::time::timeout(PATIENCE, connected)
        .await
        .expect("the session connects")
        .unwrap();
    gateway
}

/// Lets members write, and waits until the session has read it all.
async fn write(house: &House, session: &SessionId, group: &GroupJid, members: &[MemberJid]) {
    let mut receipts = house.server.receipts(session).unwrap();
    for member in members {
        let id = house.server.write(session, group, member, "hello");
        let id = id.await.unwrap();
        let read = receipts.wait_for(|receipts| receipts.contains_key(&id));
        let read = tokio::time::timeout(PATIENCE, read).await;
        let read = read.expect("every message is answered").unwrap();
        assert!(read[&id], "{member} was not understood");
    }
}

/// The sender keys that are in the key file.
fn stored(file: &Path) -> Option<u32> {
    let conn = rusqlite::Connection::open(file).unwrap();
    conn.query_row("SELECT count(*) FROM sender_keys", [], |row| row.get(0))
        .ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_does_not_cost_the_link() {
    let (house, support) = House::furnished().await;
    let group = house.group("Weekend Volunteers");
    let me = house.world.phone().jid(&support);
    let members = house.world.look_at(&group).unwrap().members;
    let members: Vec<_> = members
        .into_iter()
        .map(|member| member.lid)
        .filter(|lid| Some(lid) != me.as_ref())
        .take(6)
        .collect();
    let (before, during) = members.split_at(3);
    let file = house.key_file(&support);

    let mut gateway = serve(&house).await;
    write(&house, &support, &group, before).await;
    until("the first keys are stored", async || {
        (stored(&file) == Some(3)).then_some(())
    })
    .await;

    // The session goes on, with new keys in memory. The first change that has to be stored makes the
    // gateway say why nothing is.
    gateway.limit_files(true);
    write(&house, &support, &group, during).await;
    house.world.phone().rename(&group, "Weekday Crew").unwrap();
    let ready = format!("{}/readyz", gateway.origin());
    until("the gateway is not ready", async || {
        let answer = http().get(&ready).send().await.unwrap();
        (answer.status() == 503).then_some(())
    })
    .await;
    gateway.until_logged("the store is not writable").await;
    assert_eq!(stored(&file), Some(3), "nothing can be written");

    // The keys are stored as soon as there is room, and open the next login.
    gateway.limit_files(false);
    until("the other keys are stored", async || {
        (stored(&file) == Some(6)).then_some(())
    })
    .await;
    write(&house, &support, &group, &members).await;
    gateway.signal("TERM");
    gateway.log_at_the_end();
    let _again = serve(&house).await;
    write(&house, &support, &group, &members).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sizes_of_the_files_are_in_the_metrics() {
    let (house, support) = House::furnished().await;
    let gateway = serve(&house).await;
    let answer = http().get(format!("{}/metrics", gateway.origin()));
    let text = answer.send().await.unwrap().text().await.unwrap();
    let value = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {text}"))
            .trim()
            .parse()
            .unwrap()
    };
    let file = house.key_file(&support).metadata().unwrap().len();
    assert!(value("groupdesk_largest_key_file_bytes ") >= file);
    assert!(value("groupdesk_key_files_bytes ") >= value("groupdesk_largest_key_file_bytes "));
    assert!(value("groupdesk_store_bytes ") > 0);
}
