//! Handles the library's events and forwards them to the run.
//!
//! Handlers are called inside the library's read loop: they neither block nor panic, and queries
//! are made by tasks.

use super::convert::{Me, member_jid};
use super::keys;
use super::names::Names;
use super::notice::{self, Notice};
use super::passkey;
use super::reason;
use super::reorder::Recent;
use super::requery::{self, Requery};
use super::run::Run;
use super::runtime::guarded;
use super::session::Session;
use crate::api::EpochMillis;
use crate::gateway::domain::GroupJid;
use crate::gateway::whatsapp::{
    DriverError, DriverEvent, GroupChange, GroupEvent, Identity, Retry,
};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;
use whatsapp_rust::Client;
use whatsapp_rust::types::events::{
    Event, EventHandler, EventInterest, EventKind, PairSuccess, PairingQrCode,
};
use whatsapp_rust::wacore::iq::dirty::DirtyType;

/// Delay before a group is queried that the account joined.
const ENTERED: Duration = Duration::from_millis(200);
/// Delay before a group is queried whose changes were reordered: a change of several settings is
/// complete by then.
const REORDERED: Duration = Duration::from_secs(1);

/// Delay before a group is queried of which something unclear was reported: such reports come in
/// series.
const UNCLEAR: Duration = Duration::from_secs(1);

pub(super) struct Listener {
    pub(super) run: Weak<Run>,
    /// Set before the client runs; weak, because the client owns its listeners.
    pub(super) client: Arc<OnceLock<Weak<Client>>>,
    pub(super) pace: u32,
    pub(super) recent: Mutex<Recent>,
    pub(super) names: Mutex<Names>,
    pub(super) requeries: UnboundedSender<Requery>,
}

impl EventHandler for Listener {
    fn interest(&self) -> EventInterest {
        // Other events are then not built at all.
        EventInterest::of(&[
            EventKind::Connected,
            EventKind::Disconnected,
            EventKind::PairSuccess,
            EventKind::PairError,
            EventKind::LoggedOut,
            EventKind::PairingQrCode,
            EventKind::PairingQrCodesExhausted,
            EventKind::PairingCodeRefresh,
            EventKind::PairingCodeError,
            EventKind::PairPasskeyRequest,
            EventKind::PairPasskeyConfirmation,
            EventKind::PairPasskeyError,
            EventKind::QrScannedWithoutMultidevice,
            EventKind::ClientOutdated,
            EventKind::StreamReplaced,
            EventKind::TemporaryBan,
            EventKind::ConnectFailure,
            EventKind::GroupUpdate,
            EventKind::DirtyState,
            // For the names of their authors. The library decrypts messages in any case.
            EventKind::Messages,
            EventKind::ContactUpdate,
            EventKind::BusinessStatusUpdate,
            EventKind::OfflineSyncPreview,
            EventKind::OfflineSyncCompleted,
            // Built only while a backlog arrives.
            EventKind::RawNode,
        ])
    }

    fn handle_event(&self, event: Arc<Event>) {
        let client = self.client.get().and_then(Weak::upgrade);
        let (Some(run), Some(client)) = (self.run.upgrade(), client) else {
            return;
        };
        // A replaced client may still emit events.
        if run.is_current(&client) {
            self.heard(&run, &client, &event);
        }
    }
}

