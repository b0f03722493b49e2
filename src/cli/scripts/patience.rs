//! Calls that a gateway turns away because there are too many.

use super::context::CommandContext;
use crate::batch::about;
use crate::cli::output::note;
use crate::client::{ClientError, pause_when_limited};
use std::time::Duration;

/// Shorter pauses are the ordinary pace, and not noted.
const NOTED: Duration = Duration::from_secs(2);

impl CommandContext<'_> {
    /// Makes a call until it is not turned away for its rate, after the pauses that the gateway asks for. A change that is
    /// turned away so was not made.
    ///
    /// # Errors
    /// Those of the call. The 429 itself, when the gateway asks for too long a pause or too often, or when the command is
    /// asked to end meanwhile.
    pub(super) async fn patiently<T, F>(
        &self,
        mut call: impl FnMut() -> F,
    ) -> Result<T, ClientError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let mut times = 0;
        loop {
            let error = match call().await {
                Err(error) if error.status() == Some(429) => error,
                answer => return answer,
            };
            times += 1;
            let Some(pause) = pause_when_limited(times, error.retry_after()) else {
                return Err(error);
            };
            if self.notes && pause >= NOTED {
                note(&format!("rate limited; going on in {}", about(pause)));
            }
            if !self.pause(pause).await {
                return Err(error);
            }
        }
    }

    /// Waits; `false` when the command is asked to end meanwhile.
    pub(super) async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }
}
