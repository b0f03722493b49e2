//! The handle of a session: its state in memory, and its command queue.

use super::command::{Acted, Command, CommandKind, SessionAction};
use super::limits;
use super::stage::PasskeyStage;
use crate::api::{
    EpochMillis, LinkStep, Missed, QrCode, Session, SessionStatus, SessionStatusPayload,
};
use crate::gateway::auth::Lease;
use crate::gateway::budget::Budget;
use crate::gateway::clock;
use crate::gateway::domain::{GroupJid, InviteCode, MemberJid, OrganizationId, SessionId};
use crate::gateway::error::{Error, Limit};
use crate::gateway::limits::Limits;
use crate::gateway::lock::lock;
use crate::gateway::rate::CallRate;
use crate::gateway::store::context::SessionContext;
use crate::gateway::store::listing::ListCache;
use crate::gateway::store::{StoreError, Write};
use crate::gateway::whatsapp::Driver;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The reason of a session whose driver or task panicked.
pub(super) const BROKE: &str = "an internal fault ended this session; start it again";

/// A session in memory.
pub(crate) struct SessionHandle {
    pub id: SessionId,
    pub organization: OrganizationId,
    pub driver: Arc<dyn Driver>,
    /// The session's listing of groups.
    pub listing: Arc<ListCache>,
    pub(super) control: mpsc::UnboundedSender<Command>,
    view: RwLock<Session>,
    group_count: AtomicU64,
    /// Groups of the last list that could not be read.
    unreadable_groups: AtomicU64,
    /// Milliseconds since the epoch; 0 for never.
    last_traffic: AtomicI64,
    /// When a restriction of the account ends, in milliseconds since the epoch; 0 for none. Kept in
    /// memory only.
    pub(super) restricted_until: AtomicI64,
    pub(super) turn: tokio::sync::Mutex<()>,
    pub(super) waiting: AtomicUsize,
    /// `ratePerMin` and `ratePerHour`.
    pub(super) calls: CallRate,
    connects: CallRate,
    pub(crate) budget: Budget,
    /// Cancelled when the connection ends, which ends running calls.
    connection: Mutex<CancellationToken>,
    /// The current QR code. Kept in memory only.
    qr: Mutex<Option<QrCode>>,
    /// The passkey step, while it is open. Kept in memory only.
    pub(super) passkey: Mutex<Option<PasskeyStage>>,
    pub(super) hold: Mutex<Option<Hold>>,
    pub(super) released: Notify,
    /// The new codes of our own resets whose echo has not arrived, and when each was answered.
    resets: Mutex<HashMap<GroupJid, (InviteCode, Instant)>>,
    /// Whether the last list of all groups is stored, and nothing was lost since.
    synced: AtomicBool,
    /// When that was, in milliseconds since the epoch; 0 for never.
    synced_at: AtomicI64,
    /// Groups may have requests to join that are not known.
    pub(super) requests_due: Notify,
    /// Groups in which something happened that is a reason to look for requests once more.
    pub(super) requests_moved: Mutex<HashSet<GroupJid>>,
    /// Whether startup is complete: connected with all groups read, or not connected.
    ready: watch::Sender<bool>,
    /// How the task ended, once it has.
    end: OnceLock<End>,
}

/// Why a session's task ended: the answer to commands that it did not execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Deleted,
    /// The engine closes.
    Closed,
}

/// Which events are held back during a change of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hold {
    Group(GroupJid),
    All,
}

impl std::fmt::Debug for SessionHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionHandle")
            .field("id", &self.id)
            .field("organization", &self.organization)
            .finish_non_exhaustive()
    }
}

impl SessionHandle {
    pub(super) fn new(
        id: SessionId,
        organization: OrganizationId,
        view: Session,
        group_count: u64,
        driver: Arc<dyn Driver>,
        control: mpsc::UnboundedSender<Command>,
        limits: &Limits,
    ) -> Self {
        let connection = CancellationToken::new();
        connection.cancel();
        Self {
            id,
            organization,
            driver,
            listing: Arc::default(),
            control,
            calls: CallRate::new(view.rate_per_min, view.rate_per_hour),
            connects: CallRate::new(limits.connects_per_minute, limits.connects_per_hour),
            budget: Budget::new(limits),
            view: RwLock::new(view),
            group_count: AtomicU64::new(group_count),
            unreadable_groups: AtomicU64::new(0),
            last_traffic: AtomicI64::new(0),
            restricted_until: AtomicI64::new(0),
            turn: tokio::sync::Mutex::new(()),
            waiting: AtomicUsize::new(0),
            connection: Mutex::new(connection),
            qr: Mutex::new(None),
            passkey: Mutex::new(None),
            hold: Mutex::new(None),
            released: Notify::new(),
            resets: Mutex::default(),
            synced: AtomicBool::new(false),
            synced_at: AtomicI64::new(0),
            requests_due: Notify::new(),
            requests_moved: Mutex::default(),
            ready: watch::Sender::new(false),
            end: OnceLock::new(),
        }
    }

