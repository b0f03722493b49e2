//! After each connection: what happened to the groups while nobody listened.
//!
//! A few groups that differ are told one by one, as if the changes had just been heard. The first import
//! of an account, or a long absence, would be a storm of news: thousands of events that push
//! everything else out of the log, and a question for each of them from every listener. So such a sync
//! is stored in silence, and at its end `session.status` tells the status once more, from which a
//! listener learns that what it knows of the session is old.

use super::handle::SessionHandle;
use super::{Control, limits};
use crate::gateway::error::Error;
use crate::gateway::store::changes::{self, Scope};
use crate::gateway::store::{Store, compare};
use crate::gateway::whatsapp::DriverError;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Groups written in one job, so that other sessions' writes come through in between.
const CHUNK: usize = 500;
/// Most groups whose changes are told one by one.
const TOLD: usize = 100;

/// Fetches every group and stores what differs. Tries again while the connection stands.
pub(super) async fn run(session: Arc<SessionHandle>, store: Store, connection: CancellationToken) {
    for _ in 0..limits::SYNC_TRIES {
        let pause = match once(&session, &store).await {
            Ok(())
            | Err(
                Error::NotConnected { .. }
                | Error::Driver(DriverError::NotConnected | DriverError::ConnectionLost),
            ) => return,
            Err(error) => {
                tracing::warn!(session = %session.id, cause = error.cause(), "fetching the groups failed");
                error.retry_after().unwrap_or(limits::SYNC_PAUSE)
            }
        };
        tokio::select! {
            () = connection.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
    tracing::error!(session = %session.id, "gave up fetching the groups until the next connection");
}

async fn once(session: &SessionHandle, store: &Store) -> Result<(), Error> {
    // Not a caller's wish: it must happen, and happens once a connection.
    let turn = session.turn_in_time().await?;
    // No event and no change of ours can come between the comparison and the write.
    let _held = turn.hold(None);
    let fresh = turn
        .ask_within(limits::SYNC, session.driver.joined_groups())
        .await?;
    let scope = session.scope();
    let compare::Differences {
        changed,
        gone,
        first,
    } = store
        .read(move |rows| compare::differences(rows, &scope, fresh))
        .await?;
    let differing = changed.len() + gone.len();
    let silent = differing > TOLD || (first && differing > 0);
    let scope = Scope {
        silent,
        ..session.scope()
    };
    let mut changed = changed.into_iter().peekable();
    while changed.peek().is_some() {
        let chunk: Vec<_> = changed.by_ref().take(CHUNK).collect();
        let scope = scope.clone();
        store
            .write(move |w| {
                for group in &chunk {
                    changes::store_snapshot(w, &scope, group, None)?;
                }
                Ok(())
            })
            .await?;
    }
    let count = store
        .write(move |w| {
            for group in &gone {
                changes::store_exit(w, &scope, group)?;
            }
            scope.count(w.rows)
        })
        .await?;
    session.set_group_count(count);
    if silent {
        let _ = session.control.send(Control::TellAgain.into());
    }
    Ok(())
}
