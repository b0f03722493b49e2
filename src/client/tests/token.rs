//! Tokens that expire while the client is in use.

use super::*;
use async_trait::async_trait;
use std::sync::atomic::{AtomicUsize, Ordering};

const NEW_LINK: &str = "https://chat.whatsapp.com/AbCdEf1234567890XyZ12";

/// A token source, such as a file or a password manager, that has a newer token by now.
#[derive(Debug)]
struct Renews {
    to: Result<&'static str, &'static str>,
    asked: AtomicUsize,
}

#[async_trait]
impl TokenSource for Renews {
    async fn read(&self) -> Result<Secret, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.to.map(Secret::new).map_err(str::to_owned)
    }
}

/// A gateway that accepts only `fresh`, a client that starts with `stale`, and the token source.
async fn stale(to: Result<&'static str, &'static str>) -> (Client, Arc<Renews>, Arc<Mutex<usize>>) {
    let requests: Arc<Mutex<usize>> = Arc::default();
    let count = requests.clone();
    let router = Router::new().fallback(move |request: Request| {
        let count = count.clone();
        async move {
            // The readiness check needs no token.
            if request.uri().path() != "/readyz" {
                *count.lock().unwrap() += 1;
            }
            let token = request.headers().get("authorization").cloned();
            if token.is_some_and(|token| token == "Bearer fresh") {
                json_answer(200, &json!({"invite": NEW_LINK}))
            } else {
                json_answer(
                    401,
                    &json!({"error": {"code": "unauthorized", "message": "no"}}),
                )
            }
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let source = Arc::new(Renews {
        to,
        asked: AtomicUsize::new(0),
    });
    let options = Options {
        source: Some(source.clone()),
        ..Options::new(base, Secret::new("stale"))
    };
    (Client::open(&options).unwrap(), source, requests)
}

#[tokio::test]
async fn after_a_refused_token_the_source_is_read_and_the_call_repeated() {
    let (client, source, requests) = stale(Ok("fresh")).await;
    // A change too: the refused call had no effect.
    assert_eq!(
        client.reset_invite("s", GROUP).await.unwrap().invite,
        NEW_LINK
    );
    assert_eq!(*requests.lock().unwrap(), 2);
    client.invite("s", GROUP).await.unwrap();
    assert_eq!(*requests.lock().unwrap(), 3);
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn concurrent_calls_read_the_source_once() {
    let (client, source, _) = stale(Ok("fresh")).await;
    let calls = (0..10).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.invite("s", GROUP).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(source.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_source_without_a_newer_token_is_not_read_again_at_once() {
    for to in [Ok("stale"), Err("the vault is locked"), Ok("bad\ntoken")] {
        let (client, source, requests) = stale(to).await;
        for calls in 1..=3 {
            let error = client.invite("s", GROUP).await.unwrap_err();
            assert_eq!(error.status(), Some(401));
            assert_eq!(*requests.lock().unwrap(), calls);
        }
        assert_eq!(source.asked.load(Ordering::SeqCst), 1, "{to:?}");
    }
}
