//! After each connection: what happened to the groups while nobody listened.

use super::handle::SessionHandle;
use super::limits;
use crate::gateway::error::Error;
use crate::gateway::store::{Store, changes, compare};
use crate::gateway::whatsapp::DriverError;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Groups written in one job, so that other sessions' writes come through in between.
const CHUNK: usize = 500;

/// Fetches every group and stores what differs. Tries again while the connection stands.
pub(super) async fn run(session: Arc<SessionHandle>, store: Store, connection: CancellationToken) {
    for _ in 0..limits::SYNC_TRIES {
        let pause = match once(&session, &store).await {
            Ok(())
            | Err(Error::Driver(DriverError::NotConnected | DriverError::ConnectionLost)) => return,
            Err(error) => {
                tracing::warn!(session = %session.id, %error, "fetching the groups failed");
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
    let turn = session.turn().await?;
    // No event and no change of ours can come between the comparison and the write.
    let _held = turn.hold(None);
    let fresh = turn
        .ask_within(limits::SYNC, session.driver.joined_groups())
        .await?;
    let scope = session.scope();
    let (changed, gone) = store
        .read(move |conn| compare::differences(conn, &scope, fresh))
        .await?;
    let mut changed = changed.into_iter().peekable();
    while changed.peek().is_some() {
        let chunk: Vec<_> = changed.by_ref().take(CHUNK).collect();
        let scope = session.scope();
        store
            .write(move |w| {
                for group in &chunk {
                    changes::store_snapshot(w, &scope, group, None)?;
                }
                Ok(())
            })
            .await?;
    }
    let scope = session.scope();
    let count = store
        .write(move |w| {
            for group in &gone {
                changes::store_exit(w, &scope, group)?;
            }
            changes::count(w.conn, &scope)
        })
        .await?;
    session.set_group_count(count);
    Ok(())
}
