//! The phone's part in linking a device: scanning a QR code and typing a pairing code.

use super::keys::jid_of_device;
use super::stanza::{SERVER, bytes, bytes_of, fresh_id, query};
use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use groupdesk::gateway::whatsapp::Identity;
use whatsapp_rust::buffa::Message as _;
use whatsapp_rust::wacore::crypto::hkdf_sha256_into;
use whatsapp_rust::wacore::libsignal::crypto::{aes_256_gcm_decrypt, hmac_sha256};
use whatsapp_rust::wacore::libsignal::protocol::{KeyPair, PublicKey};
use whatsapp_rust::wacore::pair_code::PairCodeUtils;
use whatsapp_rust::wacore_binary::Node;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;
use whatsapp_rust::waproto::codec;
use whatsapp_rust::waproto::whatsapp::{
    ADVDeviceIdentity, ADVEncryptionType, ADVSignedDeviceIdentity, ADVSignedDeviceIdentityHMAC,
};

/// What comes before the parts that an account's key signs for a new device.
const ACCOUNT_SIGNATURE: [u8; 2] = [6, 0];

/// What the seal of a hosted account covers before its content.
const HOSTED_SEAL: [u8; 2] = [6, 5];

/// `companion_platform_id` of Chrome.
const CHROME: &[u8] = b"1";

/// What kind of account the phone holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountType {
    Ordinary,
    /// A WhatsApp Business account that the Business Platform hosts while its phone stays in use. The seal names the account
    /// hosted, the signed identity does not name the device so, and WhatsApp Web signs by the second (whatsapp-rust#1440).
    Coexisting,
}

/// What a QR code says.
pub struct QrCode {
    pub reference: String,
    /// The static key of the device, by which the server knows it.
    pub noise: [u8; 32],
    secrets: Secrets,
}

/// What the phone and the device know of each other, and the server does not.
#[derive(Clone, Copy)]
pub struct Secrets {
    pub(super) identity: [u8; 32],
    pub(super) adv: [u8; 32],
    pub(super) account_type: AccountType,
}

impl QrCode {
    /// Reads a code as the phone's camera does.
    ///
    /// # Errors
    /// It is none of WhatsApp's.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let fields: Vec<&str> = text.split(',').collect();
        let [reference, noise, identity, adv, _client] = fields[..] else {
            anyhow::bail!("a code has five fields, this one {}", fields.len());
        };
        let key = |text: &str| -> anyhow::Result<[u8; 32]> {
            Ok(BASE64_STANDARD.decode(text)?.as_slice().try_into()?)
        };
        Ok(Self {
            reference: reference.to_owned(),
            noise: key(noise)?,
            secrets: Secrets {
                identity: key(identity)?,
                adv: key(adv)?,
                account_type: AccountType::Ordinary,
            },
        })
    }

    /// The same code, read by the phone of such an account.
    #[must_use]
    pub fn read_by(mut self, account_type: AccountType) -> Self {
        self.secrets.account_type = account_type;
        self
    }

    pub fn secrets(&self) -> Secrets {
        self.secrets
    }
}

/// The stanza that tells a device that the phone has let it in.
pub fn pair_success(secrets: Secrets, account: &Identity) -> anyhow::Result<Node> {
    let key = KeyPair::generate(&mut rand::rng());
    let details = ADVDeviceIdentity {
        raw_id: Some(1),
        timestamp: Some(1),
        key_index: Some(1),
        ..Default::default()
    }
    .encode_to_vec();
    let signed = [&ACCOUNT_SIGNATURE[..], &details, &secrets.identity].concat();
    let signature = key.calculate_signature(&signed, &mut rand::rng())?;
    let identity = codec::adv_signed_device_identity_to_vec(&ADVSignedDeviceIdentity {
        details: Some(details),
        account_signature_key: Some(key.public_key.public_key_bytes().to_vec()),
        account_signature: Some(signature.to_vec()),
        device_signature: None,
    });
    let (prefix, account_type) = match secrets.account_type {
        AccountType::Ordinary => (&[][..], None),
        AccountType::Coexisting => (&HOSTED_SEAL[..], Some(ADVEncryptionType::HOSTED)),
    };
    let seal = hmac_sha256(&secrets.adv, &[prefix, &identity].concat());
    let sealed = ADVSignedDeviceIdentityHMAC {
        hmac: Some(seal.to_vec()),
        details: Some(identity),
        account_type,
    };
    let device = NodeBuilder::new("device")
        .attr("jid", jid_of_device(account.jid.as_str())?)
        .attr("lid", jid_of_device(account.lid.as_str())?)
        .build();
    let mut children = vec![bytes("device-identity", sealed.encode_to_vec()), device];
    if let Some(name) = &account.business_name {
        children.push(NodeBuilder::new("biz").attr("name", name).build());
    }
    if let Some(platform) = &account.platform {
        children.push(NodeBuilder::new("platform").attr("name", platform).build());
    }
    Ok(query(
        NodeBuilder::new("pair-success").children(children).build(),
    ))
}

/// A device's request to be linked by a pairing code, as the server keeps it until the user types
/// the code.
#[derive(Clone)]
pub struct CodeRequest {
    pub reference: Vec<u8>,
    sealed_ephemeral: Vec<u8>,
}

