//! The realtime stream.

use super::{Ask, Gateway, Key, PATIENCE};
use futures_util::StreamExt;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// An open stream whose `connected` frame has been read.
pub struct Stream(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Stream {
    /// Requests a ticket and opens its stream.
    pub async fn open(gateway: &Gateway, key: Key, request: Value) -> Self {
        let ticket = Ask::post("/api/v1/realtime/ticket")
            .key(key)
            .json(&request)
            .to(gateway)
            .await
            .ok(201);
        Self::at(ticket["url"].as_str().unwrap()).await.unwrap()
    }

    /// Opens the stream of a URL; `Err` is the status of the refusal.
    pub async fn at(url: &str) -> Result<Self, u16> {
        use tokio_tungstenite::tungstenite::Error;
        match timeout(PATIENCE, connect_async(url)).await.unwrap() {
            Ok((socket, _)) => {
                let mut stream = Self(socket);
                let first = stream.next().await.unwrap();
                assert_eq!(first["event"], "connected");
                assert_eq!(first["heartbeatSeconds"], 20);
                assert!(first["timestamp"].as_i64().unwrap() > 1_600_000_000_000);
                Ok(stream)
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The close code of the server; skips frames before it.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match timeout(PATIENCE, self.0.next()).await.unwrap() {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("no close frame but {other:?}"),
            }
        }
    }

    /// The next frame; `None` when the server closed the stream.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.unwrap()? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next event of this name about one group of one session. Other sessions may still be storing their
    /// groups, and publish events as well.
    pub async fn event_of(&mut self, name: &str, session: &str, group: &str) -> Value {
        loop {
            let event = self.event(name).await;
            if event["session"] == session && event["payload"]["groupJid"] == group {
                return event;
            }
        }
    }

    /// The next event of this name; skips others.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            let frame = self.next().await.unwrap();
            if frame["event"] == name {
                assert_eq!(frame["schema"], "v1");
                let id = frame["id"].as_str().unwrap().strip_prefix("evt_").unwrap();
                assert!(ulid::Ulid::from_string(id).is_ok());
                return frame;
            }
        }
    }
}
