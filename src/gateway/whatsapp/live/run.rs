//! One run of a session, from `connect` until it is stopped or ends: its phase and the events it
//! reports.

use super::backlog::Backlog;
use super::lists::Missed;
use super::reason;
use crate::api::{EpochMillis, PasskeyRequest};
use crate::gateway::whatsapp::{DriverEvent, Identity, Retry};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use whatsapp_rust::Client;

/// The phase of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Dialling, logging in or waiting to dial again.
    Connecting,
    /// Showing codes to link a phone with.
    Pairing,
    Connected,
    /// Ended; the reason was reported.
    Ended,
}

pub(super) struct Run {
    events: mpsc::UnboundedSender<DriverEvent>,
    phase: watch::Sender<Phase>,
    /// Until when the passkey may be answered; `None` while none is asked for.
    passkey: watch::Sender<Option<Instant>>,
    /// Cancelled to stop the run; no event is reported after that.
    pub(super) stop: CancellationToken,
    /// Notified when WhatsApp refused the version of the client.
    pub(super) outdated: Notify,
    /// Set when what happens from now on is this side's doing.
    muted: AtomicBool,
    /// Whether changes of groups may have been missed.
    pub(super) missed: Missed,
    pub(super) backlog: Backlog,
    facts: Mutex<Facts>,
}

struct Facts {
    client: Option<Arc<Client>>,
    dials: u64,
    /// Whether the last dial has not reached the server (yet).
    unreached: bool,
    /// Until when a pairing code that was given out may be entered.
    code_until: Option<Instant>,
    qr_exhausted: bool,
    /// The library's task that shows one QR code after the other.
    rotation: Option<task::Id>,
    /// Whether the device was unlinked.
    unlinked: bool,
    /// A phone was linked, not reported yet.
    linked: Option<Identity>,
    /// Notified once, when the phone was linked.
    business_name: Option<String>,
    platform: Option<String>,
}

impl Run {
    pub(super) fn new(events: mpsc::UnboundedSender<DriverEvent>) -> Arc<Self> {
        let run = Arc::new(Self {
            events,
            phase: watch::Sender::new(Phase::Connecting),
            passkey: watch::Sender::new(None),
            stop: CancellationToken::new(),
            outdated: Notify::new(),
            muted: AtomicBool::new(false),
            missed: Missed::new(),
            backlog: Backlog::default(),
            facts: Mutex::new(Facts {
                client: None,
                dials: 0,
                unreached: true,
                code_until: None,
                qr_exhausted: false,
                rotation: None,
                unlinked: false,
                linked: None,
                business_name: None,
                platform: None,
            }),
        });
        run.tell(DriverEvent::Connecting);
        run
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Whether it is neither stopped nor ended.
    pub(super) fn lives(&self) -> bool {
        !self.stop.is_cancelled() && self.phase() != Phase::Ended
    }

    /// Waits for a phase.
    pub(super) async fn until(&self, wanted: impl FnMut(&Phase) -> bool) {
        let mut phase = self.phase.subscribe();
        // The sender lives in `self`, so the wait cannot fail.
        let _ = phase.wait_for(wanted).await;
    }

    /// Waits until the connection is there; false when the run is over.
    pub(super) async fn is_online_again(&self) -> bool {
        let settled = self.until(|phase| matches!(phase, Phase::Connected | Phase::Ended));
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = settled => self.phase() != Phase::Ended,
        }
    }

    pub(super) fn tell(&self, event: DriverEvent) {
        if !self.stop.is_cancelled() && !self.muted.load(Ordering::Relaxed) {
            // An error means that the engine dropped the session.
            let _ = self.events.send(event);
        }
    }

    /// Suppresses further events.
    pub(super) fn mute(&self) {
        self.muted.store(true, Ordering::Relaxed);
    }

    /// Moves on to a phase. An end is final. False when nothing changed.
    fn enter(&self, next: Phase) -> bool {
        if next != Phase::Pairing {
            self.passkey.send_replace(None);
        }
        self.phase.send_if_modified(|phase| {
            let moves = *phase != Phase::Ended && *phase != next;
            if moves {
                *phase = next;
            }
            moves
        })
    }

    pub(super) fn attach(&self, client: Option<Arc<Client>>) {
        self.backlog.end();
        self.facts().client = client;
    }

    pub(super) fn client(&self) -> Option<Arc<Client>> {
        self.facts().client.clone()
    }

