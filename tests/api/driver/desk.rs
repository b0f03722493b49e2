//! A session on one of the two drivers, and access to its simulated world.

use crate::loopback::{LoginFailure, Server};
use groupdesk::api::PasskeyRequest;
use groupdesk::gateway::domain::{GroupJid, MemberJid};
use groupdesk::gateway::whatsapp::live::{self, Limits, Live, Options};
use groupdesk::gateway::whatsapp::sandbox::{self, DriverCall, Fault, World, WorldOptions};
use groupdesk::gateway::whatsapp::{
    Account, Driver, DriverError, DriverEvent, GroupChange, GroupEvent, GroupSnapshot, Identity,
    Retry,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A linked session of the world, with groups of every kind.
pub const SUPPORT: &str = "Support line";
/// An unlinked session of the world.
pub const NEW: &str = "New phone";

/// The divisor of the library's waits in tests that wait for them: the life of a QR code, the pings that detect
/// a dead connection. Its timeouts for our server shrink as well, so only these tests use it.
const PACE: u32 = 20;
const REAL_PACE: u32 = 1;
/// The directory of the key files within the driver's directory.
const KEYS: &str = "keys";
/// The timeout of a call: longer than a busy machine takes, even for a pairing code in a debug build.
const CALL_LIMIT: Duration = Duration::from_secs(30);
/// How long the sandbox takes for a backlog.
const BACKLOG: Duration = Duration::from_mins(1);
/// The timeout where the answer never comes.
const IMPATIENT: Duration = Duration::from_secs(3);

/// The driver under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sandbox,
    Wire,
}

pub struct Desk {
    pub world: Arc<World>,
    pub account: Account,
    pub driver: Arc<dyn Driver>,
    events: UnboundedReceiver<DriverEvent>,
    kind: Kind,
    wire: Option<Arc<Wire>>,
}

/// The parts of the live driver.
struct Wire {
    server: Server,
    live: Arc<Live>,
    keys: TempDir,
}

impl Desk {
    /// A session that has not connected yet, linked or unlinked as in the world.
    pub async fn of(kind: Kind, session: &str) -> Self {
        Self::with(kind, session, REAL_PACE, limits()).await
    }

    /// The same, with the library's waits divided.
    pub async fn hurried(kind: Kind, session: &str) -> Self {
        Self::with(kind, session, PACE, limits()).await
    }

    /// The support line with the live driver, with limits of the test.
    pub async fn limited(limits: Limits) -> Self {
        Self::with(Kind::Wire, SUPPORT, REAL_PACE, limits).await
    }

    /// The support line, connected, with a short timeout for calls.
    pub async fn impatient(kind: Kind) -> Self {
        let limits = Limits {
            call: IMPATIENT,
            ..limits()
        };
        let mut desk = Self::with(kind, SUPPORT, REAL_PACE, limits).await;
        desk.connect().await;
        desk
    }

    async fn with(kind: Kind, session: &str, pace: u32, limits: Limits) -> Self {
        let call_limit = limits.call;
        let options = WorldOptions {
            seed: Some(7),
            call_limit,
            ..WorldOptions::default()
        };
        let world = World::load(options).expect("a world");
        let wire = match kind {
            Kind::Sandbox => None,
            Kind::Wire => Some(Arc::new(Wire::new(&world, limits, pace).await)),
        };
        Self::open(kind, world, wire, session).await
    }

    /// Another session of the same world, with the same kind of driver.
    pub async fn beside(&self, session: &str) -> Self {
        let (world, wire) = (Arc::clone(&self.world), self.wire.clone());
        Self::open(self.kind, world, wire, session).await
    }

    async fn open(kind: Kind, world: Arc<World>, wire: Option<Arc<Wire>>, session: &str) -> Self {
        let account = world.session(session).expect("a session of this name");
        let (report, events) = unbounded_channel();
        let driver = match &wire {
            None => sandbox::open(Arc::clone(&world), account.clone(), report),
            Some(wire) => {
                wire.seed(&account, identity(&world, &account)).await;
                live::open(Arc::clone(&wire.live), account.clone(), report)
            }
        };
        Self {
            world,
            account,
            driver,
            events,
            kind,
            wire,
        }
    }

