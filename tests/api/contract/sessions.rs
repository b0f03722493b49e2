//! `/sessions`: status, life cycle, pairing.

use crate::support::{Ask, Gateway, Key, passkey};
use groupdesk::gateway::whatsapp::sandbox::Fault;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn sessions_are_listed_with_all_their_fields() {
    let gateway = Gateway::start().await;
    let list = gateway.get("/api/v1/sessions").await.ok(200);
    assert_eq!(list["nextCursor"], "");
    let sessions = list["data"].as_array().unwrap();
    assert_eq!(sessions.len(), 5);
    let id = gateway.session("Support line");
    let one = gateway.get(&gateway.support()).await.ok(200);
    let listed = sessions.iter().find(|s| s["id"] == id.as_str()).unwrap();
    assert_eq!(*listed, one);
    assert_eq!(one["organizationId"], "acme-support");
    assert_eq!(one["gatewayId"], "test-gateway");
    assert_eq!(one["status"], "working");
    assert_eq!(one["label"], "Support line");
    let identity = gateway.identity("Support line");
    assert_eq!(one["phoneNumber"], identity.phone_number);
    assert_eq!(one["waJid"], identity.jid.as_str());
    assert_eq!(one["waLid"], identity.lid.as_str());
    for flag in ["isAdminSession", "autoRead", "presenceTyping"] {
        assert!(one[flag].is_boolean(), "{flag}");
    }
    for number in ["ratePerMin", "ratePerHour"] {
        assert!(one[number].is_u64(), "{number}");
    }
    for time in ["createdAt", "updatedAt", "lastConnectedAt"] {
        assert!(one[time].as_i64().unwrap() > 1_600_000_000_000, "{time}");
    }
    let groups = gateway
        .get(&format!("{}/groups", gateway.support()))
        .await
        .ok(200);
    assert_eq!(
        one["groupCount"].as_u64().unwrap(),
        groups["data"].as_array().unwrap().len() as u64
    );
}

#[tokio::test]
async fn me_describes_the_account_of_a_session() {
    let gateway = Gateway::start().await;
    let me = gateway
        .get(&format!("{}/me", gateway.support()))
        .await
        .ok(200);
    assert_eq!(me["sessionId"], gateway.session("Support line"));
    assert_eq!(me["status"], "working");
    assert_eq!(me["connected"], true);
    let identity = gateway.identity("Support line");
    assert_eq!(me["phoneNumber"], identity.phone_number);
    assert_eq!(me["waJid"], identity.jid.as_str());
    let new = gateway.session("New phone");
    let me = gateway
        .get(&format!("/api/v1/sessions/{new}/me"))
        .await
        .ok(200);
    assert_eq!(me["connected"], false);
    assert_eq!(me.get("waJid"), None);
}

#[tokio::test]
async fn a_session_is_created_and_deleted() {
    let gateway = Gateway::start().await;
    let plain = Ask::post("/api/v1/sessions").to(&gateway).await.ok(201);
    assert_eq!(plain["status"], "stopped");
    assert_eq!(plain.get("label"), None);
    let full = gateway
        .post(
            "/api/v1/sessions",
            json!({ "label": " Desk ", "start": false, "autoRead": true, "presenceTyping": true }),
        )
        .await
        .ok(201);
    assert_eq!(full["label"], "Desk");
    assert_eq!(full["autoRead"], true);
    assert_eq!(full["presenceTyping"], true);
    let path = format!("/api/v1/sessions/{}", full["id"].as_str().unwrap());
    assert_eq!(gateway.get(&path).await.ok(200)["label"], "Desk");
    gateway.delete(&path).await.ok(204);
    gateway.get(&path).await.error(404, "not_found");
    gateway.delete(&path).await.error(404, "not_found");
}

#[tokio::test]
async fn a_session_with_groups_is_deleted_with_them() {
    let gateway = Gateway::start().await;
    let path = gateway.support();
    gateway.delete(&path).await.ok(204);
    for rest in ["", "/groups", "/me"] {
        gateway
            .get(&format!("{path}{rest}"))
            .await
            .error(404, "not_found");
    }
}

#[tokio::test]
async fn actions_are_idempotent() {
    let gateway = Gateway::start().await;
    let path = gateway.support();
    let id = gateway.session("Support line");
    let act = async |verb: &str| {
        gateway
            .post(&format!("{path}:{verb}"), json!({}))
            .await
            .ok(200)
    };
    for _ in 0..2 {
        assert_eq!(act("stop").await["status"], "stopped");
    }
    assert_eq!(
        gateway.get(&format!("{path}/me")).await.ok(200)["connected"],
        false
    );
    for _ in 0..2 {
        act("start").await;
    }
    gateway.until_status(&id, "working").await;
    assert_eq!(act("start").await["status"], "working");
    for _ in 0..2 {
        act("restart").await;
    }
    gateway.until_status(&id, "working").await;
    for _ in 0..2 {
        assert_eq!(act("logout").await["status"], "logged_out");
    }
    // Stored groups are kept after the logout.
    gateway
        .get(&gateway.support_group("Weekend Volunteers"))
        .await
        .ok(200);
}

