//! Opening hours: setting, applying, listing and removing them.

use crate::support::{Ask, Gateway, Key};
use serde_json::{Value, json};

/// A time zone in which the group is open one minute of a day three days away.
fn closed_now() -> Value {
    let now = jiff::Timestamp::now();
    let there = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let day = (there.weekday().to_monday_zero_offset() + 3) % 7;
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    json!({
        "zone": "utc",
        "rules": [{ "days": [days[day as usize]], "open": "12:00", "close": "12:01" }],
    })
}

fn put(path: &str, body: &Value) -> Ask {
    Ask::new("PUT", &format!("{path}/schedule")).json(body)
}

#[tokio::test]
async fn opening_hours_are_set_applied_listed_and_removed() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let open = json!({ "announce": false });
    gateway.patch(&path, open.clone()).await.ok(204);
    let none = gateway.get(&format!("{path}/schedule")).await.ok(200);
    assert_eq!(none, json!({ "rules": [] }));
    let body = closed_now();
    let set = put(&path, &body).key(Key::Send).to(&gateway).await.ok(200);
    assert_eq!(set["zone"], "UTC");
    assert_eq!(set["rules"], body["rules"]);
    assert_eq!(set["isOpen"], false);
    let next = set["nextChangeAt"].as_i64().unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    assert!(next > now && next < now + 4 * 86_400_000, "{next}");
    // Closed now, so the gateway closes it.
    gateway
        .until("a closed group", async || {
            let group = gateway.get(&path).await.ok(200);
            (group["isAnnounce"] == true).then_some(())
        })
        .await;
    let stored = gateway
        .until("an outcome", async || {
            let stored = gateway.get(&format!("{path}/schedule")).await.ok(200);
            stored.get("lastOutcome").is_some().then_some(stored)
        })
        .await;
    assert_eq!(stored["lastOutcome"]["outcome"], "ok");
    assert_eq!(stored["lastOutcome"]["announce"], true);
    let log = gateway.get("/api/v1/audit").await.ok(200);
    let of_action = |action: &str| {
        let entries = log["data"].as_array().unwrap().iter();
        let mut fitting = entries.filter(|entry| entry["action"] == action);
        fitting.next().unwrap().clone()
    };
    let closed = of_action("group.update");
    assert_eq!(closed["actor"], "schedule");
    assert_eq!(closed["new"], json!({ "announce": true }));
    let ordered = of_action("group.schedule.set");
    assert_eq!(ordered["actor"], format!("key:{}", Key::Send.id()));
    assert_eq!(ordered["new"]["zone"], "UTC");
    // A change by hand holds.
    gateway.patch(&path, open).await.ok(204);

    let listed = gateway.get("/api/v1/schedules").await.ok(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        listed["data"][0]["groupJid"],
        gateway.group("Weekend Volunteers")
    );
    assert_eq!(listed["data"][0]["zone"], "UTC");
    let others = Ask::get("/api/v1/schedules").key(Key::Other);
    assert_eq!(others.to(&gateway).await.ok(200)["data"], json!([]));
    for _ in 0..2 {
        gateway.delete(&format!("{path}/schedule")).await.ok(204);
    }
    let none = gateway.get(&format!("{path}/schedule")).await.ok(200);
    assert_eq!(none, json!({ "rules": [] }));
}

#[tokio::test]
async fn opening_hours_that_make_no_sense_are_refused() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let rule = json!({ "days": ["mon"], "open": "08:00", "close": "22:00" });
    let with = |name: &str, value: Value| {
        let mut changed = rule.clone();
        changed[name] = value;
        json!({ "zone": "UTC", "rules": [changed] })
    };
    for (body, fields) in [
        (json!({}), vec!["zone", "rules"]),
        (
            json!({ "zone": "Mars/Base", "rules": [rule] }),
            vec!["zone"],
        ),
        (json!({ "zone": 1, "rules": [rule] }), vec!["zone"]),
        (json!({ "zone": "UTC", "rules": [] }), vec!["rules"]),
        (json!({ "zone": "UTC", "rules": "mon" }), vec!["rules"]),
        (
            json!({ "zone": "UTC", "rules": [rule, rule] }),
            vec!["rules[1]"],
        ),
        (
            json!({ "zone": "UTC", "rules": [rule], "on": true }),
            vec!["on"],
        ),
        (with("days", json!([])), vec!["rules[0]"]),
        (with("days", json!(["mon", "mon"])), vec!["rules[0]"]),
        (with("days", json!(["someday"])), vec!["rules"]),
        (with("open", json!("25:00")), vec!["rules[0]"]),
        (with("close", json!("08:00")), vec!["rules[0]"]),
        (with("close", json!(8)), vec!["rules"]),
        (with("extra", json!(8)), vec!["rules"]),
    ] {
        let refused = put(&path, &body).to(&gateway).await.invalid();
        assert_eq!(refused, fields, "{body}");
    }
    let none = gateway.get(&format!("{path}/schedule")).await.ok(200);
    assert_eq!(none, json!({ "rules": [] }));
}
