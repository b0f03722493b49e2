//! `/sessions/{s}/groups/{gid}/members`.

use crate::contract::table::{NO_GROUP, NO_MEMBER};
use crate::support::{Ask, Gateway, Key, Stream};
use groupdesk::gateway::domain::MemberJid;
use groupdesk::gateway::whatsapp::MemberChange;
use serde_json::{Value, json};
use std::fmt::Write as _;

async fn role(gateway: &Gateway, group: &str, lid: &str) -> Option<Value> {
    let list = gateway.get(&format!("{group}/members")).await.ok(200);
    let members = list["data"].as_array().unwrap();
    let member = members.iter().find(|member| member["lid"] == lid)?;
    Some(member["role"].clone())
}

#[tokio::test]
async fn members_are_listed_with_all_their_fields() {
    let gateway = Gateway::start().await;
    let group = gateway.support_group("Community Announcements");
    let list = gateway.get(&format!("{group}/members")).await.ok(200);
    assert_eq!(list["nextCursor"], "");
    let members = list["data"].as_array().unwrap();
    assert_eq!(members.len(), 1024);
    let me = gateway.get(&gateway.support()).await.ok(200)["waLid"].clone();
    let mine = members.iter().find(|member| member["lid"] == me).unwrap();
    assert_eq!(mine["role"], "admin");
    assert_eq!(mine["sessionId"], gateway.session("Support line"));
    assert_eq!(mine["groupJid"], gateway.group("Community Announcements"));
    assert!(!mine["id"].as_str().unwrap().is_empty());
    for time in ["firstSeenAt", "lastSeenAt"] {
        assert!(mine[time].as_i64().unwrap() > 1_600_000_000_000);
    }
}

/// Every member with a name of the first group, once the names are stored.
async fn named(gateway: &Gateway) -> Vec<Value> {
    let group = gateway.support_group("Community Announcements");
    gateway
        .until("the members' names", || async {
            let list = gateway.get(&format!("{group}/members")).await.ok(200);
            let mut members = list["data"].as_array().unwrap().clone();
            members.retain(|member| member["name"].is_string());
            (!members.is_empty()).then_some(members)
        })
        .await
}

#[tokio::test]
async fn members_have_names_and_numbers_where_they_are_known() {
    let gateway = Gateway::start().await;
    let named = named(&gateway).await;
    let group = gateway.support_group("Community Announcements");
    let list = gateway.get(&format!("{group}/members")).await.ok(200);
    let members = list["data"].as_array().unwrap();
    let numbers = members.iter().filter_map(|one| one["phoneNumber"].as_str());
    let numbers: Vec<&str> = numbers.collect();
    assert!(
        numbers
            .iter()
            .all(|number| number.bytes().all(|b| b.is_ascii_digit()))
    );
    for known in [named.len(), numbers.len()] {
        assert!((700..1024).contains(&known), "{known} of 1024");
    }
    let me = gateway.get(&gateway.support()).await.ok(200);
    let mine = members.iter().find(|member| member["lid"] == me["waLid"]);
    assert_eq!(mine.unwrap()["phoneNumber"], me["phoneNumber"]);
}

#[tokio::test]
async fn members_of_all_groups_of_the_organization_are_found() {
    let gateway = Gateway::start().await;
    let named = named(&gateway).await;
    let one = named.iter().find(|one| one["phoneNumber"].is_string());
    let one = one.unwrap();
    let text = |field: &str| one[field].as_str().unwrap();
    let find = async |query: &str| {
        let path = format!("/api/v1/members?query={}", urlencoding(query));
        gateway.get(&path).await.ok(200)
    };
    for query in [
        text("name").to_uppercase(),
        format!("+{}", text("phoneNumber")),
        text("lid").to_owned(),
    ] {
        let list = find(&query).await;
        assert_eq!(list["nextCursor"], "");
        let found = list["data"].as_array().unwrap();
        let wanted = found.iter().find(|found| {
            found["lid"] == one["lid"]
                && found["groupJid"] == one["groupJid"]
                && found["sessionId"] == one["sessionId"]
        });
        let wanted = wanted.unwrap_or_else(|| panic!("{query} finds {found:?}"));
        assert_eq!(wanted["name"], one["name"], "{query}");
        assert_eq!(wanted["phoneNumber"], one["phoneNumber"], "{query}");
    }
    assert_eq!(find("lid").await["data"].as_array().unwrap().len(), 200);
    assert_eq!(find("no such person").await["data"], json!([]));
    // Another organization's members are not found.
    let own = gateway.get("/api/v1/sessions").await.ok(200);
    let own: Vec<&Value> = own["data"].as_array().unwrap().iter().collect();
    let found = find(text("lid")).await;
    for found in found["data"].as_array().unwrap() {
        assert!(
            own.iter()
                .any(|session| session["id"] == found["sessionId"])
        );
    }
    let other = Ask::get(&format!("/api/v1/members?query={}", text("lid")))
        .key(Key::Other)
        .to(&gateway)
        .await
        .ok(200);
    for found in other["data"].as_array().unwrap() {
        assert!(
            !own.iter()
                .any(|session| session["id"] == found["sessionId"])
        );
    }
}

