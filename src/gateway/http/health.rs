//! `/healthz` and `/readyz`.

use super::extract::Visit;
use super::respond::{self, Reply};
use crate::gateway::Error;
use serde_json::json;

/// The process answers.
pub(super) async fn live(_: &mut Visit) -> Reply {
    respond::ok(&json!({ "status": "ok" }))
}

/// The store is open and new work is accepted.
pub(super) async fn ready(visit: &mut Visit) -> Reply {
    if visit.server.shutdown.is_cancelled() || !visit.server.engine.is_ready() {
        return Err(Error::Draining);
    }
    respond::ok(&json!({ "status": "ready" }))
}
