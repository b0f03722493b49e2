//! The version of WhatsApp Web that sessions announce.
//!
//! WhatsApp refuses outdated versions. By default each client would query the current version
//! before its first connection and could not connect without an answer. Here one lookup serves all
//! sessions, its result is kept on disk, and the last known version is used when the lookup fails.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use whatsapp_rust::http::HttpClient;
use whatsapp_rust::version::fetch_latest_app_version;

pub(super) type Triple = (u32, u32, u32);

/// The version built into the client library.
pub(super) const BUILT_IN: Triple = (2, 3000, 1_042_742_319);
/// Validity of a lookup.
const GOOD_FOR: Duration = Duration::from_hours(12);
/// The pause after a failed lookup.
const PAUSE: Duration = Duration::from_mins(10);
/// How long the first connection waits for the lookup.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a lookup may take after WhatsApp refused a version.
const LOOKUP: Duration = Duration::from_secs(30);

/// Why there is no version to replace a refused one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoNewer {
    /// The version is set, so none is looked up.
    Fixed,
    /// WhatsApp serves no newer one than it refused.
    None,
    /// The lookup failed.
    Unreachable,
}

pub(super) struct Version {
    /// Set by the configuration: no lookup.
    fixed: Option<Triple>,
    file: PathBuf,
    http: Arc<dyn HttpClient>,
    known: Mutex<Known>,
    /// Held while asking, so that sessions which start together ask once.
    asking: tokio::sync::Mutex<()>,
}

struct Known {
    /// Never below [`BUILT_IN`].
    version: Triple,
    /// Counts the lookups that are complete.
    lookups: u64,
    /// Whether the last lookup succeeded.
    is_reachable: bool,
    ask_at: Option<Instant>,
}

impl Version {
    pub(super) fn new(
        fixed: Option<Triple>,
        file: PathBuf,
        http: Arc<dyn HttpClient>,
    ) -> Arc<Self> {
        let stored = std::fs::read_to_string(&file).ok();
        let stored = stored.as_deref().and_then(parse).unwrap_or(BUILT_IN);
        Arc::new(Self {
            fixed,
            file,
            http,
            known: Mutex::new(Known {
                version: stored.max(BUILT_IN),
                lookups: 0,
                is_reachable: false,
                ask_at: None,
            }),
            asking: tokio::sync::Mutex::new(()),
        })
    }

    /// The version for a connection that begins now.
    pub(super) async fn get(self: &Arc<Self>) -> Triple {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        let ask_at = self.known().ask_at;
        match ask_at {
            None => {
                // A failure leaves what was known, so both outcomes are fine.
                let _ = tokio::time::timeout(PATIENCE, self.refresh()).await;
            }
            Some(at) if at <= Instant::now() => {
                let version = Arc::clone(self);
                tokio::spawn(async move { version.refresh().await });
            }
            Some(_) => {}
        }
        self.known().version
    }

