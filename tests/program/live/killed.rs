//! `kill -9` during pairing, import and changes: no acknowledged change is lost, and no session is left in an
//! intermediate state.

use super::engine::{Doomed, PATIENCE};
use super::house::House;
use super::sessions::groups_of;
use groupdesk::gateway::domain::SessionId;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pairing_that_was_killed_restarts_or_is_complete() {
    let house = House::new(None).await;
    let session = House::new_phone().session;
    house.engine().await.stop().await;

    let doomed = Doomed::start(&house.machine());
    let lost = doomed.desk.qr(&session).await;
    doomed.kill();

    // A new code, and the phone scans it. What the API has shown survives the kill.
    let doomed = Doomed::start(&house.machine());
    let code = doomed.desk.qr(&session).await;
    assert_ne!(code, lost);
    house.server.scan(&code).unwrap();
    let linked = |view: &Value| view["waJid"].is_string();
    let linked_view = doomed.desk.until(&session, "", linked).await;
    doomed.kill();

    let engine = house.engine().await;
    let groups = groups_of(&house, &session);
    assert!(groups > 0);
    let view = engine.desk.until_complete(&session, groups).await;
    assert_eq!(view["waJid"], linked_view["waJid"]);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_the_scan_and_the_link_leaves_a_session_that_can_pair() {
    let house = House::new(None).await;
    let session = House::new_phone().session;
    house.engine().await.stop().await;

    // The phone confirms, but the confirmation does not reach the desk.
    let doomed = Doomed::start(&house.machine());
    let lost = doomed.desk.qr(&session).await;
    house.server.freeze(&session).unwrap();
    assert!(house.world.scan(&session));
    doomed.kill();

    let doomed = Doomed::start(&house.machine());
    let code = doomed.desk.qr(&session).await;
    assert_ne!(code, lost);
    let view = doomed.desk.get(&session, "").await;
    assert_eq!(view["status"], "scan_qr_code");
    assert!(view["waJid"].is_null(), "{view}");
    house.server.scan(&code).unwrap();
    let linked = |view: &Value| view["waJid"].is_string();
    doomed.desk.until(&session, "", linked).await;
    doomed
        .desk
        .until_complete(&session, groups_of(&house, &session))
        .await;
    doomed.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_whatsapp_never_received_ends_as_unlinked() {
    let house = House::new(None).await;
    let session = House::new_phone().session;
    house.engine().await.stop().await;

    let doomed = Doomed::start(&house.machine());
    let code = doomed.desk.qr(&session).await;
    house.server.lose_confirmation(&session);
    house.server.scan(&code).unwrap();
    let linked = |view: &Value| view["waJid"].is_string() || view["status"] == "logged_out";
    doomed.desk.until(&session, "", linked).await;
    doomed.kill();

    let engine = house.engine().await;
    let ended = |view: &Value| view["status"] == "logged_out";
    let view = engine.desk.until(&session, "", ended).await;
    assert!(view["statusReason"].is_string(), "{view}");
    let erased = |_: &Value| !house.key_file(&session).exists();
    engine.desk.until(&session, "", erased).await;
    engine.stop().await;
}

/// The database of a stopped engine.
fn database(house: &House) -> rusqlite::Connection {
    rusqlite::Connection::open(house.data.path().join("groupdesk.sqlite")).unwrap()
}

/// The number of stored groups of a session.
fn stored_groups(house: &House, session: &SessionId) -> usize {
    let count = "SELECT count(*) FROM groups WHERE session = ?";
    let count = database(house).query_row(count, [session.as_str()], |row| row.get::<_, i64>(0));
    usize::try_from(count.unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_was_killed_is_completed() {
    let house = House::new(Some(4_000)).await;
    let session = house.support().session;
    let mut asked = house.server.hold_imports(&session).unwrap();
    house.engine().await.stop().await;
    let groups = groups_of(&house, &session);
    assert!(groups >= 4_000);

    // While WhatsApp is still sending the list.
    asked.mark_unchanged();
    let doomed = Doomed::start(&house.machine());
    let asked = tokio::time::timeout(PATIENCE, asked.changed()).await;
    asked.unwrap().unwrap();
    doomed.kill();
    assert_eq!(stored_groups(&house, &session), 0);
    house.server.release_imports(&session);

    // While the list is being stored: the trigger makes rows after the first thousand never complete.
    let endless = "CREATE TRIGGER endless AFTER INSERT ON groups
        WHEN (SELECT count(*) FROM groups) > 1000
        BEGIN SELECT count(*) FROM groups a, groups b, groups c, groups d; END";
    database(&house).execute_batch(endless).unwrap();
    let doomed = Doomed::start(&house.machine());
    let some = |list: &Value| list["data"].as_array().is_some_and(|list| !list.is_empty());
    let listed = doomed.desk.until(&session, "/groups", some).await;
    doomed.kill();
    let listed = listed["data"].as_array().unwrap().len();
    assert!((listed..=1_000).contains(&stored_groups(&house, &session)));
    database(&house)
        .execute_batch("DROP TRIGGER endless")
        .unwrap();

    let engine = house.engine().await;
    engine.desk.until_complete(&session, groups).await;
    let list = engine.desk.get(&session, "/groups").await;
    assert_eq!(list["data"].as_array().unwrap().len(), groups);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_that_were_acknowledged_survive() {
    let house = House::new(None).await;
    let session = house.support().session;
    let jid = house.group("Weekend Volunteers");
    let group = format!("/groups/{jid}");
    house.engine().await.stop().await;

    let doomed = Doomed::start(&house.machine());
    let groups = groups_of(&house, &session);
    doomed.desk.until_complete(&session, groups).await;
    let change = |subject: String| {
        let body = json!({ "subject": subject, "announce": false });
        doomed.desk.ask(Method::PATCH, &session, &group, Some(body))
    };
    for number in 0..3 {
        let answer = change(format!("Acknowledged {number}")).await.unwrap();
        assert_eq!(answer.status(), 204);
    }
    // The next one reaches WhatsApp; whether its event was published is unknown.
    let under_way = change("Under way".to_owned());
    let arrives = async {
        while house.world.look_at(&jid).unwrap().subject != "Under way" {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = arrives => {}
        _ = under_way => {}
    }
    doomed.kill();

    let engine = house.engine().await;
    engine.desk.until_complete(&session, groups).await;
    let stored_as_asked =
        |stored: &Value| stored["subject"] == "Under way" && stored["isAnnounce"] == false;
    engine.desk.until(&session, &group, stored_as_asked).await;
    let audit = engine.desk.audit(&jid).await;
    let recorded: Vec<_> = audit
        .iter()
        .filter(|entry| entry["outcome"] == "ok")
        .filter_map(|entry| entry["new"]["subject"].as_str())
        .collect();
    for number in 0..3 {
        let subject = format!("Acknowledged {number}");
        assert!(recorded.contains(&subject.as_str()), "{audit:?}");
    }
    engine.stop().await;
}