    /// Whether this is the client of the run, and not one that was replaced.
    pub(super) fn is_current(&self, client: &Arc<Client>) -> bool {
        let facts = self.facts();
        facts
            .client
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(current, client))
    }

    /// A connection is being opened, so an earlier one is gone even if the library did not report
    /// it.
    pub(super) fn dialling(&self) {
        {
            let mut facts = self.facts();
            facts.dials += 1;
            facts.unreached = true;
        }
        self.missed.dialling();
        self.dropped();
    }

    pub(super) fn reached(&self) {
        self.missed.reached();
        self.facts().unreached = false;
    }

    /// How many dials there were, and whether the last one has not reached the server (yet).
    pub(super) fn dials(&self) -> (u64, bool) {
        let facts = self.facts();
        (facts.dials, facts.unreached)
    }

    /// Reports the progress of a backlog, if there is any since it was called last.
    pub(super) fn report_backlog(&self) {
        if self.backlog.has_changed() && self.phase() == Phase::Connecting {
            self.tell(DriverEvent::CatchingUp);
        }
    }

    /// The connection is gone and will be tried again.
    pub(super) fn lost(&self) {
        if self.enter(Phase::Connecting) {
            self.missed.lost();
            self.tell(DriverEvent::ConnectionLost);
        }
    }

    /// The library lost the connection, in whatever state it was.
    pub(super) fn dropped(&self) {
        self.backlog.end();
        if self.phase() == Phase::Connected {
            self.lost();
        } else if self.enter(Phase::Connecting) {
            self.tell(DriverEvent::Connecting);
        }
    }

    /// A login came to nothing; another one follows.
    pub(super) fn gave_up(&self) {
        self.backlog.end();
        if self.lives() {
            self.tell(DriverEvent::ConnectionLost);
        }
    }

    pub(super) fn qr(&self, code: String, expires_at: EpochMillis) {
        if !self.lives() {
            return;
        }
        {
            let mut facts = self.facts();
            facts.qr_exhausted = false;
            facts.rotation = task::try_id();
        }
        self.tell(DriverEvent::QrCode { code, expires_at });
        self.enter(Phase::Pairing);
    }

    /// No further QR codes come. A pairing code may still be entered.
    pub(super) fn qr_exhausted(&self) {
        let code_waits = {
            let mut facts = self.facts();
            facts.qr_exhausted = true;
            facts.code_until.is_some_and(|until| until > Instant::now())
        };
        if !code_waits && !self.is_passkey_open() {
            self.fail(reason::PAIRING_EXPIRED.to_owned());
        }
    }

    /// A pairing code was given out.
    pub(super) fn code_given(&self, valid: Duration) {
        self.facts().code_until = Some(Instant::now() + valid);
    }

    /// The pairing code is no longer valid.
    pub(super) fn code_spent(&self, reason: &str) {
        if self.is_passkey_open() {
            return;
        }
        let (given, over) = {
            let mut facts = self.facts();
            (facts.code_until.take().is_some(), facts.qr_exhausted)
        };
        if over {
            self.fail(reason::PAIRING_EXPIRED.to_owned());
        } else if given {
            let reason = reason.to_owned();
            self.tell(DriverEvent::CodeSpent { reason });
        }
    }

    /// Ends pairing when the last code, of either kind, is too old.
    pub(super) fn check_codes(&self) {
        // Copied: failing writes it.
        let passkey = *self.passkey.borrow();
        if let Some(until) = passkey {
            if until <= Instant::now() {
                self.fail(reason::PASSKEY_EXPIRED.to_owned());
            }
            return;
        }
        let stale = {
            let facts = self.facts();
            facts.qr_exhausted && facts.code_until.is_none_or(|until| until <= Instant::now())
        };
        if stale {
            self.fail(reason::PAIRING_EXPIRED.to_owned());
        }
    }

    /// WhatsApp asks for the account's passkey, and waits so long for the answer.
    pub(super) fn passkey_asked(&self, request: PasskeyRequest, patience: Duration) {
        if self.lives() {
            self.passkey.send_replace(Some(Instant::now() + patience));
            self.enter(Phase::Pairing);
            self.tell(DriverEvent::PasskeyAsked(request));
        }
    }

    pub(super) fn passkey_code(&self, code: String) {
        if self.is_passkey_open() {
            self.tell(DriverEvent::PasskeyCode(code));
        }
    }

    pub(super) fn passkey_refused(&self, reason: String) {
        if self.is_passkey_open() {
            self.tell(DriverEvent::PasskeyRefused { reason });
        }
    }

    pub(super) fn is_passkey_open(&self) -> bool {
        self.passkey.borrow().is_some() && self.lives()
    }

    /// Whether this is the library's task that shows the QR codes.
    pub(super) fn is_rotation(&self, task: Option<task::Id>) -> bool {
        task.is_some() && self.facts().rotation == task
    }

    pub(super) fn watch_passkey(&self) -> watch::Receiver<Option<Instant>> {
        self.passkey.subscribe()
    }

    /// A phone was linked. Reported when the keys are on disk.
    pub(super) fn paired(&self, identity: Identity) {
        {
            let mut facts = self.facts();
            facts.business_name.clone_from(&identity.business_name);
            facts.platform.clone_from(&identity.platform);
            facts.code_until = None;
            facts.qr_exhausted = false;
            facts.linked = Some(identity);
        }
        self.enter(Phase::Connecting);
    }

    /// The keys of the link are on disk.
    pub(super) fn paired_durably(&self) {
        let linked = self.facts().linked.take();
        if let Some(identity) = linked
            && self.lives()
        {
            self.tell(DriverEvent::Paired(identity));
        }
    }

    pub(super) fn connected(&self, mut identity: Identity) {
        // A login with the new keys is reported after the link, even if it is faster.
        self.paired_durably();
        {
            let facts = self.facts();
            identity.business_name.clone_from(&facts.business_name);
            identity.platform.clone_from(&facts.platform);
        }
        self.missed.connected();
        self.backlog.end();
        if self.enter(Phase::Connected) {
            self.tell(DriverEvent::Connected(identity));
        }
    }

    /// Any group may have changed without a notification.
    pub(super) fn groups_are_stale(&self) {
        let is_news = self.missed.doubt();
        // Every connect asks whether the list is due.
        if is_news && self.phase() == Phase::Connected {
            self.tell(DriverEvent::GroupsStale);
        }
    }

    pub(super) fn fail(&self, reason: String) {
        self.end(reason, Retry::OnRestart);
    }

    /// Fails; only an operator starts it again.
    pub(super) fn fail_manually(&self, reason: String) {
        self.end(reason, Retry::Manual);
    }

    /// Fails, with the retry policy.
    pub(super) fn end(&self, reason: String, retry: Retry) {
        if self.enter(Phase::Ended) {
            self.tell(DriverEvent::Failed { reason, retry });
        }
    }

    /// The device was unlinked: its keys are useless.
    pub(super) fn logged_out(&self, reason: String) {
        self.facts().unlinked = true;
        if self.enter(Phase::Ended) {
            self.tell(DriverEvent::LoggedOut { reason });
        }
    }

    pub(super) fn is_unlinked(&self) -> bool {
        self.facts().unlinked
    }

    /// A part of the session panicked.
    pub(super) fn failed_internally(&self) {
        self.fail(reason::BROKEN.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::domain::MemberJid;

    fn run() -> (Arc<Run>, mpsc::UnboundedReceiver<DriverEvent>) {
        let (sender, mut events) = mpsc::unbounded_channel();
        let run = Run::new(sender);
        assert_eq!(events.try_recv(), Ok(DriverEvent::Connecting));
        (run, events)
    }

    fn identity() -> Identity {
        Identity {
            phone_number: "628123456789".to_owned(),
            jid: MemberJid::parse("628123456789@s.whatsapp.net").unwrap(),
            lid: MemberJid::parse("1@lid").unwrap(),
            business_name: None,
            platform: None,
        }
    }

    fn told(events: &mut mpsc::UnboundedReceiver<DriverEvent>) -> Vec<DriverEvent> {
        std::iter::from_fn(|| events.try_recv().ok()).collect()
    }

    #[tokio::test]
    async fn dialling_anew_means_that_the_connection_was_lost() {
        let (run, mut events) = run();
        run.dialling();
        run.connected(identity());
        run.connected(identity());
        run.dialling();
        run.lost();
        run.connected(identity());
        assert_eq!(
            told(&mut events),
            [
                DriverEvent::Connected(identity()),
                DriverEvent::ConnectionLost,
                DriverEvent::Connected(identity()),
            ]
        );
    }

    #[tokio::test]
    async fn an_end_is_final_and_reported_once() {
        let (run, mut events) = run();
        run.fail("why".to_owned());
        run.logged_out("no".to_owned());
        run.dialling();
        run.connected(identity());
        run.qr("code".to_owned(), 1);
        assert_eq!(
            told(&mut events),
            [DriverEvent::Failed {
                reason: "why".to_owned(),
                retry: Retry::OnRestart,
            }]
        );
        assert!(!run.lives());
    }

    #[tokio::test]
    async fn nothing_is_told_after_a_stop() {
        let (run, mut events) = run();
        run.stop.cancel();
        run.connected(identity());
        run.failed_internally();
        assert_eq!(told(&mut events), []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pairing_code_outlives_the_qr_codes() {
        let (run, mut events) = run();
        run.qr("code".to_owned(), 1);
        run.code_given(Duration::from_mins(3));
        run.qr_exhausted();
        run.check_codes();
        assert_eq!(run.phase(), Phase::Pairing);
        tokio::time::advance(Duration::from_secs(181)).await;
        run.check_codes();
        assert_eq!(run.phase(), Phase::Ended);
        assert!(matches!(
            told(&mut events).as_slice(),
            [DriverEvent::QrCode { .. }, DriverEvent::Failed { .. }]
        ));
    }

    #[tokio::test]
    async fn details_from_pairing_are_kept() {
        let (run, mut events) = run();
        let mut told_once = identity();
        told_once.business_name = Some("Acme".to_owned());
        run.paired(told_once.clone());
        assert_eq!(told(&mut events), []);
        run.paired_durably();
        assert_eq!(told(&mut events), [DriverEvent::Paired(told_once.clone())]);
        run.connected(identity());
        run.paired_durably();
        assert_eq!(told(&mut events), [DriverEvent::Connected(told_once)]);
    }
}
