//! Logins: JWTs of a frontend with keys of its own. `tokens` tests their validity, `keys` how the frontend's
//! key set is followed, `callers` what a login may reach.

mod callers;
mod keys;
mod tokens;

use crate::support::{Ask, Gateway, Reply};

/// A route for every role with `read`.
const SESSIONS: &str = "/api/v1/sessions";

/// Requests the sessions with a login.
async fn ask(gateway: &Gateway, token: &str) -> Reply {
    Ask::get(SESSIONS).login(token).to(gateway).await
}

/// Asserts the uniform refusal of a login.
#[track_caller]
fn refused(reply: &Reply, what: &str) {
    assert_eq!(reply.status, 401, "{what}: {}", reply.text);
    assert_eq!(
        reply.text,
        r#"{"error":{"code":"unauthorized","message":"missing or invalid credentials"}}"#,
        "{what}"
    );
}
