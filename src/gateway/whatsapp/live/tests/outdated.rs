//! WhatsApp refuses old versions of its client with 405.

use super::super::version::{BUILT_IN, Triple, Version};
use super::loopback::LoginFailure;
use super::{Desk, SALES, SUPPORT, pass, seconds};
use crate::api::SessionStatus;
use async_trait::async_trait;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use whatsapp_rust::anyhow;
use whatsapp_rust::http::{HttpClient, HttpRequest, HttpResponse};

const NEWER: Triple = (2, 3000, BUILT_IN.2 + 1);
const NEWEST: Triple = (2, 3000, BUILT_IN.2 + 2);

/// What serves the current version.
#[derive(Default)]
struct Source {
    /// `None` while it cannot be reached.
    serves: Mutex<Option<Triple>>,
    asked: AtomicU32,
}

impl Source {
    fn serve(&self, version: Option<Triple>) {
        *self.serves.lock().unwrap() = version;
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl HttpClient for Source {
    async fn execute(&self, _: HttpRequest) -> Result<HttpResponse, anyhow::Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        // Others that look for it at the same time come meanwhile.
        tokio::task::yield_now().await;
        let serves = *self.serves.lock().unwrap();
        let (.., revision) = serves.ok_or_else(|| anyhow::anyhow!("no network"))?;
        Ok(HttpResponse {
            status_code: 200,
            body: format!("client_revision:{revision};").into_bytes(),
        })
    }
}

async fn desk(serves: Option<Triple>) -> (Desk, Arc<Source>) {
    let source = Arc::new(Source::default());
    source.serve(serves);
    let http = Arc::clone(&source);
    let desk = Desk::new(|live| {
        let file = live.options.keys_dir.join("whatsapp-version");
        live.version = Version::new(None, file, http);
    })
    .await;
    (desk, source)
}

#[tokio::test]
async fn a_refused_version_is_replaced_by_the_current_one() {
    let (mut desk, source) = desk(Some(BUILT_IN)).await;
    // Known since the first login, before WhatsApp retires it.
    desk.start(SALES).await;
    desk.working(SALES).await;
    source.serve(Some(NEWER));
    desk.server.require_version(NEWER);
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    assert_eq!(desk.server.dials(&desk.session(SUPPORT).id), 2);
    assert_eq!(source.asked(), 2);
}

#[tokio::test]
async fn sessions_that_are_refused_together_look_it_up_once() {
    let (mut desk, source) = desk(Some(BUILT_IN)).await;
    for label in [SUPPORT, SALES] {
        desk.start(label).await;
        desk.working(label).await;
    }
    source.serve(Some(NEWER));
    desk.server.require_version(NEWER);
    for label in [SUPPORT, SALES] {
        let id = desk.session(label).id;
        desk.world.drop_connection(&id, None);
        desk.until(label, SessionStatus::Starting, false).await;
        desk.world.reconnect(&id);
    }
    for label in [SUPPORT, SALES] {
        desk.working(label).await;
        assert_eq!(desk.server.dials(&desk.session(label).id), 3);
    }
    assert_eq!(source.asked(), 2);
}

#[tokio::test]
async fn a_session_gives_up_when_the_current_version_is_refused_too() {
    for serves in [NEWER, BUILT_IN, (2, 3000, BUILT_IN.2 - 1)] {
        let (mut desk, source) = desk(Some(serves)).await;
        desk.server.require_version(NEWEST);
        desk.start(SUPPORT).await;
        let told = desk.until(SUPPORT, SessionStatus::Failed, true).await;
        assert!(told.contains("too old for WhatsApp: update"), "{told}");
        assert_eq!(desk.server.dials(&desk.session(SUPPORT).id), 1);
        assert_eq!(source.asked(), 2);
    }
}

#[tokio::test]
async fn the_replacement_can_be_refused_too() {
    let (mut desk, source) = desk(Some(BUILT_IN)).await;
    desk.start(SALES).await;
    desk.working(SALES).await;
    source.serve(Some(NEWER));
    desk.server.require_version(NEWEST);
    desk.start(SUPPORT).await;
    desk.until(SUPPORT, SessionStatus::Failed, true).await;
    assert_eq!(desk.server.dials(&desk.session(SUPPORT).id), 2);
}

#[tokio::test]
async fn an_older_version_than_the_built_in_is_not_used() {
    let (mut desk, _) = desk(Some((2, 3000, BUILT_IN.2 - 1))).await;
    desk.server.require_version(BUILT_IN);
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    assert_eq!(desk.server.dials(&desk.session(SUPPORT).id), 1);
}

#[tokio::test]
async fn a_version_that_cannot_be_looked_up_is_looked_up_again() {
    let (mut desk, source) = desk(None).await;
    desk.server.require_version(NEWER);
    desk.start(SUPPORT).await;
    let told = desk.until(SUPPORT, SessionStatus::Starting, true).await;
    assert!(told.contains("next try in 1 min"), "{told}");
    source.serve(Some(NEWER));
    pass(Duration::from_mins(1)).await;
    desk.working(SUPPORT).await;
    assert_eq!(desk.server.dials(&desk.session(SUPPORT).id), 2);
}

#[tokio::test]
async fn a_redial_after_weeks_heals_too() {
    let (mut desk, source) = desk(Some(BUILT_IN)).await;
    desk.start(SUPPORT).await;
    desk.working(SUPPORT).await;
    let support = desk.session(SUPPORT).id;
    pass(Duration::from_hours(30 * 24)).await;
    source.serve(Some(NEWER));
    desk.server.require_version(NEWER);
    desk.world.drop_connection(&support, None);
    desk.until(SUPPORT, SessionStatus::Starting, false).await;
    desk.world.reconnect(&support);
    seconds(5).await;
    desk.working(SUPPORT).await;
    assert_eq!(desk.server.dials(&support), 3);
}

#[tokio::test]
async fn a_version_in_the_config_is_not_replaced() {
    let mut desk = Desk::new(|live| {
        live.options.version = Some(BUILT_IN);
    })
    .await;
    let support = desk.session(SUPPORT).id;
    desk.server.fail_login(&support, LoginFailure::Outdated);
    desk.start(SUPPORT).await;
    let told = desk.until(SUPPORT, SessionStatus::Failed, true).await;
    assert!(told.contains("whatsapp.version, 2.3000."), "{told}");
    assert_eq!(desk.server.dials(&support), 1);
}
