//! `/healthz` and `/readyz`.

use super::extract::Visit;
use super::respond::{self, Reply};
use crate::api::Health;
use crate::gateway::Error;

/// The process answers.
pub(super) async fn live(_: &mut Visit) -> Reply {
    say("ok")
}

/// The store can be written and new work is accepted.
pub(super) async fn ready(visit: &mut Visit) -> Reply {
    if visit.server.leaving.is_cancelled() {
        return Err(Error::Draining);
    }
    visit.server.engine.check_ready()?;
    say("ready")
}

fn say(status: &str) -> Reply {
    respond::ok(&Health {
        status: status.to_owned(),
    })
}
