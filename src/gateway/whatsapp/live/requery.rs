//! Groups that have to be queried again, because WhatsApp reported a change without the resulting
//! state.
//!
//! An account may be added to sixty groups in a second. The queries run one after the other,
//! interleaved with the callers' calls, and one that is rate limited is made later. Queries still
//! pending when the connection drops are made on the next one, which begins with a list of all groups
//! only after a long drop. They end with the run.

use crate::api::{EpochMillis, JoinedVia};
use crate::gateway::domain::{GroupJid, MemberJid};
use crate::gateway::whatsapp::{DriverError, GroupChange, GroupEvent, GroupSnapshot};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, sleep_until};

/// Delay before a failed query is retried.
const AGAIN: Duration = Duration::from_secs(5);
/// Attempts of a query that WhatsApp does not answer. Rate limiting does not count as one.
const TRIES: u32 = 3;

/// A group to query.
#[derive(Debug, Clone)]
pub(super) struct Requery {
    pub(super) group: GroupJid,
    pub(super) by: Option<MemberJid>,
    pub(super) at: EpochMillis,
    /// How the account came into the group, if that is the change.
    pub(super) via: Option<JoinedVia>,
    /// Earliest time: changes of a group arrive in several notifications.
    pub(super) from: Instant,
    pub(super) into_change: fn(Box<GroupSnapshot>) -> GroupChange,
}

/// Makes the queued queries until the sender is dropped. `ask` queries a group, `online` waits for the
/// next connection (false: there will be none), `tell` publishes the event.
pub(super) async fn take<A, F, O, W>(
    mut coming: UnboundedReceiver<Requery>,
    ask: A,
    online: O,
    tell: impl Fn(GroupEvent) + Send,
) where
    A: Fn(GroupJid) -> F + Send + Sync,
    F: Future<Output = Result<GroupSnapshot, DriverError>> + Send,
    O: Fn() -> W + Send + Sync,
    W: Future<Output = bool> + Send,
{
    let mut waiting: VecDeque<Requery> = VecDeque::new();
    loop {
        if waiting.is_empty() {
            let Some(requery) = coming.recv().await else {
                return;
            };
            waiting.push_back(requery);
        }
        while let Ok(requery) = coming.try_recv() {
            waiting.push_back(requery);
        }
        let Some(requery) = waiting.pop_front() else {
            continue;
        };
        // A later query of the same group has the same result.
        let told_later = |later: &Requery| {
            later.group == requery.group
                && std::ptr::fn_addr_eq(later.into_change, requery.into_change)
        };
        if waiting.iter().any(told_later) {
            continue;
        }
        sleep_until(requery.from).await;
        if !online().await {
            waiting.clear();
            continue;
        }
        match at(&requery.group, &ask).await {
            Ok(mut snapshot) => {
                snapshot.set_own_via(requery.via);
                tell(GroupEvent {
                    change: (requery.into_change)(Box::new(snapshot)),
                    group: requery.group,
                    by: requery.by,
                    at: requery.at,
                });
            }
            Err(DriverError::NotConnected | DriverError::ConnectionLost) => {
                waiting.push_front(Requery {
                    from: Instant::now() + AGAIN,
                    ..requery
                });
            }
            Err(error) => tracing::info!(%error, "could not query a changed group"),
        }
    }
}

