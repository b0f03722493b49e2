//! Raw bytes over TCP, for requests that a normal client never sends.

use super::{Gateway, PATIENCE};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

trait Bytes: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Bytes for S {}

/// A connection.
pub struct RawClient {
    stream: Box<dyn Bytes>,
    buffer: Vec<u8>,
}

/// A raw answer.
#[derive(Debug)]
pub struct RawReply {
    pub status: u16,
    pub head: String,
    pub json: Value,
}

impl RawClient {
    /// With TLS if the gateway uses it.
    pub async fn connect(gateway: &Gateway) -> Self {
        let stream = TcpStream::connect(gateway.address()).await.unwrap();
        Self::over(stream, gateway).await
    }

    /// From another loopback address: `127.0.0.` and this number.
    pub async fn connect_from(last: u8, gateway: &Gateway) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, last], 0).into()).unwrap();
        let stream = socket.connect(gateway.address().parse().unwrap()).await;
        Self::over(stream.unwrap(), gateway).await
    }

    /// With a small receive buffer, so that the server notices unread bytes early.
    pub async fn connect_narrow(gateway: &Gateway) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect(gateway.address().parse().unwrap()).await;
        Self::over(stream.unwrap(), gateway).await
    }

    async fn over(stream: TcpStream, gateway: &Gateway) -> Self {
        let stream: Box<dyn Bytes> = match gateway.certificate() {
            Some(certificate) => Box::new(certificate.greet(stream).await),
            None => Box::new(stream),
        };
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// One answer with its body, which must have a `content-length` (or none, for 204).
    pub async fn read(&mut self) -> RawReply {
        timeout(PATIENCE, async {
            let head = self.take_until(b"\r\n\r\n").await;
            let head = String::from_utf8(head).unwrap();
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, length)| length.parse().unwrap());
            while self.buffer.len() < length {
                assert!(self.fill().await > 0, "the body ended early");
            }
            let body: Vec<u8> = self.buffer.drain(..length).collect();
            RawReply {
                status,
                head,
                json: serde_json::from_slice(&body).unwrap_or(Value::Null),
            }
        })
        .await
        .unwrap()
    }

    /// Writes a request and reads its answer; `None` when the connection was closed before.
    pub async fn try_ask(&mut self, request: &str) -> Option<RawReply> {
        let answer = async {
            self.stream.write_all(request.as_bytes()).await.ok()?;
            if self.buffer.is_empty() && self.fill().await == 0 {
                return None;
            }
            Some(())
        };
        timeout(PATIENCE, answer).await.unwrap()?;
        Some(self.read().await)
    }

    /// Opens the realtime stream of a ticket and does not read it.
    pub async fn upgrade(&mut self, ticket_url: &str) {
        let (_, path) = ticket_url.rsplit_once("/api/").unwrap();
        let request = format!(
            "GET /api/{path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.write(request.as_bytes()).await;
        let head = timeout(PATIENCE, self.take_until(b"\r\n\r\n"))
            .await
            .unwrap();
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{head:?}");
    }

    /// Writes a request and reads its answer.
    pub async fn ask(&mut self, request: &str) -> RawReply {
        self.write(request.as_bytes()).await;
        self.read().await
    }

    /// Writes these bytes repeatedly without reading, until the server closes.
    pub async fn flood(&mut self, bytes: &[u8]) {
        timeout(PATIENCE, async {
            while self.stream.write_all(bytes).await.is_ok() {}
        })
        .await
        .unwrap();
    }

    /// Waits until the server closes the connection.
    pub async fn closed(&mut self) {
        timeout(PATIENCE, async { while self.fill().await > 0 {} })
            .await
            .unwrap();
    }

    async fn take_until(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            let found = self.buffer.windows(end.len()).position(|w| w == end);
            if let Some(at) = found {
                return self.buffer.drain(..at + end.len()).collect();
            }
            assert!(self.fill().await > 0, "the connection ended early");
        }
    }

    async fn fill(&mut self) -> usize {
        // A reset counts as an end.
        self.stream.read_buf(&mut self.buffer).await.unwrap_or(0)
    }
}