#[tokio::test]
async fn members_are_found_by_2_to_100_characters() {
    let gateway = Gateway::start().await;
    let long = "a".repeat(101);
    for query in [
        "",
        "?query=",
        "?query=a",
        "?query=%20a%20",
        "?query=ab&query=cd",
    ] {
        let fields = gateway
            .get(&format!("/api/v1/members{query}"))
            .await
            .invalid();
        assert_eq!(fields, ["query"], "{query}");
    }
    let path = format!("/api/v1/members?query={long}");
    assert_eq!(gateway.get(&path).await.invalid(), ["query"]);
    gateway.get(&path[..path.len() - 1]).await.ok(200);
}

fn urlencoding(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        write!(encoded, "%{byte:02X}").unwrap();
    }
    encoded
}

#[tokio::test]
async fn a_member_is_added_promoted_demoted_and_removed() {
    let gateway = Gateway::start().await;
    let group = gateway.support_group("Weekend Volunteers");
    let jid = gateway.world.group_named("Weekend Volunteers").unwrap();
    let people = gateway.world.outsiders(&jid, 2);
    let (ann, ben) = (people[0].as_str(), people[1].as_str());
    gateway
        .post(
            &format!("{group}/members"),
            json!({ "participants": [ann, ben] }),
        )
        .await
        .ok(204);
    assert_eq!(role(&gateway, &group, ann).await.unwrap(), "member");
    assert_eq!(role(&gateway, &group, ben).await.unwrap(), "member");
    let one = format!("{group}/members/{}", ann.replace('@', "%40"));
    for (verb, expected) in [("promote", "admin"), ("demote", "member")] {
        gateway
            .post(&format!("{one}/{verb}"), json!({}))
            .await
            .ok(204);
        assert_eq!(role(&gateway, &group, ann).await.unwrap(), expected);
    }
    for _ in 0..2 {
        gateway.delete(&one).await.ok(204);
        assert_eq!(role(&gateway, &group, ann).await, None);
    }
    assert_eq!(gateway.get(&group).await.ok(200)["participantCount"], 129);
}

#[tokio::test]
async fn each_of_several_members_has_its_own_outcome() {
    let gateway = Gateway::start().await;
    let group = gateway.support_group("Weekend Volunteers");
    let jid = gateway.world.group_named("Weekend Volunteers").unwrap();
    let ann = gateway.world.outsiders(&jid, 1).remove(0).to_string();
    let details = gateway
        .post(
            &format!("{group}/members"),
            json!({ "participants": [ann, NO_MEMBER] }),
        )
        .await
        .error(403, "forbidden");
    assert_eq!(details["applied"], json!([ann]));
    assert_eq!(details["failed"][0]["jid"], NO_MEMBER);
    assert_eq!(role(&gateway, &group, &ann).await.unwrap(), "member");
    // An existing member is a conflict.
    let details = gateway
        .post(
            &format!("{group}/members"),
            json!({ "participants": [ann] }),
        )
        .await
        .error(409, "conflict");
    assert_eq!(details["reason"], "conflict");
}

#[tokio::test]
async fn only_admins_change_members() {
    let gateway = Gateway::start().await;
    let group = gateway.support_group("School Volleyball");
    let body = json!({ "participants": [NO_MEMBER] });
    for (method, rest) in [
        ("POST", "/members".to_owned()),
        ("POST", "/members:approve".to_owned()),
        ("DELETE", format!("/members/{NO_MEMBER}")),
        ("POST", format!("/members/{NO_MEMBER}/promote")),
        ("POST", format!("/members/{NO_MEMBER}/demote")),
    ] {
        let ask = Ask::new(method, &format!("{group}{rest}")).json(&body);
        let details = ask.to(&gateway).await.error(403, "forbidden");
        assert_eq!(details["reason"], "not_admin", "{method} {rest}");
    }
}

