//! The phone's and the server's part in the passkey step of linking, as whatsapp-rust's `passkey/flow.rs` and
//! `wacore::shortcake` have it.

use super::phone::{AccountType, Secrets};
use super::stanza::{SERVER, bytes, bytes_of, fresh_id};
use anyhow::{Context as _, ensure};
use groupdesk::api::{PasskeyAssertion, PasskeyRequest};
use whatsapp_rust::buffa::Message as _;
use whatsapp_rust::wacore::libsignal::crypto::aes_256_gcm_decrypt;
use whatsapp_rust::wacore::libsignal::protocol::{KeyPair, PublicKey};
use whatsapp_rust::wacore::shortcake::ShortcakeUtils;
use whatsapp_rust::wacore_binary::Node;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;
use whatsapp_rust::waproto::whatsapp::device_props::PlatformType;
use whatsapp_rust::waproto::whatsapp::{
    CompanionEphemeralIdentity, EncryptedPairingRequest, PairingRequest, PrimaryEphemeralIdentity,
    ProloguePayload,
};

/// The stanza that asks for the passkey.
pub fn request(request: &PasskeyRequest) -> Node {
    notification(
        "passkey_prologue_request",
        bytes("passkey_request_options", request.to_json()),
    )
}

fn notification(kind: &'static str, child: Node) -> Node {
    NodeBuilder::new("notification")
        .attr("from", SERVER)
        .attr("id", fresh_id())
        .attr("type", kind)
        .children([child])
        .build()
}

/// A phone whose owner has used the passkey, and the device that wants to be linked.
pub struct Handshake {
    device_key: [u8; 32],
    device_type: PlatformType,
    device_identity: Vec<u8>,
    commitment: Vec<u8>,
    reference: String,
    phone: KeyPair,
    nonce: [u8; 32],
}

impl Handshake {
    /// Reads the device's `passkey_prologue`; `reference` is the one that it was given for this.
    ///
    /// # Errors
    /// It is incomplete, names another reference, or its assertion is none.
    pub fn read(prologue: &Node, reference: &str) -> anyhow::Result<(Self, PasskeyAssertion)> {
        let part = |tag| bytes_of(prologue, tag).context(tag);
        // Its `pairing_handoff_proof` is not looked at: the key files made here name an account, so that every device
        // takes itself for one that was linked before.
        let assertion = std::str::from_utf8(part("webauthn_assertion")?)?;
        let assertion = PasskeyAssertion::parse(assertion).map_err(anyhow::Error::msg)?;
        ensure!(
            assertion.credential_id() == part("credential_id")?,
            "another credential than the assertion's"
        );
        let payload = ProloguePayload::decode_from_slice(part("prologue_payload")?)?;
        let device_identity = payload
            .companion_ephemeral_identity
            .context("no identity")?;
        let identity = CompanionEphemeralIdentity::decode_from_slice(&device_identity)?;
        ensure!(
            identity.r#ref.as_deref() == Some(reference),
            "another reference"
        );
        let commitment = payload.commitment.into_option().and_then(|it| it.hash);
        let handshake = Self {
            device_key: identity
                .public_key
                .context("no key")?
                .as_slice()
                .try_into()?,
            device_type: identity.device_type.context("no type")?,
            device_identity,
            commitment: commitment.context("no commitment")?,
            reference: reference.to_owned(),
            phone: KeyPair::generate(&mut rand::rng()),
            nonce: rand::random(),
        };
        Ok((handshake, assertion))
    }

    fn phone_key(&self) -> anyhow::Result<[u8; 32]> {
        Ok(self.phone.public_key.public_key_bytes().try_into()?)
    }

    /// The stanza with the phone's half of the key agreement.
    pub fn continuation(&self) -> anyhow::Result<Node> {
        let identity = PrimaryEphemeralIdentity {
            public_key: Some(self.phone_key()?.to_vec()),
            nonce: Some(self.nonce.to_vec()),
        };
        let identity = bytes("primary_ephemeral_identity", identity.encode_to_vec());
        Ok(notification("crsc_continuation", identity))
    }

    /// The code that the phone shows, once the device has revealed its nonce.
    ///
    /// # Errors
    /// The nonce is not the one that the device committed itself to.
    pub fn code(&self, nonce: &[u8]) -> anyhow::Result<String> {
        let nonce: [u8; 32] = nonce.try_into()?;
        ensure!(
            ShortcakeUtils::commitment_hash(&self.device_identity, &nonce)[..] == self.commitment,
            "another nonce than the one committed to"
        );
        Ok(ShortcakeUtils::derive_verification_code(
            &nonce,
            &self.phone_key()?,
            &self.nonce,
        ))
    }

    /// What the device tells the phone of itself, after its owner has compared the codes.
    ///
    /// # Errors
    /// It is not sealed with the key that both agreed on.
    pub fn open(&self, sealed: &[u8]) -> anyhow::Result<Secrets> {
        let sealed = EncryptedPairingRequest::decode_from_slice(sealed)?;
        let theirs = PublicKey::from_djb_public_key_bytes(&self.device_key)?;
        let shared = self.phone.calculate_agreement(&theirs)?;
        let key = ShortcakeUtils::derive_encryption_key_from_shared_secret(
            &shared.as_ref().try_into()?,
            self.device_type,
            &self.reference,
        )?;
        let iv = sealed.iv.context("no iv")?;
        let mut request = Vec::new();
        aes_256_gcm_decrypt(
            &key,
            iv.as_slice().try_into()?,
            b"",
            &sealed.encrypted_payload.context("no payload")?,
            &mut request,
        )
        .ok()
        .context("another key")?;
        let request = PairingRequest::decode_from_slice(&request)?;
        let field = |field: Option<Vec<u8>>| -> anyhow::Result<[u8; 32]> {
            Ok(field.context("half a request")?.as_slice().try_into()?)
        };
        Ok(Secrets {
            identity: field(request.companion_identity_key)?,
            adv: field(request.adv_secret)?,
            account_type: AccountType::Ordinary,
        })
    }
}
