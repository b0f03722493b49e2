//! Requests to join: looking them up at WhatsApp and storing them.
//!
//! Pushes report what changes while the account is connected. What was there before, and what was missed,
//! only a query for each group says. These queries are made one at a time, [`limits::REQUESTS_PAUSE`] apart,
//! and count towards the session's rate limit as those of callers do.

use super::handle::SessionHandle;
use super::limits;
use crate::api::Setting;
use crate::gateway::domain::GroupJid;
use crate::gateway::error::Error;
use crate::gateway::store::{Store, requests};
use crate::gateway::whatsapp::{DriverError, GroupChange, GroupEvent, MembershipRequest};
use std::collections::HashSet;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Queries the requests of a group and stores them.
///
/// # Errors
/// As [`SessionHandle::turn`] and the driver's. A store that fails is logged.
pub(crate) async fn look_up(
    session: &SessionHandle,
    store: &Store,
    group: &GroupJid,
) -> Result<Vec<MembershipRequest>, Error> {
    let turn = session.turn(1).await?;
    // A push that comes during the query is newer than the answer.
    let _held = turn.hold(Some(group));
    let listed = turn.ask(session.driver.membership_requests(group)).await?;
    let (scope, jid, rows) = (session.scope(), group.clone(), listed.clone());
    let job = store.write(move |w| requests::store_list(w, &scope, &jid, &rows));
    if let Err(error) = job.await {
        tracing::warn!(session = %session.id, %error, "the requests to join were not stored");
    }
    Ok(listed)
}

/// Whether an event makes it necessary to look for requests that are not known.
pub(super) fn are_due(event: &GroupEvent) -> bool {
    match &event.change {
        GroupChange::Setting(Setting::JoinApproval(is_on)) => *is_on,
        GroupChange::Asked(people) => people.is_empty(),
        GroupChange::Promoted(_) | GroupChange::Entered(_) | GroupChange::Seen(_) => true,
        _ => false,
    }
}

/// Looks up the requests that are not known, or were listed before the last sync, until the connection
/// ends.
pub(super) async fn run(session: Arc<SessionHandle>, store: Store, connection: CancellationToken) {
    let work = async {
        let mut refused = HashSet::new();
        loop {
            session.requests_due.notified().await;
            if every_group(&session, &store, &mut refused).await.is_none() {
                return;
            }
        }
    };
    tokio::select! {
        () = connection.cancelled() => {}
        () = work => {}
    }
}

/// `None` when the connection is gone or the store fails.
async fn every_group(
    session: &SessionHandle,
    store: &Store,
    refused: &mut HashSet<GroupJid>,
) -> Option<()> {
    let (scope, since) = (session.scope(), session.synced_at());
    let unlisted =
        store.read(move |rows| rows.unlisted_requests(&scope.organization, &scope.session, since));
    for group in unlisted.await.ok()? {
        if refused.contains(&group) {
            continue;
        }
        loop {
            tokio::time::sleep(limits::REQUESTS_PAUSE).await;
            let Err(error) = look_up(session, store, &group).await else {
                break;
            };
            match error {
                Error::NotConnected { .. }
                | Error::Driver(DriverError::NotConnected | DriverError::ConnectionLost) => {
                    return None;
                }
                Error::TooManyRequests { wait, .. } => tokio::time::sleep(wait).await,
                Error::Driver(
                    DriverError::RateLimited { retry_after } | DriverError::Paced { retry_after },
                ) => tokio::time::sleep(retry_after).await,
                Error::Busy => {}
                error => {
                    let cause = error.cause();
                    tracing::info!(session = %session.id, cause, "requests to join are not known");
                    refused.insert(group.clone());
                    break;
                }
            }
        }
    }
    Some(())
}
