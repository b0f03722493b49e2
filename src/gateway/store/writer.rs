//! The writer thread: group commit.
//!
//! The thread takes all queued jobs into one transaction, each in a savepoint of its own, commits
//! once, and only then publishes events and acknowledges the jobs. So a burst of writes costs one
//! sync of the disk, and a failing job does not affect the others.

use super::error::StoreError;
use super::outage::Outage;
use super::tables::Transactions;
use super::write::{Ids, Write};
use crate::gateway::hub::Hub;
use crate::gateway::metrics::StoreTimes;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::time::Instant;
use tokio::sync::oneshot;
use ulid::Ulid;

/// Most jobs in one transaction: bounds how long the first of them waits.
const BATCH: usize = 256;

/// A queued job.
trait Job: Send {
    /// Runs inside a savepoint; returns whether to keep its writes.
    fn run(&mut self, write: &mut Write<'_>) -> bool;
    /// The cause, if the job failed because the database is not writable.
    fn fault(&self) -> Option<String>;
    /// Sends the outcome to the caller.
    fn acknowledge(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<F, T> {
    job: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
    /// Log under the caller's span.
    span: tracing::Span,
}

impl<F, T> Job for Pending<F, T>
where
    F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, write: &mut Write<'_>) -> bool {
        let _in = self.span.enter();
        self.outcome = self.job.take().map(|job| {
            let job = || job(write);
            catch_unwind(AssertUnwindSafe(job)).unwrap_or(Err(StoreError::Panicked))
        });
        matches!(self.outcome, Some(Ok(_)))
    }

    fn fault(&self) -> Option<String> {
        match &self.outcome {
            Some(Err(fault @ StoreError::Unwritable(_))) => Some(fault.to_string()),
            _ => None,
        }
    }

    fn acknowledge(self: Box<Self>, committed: Result<(), StoreError>) {
        let outcome = committed.and(self.outcome.unwrap_or(Err(StoreError::Closed)));
        self.span
            .in_scope(|| tracing::debug!(kept = outcome.is_ok(), "the store wrote"));
        // The caller may have gone; the job is done anyway.
        let _ = self.reply.send(outcome);
    }
}

enum Message {
    /// With the time it was queued.
    Job(Box<dyn Job>, Instant),
    Close(oneshot::Sender<()>),
}

/// The handle of the writer thread.
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
}

impl Writer {
    /// Starts the thread. `last` is the largest id ever given out.
    pub(super) fn start(
        rows: Box<dyn Transactions>,
        last: Ulid,
        hub: Arc<Hub>,
        times: StoreTimes,
        outage: Arc<Outage>,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel();
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                let listeners = Listeners {
                    hub: &hub,
                    times: &times,
                    outage: &outage,
                };
                run(rows, &jobs, &mut Ids(last), &listeners);
            })?;
        Ok(Self { queue })
    }

    pub(super) async fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Pending {
            job: Some(job),
            outcome: None,
            reply,
            span: tracing::Span::current(),
        });
        self.queue
            .send(Message::Job(job, Instant::now()))
            .map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    pub(super) fn close(&self, done: oneshot::Sender<()>) {
        // Closed already: `done` is dropped with the message, which the waiter takes as done.
        let _ = self.queue.send(Message::Close(done));
    }
}

/// The observers of transactions.
struct Listeners<'a> {
    hub: &'a Hub,
    times: &'a StoreTimes,
    outage: &'a Outage,
}

fn run(
    mut rows: Box<dyn Transactions>,
    jobs: &mpsc::Receiver<Message>,
    ids: &mut Ids,
    listeners: &Listeners<'_>,
) {
    while let Ok(message) = jobs.recv() {
        let mut close = None;
        let mut batch = Vec::new();
        let mut next = Some(message);
        while let Some(message) = next {
            match message {
                Message::Job(job, since) => {
                    listeners.times.waited(since.elapsed());
                    batch.push(job);
                }
                Message::Close(done) => {
                    close = Some(done);
                    break;
                }
            }
            next = if batch.len() < BATCH {
                jobs.try_recv().ok()
            } else {
                None
            };
        }
        if !batch.is_empty() {
            run_batch(&mut *rows, batch, ids, listeners);
        }
        if let Some(done) = close {
            if let Err(error) = rows.close() {
                tracing::warn!(%error, "the database was not closed cleanly; the next start recovers it");
            }
            let _ = done.send(());
            return;
        }
    }
}

fn run_batch(
    rows: &mut dyn Transactions,
    mut batch: Vec<Box<dyn Job>>,
    ids: &mut Ids,
    listeners: &Listeners<'_>,
) {
    let began = Instant::now();
    let (mut published, mut changed) = (Vec::new(), Vec::new());
    let (mut logged, mut fault) = (None, None);
    let mut run = || {
        rows.begin()?;
        for job in &mut batch {
            rows.savepoint()?;
            let mut write = Write {
                rows: &mut *rows,
                ids,
                published: Vec::new(),
                changed: Vec::new(),
                logged: None,
            };
            if job.run(&mut write) {
                published.append(&mut write.published);
                changed.append(&mut write.changed);
                logged = write.logged.or(logged);
                rows.release()?;
            } else {
                fault = job.fault().or(fault.take());
                // If this fails, every job of the transaction fails.
                rows.undo()?;
            }
        }
        Ok(())
    };
    let ran: Result<(), StoreError> = run();
    for cache in &changed {
        cache.begin_write();
    }
    let committed = ran.and_then(|()| rows.commit());
    for cache in &changed {
        cache.end_write();
    }
    listeners.times.committed(began.elapsed());
    if let Some(fault) = committed.as_ref().err().map(ToString::to_string).or(fault) {
        // Before acknowledging: a caller that retries at once is refused.
        listeners.outage.begin(fault);
    }
    match committed {
        Ok(()) => {
            if let Some(logged) = logged {
                rows.committed(logged);
            }
            listeners.hub.publish(published);
            for job in batch {
                job.acknowledge(Ok(()));
            }
        }
        Err(error) => {
            tracing::error!(%error, "a transaction was not committed");
            rows.roll_back();
            let error = Arc::new(error);
            for job in batch {
                job.acknowledge(Err(StoreError::NotCommitted(Arc::clone(&error))));
            }
        }
    }
}
