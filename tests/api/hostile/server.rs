//! Servers on loopback that send prepared bytes.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How a connection is served once its request has arrived.
#[derive(Clone)]
pub enum Act {
    /// Sends this and closes.
    Say(Vec<u8>),
    /// Sends this, then nothing more, and never closes.
    SayAndHang(Vec<u8>),
    /// Sends the first, then the second again and again until the client closes.
    Flood(Vec<u8>, Vec<u8>),
    /// Closes without an answer.
    Close,
}

/// A server and the requests it received.
pub struct Server {
    pub base: String,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    requests: Vec<String>,
    /// Bytes that floods have sent.
    sent: usize,
    /// Floods whose client has closed.
    ended: usize,
}

impl Server {
    /// The nth connection gets the nth act; further ones the last.
    pub async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let heard: Arc<Mutex<Heard>> = Arc::default();
        let notes = heard.clone();
        tokio::spawn(async move {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let act = acts[number.min(acts.len() - 1)].clone();
                tokio::spawn(play(stream, act, notes.clone()));
            }
        });
        Self { base, heard }
    }

    /// A server with one answer for all requests.
    pub async fn saying(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![Act::Say(answer.into())]).await
    }

    /// Heads and bodies of all requests so far, in order.
    pub fn requests(&self) -> Vec<String> {
        self.heard.lock().expect("a lock").requests.clone()
    }

    /// Floods whose client has closed.
    pub fn ended(&self) -> usize {
        self.heard.lock().expect("a lock").ended
    }

    /// Bytes that floods have sent.
    pub fn sent(&self) -> usize {
        self.heard.lock().expect("a lock").sent
    }
}

/// An HTTP answer with its length.
pub fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn play(mut stream: TcpStream, act: Act, heard: Arc<Mutex<Heard>>) {
    let Some(request) = request(&mut stream).await else {
        return;
    };
    heard.lock().expect("a lock").requests.push(request);
    match act {
        Act::Close => {}
        Act::Say(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Act::SayAndHang(bytes) => {
            let _ = stream.write_all(&bytes).await;
            // Until the client closes.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        Act::Flood(first, again) => {
            let mut open = stream.write_all(&first).await.is_ok();
            while open {
                open = stream.write_all(&again).await.is_ok();
                heard.lock().expect("a lock").sent += again.len();
            }
            heard.lock().expect("a lock").ended += 1;
        }
    }
}

/// A request's head and body.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, length)| length.parse().unwrap_or(0));
            if body.len() >= length {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
