//! One session: its key file, its current run, and what outlives a run.

use super::budget::Budget;
use super::convert::Me;
use super::lists::Lists;
use super::run::{Phase, Run};
use super::{Live, keys, reason};
use crate::api::EpochMillis;
use crate::gateway::whatsapp::{Account, DriverError, DriverEvent};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use whatsapp_rust::Client;
use whatsapp_rust::wacore::iq::devices::RemoveCompanionDeviceSpec;

/// Time limit for unlinking at WhatsApp. The keys are deleted in any case.
const LOGOUT: Duration = Duration::from_secs(10);

pub(super) struct Session {
    pub(super) live: Arc<Live>,
    pub(super) account: Account,
    pub(super) budget: Budget,
    pub(super) lists: Lists,
    pub(super) events: mpsc::UnboundedSender<DriverEvent>,
    /// Held while the session starts or stops, so that no two clients use one key file.
    pub(super) slot: tokio::sync::Mutex<Option<Slot>>,
    current: Mutex<Option<Arc<Run>>>,
    /// When WhatsApp last sent anything; 0 when never.
    traffic: AtomicI64,
}

/// A run and the task that supervises it.
pub(super) struct Slot {
    pub(super) run: Arc<Run>,
    pub(super) task: JoinHandle<()>,
}

impl Session {
    pub(super) fn new(
        live: Arc<Live>,
        account: Account,
        events: mpsc::UnboundedSender<DriverEvent>,
    ) -> Arc<Self> {
        let budget = Budget::new(&live.options.limits);
        let lists = Lists::new(live.options.limits.list_interval);
        Arc::new(Self {
            live,
            account,
            budget,
            lists,
            events,
            slot: tokio::sync::Mutex::new(None),
            current: Mutex::new(None),
            traffic: AtomicI64::new(0),
        })
    }

    pub(super) fn key_file(&self) -> PathBuf {
        keys::path(&self.live.options.keys_dir, &self.account.session)
    }

    pub(super) async fn disconnect(&self) {
        let mut slot = self.slot.lock().await;
        self.end(&mut slot).await;
    }

    /// Ends the session's tasks without waiting for them.
    pub(super) fn abandon(&self) {
        if let Some(run) = self.run() {
            run.stop.cancel();
        }
    }

    pub(super) async fn log_out(&self) -> Result<(), DriverError> {
        let mut slot = self.slot.lock().await;
        let online = self.connected().ok();
        let paired = online.is_some() || keys::is_paired(&self.key_file()).await;
        let reason = match &online {
            Some((run, client)) => {
                // Further events are caused by ourselves.
                run.mute();
                if unlink_at_server(run, client).await {
                    reason::LOGGED_OUT
                } else {
                    reason::LOGGED_OUT_UNCONFIRMED
                }
            }
            None => reason::LOGGED_OUT_OFFLINE,
        };
        self.end(&mut slot).await;
        self.lists.forget();
        keys::erase(&self.key_file()).map_err(|error| unusable(&error))?;
        if paired {
            if reason != reason::LOGGED_OUT {
                tracing::warn!(session = %self.account.session, "{reason}");
            }
            // An error means that the engine dropped the session.
            let _ = self.events.send(DriverEvent::LoggedOut {
                reason: reason.to_owned(),
            });
        }
        Ok(())
    }

    pub(super) async fn erase(&self) -> Result<(), DriverError> {
        let mut slot = self.slot.lock().await;
        self.end(&mut slot).await;
        self.lists.forget();
        keys::erase(&self.key_file()).map_err(|error| unusable(&error))
    }

    pub(super) async fn end(&self, slot: &mut Option<Slot>) {
        if let Some(running) = slot {
            running.run.stop.cancel();
            // A panic was reported already.
            let _ = (&mut running.task).await;
        }
        *slot = None;
        self.set_current(None);
    }

    pub(super) fn set_current(&self, run: Option<Arc<Run>>) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = run;
    }

    pub(super) fn run(&self) -> Option<Arc<Run>> {
        let current = self.current.lock();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The run and its client, when WhatsApp can be asked something.
    pub(super) fn connected(&self) -> Result<(Arc<Run>, Arc<Client>), DriverError> {
        let run = self.run().ok_or(DriverError::NotConnected)?;
        if run.phase() != Phase::Connected || run.stop.is_cancelled() {
            return Err(DriverError::NotConnected);
        }
        let client = run.client().ok_or(DriverError::NotConnected)?;
        Ok((run, client))
    }

    /// Whether the list of all groups is needed; without a run, it will be.
    pub(super) fn is_list_due(&self) -> bool {
        self.run().is_none_or(|run| run.missed.is_list_due())
    }

    pub(super) fn me(&self) -> Me {
        self.run()
            .and_then(|run| run.client())
            .map(|client| Me::of(&client))
            .unwrap_or_default()
    }

    /// Notes when a client last received anything. Returns the newest such time known.
    pub(super) fn note_traffic(&self, client: &Client) -> EpochMillis {
        let seen = i64::try_from(client.stats().last_data_received_ms).unwrap_or(0);
        self.traffic.fetch_max(seen, Ordering::Relaxed).max(seen)
    }

    pub(super) fn last_traffic(&self) -> Option<EpochMillis> {
        let client = self.run().and_then(|run| run.client());
        let at = match client {
            Some(client) => self.note_traffic(&client),
            None => self.traffic.load(Ordering::Relaxed),
        };
        (at > 0).then_some(at)
    }
}

