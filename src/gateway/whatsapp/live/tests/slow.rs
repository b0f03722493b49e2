//! Logins that take minutes and are not dead: they are dialled once.

use super::{Desk, PATIENCE, SUPPORT, seconds};
use tokio::time::timeout;

/// Sends the next stanzas of the backlog once they are asked for.
pub(super) async fn deliver(desk: &Desk, count: usize) {
    let support = desk.session(SUPPORT).id;
    let delivered = timeout(PATIENCE, desk.server.deliver(&support, count)).await;
    delivered.expect("the backlog is not asked for").unwrap();
}

#[tokio::test]
async fn a_backlog_of_a_minute_is_dialled_once() {
    let mut desk = Desk::new(|_| ()).await;
    let support = desk.session(SUPPORT).id;
    desk.server.keep_backlog(&support, 2_000);
    desk.start(SUPPORT).await;
    // With what comes unasked they are 2,000.
    for batch in [200; 9].into_iter().chain([195]) {
        deliver(&desk, batch).await;
        seconds(6).await;
    }
    desk.working(SUPPORT).await;
    assert_eq!(desk.server.dials(&support), 1);
}

#[tokio::test]
async fn a_fresh_link_with_slow_app_state_is_dialled_once() {
    let mut desk = Desk::new(|_| ()).await;
    let support = desk.session(SUPPORT).id;
    desk.link_afresh(SUPPORT).await;
    let mut held = desk.server.hold_app_state(&support).unwrap();
    desk.server.keep_backlog(&support, 205);
    desk.start(SUPPORT).await;
    deliver(&desk, 100).await;
    seconds(30).await;
    deliver(&desk, 100).await;
    desk.until_app_state(SUPPORT).await;
    let asked = timeout(PATIENCE, held.wait_for(|count| *count > 0));
    asked.await.expect("app state is not asked for").unwrap();
    // Shorter than the library's limit on this query, which is 30 s.
    seconds(20).await;
    desk.server.release_app_state(&support).unwrap();
    desk.working(SUPPORT).await;
    assert_eq!(desk.server.dials(&support), 1);
}
