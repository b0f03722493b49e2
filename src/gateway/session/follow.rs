//! Applying the driver's events to the status, the store and the listeners.

use super::command::CommandKind;
use super::handle::Hold;
use super::passkey;
use super::stage::PasskeyStage;
use super::task::Task;
use super::{requests, restriction, sync};
use crate::api::{
    AuthCodePayload, AuthQrPayload, EpochMillis, EventKind, QrCode, SessionStatus,
    SessionStatusPayload,
};
use crate::gateway::clock;
use crate::gateway::domain::MemberJid;
use crate::gateway::lock::lock;
use crate::gateway::store::changes;
use crate::gateway::whatsapp::{DriverEvent, GroupChange, GroupEvent, Identity, Named};
use std::sync::Arc;

/// Most characters of a name that are stored. WhatsApp allows fewer.
const NAME_MAX: usize = 100;

impl Task {
    /// Takes one event.
    pub(super) async fn event(&mut self, event: DriverEvent) {
        if !matches!(
            event,
            DriverEvent::Connecting
                | DriverEvent::CatchingUp
                | DriverEvent::ConnectionLost
                | DriverEvent::Delayed { .. }
                | DriverEvent::Failed { .. }
        ) {
            self.handle.heard();
        }
        if let DriverEvent::Group(event) = event {
            return self.held.push(event);
        }
        self.flush().await;
        match event {
            DriverEvent::LoggedOut { reason } => {
                let reason = match self.handle.restricted_until() {
                    Some(until) => restriction::after_unlink(&reason, until),
                    None => reason,
                };
                self.unlink(reason).await;
            }
            // Ignore late events of a session that should not run.
            _ if !self.should_run => {}
            // The engine alone restarts a failed session.
            DriverEvent::Connecting | DriverEvent::ConnectionLost
                if self.status() == SessionStatus::Failed => {}
            DriverEvent::Connecting => self.starting().await,
            DriverEvent::QrCode { code, expires_at } => self.show_qr(code, expires_at).await,
            DriverEvent::Paired(identity) => self.paired(&identity).await,
            DriverEvent::CatchingUp => self.catching_up().await,
            DriverEvent::Connected(identity) => self.connected(&identity).await,
            DriverEvent::ConnectionLost => {
                self.handle.renew_connection();
                self.starting().await;
            }
            DriverEvent::Delayed { reason } => {
                if self.status() == SessionStatus::Starting {
                    self.set_status(SessionStatus::Starting, Some(reason)).await;
                }
            }
            DriverEvent::CodeSpent { reason } => {
                if self.status() == SessionStatus::ScanQrCode {
                    self.set_status(SessionStatus::ScanQrCode, Some(reason))
                        .await;
                }
            }
            DriverEvent::PasskeyAsked(request) => {
                self.handle.set_passkey(Some(PasskeyStage::Asked(request)));
                self.passkey_status(passkey::ASKED).await;
            }
            DriverEvent::PasskeyCode(code) => {
                if self.handle.show_passkey_code(code) {
                    self.passkey_status(passkey::COMPARE).await;
                }
            }
            DriverEvent::PasskeyRefused { reason } => {
                if self.handle.reopen_passkey() {
                    self.passkey_status(&reason).await;
                }
            }
            DriverEvent::Failed { reason, retry } => self.fail_with(reason, retry).await,
            DriverEvent::GroupsStale => self.resync(),
            DriverEvent::Named(people) => self.name(people),
            DriverEvent::Group(_) => {}
        }
    }

    /// Connecting. A further attempt keeps the deadline of the first.
    async fn starting(&mut self) {
        if self.status() != SessionStatus::Starting {
            self.set_status(SessionStatus::Starting, None).await;
        }
    }

    /// More of what was missed has arrived. Published without being logged: the next one replaces it.
    async fn catching_up(&mut self) {
        if self.status() != SessionStatus::Starting {
            return;
        }
        let is_delayed = self.handle.read(|view| view.status_reason.is_some());
        if is_delayed && self.handle.missed().is_some() {
            // It is connected, whatever held it up before.
            self.set_status(SessionStatus::Starting, None).await;
        }
        let payload = self.handle.status_payload();
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        self.save(move |w| w.publish_live(&organization, &id, EventKind::SessionStatus, &payload))
            .await;
    }

