//! The engine's state in the metrics.

use super::Engine;
use crate::api::SessionStatus;
use crate::gateway::disk;
use crate::gateway::metrics::{Metrics, Sizes};

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
    pub async fn exposition(&self) -> String {
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
            .text(&sessions, self.inner.hub.listeners(), self.sizes().await)
    }

    /// Sizes on the disk, measured on a thread that may block.
    async fn sizes(&self) -> Sizes {
        let database = self.inner.database.clone();
        let keys = self.inner.backend.key_files().map(ToOwned::to_owned);
        let measuring = tokio::task::spawn_blocking(move || {
            let files = keys.map_or_else(Vec::new, |directory| disk::key_files(&directory));
            Sizes {
                store: disk::database_bytes(&database),
                key_files: files.iter().map(|(_, bytes)| bytes).sum(),
                largest_key_file: files.first().map_or(0, |(_, bytes)| *bytes),
            }
        });
        measuring.await.unwrap_or_default()
    }
}
