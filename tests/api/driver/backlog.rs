//! The backlog of a login: its progress.

use super::desk::{Desk, Kind, SUPPORT};
use groupdesk::api::Missed;
use groupdesk::gateway::whatsapp::DriverEvent;
use tokio::time::Instant;

const TOTAL: u64 = 2_000;

over_both_drivers!(
    the_count_rises_until_the_login_is_complete,
    a_drop_in_the_middle_ends_the_count,
);

/// The counts that are reported until it is at least `upto`; until it ends without one.
async fn reported(desk: &mut Desk, upto: Option<u64>) -> Vec<Option<Missed>> {
    let driver = desk.driver.clone();
    let mut seen = Vec::new();
    desk.until("count", |event| {
        if event == DriverEvent::CatchingUp {
            seen.push(driver.missed());
        }
        let done = driver.missed().map(|missed| missed.done);
        let is_over = match upto {
            Some(upto) => done >= Some(upto),
            None => done.is_none(),
        };
        is_over.then_some(())
    })
    .await;
    seen
}

async fn the_count_rises_until_the_login_is_complete(kind: Kind) {
    let mut desk = Desk::of(kind, SUPPORT).await;
    assert_eq!(desk.driver.missed(), None);
    desk.keep_backlog(TOTAL);
    desk.driver.connect().await.unwrap();
    let begun = Instant::now();
    let mut seen = Vec::new();
    for upto in [500, 1_200] {
        desk.deliver(upto).await;
        seen.extend(reported(&mut desk, Some(upto)).await);
    }
    let most = begun.elapsed().as_secs() + 2;
    let seen: Vec<Missed> = seen.into_iter().flatten().collect();
    assert!(seen.iter().all(|missed| missed.total == Some(TOTAL)));
    let done: Vec<u64> = seen.iter().map(|missed| missed.done).collect();
    assert!(done.is_sorted() && done.last() >= Some(&1_200), "{done:?}");
    assert!(done.iter().all(|done| *done <= TOTAL), "{done:?}");
    assert!((done.len() as u64) <= most, "{done:?} within {most} s");
    desk.deliver(TOTAL).await;
    desk.until_connected().await;
    assert_eq!(desk.driver.missed(), None);
}

async fn a_drop_in_the_middle_ends_the_count(kind: Kind) {
    let mut desk = Desk::of(kind, SUPPORT).await;
    desk.keep_backlog(TOTAL);
    desk.driver.connect().await.unwrap();
    desk.deliver(500).await;
    reported(&mut desk, Some(500)).await;
    let session = desk.account.session.clone();
    desk.world.drop_connection(&session, None);
    reported(&mut desk, None).await;
    desk.world.reconnect(&session);
    // An interrupted backlog does not come again.
    desk.until_connected().await;
    assert_eq!(desk.driver.missed(), None);
}
