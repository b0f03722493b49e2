//! The bearer token of every request, and its renewal.

use super::error::SetupError;
use super::secret::Secret;
use async_trait::async_trait;
use reqwest::header::HeaderValue;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// A source that is asked again sooner than this would give the same token, and may be a password
/// manager that bothers a person.
const ASK_AGAIN: Duration = Duration::from_secs(30);

/// A source of renewed tokens, because tokens are short-lived.
#[async_trait]
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// # Errors
    /// A sentence without the secret.
    async fn read(&self) -> Result<Secret, String>;
}

/// The token of a client.
pub(super) struct Bearer {
    header: Mutex<HeaderValue>,
    source: Option<Arc<dyn TokenSource>>,
    /// When the source was asked last; held while it is asked, so that it is asked once.
    asked: tokio::sync::Mutex<Option<Instant>>,
}

impl Bearer {
    pub(super) fn new(
        token: &Secret,
        source: Option<Arc<dyn TokenSource>>,
    ) -> Result<Self, SetupError> {
        Ok(Self {
            header: Mutex::new(header(token)?),
            source,
            asked: tokio::sync::Mutex::new(None),
        })
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.held().clone()
    }

    /// The gateway did not accept `rejected`: another token, when the source has one by now.
    pub(super) async fn renewed(&self, rejected: &HeaderValue) -> Option<HeaderValue> {
        let source = self.source.as_ref()?;
        let mut asked = self.asked.lock().await;
        let held = self.header();
        if held != rejected {
            // Another request renewed it in the meantime.
            return Some(held);
        }
        if asked.is_some_and(|asked| asked.elapsed() < ASK_AGAIN) {
            return None;
        }
        *asked = Some(Instant::now());
        let fresh = match source.read().await {
            Ok(token) => header(&token).ok()?,
            Err(reason) => {
                tracing::warn!("the token cannot be renewed: {reason}");
                return None;
            }
        };
        if fresh == rejected {
            return None;
        }
        self.held().clone_from(&fresh);
        Some(fresh)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HeaderValue> {
        // A header is replaced as a whole, so it is sound even after a panic elsewhere.
        self.header.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(..)")
    }
}

fn header(token: &Secret) -> Result<HeaderValue, SetupError> {
    let mut header = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
        .map_err(|_| SetupError("the token holds characters that no token has".to_owned()))?;
    header.set_sensitive(true);
    Ok(header)
}
