//! `/audit`: who changed what, with which outcome.

use crate::support::{Ask, Gateway, Key};
use groupdesk::api::SettingField;
use groupdesk::gateway::whatsapp::DriverError;
use groupdesk::gateway::whatsapp::sandbox::Fault;
use serde_json::{Value, json};

/// All entries, sorted by id, oldest first.
async fn log(gateway: &Gateway, query: &str) -> Vec<Value> {
    let list = gateway.get(&format!("/api/v1/audit{query}")).await.ok(200);
    let mut entries = list["data"].as_array().unwrap().clone();
    entries.sort_by_key(|entry| entry["id"].as_str().unwrap().to_owned());
    entries
}

async fn last(gateway: &Gateway) -> Value {
    log(gateway, "").await.pop().unwrap()
}

#[tokio::test]
async fn a_change_of_settings_is_recorded() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    Ask::new("PATCH", &path)
        .key(Key::Send)
        .json(&json!({ "subject": "New name", "announce": false }))
        .to(&gateway)
        .await
        .ok(204);
    let entry = last(&gateway).await;
    assert!(ulid::Ulid::from_string(entry["id"].as_str().unwrap()).is_ok());
    assert!(entry["at"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!(entry["actor"], format!("key:{}", Key::Send.id()));
    assert_eq!(entry["action"], "group.update");
    assert_eq!(entry["sessionId"], gateway.session("Support line"));
    assert_eq!(entry["groupJid"], gateway.group("New name"));
    assert_eq!(
        entry["old"],
        json!({ "subject": "Weekend Volunteers", "announce": true })
    );
    assert_eq!(
        entry["new"],
        json!({ "subject": "New name", "announce": false })
    );
    assert_eq!(entry["outcome"], "ok");
}

#[tokio::test]
async fn a_reset_is_recorded_without_its_links() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let code = |invite: &Value| {
        let link = invite["invite"].as_str().unwrap();
        link.rsplit('/').next().unwrap().to_owned()
    };
    let old = code(&gateway.get(&format!("{path}/invite")).await.ok(200));
    let new = code(&gateway.delete(&format!("{path}/invite")).await.ok(200));
    let entry = last(&gateway).await;
    assert_eq!(entry["action"], "group.invite.reset");
    assert_eq!(entry["outcome"], "ok");
    let text = entry.to_string();
    assert!(!text.contains(&old) && !text.contains(&new), "{text}");
}

#[tokio::test]
async fn failures_are_recorded_too() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let session = gateway.world.session("Support line").unwrap().session;
    gateway.world.misbehave(
        &session,
        Fault::RefuseSetting {
            field: SettingField::Locked,
            error: DriverError::NotAdmin,
        },
    );
    gateway
        .patch(&path, json!({ "subject": "Half", "locked": true }))
        .await
        .error(403, "forbidden");
    let entry = last(&gateway).await;
    assert_eq!(entry["action"], "group.update");
    assert_eq!(entry["outcome"], "not_admin");
    assert_eq!(entry["new"]["subject"], "Half");
    let volleyball = gateway.support_group("School Volleyball");
    gateway
        .delete(&format!("{volleyball}/invite"))
        .await
        .error(403, "forbidden");
    let entry = last(&gateway).await;
    assert_eq!(entry["action"], "group.invite.reset");
    assert_eq!(entry["outcome"], "not_admin");
}

