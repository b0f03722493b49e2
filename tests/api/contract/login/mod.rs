//! Logins: JWTs of a frontend with keys of its own. `tokens` is what makes one good or bad, `keys` how the
//! frontend's key set is followed, `callers` what those who are let in reach.

mod callers;
mod keys;
mod tokens;

use crate::support::{Ask, Gateway, Reply};

/// A route that every role with `read` may ask.
const SESSIONS: &str = "/api/v1/sessions";

/// Asks with a login for the sessions.
async fn ask(gateway: &Gateway, token: &str) -> Reply {
    Ask::get(SESSIONS).login(token).to(gateway).await
}

/// Asserts that a login is refused as every other is.
#[track_caller]
fn refused(reply: &Reply, what: &str) {
    assert_eq!(reply.status, 401, "{what}: {}", reply.text);
    assert_eq!(
        reply.text,
        r#"{"error":{"code":"unauthorized","message":"missing or invalid credentials"}}"#,
        "{what}"
    );
}
