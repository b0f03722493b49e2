//! Whether WhatsApp has restricted the account.

use super::command::CommandKind;
use super::handle::SessionHandle;
use super::limits;
use super::task::Task;
use crate::api::EpochMillis;
use crate::gateway::clock;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::time::timeout;

impl SessionHandle {
    /// Until when WhatsApp has restricted the account, as far as known.
    pub(super) fn restricted_until(&self) -> Option<EpochMillis> {
        let until = self.restricted_until.load(Ordering::Relaxed);
        (until > clock::now()).then_some(until)
    }

    /// Asks WhatsApp in the background whether it has restricted the account.
    pub(super) fn look_for_restriction(&self) {
        let _ = self.control.send(CommandKind::LookForRestriction.into());
    }

    /// Returns whether that changed.
    pub(super) fn set_restricted_until(&self, until: Option<EpochMillis>) -> bool {
        let before = self.restricted_until();
        self.restricted_until
            .store(until.unwrap_or(0), Ordering::Relaxed);
        self.restricted_until() != before
    }
}

impl Task {
    /// Asks in a task of its own; a failure is logged.
    pub(super) fn look_for_restriction(&self) {
        let handle = Arc::clone(&self.handle);
        self.tasks.spawn(async move {
            let query = handle.driver.restricted_until();
            let until = match timeout(limits::QUERY, query).await {
                Ok(Ok(until)) => until,
                Ok(Err(error)) => {
                    tracing::info!(session = %handle.id, %error, "whether the account is restricted is not known");
                    return;
                }
                Err(_elapsed) => return,
            };
            if let Some(until) = until {
                tracing::warn!(session = %handle.id, until = render(until), "WhatsApp has restricted the account");
            }
            if handle.set_restricted_until(until) {
                let _ = handle.control.send(CommandKind::AnnounceResync.into());
            }
        });
    }
}

/// The reason of an unlinked session whose account is restricted. The stanza is the same for a phone
/// that removed the device, so this is said beside it.
pub(super) fn after_unlink(reason: &str, until: EpochMillis) -> String {
    format!(
        "{reason}; WhatsApp had restricted the account until {}, so it may have removed this device itself",
        render(until)
    )
}

fn render(at: EpochMillis) -> String {
    Timestamp::from_millisecond(at).map_or_else(
        |_| "an unknown time".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}
