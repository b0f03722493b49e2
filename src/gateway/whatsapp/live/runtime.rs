//! The library's executor: tokio, with panics caught per session and timers that tests can speed
//! up.

use super::run::Run;
use async_trait::async_trait;
use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Weak;
use std::time::Duration;
use whatsapp_rust::wacore::runtime::{AbortHandle, Runtime};

type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// A task of one run. A panic in it ends its session, and nothing else.
pub(super) async fn guarded(run: Weak<Run>, task: impl Future<Output = ()> + Send) {
    if AssertUnwindSafe(task).catch_unwind().await.is_err()
        && let Some(run) = run.upgrade()
    {
        run.failed_internally();
    }
}

pub(super) struct SessionRuntime {
    pub(super) run: Weak<Run>,
    /// Divides every wait.
    pub(super) pace: u32,
}

impl SessionRuntime {
    fn guard(&self, task: Task) -> impl Future<Output = ()> + Send + 'static + use<> {
        guarded(Weak::clone(&self.run), task)
    }
}

/// Keeps the QR code that was scanned in its place while WhatsApp waits for the passkey.
///
/// When the last code is spent, at most 160 s after the first, 0.7 closes the connection (`pair.rs`), and the passkey
/// step with it; WhatsApp leaves ten minutes for it. whatsmeow's callers met the same (osaurus#2290).
/// No fix upstream is known; a rotation that waits for the passkey step replaces this.
async fn hold_rotation(run: &Weak<Run>) {
    let over = run
        .upgrade()
        .filter(|run| run.is_rotation(tokio::task::try_id()))
        .map(|run| run.watch_passkey());
    if let Some(mut over) = over {
        // An error means that the run is gone.
        let _ = over.wait_for(Option::is_none).await;
    }
}

#[async_trait]
impl Runtime for SessionRuntime {
    fn spawn(&self, task: Task) -> AbortHandle {
        let handle = tokio::spawn(self.guard(task));
        AbortHandle::new(move || handle.abort())
    }

    fn spawn_detached(&self, task: Task) {
        tokio::spawn(self.guard(task));
    }

    fn sleep(&self, wait: Duration) -> Task {
        let run = Weak::clone(&self.run);
        let slept = tokio::time::sleep(wait / self.pace.max(1));
        Box::pin(async move {
            slept.await;
            hold_rotation(&run).await;
        })
    }

    fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send + 'static>) -> Task {
        let run = Weak::clone(&self.run);
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(work).await;
            if done.is_err_and(|error| error.is_panic())
                && let Some(run) = run.upgrade()
            {
                run.failed_internally();
            }
        })
    }

    fn yield_now(&self) -> Option<Task> {
        // The executor has several threads: other sessions run meanwhile.
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::whatsapp::live::reason;
    use crate::gateway::whatsapp::{DriverEvent, Retry};
    use tokio::sync::mpsc;

    #[tokio::test]
    async fn a_panic_in_the_library_ends_its_session_with_a_reason() {
        let (report, mut events) = mpsc::unbounded_channel();
        let run = Run::new(report);
        let runtime = SessionRuntime {
            run: std::sync::Arc::downgrade(&run),
            pace: 1,
        };
        runtime.spawn_detached(Box::pin(async { panic!("on purpose") }));
        assert_eq!(events.recv().await, Some(DriverEvent::Connecting));
        assert_eq!(
            events.recv().await,
            Some(DriverEvent::Failed {
                retry: Retry::OnRestart,
                reason: reason::BROKEN.to_owned()
            })
        );
    }
}