    /// The support line, connected.
    pub async fn connected(kind: Kind) -> Self {
        let mut desk = Self::of(kind, SUPPORT).await;
        desk.connect().await;
        desk
    }

    /// Connects and waits for the connection.
    pub async fn connect(&mut self) -> Identity {
        self.driver.connect().await.expect("connecting begins");
        self.until_connected().await
    }

    pub async fn until_connected(&mut self) -> Identity {
        self.until("connected", |event| match event {
            DriverEvent::Connected(identity) => Some(identity),
            _ => None,
        })
        .await
    }

    /// A new driver for the same session, as after a restart of the gateway.
    pub fn reopen(&mut self) {
        let (report, events) = unbounded_channel();
        self.events = events;
        let account = self.account.clone();
        self.driver = match &self.wire {
            None => sandbox::open(Arc::clone(&self.world), account, report),
            Some(wire) => live::open(Arc::clone(&wire.live), account, report),
        };
    }

    /// The identity of the session's account in the world.
    pub fn identity(&self) -> Identity {
        identity(&self.world, &self.account).expect("a linked session")
    }

    /// The next matching event; skips those before it.
    pub async fn until<T>(
        &mut self,
        what: &str,
        mut wanted: impl FnMut(DriverEvent) -> Option<T>,
    ) -> T {
        let patience = self.patience();
        let mut passed = Vec::new();
        let found = async {
            while let Some(event) = self.events.recv().await {
                passed.push(format!("{event:?}"));
                if let Some(found) = wanted(event) {
                    return Some(found);
                }
            }
            None
        };
        let found = tokio::time::timeout(patience, found).await;
        match found {
            Ok(Some(found)) => found,
            Ok(None) => panic!("the driver has let go before {what}; it said {passed:?}"),
            Err(late) => panic!("no {what} in time ({late}); the driver said {passed:?}"),
        }
    }

    /// The timeout of every expected event.
    fn patience(&self) -> Duration {
        match self.kind {
            // Tokio's paused clock skips waits.
            Kind::Sandbox => Duration::from_mins(15),
            Kind::Wire => Duration::from_mins(1),
        }
    }

    /// The next QR code.
    pub async fn qr_code(&mut self) -> String {
        self.until("QR code", |event| match event {
            DriverEvent::QrCode { code, .. } => Some(code),
            _ => None,
        })
        .await
    }

    /// The reason of the session's failure, once it has failed.
    pub async fn failure(&mut self) -> String {
        self.until("failure", |event| match event {
            DriverEvent::Failed { reason, .. } => Some(reason),
            _ => None,
        })
        .await
    }

    /// The time of the next attempt, once the session has failed.
    pub async fn retry(&mut self) -> Retry {
        self.until("failure", |event| match event {
            DriverEvent::Failed { retry, .. } => Some(retry),
            _ => None,
        })
        .await
    }

    /// The reason of the unlinking, once the session is unlinked.
    pub async fn logged_out(&mut self) -> String {
        self.until("logout", |event| match event {
            DriverEvent::LoggedOut { reason } => Some(reason),
            _ => None,
        })
        .await
    }

    pub async fn until_lost(&mut self) {
        self.until("lost connection", |event| {
            (event == DriverEvent::ConnectionLost).then_some(())
        })
        .await;
    }

    /// The next change of a group.
    pub async fn change(&mut self, group: &GroupJid) -> GroupEvent {
        self.until("change of the group", |event| match event {
            // After crossing changes, a `Seen` repeats an event that was reported before or comes next.
            DriverEvent::Group(GroupEvent {
                change: GroupChange::Seen(_),
                ..
            }) => None,
            DriverEvent::Group(event) if event.group == *group => Some(event),
            _ => None,
        })
        .await
    }

    /// Waits for the group as the driver reports it after crossing changes.
    pub async fn seen(&mut self, group: &GroupJid) -> GroupSnapshot {
        self.until("look at the group", |event| match event {
            DriverEvent::Group(GroupEvent {
                group: of,
                change: GroupChange::Seen(snapshot),
                ..
            }) if of == *group => Some(*snapshot),
            _ => None,
        })
        .await
    }

