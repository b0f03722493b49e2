//! The engine with several real accounts, and what remains of a removed one.

use super::house::House;
use crate::loopback::phone::AccountType;
use groupdesk::gateway::domain::{MemberJid, SessionId};
use reqwest::Method;
use serde_json::{Value, json};

/// The number of groups of a session's account in the world.
pub fn groups_of(house: &House, session: &SessionId) -> usize {
    let person = house.world.person(session).unwrap();
    house.world.act(|rules| rules.joined_groups(person).len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_session_and_a_silent_one_delay_no_other() {
    let house = House::new(None).await;
    let (support, new) = (house.support().session, House::new_phone().session);
    let engine = house.engine().await;
    engine
        .desk
        .until_complete(&support, groups_of(&house, &support))
        .await;
    let started = engine.desk.ask(Method::POST, &new, ":start", None).await;
    assert_eq!(started.unwrap().status(), 200);
    engine.desk.qr(&new).await;
    engine.stop().await;

    // One key file is damaged: its session fails with a reason, the other one connects.
    let keys = std::fs::read(house.key_file(&new)).unwrap();
    std::fs::write(house.key_file(&new), "no keys at all").unwrap();
    let engine = house.engine().await;
    let failed = |view: &Value| view["status"] == "failed";
    let view = engine.desk.until(&new, "", failed).await;
    let reason = view["statusReason"].as_str().unwrap();
    assert!(reason.contains("key file"), "{reason}");
    engine
        .desk
        .until_complete(&support, groups_of(&house, &support))
        .await;
    engine.stop().await;

    // WhatsApp stops answering one of them: the other one continues.
    std::fs::write(house.key_file(&new), keys).unwrap();
    let engine = house.engine().await;
    engine.desk.qr(&new).await;
    house.server.freeze(&new).unwrap();
    let connected = |view: &Value| view["status"] == "working";
    engine.desk.until(&support, "", connected).await;
    let jid = house.group("Weekend Volunteers");
    let invite = engine
        .desk
        .get(&support, &format!("/groups/{jid}/invite"))
        .await;
    assert!(invite["invite"].is_string(), "{invite}");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_business_account_in_coexistence_is_named_when_it_cannot_be_linked() {
    let house = House::new(None).await;
    let new = House::new_phone().session;
    let engine = house.engine().await;
    let started = engine.desk.ask(Method::POST, &new, ":start", None).await;
    assert_eq!(started.unwrap().status(), 200);
    let code = engine.desk.qr(&new).await;
    house
        .server
        .scan_with(AccountType::Coexisting, &code)
        .unwrap();
    let failed = |view: &Value| view["status"] == "failed";
    let view = engine.desk.until(&new, "", failed).await;
    let reason = view["statusReason"].as_str().unwrap();
    assert!(reason.contains("Business Platform"), "{reason}");
    assert!(reason.contains("starting again does not help"), "{reason}");
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_session_leaves_no_keys_and_stays_deleted() {
    let house = House::new(None).await;
    let support = house.support().session;
    let engine = house.engine().await;
    engine
        .desk
        .until_complete(&support, groups_of(&house, &support))
        .await;
    assert!(house.key_file(&support).exists());
    let deleted = engine.desk.ask(Method::DELETE, &support, "", None).await;
    assert_eq!(deleted.unwrap().status(), 204);
    assert_eq!(
        house.world.person(&support),
        None,
        "the phone does not list it any more"
    );
    engine.stop().await;

    let left: Vec<_> = std::fs::read_dir(house.keys())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(support.as_str()))
        .collect();
    assert_eq!(left, [""; 0]);
    let engine = house.engine_as_it_was_left().await;
    for rest in ["", "/groups", "/me"] {
        let answer = engine.desk.ask(Method::GET, &support, rest, None).await;
        assert_eq!(answer.unwrap().status(), 404, "{rest}");
    }
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_is_confirmed_by_whatsapp_or_reported_as_unconfirmed() {
    let house = House::new(None).await;
    let support = house.support().session;
    for confirmed in [false, true] {
        let engine = house.engine().await;
        let desk = &engine.desk;
        desk.until_complete(&support, groups_of(&house, &support))
            .await;
        if !confirmed {
            house.server.refuse_goodbye(&support);
        }
        let answer = desk.ask(Method::POST, &support, ":logout", None).await;
        let view: Value = answer.unwrap().json().await.unwrap();
        assert_eq!(view["status"], "logged_out", "{view}");
        let reason = view["statusReason"].as_str().unwrap();
        assert_eq!(reason == "logged out by an operator", confirmed, "{reason}");
        assert_eq!(house.world.person(&support).is_none(), confirmed);
        // What the API has reported survives the kill.
        let invite = desk.get(&support, "/groups/120363041234567890@g.us/invite");
        let details = &invite.await["error"]["details"];
        assert_eq!(details["reason"], "not_connected");
        assert_eq!(details["status"], "logged_out");
        assert_eq!(details["statusReason"], reason);
        if !confirmed {
            house.link_support_again().await;
            let started = desk.ask(Method::POST, &support, ":start", None).await;
            assert_eq!(started.unwrap().status(), 200);
        }
        engine.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn join_requests_are_listed_and_decided() {
    let house = House::new(None).await;
    let support = house.support().session;
    let engine = house.engine().await;
    let desk = &engine.desk;
    desk.until_complete(&support, groups_of(&house, &support))
        .await;
    let jid = house.group("ועד הבית – הרצל 12");
    let group = format!("/groups/{jid}");
    let waiting = house.world.requests(&jid);

    let list = desk.get(&support, &format!("{group}/requests")).await;
    let listed: Vec<_> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["jid"].as_str().unwrap())
        .collect();
    let expected: Vec<_> = waiting.iter().map(MemberJid::as_str).collect();
    assert_eq!(listed, expected);

    for (person, verb) in [(&waiting[0], "approve"), (&waiting[1], "reject")] {
        let one = format!("{group}/requests/{person}/{verb}");
        let answer = desk
            .ask(Method::POST, &support, &one, Some(json!({})))
            .await;
        assert_eq!(answer.unwrap().status(), 204, "{verb}");
    }
    assert_eq!(house.world.requests(&jid), waiting[2..]);
    let came_in = |members: &Value| members.to_string().contains(waiting[0].as_str());
    desk.until(&support, &format!("{group}/members"), came_in)
        .await;

    let view = desk.get(&support, "").await;
    assert!(view["lastTrafficAt"].is_i64(), "{view}");
    engine.stop().await;
}