#[tokio::test]
async fn a_phone_is_paired_by_its_qr_code() {
    let gateway = Gateway::start().await;
    let id = gateway.session("New phone");
    let path = format!("/api/v1/sessions/{id}");
    // The first call starts the pairing; until there is a code the answer is 404.
    let qr = gateway
        .until("a QR code", async || {
            let reply = gateway.get(&format!("{path}/qr")).await;
            match reply.status {
                404 => None,
                _ => Some(reply.ok(200)),
            }
        })
        .await;
    assert!(qr["code"].as_str().unwrap().len() > 40);
    assert!(qr["expiresAt"].as_i64().unwrap() > gateway.world.now());
    gateway.until_status(&id, "scan_qr_code").await;
    let account = gateway.world.session("New phone").unwrap();
    assert!(gateway.world.scan(&account.session));
    let session = gateway.until_status(&id, "working").await;
    let lid = gateway.world.phone().jid(&account.session).unwrap();
    assert_eq!(session["waLid"], lid.as_str());
    gateway
        .get(&format!("{path}/qr"))
        .await
        .error(409, "conflict");
}

#[tokio::test]
async fn a_phone_is_paired_by_a_pairing_code() {
    let gateway = Gateway::start().await;
    let id = gateway.session("New phone");
    let path = format!("/api/v1/sessions/{id}/pairing-code");
    let phone = json!({ "phone": "447700900953" });
    let code = gateway.post(&path, phone.clone()).await.ok(200);
    assert_eq!(code["code"].as_str().unwrap().replace('-', "").len(), 8);
    let account = gateway.world.session("New phone").unwrap();
    assert!(
        gateway
            .world
            .enter_code(&account.session, code["code"].as_str().unwrap())
    );
    let session = gateway.until_status(&id, "working").await;
    assert_eq!(session["phoneNumber"], phone["phone"]);
    let details = gateway.post(&path, phone).await.error(409, "conflict");
    assert_eq!(details["reason"], "already_paired");
}

#[tokio::test]
async fn a_phone_whose_account_has_a_passkey_is_paired_in_steps() {
    let gateway = Gateway::start().await;
    let id = gateway.session("New phone");
    let path = format!("/api/v1/sessions/{id}/passkey");
    gateway.get(&path).await.error(404, "not_found");
    let account = gateway.world.session("New phone").unwrap();
    gateway.world.require_passkey(&account.session);
    gateway
        .post(&format!("/api/v1/sessions/{id}:start"), json!({}))
        .await
        .ok(200);
    let waiting = gateway.until_status(&id, "scan_qr_code").await;
    assert_eq!(waiting["linkStep"], Value::Null);
    assert!(gateway.world.scan(&account.session));
    let step = gateway
        .until("a request for the passkey", async || {
            let reply = gateway.get(&path).await;
            (reply.status == 200).then(|| reply.ok(200))
        })
        .await;
    assert_eq!(step["request"]["rpId"], "whatsapp.com");
    let session = gateway.get(&format!("/api/v1/sessions/{id}")).await.ok(200);
    assert_eq!(session["status"], "scan_qr_code");
    assert_eq!(session["linkStep"], "passkey");
    assert!(
        session["statusReason"]
            .as_str()
            .unwrap()
            .contains("passkey")
    );

    let early = gateway.post(&path, json!({ "confirm": true })).await;
    early.error(409, "conflict");
    let stale = json!({ "assertion": passkey::printed("AAAA") });
    let faults = gateway
        .post(&path, stale)
        .await
        .error(400, "validation_error");
    assert_eq!(faults["errors"][0]["field"], "assertion");
    let challenge = step["request"]["challenge"].as_str().unwrap();
    let answer = json!({ "assertion": passkey::printed(challenge) });
    gateway.post(&path, answer.clone()).await.ok(204);
    let step = gateway
        .until("a code to compare", async || {
            let step = gateway.get(&path).await.ok(200);
            step["code"].is_string().then_some(step)
        })
        .await;
    assert_eq!(
        step["code"].as_str(),
        gateway.world.passkey_code(&account.session).as_deref()
    );
    assert_eq!(step["request"], Value::Null);
    gateway.post(&path, answer).await.error(409, "conflict");
    gateway
        .post(&path, json!({ "confirm": true }))
        .await
        .ok(204);
    let session = gateway.until_status(&id, "working").await;
    assert_eq!(session["linkStep"], Value::Null);
    gateway.get(&path).await.error(404, "not_found");
    let log = gateway
        .get(&format!("/api/v1/audit?session={id}"))
        .await
        .ok(200);
    let log = log["data"].to_string();
    assert!(
        log.contains("assertion") && log.contains("confirm"),
        "{log}"
    );
    assert!(
        !log.contains("MEUCIQDqasecrets") && !log.contains("signature"),
        "{log}"
    );
}