    /// Scans a QR code with a phone.
    pub fn scan(&self, code: &str) {
        match &self.wire {
            None => assert!(self.world.scan(&self.account.session)),
            Some(wire) => wire.server.scan(code).expect("a code to scan"),
        }
    }

    /// Enters a pairing code on the phone. Returns whether it was the right one.
    pub async fn type_code(&self, code: &str) -> bool {
        let session = &self.account.session;
        match &self.wire {
            None => self.world.enter_code(session, code),
            Some(wire) => {
                let typed = wire.server.type_code(session, code);
                let typed = tokio::time::timeout(self.patience(), typed).await;
                let typed = typed.expect("the phone knows in time");
                typed.expect("a session that pairs")
            }
        }
    }

    /// Lets this time of the library and of the sandbox pass, in which nothing is reported.
    pub async fn quiet_for(&mut self, time: Duration) {
        let time = match self.kind {
            Kind::Sandbox => time,
            Kind::Wire => time / PACE,
        };
        let event = tokio::time::timeout(time, self.events.recv()).await;
        assert!(event.is_err(), "the driver reported {:?}", event.ok());
    }

    /// The next request for a passkey.
    pub async fn passkey_request(&mut self) -> PasskeyRequest {
        self.until("request for a passkey", |event| match event {
            DriverEvent::PasskeyAsked(request) => Some(request),
            _ => None,
        })
        .await
    }

    /// The code to compare, and the one that the phone shows.
    pub async fn passkey_codes(&mut self) -> (String, Option<String>) {
        let ours = self
            .until("code to compare", |event| match event {
                DriverEvent::PasskeyCode(code) => Some(code),
                _ => None,
            })
            .await;
        let session = &self.account.session;
        let theirs = match &self.wire {
            None => self.world.passkey_code(session),
            Some(wire) => wire.server.passkey_code(session),
        };
        (ours, theirs)
    }

    /// Lets the next login bring a backlog of so many stanzas.
    pub fn keep_backlog(&self, total: u64) {
        let session = &self.account.session;
        match &self.wire {
            None => {
                let takes = BACKLOG;
                self.world
                    .misbehave(session, Fault::Backlog { total, takes });
            }
            Some(wire) => wire.server.keep_backlog(session, stanzas(total)),
        }
    }

    /// Lets the backlog arrive up to this stanza. In the sandbox it arrives by itself.
    pub async fn deliver(&self, upto: u64) {
        if let Some(wire) = &self.wire {
            let delivered = wire
                .server
                .deliver_upto(&self.account.session, stanzas(upto));
            let delivered = tokio::time::timeout(self.patience(), delivered).await;
            let delivered = delivered.expect("the backlog is asked for in time");
            delivered.expect("a connection");
        }
    }

    /// Gives the session the empty keys of a new installation.
    pub async fn blank_keys(&self) {
        if let Some(wire) = &self.wire {
            wire.seed(&self.account, None).await;
        }
    }

    /// Freezes the connection without closing it.
    pub fn freeze(&self) {
        let frozen = self.server().freeze(&self.account.session);
        frozen.expect("a connection");
    }

    /// The server of a session with the live driver.
    pub fn server(&self) -> &Server {
        &self.wire.as_ref().expect("a real connection").server
    }

    /// The reason why the pairing code is invalid, once it is.
    pub async fn code_spent(&mut self) -> String {
        self.until("end of the code", |event| match event {
            DriverEvent::CodeSpent { reason } => Some(reason),
            _ => None,
        })
        .await
    }

    /// Makes the next login fail.
    pub fn fail_login(&self, failure: LoginFailure) {
        let session = &self.account.session;
        match &self.wire {
            None => self.world.misbehave(session, sandbox_failure(failure)),
            Some(wire) => wire.server.fail_login(session, failure),
        }
    }

    /// Makes the next call of a kind fail: with the live driver by WhatsApp's own code, in the sandbox by the
    /// corresponding error.
    pub fn refuse(&self, call: DriverCall, code: u16, means: &DriverError) {
        let error = match self.kind {
            Kind::Sandbox => means.clone(),
            Kind::Wire => DriverError::Other {
                code: Some(code),
                message: "refused".to_owned(),
            },
        };
        let fault = Fault::Fail(error);
        self.world.misbehave_on(&self.account.session, call, fault);
    }

