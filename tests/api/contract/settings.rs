//! `PATCH /sessions/{s}/groups/{gid}`.

use crate::support::Gateway;
use groupdesk::api::SettingField;
use groupdesk::gateway::whatsapp::DriverError;
use groupdesk::gateway::whatsapp::sandbox::Fault;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn each_setting_and_all_together_are_read_back_at_once() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let list = format!("{}/groups", gateway.support());
    for body in [
        json!({ "subject": "  Weekend Volunteers 2027  " }),
        json!({ "description": "Meet at nine.\nBring gloves. 🧤" }),
        json!({ "announce": false }),
        json!({ "locked": true }),
        json!({ "description": "" }),
        json!({ "subject": "x".repeat(100), "description": "é".repeat(2048), "announce": true, "locked": false }),
    ] {
        gateway.get(&list).await.ok(200);
        gateway.patch(&path, body.clone()).await.ok(204);
        let group = gateway.get(&path).await.ok(200);
        for (field, stored) in [
            ("subject", "subject"),
            ("description", "description"),
            ("announce", "isAnnounce"),
            ("locked", "isLocked"),
        ] {
            match body.get(field) {
                Some(value) if value == "" => {
                    assert!(matches!(group[stored].as_str(), None | Some("")), "{group}");
                }
                Some(value) if value.is_string() => {
                    assert_eq!(group[stored], value.as_str().unwrap().trim());
                }
                Some(value) => assert_eq!(group[stored], *value),
                None => {}
            }
        }
        let listed = gateway.get(&list).await.ok(200);
        let listed = listed["data"].as_array().unwrap().iter();
        assert!({ listed }.any(|other| *other == group), "the list is stale");
    }
}

#[tokio::test]
async fn invalid_bodies_change_nothing() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let before = gateway.get(&path).await.ok(200);
    for (body, fields) in [
        (json!({}), vec![""]),
        (json!(null), vec![""]),
        (json!([]), vec![""]),
        (json!({ "subject": null }), vec!["subject"]),
        (json!({ "subject": "" }), vec!["subject"]),
        (json!({ "subject": " \n" }), vec!["subject"]),
        (json!({ "subject": "x".repeat(101) }), vec!["subject"]),
        (json!({ "subject": "Book\u{0}club" }), vec!["subject"]),
        (json!({ "subject": "Book\nclub" }), vec!["subject"]),
        (json!({ "subject": "Book\u{2028}club" }), vec!["subject"]),
        (json!({ "subject": "Book\u{1b}[2Jclub" }), vec!["subject"]),
        (json!({ "subject": "Book\u{9b}club" }), vec!["subject"]),
        (
            json!({ "subject": "\u{200b}\u{200d}\u{feff}" }),
            vec!["subject"],
        ),
        (
            json!({ "subject": "\u{202e}\u{2066} \u{2069}" }),
            vec!["subject"],
        ),
        (json!({ "subject": 1 }), vec!["subject"]),
        (
            json!({ "description": "x".repeat(2049) }),
            vec!["description"],
        ),
        (json!({ "description": null }), vec!["description"]),
        (json!({ "announce": "true" }), vec!["announce"]),
        (json!({ "locked": 0 }), vec!["locked"]),
        (
            json!({ "subject": "Valid", "isLocked": true }),
            vec!["isLocked"],
        ),
        (
            json!({ "subject": "Valid", "locked": null }),
            vec!["locked"],
        ),
    ] {
        let found = gateway.patch(&path, body.clone()).await.invalid();
        assert_eq!(found, fields, "{body}");
    }
    assert_eq!(gateway.get(&path).await.ok(200), before);
}

#[tokio::test]
async fn members_may_change_the_info_of_an_unlocked_group() {
    let gateway = Gateway::start().await;
    let open = gateway.support_group("School Volleyball");
    gateway
        .patch(&open, json!({ "subject": "School volleyball" }))
        .await
        .ok(204);
    gateway
        .patch(&open, json!({ "description": "Gym C." }))
        .await
        .ok(204);
    for body in [json!({ "announce": true }), json!({ "locked": true })] {
        let details = gateway.patch(&open, body).await.error(403, "forbidden");
        assert_eq!(details["reason"], "not_admin");
    }
    let locked = gateway.support_group("Родительский комитет 7Б");
    for body in [
        json!({ "subject": "New" }),
        json!({ "description": "New" }),
        json!({ "locked": false }),
    ] {
        let details = gateway.patch(&locked, body).await.error(403, "forbidden");
        assert_eq!(details["reason"], "not_admin");
    }
    let details = gateway
        .patch(
            &gateway.support_group("Festival Stewards 2026"),
            json!({ "subject": "New" }),
        )
        .await
        .error(403, "forbidden");
    assert_eq!(details["reason"], "not_in_group");
    let details = gateway
        .patch(
            &gateway.support_group("Riverside Community"),
            json!({ "announce": true }),
        )
        .await
        .error(403, "forbidden");
    assert_eq!(details["reason"], "refused");
}

#[tokio::test]
async fn a_patch_that_fails_partway_reports_its_progress() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let session = gateway.world.session("Support line").unwrap().session;
    gateway.world.misbehave(
        &session,
        Fault::RefuseSetting {
            field: SettingField::Announce,
            error: DriverError::NotAdmin,
        },
    );
    let reply = gateway
        .patch(
            &path,
            json!({ "locked": true, "announce": false, "subject": "Half", "description": "way" }),
        )
        .await;
    let details = reply.error(403, "forbidden");
    assert_eq!(details["applied"], json!(["subject", "description"]));
    assert_eq!(details["failed"], "announce");
    assert_eq!(details["notAttempted"], json!(["locked"]));
    assert_eq!(details["reason"], "not_admin");
    let group = gateway.get(&path).await.ok(200);
    assert_eq!(group["subject"], "Half");
    assert_eq!(group["description"], "way");
    assert_eq!(group["isAnnounce"], true);
    assert_eq!(group["isLocked"], false);
    // The remaining fields can be sent again.
    gateway.world.clear_faults(&session);
    gateway
        .patch(&path, json!({ "announce": false, "locked": true }))
        .await
        .ok(204);
}

#[tokio::test]
async fn a_patch_whose_first_setting_fails_applies_nothing() {
    let gateway = Gateway::start().await;
    let path = gateway.support_group("Weekend Volunteers");
    let session = gateway.world.session("Support line").unwrap().session;
    gateway.world.misbehave(
        &session,
        Fault::RateLimit {
            calls: 1,
            retry_after: Duration::from_millis(41_500),
        },
    );
    let reply = gateway
        .patch(&path, json!({ "subject": "New", "locked": true }))
        .await;
    assert_eq!(reply.header("retry-after"), "42");
    let details = reply.error(429, "rate_limited");
    assert_eq!(details["applied"], json!([]));
    assert_eq!(details["failed"], "subject");
    assert_eq!(details["notAttempted"], json!(["locked"]));
    assert_eq!(details["reason"], "rate_limited");
}
