//! `/sessions/{s}/groups`: stored reads, pages, creating and leaving.

use crate::contract::table::NO_MEMBER;
use crate::support::Gateway;
use groupdesk::gateway::whatsapp::MemberChange;
use serde_json::{Value, json};

#[tokio::test]
async fn without_a_limit_all_groups_are_listed() {
    let gateway = Gateway::start().await;
    let path = format!("{}/groups", gateway.support());
    let list = gateway.get(&path).await.ok(200);
    assert_eq!(list["nextCursor"], "");
    let groups = list["data"].as_array().unwrap();
    let jid = gateway.group("Weekend Volunteers");
    let listed = groups.iter().find(|g| g["groupJid"] == jid.as_str());
    let one = gateway
        .get(&gateway.support_group("Weekend Volunteers"))
        .await
        .ok(200);
    assert_eq!(*listed.unwrap(), one);
    assert_eq!(one["subject"], "Weekend Volunteers");
    assert!(one["description"].as_str().unwrap().contains("north gate"));
    assert_eq!(one["participantCount"], 128);
    assert_eq!(one["isAnnounce"], true);
    assert_eq!(one["isLocked"], false);
    assert_eq!(one["myRole"], "admin");
    assert!(one["ownerJid"].is_string());
    for time in ["createdAtWa", "firstSeenAt", "updatedAt"] {
        assert!(one[time].as_i64().unwrap() > 1_000_000_000_000, "{time}");
    }
    let removed = gateway
        .get(&gateway.support_group("Festival Stewards 2026"))
        .await
        .ok(200);
    assert_eq!(removed["myRole"], "none");
}

#[tokio::test]
async fn pages_contain_every_group_once() {
    let gateway = Gateway::start().await;
    let path = format!("{}/groups", gateway.support());
    let jids = |list: &Value| -> Vec<String> {
        let groups = list["data"].as_array().unwrap();
        groups
            .iter()
            .map(|g| g["groupJid"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = jids(&gateway.get(&path).await.ok(200));
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = gateway
            .get(&format!("{path}?limit=7&cursor={cursor}"))
            .await
            .ok(200);
        let some = jids(&page);
        assert!((1..=7).contains(&some.len()));
        paged.extend(some);
        page["nextCursor"].as_str().unwrap().clone_into(&mut cursor);
        if cursor.is_empty() {
            break;
        }
    }
    assert_eq!(paged.len(), all.len());
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    assert_eq!(sorted(paged), sorted(all));
    let whole = gateway.get(&format!("{path}?limit=1000")).await.ok(200);
    assert_eq!(whole["nextCursor"], "");
}

#[tokio::test]
async fn invalid_pages_are_refused() {
    let gateway = Gateway::start().await;
    let path = format!("{}/groups", gateway.support());
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limit=5&cursor=nonsense!", "cursor"),
        ("limit=5&cursor=%00", "cursor"),
    ] {
        let fields = gateway.get(&format!("{path}?{query}")).await.invalid();
        assert_eq!(fields, [field], "{query}");
    }
    gateway.get(&format!("{path}?unknown=1")).await.ok(200);
}

#[tokio::test]
async fn stored_reads_need_no_connection() {
    let gateway = Gateway::start().await;
    let old = gateway.session("Old phone");
    let path = format!("/api/v1/sessions/{old}/groups");
    let list = gateway.get(&path).await.ok(200);
    assert!(!list["data"].as_array().unwrap().is_empty());
    let founders = gateway.group("Founders");
    for rest in ["", "/members"] {
        gateway
            .get(&format!("{path}/{founders}{rest}"))
            .await
            .ok(200);
    }
    gateway
        .get(&format!("{path}/{founders}/invite"))
        .await
        .error(501, "not_implemented");
    let new = gateway.session("New phone");
    let list = gateway
        .get(&format!("/api/v1/sessions/{new}/groups"))
        .await
        .ok(200);
    assert_eq!(list, json!({ "data": [], "nextCursor": "" }));
}

#[tokio::test]
async fn a_group_is_created_listed_and_left() {
    let gateway = Gateway::start().await;
    let groups = format!("{}/groups", gateway.support());
    let jid = gateway.world.group_named("Three of us").unwrap();
    let friend = gateway.world.outsiders(&jid, 1)[0].to_string();
    let info = gateway
        .post(
            &groups,
            json!({ "name": "  Book fair ", "participants": [friend, friend] }),
        )
        .await
        .ok(201);
    assert_eq!(info["subject"], "Book fair");
    assert_eq!(info["participants"], 2);
    let group = format!("{groups}/{}", info["groupJid"].as_str().unwrap());
    let stored = gateway.get(&group).await.ok(200);
    assert_eq!(stored["myRole"], "superadmin");
    assert_eq!(stored["participantCount"], 2);
    let list = gateway.get(&groups).await.text;
    assert!(list.contains("Book fair"));
    gateway
        .post(&format!("{group}:leave"), json!({}))
        .await
        .ok(204);
    assert_eq!(gateway.get(&group).await.ok(200)["myRole"], "none");
    let alone = gateway
        .post(&groups, json!({ "name": "Alone" }))
        .await
        .ok(201);
    assert_eq!(alone["participants"], 1);
}

#[tokio::test]
async fn a_group_that_the_account_has_left_cannot_be_left_again() {
    let gateway = Gateway::start().await;
    let group = gateway.support_group("Festival Stewards 2026");
    for (method, rest) in [
        ("POST", ":leave"),
        ("GET", "/invite"),
        ("DELETE", "/invite"),
    ] {
        let reply = crate::support::Ask::new(method, &format!("{group}{rest}"))
            .to(&gateway)
            .await;
        let details = reply.error(403, "forbidden");
        assert_eq!(details["reason"], "not_in_group", "{method} {rest}");
    }
}

#[tokio::test]
async fn changes_by_others_appear_in_stored_reads() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let list = format!("{}/groups", gateway.support());
    let jid = gateway.world.group_named("Weekend Volunteers").unwrap();
    // The list is cached; the cache must be invalidated too.
    gateway.get(&list).await.ok(200);
    let phone = gateway.world.phone();
    phone.rename(&jid, "Renamed elsewhere").unwrap();
    let newcomer = gateway.world.outsiders(&jid, 1).remove(0);
    phone
        .change_member(&jid, MemberChange::Add, &newcomer)
        .unwrap();
    gateway
        .until("the change", async || {
            let group = gateway.get(&path).await.ok(200);
            (group["subject"] == "Renamed elsewhere" && group["participantCount"] == 129)
                .then_some(())
        })
        .await;
    assert!(gateway.get(&list).await.text.contains("Renamed elsewhere"));
    let members = gateway.get(&format!("{path}/members")).await.text;
    assert!(members.contains(newcomer.as_str()));
    assert!(!members.contains(NO_MEMBER));
}
