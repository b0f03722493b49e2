//! A proxy that injects network faults: lost answers, lost requests, no answers.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Pass,
    /// Changes arrive, and the connection closes before their answer.
    LoseChanges,
    /// The connection closes before a change has arrived.
    DropChanges,
    /// No request is answered any more.
    Hang,
}

/// The proxy, on a port of its own.
pub struct Proxy {
    pub base: String,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    mode: Mode,
    dropped: usize,
}

impl Proxy {
    /// A proxy without faults to the gateway at this address.
    pub async fn start(gateway: &str) -> Self {
        let target = gateway.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Mutex::new(Shared {
            mode: Mode::Pass,
            dropped: 0,
        }));
        let proxy = Self {
            base,
            shared: shared.clone(),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (target, shared) = (target.clone(), shared.clone());
                tokio::spawn(async move { pass(stream, &target, &shared).await });
            }
        });
        proxy
    }

    pub fn set(&self, mode: Mode) {
        self.shared.lock().expect("a lock").mode = mode;
    }

    /// How many changes never arrived.
    pub fn dropped(&self) -> usize {
        self.shared.lock().expect("a lock").dropped
    }
}

/// A connection, request by request, until one side closes.
async fn pass(mut desk: TcpStream, target: &str, shared: &Mutex<Shared>) -> Option<()> {
    let mut gateway = TcpStream::connect(target).await.ok()?;
    loop {
        let request = message(&mut desk).await?;
        let is_change = !request.starts_with(b"GET ") && !request.starts_with(b"POST ");
        let mode = shared.lock().expect("a lock").mode;
        if mode == Mode::Hang {
            // Until the client closes.
            let _ = desk.read_to_end(&mut Vec::new()).await;
            return None;
        }
        if is_change && mode == Mode::DropChanges {
            shared.lock().expect("a lock").dropped += 1;
            return None;
        }
        gateway.write_all(&request).await.ok()?;
        let answer = message(&mut gateway).await?;
        if is_change && mode == Mode::LoseChanges {
            return None;
        }
        desk.write_all(&answer).await.ok()?;
    }
}

/// A head and the body that it announces.
async fn message(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length: usize = (head.lines())
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or_default();
            if bytes.len() >= end + 4 + length {
                return Some(bytes);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