    async fn show_qr(&mut self, code: String, expires_at: EpochMillis) {
        // A driver that offers QR codes has no linked phone any more: the keys are gone.
        self.forget();
        self.handle.set_qr(Some(QrCode {
            code: code.clone(),
            expires_at: Some(expires_at),
        }));
        // The outcome of a pairing code is independent of the rotating QR codes.
        let reason = match self.status() {
            SessionStatus::ScanQrCode => self.handle.read(|view| view.status_reason.clone()),
            _ => None,
        };
        self.set_status(SessionStatus::ScanQrCode, reason).await;
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        self.save(move |w| {
            let payload = AuthQrPayload {
                code,
                expires_at: Some(expires_at),
            };
            w.publish_live(&organization, &id, EventKind::AuthQr, &payload)
        })
        .await;
    }

    /// The step of a pairing that waits for a person. The phone has scanned or typed its code already.
    async fn passkey_status(&mut self, reason: &str) {
        self.handle.set_qr(None);
        self.set_status(SessionStatus::ScanQrCode, Some(reason.to_owned()))
            .await;
    }

    async fn paired(&mut self, identity: &Identity) {
        self.handle.set_qr(None);
        self.identify(identity);
        self.look_after_linking = true;
        self.set_status(SessionStatus::Starting, None).await;
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        let payload = AuthCodePayload {
            jid: Some(identity.jid.to_string()),
            lid: Some(identity.lid.to_string()),
            business_name: identity.business_name.clone(),
            platform: identity.platform.clone(),
        };
        let session = self.handle.view();
        let should_run = self.should_run;
        self.save(move |w| {
            w.rows
                .update_session(&organization, &session, should_run, None)?;
            w.publish(&organization, &id, EventKind::AuthCode, &payload)
        })
        .await;
    }

    async fn connected(&mut self, identity: &Identity) {
        self.handle.set_qr(None);
        self.identify(identity);
        self.handle
            .change(|view| view.last_connected_at = Some(clock::now()));
        if self.handle.connection().is_cancelled() {
            // The driver connected after its deadline.
            self.handle.renew_connection();
        }
        self.set_status(SessionStatus::Working, None).await;
        self.resync();
        self.look_for_requests();
        // A device that was removed cannot ask; its successor can.
        if std::mem::take(&mut self.look_after_linking) {
            self.look_for_restriction();
        }
    }

    /// Looks up requests to join as long as this connection lasts.
    fn look_for_requests(&self) {
        self.handle.requests_due.notify_one();
        self.tasks.spawn(requests::run(
            Arc::clone(&self.handle),
            self.store.clone(),
            self.handle.connection(),
        ));
    }

    /// Reads the list of all groups where it is due.
    fn resync(&self) {
        if !self.handle.is_list_due() {
            return self.handle.mark_ready();
        }
        if self.status() == SessionStatus::Working {
            self.tasks.spawn(sync::run(
                Arc::clone(&self.handle),
                self.store.clone(),
                self.handle.connection(),
            ));
        }
    }

    /// Stores what could not be stored during an outage.
    pub(super) async fn catch_up(&mut self) {
        let reason = self.handle.read(|view| view.status_reason.clone());
        self.set_status(self.status(), reason).await;
        if self.status() != SessionStatus::Working {
            // The next connection reads the groups.
            return;
        }
        self.handle.set_synced(false);
        let (handle, store) = (Arc::clone(&self.handle), self.store.clone());
        self.tasks.spawn(async move {
            sync::run(Arc::clone(&handle), store, handle.connection()).await;
            // A list of groups lacks what only events carry, such as a new link.
            let _ = handle.control.send(CommandKind::AnnounceResync.into());
        });
    }

