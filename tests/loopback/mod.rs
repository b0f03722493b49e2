//! A WhatsApp server on loopback: the second door into the simulated world.
//!
//! A real client connects to [`Server::url`], is let in when its key file was made by
//! [`Server::seed_linked`] or [`Server::seed_unlinked`], and finds the groups of the world there.
//! Whatever the world is told to do to a session (`World::misbehave`, `World::phone`) reaches the
//! client as WhatsApp would put it: refusals as error codes, an unanswered call as silence, a drop as
//! a closed socket, a change of a group as a notification. The rules are the world's; only what exists
//! on the wire alone (handshakes, ids of stanzas and of descriptions, how a login fails) is here.
//!
//! Nothing here weakens the client: it is never built with a feature that turns its checks off.

mod arrival;
mod connection;
mod farewell;
mod groups;
mod house;
mod keys;
mod messages;
mod modes;
mod odd;
mod passkey;
pub mod phone;
mod push;
mod refusal;
mod stanza;
mod wire;

use anyhow::Context as _;
use groupdesk::gateway::domain::{GroupJid, InviteCode, MemberJid, SessionId};
use groupdesk::gateway::whatsapp::sandbox::{self, World};
use groupdesk::gateway::whatsapp::{Account, Driver, DriverEvent, Identity};
pub use odd::Oddity;
use phone::{AccountType, QrCode};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use whatsapp_rust::wacore::libsignal::protocol::KeyPair;
use wire::PublicKey;

/// The name of every account whose device knows it.
const NAME: &str = "groupdesk";

/// A running server. It stops when it is dropped.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
}

struct Shared {
    world: Arc<World>,
    secret: KeyPair,
    stopped: CancellationToken,
    devices: Mutex<HashMap<PublicKey, Arc<Device>>>,
    turned_away: watch::Sender<usize>,
    odd: odd::Odd,
    /// Logins of older versions are refused.
    oldest: Mutex<(u32, u32, u32)>,
}

/// A companion device that the server knows.
struct Device {
    account: Account,
    /// The session's line in the world.
    line: Arc<dyn Driver>,
    /// What the world reports of the session; the device's one connection listens.
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<DriverEvent>>,
    state: Mutex<DeviceState>,
    mail: messages::Mail,
}

#[derive(Default)]
struct DeviceState {
    /// Who the device is linked to.
    linked: Option<Identity>,
    /// How its next login fails.
    login_failure: Option<LoginFailure>,
    /// Whether its word that it heard of a link gets lost on the way.
    loses_confirmation: bool,
    /// Whether its wish to be removed is refused.
    keeps_device: bool,
    /// What the phone shows to be compared, in the passkey step.
    passkey_code: Option<String>,
    /// What somebody else writes into a group just before the device changes its description.
    quicker: Option<String>,
    /// Counts its wishes for the list of its groups, while they are not answered.
    held_imports: Option<watch::Sender<usize>>,
    arrival: arrival::Arrival,
    /// How many wishes for the list of its groups have come.
    imports: usize,
    /// Its present connection.
    connection: Option<mpsc::UnboundedSender<Order>>,
}

/// What a connection is told to do.
enum Order {
    Answer(refusal::Answer),
    Scan(QrCode),
    /// A pairing code, and whoever wants to know whether it is the right one.
    TypeCode(String, oneshot::Sender<bool>),
    CodeTyped(Box<phone::CodeTyped>, oneshot::Sender<bool>),
    Freeze,
    /// A change of a group that the world does not know of.
    Push(GroupJid, Push),
    /// The server's state of the device's groups has changed in ways that it does not tell.
    Stale,
    /// The pairing code that was given out is of no use any more.
    TakeCodeBack,
}

/// A change of a group as only the wire tells it.
pub enum Push {
    /// The link was reset, and this is the new one.
    NewLink(InviteCode),
    Deleted,
    /// Something with this tag, about these people: what it means for the group is not said.
    Tagged(&'static str, Vec<MemberJid>),
}

/// What a device says of itself. While one is available, WhatsApp sends the phone no notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Available,
    Unavailable,
}

/// How a login ends without success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFailure {
    /// The device was unlinked while it was away.
    Unlinked,
    /// A ban that ends after so many seconds.
    Banned { seconds: u64 },
    /// The account is locked or gone.
    Locked,
    /// The client is too old.
    Outdated,
    /// Neither success nor failure ever comes.
    Silence,
    /// The server says a number that means nothing to the client.
    Code(u16),
}

impl Server {
    /// Starts a server in front of a world, on a free port of loopback.
    ///
    /// # Errors
    /// No port can be had.
    pub async fn start(world: Arc<World>) -> anyhow::Result<Self> {
        Self::listen(world, TcpListener::bind("127.0.0.1:0").await?)
    }