#[tokio::test]
async fn join_requests_are_approved() {
    let gateway = Gateway::start().await;
    let name = "ועד הבית – הרצל 12";
    let group = gateway.support_group(name);
    let jid = gateway.world.group_named(name).unwrap();
    let waiting = gateway.world.requests(&jid);
    assert!(waiting.len() >= 2);
    let lids: Vec<_> = waiting.iter().take(2).map(MemberJid::as_str).collect();
    gateway
        .post(
            &format!("{group}/members:approve"),
            json!({ "participants": lids }),
        )
        .await
        .ok(204);
    for lid in lids {
        assert_eq!(role(&gateway, &group, lid).await.unwrap(), "member");
    }
    gateway
        .post(
            &format!("{group}/members:approve"),
            json!({ "participants": [NO_MEMBER] }),
        )
        .await
        .error(403, "forbidden");
}

#[tokio::test]
async fn how_members_came_is_published_and_kept() {
    let gateway = Gateway::start().await;
    let mut stream = Stream::open(&gateway, Key::Events, json!({})).await;
    let support = gateway.session("Support line");
    let (name, asking) = ("Weekend Volunteers", "ועד הבית – הרצל 12");
    let jid = gateway.world.group_named(name).unwrap();
    let people = gateway.world.outsiders(&jid, 2);
    let asking_jid = gateway.world.group_named(asking).unwrap();
    let requests = gateway.world.requests(&asking_jid);
    let body = |who: &MemberJid| json!({ "participants": [who.as_str()] });
    let (group, asking) = (gateway.support_group(name), gateway.support_group(asking));

    let phone = gateway.world.phone();
    phone.join(&jid, &people[0]).unwrap();
    let event = stream
        .event_of("group.participant", &support, jid.as_str())
        .await;
    assert_eq!(event["payload"]["join"], json!([people[0].as_str()]));
    assert_eq!(event["payload"]["via"], "link");
    let members = format!("{group}/members");
    gateway.post(&members, body(&people[1])).await.ok(204);
    let event = stream
        .event_of("group.participant", &support, jid.as_str())
        .await;
    assert_eq!(event["payload"]["via"], "added");
    let approve = format!("{asking}/members:approve");
    gateway.post(&approve, body(&requests[0])).await.ok(204);
    let approve = MemberChange::Approve;
    phone
        .change_member(&asking_jid, approve, &requests[1])
        .unwrap();
    for who in &requests[..2] {
        let of = asking_jid.as_str();
        let event = stream.event_of("group.participant", &support, of).await;
        assert_eq!(event["payload"]["join"], json!([who.as_str()]));
        assert_eq!(event["payload"]["via"], "approved");
    }
    // The list that follows does not say it.
    let one = format!("{group}/members/{}", people[0].as_str().replace('@', "%40"));
    gateway
        .post(&format!("{one}/promote"), json!({}))
        .await
        .ok(204);
    for (group, who, via) in [
        (&group, &people[0], json!("link")),
        (&group, &people[1], json!("added")),
        (&asking, &requests[0], json!("approved")),
        (&asking, &requests[1], json!("approved")),
    ] {
        let list = gateway.get(&format!("{group}/members")).await.ok(200);
        let members = list["data"].as_array().unwrap();
        let member = members.iter().find(|member| member["lid"] == who.as_str());
        assert_eq!(member.unwrap()["joinedVia"], via);
        let others = members
            .iter()
            .filter(|member| member.get("joinedVia").is_none());
        assert_eq!(
            others.count(),
            members.len() - 2,
            "the first import says nothing"
        );
    }
}

