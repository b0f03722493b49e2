//! Requests to join: looking them up at WhatsApp and storing them.
//!
//! Pushes report what changes while the account is connected. What was there before, and what was missed,
//! only a query for each group says. These queries are made one at a time, [`limits::REQUESTS_PAUSE`] apart,
//! and count towards the session's rate limit as those of callers do. One that is not answered is made
//! again, [`limits::REQUESTS_RETRIES`] later.

use super::handle::SessionHandle;
use super::limits;
use super::live::Turn;
use crate::api::Setting;
use crate::gateway::domain::GroupJid;
use crate::gateway::error::Error;
use crate::gateway::lock::lock;
use crate::gateway::store::{Store, requests};
use crate::gateway::whatsapp::{DriverError, GroupChange, GroupEvent, MembershipRequest};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Queries the requests of a group and stores them.
///
/// # Errors
/// The driver's. A store that fails is logged.
pub(crate) async fn look_up(
    turn: Turn<'_>,
    store: &Store,
    group: &GroupJid,
) -> Result<Vec<MembershipRequest>, DriverError> {
    let session = turn.session;
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
        let mut failed = HashMap::new();
        loop {
            let again = failed.values().filter_map(|failed: &Failed| failed.again);
            tokio::select! {
                () = session.requests_due.notified() => {}
                () = reached(again.min()) => {}
            }
            for group in lock(&session.requests_moved).drain() {
                failed.remove(&group);
            }
            if every_group(&session, &store, &mut failed).await.is_none() {
                return;
            }
        }
    };
    tokio::select! {
        () = connection.cancelled() => {}
        () = work => {}
    }
}

/// A group whose requests could not be read.
#[derive(Clone, Copy, Default)]
struct Failed {
    /// Queries that WhatsApp did not answer.
    queries: usize,
    /// When it is tried again; `None` until something happens in the group.
    again: Option<Instant>,
}

impl Failed {
    /// A query failed.
    fn after(self, error: &Error) -> Self {
        let pause = limits::REQUESTS_RETRIES.get(self.queries);
        let pause = pause.filter(|_| !is_refusal(error));
        Self {
            queries: self.queries + 1,
            again: pause.map(|pause| Instant::now() + *pause),
        }
    }

    fn is_due(self) -> bool {
        self.again.is_some_and(|again| again <= Instant::now())
    }
}

/// Whether it is WhatsApp's answer about the group: asking again would change nothing.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::Driver(
            DriverError::NotAdmin
                | DriverError::NotInGroup
                | DriverError::NoSuchGroup
                | DriverError::Refused(_)
                | DriverError::Conflict(_)
        )
    )
}

/// Waits for a time; forever without one.
async fn reached(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// `None` when the connection is gone or the store fails.
async fn every_group(
    session: &SessionHandle,
    store: &Store,
    failed: &mut HashMap<GroupJid, Failed>,
) -> Option<()> {
    let (scope, since) = (session.scope(), session.synced_at());
    let unlisted =
        store.read(move |rows| rows.unlisted_requests(&scope.organization, &scope.session, since));
    let unlisted = unlisted.await.ok()?;
    // The others are known by now, or are no longer the account's to read.
    failed.retain(|group, _| unlisted.contains(group));
    for group in unlisted {
        if failed.get(&group).is_some_and(|failed| !failed.is_due()) {
            continue;
        }
        loop {
            tokio::time::sleep(limits::REQUESTS_PAUSE).await;
            let asked = async {
                let turn = session.turn(1).await?;
                Ok(look_up(turn, store, &group).await?)
            };
            let Err(error) = asked.await else {
                failed.remove(&group);
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
                    let after = failed.entry(group.clone()).or_default();
                    *after = after.after(&error);
                    let is_last = after.again.is_none();
                    tracing::info!(session = %session.id, cause, is_last, "requests to join are not known");
                    break;
                }
            }
        }
    }
    Some(())
}
