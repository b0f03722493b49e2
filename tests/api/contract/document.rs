//! The API document and the page that displays it.

use crate::support::{Ask, Gateway, Key};
use base64::Engine as _;
use serde_json::Value;
use sha2::Digest as _;

#[tokio::test]
async fn the_document_is_the_one_in_the_repository_and_needs_no_credentials() {
    let gateway = Gateway::start().await;
    let path = "/api/v1/openapi.json";
    let served = Ask::get(path).key(Key::None).to(&gateway).await.ok(200);
    let kept: Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).unwrap();
    assert_eq!(served, kept);
    assert_eq!(served["openapi"], "3.1.1");
    let head = Ask::new("HEAD", path).to(&gateway).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

#[tokio::test]
async fn the_page_may_load_only_its_own_style() {
    let gateway = Gateway::start().await;
    let answer = gateway
        .client
        .get(gateway.at("/docs"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(!header("x-request-id").is_empty());
    let policy = header("content-security-policy");
    let page = answer.text().await.unwrap();
    let style = page
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
    assert!(
        policy.starts_with(&format!("default-src 'none'; style-src 'sha256-{hash}';")),
        "{policy}"
    );
    assert!(page.contains("PATCH") && page.contains("/api/v1/sessions/{session}/groups/{gid}"));
}