    /// The number of files of the driver.
    pub fn files(&self) -> usize {
        let Some(wire) = &self.wire else { return 0 };
        let keys = std::fs::read_dir(wire.keys_dir());
        keys.expect("the directory of the keys").count()
    }

    pub fn group(&self, subject: &str) -> GroupJid {
        self.world
            .group_named(subject)
            .expect("a group of this name")
    }

    /// The group's state in the world, as seen by the session's account.
    pub fn truth(&self, group: &GroupJid) -> GroupSnapshot {
        let me = self.me();
        let mut truth = self.world.look_at(group).expect("a group");
        for member in &mut truth.members {
            member.is_me = member.lid == me;
        }
        in_seconds(truth)
    }

    /// The account's LID.
    pub fn me(&self) -> MemberJid {
        let me = self.world.phone().jid(&self.account.session);
        me.expect("an account")
    }
}

impl Wire {
    async fn new(world: &Arc<World>, limits: Limits, pace: u32) -> Self {
        let keys = tempfile::tempdir().expect("a directory");
        let server = Server::start(Arc::clone(world)).await.expect("a server");
        let mut options = Options::new(keys.path().join(KEYS));
        options.url = Some(server.url());
        options.version = Some((2, 3000, 1_023_000_000));
        options.pace = pace;
        options.limits = limits;
        Self {
            live: Live::new(options).expect("a directory for the keys"),
            server,
            keys,
        }
    }

    fn keys_dir(&self) -> PathBuf {
        self.keys.path().join(KEYS)
    }

    async fn seed(&self, account: &Account, linked: Option<Identity>) {
        let keys = self.keys_dir();
        let seeded = match linked {
            Some(identity) => {
                self.server
                    .seed_linked(&keys, account.clone(), identity)
                    .await
            }
            None => self.server.seed_unlinked(&keys, account.clone()).await,
        };
        seeded.expect("a key file");
    }
}

/// The default limits of these tests.
pub fn limits() -> Limits {
    Limits {
        call: CALL_LIMIT,
        code: CALL_LIMIT,
        // The limits that protect a real account do not matter here.
        burst: 10_000,
        per_minute: 60_000,
        list_interval: Duration::ZERO,
        ..Limits::default()
    }
}

fn stanzas(count: u64) -> usize {
    usize::try_from(count).expect("a small number")
}

fn identity(world: &Arc<World>, account: &Account) -> Option<Identity> {
    let sessions = world.seed_sessions();
    let mut sessions = sessions.into_iter();
    sessions
        .find(|session| session.account == *account)?
        .identity
}

fn sandbox_failure(failure: LoginFailure) -> Fault {
    let reason = match failure {
        LoginFailure::Unlinked => {
            return Fault::LoginFails(DriverEvent::LoggedOut {
                reason: "unlinked from the phone".to_owned(),
            });
        }
        LoginFailure::Banned { .. } => "WhatsApp has banned this account",
        LoginFailure::Locked => {
            return Fault::LoginFails(DriverEvent::LoggedOut {
                reason: "WhatsApp has locked this account".to_owned(),
            });
        }
        LoginFailure::Outdated => "this version is too old for WhatsApp",
        LoginFailure::Code(_) | LoginFailure::Silence => "WhatsApp refused the login",
    };
    Fault::LoginFails(DriverEvent::Failed {
        reason: reason.to_owned(),
        retry: Retry::Manual,
    })
}

/// WhatsApp reports the creation time of a group in seconds.
pub fn in_seconds(mut group: GroupSnapshot) -> GroupSnapshot {
    group.created_at = group.created_at.map(|at| at / 1000 * 1000);
    group
}

/// A change, with times in seconds as WhatsApp reports them.
pub fn change_of(event: GroupEvent) -> GroupChange {
    match event.change {
        GroupChange::Entered(group) => GroupChange::Entered(Box::new(in_seconds(*group))),
        change => change,
    }
}
