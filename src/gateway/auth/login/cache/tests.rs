use super::super::fetch::FetchError;
use super::super::jwks::NoKeySet;
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;
use tokio::time::advance;

/// A frontend in memory: the key ids that it publishes, `None` while it is unreachable.
#[derive(Clone)]
struct Frontend {
    kids: Arc<Mutex<Option<&'static [&'static str]>>>,
    asked: Arc<AtomicUsize>,
    answers: Arc<Semaphore>,
}

impl Source for Frontend {
    async fn load(&self) -> Result<KeySet, FetchError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.answers.acquire().await.unwrap().forget();
        let kids = self.kids.lock().unwrap().ok_or(NoKeySet)?;
        let x = URL_SAFE_NO_PAD.encode([7; 32]);
        let key = |kid: &&str| json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x });
        let keys: Vec<_> = kids.iter().map(key).collect();
        Ok(KeySet::parse(
            json!({ "keys": keys }).to_string().as_bytes(),
        )?)
    }
}

impl Frontend {
    /// A frontend that answers every request, and a cache of its keys.
    fn new(kids: &'static [&'static str]) -> (Self, Cache<Self>) {
        let frontend = Self {
            kids: Arc::new(Mutex::new(Some(kids))),
            asked: Arc::default(),
            answers: Arc::new(Semaphore::new(1_000)),
        };
        let cache = Cache::new(frontend.clone());
        (frontend, cache)
    }

    fn publish(&self, kids: Option<&'static [&'static str]>) {
        *self.kids.lock().unwrap() = kids;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn find(cache: &Cache<Frontend>, kid: &str) -> Result<(), Refusal> {
    let found = cache.find(Some(kid), Algorithm::EdDSA).await;
    found.map(|_| ())
}

/// Runs the spawned tasks to completion.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_lookups_share_one_fetch() {
    let (frontend, cache) = Frontend::new(&["a"]);
    frontend.answers.forget_permits(1_000);
    let all = join_all((0..100).map(|_| find(&cache, "a")));
    let release = async {
        // `join_all` has polled all of them before this runs.
        settle().await;
        assert_eq!(frontend.asked(), 1);
        frontend.answers.add_permits(1);
    };
    let (found, ()) = tokio::join!(all, release);
    assert_eq!(found, vec![Ok(()); 100]);
    assert_eq!(frontend.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_first_lookup_does_not_cancel_the_fetch() {
    let (frontend, cache) = Frontend::new(&["a"]);
    frontend.answers.forget_permits(1_000);
    {
        let first = find(&cache, "a");
        let left = tokio::time::timeout(Duration::from_millis(1), first).await;
        assert!(left.is_err());
    }
    frontend.answers.add_permits(1);
    assert_eq!(find(&cache, "a").await, Ok(()));
    assert_eq!(frontend.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_set_is_valid_for_an_hour() {
    let (frontend, cache) = Frontend::new(&["a"]);
    find(&cache, "a").await.unwrap();
    advance(Duration::from_secs(60 * 60 - 1)).await;
    find(&cache, "a").await.unwrap();
    assert_eq!(frontend.asked(), 1);
    frontend.publish(Some(&["b"]));
    advance(Duration::from_secs(1)).await;
    assert_eq!(find(&cache, "a").await, Err(Refusal::UnknownKey));
    assert_eq!(find(&cache, "b").await, Ok(()));
    // The hour's fetch, and one for the unknown `a`.
    assert!(frontend.asked() <= 3, "{}", frontend.asked());
}

#[tokio::test(start_paused = true)]
async fn unknown_key_ids_cause_at_most_one_fetch_a_minute() {
    let (frontend, cache) = Frontend::new(&["a"]);
    find(&cache, "a").await.unwrap();
    for kid in ["x", "y", "x"] {
        assert_eq!(find(&cache, kid).await, Err(Refusal::UnknownKey));
    }
    assert_eq!(frontend.asked(), 2);
    frontend.publish(Some(&["a", "b"]));
    assert_eq!(find(&cache, "b").await, Err(Refusal::UnknownKey));
    advance(UNKNOWN_PAUSE).await;
    assert_eq!(find(&cache, "b").await, Ok(()));
    assert_eq!(frontend.asked(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_old_set_is_used_while_the_frontend_is_unreachable() {
    let (frontend, cache) = Frontend::new(&["a"]);
    find(&cache, "a").await.unwrap();
    frontend.publish(None);
    advance(LIFETIME).await;
    assert_eq!(find(&cache, "a").await, Ok(()));
    assert_eq!(frontend.asked(), 2);
    // No further fetch until the pause is over, and then in the background.
    find(&cache, "a").await.unwrap();
    assert_eq!(frontend.asked(), 2);
    advance(RETRY_PAUSE).await;
    frontend.answers.forget_permits(1_000);
    assert_eq!(find(&cache, "a").await, Ok(()));
    settle().await;
    assert_eq!(frontend.asked(), 3);
    // It is reachable again, without `a`.
    frontend.publish(Some(&["b"]));
    frontend.answers.add_permits(1_000);
    settle().await;
    assert_eq!(find(&cache, "b").await, Ok(()));
    assert_eq!(find(&cache, "a").await, Err(Refusal::UnknownKey));
}

#[tokio::test(start_paused = true)]
async fn without_a_key_set_every_login_is_refused() {
    let (frontend, cache) = Frontend::new(&[]);
    assert_eq!(find(&cache, "a").await, Err(Refusal::NoKeys));
    let (away, empty) = Frontend::new(&["a"]);
    away.publish(None);
    for _ in 0..3 {
        assert_eq!(find(&empty, "a").await, Err(Refusal::NoKeys));
    }
    assert_eq!(away.asked(), 1, "a failed fetch is not repeated at once");
    away.publish(Some(&["a"]));
    advance(RETRY_PAUSE).await;
    assert_eq!(find(&empty, "a").await, Ok(()));
    // An empty key set of a reachable frontend replaces the old one.
    frontend.publish(Some(&["a"]));
    advance(UNKNOWN_PAUSE).await;
    assert_eq!(find(&cache, "a").await, Ok(()));
    frontend.publish(Some(&[]));
    advance(LIFETIME).await;
    assert_eq!(find(&cache, "a").await, Err(Refusal::NoKeys));
}