impl CodeRequest {
    /// # Errors
    /// The device's stanza lacks its key, or does not name itself Chrome: the ids of desktop programs were refused for some
    /// accounts (Baileys#1167, #2769), here for all.
    pub fn read(hello: &Node) -> anyhow::Result<Self> {
        let platform = bytes_of(hello, "companion_platform_id");
        ensure!(platform == Some(CHROME), "a platform that is refused");
        let sealed = bytes_of(hello, "link_code_pairing_wrapped_companion_ephemeral_pub");
        Ok(Self {
            reference: fresh_id().into_bytes(),
            sealed_ephemeral: sealed.context("no ephemeral key")?.to_vec(),
        })
    }

    /// Types the code into the phone. Takes as long as the key derivation:
    /// around a second in a debug build.
    ///
    /// # Errors
    /// The device sent no key at all; a wrong code only shows when the device answers.
    pub fn type_in(&self, code: &str) -> anyhow::Result<CodeTyped> {
        let device_ephemeral =
            PairCodeUtils::decrypt_primary_ephemeral_pub(&self.sealed_ephemeral, code)?;
        let typed = CodeTyped {
            device_ephemeral,
            ephemeral: KeyPair::generate(&mut rand::rng()),
            identity: KeyPair::generate(&mut rand::rng()),
            hello: Vec::new(),
        };
        let ephemeral = typed.ephemeral.public_key.public_key_bytes().try_into()?;
        let sealed = PairCodeUtils::encrypt_ephemeral_pub(&ephemeral, code);
        Ok(CodeTyped {
            hello: sealed.to_vec(),
            ..typed
        })
    }

    /// The stanza that says that the code is of no use any more.
    pub fn taken_back(&self) -> Node {
        let stage = NodeBuilder::new("link_code_companion_reg")
            .attr("stage", "refresh_code")
            .attr("force_manual_refresh", "true")
            .children([bytes("link_code_pairing_ref", self.reference.clone())])
            .build();
        NodeBuilder::new("notification")
            .attr("from", SERVER)
            .attr("id", fresh_id())
            .attr("type", "link_code_companion_reg")
            .children([stage])
            .build()
    }

    /// The stanza that tells the device of it.
    pub fn hello(&self, typed: &CodeTyped) -> Node {
        let identity = typed.identity.public_key.public_key_bytes();
        let stage = NodeBuilder::new("link_code_companion_reg")
            .attr("stage", "primary_hello")
            .children([
                bytes(
                    "link_code_pairing_wrapped_primary_ephemeral_pub",
                    typed.hello.clone(),
                ),
                bytes("primary_identity_pub", identity),
                bytes("link_code_pairing_ref", self.reference.clone()),
            ])
            .build();
        NodeBuilder::new("notification")
            .attr("from", SERVER)
            .attr("id", fresh_id())
            .attr("type", "link_code_companion_reg")
            .children([stage])
            .build()
    }
}

/// A phone into which a pairing code was typed.
pub struct CodeTyped {
    device_ephemeral: [u8; 32],
    ephemeral: KeyPair,
    identity: KeyPair,
    hello: Vec<u8>,
}

impl CodeTyped {
    /// Opens the device's answer.
    ///
    /// # Errors
    /// The code that was typed is not the device's.
    pub fn open(&self, finish: &Node) -> anyhow::Result<Secrets> {
        let sealed = bytes_of(finish, "link_code_pairing_wrapped_key_bundle").context("no keys")?;
        let identity: [u8; 32] = bytes_of(finish, "companion_identity_public")
            .context("no identity")?
            .try_into()?;
        ensure!(sealed.len() > 44, "half a bundle of keys");
        let (salt, rest) = sealed.split_at(32);
        let (nonce, sealed) = rest.split_at(12);
        let theirs = PublicKey::from_djb_public_key_bytes(&self.device_ephemeral)?;
        let shared = self.ephemeral.calculate_agreement(&theirs)?;
        let mut key = [0; 32];
        derive(
            &shared,
            Some(salt),
            b"link_code_pairing_key_bundle_encryption_key",
            &mut key,
        )?;
        let mut bundle = Vec::new();
        aes_256_gcm_decrypt(&key, nonce.try_into()?, b"", sealed, &mut bundle)
            .ok()
            .context("the code is wrong")?;
        let random = bundle.get(64..96).context("half a bundle of keys")?;
        let theirs = PublicKey::from_djb_public_key_bytes(&identity)?;
        let by_identity = self.identity.calculate_agreement(&theirs)?;
        let mut adv = [0; 32];
        let secret = [&shared[..], &by_identity, random].concat();
        derive(&secret, None, b"adv_secret", &mut adv)?;
        Ok(Secrets {
            identity,
            adv,
            account_type: AccountType::Ordinary,
        })
    }
}

fn derive(secret: &[u8], salt: Option<&[u8]>, info: &[u8], key: &mut [u8]) -> anyhow::Result<()> {
    hkdf_sha256_into(secret, salt, info, key)
        .ok()
        .context("no key can be derived")
}
