//! Messages in groups, encrypted as WhatsApp's clients encrypt them, and the receipts for them.
//!
//! A writer agrees on a session with the device (X3DH with its signed prekey, without a one-time one),
//! sends its sender key for the group in a `pkmsg` and the text in a `skmsg` of the same stanza; later
//! texts in the group come as `skmsg` alone. The device answers a message that it could decrypt with a
//! plain receipt, and one that it could not with a receipt of type `retry`.

use super::keys::Bundle;
use super::stanza::{attr, fresh_id};
use super::{Device, Order, Server, refusal::Answer};
use anyhow::Context as _;
use async_trait::async_trait;
use groupdesk::gateway::domain::{GroupJid, MemberJid, SessionId};
use std::collections::HashMap;
use tokio::sync::watch;
use whatsapp_rust::Jid;
use whatsapp_rust::buffa::MessageField;
use whatsapp_rust::wacore::libsignal::protocol::{
    CiphertextMessage, CiphertextMessageType, Direction, IdentityChange, IdentityKey,
    IdentityKeyPair, IdentityKeyStore, PreKeyBundle, ProtocolAddress, SenderKeyName,
    SenderKeyRecord, SenderKeyStore, SessionRecord, SessionStore, SignalProtocolError,
    UsePQRatchet, create_sender_key_distribution_message, group_encrypt, message_encrypt,
    process_prekey_bundle,
};
use whatsapp_rust::wacore::messages::MessageUtils;
use whatsapp_rust::wacore::types::jid::JidExt as _;
use whatsapp_rust::wacore_binary::Node;
use whatsapp_rust::wacore_binary::builder::NodeBuilder;
use whatsapp_rust::waproto::whatsapp::Message;
use whatsapp_rust::waproto::whatsapp::message::SenderKeyDistributionMessage;

type Outcome<T> = Result<T, SignalProtocolError>;

/// The receipts of a device so far: the message's id, and whether the device read the message.
pub type Receipts = HashMap<String, bool>;

/// What a device gets of messages, and says of them.
pub struct Mail {
    bundle: Bundle,
    writers: tokio::sync::Mutex<HashMap<MemberJid, Writer>>,
    receipts: watch::Sender<Receipts>,
}

impl Mail {
    pub fn new(bundle: Bundle) -> Self {
        Self {
            bundle,
            writers: tokio::sync::Mutex::default(),
            receipts: watch::Sender::default(),
        }
    }

    /// Notes a receipt.
    pub fn hear(&self, stanza: &Node) {
        if stanza.tag != "receipt" {
            return;
        }
        if let Some(id) = attr(stanza, "id") {
            let is_read = attr(stanza, "type").is_none_or(|kind| kind != "retry");
            self.receipts.send_modify(|receipts| {
                receipts.insert(id, is_read);
            });
        }
    }
}

impl Server {
    /// Lets a member write into a group, for one session to receive. Returns the message's id.
    ///
    /// # Errors
    /// The session has no connection.
    pub async fn write(
        &self,
        session: &SessionId,
        group: &GroupJid,
        member: &MemberJid,
        text: &str,
    ) -> anyhow::Result<String> {
        let device = self.shared.device_of(session).context("no such device")?;
        let world = &self.shared.world;
        let number = world.number_of(member);
        let mut stanza = device.sealed(group, member, number.as_ref(), text).await?;
        if let Some(name) = world.name_of(member) {
            stanza.attrs.push("notify", name);
        }
        let id = attr(&stanza, "id").unwrap_or_default();
        device.order(Order::Answer(Answer::Stanza(stanza)))?;
        Ok(id)
    }

    /// The receipts of a session for messages.
    ///
    /// # Errors
    /// The server does not know the session.
    pub fn receipts(&self, session: &SessionId) -> anyhow::Result<watch::Receiver<Receipts>> {
        let device = self.shared.device_of(session).context("no such device")?;
        Ok(device.mail.receipts.subscribe())
    }
}

impl Device {
    async fn sealed(
        &self,
        group: &GroupJid,
        member: &MemberJid,
        number: Option<&MemberJid>,
        text: &str,
    ) -> anyhow::Result<Node> {
        let lid = self.state().linked.clone().context("not linked")?.lid;
        let device: Jid = lid.as_str().parse()?;
        let mut writers = self.mail.writers.lock().await;
        if !writers.contains_key(member) {
            let writer = Writer::new(&device, &self.mail.bundle).await?;
            writers.insert(member.clone(), writer);
        }
        let writer = writers.get_mut(member).context("no writer")?;
        let encs = writer.seal(&device, group, member, text).await?;
        let mut stanza = NodeBuilder::new("message")
            .attr("from", group.as_str())
            .attr("participant", member.as_str())
            .attr("addressing_mode", "lid")
            .attr("id", fresh_id().to_uppercase())
            .attr("type", "text")
            .attr("t", "1700000000");
        if let Some(number) = number {
            stanza = stanza.attr("participant_pn", number.as_str());
        }
        Ok(stanza.children(encs).build())
    }
}

/// Somebody who writes to one device, with the Signal state of that.
struct Writer {
    sessions: Sessions,
    identity: Identity,
    sender_keys: SenderKeys,
}