#[tokio::test]
async fn every_kind_of_action_is_recorded() {
    let gateway = Gateway::start().await;
    let support = gateway.support();
    let groups = format!("{support}/groups");
    let group = gateway.support_group("Weekend Volunteers");
    let jid = gateway.world.group_named("Weekend Volunteers").unwrap();
    let ann = gateway.world.outsiders(&jid, 1).remove(0).to_string();
    let door = "ועד הבית – הרצל 12";
    let mut waiting = gateway
        .world
        .requests(&gateway.world.group_named(door).unwrap())
        .into_iter();
    let (waiting, second) = (waiting.next().unwrap(), waiting.next().unwrap());
    let invite = gateway.get(&format!("{group}/invite")).await.ok(200);
    let no = json!({});
    let one = |lid: &str| json!({ "participants": [lid] });
    let new = format!("/api/v1/sessions/{}", gateway.session("New phone"));
    let steps: Vec<(&str, String, Value, &str)> = vec![
        (
            "POST",
            format!("{group}/members"),
            one(&ann),
            "group.members.add",
        ),
        (
            "POST",
            format!("{group}/members/{ann}/promote"),
            no.clone(),
            "group.members.promote",
        ),
        (
            "POST",
            format!("{group}/members/{ann}/demote"),
            no.clone(),
            "group.members.demote",
        ),
        (
            "DELETE",
            format!("{group}/members/{ann}"),
            no.clone(),
            "group.members.remove",
        ),
        (
            "POST",
            format!("{}/members:approve", gateway.support_group(door)),
            one(waiting.as_str()),
            "group.members.approve",
        ),
        (
            "POST",
            format!("{}/requests/{second}/reject", gateway.support_group(door)),
            no.clone(),
            "group.members.reject",
        ),
        (
            "DELETE",
            format!("{group}/invite"),
            no.clone(),
            "group.invite.reset",
        ),
        (
            "POST",
            groups.clone(),
            json!({ "name": "Made" }),
            "group.create",
        ),
        ("POST", format!("{groups}:join"), invite, "group.join"),
        ("POST", format!("{group}:leave"), no.clone(), "group.leave"),
        (
            "POST",
            format!("{support}:stop"),
            no.clone(),
            "session.stop",
        ),
        (
            "POST",
            format!("{support}:start"),
            no.clone(),
            "session.start",
        ),
        (
            "POST",
            format!("{support}:restart"),
            no.clone(),
            "session.restart",
        ),
        (
            "POST",
            format!("{support}:logout"),
            no.clone(),
            "session.logout",
        ),
        (
            "POST",
            format!("{new}/pairing-code"),
            json!({ "phone": "447700900953" }),
            "session.pair",
        ),
        (
            "POST",
            "/api/v1/sessions".to_owned(),
            no.clone(),
            "session.create",
        ),
        (
            "PATCH",
            support.clone(),
            json!({ "label": "Sales" }),
            "session.update",
        ),
        ("DELETE", support.clone(), no.clone(), "session.delete"),
        (
            "POST",
            "/api/v1/keys".to_owned(),
            json!({ "capabilities": ["read"] }),
            "key.create",
        ),
    ];
    for (method, path, body, action) in steps {
        let reply = Ask::new(method, &path).json(&body).to(&gateway).await;
        let expected = if action == "group.join" {
            // The link was reset before: a refusal is recorded as well.
            assert_eq!(reply.status, 400, "{action}: {}", reply.text);
            "dead_invite"
        } else {
            assert!(reply.status < 300, "{action}: {}", reply.text);
            "ok"
        };
        let entries = log(&gateway, "").await;
        let entry = entries
            .iter()
            .rev()
            .find(|entry| entry["action"] == action)
            .unwrap_or_else(|| panic!("no line for {action}"));
        assert_eq!(entry["outcome"], expected, "{entry}");
        assert_eq!(entry["actor"], format!("key:{}", Key::All.id()), "{entry}");
        assert!(!entry.to_string().contains("wa_"), "a secret: {entry}");
    }
}

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let gateway = Gateway::start().await;
    for name in [
        "Weekend Volunteers",
        "Incident Bridge 🚨",
        "Weekend Volunteers",
    ] {
        let group = gateway.support_group(name);
        gateway.delete(&format!("{group}/invite")).await.ok(200);
    }
    let group = gateway.group("Weekend Volunteers");
    let session = gateway.session("Support line");
    let encoded = group.replace('@', "%40");
    assert_eq!(log(&gateway, &format!("?group={encoded}")).await.len(), 2);
    assert_eq!(
        log(&gateway, &format!("?group={group}&limit=1"))
            .await
            .len(),
        1
    );
    assert!(log(&gateway, &format!("?session={session}")).await.len() >= 3);
    let sales = gateway.session("Sales");
    assert_eq!(
        log(&gateway, &format!("?session={sales}&group={group}"))
            .await
            .len(),
        0
    );
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = gateway
            .get(&format!("/api/v1/audit?limit=1&cursor={cursor}"))
            .await
            .ok(200);
        let entries = page["data"].as_array().unwrap();
        ids.extend(entries.iter().map(|e| e["id"].as_str().unwrap().to_owned()));
        page["nextCursor"].as_str().unwrap().clone_into(&mut cursor);
        if cursor.is_empty() {
            break;
        }
    }
    let all = log(&gateway, "").await;
    assert_eq!(ids.len(), all.len());
    let fields = gateway.get("/api/v1/audit?group=x").await.invalid();
    assert_eq!(fields, ["group"]);
    let fields = gateway.get("/api/v1/audit?limit=0").await.invalid();
    assert_eq!(fields, ["limit"]);
}