#[tokio::test]
async fn a_session_that_catches_up_says_how_far_it_is() {
    let gateway = Gateway::start().await;
    let id = gateway.session("Support line");
    let account = gateway.world.session("Support line").unwrap();
    gateway.until_status(&id, "working").await;
    // It never ends by itself, however slow this machine is.
    let (total, takes) = (2_000_000, Duration::from_hours(1));
    gateway
        .world
        .misbehave(&account.session, Fault::Backlog { total, takes });
    gateway
        .post(&format!("/api/v1/sessions/{id}:restart"), json!({}))
        .await
        .ok(200);
    let path = format!("/api/v1/sessions/{id}");
    let session = gateway
        .until("progress", async || {
            let session = gateway.get(&path).await.ok(200);
            (session["missed"]["done"].as_u64() > Some(0)).then_some(session)
        })
        .await;
    assert_eq!(session["status"], "starting");
    assert_eq!(session["linkStep"], "catching_up");
    assert_eq!(session["missed"]["total"], total);
    gateway
        .post(&format!("/api/v1/sessions/{id}:stop"), json!({}))
        .await
        .ok(200);
    let session = gateway.get(&path).await.ok(200);
    assert_eq!(session.get("missed"), None);
    assert_eq!(session.get("linkStep"), None);
}

#[tokio::test]
async fn starting_an_unpaired_session_begins_pairing() {
    let gateway = Gateway::start().await;
    let id = gateway.session("New phone");
    gateway
        .post(&format!("/api/v1/sessions/{id}:start"), json!({}))
        .await
        .ok(200);
    gateway.until_status(&id, "scan_qr_code").await;
}

#[tokio::test]
async fn changes_on_the_phone_appear_in_the_status() {
    let gateway = Gateway::start().await;
    let id = gateway.session("Support line");
    let account = gateway.world.session("Support line").unwrap();
    gateway.world.drop_connection(&account.session, None);
    gateway.until_status(&id, "starting").await;
    gateway.world.reconnect(&account.session);
    gateway.until_status(&id, "working").await;
    gateway.world.phone().replace(&account.session);
    let failed = gateway.until_status(&id, "failed").await;
    assert!(!failed["statusReason"].as_str().unwrap().is_empty());
    gateway
        .post(&format!("{}:start", gateway.support()), json!({}))
        .await
        .ok(200);
    gateway.until_status(&id, "working").await;
    gateway.world.phone().unlink(&account.session);
    let out = gateway.until_status(&id, "logged_out").await;
    assert!(!out["statusReason"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn the_other_organization_has_its_own_sessions() {
    let gateway = Gateway::start().await;
    let list = Ask::get("/api/v1/sessions")
        .key(Key::Other)
        .to(&gateway)
        .await
        .ok(200);
    let sessions = list["data"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert!(
        sessions
            .iter()
            .all(|s| s["organizationId"] == "harbour-clinic")
    );
}

#[tokio::test]
async fn renaming_a_session_is_recorded_with_the_caller() {
    let gateway = Gateway::start().await;
    let path = gateway.support();
    let rename = |body| Ask::new("PATCH", &path).json(&body);
    let row = rename(json!({ "label": "  Sales  " }))
        .to(&gateway)
        .await
        .ok(200);
    assert_eq!(row["label"], "Sales");
    assert_eq!(gateway.get(&path).await.ok(200)["label"], "Sales");
    let log = gateway.get("/api/v1/audit?limit=1").await.ok(200);
    let entry = &log["data"][0];
    assert_eq!(entry["action"], "session.update");
    assert_eq!(entry["old"], json!({ "label": "Support line" }));
    assert_eq!(entry["new"], json!({ "label": "Sales" }));
    assert_eq!(entry["outcome"], "ok");
    let row = rename(json!({ "label": "" })).to(&gateway).await.ok(200);
    assert!(row.get("label").is_none(), "{row}");
    for (body, field) in [
        (json!({}), "label"),
        (json!({ "label": null }), "label"),
        (json!({ "label": 7 }), "label"),
        (json!({ "label": "x".repeat(101) }), "label"),
        (json!({ "label": "x", "autoRead": true }), "autoRead"),
    ] {
        let fields = rename(body).to(&gateway).await.invalid();
        assert_eq!(fields, [field]);
    }
    let refused = rename(json!({ "label": "x" })).key(Key::Send);
    refused.to(&gateway).await.error(403, "forbidden");
    assert!(gateway.get(&path).await.ok(200).get("label").is_none());
}