    /// A copy of the session's current state.
    pub(crate) fn view(&self) -> Session {
        let mut view = self.read(Session::clone);
        view.group_count = Some(self.group_count.load(Ordering::Relaxed));
        let unreadable = self.unreadable_groups.load(Ordering::Relaxed);
        view.unreadable_groups = (unreadable > 0).then_some(unreadable);
        if lock(&self.passkey).is_some() {
            view.link_step = Some(LinkStep::Passkey);
        }
        if view.status == SessionStatus::Starting {
            view.missed = self.missed();
            if view.missed.is_some() {
                view.link_step = Some(LinkStep::CatchingUp);
            }
        }
        let heard = match self.last_traffic.load(Ordering::Relaxed) {
            0 => None,
            at => Some(at),
        };
        // The driver may have seen traffic that produced no event.
        view.last_traffic_at = heard.max(self.driver.last_traffic());
        let mut budget = self.budget.view();
        budget.read.extend(self.driver.pace());
        view.budget = Some(budget);
        view.restricted_until = self.restricted_until();
        view
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&Session) -> T) -> T {
        look(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Session) -> T) -> T {
        change(&mut self.view.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// # Errors
    /// [`Error::NotConnected`] unless the status is `working`.
    pub(crate) fn require_working(&self) -> Result<(), Error> {
        self.read(|view| match view.status {
            SessionStatus::Working => Ok(()),
            _ => Err(Error::NotConnected {
                status: view.status.clone(),
                reason: view.status_reason.clone(),
            }),
        })
    }

    /// Counts an operator's request to connect.
    ///
    /// # Errors
    /// There were too many; this one is not counted.
    pub(super) fn count_connect(&self) -> Result<(), Error> {
        let limit = Limit::Connects;
        self.connects
            .take(1)
            .map_err(|wait| Error::TooManyRequests { limit, wait })
    }

    /// Whether a phone is linked, if known.
    pub(crate) fn is_paired(&self) -> bool {
        self.read(|view| view.wa_jid.is_some() || view.status == SessionStatus::Working)
    }

    /// The code to scan, while it is valid.
    pub(crate) fn qr(&self) -> Option<QrCode> {
        lock(&self.qr)
            .clone()
            .filter(|qr| qr.expires_at.is_none_or(|at| at > clock::now()))
    }

    pub(super) fn set_qr(&self, qr: Option<QrCode>) {
        *lock(&self.qr) = qr;
    }

    /// How much of what the account missed has arrived. The driver keeps it, in memory only.
    pub(super) fn missed(&self) -> Option<Missed> {
        self.driver.missed()
    }

    /// The session's status as its listeners are told.
    pub(super) fn status_payload(&self) -> SessionStatusPayload {
        let view = self.view();
        SessionStatusPayload {
            status: view.status,
            reason: view.status_reason,
            link_step: view.link_step,
            missed: view.missed,
        }
    }

    /// Notes traffic from WhatsApp.
    pub(super) fn heard(&self) {
        self.last_traffic.store(clock::now(), Ordering::Relaxed);
    }

    pub(crate) fn set_group_count(&self, count: u64) {
        self.group_count.store(count, Ordering::Relaxed);
    }

    /// Returns whether the number changed.
    pub(super) fn set_unreadable_groups(&self, count: u64) -> bool {
        self.unreadable_groups.swap(count, Ordering::Relaxed) != count
    }

    pub(super) fn set_synced(&self, synced: bool) {
        self.synced.store(synced, Ordering::Relaxed);
        if synced {
            self.synced_at.store(clock::now(), Ordering::Relaxed);
            self.requests_due.notify_one();
        }
    }

    /// When the last list of all groups was stored; 0 for never.
    pub(super) fn synced_at(&self) -> EpochMillis {
        self.synced_at.load(Ordering::Relaxed)
    }

    /// Whether the list of all groups has to be read.
    pub(super) fn is_list_due(&self) -> bool {
        !self.synced.load(Ordering::Relaxed) || self.driver.is_list_due()
    }

    /// Whose groups a write of this session's is about.
    pub(crate) fn scope(&self) -> SessionContext {
        SessionContext {
            organization: self.organization.clone(),
            session: self.id.clone(),
            me: self.me(),
            cache: Arc::clone(&self.listing),
            silent: false,
        }
    }

    /// The account's own LID.
    pub(crate) fn me(&self) -> Option<MemberJid> {
        self.read(|view| {
            let lid = view.wa_lid.as_deref()?;
            MemberJid::parse(lid).ok()
        })
    }

    pub(super) fn connection(&self) -> CancellationToken {
        lock(&self.connection).clone()
    }

    /// Ends the running calls, and lets new ones run on a new connection.
    pub(super) fn renew_connection(&self) {
        let old = std::mem::take(&mut *lock(&self.connection));
        old.cancel();
        self.forget_reset_echoes();
    }

    /// Ends the running calls.
    pub(super) fn cut_connection(&self) {
        lock(&self.connection).cancel();
    }

    /// Remembers the new code of our own reset, to recognize its echo.
    pub(crate) fn expect_reset_echo(&self, group: &GroupJid, code: &InviteCode) {
        let mut resets = lock(&self.resets);
        resets.retain(|_, (_, at)| at.elapsed() <= limits::RESET_ECHO);
        resets.insert(group.clone(), (code.clone(), Instant::now()));
    }

    /// Consumes the expected echo of our own reset if this event is one: in time, and with the same
    /// code, or without a code and caused by the account itself.
    pub(super) fn take_reset_echo(
        &self,
        group: &GroupJid,
        told: Option<&InviteCode>,
        is_by_me: bool,
    ) -> bool {
        let mut resets = lock(&self.resets);
        let Some((own, at)) = resets.get(group) else {
            return false;
        };
        let is_echo =
            at.elapsed() <= limits::RESET_ECHO && told.map_or(is_by_me, |told| told == own);
        if is_echo {
            resets.remove(group);
        }
        is_echo
    }

    /// Drops expected echoes: the connection that would deliver them is gone.
    pub(super) fn forget_reset_echoes(&self) {
        lock(&self.resets).clear();
    }

    /// The outcome in [`Acted`] holds the action's own errors, among them `Unauthorized` when the
    /// lease expires before the action runs.
    ///
    /// # Errors
    /// `NotFound` when the session is gone, `Draining` when the engine closes.
    pub(crate) async fn act(&self, action: SessionAction, lease: &Lease) -> Result<Acted, Error> {
        self.ask(|reply| CommandKind::Act(action, lease.clone(), reply))
            .await
    }

    /// Begins to pair unless that is in progress; returns whether it began now.
    ///
    /// # Errors
    /// A phone is linked already; else as [`SessionHandle::act`].
    pub(crate) async fn pair(&self, lease: &Lease) -> Result<bool, Error> {
        self.ask(|reply| CommandKind::Pair(lease.clone(), reply))
            .await?
    }

    /// Notifies the task that a pairing code was issued.
    pub(crate) fn await_phone(&self) {
        let _ = self.control.send(CommandKind::AwaitPhone.into());
    }

    /// Gives the session another name; `also_write` is written in the same transaction.
    ///
    /// # Errors
    /// The store. Else as [`SessionHandle::act`].
    pub(crate) async fn rename(
        &self,
        label: Option<String>,
        also_write: impl FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send + 'static,
        lease: &Lease,
    ) -> Result<Session, Error> {
        self.ask(|reply| CommandKind::Rename(label, Box::new(also_write), lease.clone(), reply))
            .await?
    }

    /// Deletes the session; `also_write` is written in the same transaction.
    ///
    /// # Errors
    /// The driver or the store could not remove everything; the session is then still there. Else as
    /// [`SessionHandle::act`].
    pub(crate) async fn delete(
        &self,
        also_write: impl FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send + 'static,
        lease: &Lease,
    ) -> Result<(), Error> {
        self.ask(|reply| CommandKind::Delete(Box::new(also_write), lease.clone(), reply))
            .await?
    }

    pub(super) fn mark_ready(&self) {
        self.ready.send_replace(true);
    }

    /// Waits until startup is complete: connected with all groups stored, or not connected.
    pub(crate) async fn ready(&self) {
        // The sender lives as long as this does.
        let _ = self.ready.subscribe().wait_for(|ready| *ready).await;
    }

    /// Notifies the task that an outage of the store ended.
    pub(crate) fn catch_up(&self) {
        let _ = self.control.send(CommandKind::CatchUp.into());
    }

    /// Disconnects and ends the session's task.
    pub(crate) async fn close(&self) {
        let _ = self.ask(CommandKind::Close).await;
    }

    pub(super) fn broken(&self, reason: impl Into<String>) {
        let _ = self.control.send(CommandKind::Broken(reason.into()).into());
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> CommandKind,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.control
            .send(command(reply).into())
            .map_err(|_| self.gone())?;
        answer.await.map_err(|_| self.gone())
    }

    /// Notes how the task ends; queued commands are answered with it.
    pub(super) fn end(&self, end: End) {
        // The first end is the one that happened.
        let _ = self.end.set(end);
    }

    /// The error for a command that was not executed.
    fn gone(&self) -> Error {
        match self.end.get() {
            Some(End::Deleted) => Error::NotFound("session"),
            Some(End::Closed) => Error::Draining,
            None => Error::Internal(anyhow::anyhow!("the session's task dropped a command")),
        }
    }
}