/// Unlinks this device at WhatsApp. Returns whether WhatsApp confirmed it.
///
/// The library's own logout asks the same question and keeps the answer to itself; one that returns it
/// replaces this.
async fn unlink_at_server(run: &Run, client: &Client) -> bool {
    let Some(own) = client.pn() else {
        return false;
    };
    let goodbye = client.execute(RemoveCompanionDeviceSpec::new(&own));
    let answer = tokio::time::timeout(LOGOUT, goodbye).await;
    // WhatsApp may close the connection with a removal notice instead of an answer.
    matches!(answer, Ok(Ok(()))) || run.is_unlinked()
}

fn unusable(error: &std::io::Error) -> DriverError {
    DriverError::Other {
        code: None,
        message: reason::keys_unusable(&error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::domain::{GroupJid, OrganizationId, SessionId};
    use crate::gateway::whatsapp::live::{Options, open};
    use crate::gateway::whatsapp::{Driver, DriverEvent, Retry};

    type Events = mpsc::UnboundedReceiver<DriverEvent>;

    /// A driver whose server is a port on which nobody listens.
    fn driver(home: &tempfile::TempDir) -> (Arc<dyn Driver>, Events) {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ws://{}/", nobody.local_addr().unwrap());
        drop(nobody);
        let options = Options {
            url: Some(url),
            ..Options::new(home.path().join("keys"))
        };
        let account = Account {
            session: SessionId::parse("01JZ0000000000000000000001").unwrap(),
            organization: OrganizationId::parse("acme").unwrap(),
        };
        let (sender, events) = mpsc::unbounded_channel();
        (open(Live::new(options).unwrap(), account, sender), events)
    }

    fn files(home: &tempfile::TempDir) -> usize {
        std::fs::read_dir(home.path().join("keys")).unwrap().count()
    }

    #[tokio::test]
    async fn nothing_is_opened_before_connect_and_calls_fail_at_once() {
        let home = tempfile::tempdir().unwrap();
        let (driver, mut events) = driver(&home);
        let group = GroupJid::parse("120363041234567890@g.us").unwrap();
        assert_eq!(driver.group(&group).await, Err(DriverError::NotConnected));
        assert_eq!(driver.joined_groups().await, Err(DriverError::NotConnected));
        assert_eq!(driver.last_traffic(), None);
        driver.disconnect().await;
        assert_eq!(files(&home), 0);
        assert!(events.try_recv().is_err());
    }

    #[tokio::test]
    async fn an_unreachable_server_is_retried_until_disconnect() {
        let home = tempfile::tempdir().unwrap();
        let (driver, mut events) = driver(&home);
        driver.connect().await.unwrap();
        driver.connect().await.unwrap();
        assert_eq!(events.recv().await, Some(DriverEvent::Connecting));
        driver.disconnect().await;
        driver.disconnect().await;
        assert!(events.try_recv().is_err());

        driver.connect().await.unwrap();
        assert_eq!(events.recv().await, Some(DriverEvent::Connecting));
        driver.erase().await.unwrap();
        assert_eq!(files(&home), 0);
        // No phone was linked, so nothing was logged out of.
        driver.log_out().await.unwrap();
        assert!(events.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_key_file_that_cannot_be_written_is_tried_again() {
        let home = tempfile::tempdir().unwrap();
        let (driver, mut events) = driver(&home);
        // SQLite cannot make its log, whoever runs this test.
        let log = home
            .path()
            .join("keys/01JZ0000000000000000000001.sqlite-wal");
        std::fs::create_dir(&log).unwrap();
        driver.connect().await.unwrap();
        assert_eq!(events.recv().await, Some(DriverEvent::Connecting));
        match events.recv().await {
            Some(DriverEvent::Failed { reason, retry }) => {
                assert!(reason.contains("cannot be written"), "{reason}");
                assert!(matches!(retry, Retry::After(_)), "{retry:?}");
            }
            other => panic!("{other:?}"),
        }
        std::fs::remove_dir(&log).unwrap();
        driver.connect().await.unwrap();
        assert_eq!(events.recv().await, Some(DriverEvent::Connecting));
        driver.disconnect().await;
        assert!(events.try_recv().is_err());
    }

    #[tokio::test]
    async fn an_invalid_key_file_ends_the_session_with_a_reason() {
        let home = tempfile::tempdir().unwrap();
        let (driver, mut events) = driver(&home);
        let file = home.path().join("keys/01JZ0000000000000000000001.sqlite");
        std::fs::write(&file, "this is no database at all".repeat(100)).unwrap();
        driver.connect().await.unwrap();
        assert_eq!(events.recv().await, Some(DriverEvent::Connecting));
        match events.recv().await {
            Some(DriverEvent::Failed { reason, .. }) => {
                assert!(reason.contains("key file"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
        driver.disconnect().await;
    }
}
