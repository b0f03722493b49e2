//! The engine's state in the metrics.

use super::Engine;
use crate::api::SessionStatus;
use crate::gateway::metrics::Metrics;

/// Every status of a session.
const STATUSES: [(SessionStatus, &str); 6] = [
    (SessionStatus::Starting, "starting"),
    (SessionStatus::ScanQrCode, "scan_qr_code"),
    (SessionStatus::Working, "working"),
    (SessionStatus::Failed, "failed"),
    (SessionStatus::Stopped, "stopped"),
    (SessionStatus::LoggedOut, "logged_out"),
];

impl Engine {
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// The counts as exposition text.
    #[must_use]
    pub fn exposition(&self) -> String {
        let mut sessions = STATUSES.each_ref().map(|(_, word)| (*word, 0));
        for session in self.all_sessions() {
            let position = session.read(|view| {
                STATUSES
                    .iter()
                    .position(|(status, _)| *status == view.status)
            });
            if let Some(position) = position {
                sessions[position].1 += 1;
            }
        }
        self.inner
            .metrics
            .text(&sessions, self.inner.hub.listeners())
    }
}