#[tokio::test]
async fn the_log_of_another_organization_is_not_visible() {
    let gateway = Gateway::start().await;
    let group = gateway.support_group("Weekend Volunteers");
    gateway.delete(&format!("{group}/invite")).await.ok(200);
    let session = gateway.session("Support line");
    for query in ["", &format!("?session={session}")] {
        let list = Ask::get(&format!("/api/v1/audit{query}"))
            .key(Key::Other)
            .to(&gateway)
            .await;
        assert!(!list.text.contains(&session), "{}", list.text);
        assert!(!list.text.contains("invite.reset"), "{}", list.text);
    }
}

/// The hash of an entry, by the description in docs/scripts.md and without the program's own code: the
/// members of `Value` are sorted and written without spaces, and all names here are ASCII.
fn hash(entry: &Value, previous: &str) -> String {
    let mut covered = entry.clone();
    let members = covered.as_object_mut().unwrap();
    members.remove("hash");
    members.insert("previous".to_owned(), json!(previous));
    let digest = ring::digest::digest(&ring::digest::SHA256, covered.to_string().as_bytes());
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

#[tokio::test]
async fn the_hashes_can_be_computed_from_the_answers() {
    let gateway = Gateway::start().await;
    let zeros = "0".repeat(64);
    let empty = gateway.get("/api/v1/audit/head").await.ok(200);
    let path = gateway.support_group("Weekend Volunteers");
    for subject in [
        "Ünïcode \u{1f600} \"quoted\" \\ / \u{200d}",
        "Weekend Volunteers",
    ] {
        let change = json!({ "subject": subject, "announce": false });
        gateway.patch(&path, change).await.ok(204);
    }
    gateway.delete(&format!("{path}/invite")).await.ok(200);
    let entries = log(&gateway, "").await;
    assert_eq!(entries.len(), 3);
    let owner = &entries[0]["organizationId"];
    assert!(owner.is_string());
    assert_eq!(empty, json!({ "organizationId": owner, "hash": zeros }));
    let mut previous = zeros;
    for entry in &entries {
        previous = hash(entry, &previous);
        assert_eq!(entry["hash"], previous, "{entry}");
    }
    let head = gateway.get("/api/v1/audit/head").await.ok(200);
    let id = &entries[2]["id"];
    assert_eq!(
        head,
        json!({ "organizationId": owner, "id": id, "hash": previous })
    );
    let head = Ask::get("/api/v1/audit/head").key(Key::Other);
    let others = head.to(&gateway).await.ok(200);
    assert_eq!(
        others.get("id"),
        None,
        "each organization has a chain of its own"
    );
}

#[tokio::test]
async fn recent_entries_are_not_removed() {
    let gateway = Gateway::start().await;
    let trim = async |body: Value| {
        let ask = Ask::post("/api/v1/audit:trim").json(&body);
        ask.to(&gateway).await
    };
    let week = 7 * 24 * 60 * 60 * 1000;
    let now = jiff::Timestamp::now().as_millisecond();
    for body in [
        json!({ "before": now - week + 60_000 }),
        json!({ "before": -1 }),
        json!({ "before": "yesterday" }),
        json!({}),
        json!({ "before": 1, "after": 2 }),
    ] {
        let fields = trim(body.clone()).await.invalid();
        assert!(!fields.is_empty(), "{body}");
    }
    let done = trim(json!({ "before": now - week - 60_000 })).await.ok(200);
    assert_eq!(done, json!({ "removed": 0 }));
}