impl Writer {
    async fn new(device: &Jid, bundle: &Bundle) -> Outcome<Self> {
        let mut writer = Self {
            sessions: Sessions::default(),
            identity: Identity(IdentityKeyPair::generate(&mut rand::rng())),
            sender_keys: SenderKeys::default(),
        };
        process_prekey_bundle(
            &device.to_protocol_address(),
            &mut writer.sessions,
            &mut writer.identity,
            &bundle.signal()?,
            &mut rand::rng(),
            UsePQRatchet::No,
        )
        .await?;
        Ok(writer)
    }

    /// The parts of a message: the sender key, if the group did not get it yet, and the text.
    async fn seal(
        &mut self,
        device: &Jid,
        group: &GroupJid,
        me: &MemberJid,
        text: &str,
    ) -> Outcome<Vec<Node>> {
        let name = SenderKeyName::from_parts(group.as_str(), me.as_str());
        let mut encs = Vec::with_capacity(2);
        if !self.sender_keys.0.contains_key(&name) {
            let key = create_sender_key_distribution_message(
                &name,
                &mut self.sender_keys,
                &mut rand::rng(),
            )
            .await?;
            let message = Message {
                sender_key_distribution_message: MessageField::some(SenderKeyDistributionMessage {
                    group_id: Some(group.to_string()),
                    axolotl_sender_key_distribution_message: Some(key.serialized().to_vec()),
                }),
                ..Default::default()
            };
            let sealed = message_encrypt(
                &MessageUtils::encode_and_pad(&message),
                &device.to_protocol_address(),
                &mut self.sessions,
                &mut self.identity,
            )
            .await?;
            encs.push(enc(pairwise(&sealed), sealed.serialize()));
        }
        let message = Message {
            conversation: Some(text.to_owned()),
            ..Default::default()
        };
        let plain = MessageUtils::encode_and_pad(&message);
        let sealed = group_encrypt(&mut self.sender_keys, &name, &plain, &mut rand::rng()).await?;
        encs.push(enc("skmsg", sealed.serialized()));
        Ok(encs)
    }
}

fn enc(kind: &'static str, sealed: &[u8]) -> Node {
    NodeBuilder::new("enc")
        .attr("v", "2")
        .attr("type", kind)
        .bytes(sealed.to_vec())
        .build()
}

fn pairwise(message: &CiphertextMessage) -> &'static str {
    match message.message_type() {
        CiphertextMessageType::PreKey => "pkmsg",
        _ => "msg",
    }
}

impl Bundle {
    fn signal(&self) -> Outcome<PreKeyBundle> {
        PreKeyBundle::new(
            self.registration,
            u32::from(super::keys::DEVICE).into(),
            None,
            self.signed_id.into(),
            self.signed,
            self.signature.to_vec(),
            IdentityKey::new(self.identity),
        )
    }
}

#[derive(Default)]
struct Sessions(HashMap<ProtocolAddress, SessionRecord>);

#[async_trait]
impl SessionStore for Sessions {
    async fn load_session(&self, address: &ProtocolAddress) -> Outcome<Option<SessionRecord>> {
        Ok(self.0.get(address).cloned())
    }

    async fn has_session(&self, address: &ProtocolAddress) -> Outcome<bool> {
        Ok(self.0.contains_key(address))
    }

    async fn store_session(
        &mut self,
        address: &ProtocolAddress,
        record: SessionRecord,
    ) -> Outcome<()> {
        self.0.insert(address.clone(), record);
        Ok(())
    }
}

/// Who the writer is. It trusts everybody.
struct Identity(IdentityKeyPair);

#[async_trait]
impl IdentityKeyStore for Identity {
    async fn get_identity_key_pair(&self) -> Outcome<IdentityKeyPair> {
        Ok(self.0.clone())
    }

    async fn get_local_registration_id(&self) -> Outcome<u32> {
        Ok(1)
    }

    async fn save_identity(
        &mut self,
        _address: &ProtocolAddress,
        _identity: &IdentityKey,
    ) -> Outcome<IdentityChange> {
        Ok(IdentityChange::NewOrUnchanged)
    }

    async fn is_trusted_identity(
        &self,
        _address: &ProtocolAddress,
        _identity: &IdentityKey,
        _direction: Direction,
    ) -> Outcome<bool> {
        Ok(true)
    }

    async fn get_identity(&self, _address: &ProtocolAddress) -> Outcome<Option<IdentityKey>> {
        Ok(None)
    }
}

#[derive(Default)]
struct SenderKeys(HashMap<SenderKeyName, SenderKeyRecord>);

#[async_trait]
impl SenderKeyStore for SenderKeys {
    async fn store_sender_key(
        &mut self,
        name: &SenderKeyName,
        record: SenderKeyRecord,
    ) -> Outcome<()> {
        self.0.insert(name.clone(), record);
        Ok(())
    }

    async fn load_sender_key(&self, name: &SenderKeyName) -> Outcome<Option<SenderKeyRecord>> {
        Ok(self.0.get(name).cloned())
    }
}