    /// Looks for a version that is newer than one that WhatsApp refused. Callers at the same time share
    /// one lookup.
    ///
    /// # Errors
    /// There is no newer version, or none can be looked up.
    pub(super) async fn newer_than(&self, refused: Triple) -> Result<(), NoNewer> {
        if self.fixed.is_some() {
            return Err(NoNewer::Fixed);
        }
        let before = self.known().lookups;
        let _asking = self.asking.lock().await;
        {
            let known = self.known();
            if known.version > refused {
                return Ok(());
            }
            if known.lookups != before {
                return Err(known.no_newer());
            }
        }
        self.look_up(LOOKUP).await;
        let known = self.known();
        if known.version > refused {
            Ok(())
        } else {
            Err(known.no_newer())
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn refresh(&self) {
        let _asking = self.asking.lock().await;
        if self.known().ask_at.is_some_and(|at| at > Instant::now()) {
            return;
        }
        self.look_up(LOOKUP).await;
    }

    /// Call with `asking` held.
    async fn look_up(&self, patience: Duration) {
        // Set before asking: a question that hangs is not asked again by the next session.
        self.known().ask_at = Some(Instant::now() + PAUSE);
        let asked = fetch_latest_app_version(&self.http);
        let answer = tokio::time::timeout(patience, asked).await;
        let answer = answer.unwrap_or_else(|elapsed| Err(elapsed.into()));
        {
            let mut known = self.known();
            known.lookups += 1;
            known.is_reachable = answer.is_ok();
        }
        match answer {
            Ok(served) => {
                let version = served.max(BUILT_IN);
                {
                    let mut known = self.known();
                    known.version = version;
                    known.ask_at = Some(Instant::now() + GOOD_FOR);
                }
                if let Err(error) = std::fs::write(&self.file, render(version)) {
                    tracing::warn!(%error, "cannot keep WhatsApp's current version on disk");
                }
            }
            Err(error) => {
                tracing::info!(%error, "cannot look up WhatsApp's current version");
            }
        }
    }
}

impl Known {
    /// Why the last lookup gave no newer version.
    fn no_newer(&self) -> NoNewer {
        if self.is_reachable {
            NoNewer::None
        } else {
            NoNewer::Unreachable
        }
    }
}

fn parse(text: &str) -> Option<Triple> {
    let mut parts = text.trim().split('.').map(|part| part.parse().ok());
    let version = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(version)
}

pub(super) fn render((first, second, third): Triple) -> String {
    format!("{first}.{second}.{third}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use std::sync::atomic::{AtomicU32, Ordering};
    use whatsapp_rust::anyhow;
    use whatsapp_rust::http::{HttpRequest, HttpResponse};

    struct Page {
        body: &'static str,
        asked: AtomicU32,
    }

    #[async_trait]
    impl HttpClient for Page {
        async fn execute(&self, _request: HttpRequest) -> Result<HttpResponse, anyhow::Error> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            Ok(HttpResponse {
                status_code: 200,
                body: self.body.as_bytes().to_vec(),
            })
        }
    }

    fn version(
        body: &'static str,
        fixed: Option<Triple>,
    ) -> (Arc<Version>, Arc<Page>, tempfile::TempDir) {
        let home = tempfile::tempdir().unwrap();
        let page = Arc::new(Page {
            body,
            asked: AtomicU32::new(0),
        });
        let http: Arc<dyn HttpClient> = page.clone();
        let version = Version::new(fixed, home.path().join("version"), http);
        (version, page, home)
    }

    #[tokio::test]
    async fn it_is_asked_for_once_and_kept() {
        let (asked, page, home) = version("client_revision:1099999999;", None);
        assert_eq!(asked.get().await, (2, 3000, 1_099_999_999));
        assert_eq!(asked.get().await, (2, 3000, 1_099_999_999));
        assert_eq!(page.asked.load(Ordering::SeqCst), 1);
        let kept = std::fs::read_to_string(home.path().join("version")).unwrap();
        assert_eq!(parse(&kept), Some((2, 3000, 1_099_999_999)));
        assert_eq!(asked.newer_than(BUILT_IN).await, Ok(()));
        assert_eq!(page.asked.load(Ordering::SeqCst), 1);
        let refused = asked.get().await;
        assert_eq!(asked.newer_than(refused).await, Err(NoNewer::None));
        assert_eq!(page.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn without_an_answer_the_known_one_does() {
        let (asked, page, _home) = version("nothing of use", None);
        assert_eq!(asked.get().await, BUILT_IN);
        assert_eq!(asked.get().await, BUILT_IN);
        assert_eq!(page.asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_configured_version_needs_no_lookup() {
        let (asked, page, _home) = version("client_revision:1099999999;", Some((2, 1, 3)));
        assert_eq!(asked.get().await, (2, 1, 3));
        assert_eq!(asked.newer_than((2, 1, 3)).await, Err(NoNewer::Fixed));
        assert_eq!(page.asked.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn an_older_one_than_the_built_in_is_not_used() {
        let (asked, _page, home) = version("client_revision:1000000001;", None);
        assert_eq!(asked.get().await, BUILT_IN);
        assert_eq!(asked.newer_than(BUILT_IN).await, Err(NoNewer::None));
        let kept = std::fs::read_to_string(home.path().join("version")).unwrap();
        assert_eq!(parse(&kept), Some(BUILT_IN));
    }

    #[test]
    fn a_damaged_file_is_no_version() {
        for text in ["", "2.3000", "2.3000.x", "2.3000.1.4", "-1.2.3"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
