//! Key files that open the door to the simulated server.
//!
//! A client that was never linked opens with a handshake in which it checks the server's
//! certificates, and nobody but WhatsApp has those. One that was linked before remembers the server's
//! key and opens with the pattern IK, which needs none. So every file made here remembers our key; an
//! unlinked one bears a number that nobody can have in place of its account's, and no account.

use super::wire::PublicKey;
use anyhow::Context as _;
use groupdesk::gateway::domain::SessionId;
use groupdesk::gateway::whatsapp::Identity;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use whatsapp_rust::store::SqliteStore;
use whatsapp_rust::wacore::libsignal::protocol::PublicKey as SignalKey;
use whatsapp_rust::wacore::store::Device;
use whatsapp_rust::wacore::store::device::{CachedNoiseCert, CachedServerCertChain};
use whatsapp_rust::wacore::store::traits::DeviceStore as _;
use whatsapp_rust::waproto::whatsapp::ADVSignedDeviceIdentity;
use whatsapp_rust::{Jid, Server};

/// The number of a device that is not linked yet.
const NO_MEMBER: u64 = 10_000_000_000;
/// The companion's number among the devices of its account.
pub const DEVICE: u16 = 7;

/// What somebody needs to begin a Signal session with a device.
pub struct Bundle {
    pub registration: u32,
    pub identity: SignalKey,
    pub signed_id: u32,
    pub signed: SignalKey,
    pub signature: [u8; 64],
}

/// The key file of a session in the live driver's directory.
#[must_use]
pub fn path(keys_dir: &Path, session: &SessionId) -> PathBuf {
    keys_dir.join(format!("{session}.sqlite"))
}

/// Whether a client logs in as a device that no phone has let in.
#[must_use]
pub fn is_nobody(number: Option<u64>) -> bool {
    number.is_none_or(|number| number == NO_MEMBER)
}

/// Writes a key file that trusts `server`, linked to `account` or to nobody, and returns the key by
/// which the server will know the device, and what others encrypt to it with. An empty `name` is one that the phone has not told yet.
///
/// # Errors
/// The file cannot be written.
pub async fn write(
    file: &Path,
    server: PublicKey,
    account: Option<&Identity>,
    name: &str,
) -> anyhow::Result<(PublicKey, Bundle)> {
    let mut device = Device::new();
    let certificate = CachedNoiseCert {
        key: server,
        not_before: 0,
        not_after: i64::MAX,
    };
    device.server_cert_chain = Some(CachedServerCertChain {
        intermediate: certificate.clone(),
        leaf: certificate,
    });
    device.push_name.push_str(name);
    device.server_has_prekeys = true;
    device.pn = Some(Jid::new(NO_MEMBER.to_string(), Server::Pn));
    if let Some(account) = account {
        device.pn = Some(jid_of_device(account.jid.as_str())?);
        device.lid = Some(jid_of_device(account.lid.as_str())?);
        // The client looks whether there is one; what it says matters to other devices only.
        device.account = Some(Arc::new(ADVSignedDeviceIdentity {
            details: Some(Vec::new()),
            ..Default::default()
        }));
    }
    let key = device.noise_key.public_key.public_key_bytes().try_into()?;
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let file = file.to_str().context("the path is no text")?;
    let store = SqliteStore::new(file).await?;
    store.create().await?;
    store.save(&device).await?;
    let bundle = Bundle {
        registration: device.registration_id,
        identity: device.identity_key.public_key,
        signed_id: device.signed_pre_key_id,
        signed: device.signed_pre_key.public_key,
        signature: device.signed_pre_key_signature,
    };
    Ok((key, bundle))
}

/// The JID of the companion among the devices of an account.
pub fn jid_of_device(account: &str) -> anyhow::Result<Jid> {
    let jid: Jid = account.parse()?;
    Ok(jid.with_device(DEVICE))
}
