//! The progress of a backlog, as the session and its events show it.

use super::slow::deliver;
use super::{Desk, PATIENCE, SUPPORT, seconds};
use crate::api::{Envelope, LinkStep, Missed, Session, SessionStatus, SessionStatusPayload};
use tokio::time::timeout;

/// Waits until so much of the backlog has arrived.
async fn until_done(desk: &Desk, done: u64) -> Session {
    let session = desk.session(SUPPORT);
    let arriving = async {
        loop {
            let view = session.view();
            if view.missed.is_some_and(|missed| missed.done >= done) {
                return view;
            }
            tokio::task::yield_now().await;
        }
    };
    let arrived = timeout(PATIENCE, arriving).await;
    arrived.unwrap_or_else(|_| panic!("{:?}", desk.session(SUPPORT).view()))
}

/// The status events until the session works.
async fn told(desk: &mut Desk) -> Vec<SessionStatusPayload> {
    let mut told = Vec::new();
    loop {
        let event = timeout(PATIENCE, desk.events.next()).await.unwrap();
        let event: Envelope = serde_json::from_str(&event.unwrap()).unwrap();
        if let Ok(status) = serde_json::from_value::<SessionStatusPayload>(event.payload) {
            let is_over = status.status == SessionStatus::Working;
            told.push(status);
            if is_over {
                return told;
            }
        }
    }
}

#[tokio::test]
async fn the_figure_rises_and_is_gone_with_the_backlog() {
    let mut desk = Desk::new(|_| ()).await;
    let support = desk.session(SUPPORT).id;
    desk.server.keep_backlog(&support, 2_000);
    desk.start(SUPPORT).await;
    // With what comes unasked they are 2,000.
    let mut done = 5;
    for batch in [200; 9] {
        deliver(&desk, batch).await;
        done += batch as u64;
        let view = until_done(&desk, done).await;
        assert_eq!(view.status, SessionStatus::Starting);
        assert_eq!(view.link_step, Some(LinkStep::CatchingUp));
        let total = Some(2_000);
        assert_eq!(view.missed, Some(Missed { total, done }));
        seconds(7).await;
    }
    deliver(&desk, 195).await;
    let told = told(&mut desk).await;
    let view = desk.session(SUPPORT).view();
    assert_eq!((view.link_step, view.missed), (None, None));
    assert_eq!(told.last().unwrap().missed, None);

    let figures: Vec<u64> = told
        .iter()
        .filter_map(|status| Some(status.missed?.done))
        .collect();
    assert!(figures.is_sorted(), "{figures:?}");
    assert!(figures.contains(&1_805), "{figures:?}");
    // One a second, of more than a minute.
    assert!(figures.len() <= 70, "{figures:?}");
    // It takes longer than a session may be `starting` without a word.
    assert!(
        told.iter().all(|status| status.reason.is_none()),
        "{told:?}"
    );
}

#[tokio::test]
async fn more_than_was_announced_is_not_counted() {
    let mut desk = Desk::new(|_| ()).await;
    let support = desk.session(SUPPORT).id;
    desk.server.keep_backlog(&support, 205);
    desk.server.announce(&support, 100);
    desk.start(SUPPORT).await;
    deliver(&desk, 195).await;
    let view = until_done(&desk, 100).await;
    seconds(2).await;
    let (total, done) = (Some(100), 100);
    assert_eq!(view.missed, Some(Missed { total, done }));
    assert_eq!(desk.session(SUPPORT).view().missed, view.missed);
    deliver(&desk, 5).await;
    desk.working(SUPPORT).await;
}

#[tokio::test]
async fn a_lost_connection_clears_the_figure() {
    let mut desk = Desk::new(|_| ()).await;
    let support = desk.session(SUPPORT).id;
    desk.server.keep_backlog(&support, 2_000);
    desk.start(SUPPORT).await;
    deliver(&desk, 195).await;
    until_done(&desk, 200).await;
    seconds(2).await;
    desk.world.drop_connection(&support, None);
    let session = desk.session(SUPPORT);
    let clearing = async {
        while session.view().missed.is_some() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, clearing).await.unwrap();
    seconds(2).await;
    desk.world.reconnect(&support);
    seconds(2).await;
    let told = told(&mut desk).await;
    // Told once with the figure, once without, while it still connects.
    let figures = |status: &&SessionStatusPayload| status.missed.is_some();
    let last = told.iter().rposition(|status| figures(&status)).unwrap();
    assert_eq!(told[last + 1].status, SessionStatus::Starting, "{told:?}");
    assert_eq!(desk.session(SUPPORT).view().missed, None);
}
