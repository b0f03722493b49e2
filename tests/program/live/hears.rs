//! Events of real accounts on the realtime stream.

use super::house::House;
use super::sessions::groups_of;
use groupdesk::gateway::whatsapp::MemberChange;
use reqwest::Method;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pairing_and_changes_made_elsewhere_are_published() {
    let house = House::new(None).await;
    let (support, new) = (house.support().session, House::new_phone().session);
    let engine = house.engine().await;
    let desk = &engine.desk;
    desk.until_complete(&support, groups_of(&house, &support))
        .await;
    let mut stream = desk.listen().await;

    let started = desk.ask(Method::POST, &new, ":start", None).await;
    assert_eq!(started.unwrap().status(), 200);
    let event = stream.next("auth.qr", &new).await;
    house.server.scan(event["code"].as_str().unwrap()).unwrap();
    let event = stream.next("auth.code", &new).await;
    let jid = event["jid"].as_str().unwrap();
    assert!(jid.ends_with("@s.whatsapp.net"), "{jid}");

    let group = house.group("Weekend Volunteers");
    house.world.phone().rename(&group, "Weekday Crew").unwrap();
    let event = stream.next("group.update", &support).await;
    assert_eq!(event["groupJid"], group.as_str());
    assert_eq!(event["subject"], "Weekday Crew");

    let person = house.world.outsiders(&group, 1).remove(0);
    let phone = house.world.phone();
    phone
        .change_member(&group, MemberChange::Add, &person)
        .unwrap();
    let event = stream.next("group.participant", &support).await;
    assert_eq!(event["groupJid"], group.as_str());
    assert_eq!(event["join"][0], person.as_str());

    house.world.phone().reset_invite(&group).unwrap();
    let event = stream.next("group.update", &support).await;
    assert_eq!(event["reason"], "invite_reset");
    engine.stop().await;
}
