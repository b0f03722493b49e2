//! `/keys`: made once, told once, gone when deleted.

use crate::support::{Ask, Gateway, Key};
use serde_json::json;

#[tokio::test]
async fn a_key_lives_from_its_creation_to_its_deletion() {
    let gateway = Gateway::start().await;
    let created = gateway
        .post(
            "/api/v1/keys",
            json!({ "label": "Script", "capabilities": ["send", "read", "read"] }),
        )
        .await
        .ok(201);
    let secret = created["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("wa_"));
    assert!(secret.len() >= 3 + 43, "256 bits need 43 characters");
    assert_eq!(created["label"], "Script");
    assert_eq!(created["capabilities"], json!(["read", "send"]));
    assert_eq!(created["disabled"], false);
    assert!(created["createdAt"].as_i64().unwrap() > 1_600_000_000_000);
    assert_eq!(created.get("expiresAt"), None);

    let uses = |path: &str| Ask::get(path).key(Key::None).header("x-api-key", &secret);
    uses("/api/v1/sessions").to(&gateway).await.ok(200);
    let details = uses("/api/v1/keys")
        .to(&gateway)
        .await
        .error(403, "forbidden");
    assert_eq!(details["capability"], "manage");

    let listed = gateway.get("/api/v1/keys").await;
    assert!(!listed.text.contains(&secret));
    let listed = listed.ok(200);
    let id = created["id"].as_str().unwrap();
    let mine: Vec<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["id"] == id)
        .collect();
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0].get("secret"), None);

    let path = format!("/api/v1/keys/{id}");
    gateway.delete(&path).await.ok(204);
    uses("/api/v1/sessions")
        .to(&gateway)
        .await
        .error(401, "unauthorized");
    gateway.delete(&path).await.error(404, "not_found");
}

#[tokio::test]
async fn keys_belong_to_their_organization() {
    let gateway = Gateway::start().await;
    let created = gateway
        .post("/api/v1/keys", json!({ "capabilities": ["read"] }))
        .await
        .ok(201);
    let id = created["id"].as_str().unwrap();
    let others = Ask::get("/api/v1/keys")
        .key(Key::Other)
        .to(&gateway)
        .await
        .ok(200);
    assert!(!others.to_string().contains(id));
    for key in [id, "nonsense", "%FF"] {
        Ask::new("DELETE", &format!("/api/v1/keys/{key}"))
            .key(Key::Other)
            .to(&gateway)
            .await
            .error(404, "not_found");
    }
    Ask::get("/api/v1/sessions")
        .key(Key::None)
        .header("x-api-key", created["secret"].as_str().unwrap())
        .to(&gateway)
        .await
        .ok(200);
}
