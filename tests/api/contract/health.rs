//! `/healthz` and `/readyz`.

use crate::support::{Ask, Gateway, Key};

#[tokio::test]
async fn both_answer_without_credentials() {
    let gateway = Gateway::start().await;
    for path in ["/healthz", "/readyz"] {
        Ask::get(path).key(Key::None).to(&gateway).await.ok(200);
    }
}