async fn at<A, F>(group: &GroupJid, ask: &A) -> Result<GroupSnapshot, DriverError>
where
    A: Fn(GroupJid) -> F + Send + Sync,
    F: Future<Output = Result<GroupSnapshot, DriverError>> + Send,
{
    let mut tries = 1;
    loop {
        match ask(group.clone()).await {
            Err(DriverError::RateLimited { retry_after } | DriverError::Paced { retry_after }) => {
                sleep(retry_after).await;
            }
            Err(DriverError::Timeout | DriverError::Other { .. }) if tries < TRIES => {
                tries += 1;
                sleep(AGAIN).await;
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::super::options::Limits;
    use super::*;
    use std::future::ready;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::mpsc::unbounded_channel;

    fn group(number: u32) -> GroupJid {
        GroupJid::parse(&format!("1203630412345678{number:02}@g.us")).unwrap()
    }

    fn snapshot(group: GroupJid) -> GroupSnapshot {
        GroupSnapshot::new(group)
    }

    fn requery(number: u32) -> Requery {
        Requery {
            group: group(number),
            by: None,
            at: 1,
            via: None,
            from: Instant::now(),
            into_change: GroupChange::Entered,
        }
    }

    /// The groups that were published for these queries, on a connection that stays.
    async fn told<A, F>(requeries: impl IntoIterator<Item = Requery>, ask: A) -> Vec<GroupJid>
    where
        A: Fn(GroupJid) -> F + Send + Sync,
        F: Future<Output = Result<GroupSnapshot, DriverError>> + Send,
    {
        told_while(requeries, ask, || true).await
    }

    async fn told_while<A, F>(
        requeries: impl IntoIterator<Item = Requery>,
        ask: A,
        online: impl Fn() -> bool + Send + Sync,
    ) -> Vec<GroupJid>
    where
        A: Fn(GroupJid) -> F + Send + Sync,
        F: Future<Output = Result<GroupSnapshot, DriverError>> + Send,
    {
        let (sender, coming) = unbounded_channel();
        for requery in requeries {
            sender.send(requery).unwrap();
        }
        drop(sender);
        let told = Mutex::new(Vec::new());
        let online = || ready(online());
        take(coming, ask, online, |event| {
            told.lock().unwrap().push(event.group);
        })
        .await;
        told.into_inner().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn sixty_groups_are_queried_within_the_budget() {
        let budget = Budget::new(&Limits::default());
        let running = AtomicU32::new(0);
        let ask = |group| async {
            assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0, "one at a time");
            let paid = budget.take(1).await;
            running.fetch_sub(1, Ordering::SeqCst);
            paid.map(|()| snapshot(group))
        };
        let told = told((0..60).map(requery), ask).await;
        assert_eq!(told, (0..60).map(group).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn every_retry_after_is_followed() {
        let begin = Instant::now();
        let left = AtomicU32::new(5);
        let ask = |group| {
            let again = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
            ready(match again {
                Ok(_) => Err(DriverError::RateLimited {
                    retry_after: Duration::from_secs(40),
                }),
                Err(_) => Ok(snapshot(group)),
            })
        };
        assert_eq!(told([requery(1)], ask).await, [group(1)]);
        assert_eq!(begin.elapsed(), Duration::from_secs(200));
    }

    #[tokio::test(start_paused = true)]
    async fn pending_queries_are_dropped_when_the_run_ends() {
        let lives = AtomicU32::new(1);
        let ask = |_| {
            lives.store(0, Ordering::SeqCst);
            ready(Err(DriverError::ConnectionLost))
        };
        let online = || lives.load(Ordering::SeqCst) == 1;
        assert_eq!(told_while((0..3).map(requery), ask, online).await, []);
        // A failing query does not block the others.
        let ask = |asked| {
            ready(if asked == group(0) {
                Err(DriverError::Timeout)
            } else {
                Ok(snapshot(asked))
            })
        };
        assert_eq!(told((0..2).map(requery), ask).await, [group(1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn pending_queries_outlast_a_drop() {
        let left = AtomicU32::new(2);
        let ask = |group| {
            let again = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
            ready(match again {
                Ok(_) => Err(DriverError::ConnectionLost),
                Err(_) => Ok(snapshot(group)),
            })
        };
        assert_eq!(told((0..2).map(requery), ask).await, [group(0), group(1)]);
    }

    #[tokio::test(start_paused = true)]
    async fn repeated_queries_of_a_group_are_merged() {
        let ask = |group| ready(Ok(snapshot(group)));
        let requeries = [requery(1), requery(2), requery(1)];
        assert_eq!(told(requeries, ask).await, [group(2), group(1)]);
        let seen = Requery {
            into_change: GroupChange::Seen,
            ..requery(1)
        };
        assert_eq!(told([requery(1), seen], ask).await, [group(1), group(1)]);
    }
}