#[tokio::test]
async fn join_requests_are_listed_and_decided_one_by_one() {
    let gateway = Gateway::start().await;
    let name = "ועד הבית – הרצל 12";
    let group = gateway.support_group(name);
    let jid = gateway.world.group_named(name).unwrap();
    let waiting = gateway.world.requests(&jid);
    let (ann, ben) = (waiting[0].as_str(), waiting[1].as_str());

    let list = gateway.get(&format!("{group}/requests")).await.ok(200);
    assert_eq!(list["nextCursor"], "");
    let listed: Vec<_> = list["data"].as_array().unwrap().iter().collect();
    assert_eq!(listed.len(), waiting.len());
    assert_eq!(listed[0]["jid"], ann);

    for (lid, verb) in [(ann, "approve"), (ben, "reject")] {
        let one = format!("{group}/requests/{}/{verb}", lid.replace('@', "%40"));
        gateway.post(&one, json!({})).await.ok(204);
    }
    assert_eq!(role(&gateway, &group, ann).await.unwrap(), "member");
    assert_eq!(role(&gateway, &group, ben).await, None);
    let list = gateway.get(&format!("{group}/requests")).await.ok(200);
    assert_eq!(list["data"].as_array().unwrap().len(), waiting.len() - 2);
    // No request is pending any more.
    gateway
        .post(&format!("{group}/requests/{ben}/approve"), json!({}))
        .await
        .error(403, "forbidden");
}

#[tokio::test]
async fn requests_of_all_groups_are_stored_and_published() {
    let gateway = Gateway::start().await;
    let mut stream = Stream::open(&gateway, Key::Events, json!({})).await;
    let support = gateway.session("Support line");
    let name = "ועד הבית – הרצל 12";
    let group = gateway.support_group(name);
    let jid = gateway.world.group_named(name).unwrap();
    let waiting = gateway.world.requests(&jid);
    let listed = gateway.get(&format!("{group}/requests")).await.ok(200);
    let of_group = async || -> Vec<Value> {
        let list = gateway.get("/api/v1/requests").await.ok(200);
        let rows = list["data"].as_array().unwrap().iter();
        rows.filter(|row| row["groupJid"] == jid.as_str())
            .cloned()
            .collect()
    };
    let stored = of_group().await;
    assert_eq!(stored.len(), waiting.len());
    assert_eq!(stored[0]["sessionId"], support.as_str());
    let others = Ask::get("/api/v1/requests").key(Key::Other);
    let others = others.to(&gateway).await.ok(200).to_string();
    assert!(!others.contains(support.as_str()), "{others}");
    for (row, one) in stored.iter().zip(listed["data"].as_array().unwrap()) {
        for field in ["jid", "name", "phoneNumber", "requestedAt"] {
            assert_eq!(row.get(field), one.get(field), "{field}");
        }
    }
    assert!(stored.iter().any(|row| row.get("name").is_some()));

    let newcomer = gateway.world.outsiders(&jid, 1).remove(0);
    let about_newcomer = async |stream: &mut Stream| loop {
        let event = stream
            .event_of("group.request", &support, jid.as_str())
            .await;
        if event["payload"]["jid"] == newcomer.as_str() {
            return event["payload"].clone();
        }
    };
    let phone = gateway.world.phone();
    phone.join(&jid, &newcomer).unwrap();
    let event = about_newcomer(&mut stream).await;
    assert_eq!(event.get("outcome"), None);
    assert_eq!(of_group().await.len(), waiting.len() + 1);
    phone.withdraw(&jid, &newcomer).unwrap();
    let event = about_newcomer(&mut stream).await;
    assert_eq!(event["outcome"], "withdrawn");
    phone.join(&jid, &newcomer).unwrap();
    about_newcomer(&mut stream).await;
    let one = newcomer.as_str().replace('@', "%40");
    gateway
        .post(&format!("{group}/requests/{one}/reject"), json!({}))
        .await
        .ok(204);
    let event = about_newcomer(&mut stream).await;
    assert_eq!(event["outcome"], "rejected");
    assert_eq!(of_group().await.len(), waiting.len());
}

#[tokio::test]
async fn join_requests_need_an_admin_and_an_existing_group() {
    let gateway = Gateway::start().await;
    let group = gateway.support_group("School Volleyball");
    let nowhere = format!("{}/groups/{NO_GROUP}", gateway.support());
    for (method, rest) in [
        ("GET", "/requests".to_owned()),
        ("POST", format!("/requests/{NO_MEMBER}/approve")),
        ("POST", format!("/requests/{NO_MEMBER}/reject")),
    ] {
        let ask = Ask::new(method, &format!("{group}{rest}"));
        let details = ask.to(&gateway).await.error(403, "forbidden");
        assert_eq!(details["reason"], "not_admin", "{method} {rest}");
        let ask = Ask::new(method, &format!("{nowhere}{rest}"));
        ask.to(&gateway).await.error(404, "not_found");
    }
}
