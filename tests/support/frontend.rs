//! The frontend that users log in at: a key set on a loopback port that can be changed, delayed and broken.

use super::PATIENCE;
use super::login::{ISSUER, SigningKey, key_set};
use axum::Router;
use axum::body::Body;
use axum::http::{Response, StatusCode};
use groupdesk::gateway::auth::Login;
use groupdesk::gateway::auth::login::KeySource;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The frontend's response to requests for its keys.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A key set.
    Keys(Value),
    /// This status with this body.
    Text(u16, String),
    /// A redirect to this address.
    Redirect(String),
}

/// A frontend whose key set is served on loopback.
pub struct Frontend {
    url: String,
    answer: Arc<Mutex<Answer>>,
    /// The number of requests.
    asked: watch::Receiver<usize>,
    /// Whether it answers.
    open: watch::Sender<bool>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Frontend {
    pub async fn start(keys: &[&SigningKey]) -> Self {
        let answer = Arc::new(Mutex::new(published(keys)));
        let (ask, asked) = watch::channel(0);
        let (open, opened) = watch::channel(true);
        let shown = Arc::clone(&answer);
        let service = Router::new().fallback(async move || {
            ask.send_modify(|count| *count += 1);
            let mut opened = opened.clone();
            opened.wait_for(|open| *open).await.unwrap();
            let answer = shown.lock().unwrap().clone();
            respond(answer)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            url,
            answer,
            asked,
            open,
            server,
        }
    }

    /// Shuts down: its address refuses connections.
    pub async fn leave(self) {
        self.server.abort();
        let _ = self.server.await;
    }

    /// The address of its key set.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The login settings of a gateway for it.
    pub fn login(&self) -> Login {
        Login {
            issuer: ISSUER.to_owned(),
            audience: None,
            keys: KeySource::url(&self.url).unwrap(),
        }
    }

    /// Replaces its key set.
    pub fn publish(&self, keys: &[&SigningKey]) {
        self.say(published(keys));
    }

    pub fn say(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// Holds every answer back until [`Frontend::release`].
    pub fn hold(&self) {
        self.open.send_replace(false);
    }

    pub fn release(&self) {
        self.open.send_replace(true);
    }

    /// The number of requests for its keys.
    pub fn asked(&self) -> usize {
        *self.asked.borrow()
    }

    /// Waits for this many requests.
    pub async fn until_asked(&self, times: usize) {
        let mut asked = self.asked.clone();
        let waiting = asked.wait_for(|count| *count >= times);
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap()
            .unwrap();
    }
}

fn published(keys: &[&SigningKey]) -> Answer {
    Answer::Keys(key_set(keys))
}

fn respond(answer: Answer) -> Response<Body> {
    let (status, location, body) = match answer {
        Answer::Keys(set) => (200, None, set.to_string()),
        Answer::Text(status, text) => (status, None, text),
        Answer::Redirect(to) => (302, Some(to), String::new()),
    };
    let mut response = Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        // Otherwise a frontend that was shut down would still answer open connections.
        .header("connection", "close");
    if let Some(to) = location {
        response = response.header("location", to);
    }
    response.body(Body::from(body)).unwrap()
}
