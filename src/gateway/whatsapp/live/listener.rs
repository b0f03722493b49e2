//! Hears the library's events and tells the run.
//!
//! It is called in the middle of the library's read loop: nothing here waits or panics, and what has
//! to be asked for is asked by a task.

use super::convert::{Me, member_jid};
use super::crossing::Recent;
use super::keys;
use super::notice::{self, Notice};
use super::run::Run;
use super::session::Session;
use super::{reason, version::Version};
use crate::api::EpochMillis;
use crate::gateway::domain::{GroupJid, MemberJid};
use crate::gateway::whatsapp::{DriverEvent, GroupChange, GroupEvent, GroupSnapshot, Identity};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;
use whatsapp_rust::Client;
use whatsapp_rust::types::events::{
    Event, EventHandler, EventInterest, EventKind, PairSuccess, PairingQrCode,
};

/// Pauses before asking for a group that the account came into, the first and the further times.
const ENTERED: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_secs(5),
    Duration::from_secs(30),
];
/// The same for a group whose changes crossed: a change of several settings is over by then.
const CROSSED: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
];

pub(super) struct Listener {
    pub(super) session: Weak<Session>,
    pub(super) run: Weak<Run>,
    pub(super) version: Arc<Version>,
    /// Filled in before the client runs; weak, because the client owns its listeners.
    pub(super) client: Arc<OnceLock<Weak<Client>>>,
    pub(super) pace: u32,
    pub(super) recent: Mutex<Recent>,
}

impl EventHandler for Listener {
    fn interest(&self) -> EventInterest {
        // Everything else, messages above all, is then not even put together.
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
            EventKind::QrScannedWithoutMultidevice,
            EventKind::ClientOutdated,
            EventKind::StreamReplaced,
            EventKind::TemporaryBan,
            EventKind::ConnectFailure,
            EventKind::GroupUpdate,
        ])
    }

    fn handle_event(&self, event: Arc<Event>) {
        let client = self.client.get().and_then(Weak::upgrade);
        let (Some(run), Some(client)) = (self.run.upgrade(), client) else {
            return;
        };
        // A client that was replaced may still have something to say.
        if run.is_current(&client) {
            self.heard(&run, &client, &event);
        }
    }
}

impl Listener {
    fn heard(&self, run: &Arc<Run>, client: &Arc<Client>, event: &Event) {
        match event {
            Event::Connected(_) => match Me::of(client).identity() {
                Some(identity) => run.connected(identity),
                None => run.broke(),
            },
            Event::Disconnected(_) => run.dropped(),
            Event::PairingQrCode(qr) => run.qr(qr.code.clone(), expiry(qr, self.pace)),
            Event::PairingQrCodesExhausted(_) => run.qr_exhausted(),
            Event::PairingCodeRefresh(_) | Event::PairingCodeError(_) => run.code_spent(),
            Event::PairSuccess(pair) => match paired(pair) {
                Some(identity) => paired_for_good(run, client, identity),
                None => run.fail(reason::link_refused("WhatsApp did not say who it is")),
            },
            Event::PairError(error) => run.fail(reason::link_refused(&error.error)),
            Event::PairPasskeyRequest(_) => run.fail(reason::PASSKEY.to_owned()),
            Event::QrScannedWithoutMultidevice(_) => run.fail(reason::PHONE_TOO_OLD.to_owned()),
            Event::LoggedOut(gone) => run.logged_out(reason::unlinked(gone.reason)),
            Event::StreamReplaced(_) => run.fail(reason::REPLACED.to_owned()),
            Event::TemporaryBan(ban) => {
                let seconds = ban.expire.num_seconds();
                run.fail(reason::banned(&ban.code, seconds, Timestamp::now()));
            }
            Event::ClientOutdated(_) => {
                self.version.doubt();
                run.fail(reason::OUTDATED.to_owned());
            }
            // The library tries again by itself after these two.
            Event::ConnectFailure(failure) if failure.reason.should_reconnect() => {}
            Event::ConnectFailure(failure) => run.fail(reason::login_refused(failure.reason)),
            Event::GroupUpdate(update) => match notice::read(update, &Me::of(client)) {
                Some(Notice::Change(event)) => self.changed(run, event),
                Some(Notice::Entered { group, by, at }) => {
                    self.ask(run, ENTERED, group, by, at, GroupChange::Entered);
                }
                None => {}
            },
            _ => {}
        }
    }

    fn changed(&self, run: &Arc<Run>, event: GroupEvent) {
        let crosses = self
            .recent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .crosses(&event);
        if crosses {
            self.ask(
                run,
                CROSSED,
                event.group.clone(),
                None,
                event.at,
                GroupChange::Seen,
            );
        }
        run.tell(DriverEvent::Group(event));
    }

    /// Asks how a group is, then tells of it.
    fn ask(
        &self,
        run: &Arc<Run>,
        pauses: [Duration; 3],
        group: GroupJid,
        by: Option<MemberJid>,
        at: EpochMillis,
        tells: fn(Box<GroupSnapshot>) -> GroupChange,
    ) {
        let (session, run) = (Weak::clone(&self.session), Arc::downgrade(run));
        tokio::spawn(async move {
            for pause in pauses {
                tokio::time::sleep(pause).await;
                let (Some(session), Some(run)) = (session.upgrade(), run.upgrade()) else {
                    return;
                };
                if !run.lives() {
                    return;
                }
                match session.group(&group).await {
                    Ok(snapshot) => {
                        run.tell(DriverEvent::Group(GroupEvent {
                            group,
                            by,
                            at,
                            change: tells(Box::new(snapshot)),
                        }));
                        return;
                    }
                    Err(error) => tracing::debug!(%error, "cannot look at a group that changed"),
                }
            }
        });
    }
}

/// Tells of a link once the keys are on disk: who was told that a phone is linked finds it linked
/// after a crash too.
fn paired_for_good(run: &Arc<Run>, client: &Arc<Client>, identity: Identity) {
    run.paired(identity);
    let (run, client) = (Arc::downgrade(run), Arc::downgrade(client));
    tokio::spawn(async move {
        let Some(client) = client.upgrade() else {
            return;
        };
        let written = keys::until_linked(&client).await;
        let Some(run) = run.upgrade() else { return };
        match written {
            Ok(()) => run.paired_for_good(),
            Err(error) => run.fail(reason::keys_unusable(&error.to_string())),
        }
    });
}

fn paired(pair: &PairSuccess) -> Option<Identity> {
    let jid = member_jid(&pair.id)?;
    let some = |text: &str| (!text.is_empty()).then(|| reason::tame(text));
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