impl Listener {
    fn heard(&self, run: &Arc<Run>, client: &Arc<Client>, event: &Event) {
        let named = self
            .names
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .new_in(event);
        if !named.is_empty() {
            run.tell(DriverEvent::Named(named));
        }
        match event {
            Event::Connected(_) => match Me::of(client).identity() {
                Some(identity) => run.connected(identity),
                None => run.failed_internally(),
            },
            Event::Disconnected(_) => run.dropped(),
            Event::PairingQrCode(qr) => run.qr(qr.code.clone(), expiry(qr, self.pace)),
            Event::PairingQrCodesExhausted(_) => run.qr_exhausted(),
            Event::PairingCodeRefresh(_) => run.code_spent(reason::CODE_SPENT),
            Event::PairingCodeError(_) => run.code_spent(reason::CODE_REFUSED),
            Event::PairSuccess(pair) => match paired(pair) {
                Some(identity) => paired_durably(run, client, identity),
                None => run.fail(reason::link_refused("WhatsApp did not say who it is")),
            },
            Event::PairError(error) => run.fail(reason::link_refused(&error.error)),
            Event::PairPasskeyRequest(asked) => passkey::asked(run, client, asked, self.pace),
            Event::PairPasskeyConfirmation(seen) => passkey::to_compare(run, seen),
            Event::PairPasskeyError(error) => passkey::failed(run, error),
            Event::QrScannedWithoutMultidevice(_) => run.fail(reason::PHONE_TOO_OLD.to_owned()),
            Event::LoggedOut(gone) => run.logged_out(reason::unlinked(gone.reason)),
            Event::StreamReplaced(_) => run.fail_manually(reason::REPLACED.to_owned()),
            Event::TemporaryBan(ban) => {
                let until = reason::end_of_ban(ban.expire.num_seconds(), Timestamp::now());
                let retry =
                    until.map_or(Retry::Manual, |until| Retry::After(until.as_millisecond()));
                run.end(reason::banned(&ban.code, until), retry);
            }
            Event::ClientOutdated(_) => run.outdated.notify_one(),
            // The library reconnects after these two.
            Event::ConnectFailure(failure) if failure.reason.should_reconnect() => {}
            Event::ConnectFailure(failure) => {
                let why = reason::login_refused(failure.reason);
                if reason::is_for_a_person(failure.reason) {
                    run.fail_manually(why);
                } else {
                    run.fail(why);
                }
            }
            Event::GroupUpdate(update) => match notice::read(update, &Me::of(client)) {
                Some(Notice::Change(event)) => self.changed(run, event),
                Some(Notice::Entered { group, by, at, via }) => self.requery(Requery {
                    group,
                    by,
                    at,
                    via,
                    from: Instant::now() + ENTERED,
                    into_change: GroupChange::Entered,
                }),
                Some(Notice::Unclear { group, at }) => self.look_again(UNCLEAR, group, at),
                Some(Notice::AnyGroup) => run.groups_are_stale(),
                None => {}
            },
            Event::OfflineSyncPreview(preview) => run.backlog.announced(client, preview.total),
            Event::RawNode(stanza) => run.backlog.arrived(stanza.get()),
            Event::OfflineSyncCompleted(_) => run.backlog.end(),
            Event::DirtyState(dirty) if is_about_groups(&dirty.dirty_type) => {
                run.groups_are_stale();
            }
            _ => {}
        }
    }

    fn changed(&self, run: &Arc<Run>, event: GroupEvent) {
        let is_reordered = self
            .recent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_reordered(&event);
        if is_reordered {
            self.look_again(REORDERED, event.group.clone(), event.at);
        }
        run.tell(DriverEvent::Group(event));
    }

    fn look_again(&self, pause: Duration, group: GroupJid, at: EpochMillis) {
        self.requery(Requery {
            group,
            by: None,
            at,
            via: None,
            from: Instant::now() + pause,
            into_change: GroupChange::Seen,
        });
    }

    /// Queues a query of a group whose result is published as an event.
    fn requery(&self, requery: Requery) {
        // An error means that the session has ended.
        let _ = self.requeries.send(requery);
    }
}

/// Starts the task that makes the queued group queries of a run.
pub(super) fn requeries(session: Weak<Session>, run: Weak<Run>) -> UnboundedSender<Requery> {
    let (requeries, coming) = unbounded_channel();
    let of = Weak::clone(&run);
    let taking = async move {
        let ask = |group: GroupJid| {
            let session = session.upgrade();
            async move {
                let session = session.ok_or(DriverError::NotConnected)?;
                session.group(&group).await
            }
        };
        let online = || {
            let run = of.upgrade();
            async move {
                match run {
                    Some(run) => run.is_online_again().await,
                    None => false,
                }
            }
        };
        let tell = |event| {
            if let Some(run) = of.upgrade() {
                run.tell(DriverEvent::Group(event));
            }
        };
        requery::take(coming, ask, online, tell).await;
    };
    tokio::spawn(guarded(run, taking));
    requeries
}

/// Reports a linked phone once the keys are on disk, so that the report survives a crash.
fn paired_durably(run: &Arc<Run>, client: &Arc<Client>, identity: Identity) {
    run.paired(identity);
    let (run, client) = (Arc::downgrade(run), Arc::downgrade(client));
    let guard = Weak::clone(&run);
    let waiting = async move {
        let Some(client) = client.upgrade() else {
            return;
        };
        let written = keys::until_linked(&client).await;
        let Some(run) = run.upgrade() else { return };
        match written {
            Ok(()) => run.paired_durably(),
            Err(error) => run.fail(reason::keys_unusable(&error.to_string())),
        }
    };
    tokio::spawn(guarded(guard, waiting));
}

/// Whether WhatsApp's state of the groups is stale, by either name. The library has the first one only.
fn is_about_groups(dirty: &DirtyType) -> bool {
    matches!(dirty.as_str(), "groups" | "groups_dirty")
}

fn paired(pair: &PairSuccess) -> Option<Identity> {
    let jid = member_jid(&pair.id)?;
    let some = |text: &str| (!text.is_empty()).then(|| reason::sanitized(text));
    Some(Identity {
        phone_number: pair.id.user.to_string(),
        lid: member_jid(&pair.lid).unwrap_or_else(|| jid.clone()),
        jid,
        business_name: some(&pair.business_name),
        platform: some(&pair.platform),
    })
}

fn expiry(qr: &PairingQrCode, pace: u32) -> EpochMillis {
    let shown = i64::try_from((qr.timeout / pace.max(1)).as_millis()).unwrap_or(0);
    Timestamp::now().as_millisecond().saturating_add(shown)
}
