//! The server's side of WhatsApp's transport: WebSocket messages carry frames, frames carry Noise
//! messages, and those carry stanzas.
//!
//! Only the Noise pattern IK is spoken, for which the client has to know the server's key already. A
//! client that opens with XX would check a chain of certificates that only WhatsApp can sign.

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use whatsapp_rust::buffa::{Message as _, MessageField};
use whatsapp_rust::wacore::framing::{FrameDecoder, encode_frame};
use whatsapp_rust::wacore::handshake::{NoiseCipher, NoiseHandshake};
use whatsapp_rust::wacore::libsignal::protocol::KeyPair;
use whatsapp_rust::wacore_binary::consts::{NOISE_PATTERN_IK, WA_CONN_HEADER};
use whatsapp_rust::wacore_binary::util::unpack_bytes;
use whatsapp_rust::wacore_binary::{Node, OwnedNodeRef, marshal};
use whatsapp_rust::waproto::codec;
use whatsapp_rust::waproto::whatsapp::handshake_message::ServerHello;
use whatsapp_rust::waproto::whatsapp::{ClientPayload, HandshakeMessage};

/// A public key as it goes over the wire.
pub type PublicKey = [u8; 32];

/// What a certificate chain would be. The client decrypts it and does not look at it.
const NO_CERTIFICATE: &[u8] = b"not checked with IK";

/// An open, encrypted line to a client.
pub struct Channel {
    frames: Frames,
    write: NoiseCipher,
    read: NoiseCipher,
    written: u32,
    read_so_far: u32,
}

/// Who a client says it is.
pub struct Caller {
    /// Its static key, by which the server knows the device.
    pub key: PublicKey,
    /// The number that it logs in with.
    pub number: Option<u64>,
    /// The version of WhatsApp Web that it reports.
    pub version: (u32, u32, u32),
}

/// Takes a client in: the line to it, and who it is.
///
/// # Errors
/// The client hangs up, opens with another pattern or does not know our key.
pub async fn accept(tcp: TcpStream, server: &KeyPair) -> anyhow::Result<(Channel, Caller)> {
    let socket = tokio_tungstenite::accept_async(tcp).await?;
    let mut frames = Frames {
        socket,
        decoder: FrameDecoder::new(),
    };
    frames.skip_header().await?;
    let hello = frames.next().await?.context("no client hello")?;
    let hello = codec::handshake_message_decode(&hello)?
        .client_hello
        .into_option()
        .context("the first message is no client hello")?;
    let ephemeral = hello.ephemeral.context("no ephemeral key")?;
    let (Some(sealed_static), Some(payload)) = (hello.r#static, hello.payload) else {
        bail!("the client opened with XX: it does not know the server's key");
    };

    let mut noise = NoiseHandshake::new(NOISE_PATTERN_IK, &WA_CONN_HEADER)?;
    let secret = server.private_key.serialize();
    noise.authenticate(server.public_key.public_key_bytes());
    noise.authenticate(&ephemeral);
    noise.mix_shared_secret(secret, &ephemeral)?;
    let client = noise.decrypt(&sealed_static)?;
    let client: PublicKey = client.as_slice().try_into()?;
    noise.mix_shared_secret(secret, &client)?;
    let payload = ClientPayload::decode(&mut noise.decrypt(&payload)?.as_slice())?;

    let mine = KeyPair::generate(&mut rand::rng());
    let public = mine.public_key.public_key_bytes();
    noise.authenticate(public);
    noise.mix_shared_secret(mine.private_key.serialize(), &ephemeral)?;
    noise.mix_shared_secret(mine.private_key.serialize(), &client)?;
    let answer = HandshakeMessage {
        server_hello: MessageField::some(ServerHello {
            ephemeral: Some(public.to_vec()),
            payload: Some(noise.encrypt(NO_CERTIFICATE)?),
            ..Default::default()
        }),
        ..Default::default()
    };
    frames
        .send(&codec::handshake_message_to_vec(&answer))
        .await?;
    // The client writes with the first key and reads with the second.
    let (read, write) = noise.finish()?;
    let channel = Channel {
        frames,
        write,
        read,
        written: 0,
        read_so_far: 0,
    };
    let version = payload
        .user_agent
        .into_option()
        .and_then(|agent| agent.app_version.into_option())
        .context("no version")?;
    let part = |part: Option<u32>| part.unwrap_or(0);
    let caller = Caller {
        key: client,
        number: payload.username,
        version: (
            part(version.primary),
            part(version.secondary),
            part(version.tertiary),
        ),
    };
    Ok((channel, caller))
}

impl Channel {
    /// The next stanza; `None` when the client has hung up. May be dropped while it waits.
    pub async fn next(&mut self) -> anyhow::Result<Option<Node>> {
        let Some(mut frame) = self.frames.next().await? else {
            return Ok(None);
        };
        self.read
            .decrypt_in_place_with_counter(self.read_so_far, &mut frame)?;
        self.read_so_far += 1;
        let stanza = OwnedNodeRef::new(unpack_bytes(frame)?)?;
        Ok(Some(stanza.to_owned_node()))
    }

    pub async fn send(&mut self, stanza: &Node) -> anyhow::Result<()> {
        let plain = marshal(stanza)?;
        let sealed = self.write.encrypt_with_counter(self.written, &plain)?;
        self.written += 1;
        self.frames.send(&sealed).await
    }
}

struct Frames {
    socket: WebSocketStream<TcpStream>,
    decoder: FrameDecoder,
}

type Frame = whatsapp_rust::bytes::BytesMut;

impl Frames {
    async fn next(&mut self) -> anyhow::Result<Option<Frame>> {
        loop {
            if let Some(frame) = self.decoder.decode_frame() {
                return Ok(Some(frame));
            }
            let Some(bytes) = self.message().await? else {
                return Ok(None);
            };
            self.decoder.feed(&bytes);
        }
    }

    /// Reads what comes before the first frame: the protocol's name and, from a client that knows
    /// where to connect, a hint for the servers' routing.
    async fn skip_header(&mut self) -> anyhow::Result<()> {
        let bytes = self.message().await?.context("no message")?;
        let mut rest = bytes.as_ref();
        if let Some([a, b, c, hint @ ..]) = rest.strip_prefix(b"ED\x00\x01") {
            let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
            rest = hint.get(length..).context("half a routing hint")?;
        }
        let rest = rest
            .strip_prefix(&WA_CONN_HEADER)
            .context("not WhatsApp's protocol, or another version of it")?;
        self.decoder.feed(rest);
        Ok(())
    }

    async fn message(&mut self) -> anyhow::Result<Option<whatsapp_rust::bytes::Bytes>> {
        loop {
            match self.socket.next().await.transpose()? {
                Some(Message::Binary(bytes)) => return Ok(Some(bytes)),
                None | Some(Message::Close(_)) => return Ok(None),
                Some(_) => {}
            }
        }
    }

    async fn send(&mut self, payload: &[u8]) -> anyhow::Result<()> {
        let frame = encode_frame(payload, None)?;
        self.socket.send(Message::binary(frame)).await?;
        Ok(())
    }
}