    /// Starts a server on a listener that is there already.
    ///
    /// # Errors
    /// The listener has no address.
    pub fn listen(world: Arc<World>, listener: TcpListener) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            world,
            secret: KeyPair::generate(&mut rand::rng()),
            stopped: CancellationToken::new(),
            devices: Mutex::default(),
            turned_away: watch::Sender::new(0),
            odd: odd::Odd::default(),
            oldest: Mutex::default(),
        });
        let accepting = accept(Arc::clone(&shared), listener);
        tokio::spawn(shared.stopped.clone().run_until_cancelled_owned(accepting));
        Ok(Self { shared, address })
    }

    /// Hangs up on everybody and takes nobody in any more.
    pub fn stop(&self) {
        self.shared.stopped.cancel();
    }

    /// What a client is told to connect to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}/ws/chat", self.address)
    }

    /// Makes the key file of a session whose device is linked to `identity`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn seed_linked(
        &self,
        keys_dir: &Path,
        account: Account,
        identity: Identity,
    ) -> anyhow::Result<()> {
        self.seed(keys_dir, account, Some(identity), NAME).await
    }

    /// Makes the key file of a session that was linked just now: it does not know the account's name
    /// yet, and reads the app state before it counts as connected.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn seed_fresh(
        &self,
        keys_dir: &Path,
        account: Account,
        identity: Identity,
    ) -> anyhow::Result<()> {
        self.seed(keys_dir, account, Some(identity), "").await
    }

    /// Makes the key file of a session whose device is linked to nobody, so that it will begin to
    /// pair.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn seed_unlinked(&self, keys_dir: &Path, account: Account) -> anyhow::Result<()> {
        self.seed(keys_dir, account, None, NAME).await
    }

    async fn seed(
        &self,
        keys_dir: &Path,
        account: Account,
        linked: Option<Identity>,
        name: &str,
    ) -> anyhow::Result<()> {
        let server = self
            .shared
            .secret
            .public_key
            .public_key_bytes()
            .try_into()?;
        let file = keys::path(keys_dir, &account.session);
        let (key, bundle) = keys::write(&file, server, linked.as_ref(), name).await?;
        let (report, events) = mpsc::unbounded_channel();
        let device = Device {
            line: sandbox::open(Arc::clone(&self.shared.world), account.clone(), report),
            account,
            events: tokio::sync::Mutex::new(events),
            state: Mutex::new(DeviceState {
                linked,
                ..DeviceState::default()
            }),
            mail: messages::Mail::new(bundle),
        };
        let session = device.account.session.clone();
        // As WhatsApp does for a linked device.
        self.shared.world.keep_missed(&session);
        let mut devices = self.shared.devices();
        devices.retain(|_, other| other.account.session != session);
        devices.insert(key, Arc::new(device));
        Ok(())
    }

    /// Lets the next login of a session fail.
    pub fn fail_login(&self, session: &SessionId, failure: LoginFailure) {
        if let Some(device) = self.shared.device_of(session) {
            device.state().login_failure = Some(failure);
        }
    }

    /// Refuses logins of versions older than this one.
    pub fn require_version(&self, oldest: (u32, u32, u32)) {
        let required = self.shared.oldest.lock();
        *required.unwrap_or_else(PoisonError::into_inner) = oldest;
    }

    /// Lets the connection break while a session confirms that a phone let it in, so that no link
    /// comes of it.
    pub fn lose_confirmation(&self, session: &SessionId) {
        if let Some(device) = self.shared.device_of(session) {
            device.state().loses_confirmation = true;
        }
    }

    /// Refuses to remove the device of a session from the phone's list.
    pub fn refuse_goodbye(&self, session: &SessionId) {
        if let Some(device) = self.shared.device_of(session) {
            device.state().keeps_device = true;
        }
    }

    /// What the phone shows to be compared with the session's code, in the passkey step.
    #[must_use]
    pub fn passkey_code(&self, session: &SessionId) -> Option<String> {
        let device = self.shared.device_of(session)?;
        device.state().passkey_code.clone()
    }

    /// Has somebody else write this description just before a session's next change of one arrives.
    pub fn be_quicker(&self, session: &SessionId, description: &str) {
        if let Some(device) = self.shared.device_of(session) {
            device.state().quicker = Some(description.to_owned());
        }
    }

    /// Describes a group in an odd way from now on, or in the ordinary one again.
    pub fn make_odd(&self, group: &GroupJid, oddity: Option<Oddity>) {
        self.shared.odd.set(group, oddity);
    }

    /// Leaves the wishes of a session for the list of its groups without an answer, and tells how many
    /// there were.
    ///
    /// # Errors
    /// The server does not know the session.
    pub fn hold_imports(&self, session: &SessionId) -> anyhow::Result<watch::Receiver<usize>> {
        let device = self.shared.device_of(session).context("no such device")?;
        let (count, counted) = watch::channel(0);
        device.state().held_imports = Some(count);
        Ok(counted)
    }

    /// Answers further ones. Those that were held are never answered.
    pub fn release_imports(&self, session: &SessionId) {
        if let Some(device) = self.shared.device_of(session) {
            device.state().held_imports = None;
        }
    }

    /// Tells a session of a change of a group that did not happen in the world.
    ///
    /// # Errors
    /// The session has no connection.
    pub fn push(&self, session: &SessionId, group: &GroupJid, push: Push) -> anyhow::Result<()> {
        let device = self.shared.device_of(session).context("no such device")?;
        device.order(Order::Push(group.clone(), push))
    }

    /// How many times a session has asked for the list of its groups.
    #[must_use]
    pub fn imports(&self, session: &SessionId) -> usize {
        let device = self.shared.device_of(session);
        device.map_or(0, |device| device.state().imports)
    }

    /// Tells a session that what it knows of its groups is stale.
    ///
    /// # Errors
    /// The session has no connection.
    pub fn say_stale(&self, session: &SessionId) -> anyhow::Result<()> {
        let device = self.shared.device_of(session).context("no such device")?;
        device.order(Order::Stale)
    }

    /// Tells a session that its pairing code is of no use any more.
    ///
    /// # Errors
    /// The session has no connection.
    pub fn take_code_back(&self, session: &SessionId) -> anyhow::Result<()> {
        let device = self.shared.device_of(session).context("no such device")?;
        device.order(Order::TakeCodeBack)
    }

    /// Points a phone at a QR code.
    ///
    /// # Errors
    /// It is none of WhatsApp's, or of a device that the server does not know or that does not pair.
    pub fn scan(&self, text: &str) -> anyhow::Result<()> {
        self.scan_with(AccountType::Ordinary, text)
    }

    /// Scans the code with the phone of an account of this kind.
    ///
    /// # Errors
    /// As [`Self::scan`].
    pub fn scan_with(&self, account_type: AccountType, text: &str) -> anyhow::Result<()> {
        let code = QrCode::read(text)?.read_by(account_type);
        let device = self.shared.device(&code.noise).context("nobody's code")?;
        device.order(Order::Scan(code))
    }

    /// Types a pairing code into the phone for which a session asked for one. Whether it was the
    /// right one.
    ///
    /// # Errors
    /// The session does not pair, or stops to.
    pub async fn type_code(&self, session: &SessionId, code: &str) -> anyhow::Result<bool> {
        let device = self.shared.device_of(session).context("no such device")?;
        let (tell, verdict) = oneshot::channel();
        device.order(Order::TypeCode(code.to_owned(), tell))?;
        Ok(verdict.await?)
    }

    /// How many clients were turned away so far: those whose handshake failed, and those whose keys
    /// nobody knows.
    #[must_use]
    pub fn turned_away(&self) -> watch::Receiver<usize> {
        self.shared.turned_away.subscribe()
    }

    /// Lets the connection of a session die without a word: nothing is read or written any more, and
    /// nobody hangs up.
    ///
    /// # Errors
    /// The session has no connection.
    pub fn freeze(&self, session: &SessionId) -> anyhow::Result<()> {
        let device = self.shared.device_of(session).context("no such device")?;
        device.order(Order::Freeze)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn devices(&self) -> MutexGuard<'_, HashMap<PublicKey, Arc<Device>>> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn device(&self, key: &PublicKey) -> Option<Arc<Device>> {
        self.devices().get(key).cloned()
    }

    fn device_of(&self, session: &SessionId) -> Option<Arc<Device>> {
        let devices = self.devices();
        let mut devices = devices.values();
        devices
            .find(|device| device.account.session == *session)
            .cloned()
    }

    fn turn_away(&self) {
        self.turned_away.send_modify(|count| *count += 1);
    }

    /// Unlinks a device: its key opens nothing any more.
    fn forget(&self, key: &PublicKey) {
        self.devices().remove(key);
    }
}

impl Device {
    fn state(&self) -> MutexGuard<'_, DeviceState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn order(&self, order: Order) -> anyhow::Result<()> {
        let state = self.state();
        let connection = state.connection.as_ref().context("not connected")?;
        connection
            .send(order)
            .ok()
            .context("not connected any more")
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    while let Ok((tcp, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let stopped = shared.stopped.clone();
        tokio::spawn(stopped.run_until_cancelled_owned(async move {
            // A client that hangs up in the middle of anything is no fault of the server.
            let _ = connection::serve(&shared, tcp).await;
        }));
    }
}
