//! The sync after a connect, where the driver may have missed something: what changed in the groups while the session was offline.
//!
//! A small number of changed groups is published one by one, like live events. The first import of
//! an account or a long absence would publish thousands of events, push everything else out of the
//! events log and make every listener query each group. Such a sync publishes nothing per group; at
//! its end `session.status` is published again, which tells listeners to read the session's groups
//! anew.

use super::command::CommandKind;
use super::handle::SessionHandle;
use super::limits;
use super::live::Turn;
use crate::gateway::domain::GroupJid;
use crate::gateway::error::Error;
use crate::gateway::store::changes;
use crate::gateway::store::context::SessionContext;
use crate::gateway::store::{Store, StoreError, Write, compare};
use crate::gateway::whatsapp::{DriverError, GroupSnapshot, UnreadGroup};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument as _;

/// Groups written in one job, so that other sessions' writes come through in between.
const CHUNK: usize = 500;
/// Most changed groups that are published one by one.
const TOLD: usize = 100;
/// Most groups that could not be read of which each gets a line in the log.
const LOGGED: usize = 10;

/// Fetches all groups and stores the differences. Retries while the connection lasts.
pub(super) async fn run(session: Arc<SessionHandle>, store: Store, connection: CancellationToken) {
    try_out(&session, &store, connection).await;
    session.mark_ready();
}

async fn try_out(session: &SessionHandle, store: &Store, connection: CancellationToken) {
    let mut tries = 0;
    // Another sync may have been quicker.
    while tries < limits::SYNC_TRIES && session.is_list_due() {
        let pause = match once(session, store).await {
            Ok(()) => return session.set_synced(true),
            Err(
                Error::NotConnected { .. }
                | Error::Driver(DriverError::NotConnected | DriverError::ConnectionLost),
            ) => return,
            // Not asked, or refused for being asked too often: waiting for it is no failure.
            Err(Error::Driver(
                DriverError::RateLimited { retry_after } | DriverError::Paced { retry_after },
            )) => {
                let seconds = retry_after.as_secs();
                tracing::info!(session = %session.id, seconds, "the list of groups is asked for later");
                session.mark_ready();
                retry_after
            }
            Err(error) => {
                tries += 1;
                tracing::warn!(session = %session.id, cause = error.cause(), "fetching the groups failed");
                error.retry_after().unwrap_or(limits::SYNC_PAUSE)
            }
        };
        tokio::select! {
            () = connection.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
    if tries < limits::SYNC_TRIES {
        return;
    }
    tracing::error!(session = %session.id, "gave up fetching the groups until the next connection");
}

async fn once(session: &SessionHandle, store: &Store) -> Result<(), Error> {
    // Not counted towards the rate limit: it has to happen once per connection.
    let turn = session.turn_unbounded().await?;
    // No event or change is stored between the comparison and the write.
    let _held = turn.hold(None);
    let scope = session.scope();
    let is_first = store.read(move |rows| Ok(scope.count(rows)? == 0)).await?;
    let (silent, outcome) = if is_first {
        import(&turn, session, store).await
    } else {
        update(&turn, session, store).await?
    };
    let scope = session.scope();
    let count = store.read(move |rows| scope.count(rows)).await?;
    session.set_group_count(count);
    if silent {
        let _ = session.control.send(CommandKind::AnnounceResync.into());
    }
    outcome
}

/// Imports all groups of an account, storing the first while the last are being read. Returns
/// whether groups were stored without publishing, and the outcome: groups stored before a failure
/// are kept.
async fn import(
    turn: &Turn<'_>,
    session: &SessionHandle,
    store: &Store,
) -> (bool, Result<(), Error>) {
    let scope = SessionContext {
        silent: true,
        ..session.scope()
    };
    let (found, groups) = mpsc::unbounded_channel();
    let stored = AbortOnDropHandle::new(tokio::spawn(
        store_all(store.clone(), scope, groups).in_current_span(),
    ));
    let listed = turn
        .ask_within(limits::SYNC, session.driver.list_groups(found))
        .await;
    let listed = listed.map(|unread| tell_unread(session, &unread));
    match stored.await.unwrap_or(Err(StoreError::Panicked)) {
        Ok(count) => (count > 0, listed.map_err(Error::from)),
        Err(error) => (true, Err(error.into())),
    }
}

/// Stores the differences. Returns whether groups were stored without publishing, and the outcome.
///
/// # Errors
/// Nothing was stored.
async fn update(
    turn: &Turn<'_>,
    session: &SessionHandle,
    store: &Store,
) -> Result<(bool, Result<(), Error>), Error> {
    let (found, mut groups) = mpsc::unbounded_channel();
    let unread = turn
        .ask_within(limits::SYNC, session.driver.list_groups(found))
        .await?;
    let mut fresh = Vec::with_capacity(groups.len());
    while let Ok(group) = groups.try_recv() {
        fresh.push(group);
    }
    tell_unread(session, &unread);
    let scope = session.scope();
    let compare::Differences { changed, gone } = store
        .read(move |rows| compare::differences(rows, &scope, fresh, &unread))
        .await?;
    let scope = SessionContext {
        silent: changed.len() + gone.len() > TOLD,
        ..session.scope()
    };
    let silent = scope.silent;
    let (found, groups) = mpsc::unbounded_channel();
    for group in changed {
        let _ = found.send(group);
    }
    drop(found);
    let stored = async {
        store_all(store.clone(), scope.clone(), groups).await?;
        let exits = move |w: &mut Write<'_>| {
            gone.iter()
                .try_for_each(|group| changes::store_exit(w, &scope, group))
        };
        Ok(store.write(exits).await?)
    };
    Ok((silent, stored.await))
}

/// Says which groups could not be read: in the log, and as a number in the session.
fn tell_unread(session: &SessionHandle, unread: &[UnreadGroup]) {
    for group in unread.iter().take(LOGGED) {
        let name = group
            .jid
            .as_ref()
            .map_or("without a name", GroupJid::as_str);
        tracing::warn!(
            session = %session.id,
            group = name,
            why = group.why,
            "a group of WhatsApp's list could not be read; it stays as it was known"
        );
    }
    let count = u64::try_from(unread.len()).unwrap_or(u64::MAX);
    if session.set_unreadable_groups(count) {
        if count > 0 {
            tracing::warn!(session = %session.id, count, "groups could not be read");
        }
        // Listeners read the session again.
        let _ = session.control.send(CommandKind::AnnounceResync.into());
    }
}

/// Stores groups as they arrive until the sender is dropped; returns their number.
async fn store_all(
    store: Store,
    scope: SessionContext,
    mut groups: mpsc::UnboundedReceiver<GroupSnapshot>,
) -> Result<usize, StoreError> {
    let mut stored = 0;
    loop {
        let mut chunk = Vec::new();
        match groups.recv_many(&mut chunk, CHUNK).await {
            0 => return Ok(stored),
            count => stored += count,
        }
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
}
