//! `/healthz` and `/readyz`.

use super::extract::PublicRequest;
use super::respond::{self, Reply};
use crate::api::Health;
use crate::gateway::Error;

/// The process answers.
pub(super) async fn live(_: &mut PublicRequest) -> Reply {
    say("ok")
}

/// The store can be written and new work is accepted.
pub(super) async fn ready(request: &mut PublicRequest) -> Reply {
    if request.server.leaving.is_cancelled() {
        return Err(Error::Draining);
    }
    request.server.engine.check_ready()?;
    say("ready")
}

fn say(status: &str) -> Reply {
    respond::ok(&Health {
        status: status.to_owned(),
    })
}