    /// Publishes the unchanged status, which tells listeners that their state of the session is
    /// outdated.
    pub(super) async fn announce_resync(&self) {
        if self.handle.require_working().is_err() {
            // The next connection syncs again.
            return;
        }
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        let payload = SessionStatusPayload {
            status: SessionStatus::Working,
            reason: None,
            link_step: None,
            missed: None,
        };
        self.save(move |w| w.publish(&organization, &id, EventKind::SessionStatus, &payload))
            .await;
    }

    fn identify(&self, identity: &Identity) {
        self.handle.change(|view| {
            view.phone_number = Some(identity.phone_number.clone());
            view.wa_jid = Some(identity.jid.to_string());
            view.wa_lid = Some(identity.lid.to_string());
        });
    }

    /// The phone is no longer linked: its number is kept, to be known by, and a new scan is needed.
    pub(super) async fn unlink(&mut self, reason: String) {
        (self.should_run, self.banned, self.first) = (false, None, None);
        self.handle.cut_connection();
        self.handle.forget_reset_echoes();
        self.handle.set_synced(false);
        self.handle.set_qr(None);
        self.forget();
        self.set_status(SessionStatus::LoggedOut, Some(reason))
            .await;
    }

    /// Forgets which account is linked. The number stays, so that people know which phone it was.
    fn forget(&self) {
        self.handle.change(|view| {
            view.wa_jid = None;
            view.wa_lid = None;
        });
    }

    /// Our own reset was published when it was answered.
    fn is_echo_of_reset(&self, event: &GroupEvent) -> bool {
        let GroupChange::InviteReset(code) = &event.change else {
            return false;
        };
        let is_by_me = self.is_me(event.by.as_ref());
        self.handle
            .take_reset_echo(&event.group, code.as_ref(), is_by_me)
    }

    fn is_me(&self, jid: Option<&MemberJid>) -> bool {
        jid.is_some_and(|jid| {
            self.handle.read(|view| {
                [&view.wa_lid, &view.wa_jid]
                    .iter()
                    .any(|mine| mine.as_deref() == Some(jid.as_str()))
            })
        })
    }

    /// Stores names beside the events: a phone may have thousands of contacts.
    fn name(&self, mut people: Vec<Named>) {
        people.retain_mut(|named| {
            named.name = named.name.trim().chars().take(NAME_MAX).collect();
            !named.name.is_empty()
        });
        let (organization, id) = (self.handle.organization.clone(), self.handle.id.clone());
        let store = self.store.clone();
        self.tasks.spawn(async move {
            let session = id.clone();
            let written = store.write(move |w| w.rows.put_names(&organization, &id, &people));
            if let Err(cause) = written.await {
                tracing::warn!(%session, %cause, "names of people were not stored");
            }
        });
    }

    /// Stores the group events that need not wait.
    pub(super) async fn flush(&mut self) {
        let hold = lock(&self.handle.hold).clone();
        let mut ready: Vec<GroupEvent> = match &hold {
            None => std::mem::take(&mut self.held),
            Some(Hold::All) => return,
            Some(Hold::Group(group)) => {
                let (wait, ready) = std::mem::take(&mut self.held)
                    .into_iter()
                    .partition(|event| event.group == *group);
                self.held = wait;
                ready
            }
        };
        ready.retain(|event| !self.is_echo_of_reset(event));
        if ready.is_empty() {
            return;
        }
        let scope = self.handle.scope();
        let due = ready.iter().filter(|event| requests::are_due(event));
        let due: Vec<_> = due.map(|event| event.group.clone()).collect();
        let count = self
            .save(move |w| {
                let mut entered = false;
                for event in &ready {
                    changes::apply(w, &scope, event)?;
                    entered |= matches!(event.change, GroupChange::Entered(_));
                }
                // Counting walks all groups of the session.
                entered.then(|| scope.count(w.rows)).transpose()
            })
            .await;
        if let Some(Some(count)) = count {
            self.handle.set_group_count(count);
        }
        if !due.is_empty() {
            lock(&self.handle.requests_moved).extend(due);
            self.handle.requests_due.notify_one();
        }
    }
}
